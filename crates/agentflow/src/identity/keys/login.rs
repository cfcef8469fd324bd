//! Keys: presented, judged, and their use noted.

use agentflow_core::{
    audit::{Event, Resource},
    hash::Sha256,
    identity::ApiKey,
    ids::{ApiKeyId, PrincipalId, WorkspaceId},
};
use agentflow_sql::queries::keys as sql;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Authenticated, Credential, Origin, Refusal, later, refusal::land_login},
    Keys, scopes,
};
use crate::{
    error::{Error, Result},
    input::known,
    settle::settle,
};

/// How exact `last_used_at` is: a key in constant use is written down once a minute, not once a call.
const TOUCHED_EVERY: SignedDuration = SignedDuration::from_secs(60);
const AUTHENTICATE: &str = "authenticate an API key";
const REFUSED: &str = "api_key.authentication_refused";

impl Keys {
    /// Who presents this key, in one round trip.
    ///
    /// A text that is no key at all fails with [`Error::InvalidInput`], without asking the database. Whatever else is
    /// wrong fails with [`Error::Unauthenticated`]; the reason is in the audit chain. So is the first use of a key, and
    /// where the tenant's log level is verbose every use.
    pub async fn authenticate(&self, text: &str, origin: &Origin) -> Result<Authenticated> {
        let key = ApiKey::parse(text).map_err(Error::invalid(AUTHENTICATE))?;
        let now = self.0.shared.now();
        match self.look_up(&key, now).await? {
            Ok(row) => self.accept(&key, row, now, origin).await,
            Err(why) => Err(self.refuse(&key, why, origin).await),
        }
    }

    async fn refuse(&self, key: &ApiKey, why: Refusal, origin: &Origin) -> Error {
        self.0.refuse(AUTHENTICATE, REFUSED, self.resource(key), why, origin).await
    }

    /// The key as the audit chain may name it. One of another tenant is that tenant's matter.
    fn resource(&self, key: &ApiKey) -> Resource {
        if key.tenant() == self.0.tenant {
            Resource::new("api_key", key.prefix())
        } else {
            Resource::kind("api_key")
        }
    }

    async fn look_up(
        &self,
        key: &ApiKey,
        now: Timestamp,
    ) -> Result<Result<sql::GetApiKeyLogin, Refusal>> {
        if key.tenant() != self.0.tenant {
            return Ok(Err(Refusal::ForeignTenant));
        }
        let flight = self.0.flight(AUTHENTICATE).await?;
        let row = sql::get_api_key_login()
            .bind(&flight, self.0.tenant.as_uuid(), &key.key_id())
            .opt()
            .await;
        let row = land_login(flight, row).await?;
        Ok(row.ok_or(Refusal::Unknown).and_then(|row| judge(&row, &key.hash(), now).map(|()| row)))
    }

    async fn accept(
        &self,
        key: &ApiKey,
        row: sql::GetApiKeyLogin,
        now: Timestamp,
        origin: &Origin,
    ) -> Result<Authenticated> {
        let id = ApiKeyId(row.id);
        let accepted = Authenticated {
            principal_id: PrincipalId(row.principal_id),
            kind: known("principals", "type", row.principal_id, &row.r#type)?,
            credential: Credential::ApiKey {
                id,
                scopes: scopes(row.id, row.scopes)?,
                workspace_id: row.workspace_id.map(WorkspaceId),
            },
        };
        match row.last_used_at {
            None => self.first_use(key, id, &accepted, now, origin).await?,
            Some(last) if later(last, TOUCHED_EVERY) <= now => {
                self.touch(key, id, now, origin).await?;
            }
            Some(_) => {}
        }
        let resource = Resource::new("api_key", id);
        let action = "api_key.authenticated";
        match self.0.record_accepted(AUTHENTICATE, action, resource, &accepted, origin).await? {
            Some(()) => Ok(accepted),
            None => Err(self.refuse(key, Refusal::TenantSuspended, origin).await),
        }
    }

    /// The first use of a key is recorded: whoever issued it knows that it arrived, and from where it is used.
    async fn first_use(
        &self,
        key: &ApiKey,
        id: ApiKeyId,
        who: &Authenticated,
        now: Timestamp,
        origin: &Origin,
    ) -> Result<()> {
        let tx = self.0.begin_login(AUTHENTICATE, REFUSED, self.resource(key), origin).await?;
        let touched = sql::touch_api_key()
            .bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid(), &later(now, -TOUCHED_EVERY))
            .await;
        let (tx, touched) = settle(AUTHENTICATE, tx, touched).await?;
        if touched == 0 {
            return tx.rollback().await;
        }
        let event = Event::new("api_key.first_used", Resource::new("api_key", id), who.actor());
        tx.audit_and_commit(&origin.stamp(event)).await.map(drop)
    }

    /// A key that is good is not refused because the time of its use could not be noted; but it is when its tenant was
    /// suspended meanwhile.
    async fn touch(
        &self,
        key: &ApiKey,
        id: ApiKeyId,
        now: Timestamp,
        origin: &Origin,
    ) -> Result<()> {
        let touched = async {
            let flight = self.0.flight("note the use of an API key").await?;
            let (tenant, unless_since) = (self.0.tenant.as_uuid(), later(now, -TOUCHED_EVERY));
            let touched = sql::touch_api_key()
                .bind(&flight, &now, tenant, id.as_uuid(), &unless_since)
                .await
                .map(Some);
            land_login(flight, touched).await
        };
        match touched.await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.refuse(key, Refusal::TenantSuspended, origin).await),
            Err(error) => {
                tracing::warn!(%error, key = %id, "the use of an API key could not be noted");
                Ok(())
            }
        }
    }
}

/// Whether a key may be used. The secret comes first: who does not have it learns nothing about the key.
fn judge(row: &sql::GetApiKeyLogin, presented: &Sha256, now: Timestamp) -> Result<(), Refusal> {
    let is_equal =
        aws_lc_rs::constant_time::verify_slices_are_equal(&row.key_hash, presented.as_bytes());
    if is_equal.is_err() {
        return Err(Refusal::WrongSecret);
    }
    if row.revoked_at.is_some() {
        return Err(Refusal::Revoked);
    }
    if row.expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::Expired);
    }
    if !row.is_active {
        return Err(Refusal::Inactive);
    }
    Ok(())
}
