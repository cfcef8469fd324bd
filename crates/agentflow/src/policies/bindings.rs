use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{PolicyBindingId, PolicyId, WorkflowId, WorkflowVersionId, WorkspaceId},
};
use agentflow_sql::queries::{policies as sql, workflows};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{Policies, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle,
};

/// Before what a policy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundTo {
    /// Every workflow of a workspace.
    Workspace(WorkspaceId),
    /// Every version of a workflow.
    Workflow(WorkflowId),
    /// One version of a workflow.
    Version(WorkflowVersionId),
}

/// A policy in force somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyBinding {
    /// The id.
    pub id: PolicyBindingId,
    /// The version of the policy.
    pub policy_id: PolicyId,
    /// The name of the policy.
    pub policy_name: String,
    /// Which version of it.
    pub policy_version: String,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The workflow; every one of the workspace if absent.
    pub workflow_id: Option<WorkflowId>,
    /// The version; every one of the workflow if absent.
    pub workflow_version_id: Option<WorkflowVersionId>,
    /// The lower, the earlier, among those of the same breadth.
    pub priority: i32,
    /// Whether it is asked.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Policies {
    /// Puts a version of a policy before a workspace, a workflow or a version. It is active at once.
    ///
    /// Fails with [`Error::AlreadyExists`] when it stands there, and with [`Error::NotFound`] when the policy or the place is not
    /// there.
    pub async fn bind(
        &self,
        policy: PolicyId,
        to: BoundTo,
        priority: i32,
        by: &Actor,
    ) -> Result<PolicyBinding> {
        const OPERATION: &str = "bind a policy";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, place) = self.place(OPERATION, tx, to).await?;
        let id = PolicyBindingId(self.0.shared.next_id());
        let inserted = sql::insert_policy_binding()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &place.workspace,
                policy.as_uuid(),
                &place.workflow,
                &place.version,
                &priority,
            )
            .one()
            .await;
        let (tx, _) = settle(OPERATION, tx, inserted).await.map_err(|error| match error {
            Error::NotFound { operation, what } if what == "the policy" => {
                Error::not_found(operation, format!("policy {policy}"))
            }
            other => other,
        })?;
        let (tx, binding) = self.binding_in(OPERATION, tx, id).await?;
        tx.audit_and_commit(&event("policy_binding.created", &binding, by)).await?;
        Ok(binding)
    }

    /// The bindings of one workspace, or of all: those of versions first, then of workflows, then of the workspace, each by
    /// priority.
    pub async fn bindings(&self, workspace: Option<WorkspaceId>) -> Result<Vec<PolicyBinding>> {
        let flight = self.0.flight("list bindings of policies").await?;
        let rows = sql::list_policy_bindings()
            .bind(&flight, self.0.tenant.as_uuid(), &workspace.map(|id| id.0))
            .map(rows::binding)
            .all()
            .await;
        let mut bindings = flight.land(rows).await?;
        bindings.sort_by_key(|it| {
            let breadth = (it.workflow_version_id.is_none(), it.workflow_id.is_none());
            (it.workspace_id, breadth, it.priority, it.id)
        });
        Ok(bindings)
    }

    /// The binding with this id.
    pub async fn get_binding(&self, id: PolicyBindingId) -> Result<Option<PolicyBinding>> {
        let flight = self.0.flight("get a binding of a policy").await?;
        let row = sql::get_policy_binding()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::binding)
            .opt()
            .await;
        flight.land(row).await
    }

    /// Sets the priority of a binding, and whether it is asked. Fails with [`Error::NotFound`] when it is not there.
    pub async fn set_binding(
        &self,
        id: PolicyBindingId,
        priority: i32,
        is_active: bool,
        by: &Actor,
    ) -> Result<PolicyBinding> {
        const OPERATION: &str = "change a binding of a policy";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.binding_in(OPERATION, tx, id).await?;
        if (before.priority, before.is_active) == (priority, is_active) {
            tx.rollback().await?;
            return Ok(before);
        }
        let updated = sql::update_policy_binding()
            .bind(&tx, &priority, &is_active, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, updated).await?;
        let (tx, binding) = self.binding_in(OPERATION, tx, id).await?;
        tx.audit_and_commit(&event("policy_binding.updated", &binding, by)).await?;
        Ok(binding)
    }

    /// Takes a policy away from a place. Fails with [`Error::NotFound`] when the binding is not there.
    pub async fn unbind(&self, id: PolicyBindingId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "unbind a policy";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, binding) = self.binding_in(OPERATION, tx, id).await?;
        let deleted = sql::delete_policy_binding()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        tx.audit_and_commit(&event("policy_binding.deleted", &binding, by)).await?;
        Ok(())
    }

    async fn binding_in(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: PolicyBindingId,
    ) -> Result<(TenantTx, PolicyBinding)> {
        let row = sql::get_policy_binding()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::binding)
            .opt()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        let Some(binding) = row else {
            return Err(tx.refuse(Error::not_found(operation, format!("binding {id}"))).await);
        };
        Ok((tx, binding))
    }

    async fn place(
        &self,
        operation: &'static str,
        tx: TenantTx,
        to: BoundTo,
    ) -> Result<(TenantTx, Place)> {
        let tenant = self.0.tenant.as_uuid();
        let (tx, workflow, version) = match to {
            BoundTo::Workspace(id) => {
                return Ok((tx, Place { workspace: id.0, workflow: None, version: None }));
            }
            BoundTo::Workflow(id) => (tx, Some(id.0), None),
            BoundTo::Version(id) => {
                let row = workflows::get_workflow_version()
                    .bind(&tx, tenant, id.as_uuid())
                    .map(|row| row.workflow_id)
                    .opt()
                    .await;
                let (tx, workflow) = settle(operation, tx, row).await?;
                (tx, workflow, Some(id.0))
            }
        };
        let Some(workflow) = workflow else {
            return Err(tx.refuse(missing(operation, to)).await);
        };
        let row = workflows::get_workflow()
            .bind(&tx, tenant, &workflow)
            .map(|row| row.workspace_id)
            .opt()
            .await;
        let (tx, workspace) = settle(operation, tx, row).await?;
        let Some(workspace) = workspace else {
            return Err(tx.refuse(missing(operation, to)).await);
        };
        Ok((tx, Place { workspace, workflow: Some(workflow), version }))
    }
}

struct Place {
    workspace: Uuid,
    workflow: Option<Uuid>,
    version: Option<Uuid>,
}

fn missing(operation: &'static str, to: BoundTo) -> Error {
    let what = match to {
        BoundTo::Workspace(id) => format!("workspace {id}"),
        BoundTo::Workflow(id) => format!("workflow {id}"),
        BoundTo::Version(id) => format!("version {id} of a workflow"),
    };
    Error::not_found(operation, what)
}

fn event(action: &str, binding: &PolicyBinding, by: &Actor) -> Event {
    Event::new(action, Resource::new("policy_binding", binding.id), by.clone())
        .with_detail("policy_id", binding.policy_id.to_string())
        .with_detail("name", binding.policy_name.as_str())
        .with_detail("version", binding.policy_version.as_str())
        .with_detail("workspace_id", binding.workspace_id.to_string())
        .with_detail("workflow_id", binding.workflow_id.map(|id| id.to_string()))
        .with_detail("workflow_version_id", binding.workflow_version_id.map(|id| id.to_string()))
        .with_detail("priority", binding.priority)
        .with_detail("is_active", binding.is_active)
}
