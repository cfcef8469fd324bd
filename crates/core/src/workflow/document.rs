//! What somebody writes in a file: the shape of it, and how it becomes a definition.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    RiskTier, SemVer, Timespan, VersionConstraint,
    definition::{
        ApprovalGate, Branch, Case, ConnectorAction, LlmCall, ModelPin, OnExpiry, Planner, Retry,
        Step, StepAction, StepType, Target, WorkflowDefinition,
    },
};
use crate::tenancy::Slug;

/// A version of a workflow as somebody writes it in a file, YAML or JSON. Only `version` and `steps` are required.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A version of a workflow as it is written in a file")]
pub(super) struct WorkflowDocument {
    /// The workflow it is of.
    #[schemars(length(min = 1, max = 255))]
    name: Option<String>,
    /// Which version it is, as semantic versioning has it.
    version: SemVer,
    /// What it is for.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    description: String,
    /// How much harm a run can do.
    #[serde(default = "low")]
    risk_tier: RiskTier,
    /// The model it is written for.
    model: Option<ModelDocument>,
    /// What makes plans of it.
    #[serde(default = "planner")]
    planner: Planner,
    /// Which versions of the template it came from are fit for it.
    template_version_constraint: Option<VersionConstraint>,
    /// The JSON Schema of a run's input: draft 2020-12, or draft-07 if `$schema` says so.
    input: Option<Value>,
    /// How long a run may take, from its start; no limit if absent.
    timeout: Option<Timespan>,
    /// What is done, in this order.
    #[schemars(length(min = 1, max = 500))]
    steps: Vec<StepDocument>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ModelDocument {
    /// Who runs it.
    #[schemars(length(min = 1, max = 100))]
    provider: String,
    /// The model, as its provider names it.
    #[schemars(length(min = 1, max = 255))]
    model: String,
    /// Whether another one may stand in for it.
    #[serde(default)]
    allow_fallback: bool,
    /// Whatever else the provider is told.
    #[serde(default)]
    parameters: Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepDocument {
    /// Unique in the workflow: a lower-case letter, then such letters, digits, `_` and `-`. Not `end`.
    #[schemars(length(min = 1, max = 100), regex(pattern = "^[a-z][a-z0-9_-]*$"))]
    name: String,
    /// What it does.
    #[serde(rename = "type")]
    kind: StepType,
    /// Steps it needs the results of, which stand earlier.
    #[serde(default)]
    needs: Vec<String>,
    /// The arguments: of a model, of a tool, or what approvers are shown.
    #[serde(default)]
    with: Map<String, Value>,
    /// The tool, by name.
    #[schemars(length(min = 1, max = 255))]
    tool: Option<String>,
    /// The agent that speaks, by slug.
    agent: Option<Slug>,
    /// What is done when it fails.
    retry: Option<RetryDocument>,
    /// How long one attempt may take; 60s if absent.
    timeout: Option<Timespan>,
    /// What approvers are asked; the name of the step if absent.
    #[schemars(length(min = 1, max = 500))]
    subject: Option<String>,
    /// How many must approve; 1 if absent.
    #[schemars(range(min = 1, max = 100))]
    approvers: Option<u32>,
    /// Which roles may approve depends on it; that of the workflow if absent.
    risk_tier: Option<RiskTier>,
    /// How long approvers have; no limit if absent.
    expires_after: Option<Timespan>,
    /// What becomes of it then; reject if absent.
    on_expiry: Option<OnExpiry>,
    /// The first whose condition holds decides.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    cases: Vec<CaseDocument>,
    /// Where to go when no condition holds: a later step, or `end`; the next step if absent.
    #[serde(rename = "else")]
    otherwise: Option<String>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CaseDocument {
    /// The condition in CEL, over `input` and `steps`.
    #[schemars(length(min = 1))]
    when: String,
    /// A later step, or `end`.
    goto: String,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RetryDocument {
    /// How often it is tried, with the first time.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 100))]
    max_attempts: u32,
    /// How long to wait before the second attempt.
    #[serde(default = "backoff")]
    backoff: Timespan,
    /// The longest wait.
    #[serde(default = "max_backoff")]
    max_backoff: Timespan,
    /// By how much each wait is longer than the one before.
    #[serde(default = "multiplier")]
    #[schemars(range(min = 1, max = 100))]
    multiplier: f64,
}

fn low() -> RiskTier {
    RiskTier::Low
}

fn planner() -> Planner {
    Planner::Static
}

fn once() -> u32 {
    1
}

fn backoff() -> Timespan {
    Timespan::of_seconds(1)
}

pub(super) fn max_backoff() -> Timespan {
    Timespan::of_seconds(300)
}

fn multiplier() -> f64 {
    2.0
}

fn timeout() -> Timespan {
    Timespan::of_seconds(60)
}

/// The fields that only some types of steps have: which they must have, and which they may.
pub(super) const FIELDS: [(StepType, &[&str], &[&str]); 4] = [
    (StepType::LlmCall, &[], &["agent", "with", "retry", "timeout"]),
    (StepType::ConnectorAction, &["tool"], &["with", "retry", "timeout"]),
    (
        StepType::ApprovalGate,
        &[],
        &["subject", "with", "approvers", "risk_tier", "expires_after", "on_expiry"],
    ),
    (StepType::Branch, &["cases"], &["else"]),
];

impl From<WorkflowDocument> for WorkflowDefinition {
    /// Fills in the defaults. The document has been checked.
    fn from(document: WorkflowDocument) -> Self {
        let names: Vec<_> = document.steps.iter().map(|step| step.name.clone()).collect();
        let risk_tier = document.risk_tier;
        let steps = document.steps.into_iter().enumerate();
        Self {
            name: document.name,
            version: document.version,
            description: document.description,
            risk_tier,
            model: document.model.map(|pin| ModelPin {
                provider: pin.provider,
                model: pin.model,
                allow_fallback: pin.allow_fallback,
                parameters: pin.parameters,
            }),
            planner: document.planner,
            template_version_constraint: document.template_version_constraint,
            input: document.input,
            timeout: document.timeout,
            steps: steps.map(|(index, step)| step.into_step(index, &names, risk_tier)).collect(),
        }
    }
}

impl StepDocument {
    fn into_step(self, index: usize, names: &[String], workflow_tier: RiskTier) -> Step {
        let action = match self.kind {
            StepType::LlmCall => StepAction::LlmCall(LlmCall {
                agent: self.agent,
                with: self.with,
                retry: retry(self.retry),
                timeout: self.timeout.unwrap_or_else(timeout),
            }),
            StepType::ConnectorAction => StepAction::ConnectorAction(ConnectorAction {
                tool: self.tool.unwrap_or_default(),
                with: self.with,
                retry: retry(self.retry),
                timeout: self.timeout.unwrap_or_else(timeout),
            }),
            StepType::ApprovalGate => StepAction::ApprovalGate(ApprovalGate {
                subject: self.subject.unwrap_or_else(|| self.name.clone()),
                with: self.with,
                approvers: self.approvers.unwrap_or(1),
                risk_tier: self.risk_tier.unwrap_or(workflow_tier),
                expires_after: self.expires_after,
                on_expiry: self.on_expiry.unwrap_or(OnExpiry::Reject),
            }),
            StepType::Branch => {
                let case = |it: CaseDocument| Case { when: it.when, goto: it.goto.into() };
                let next = || names.get(index + 1).map_or(Target::End, |it| it.clone().into());
                StepAction::Branch(Branch {
                    cases: self.cases.into_iter().map(case).collect(),
                    otherwise: self.otherwise.map_or_else(next, Target::from),
                })
            }
        };
        let needed: HashSet<_> = self.needs.into_iter().collect();
        let needs = names.iter().filter(|name| needed.contains(*name)).cloned().collect();
        Step { name: self.name, needs, action }
    }
}

fn retry(document: Option<RetryDocument>) -> Retry {
    match document {
        Some(it) => Retry {
            max_attempts: it.max_attempts,
            backoff: it.backoff,
            max_backoff: it.max_backoff,
            multiplier: it.multiplier,
        },
        None => Retry {
            max_attempts: once(),
            backoff: backoff(),
            max_backoff: max_backoff(),
            multiplier: multiplier(),
        },
    }
}
