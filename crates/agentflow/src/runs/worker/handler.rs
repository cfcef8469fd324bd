use std::{collections::HashMap, fmt, sync::Arc};

use agentflow_core::{
    run::ToolCallReport,
    workflow::{Step, StepType},
};
use futures::future::BoxFuture;
use serde_json::Value;

use super::StepContext;

/// Does steps of runs.
///
/// Closures and functions that take a [`StepContext`] and give a future of a [`StepResult`] are handlers.
///
/// A step may be done more than once: when its worker is lost after the work and before it was recorded, another worker does
/// it again. [`StepContext::idempotency_key`] is the same each time, for services that know such keys.
///
/// When the time of the step is over, or the run is canceled or lost, the future is dropped;
/// [`StepContext::cancellation`] tells that to whatever it left running elsewhere. A panic fails the attempt, as
/// [`StepFailure::retry`] would.
pub trait StepHandler: Send + Sync + 'static {
    /// Does a step.
    fn run(&self, context: StepContext) -> BoxFuture<'_, StepResult>;
}

impl<H, F> StepHandler for H
where
    H: Fn(StepContext) -> F + Send + Sync + 'static,
    F: Future<Output = StepResult> + Send + 'static,
{
    fn run(&self, context: StepContext) -> BoxFuture<'_, StepResult> {
        Box::pin(self(context))
    }
}

/// What became of an attempt at a step.
pub type StepResult = Result<StepOutput, StepFailure>;

/// What a step put out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepOutput {
    /// For later steps, and for conditions of branches.
    pub output: Value,
    /// What it called, in order.
    pub tool_calls: Vec<ToolCallReport>,
}

impl StepOutput {
    /// An output, and no calls.
    pub fn new(output: impl Into<Value>) -> Self {
        Self { output: output.into(), tool_calls: Vec::new() }
    }

    /// The same with one more call.
    #[must_use]
    pub fn with_call(mut self, call: ToolCallReport) -> Self {
        self.tool_calls.push(call);
        self
    }
}

/// Why an attempt at a step failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct StepFailure {
    /// What went wrong. Kept also where contents are not, and cut at
    /// [`MAX_ERROR_CHARS`](crate::runs::MAX_ERROR_CHARS), so nothing that is secret belongs in it.
    pub message: String,
    /// Whether another attempt may help. There is one then, if the step has one left.
    pub retry: bool,
    /// What it called, in order.
    pub tool_calls: Vec<ToolCallReport>,
}

impl StepFailure {
    /// A failure that may pass.
    pub fn retry(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), retry: true, tool_calls: Vec::new() }
    }

    /// A failure that no other attempt will mend.
    pub fn terminal(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), retry: false, tool_calls: Vec::new() }
    }

    /// The same with one more call.
    #[must_use]
    pub fn with_call(mut self, call: ToolCallReport) -> Self {
        self.tool_calls.push(call);
        self
    }
}

/// Who does which steps.
#[derive(Clone, Default)]
pub(super) struct Handlers {
    by_type: HashMap<StepType, Arc<dyn StepHandler>>,
    by_tool: HashMap<String, Arc<dyn StepHandler>>,
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("types", &self.by_type.keys())
            .field("tools", &self.by_tool.keys())
            .finish()
    }
}

impl Handlers {
    pub(super) fn on_type(&mut self, kind: StepType, handler: Arc<dyn StepHandler>) {
        self.by_type.insert(kind, handler);
    }

    pub(super) fn on_tool(&mut self, name: String, handler: Arc<dyn StepHandler>) {
        self.by_tool.insert(name, handler);
    }

    /// The handler of a step; otherwise what is missing.
    pub(super) fn find(&self, step: &Step) -> Result<Arc<dyn StepHandler>, StepFailure> {
        let of_tool = step.tool().and_then(|tool| self.by_tool.get(tool));
        let found = of_tool.or_else(|| self.by_type.get(&step.kind()));
        found.cloned().ok_or_else(|| {
            let tool = step.tool().map(|tool| format!(" that call `{tool}`")).unwrap_or_default();
            // Another worker may have one.
            StepFailure::retry(format!(
                "the worker has no handler for steps of type {}{tool}",
                step.kind()
            ))
        })
    }
}
