use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    hash::Sha256,
    identity::{ApiKey, KeyEnvironment, Permission},
    ids::{ApiKeyId, PrincipalId, WorkspaceId},
};
use agentflow_sql::queries::keys as sql;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    Authenticated, Credential, Origin, Refusal, later, refusal::land_login, roles::check_known,
};
use crate::{
    error::{Error, Result},
    input::{check_name, known},
    scope::TenantTx,
    store::Handle,
};

/// How exact `last_used_at` is: a key in constant use is written down once a minute, not once a call.
const TOUCHED_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// The longest that two keys may overlap.
const MAX_OVERLAP: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The fewest characters of a key id to look for: fewer hit another key by chance.
const MIN_PREFIX: usize = 4;
const AUTHENTICATE: &str = "authenticate an API key";
const REFUSED: &str = "api_key.authentication_refused";

/// An API key to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Who acts with it.
    pub principal_id: PrincipalId,
    /// What it is for, for people. Need not be unique.
    pub name: String,
    /// The word behind `af_`.
    pub environment: KeyEnvironment,
    /// The only workspace it is good for.
    pub workspace_id: Option<WorkspaceId>,
    /// The only permissions it carries, of those its principal has.
    pub scopes: Option<Vec<Permission>>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A `live` key for all that the principal may do, without end.
    pub fn named(name: impl Into<String>, principal: PrincipalId) -> Self {
        Self {
            principal_id: principal,
            name: name.into(),
            environment: KeyEnvironment::default(),
            workspace_id: None,
            scopes: None,
            expires_at: None,
        }
    }
}

/// An API key as it is stored: without the key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiKeyRow {
    /// The id.
    pub id: ApiKeyId,
    /// Who acts with it.
    pub principal_id: PrincipalId,
    /// The only workspace it is good for.
    pub workspace_id: Option<WorkspaceId>,
    /// What it is for.
    pub name: String,
    /// How the key begins: enough to recognize it, and to revoke it.
    pub prefix: String,
    /// The only permissions it carries.
    pub scopes: Option<Vec<Permission>>,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
    /// When another key was issued to replace it.
    pub rotated_at: Option<Timestamp>,
    /// The key that replaces it.
    pub rotated_to: Option<ApiKeyId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The principal who created it, if one did.
    pub created_by: Option<PrincipalId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
}

impl ApiKeyRow {
    /// Whether it is neither revoked nor expired at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl TryFrom<sql::ApiKey> for ApiKeyRow {
    type Error = Error;

