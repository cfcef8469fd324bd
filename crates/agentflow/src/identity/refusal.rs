use agentflow_core::audit::{Actor, Event, Resource};
use agentflow_sql::queries::tenancy::name_tenant;

use super::{Authenticated, Origin};
use crate::{
    audit,
    error::{Error, Result},
    observe,
    scope::{Flight, TenantTx},
    store::Handle,
};

/// Why a credential was not accepted. Goes into the audit chain and nowhere else: the caller is told the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody has it, or there is no tenant to have it.
    Unknown,
    /// It names another tenant than the one it was presented to.
    ForeignTenant,
    /// The public part is known, the secret is another.
    WrongSecret,
    WrongPassword,
    /// There is a user, but no password to compare with.
    NoPassword,
    Revoked,
    Expired,
    /// Not used for too long.
    Idle,
    /// The principal was deactivated.
    Inactive,
    TenantSuspended,
    /// It belongs to another subject of the JWT than the one presented with it.
    OtherSubject,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::ForeignTenant => "foreign_tenant",
            Self::WrongSecret => "wrong_secret",
            Self::WrongPassword => "wrong_password",
            Self::NoPassword => "no_password",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Idle => "idle",
            Self::Inactive => "inactive",
            Self::TenantSuspended => "tenant_suspended",
            Self::OtherSubject => "other_subject",
        }
    }
}

/// Ends the look-up of whoever presents a credential. Where there is no tenant to look in, or a suspended one, nobody is
/// found.
pub(crate) async fn land_login<T>(
    flight: Flight,
    found: Result<Option<T>, tokio_postgres::Error>,
) -> Result<Option<T>> {
    let is_refused_by_scope = |error: &tokio_postgres::Error| {
        let constraint = error.as_db_error().and_then(|db| db.constraint());
        matches!(constraint, Some("tenant_active" | "tenant_exists"))
    };
    if found.as_ref().is_err_and(is_refused_by_scope) {
        flight.turn_back();
        return Ok(None);
    }
    flight.land(found).await
}

impl Handle {
    /// Begins what an accepted credential leads to. A tenant that was suspended since the credential was looked up
    /// refuses it like one that was before.
    pub(crate) async fn begin_login(
        &self,
        operation: &'static str,
        action: &str,
        resource: Resource,
        origin: &Origin,
    ) -> Result<TenantTx> {
        match self.begin(operation).await {
            Err(error @ (Error::Denied { .. } | Error::NotFound { .. })) => {
                Err(self.refuse_outside(operation, error, refused(action, resource), origin).await)
            }
            begun => begun,
        }
    }

    /// Records that a credential was accepted, for a tenant that wants to know of each; what it cannot be recorded for is
    /// not accepted. `None` for a tenant that was suspended since the credential was looked up.
    pub(crate) async fn record_accepted(
        &self,
        operation: &'static str,
        action: &str,
        resource: Resource,
        who: &Authenticated,
        origin: &Origin,
    ) -> Result<Option<()>> {
        let recorded = async {
            if self.policy(operation).await?.is_verbose() {
                let event = Event::new(action, resource, who.actor());
                self.record(&origin.stamp(event)).await?;
            }
            Ok(Some(()))
        };
        match recorded.await {
            Err(Error::Denied { .. } | Error::NotFound { .. }) => Ok(None),
            recorded => recorded,
        }
    }

    /// Records why a credential was refused, and returns the one error that callers get for it.
    ///
    /// `action` is what was tried, `resource` the public part of what was presented. When it cannot be recorded, that
    /// is the error: nobody is refused unseen.
    pub(crate) async fn refuse(
        &self,
        operation: &'static str,
        action: &str,
        resource: Resource,
        why: Refusal,
        origin: &Origin,
    ) -> Error {
        let refused = refused(action, resource);
        let event = origin.stamp(refused.clone()).with_detail("reason", why.as_str());
        match self.record(&event).await {
            Ok(()) => observe::refused(Error::Unauthenticated { operation }),
            Err(error) => self.refuse_outside(operation, error, refused, origin).await,
        }
    }

    /// The same for a tenant that could not be entered, for this error: it was counted, so what callers get is not.
    async fn refuse_outside(
        &self,
        operation: &'static str,
        error: Error,
        refused: Event,
        origin: &Origin,
    ) -> Error {
        let recorded = match error {
            // Suspended: its chain goes on, and this is the reason that counts.
            Error::Denied { .. } => {
                let reason = Refusal::TenantSuspended.as_str();
                let event = origin.stamp(refused).with_detail("reason", reason);
                self.record_while_suspended(&event).await
            }
            error => Err(error),
        };
        match recorded {
            // A tenant that is gone has no chain to record anything in.
            Ok(()) | Err(Error::NotFound { .. }) => Error::Unauthenticated { operation },
            Err(error) => error,
        }
    }

    /// A suspended tenant refuses new scopes; its chain is named without entering it, in the runtime role as ever.
    async fn record_while_suspended(&self, event: &Event) -> Result<()> {
        let connection = self.shared.checked_connection().await?;
        let tx = TenantTx::begin_nowhere(audit::APPEND, connection, self.shared.clone()).await?;
        let named = name_tenant().bind(&tx, self.tenant.as_uuid()).one().await;
        named.map_err(|error| Error::from_postgres("name a tenant", error))?;
        tx.set_tenant(self.tenant);
        tx.audit_and_commit(event).await.map(drop)
    }
}

fn refused(action: &str, resource: Resource) -> Event {
    Event::new(action, resource, Actor::user("anonymous")).failed()
}
