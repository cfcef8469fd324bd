//! Policies, where they are in force, and what they decide.

use agentflow::{
    DataPersistenceMode, Error, NewWorkspace, PrincipalId, Tenant, WorkflowVersionId, WorkspaceId,
    audit::{Actor, AuditEntry, AuditFilter},
    identity::NewUser,
    policies::{NewPolicy, PolicyId, PolicyVersion, Question},
    workflows::{Workflow, WorkflowSpec},
};
use serde_json::{Value, json};

use crate::support::World;

mod bindings;
mod decisions;
mod isolation;
mod published;
mod replays;

fn ann() -> Actor {
    Actor::user("ann")
}

/// A policy that always says the same.
fn fixed(effect: &str) -> String {
    format!("package p\n\neffect := \"{effect}\"\n\nreasons := [\"it is {effect}\"]\n")
}

fn new(name: &str, version: &str, rego: impl Into<String>) -> NewPolicy {
    let (name, version) = (name.to_owned(), version.parse().unwrap());
    NewPolicy { name, version, rego: rego.into(), description: String::new() }
}

async fn publish(tenant: &Tenant, name: &str, rego: impl Into<String>) -> PolicyVersion {
    tenant.policies().publish(new(name, "1.0.0", rego), &ann()).await.unwrap()
}

async fn publish_fixed(tenant: &Tenant, effect: &str) -> PolicyId {
    publish(tenant, effect, fixed(effect)).await.summary.id
}

/// A workspace with a workflow in two versions, one of low and one of high risk, and somebody who may want them.
struct Place {
    workspace: WorkspaceId,
    workflow: Workflow,
    low: WorkflowVersionId,
    high: WorkflowVersionId,
    principal: PrincipalId,
}

impl Place {
    async fn of(tenant: &Tenant, name: &str, mode: DataPersistenceMode) -> Self {
        let mut new = NewWorkspace::named(name);
        new.data_persistence_mode = mode;
        let workspace = tenant.workspaces().create(new, &ann()).await.unwrap().id;
        let workflows = tenant.workflows();
        let spec = WorkflowSpec::named("Refunds");
        let workflow = workflows.create(workspace, spec, &ann()).await.unwrap();
        let mut versions = Vec::new();
        for (version, risk) in [("1.0.0", "low"), ("2.0.0", "high")] {
            let text = format!(
                "version: {version}\nrisk_tier: {risk}\nsteps:\n  - {{ name: ask, type: llm_call }}\n"
            );
            versions.push(workflows.publish(workflow.id, &text, &ann()).await.unwrap().version.id);
        }
        let email = format!("{}@example.com", name.to_lowercase()).parse().unwrap();
        let principal = tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id;
        Self { workspace, workflow, low: versions[0], high: versions[1], principal }
    }

    fn asks(&self, version: WorkflowVersionId, input: Value) -> Question {
        Question {
            workspace_id: self.workspace,
            workflow_version_id: Some(version),
            principal_id: self.principal,
            input,
            time: None,
        }
    }
}

async fn full(tenant: &Tenant) -> Place {
    Place::of(tenant, "Finance", DataPersistenceMode::Full).await
}

/// The newest entry of the chain.
async fn newest(tenant: &Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

fn is_missing<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::NotFound { what, .. } if what == expected), "{error:?}");
}