    fn try_from(row: sql::ApiKey) -> Result<Self> {
        Ok(Self {
            id: ApiKeyId(row.id),
            principal_id: PrincipalId(row.principal_id),
            workspace_id: row.workspace_id.map(WorkspaceId),
            name: row.name,
            prefix: format!("af_{}_{}", row.environment, row.key_id),
            scopes: scopes(row.id, row.scopes)?,
            expires_at: row.expires_at,
            rotated_at: row.rotated_at,
            rotated_to: row.rotated_to.map(ApiKeyId),
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            created_by: row.created_by.map(PrincipalId),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn scopes(row: uuid::Uuid, scopes: Option<Vec<String>>) -> Result<Option<Vec<Permission>>> {
    let read = |scope: String| known("api_keys", "scopes", row, &scope);
    scopes.map(|scopes| scopes.into_iter().map(read).collect()).transpose()
}

/// A key that was just issued. The key itself cannot be had again.
#[derive(Debug)]
pub struct IssuedKey {
    /// What is stored of it.
    pub row: ApiKeyRow,
    /// The key.
    pub key: ApiKey,
}

/// The API keys of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction.
#[derive(Debug, Clone)]
pub struct Keys(Handle);

impl Keys {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Issues a key.
    ///
    /// Fails with [`Error::NotFound`] when the principal or the workspace is not this tenant's, and with
    /// [`Error::InvalidInput`] for a scope that is no permission and an end that is past.
    pub async fn create(&self, new: NewKey, by: &Actor) -> Result<IssuedKey> {
        const OPERATION: &str = "create an API key";
        check_name(OPERATION, "name", &new.name)?;
        let now = self.0.shared.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            let input = InvalidInput::new("expires_at", "expected a time in the future");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        if new.scopes.as_ref().is_some_and(Vec::is_empty) {
            let reason =
                "expected at least one permission; leave it out for all of the principal's";
            return Err(Error::InvalidInput {
                operation: OPERATION,
                input: InvalidInput::new("scopes", reason),
            });
        }
        let tx = self.0.begin().await?;
        check_known(OPERATION, &tx, new.scopes.as_deref().unwrap_or_default()).await?;
        let issued = self.issue(OPERATION, &tx, &new, now, by).await?;
        let event = event("api_key.created", &issued.row, by)
            .with_detail("scopes", serde_json::to_value(&issued.row.scopes).unwrap_or_default())
            .with_detail("expires_at", issued.row.expires_at.map(|end| end.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(issued)
    }

    async fn issue(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        new: &NewKey,
        now: Timestamp,
        by: &Actor,
    ) -> Result<IssuedKey> {
        let shared = &self.0.shared;
        let key = ApiKey::generate(self.0.tenant, &new.environment, &*shared.entropy);
        let scopes: Option<Vec<_>> =
            new.scopes.as_ref().map(|scopes| scopes.iter().map(Permission::as_str).collect());
        let row = sql::insert_api_key()
            .bind(
                tx,
                self.0.tenant.as_uuid(),
                &shared.next_id(),
                new.principal_id.as_uuid(),
                &new.workspace_id.map(|id| id.0),
                &new.name.as_str(),
                &new.environment.as_str(),
                &key.key_id(),
                &key.hash().as_bytes(),
                &scopes,
                &new.expires_at,
                &by.principal_id().map(|id| id.0),
                &now,
            )
            .one()
            .await
            .map_err(|error| Error::from_postgres(operation, error))?;
        Ok(IssuedKey { row: row.try_into()?, key })
    }

    /// The key with this id.
    pub async fn get(&self, id: ApiKeyId) -> Result<Option<ApiKeyRow>> {
        let flight = self.0.flight().await?;
        let row =
            sql::get_api_key().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land("get an API key", row).await?.map(ApiKeyRow::try_from).transpose()
    }

    /// The one key that begins like this: with a prefix as it is shown, a shorter one of at least four characters of
    /// the key id, or a whole key. Fails with [`Error::Conflict`] when several do.
    pub async fn find_by_prefix(&self, prefix: &str) -> Result<Option<ApiKeyRow>> {
        const OPERATION: &str = "find an API key";
        let (environment, start) = split_prefix(prefix).map_err(Error::invalid(OPERATION))?;
        let flight = self.0.flight().await?;
        let rows = sql::list_api_keys_by_prefix()
            .bind(&flight, self.0.tenant.as_uuid(), &start, &environment)
            .all()
            .await;
        let mut rows = flight.land(OPERATION, rows).await?;
        if rows.len() > 1 {
            let reason = "several keys begin like this; give more of it".to_owned();
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        rows.pop().map(ApiKeyRow::try_from).transpose()
    }

    /// A page of keys in order of their ids, after the one that ended the page before.
    pub async fn list(
        &self,
        principal: Option<PrincipalId>,
        after: Option<ApiKeyId>,
        limit: u16,
    ) -> Result<Vec<ApiKeyRow>> {
        let flight = self.0.flight().await?;
        let rows = sql::list_api_keys()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|id| id.0),
                &principal.map(|id| id.0),
                &i64::from(limit),
            )
            .all()
            .await;
        flight.land("list API keys", rows).await?.into_iter().map(ApiKeyRow::try_from).collect()
    }

    /// Issues a key that replaces this one: for the same principal, with the same name and limits, and to live as long.
    /// Both work until `overlap` is over, or the old one ends of itself.
    ///
    /// Fails with [`Error::Conflict`] when the key is revoked, expired or rotated already, and while the key that it
    /// replaces still works: there are never more than two. Revoke the older one to go on at once.
    pub async fn rotate(
        &self,
        id: ApiKeyId,
        overlap: SignedDuration,
        by: &Actor,
    ) -> Result<IssuedKey> {
        const OPERATION: &str = "rotate an API key";
        if overlap.is_negative() || overlap > MAX_OVERLAP {
            let input = InvalidInput::new("overlap", "expected 0 to 90 days");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        let now = self.0.shared.now();
        let tx = self.0.begin().await?;
        let row = sql::lock_api_key().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let row = row.map_err(|error| Error::from_postgres(OPERATION, error))?;
        let Some(row) = row else {
            tx.rollback().await?;
            return Err(Error::not_found(OPERATION, format!("API key {id}")));
        };
        let new = successor(&row, now)?;
        let old = ApiKeyRow::try_from(row)?;
        if !old.is_live(now) || old.rotated_at.is_some() {
            tx.rollback().await?;
            let state =
                if old.rotated_at.is_some() { "rotated already" } else { "no longer in use" };
            return Err(Error::Conflict {
                operation: OPERATION,
                reason: format!("the key is {state}"),
            });
        }
        if let Some(older) = self.overlapping(OPERATION, &tx, id, now).await? {
            tx.rollback().await?;
            let reason =
                format!("key {older}, which it replaces, still works; revoke that one first");
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        let issued = self.issue(OPERATION, &tx, &new, now, by).await?;
        let retired = sql::retire_api_key()
            .bind(
                &tx,
                &now,
                issued.row.id.as_uuid(),
                &later(now, overlap),
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let retired = retired.map_err(|error| Error::from_postgres(OPERATION, error))?;
        let event = event("api_key.rotated", &old, by)
            .with_detail("rotated_to", issued.row.id.to_string())
            .with_detail("new_prefix", issued.row.prefix.as_str())
            .with_detail("expires_at", retired.expires_at.map(|end| end.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(issued)
    }

    async fn overlapping(
        &self,
        operation: &'static str,
        tx: &TenantTx,
        id: ApiKeyId,
        now: Timestamp,
    ) -> Result<Option<ApiKeyId>> {
        let row = sql::get_overlapping_api_key()
            .bind(tx, self.0.tenant.as_uuid(), id.as_uuid(), &now)
            .opt()
            .await
            .map_err(|error| Error::from_postgres(operation, error))?;
        Ok(row.map(|row| ApiKeyId(row.id)))
    }

    /// Revokes a key, at once. Revoking twice changes nothing.
    pub async fn revoke(&self, id: ApiKeyId, by: &Actor) -> Result<ApiKeyRow> {
        const OPERATION: &str = "revoke an API key";
        let now = self.0.shared.now();
        let tx = self.0.begin().await?;
        let row = sql::revoke_api_key()
            .bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await
            .map_err(|error| Error::from_postgres(OPERATION, error))?;
        let Some(row) = row else {
            tx.rollback().await?;
            let row = self.get(id).await?;
            return row.ok_or_else(|| Error::not_found(OPERATION, format!("API key {id}")));
        };
        let row = ApiKeyRow::try_from(row)?;
        tx.audit_and_commit(&event("api_key.revoked", &row, by)).await?;
        Ok(row)
    }

    /// Revokes the one key that begins like this; see [`find_by_prefix`](Keys::find_by_prefix).
    pub async fn revoke_by_prefix(&self, prefix: &str, by: &Actor) -> Result<ApiKeyRow> {
        let Some(found) = self.find_by_prefix(prefix).await? else {
            return Err(Error::not_found("revoke an API key", "a key that begins like this"));
        };
        self.revoke(found.id, by).await
    }

    /// Who presents this key, in one round trip.
    ///
    /// A text that is no key at all fails with [`Error::InvalidInput`], without asking the database. Whatever else is
    /// wrong fails with [`Error::Unauthenticated`]; the reason is in the audit chain.
    pub async fn authenticate(&self, text: &str, origin: &Origin) -> Result<Authenticated> {
        let key = ApiKey::parse(text).map_err(Error::invalid(AUTHENTICATE))?;
        let now = self.0.shared.now();
        match self.look_up(&key, now).await? {
            Ok(row) => self.accept(row, now, origin).await,
            Err(why) => {
                let resource = Resource::new("api_key", key.prefix());
                Err(self.0.refuse(AUTHENTICATE, REFUSED, resource, why, origin).await)
            }
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
        let flight = self.0.flight().await?;
        let row = sql::get_api_key_login()
            .bind(&flight, self.0.tenant.as_uuid(), &key.key_id())
            .opt()
            .await;
        let row = land_login(AUTHENTICATE, flight, row).await?;
        Ok(row.ok_or(Refusal::Unknown).and_then(|row| judge(&row, &key.hash(), now).map(|()| row)))
    }

    async fn accept(
        &self,
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
            None => self.first_use(id, &accepted, now, origin).await?,
            Some(last) if later(last, TOUCHED_EVERY) <= now => self.touch(id, now).await,
            Some(_) => {}
        }
        Ok(accepted)
    }

    /// The first use of a key is recorded: whoever issued it knows that it arrived, and from where it is used.
    async fn first_use(
        &self,
        id: ApiKeyId,
        who: &Authenticated,
        now: Timestamp,
        origin: &Origin,
    ) -> Result<()> {
        let tx = self.0.begin().await?;
        let touched = sql::touch_api_key()
            .bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid(), &later(now, -TOUCHED_EVERY))
            .await
            .map_err(|error| Error::from_postgres(AUTHENTICATE, error))?;
        if touched == 0 {
            return tx.rollback().await;
        }
        let event = Event::new("api_key.first_used", Resource::new("api_key", id), who.actor());
        tx.audit_and_commit(&origin.stamp(event)).await.map(drop)
    }

    /// A key that is good is not refused because the time of its use could not be noted.
    async fn touch(&self, id: ApiKeyId, now: Timestamp) {
        let touched = async {
            let flight = self.0.flight().await?;
            let touched = sql::touch_api_key()
                .bind(
                    &flight,
                    &now,
                    self.0.tenant.as_uuid(),
                    id.as_uuid(),
                    &later(now, -TOUCHED_EVERY),
                )
                .await;
            flight.land("note the use of an API key", touched).await
        };
        if let Err(error) = touched.await {
            tracing::warn!(%error, key = %id, "the use of an API key could not be noted");
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

/// What replaces a key. It lives as long as the key was meant to.
fn successor(old: &sql::ApiKey, now: Timestamp) -> Result<NewKey> {
    Ok(NewKey {
        principal_id: PrincipalId(old.principal_id),
        name: old.name.clone(),
        environment: known("api_keys", "environment", old.id, &old.environment)?,
        workspace_id: old.workspace_id.map(WorkspaceId),
        scopes: scopes(old.id, old.scopes.clone())?,
        expires_at: old.expires_at.map(|end| later(now, end.duration_since(old.created_at))),
    })
}

/// Environment and beginning of the key id; the whole key id of a whole key.
fn split_prefix(text: &str) -> Result<(Option<&str>, &str), InvalidInput> {
    let (environment, rest) = match text.strip_prefix("af_").and_then(|rest| rest.split_once('_')) {
        Some((environment, rest)) => (Some(environment), rest),
        None => (None, text),
    };
    let start = rest.get(..rest.len().min(12)).unwrap_or_default();
    if start.len() < MIN_PREFIX || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let reason =
            "expected the beginning of a key as it is shown, af_live_ and at least 4 characters";
        return Err(InvalidInput::new("prefix", reason));
    }
    Ok((environment, start))
}

fn event(action: &str, key: &ApiKeyRow, by: &Actor) -> Event {
    let mut event = Event::new(action, Resource::new("api_key", key.id), by.clone())
        .with_detail("name", key.name.as_str())
        .with_detail("prefix", key.prefix.as_str())
        .with_detail("principal_id", key.principal_id.to_string());
    event.workspace_id = key.workspace_id.map(|id| id.0);
    event
}
