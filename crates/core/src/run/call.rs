use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::words::words;

words!(
    /// What kind of tool was called.
    ToolType, "tool_type" {
        /// A model.
        Llm = "llm",
        /// Anything else.
        Connector = "connector",
    }
);

/// What a call used.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens that a model read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens that a model wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// What it cost in cents, as a decimal number with at most six places. A text, because a double would not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_in_cents: Option<String>,
    /// Whatever else the tool tells.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A call of a model or another tool, as the handler of a step reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCallReport {
    /// What kind of tool.
    pub tool_type: ToolType,
    /// Which: the name of the tool, or provider and model, as `openai/gpt-4`.
    pub tool_name: String,
    /// What it was given.
    #[serde(default)]
    pub input: Value,
    /// What it answered; absent if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it used.
    #[serde(default)]
    pub usage: Usage,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Whether what it used is metered when it is recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub metered: bool,
}

impl ToolCallReport {
    /// Has what it used metered, together with what becomes of its step: the tokens and the call of a model, or the call of a
    /// connector. A cost that is told holds for all of it; else the price book says what it costs.
    #[must_use]
    pub fn metered(mut self) -> Self {
        self.metered = true;
        self
    }
}
