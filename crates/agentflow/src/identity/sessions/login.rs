//! Tokens and the sessions that JWTs name: presented, judged, and their use noted.

use agentflow_core::{
    audit::Resource,
    identity::SessionToken,
    ids::{PrincipalId, SessionId},
};
use agentflow_sql::queries::sessions as sql;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Authenticated, Credential, Origin, Refusal, later, refusal::land_login},
    Sessions, idle_end,
};
use crate::{
    error::{Error, Result},
    input::known,
};

/// How exact `last_seen_at` is, where the idle timeout is not shorter than ten times this.
const TOUCHED_EVERY: SignedDuration = SignedDuration::from_secs(60);
const AUTHENTICATE: &str = "authenticate a session";
const REFUSED: &str = "session.authentication_refused";

impl Sessions {
    /// Who presents this token, in one round trip, and one more about once a minute to note the use.
    ///
    /// `jwt_sub` is the subject of the JWT that came with it, and must be the session's. A text that is no token at all
    /// fails with [`Error::InvalidInput`], without asking the database. Whatever else is wrong fails with
    /// [`Error::Unauthenticated`]; the reason is in the audit chain. Where the tenant's log level is verbose, every use is.
    pub async fn authenticate(
        &self,
        token: &str,
        jwt_sub: Option<&str>,
        origin: &Origin,
    ) -> Result<Authenticated> {
        let token = SessionToken::parse(token).map_err(Error::invalid(AUTHENTICATE))?;
        if token.tenant() != self.0.tenant {
            return Err(self.refuse(None, Refusal::ForeignTenant, origin).await);
        }
        let flight = self.0.flight(AUTHENTICATE).await?;
        let row = sql::get_session_login_by_token()
            .bind(&flight, self.0.tenant.as_uuid(), &token.hash().as_bytes())
            .opt()
            .await;
        let row = land_login(flight, row).await?;
        self.accept(row, jwt_sub, origin).await
    }

    /// Whether the session that a verified JWT names (its `sid` claim) is still good for the JWT's subject.
    ///
    /// For platforms whose credential is the JWT itself: this is how it can be revoked before it expires.
    pub async fn check(
        &self,
        id: SessionId,
        jwt_sub: &str,
        origin: &Origin,
    ) -> Result<Authenticated> {
        let row = self.look_up(id).await?;
        self.accept(row, Some(jwt_sub), origin).await
    }

    async fn look_up(&self, id: SessionId) -> Result<Option<sql::SessionLogin>> {
        let flight = self.0.flight(AUTHENTICATE).await?;
        let row = sql::get_session_login()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        land_login(flight, row).await
    }

    async fn accept(
        &self,
        row: Option<sql::SessionLogin>,
        jwt_sub: Option<&str>,
        origin: &Origin,
    ) -> Result<Authenticated> {
        let now = self.0.shared.now();
        let mut row = self.admit(row, jwt_sub, now, origin).await?;
        let id = SessionId(row.id);
        let idle = SignedDuration::from_secs(row.idle_timeout_seconds.into());
        if later(row.last_seen_at, TOUCHED_EVERY.min(idle / 10)) <= now {
            let flight = self.0.flight(AUTHENTICATE).await?;
            let touched = sql::touch_session()
                .bind(&flight, &now, self.0.tenant.as_uuid(), id.as_uuid())
                .await
                .map(Some);
            match land_login(flight, touched).await? {
                None => return Err(self.refuse(Some(id), Refusal::TenantSuspended, origin).await),
                // Something happened to it since it was looked up.
                Some(0) => row = self.admit(self.look_up(id).await?, jwt_sub, now, origin).await?,
                Some(_) => {}
            }
        }
        let accepted = Authenticated {
            principal_id: PrincipalId(row.principal_id),
            kind: known("principals", "type", row.principal_id, &row.r#type)?,
            credential: Credential::Session { id },
        };
        let resource = Resource::new("session", id);
        let action = "session.authenticated";
        match self.0.record_accepted(AUTHENTICATE, action, resource, &accepted, origin).await? {
            Some(()) => Ok(accepted),
            None => Err(self.refuse(Some(id), Refusal::TenantSuspended, origin).await),
        }
    }

    /// The session that was looked up, unless it is to be refused.
    async fn admit(
        &self,
        row: Option<sql::SessionLogin>,
        jwt_sub: Option<&str>,
        now: Timestamp,
        origin: &Origin,
    ) -> Result<sql::SessionLogin> {
        let Some(row) = row else {
            return Err(self.refuse(None, Refusal::Unknown, origin).await);
        };
        match judge(&row, jwt_sub, now) {
            Ok(()) => Ok(row),
            Err(why) => Err(self.refuse(Some(SessionId(row.id)), why, origin).await),
        }
    }

    async fn refuse(&self, id: Option<SessionId>, why: Refusal, origin: &Origin) -> Error {
        let resource =
            id.map_or_else(|| Resource::kind("session"), |id| Resource::new("session", id));
        self.0.refuse(AUTHENTICATE, REFUSED, resource, why, origin).await
    }
}

fn judge(row: &sql::SessionLogin, jwt_sub: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
    if row.revoked_at.is_some() {
        return Err(Refusal::Revoked);
    }
    if row.expires_at <= now {
        return Err(Refusal::Expired);
    }
    if idle_end(row.last_seen_at, row.idle_timeout_seconds) <= now {
        return Err(Refusal::Idle);
    }
    if !row.is_active {
        return Err(Refusal::Inactive);
    }
    if row.jwt_sub.as_deref() != jwt_sub {
        return Err(Refusal::OtherSubject);
    }
    Ok(())
}
