//! Who may open what is sealed: services, and only those that are named.

use agentflow_core::{InvalidInput, audit::Actor, identity::PrincipalKind, ids::PrincipalId};
use agentflow_sql::queries::principals as sql;

use crate::{
    error::{Error, Result},
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// A service that is to be able to open something: it stays what it is until the transaction ends. Fails with
/// [`Error::NotFound`] when it is not there, with [`Error::InvalidInput`] for a person, and with [`Error::Conflict`] when it is
/// inactive.
pub(super) async fn share_service(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    id: PrincipalId,
) -> Result<TenantTx> {
    let row = sql::share_principal().bind(&tx, handle.tenant.as_uuid(), id.as_uuid()).opt().await;
    let (tx, row) = settle(operation, tx, row).await?;
    let answer = match row {
        None => Err(Error::not_found(operation, format!("principal {id}"))),
        Some(row) => match known("principals", "type", id, &row.r#type) {
            Err(error) => Err(error),
            Ok(PrincipalKind::Human) => {
                let reason = "only services open secrets, and this is a person; create a service for the program that needs it";
                Err(Error::invalid(operation)(InvalidInput::new("principal_id", reason)))
            }
            Ok(PrincipalKind::Service) if row.is_active => Ok(()),
            Ok(PrincipalKind::Service) => {
                Err(Error::Conflict { operation, reason: "the service is inactive".to_owned() })
            }
        },
    };
    Ok(settle_with(tx, answer).await?.0)
}

/// Holds whoever wants to open something, if there, as it is until the transaction ends: who is deactivated meanwhile comes
/// either before, and gets nothing, or after it.
pub(super) async fn share_opener(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    id: PrincipalId,
) -> Result<TenantTx> {
    let row = sql::share_principal().bind(&tx, handle.tenant.as_uuid(), id.as_uuid()).opt().await;
    Ok(settle(operation, tx, row).await?.0)
}

/// Who it is to the audit chain that wants to open what is not there.
pub(super) async fn asker(
    operation: &'static str,
    handle: &Handle,
    id: PrincipalId,
) -> Result<Actor> {
    let flight = handle.flight(operation).await?;
    let row = sql::get_principal().bind(&flight, handle.tenant.as_uuid(), id.as_uuid()).opt().await;
    let kind = flight.land(row).await?.map(|row| row.r#type);
    Ok(Opener::read(id, kind.as_deref(), None, false)?.actor())
}

/// Somebody who wants to open something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opener {
    pub(super) id: PrincipalId,
    /// A person or a service; `None` for nobody of this tenant.
    kind: Option<PrincipalKind>,
    is_active: bool,
    is_granted: bool,
}

impl Opener {
    pub(super) fn read(
        id: PrincipalId,
        kind: Option<&str>,
        is_active: Option<bool>,
        is_granted: bool,
    ) -> Result<Self> {
        let kind = kind.map(|kind| known("principals", "type", id, kind)).transpose()?;
        Ok(Self { id, kind, is_active: is_active == Some(true), is_granted })
    }

    /// Who it is to the audit chain.
    pub(super) fn actor(&self) -> Actor {
        Actor::principal(self.kind.unwrap_or(PrincipalKind::Service), self.id)
    }

    /// Why it may not.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        match self.kind {
            None => Some("there is no such principal in the tenant"),
            Some(PrincipalKind::Human) => Some("only services open secrets, and this is a person"),
            Some(PrincipalKind::Service) if !self.is_active => Some("the service is inactive"),
            Some(PrincipalKind::Service) if !self.is_granted => {
                Some("it is not granted to the service")
            }
            Some(PrincipalKind::Service) => None,
        }
    }
}
