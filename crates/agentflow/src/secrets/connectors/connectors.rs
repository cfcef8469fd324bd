use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::{ConnectorId, WorkspaceId},
    sealed::Place,
    secret::{SecretKind, ValidationStatus},
};
use agentflow_sql::queries::connectors as sql;

use super::rows::{Connector, TABLE};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    secrets::rotation_log::{NewRotation, REVOKED, log_rotation},
    settle::{settle, settle_with},
    store::Handle,
};

/// The longest description of what is wrong, in characters.
const LONGEST_FAULT: usize = 2_000;

/// Which connectors to list. By default all of them.
#[derive(Debug, Clone, Default)]
pub struct ConnectorFilter {
    /// Only of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Only those to this.
    pub connector_type: Option<String>,
    /// Only those that are called so.
    pub display_name: Option<String>,
}

/// The connectors of a tenant's workspaces. Every change is recorded in the tenant's audit chain, in the same transaction; what
/// changes nothing is not.
///
/// What seals or opens credentials needs a key ring, and fails without one.
#[derive(Debug, Clone)]
pub struct Connectors(pub(super) Handle);

impl Connectors {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The connector with this id.
    pub async fn get(&self, id: ConnectorId) -> Result<Option<Connector>> {
        let flight = self.0.flight("get a connector").await?;
        let row =
            sql::get_connector().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Connector::try_from).transpose()
    }

    /// A page of connectors in order of their ids, which is the order in which they were installed, after the last one of the page
    /// before.
    pub async fn list(
        &self,
        filter: &ConnectorFilter,
        after: Option<ConnectorId>,
        limit: u16,
    ) -> Result<Vec<Connector>> {
        let flight = self.0.flight("list connectors").await?;
        let rows = sql::list_connectors()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|id| id.0),
                &filter.workspace.map(|id| id.0),
                &filter.connector_type,
                &filter.display_name,
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Connector::try_from).collect()
    }

    /// Lets the credentials of a connector be opened again, by the services it is granted to.
    pub async fn enable(&self, id: ConnectorId, by: &Actor) -> Result<Connector> {
        self.set_enabled("enable a connector", id, true, by).await
    }

    /// Lets nobody open the credentials of a connector, until it is enabled again.
    pub async fn disable(&self, id: ConnectorId, by: &Actor) -> Result<Connector> {
        self.set_enabled("disable a connector", id, false, by).await
    }

    async fn set_enabled(
        &self,
        operation: &'static str,
        id: ConnectorId,
        is_enabled: bool,
        by: &Actor,
    ) -> Result<Connector> {
        let tx = self.0.begin(operation).await?;
        let (tx, before) = self.lock(operation, tx, id).await?;
        if before.is_enabled == is_enabled {
            tx.rollback().await?;
            return Ok(before);
        }
        let set = sql::set_connector_enabled()
            .bind(&tx, &is_enabled, self.0.tenant.as_uuid(), id.as_uuid())
            .await;
        let (tx, _) = settle(operation, tx, set).await?;
        let (tx, connector) = self.reread(operation, tx, id).await?;
        let action = if is_enabled { "connector.enabled" } else { "connector.disabled" };
        tx.audit_and_commit(&connector.event(action, by)).await?;
        Ok(connector)
    }

    /// Stores what somebody found out about the credentials of a connector: that they work, or with `Err` why they do not, in at
    /// most 2,000 characters and without any part of them.
    pub async fn set_validation(
        &self,
        id: ConnectorId,
        found: Result<(), &str>,
        by: &Actor,
    ) -> Result<Connector> {
        const OPERATION: &str = "set what is known about a connector";
        let (status, fault) = match found {
            Ok(()) => (ValidationStatus::Valid, None),
            Err(fault) => (ValidationStatus::Invalid, Some(fault)),
        };
        if fault.is_some_and(|it| {
            it.is_empty() || it.chars().count() > LONGEST_FAULT || it.contains('\0')
        }) {
            let input = InvalidInput::new("validation_error", "expected 1 to 2000 characters");
            return Err(Error::InvalidInput { operation: OPERATION, input });
        }
        let tx = self.0.begin(OPERATION).await?;
        let (tx, _) = self.lock(OPERATION, tx, id).await?;
        let now = self.0.shared.now();
        let set = sql::set_connector_validation()
            .bind(&tx, &status.as_str(), &fault, &now, self.0.tenant.as_uuid(), id.as_uuid())
            .await;
        let (tx, _) = settle(OPERATION, tx, set).await?;
        let (tx, connector) = self.reread(OPERATION, tx, id).await?;
        let event = connector
            .event("connector.validated", by)
            .with_detail("validation_status", status.as_str())
            .with_detail("reason", fault);
        tx.audit_and_commit(&event).await?;
        Ok(connector)
    }

    /// Removes a connector with its credentials. Fails with [`Error::NotFound`] when it is not there.
    pub async fn remove(&self, id: ConnectorId, by: &Actor) -> Result<Connector> {
        const OPERATION: &str = "remove a connector";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, connector) = self.lock(OPERATION, tx, id).await?;
        let deleted =
            sql::delete_connector().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let rotation = NewRotation {
            kind: SecretKind::ConnectorCredential,
            secret: id.0,
            old_key: connector.kms_key_id.as_deref(),
            new_key: None,
            reason: REVOKED,
        };
        let tx = log_rotation(OPERATION, &self.0, tx, &rotation, by).await?;
        tx.audit_and_commit(&connector.event("connector.removed", by)).await?;
        Ok(connector)
    }

    /// Removes the credentials before the latest rotation whose time is over, and says how many there were. They are not given out
    /// any more in any case; this takes them out of the database.
    pub async fn prune(&self, by: &Actor) -> Result<u64> {
        const OPERATION: &str = "prune connectors";
        let tx = self.0.begin(OPERATION).await?;
        let pruned = sql::prune_connectors()
            .bind(&tx, self.0.tenant.as_uuid(), &self.0.shared.now())
            .all()
            .await;
        let (tx, pruned) = settle(OPERATION, tx, pruned).await?;
        if pruned.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        tx.audit_and_commit(&crate::secrets::pruned("connector", pruned.len(), by)).await?;
        Ok(pruned.len() as u64)
    }

    /// Where the credentials are sealed.
    pub(super) fn place(&self, id: ConnectorId) -> Place {
        self.column("encrypted_config", id)
    }

    /// Where those before are sealed.
    pub(super) fn previous_place(&self, id: ConnectorId) -> Place {
        self.column("previous_encrypted_config", id)
    }

    fn column(&self, column: &'static str, id: ConnectorId) -> Place {
        Place { table: TABLE, column, tenant: self.0.tenant, row: id.0 }
    }

    /// The connector as it is until the transaction ends.
    pub(super) async fn lock(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ConnectorId,
    ) -> Result<(TenantTx, Connector)> {
        let row =
            sql::lock_connector().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let connector = row.map_or_else(|| Err(missing(operation, id)), Connector::try_from);
        settle_with(tx, connector).await
    }

    /// The connector as it is now, in the transaction that changed it.
    pub(super) async fn reread(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ConnectorId,
    ) -> Result<(TenantTx, Connector)> {
        let row = sql::get_connector().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).one().await;
        let (tx, row) = settle(operation, tx, row).await?;
        settle_with(tx, row.try_into()).await
    }
}

pub(super) fn missing(operation: &'static str, id: ConnectorId) -> Error {
    Error::not_found(operation, format!("connector {id}"))
}

/// Somebody else changes the connector again and again.
pub(super) fn too_busy(operation: &'static str) -> Error {
    let reason = "it was changed by others meanwhile, several times; try again".to_owned();
    Error::Conflict { operation, reason }
}
