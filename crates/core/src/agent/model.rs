use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The model behind an agent, and how it is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentModelConfig {
    /// The model, as its provider names it.
    #[schemars(length(min = 1, max = 255))]
    pub model_name: String,
    /// How freely it chooses its words.
    #[schemars(range(min = 0, max = 2))]
    pub temperature: f64,
    /// The longest answer, in tokens.
    #[schemars(range(min = 100, max = 32_000))]
    pub max_output_tokens: u32,
    /// Whatever else the provider is told.
    pub provider_overrides: Map<String, Value>,
}

impl Default for AgentModelConfig {
    fn default() -> Self {
        Self {
            model_name: "anthropic/claude-sonnet-4.5".to_owned(),
            temperature: 0.7,
            max_output_tokens: 4096,
            provider_overrides: Map::new(),
        }
    }
}
