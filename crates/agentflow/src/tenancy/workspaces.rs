use std::sync::Arc;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{TenantId, WorkspaceId},
    tenancy::{DataPersistenceMode, Region},
};
use agentflow_sql::queries::tenancy as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Environments;
use crate::{
    audit::append_event,
    error::{Error, Result},
    input::{check_json, check_name, known, stored_json},
    scope::TenantTx,
    store::Shared,
};

/// A workspace to be.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// The name, unique within the tenant.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where its data lives; the tenant's region if absent.
    pub region: Option<Region>,
    /// Whether the region must be the tenant's.
    pub region_locked: bool,
    /// How much it keeps.
    pub data_persistence_mode: DataPersistenceMode,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
}

impl NewWorkspace {
    /// A workspace in the tenant's region that keeps metadata only.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: None,
            region: None,
            region_locked: true,
            data_persistence_mode: DataPersistenceMode::MetadataOnly,
            metadata: Map::new(),
        }
    }
}

/// A workspace as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workspace {
    /// The tenant it belongs to.
    pub tenant_id: TenantId,
    /// The id.
    pub id: WorkspaceId,
    /// The name, unique within the tenant.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where its data lives.
    pub region: Region,
    /// Whether the region must be the tenant's.
    pub region_locked: bool,
    /// How much it keeps.
    pub data_persistence_mode: DataPersistenceMode,
    /// Facts kept for the operator.
    pub metadata: Value,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Workspace> for Workspace {
    type Error = Error;

    fn try_from(row: sql::Workspace) -> Result<Self> {
        let mode = &row.data_persistence_mode;
        Ok(Self {
            tenant_id: TenantId(row.tenant_id),
            id: WorkspaceId(row.id),
            region: known("workspaces", "region", row.id, &row.region)?,
            data_persistence_mode: known("workspaces", "data_persistence_mode", row.id, mode)?,
            name: row.name,
            description: row.description,
            region_locked: row.region_locked,
            metadata: stored_json("workspaces", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The workspaces of a tenant. Every change is recorded in the tenant's audit chain, in the same transaction.
pub struct Workspaces {
    pub(super) shared: Arc<Shared>,
    pub(super) tenant: TenantId,
}

impl std::fmt::Debug for Workspaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspaces").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Workspaces {
    pub(crate) fn new(shared: Arc<Shared>, tenant: TenantId) -> Self {
        Self { shared, tenant }
    }

    pub(super) async fn begin(&self, operation: &'static str) -> Result<TenantTx> {
        TenantTx::begin(
            operation,
            self.shared.checked_connection().await?,
            Arc::clone(&self.shared),
            self.tenant,
        )
        .await
    }

    /// Creates a workspace.
    ///
    /// Fails with [`Error::AlreadyExists`] when the name is taken. A locked workspace in another region than the
    /// tenant's is refused, and the attempt is recorded.
    pub async fn create(&self, new: NewWorkspace, by: &Actor) -> Result<Workspace> {
        const OPERATION: &str = "create a workspace";
        check_name(OPERATION, "name", &new.name)?;
        check_json(OPERATION, "metadata", &new.metadata)?;
        let id = WorkspaceId(self.shared.next_id());
        let tx = self.begin(OPERATION).await?;
        let row = sql::insert_workspace()
            .bind(
                &tx,
                id.as_uuid(),
                &new.name.as_str(),
                &new.description.as_deref(),
                &new.region.map(Region::as_str),
                &new.region_locked,
                &new.data_persistence_mode.as_str(),
                &Value::Object(new.metadata),
                self.tenant.as_uuid(),
            )
            .one()
            .await;
        let resource = Resource::new("workspace", id);
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let is_region = error
                    .as_db_error()
                    .is_some_and(|db| db.constraint() == Some("workspaces_region_matches_tenant"));
                tx.rollback().await?;
                if is_region {
                    let refused = Event::new("workspace.region_denied", resource, by.clone())
                        .failed()
                        .with_detail("name", new.name)
                        .with_detail("region", new.region.map(Region::as_str));
                    append_event(&self.shared, self.tenant, &refused).await?;
                }
                return Err(Error::from_postgres(OPERATION, error));
            }
        };
        let workspace = Workspace::try_from(row)?;
        let event = Event::new("workspace.created", resource, by.clone())
            .with_detail("name", workspace.name.as_str())
            .with_detail("region", workspace.region.as_str())
            .with_detail("data_persistence_mode", workspace.data_persistence_mode.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(workspace)
    }

    /// The workspace with this id, in one round trip.
    pub async fn get(&self, id: WorkspaceId) -> Result<Option<Workspace>> {
        let flight = self.shared.flight("get a workspace", self.tenant).await?;
        let row =
            sql::get_workspace().bind(&flight, self.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Workspace::try_from).transpose()
    }

    /// Every workspace, in order of creation.
    pub async fn list(&self) -> Result<Vec<Workspace>> {
        let flight = self.shared.flight("list workspaces", self.tenant).await?;
        let rows = sql::list_workspaces().bind(&flight, self.tenant.as_uuid()).all().await;
        flight.land(rows).await?.into_iter().map(Workspace::try_from).collect()
    }

    /// Deletes a workspace with its environments and settings. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: WorkspaceId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a workspace";
        let tx = self.begin(OPERATION).await?;
        let deleted = sql::delete_workspace().bind(&tx, self.tenant.as_uuid(), id.as_uuid()).await;
        let deleted = deleted.map_err(|error| Error::from_postgres(OPERATION, error))?;
        if deleted == 0 {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("workspace {id}"))).await);
        }
        let event = Event::new("workspace.deleted", Resource::new("workspace", id), by.clone());
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// The environments of a workspace.
    pub fn environments(&self, workspace: WorkspaceId) -> Environments {
        Environments::new(Arc::clone(&self.shared), self.tenant, workspace)
    }
}
