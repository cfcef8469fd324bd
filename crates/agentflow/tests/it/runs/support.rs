//! A place in which runs can be started, for the tests of runs and of approvals.

use agentflow::{
    DataPersistenceMode, NewWorkspace, PrincipalId, Tenant, WorkflowVersionId, WorkspaceId,
    WorkspaceSettings,
    audit::{Actor, AuditEntry, AuditFilter},
    identity::NewUser,
    runs::{NewRun, Run, StartRun, StartRuns, Started, TriggerType},
    workflows::{WorkflowSpec, WorkflowVersion},
};
use serde_json::{Map, Value, json};

/// The tool that steps of a place call. It takes anything.
pub const TOOL: &str = "bank";

pub fn ann() -> Actor {
    Actor::user("ann")
}

/// A workspace with a workflow that somebody may start.
#[derive(Debug, Clone)]
pub struct Place {
    pub tenant: Tenant,
    pub workspace: WorkspaceId,
    /// Whoever starts runs.
    pub principal: PrincipalId,
    pub version: WorkflowVersion,
}

impl Place {
    /// With a workflow of so many steps, called `step-1` and so on, which call the tool; keeps contents. Starts as many runs a
    /// minute as wanted.
    pub async fn new(tenant: &Tenant, steps: usize) -> Self {
        Self::with(tenant, DataPersistenceMode::Full, &steps_of(steps)).await
    }

    /// The same in a workspace that keeps no contents.
    pub async fn without_contents(tenant: &Tenant, steps: usize) -> Self {
        Self::with(tenant, DataPersistenceMode::MetadataOnly, &steps_of(steps)).await
    }

    /// With a workflow of this definition, YAML from `steps:` on, or with what may stand before it; its version is 1.0.0.
    pub async fn with(tenant: &Tenant, mode: DataPersistenceMode, definition: &str) -> Self {
        let mut new = NewWorkspace::named("Finance");
        new.data_persistence_mode = mode;
        let workspace = tenant.workspaces().create(new, &ann()).await.unwrap().id;
        cap(tenant, workspace, 1_000_000).await;
        let tool = json!({ "name": TOOL, "schema": {} });
        tenant.tools().register(serde_json::from_value(tool).unwrap(), &ann()).await.unwrap();
        let email = "starter@example.com".parse().unwrap();
        let new = NewUser::new(email, "Starter");
        let principal = tenant.users().create(new, &ann()).await.unwrap().id;
        let version = publish(tenant, workspace, "Refunds", definition).await;
        Self { tenant: tenant.clone(), workspace, principal, version }
    }

    /// The same place with another workflow.
    pub async fn another(&self, name: &str, definition: &str) -> Self {
        let version = publish(&self.tenant, self.workspace, name, definition).await;
        Self { version, ..self.clone() }
    }

    /// Somebody else of the tenant.
    pub async fn person(&self, name: &str) -> PrincipalId {
        let email = format!("{}@example.com", name.to_lowercase()).parse().unwrap();
        self.tenant.users().create(NewUser::new(email, name), &ann()).await.unwrap().id
    }

    pub fn version_id(&self) -> WorkflowVersionId {
        self.version.id
    }

    /// What starts a run with an input.
    pub fn wants(&self, input: Value) -> StartRun {
        StartRun { input, ..StartRun::new(self.workspace, self.version.id, self.principal) }
    }

    /// Starts a run without an input.
    pub async fn start(&self) -> Run {
        self.start_with(json!({})).await
    }

    /// Starts a run.
    pub async fn start_with(&self, input: Value) -> Run {
        self.tenant.runs().start(self.wants(input), &ann()).await.unwrap().run
    }

    /// Starts so many runs, with `{"n": 0}` and so on.
    pub async fn start_many(&self, count: usize) -> Vec<Run> {
        let inputs: Vec<_> = (0..count).map(|n| NewRun::with(json!({ "n": n }))).collect();
        let mut all = Vec::new();
        for inputs in inputs.chunks(agentflow::runs::MAX_STARTS) {
            let batch = self.batch(inputs.to_vec());
            let started = self.tenant.runs().start_many(batch, &ann()).await.unwrap();
            all.extend(started.into_iter().map(|it: Started| it.run));
        }
        all
    }

    pub fn batch(&self, runs: Vec<NewRun>) -> StartRuns {
        StartRuns {
            workspace_id: self.workspace,
            workflow_version_id: self.version.id,
            principal_id: self.principal,
            trigger_type: TriggerType::Manual,
            runs,
        }
    }

    /// The run as it is stored now.
    pub async fn now(&self, run: &Run) -> Run {
        self.tenant.runs().get(run.id).await.unwrap().unwrap()
    }
}

/// The part of a definition with so many steps that call the tool.
pub fn steps_of(count: usize) -> String {
    let steps = (1..=count)
        .map(|n| format!("  - {{ name: step-{n}, type: connector_action, tool: {TOOL} }}\n"));
    format!("steps:\n{}", steps.collect::<String>())
}

/// Creates a workflow and publishes its version 1.0.0.
pub async fn publish(
    tenant: &Tenant,
    workspace: WorkspaceId,
    name: &str,
    definition: &str,
) -> WorkflowVersion {
    let workflows = tenant.workflows();
    let spec = WorkflowSpec::named(name);
    let workflow = workflows.create(workspace, spec, &ann()).await.unwrap();
    let text = format!("version: 1.0.0\n{definition}");
    workflows.publish(workflow.id, &text, &ann()).await.unwrap().version
}

/// Lets a workspace start so many runs a minute.
pub async fn cap(tenant: &Tenant, workspace: WorkspaceId, writes: i32) {
    let settings = WorkspaceSettings { write_cap_per_minute: writes, ..Default::default() };
    tenant.workspaces().configure(workspace, &settings, &ann()).await.unwrap();
}

/// The newest entry of the chain.
pub async fn newest(tenant: &Tenant) -> AuditEntry {
    tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0)
}

/// How often each action was recorded.
pub async fn recorded(tenant: &Tenant, action: &str) -> usize {
    let entries = tenant.audit().list(&AuditFilter::default(), 1000).await.unwrap();
    entries.iter().filter(|it| it.action.as_deref() == Some(action)).count()
}

/// An object.
pub fn object(json: &Value) -> Map<String, Value> {
    json.as_object().cloned().unwrap_or_default()
}
