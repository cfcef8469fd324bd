use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::{PrincipalId, WorkflowId, WorkflowVersionId, WorkspaceId},
    workflow::{Planner, SemVer},
};
use agentflow_sql::queries::workflows as sql;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_postgres::types::Json;

use super::rows;
use crate::{
    error::{Error, Result},
    input::{check_json, check_name},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2000;

/// What a workflow is called, and what it is for. What it does is in its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowSpec {
    /// The name, unique in the workspace: 1 to 255 characters.
    pub name: String,
    /// What it is for: up to 2000 characters.
    #[serde(default)]
    pub description: String,
    /// What makes plans of it.
    #[serde(rename = "planner_type", default = "by_default")]
    pub planner: Planner,
    /// Facts kept for the operator.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

fn by_default() -> Planner {
    Planner::Static
}

impl WorkflowSpec {
    /// A workflow of which nothing is known but its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            planner: by_default(),
            metadata: Map::new(),
        }
    }

    fn check(&self, operation: &'static str) -> Result<()> {
        check_name(operation, "name", &self.name)?;
        if self.description.contains('\0') || self.description.chars().count() > MAX_DESCRIPTION {
            let reason = format!("expected at most {MAX_DESCRIPTION} characters, without U+0000");
            return Err(Error::invalid(operation)(InvalidInput::new("description", reason)));
        }
        check_json(operation, "metadata", &self.metadata)
    }

    /// The fields in which another spec differs.
    fn changed(&self, after: &Self) -> Vec<&'static str> {
        let mut changed = Vec::new();
        if self.name != after.name {
            changed.push("name");
        }
        if self.description != after.description {
            changed.push("description");
        }
        if self.planner != after.planner {
            changed.push("planner_type");
        }
        if !rows::same(&self.metadata, &after.metadata) {
            changed.push("metadata");
        }
        changed
    }
}

/// A workflow as it is stored. As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workflow {
    /// The id.
    pub id: WorkflowId,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// What its maker wrote.
    #[serde(flatten)]
    pub spec: WorkflowSpec,
    /// The version to take when nobody says which: the greatest release, or the greatest prerelease while there is no
    /// release. None before the first is published.
    pub latest_version_id: Option<WorkflowVersionId>,
    /// What that version is called.
    pub latest_version: Option<SemVer>,
    /// Who made it, if anybody is known.
    pub created_by: Option<PrincipalId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The workflows of a tenant, and their versions. Every change is recorded in the tenant's audit chain, in the same
/// transaction; what changes nothing is not recorded.
#[derive(Debug, Clone)]
pub struct Workflows(pub(super) Handle);

