mod login;

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    identity::SessionToken,
    ids::{PrincipalId, SessionId},
};
use agentflow_sql::queries::sessions as sql;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Origin, later, principals::share_active};
use crate::{
    error::{Error, Result},
    observe,
    settle::settle,
    store::Handle,
};

const MAX_LIFETIME: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How many rows are removed in one transaction.
const BATCH: i64 = 1_000;

/// A session to be.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Who is logged in.
    pub principal_id: PrincipalId,
    /// When it ends, however much it is used: up to 400 days, in whole seconds; 12 hours by default.
    pub lifetime: SignedDuration,
    /// It also ends when it was not used for so long: at least one second, and no longer than the lifetime, in whole
    /// seconds; 30 minutes by default.
    pub idle_timeout: SignedDuration,
    /// The subject of the JWT it belongs to. Then it is good together with that subject only.
    pub jwt_sub: Option<String>,
}

impl NewSession {
    /// A session of 12 hours that ends after 30 idle minutes and belongs to no JWT.
    pub fn of(principal: PrincipalId) -> Self {
        Self {
            principal_id: principal,
            lifetime: SignedDuration::from_hours(12),
            idle_timeout: SignedDuration::from_mins(30),
            jwt_sub: None,
        }
    }

    fn check(&self) -> Result<(), InvalidInput> {
        let second = SignedDuration::from_secs(1);
        if self.lifetime < second || self.lifetime > MAX_LIFETIME {
            return Err(InvalidInput::new("lifetime", "expected 1 second to 400 days"));
        }
        if self.idle_timeout < second || self.idle_timeout > self.lifetime {
            let reason = "expected at least 1 second, and no more than the lifetime";
            return Err(InvalidInput::new("idle_timeout", reason));
        }
        for (field, time) in [("lifetime", self.lifetime), ("idle_timeout", self.idle_timeout)] {
            if time.subsec_nanos() != 0 {
                return Err(InvalidInput::new(field, "expected whole seconds"));
            }
        }
        let is_text =
            |sub: &String| (1..=255).contains(&sub.chars().count()) && !sub.contains('\0');
        if !self.jwt_sub.as_ref().is_none_or(is_text) {
            return Err(InvalidInput::new("jwt_sub", "expected 1 to 255 characters"));
        }
        Ok(())
    }
}

/// A session as it is stored: without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// The id. A JWT that belongs to the session has it as its `sid` claim.
    pub id: SessionId,
    /// Who is logged in.
    pub principal_id: PrincipalId,
    /// The subject of the JWT it belongs to.
    pub jwt_sub: Option<String>,
    /// Where it was opened from.
    pub client_ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub issued_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// After how many seconds without use it ends as well.
    pub idle_timeout_seconds: i32,
    /// When it was last used, to the minute or to a tenth of a shorter idle timeout.
    pub last_seen_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Session {
    /// Whether it is neither revoked nor at its end at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.ends_at()
    }

    /// When it ends unless it is used before.
    pub fn ends_at(&self) -> Timestamp {
        idle_end(self.last_seen_at, self.idle_timeout_seconds).min(self.expires_at)
    }
}

