use std::sync::Arc;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{EnvironmentId, TenantId, WorkspaceId},
    tenancy::EnvironmentTier,
};
use agentflow_sql::queries::tenancy as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    error::{Error, Result},
    input::{check_json, check_name, known, stored_json},
    scope::TenantTx,
    settle::settle,
    store::Shared,
};

/// An environment to be.
#[derive(Debug, Clone)]
pub struct NewEnvironment {
    /// The name, unique within the workspace.
    pub name: String,
    /// The stage it is for.
    pub tier: EnvironmentTier,
    /// What it is for.
    pub description: Option<String>,
    /// Facts kept for the operator.
    pub metadata: Map<String, Value>,
}

/// An environment as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// The id.
    pub id: EnvironmentId,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// The name, unique within the workspace.
    pub name: String,
    /// The stage it is for.
    pub tier: EnvironmentTier,
    /// What it is for.
    pub description: Option<String>,
    /// Facts kept for the operator.
    pub metadata: Value,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl TryFrom<sql::Environment> for Environment {
    type Error = Error;

    fn try_from(row: sql::Environment) -> Result<Self> {
        Ok(Self {
            id: EnvironmentId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            tier: known("environments", "tier", row.id, &row.tier)?,
            name: row.name,
            description: row.description,
            metadata: stored_json("environments", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The environments of a workspace. Every change is recorded in the tenant's audit chain, in the same transaction.
pub struct Environments {
    shared: Arc<Shared>,
    tenant: TenantId,
    workspace: WorkspaceId,
}

impl std::fmt::Debug for Environments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environments").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl Environments {
    pub(crate) fn new(shared: Arc<Shared>, tenant: TenantId, workspace: WorkspaceId) -> Self {
        Self { shared, tenant, workspace }
    }

    /// Creates an environment. Fails with [`Error::AlreadyExists`] when the name is taken, and with
    /// [`Error::NotFound`] when the workspace is not this tenant's.
    pub async fn create(&self, new: NewEnvironment, by: &Actor) -> Result<Environment> {
        const OPERATION: &str = "create an environment";
        check_name(OPERATION, "name", &new.name)?;
        check_json(OPERATION, "metadata", &new.metadata)?;
        let id = EnvironmentId(self.shared.next_id());
        let connection = self.shared.checked_connection().await?;
        let tx =
            TenantTx::begin(OPERATION, connection, Arc::clone(&self.shared), self.tenant).await?;
        let row = sql::insert_environment()
            .bind(
                &tx,
                self.tenant.as_uuid(),
                id.as_uuid(),
                self.workspace.as_uuid(),
                &new.name.as_str(),
                &new.tier.as_str(),
                &new.description.as_deref(),
                &Value::Object(new.metadata),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let environment = Environment::try_from(row)?;
        let event = Event::new("environment.created", Resource::new("environment", id), by.clone())
            .with_detail("workspace_id", self.workspace.to_string())
            .with_detail("name", environment.name.as_str())
            .with_detail("tier", environment.tier.as_str());
        tx.audit_and_commit(&event).await?;
        Ok(environment)
    }

    /// Every environment of the workspace, in order of creation.
    pub async fn list(&self) -> Result<Vec<Environment>> {
        let flight = self.shared.flight("list environments", self.tenant).await?;
        let rows = sql::list_environments()
            .bind(&flight, self.tenant.as_uuid(), self.workspace.as_uuid())
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(Environment::try_from).collect()
    }
}
