use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::MetricType;
use crate::ids::{
    AgentId, MessageId, PrincipalId, ReservationId, RunId, ToolCallId, WorkflowId, WorkspaceId,
};

/// Something that was used.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageEvent {
    /// Names the event within its workspace, in 1 to 255 characters: told again with the same key, it counts once.
    pub key: String,
    /// Where it was used.
    pub workspace_id: WorkspaceId,
    /// What was used.
    pub metric_type: MetricType,
    /// Which of that: `input_tokens`, `openai_gpt4_input_tokens`. 1 to 255 characters.
    pub metric_name: String,
    /// How much, in the unit of the type: not negative, and at most [`Unit::most`](super::Unit::most).
    pub quantity: Decimal,
    /// When; now, if that is not told.
    pub occurred_at: Option<Timestamp>,
    /// What it cost in cents, where that is known: with six decimal places at most. Without it, the price book says.
    pub cost_in_cents: Option<Decimal>,
    /// The agent it was used by.
    pub agent_id: Option<AgentId>,
    /// The user or service it was used by.
    pub principal_id: Option<PrincipalId>,
    /// The workflow it was used in.
    pub workflow_id: Option<WorkflowId>,
    /// The run it was used in.
    pub run_id: Option<RunId>,
    /// The call of a tool that used it.
    pub tool_call_id: Option<ToolCallId>,
    /// The message it was used for.
    pub message_id: Option<MessageId>,
    /// The reservation that it is settled with: then it counts for no budget by itself.
    pub reservation_id: Option<ReservationId>,
    /// The model.
    pub model: Option<String>,
    /// The tool or connector.
    pub tool: Option<String>,
    /// What else is to be known about it.
    pub metadata: Map<String, Value>,
}

impl UsageEvent {
    /// An event with nothing optional set.
    pub fn new(
        key: impl Into<String>,
        workspace_id: WorkspaceId,
        metric_type: MetricType,
        metric_name: impl Into<String>,
        quantity: impl Into<Decimal>,
    ) -> Self {
        Self {
            key: key.into(),
            workspace_id,
            metric_type,
            metric_name: metric_name.into(),
            quantity: quantity.into(),
            occurred_at: None,
            cost_in_cents: None,
            agent_id: None,
            principal_id: None,
            workflow_id: None,
            run_id: None,
            tool_call_id: None,
            message_id: None,
            reservation_id: None,
            model: None,
            tool: None,
            metadata: Map::new(),
        }
    }

    /// Says when.
    #[must_use]
    pub fn at(mut self, occurred_at: Timestamp) -> Self {
        self.occurred_at = Some(occurred_at);
        self
    }

    /// Says which model.
    #[must_use]
    pub fn of_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Says which tool.
    #[must_use]
    pub fn of_tool(mut self, tool: impl Into<String>) -> Self {
        self.tool = Some(tool.into());
        self
    }
}