impl From<sql::Session> for Session {
    fn from(row: sql::Session) -> Self {
        Self {
            id: SessionId(row.id),
            principal_id: PrincipalId(row.principal_id),
            jwt_sub: row.jwt_sub,
            client_ip: row.client_ip,
            user_agent: row.user_agent,
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            idle_timeout_seconds: row.idle_timeout_seconds,
            last_seen_at: row.last_seen_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A session that was just opened. Its token cannot be had again.
#[derive(Debug)]
pub struct IssuedSession {
    /// What is stored of it.
    pub row: Session,
    /// The token.
    pub token: SessionToken,
}

/// The sessions of a tenant. Opening and revoking is recorded in the tenant's audit chain, in the same transaction.
#[derive(Debug, Clone)]
pub struct Sessions(Handle);

impl Sessions {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Opens a session for somebody who proved who they are.
    ///
    /// Open a new one at every login and whenever somebody gains rights, and revoke the old one. Fails with
    /// [`Error::NotFound`] when the principal is not this tenant's, and with [`Error::Conflict`] when it is inactive.
    pub async fn open(
        &self,
        new: NewSession,
        origin: &Origin,
        by: &Actor,
    ) -> Result<IssuedSession> {
        const OPERATION: &str = "open a session";
        new.check().map_err(Error::invalid(OPERATION))?;
        let (shared, tenant) = (&self.0.shared, self.0.tenant);
        let (now, token) = (shared.now(), SessionToken::generate(tenant, &*shared.entropy));
        let tx = self.0.begin(OPERATION).await?;
        let (tx, _) = share_active(OPERATION, &self.0, tx, new.principal_id).await?;
        let row = sql::insert_session()
            .bind(
                &tx,
                tenant.as_uuid(),
                &shared.next_id(),
                new.principal_id.as_uuid(),
                &token.hash().as_bytes(),
                &new.jwt_sub.as_deref(),
                &origin.client_ip.map(|ip| ip.to_string()),
                &origin.stored_user_agent(),
                &now,
                &later(now, new.lifetime),
                &i32::try_from(new.idle_timeout.as_secs()).unwrap_or(i32::MAX),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let row = Session::from(row);
        let event = event("session.opened", row.id, by)
            .with_detail("principal_id", row.principal_id.to_string())
            .with_detail("expires_at", row.expires_at.to_string());
        tx.audit_and_commit(&origin.stamp(event)).await?;
        Ok(IssuedSession { row, token })
    }

    /// The session with this id.
    pub async fn get(&self, id: SessionId) -> Result<Option<Session>> {
        let flight = self.0.flight("get a session").await?;
        let row =
            sql::get_session().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        Ok(flight.land(row).await?.map(Session::from))
    }

    /// A page of sessions in order of their ids, after the one that ended the page before; ended ones as well.
    pub async fn list(
        &self,
        principal: Option<PrincipalId>,
        after: Option<SessionId>,
        limit: u16,
    ) -> Result<Vec<Session>> {
        let flight = self.0.flight("list sessions").await?;
        let rows = sql::list_sessions()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &principal.map(|id| id.0),
                &after.map(|id| id.0),
                &i64::from(limit),
            )
            .all()
            .await;
        Ok(flight.land(rows).await?.into_iter().map(Session::from).collect())
    }

    /// Notes that a session is in use, which moves its idle end. [`authenticate`](Sessions::authenticate) does so by
    /// itself. Fails with [`Error::NotFound`] when it ended already: nothing brings it back.
    pub async fn touch(&self, id: SessionId) -> Result<()> {
        const OPERATION: &str = "note the use of a session";
        let now = self.0.shared.now();
        let flight = self.0.flight(OPERATION).await?;
        let touched =
            sql::touch_session().bind(&flight, &now, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let touched = touched.map(|sessions| (sessions > 0).then_some(()));
        let missing = || Error::not_found(OPERATION, format!("an open session {id}"));
        flight.land_found(touched, missing).await
    }

    /// Revokes a session, at once. Revoking twice changes nothing.
    pub async fn revoke(&self, id: SessionId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "revoke a session";
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let revoked =
            sql::revoke_session().bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, revoked) = settle(OPERATION, tx, revoked).await?;
        if revoked == 0 {
            tx.rollback().await?;
            let known = self.get(id).await?.map(drop);
            let missing = || Error::not_found(OPERATION, format!("session {id}"));
            return known.ok_or_else(|| observe::refused(missing()));
        }
        tx.audit_and_commit(&event("session.revoked", id, by)).await.map(drop)
    }

    /// Revokes every open session of a principal, and returns how many there were.
    pub async fn revoke_all(&self, principal: PrincipalId, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "revoke sessions";
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let revoked = sql::revoke_sessions_of()
            .bind(&tx, &now, self.0.tenant.as_uuid(), principal.as_uuid())
            .await;
        let (tx, revoked) = settle(OPERATION, tx, revoked).await?;
        if revoked == 0 {
            tx.rollback().await?;
            return Ok(0);
        }
        let resource = Resource::new("principal", principal);
        let event = Event::new("session.all_revoked", resource, by.clone())
            .with_detail("sessions", revoked);
        tx.audit_and_commit(&event).await?;
        Ok(revoked)
    }

    /// Removes the sessions that ended before a time — at their absolute end, idle, or revoked —, and returns how many
    /// there were. Works in batches, each of which is recorded; what is removed when it is interrupted stays removed.
    ///
    /// Fails with [`Error::InvalidInput`] for a time to come, before which open sessions would end too.
    pub async fn remove_ended(&self, before: Timestamp, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "remove ended sessions";
        if before > self.0.shared.now() {
            let input = InvalidInput::new("before", "expected a time that is not in the future");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        let mut total = 0;
        loop {
            let tx = self.0.begin(OPERATION).await?;
            let removed = sql::delete_ended_sessions()
                .bind(&tx, self.0.tenant.as_uuid(), &before, &BATCH)
                .await;
            let (tx, removed) = settle(OPERATION, tx, removed).await?;
            if removed == 0 {
                tx.rollback().await?;
                return Ok(total);
            }
            total += removed;
            let event = Event::new("session.removed", Resource::kind("session"), by.clone())
                .with_detail("sessions", removed)
                .with_detail("before", before.to_string());
            tx.audit_and_commit(&event).await?;
        }
    }
}

fn idle_end(last_seen_at: Timestamp, idle_timeout_seconds: i32) -> Timestamp {
    later(last_seen_at, SignedDuration::from_secs(idle_timeout_seconds.into()))
}

fn event(action: &str, id: SessionId, by: &Actor) -> Event {
    Event::new(action, Resource::new("session", id), by.clone())
}
