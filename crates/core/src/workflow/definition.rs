use serde::Serialize;
use serde_json::{Map, Value};

use super::{RiskTier, SemVer, Timespan, VersionConstraint};
use crate::{InvalidInput, canonical, hash::Sha256, tenancy::Slug, words::words};

/// The most steps of a workflow.
pub const MAX_STEPS: usize = 500;

words!(
    /// What makes a plan of a workflow.
    Planner, "planner" {
        /// The steps are taken as they are written.
        Static = "static",
    }
);

words!(
    /// What a step does.
    StepType, "type" {
        /// It asks a model.
        LlmCall = "llm_call",
        /// It calls a tool.
        ConnectorAction = "connector_action",
        /// It waits for people.
        ApprovalGate = "approval_gate",
        /// It says which step is next.
        Branch = "branch",
    }
);

words!(
    /// What becomes of an approval that nobody decided in time.
    OnExpiry, "on_expiry" {
        /// It is rejected.
        Reject = "reject",
        /// It is approved.
        Approve = "approve",
    }
);

/// A version of a workflow, with everything filled in that its author left out.
///
/// As JSON it is what is stored, hashed and run; that JSON is itself a definition, of the same meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkflowDefinition {
    /// The workflow it is of, if the file says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which version it is.
    pub version: SemVer,
    /// What it is for.
    pub description: String,
    /// How much harm a run can do.
    pub risk_tier: RiskTier,
    /// The model it was written for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelPin>,
    /// What makes plans of it.
    pub planner: Planner,
    /// Which versions of the template it came from are fit for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_version_constraint: Option<VersionConstraint>,
    /// The JSON Schema of a run's input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// How long a run may take, from its start; no limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timespan>,
    /// What is done, in this order: 1 to [`MAX_STEPS`].
    pub steps: Vec<Step>,
}

/// The model that a workflow was written for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelPin {
    /// Who runs it.
    pub provider: String,
    /// The model, as its provider names it.
    pub model: String,
    /// Whether another one may stand in for it.
    pub allow_fallback: bool,
    /// Whatever else the provider is told.
    pub parameters: Map<String, Value>,
}

/// A step of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Unique in the workflow.
    pub name: String,
    /// Steps it needs the results of. They stand earlier, and here in the order in which they stand.
    pub needs: Vec<String>,
    /// What it does.
    #[serde(flatten)]
    pub action: StepAction,
}

/// What a step does, with what that takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StepAction {
    /// It asks a model.
    LlmCall(LlmCall),
    /// It calls a tool.
    ConnectorAction(ConnectorAction),
    /// It waits for people.
    ApprovalGate(ApprovalGate),
    /// It says which step is next.
    Branch(Branch),
}

/// A call of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LlmCall {
    /// The agent that speaks; the model of the workflow alone if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Slug>,
    /// What it is called with.
    pub with: Map<String, Value>,
    /// What is done when it fails.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Timespan,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConnectorAction {
    /// The name of the tool.
    pub tool: String,
    /// Its arguments.
    pub with: Map<String, Value>,
    /// What is done when it fails.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Timespan,
}

/// A decision of people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApprovalGate {
    /// What they are asked.
    pub subject: String,
    /// What they are shown, and may change.
    pub with: Map<String, Value>,
    /// How many must approve, 1 to 100.
    pub approvers: u32,
    /// Which roles may approve depends on it.
    pub risk_tier: RiskTier,
    /// How long they have; no limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Timespan>,
    /// What becomes of it then.
    pub on_expiry: OnExpiry,
}

/// A choice of the next step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// The first whose condition holds decides.
    pub cases: Vec<Case>,
    /// Where to go when none does.
    #[serde(rename = "else")]
    pub otherwise: Target,
}

/// A case of a branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// The condition in CEL, over `input` and `steps`. See [`language`](super::language).
    pub when: String,
    /// Where to go if it holds.
    pub goto: Target,
}

/// Where a branch goes: always forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Target {
    /// To a step that stands later.
    Step(String),
    /// Behind the last step.
    End,
}

/// What is done when a step fails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retry {
    /// How often it is tried, with the first time: 1 to 100.
    pub max_attempts: u32,
    /// How long to wait before the second attempt.
    pub backoff: Timespan,
    /// The longest wait.
    pub max_backoff: Timespan,
    /// By how much each wait is longer than the one before: 1 to 100.
    pub multiplier: f64,
}

impl WorkflowDefinition {
    /// As canonical JSON (RFC 8785). Fails only for one that was changed by hand to something that JSON cannot hold.
    pub fn canonical(&self) -> Result<String, InvalidInput> {
        let value =
            serde_json::to_value(self).map_err(|error| InvalidInput::new("workflow", error))?;
        canonical::to_string_as_doubles(&value, "")
    }

    /// The SHA-256 of [`canonical`](Self::canonical). Comments, the order of keys, the style of the YAML, and defaults that
    /// are written out make no difference to it.
    pub fn digest(&self) -> Result<Sha256, InvalidInput> {
        self.canonical().map(|text| Sha256::of(&[text.as_bytes()]))
    }

    /// The step with this name, and its place.
    pub fn step(&self, name: &str) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name)
    }
}

impl Step {
    /// What it does, in a word.
    pub fn kind(&self) -> StepType {
        match self.action {
            StepAction::LlmCall(_) => StepType::LlmCall,
            StepAction::ConnectorAction(_) => StepType::ConnectorAction,
            StepAction::ApprovalGate(_) => StepType::ApprovalGate,
            StepAction::Branch(_) => StepType::Branch,
        }
    }

    /// The tool it calls.
    pub fn tool(&self) -> Option<&str> {
        match &self.action {
            StepAction::ConnectorAction(action) => Some(&action.tool),
            _ => None,
        }
    }

    /// The agent that speaks.
    pub fn agent(&self) -> Option<&Slug> {
        match &self.action {
            StepAction::LlmCall(call) => call.agent.as_ref(),
            _ => None,
        }
    }
}

/// What a branch names to go behind the last step; no step can have this name.
pub(super) const END: &str = "end";

impl From<String> for Target {
    fn from(name: String) -> Self {
        if name == END { Self::End } else { Self::Step(name) }
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        match target {
            Target::Step(name) => name,
            Target::End => END.to_owned(),
        }
    }
}
