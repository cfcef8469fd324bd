//! Workflows, their versions, and plans.

use agentflow::{
    Error, NewWorkspace, Tenant, WorkspaceId,
    audit::{Actor, AuditEntry, AuditFilter},
    workflows::{Workflow, WorkflowSpec},
};

mod arguments;
mod isolation;
mod plans;
mod published;
mod versions;
mod workflow;

fn ann() -> Actor {
    Actor::user("ann")
}

async fn workspace(tenant: &Tenant, name: &str) -> WorkspaceId {
    tenant.workspaces().create(NewWorkspace::named(name), &ann()).await.unwrap().id
}

/// A workflow called Refunds in a workspace of its own.
async fn refunds(tenant: &Tenant) -> Workflow {
    let workspace = workspace(tenant, "Finance").await;
    let spec = WorkflowSpec::named("Refunds");
    tenant.workflows().create(workspace, spec, &ann()).await.unwrap()
}

/// A definition that needs nothing of the tenant.
fn definition(version: &str) -> String {
    format!("version: {version}\nsteps:\n  - {{ name: ask, type: llm_call }}\n")
}

/// The newest entry of the chain.
async fn newest(tenant: &Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

fn is_missing<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == expected), "{error:?}");
}
