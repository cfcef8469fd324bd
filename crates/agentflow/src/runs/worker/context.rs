use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use agentflow_core::{
    ids::{PrincipalId, RunId, StepId, WorkflowVersionId, WorkspaceId},
    run::{Content, Outputs, TriggerType},
    tenancy::Slug,
    workflow::{Step, StepAction, WorkflowDefinition},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{secrets::SecretsAccess, tenant::Tenant};

/// What branches are called with.
static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// The run of a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunContext {
    /// The id.
    pub id: RunId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The version of the workflow that it carries out.
    pub workflow_version_id: WorkflowVersionId,
    /// What made it start.
    pub trigger_type: TriggerType,
    /// Who started it, if that is still known.
    pub triggered_by: Option<PrincipalId>,
    /// When the first worker took it.
    pub started_at: Timestamp,
    /// Whatever else whoever started the run said.
    pub metadata: Map<String, Value>,
}

/// What the handler of a step works with.
#[derive(Clone)]
#[non_exhaustive]
pub struct StepContext {
    /// The tenant: what is done through it is done in its scope.
    pub tenant: Tenant,
    /// The run.
    pub run: RunContext,
    /// The id of the step. [`StepContext::step`] is what it does.
    pub step_id: StepId,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The input of the run. Absent in a workspace that keeps no contents.
    pub input: Content,
    /// What earlier steps put out. In a workspace that keeps no contents, values are there only of those that this worker did
    /// since it took the run.
    pub outputs: Outputs,
    /// The definition of the workflow.
    pub definition: Arc<WorkflowDefinition>,
    /// Whether the workspace keeps contents. Where it does not, no message of a failure should quote any, for messages are kept.
    pub keeps_contents: bool,
    /// How long this attempt has.
    pub time_limit: Duration,
    /// Fired when the attempt is over: done, out of time, or canceled or lost together with its run.
    pub cancellation: CancellationToken,
    pub(super) index: usize,
    pub(super) provided: Provided,
    pub(super) secrets: Option<SecretsAccess>,
}

impl fmt::Debug for StepContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepContext")
            .field("tenant", &self.tenant.id())
            .field("run", &self.run.id)
            .field("step", &self.step().name)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl StepContext {
    /// The step.
    pub fn step(&self) -> &Step {
        &self.definition.steps[self.index]
    }

    /// What it is called with.
    pub fn with(&self) -> &Map<String, Value> {
        match &self.step().action {
            StepAction::LlmCall(call) => &call.with,
            StepAction::ConnectorAction(action) => &action.with,
            StepAction::ApprovalGate(gate) => &gate.with,
            StepAction::Branch(_) => &NOTHING,
        }
    }

    /// The tool it calls.
    pub fn tool(&self) -> Option<&str> {
        self.step().tool()
    }

    /// The agent that speaks.
    pub fn agent(&self) -> Option<&Slug> {
        self.step().agent()
    }

    /// The same for every attempt at this step of this run: `<id of the run>/<name of the step>`.
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}", self.run.id, self.step().name)
    }

    /// What was provided with [`WorkerBuilder::provide`](super::WorkerBuilder::provide).
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.provided.get()
    }

    /// Secrets, if the worker was built [with them](super::WorkerBuilder::secrets): as far as the rules let this worker have them for the
    /// tenant of the run. What comes of them does not belong into outputs and messages, which are kept.
    pub fn secrets(&self) -> Option<SecretsAccess> {
        self.secrets.clone()
    }
}

/// Values by their types.
#[derive(Clone, Default)]
pub(super) struct Provided(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Provided {
    pub(super) fn put<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(value));
    }

    fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.get(&TypeId::of::<T>()).cloned()?.downcast().ok()
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}