impl Workflows {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Creates a workflow without versions.
    ///
    /// Fails with [`Error::InvalidInput`], with [`Error::AlreadyExists`] when the workspace has a workflow of the name, and
    /// with [`Error::NotFound`] when the workspace is not there.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        spec: WorkflowSpec,
        by: &Actor,
    ) -> Result<Workflow> {
        const OPERATION: &str = "create a workflow";
        spec.check(OPERATION)?;
        let tx = self.0.begin(OPERATION).await?;
        let id = WorkflowId(self.0.shared.next_id());
        let made = sql::insert_workflow()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                workspace.as_uuid(),
                &spec.name,
                &spec.description,
                &spec.planner.as_str(),
                &Json(&spec.metadata),
                &by.principal_id().map(|id| id.0),
            )
            .one()
            .await;
        let (tx, _) = settle(OPERATION, tx, made).await?;
        let (tx, workflow) = self.read(OPERATION, tx, id).await?;
        let event = event("workflow.created", id, by)
            .with_detail("workspace_id", workspace.to_string())
            .with_detail("name", spec.name);
        tx.audit_and_commit(&event).await?;
        Ok(workflow)
    }

    /// The workflow with this id.
    pub async fn get(&self, id: WorkflowId) -> Result<Option<Workflow>> {
        let flight = self.0.flight("get a workflow").await?;
        let row = sql::get_workflow()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::workflow)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// The workflow of this workspace with this id or name.
    pub async fn find(&self, workspace: WorkspaceId, id_or_name: &str) -> Result<Option<Workflow>> {
        if let Ok(id) = id_or_name.parse()
            && let Some(workflow) = self.get(id).await?
            && workflow.workspace_id == workspace
        {
            return Ok(Some(workflow));
        }
        // No text with this character is stored, and PostgreSQL refuses to be asked for one.
        if id_or_name.contains('\0') {
            return Ok(None);
        }
        let flight = self.0.flight("find a workflow").await?;
        let row = sql::get_workflow_by_name()
            .bind(&flight, self.0.tenant.as_uuid(), workspace.as_uuid(), &id_or_name)
            .map(rows::workflow)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` workflows, of one workspace or all, in order of their ids, which is the order of creation,
    /// behind `after`.
    pub async fn list(
        &self,
        workspace: Option<WorkspaceId>,
        after: Option<WorkflowId>,
        limit: u16,
    ) -> Result<Vec<Workflow>> {
        let flight = self.0.flight("list workflows").await?;
        let rows = sql::list_workflows()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &workspace.map(|id| id.0),
                &after.map(|id| id.0),
                &i64::from(limit),
            )
            .map(rows::workflow)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// Replaces what a workflow is called and what it is for, all of it; its versions stay.
    ///
    /// Fails with [`Error::InvalidInput`], with [`Error::AlreadyExists`] when the workspace has another workflow of the
    /// name, and with [`Error::NotFound`] when the workflow is not there.
    pub async fn update(&self, id: WorkflowId, spec: WorkflowSpec, by: &Actor) -> Result<Workflow> {
        const OPERATION: &str = "change a workflow";
        spec.check(OPERATION)?;
        let (tx, _) = self.lock(OPERATION, id).await?;
        let (tx, before) = self.read(OPERATION, tx, id).await?;
        let changed = before.spec.changed(&spec);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        let done = sql::update_workflow()
            .bind(
                &tx,
                &spec.name,
                &spec.description,
                &spec.planner.as_str(),
                &Json(&spec.metadata),
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, _) = settle(OPERATION, tx, done).await?;
        let (tx, workflow) = self.read(OPERATION, tx, id).await?;
        let event = event("workflow.updated", id, by)
            .with_detail("name", spec.name)
            .with_detail("changed", changed);
        tx.audit_and_commit(&event).await?;
        Ok(workflow)
    }

    /// Deletes a workflow with its versions and plans, and the bindings of policies to it and to its versions; the audit entry
    /// has their number. Fails with [`Error::NotFound`] when it is not there, and with
    /// [`Error::Conflict`] when something needs one of its versions.
    pub async fn delete(&self, id: WorkflowId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a workflow";
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::lock_workflow_to_delete().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, name) = settle(OPERATION, tx, row).await?;
        let Some(name) = name else {
            return Err(tx.refuse(not_found(OPERATION, id)).await);
        };
        // Counted behind the lock: from then on nobody binds another.
        let bindings =
            sql::count_bindings_of_workflow().bind(&tx, tenant, id.as_uuid()).one().await;
        let (tx, bindings) = settle(OPERATION, tx, bindings).await?;
        let done = sql::delete_workflow().bind(&tx, tenant, id.as_uuid()).one().await;
        let (tx, _) = settle(OPERATION, tx, done).await?;
        let event = event("workflow.deleted", id, by)
            .with_detail("name", name)
            .with_detail("policy_bindings", bindings);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }

    /// The name of the workflow, which nobody else changes or publishes a version of before the end of the transaction.
    pub(super) async fn lock(
        &self,
        operation: &'static str,
        id: WorkflowId,
    ) -> Result<(TenantTx, String)> {
        let tx = self.0.begin(operation).await?;
        let row = sql::lock_workflow().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        if let Some(row) = row {
            return Ok((tx, row.name));
        }
        Err(tx.refuse(not_found(operation, id)).await)
    }

    /// The workflow, which the transaction wrote or holds.
    async fn read(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: WorkflowId,
    ) -> Result<(TenantTx, Workflow)> {
        let row = sql::get_workflow()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::workflow)
            .one()
            .await;
        let (tx, workflow) = settle(operation, tx, row).await?;
        settle_with(tx, workflow).await
    }
}

pub(super) fn not_found(operation: &'static str, id: WorkflowId) -> Error {
    Error::not_found(operation, format!("workflow {id}"))
}

fn event(action: &str, workflow: WorkflowId, by: &Actor) -> Event {
    Event::new(action, Resource::new("workflow", workflow), by.clone())
}
