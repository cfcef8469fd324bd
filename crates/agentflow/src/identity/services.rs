use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    identity::PrincipalKind,
    ids::PrincipalId,
};
use agentflow_sql::queries::principals as sql;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Principal;
use crate::{
    error::{Error, Result},
    input::{check_json, check_name},
    settle::settle,
    store::Handle,
};

/// A service to be.
#[derive(Debug, Clone)]
pub struct NewService {
    /// The name, unique among the services of the tenant: 1 to 63 lower-case letters, digits, `.`, `_` and `-`, the
    /// first one a letter or a digit. Nothing that reads as a UUID, which is how principals are named by their ids.
    pub name: String,
    /// The name for people; the name itself if absent.
    pub display_name: Option<String>,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
}

impl NewService {
    /// A service with a name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), display_name: None, metadata: Map::new() }
    }
}

/// Whether it may name a service.
pub(super) fn is_service_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && name.as_bytes().first().is_some_and(|byte| is_plain(*byte))
        && Uuid::parse_str(name).is_err()
}

/// The services of a tenant: programs with credentials of their own. Every change is recorded in the tenant's audit
/// chain, in the same transaction. What they have in common with people is changed by
/// [`Principals`](super::Principals).
#[derive(Debug, Clone)]
pub struct Services(Handle);

impl Services {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Creates a service, which is active from the start. Fails with [`Error::AlreadyExists`] when the name is taken.
    pub async fn create(&self, new: NewService, by: &Actor) -> Result<Principal> {
        const OPERATION: &str = "create a service";
        if !is_service_name(&new.name) {
            let reason = "expected 1 to 63 lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or a \
                          digit, and no UUID";
            return Err(Error::invalid(OPERATION)(InvalidInput::new("name", reason)));
        }
        let display_name = new.display_name.as_deref().unwrap_or(&new.name);
        check_name(OPERATION, "display_name", display_name)?;
        check_json(OPERATION, "metadata", &new.metadata)?;
        let id = PrincipalId(self.0.shared.next_id());
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::insert_service()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &display_name,
                &new.name.as_str(),
                &Value::Object(new.metadata),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let service = Principal::try_from(row)?;
        let event = Event::new("service.created", Resource::new("service", id), by.clone())
            .with_detail("name", new.name)
            .with_detail("display_name", service.display_name.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(service)
    }

    /// The service with this name.
    pub async fn find(&self, name: &str) -> Result<Option<Principal>> {
        if !is_service_name(name) {
            return Ok(None);
        }
        let flight = self.0.flight("find a service").await?;
        let row = sql::get_principal_by_service_name()
            .bind(&flight, self.0.tenant.as_uuid(), &name)
            .opt()
            .await;
        flight.land(row).await?.map(Principal::try_from).transpose()
    }

    /// A page of at most `limit` services in order of their ids, which is the order of creation, behind `after`.
    pub async fn list(&self, after: Option<PrincipalId>, limit: u16) -> Result<Vec<Principal>> {
        super::Principals::new(self.0.clone())
            .list(Some(PrincipalKind::Service), after, limit)
            .await
    }

    /// Deletes a service with its bindings, keys and sessions. Fails with [`Error::NotFound`] when there is no such
    /// service.
    pub async fn delete(&self, id: PrincipalId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a service";
        let tx = self.0.begin(OPERATION).await?;
        let row =
            sql::lock_principal().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(name) = row.and_then(|row| row.service_name) else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("service {id}"))).await);
        };
        let kind = PrincipalKind::Service.as_str();
        let tenant = self.0.tenant.as_uuid();
        let deleted = sql::delete_principal().bind(&tx, tenant, id.as_uuid(), &kind).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let event = Event::new("service.deleted", Resource::new("service", id), by.clone())
            .with_detail("name", name);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }
}
