use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much each signal counts when memories are looked for. Each is 0 to 1; they should add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetrievalWeights {
    /// Nearness in meaning.
    #[schemars(range(min = 0, max = 1))]
    pub semantic: f64,
    /// How lately it was used.
    #[schemars(range(min = 0, max = 1))]
    pub recency: f64,
    /// How important it is.
    #[schemars(range(min = 0, max = 1))]
    pub importance: f64,
    /// Whether it belongs to the same conversation.
    #[schemars(range(min = 0, max = 1))]
    pub continuity: f64,
    /// Whether it is related to what was found.
    #[schemars(range(min = 0, max = 1))]
    pub relationship: f64,
}

impl RetrievalWeights {
    /// What they add up to.
    pub fn sum(&self) -> f64 {
        self.semantic + self.recency + self.importance + self.continuity + self.relationship
    }
}

impl Default for RetrievalWeights {
    fn default() -> Self {
        Self {
            semantic: 0.35,
            recency: 0.20,
            importance: 0.20,
            continuity: 0.15,
            relationship: 0.10,
        }
    }
}

/// What an agent remembers, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentMemoryConfig {
    /// How many tokens of a prompt memories may take.
    #[schemars(range(min = 100, max = 8_000))]
    pub token_budget: u32,
    /// How memories are ranked.
    pub retrieval_weights: RetrievalWeights,
    /// Whether memories are made from conversations without being asked for.
    pub auto_extract: bool,
    /// Whether what somebody prefers is pinned.
    pub auto_pin_preferences: bool,
    /// After how many messages a conversation is summed up.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub summarize_interval: u32,
    /// What people say when something is to be remembered.
    #[schemars(inner(length(min = 1)))]
    pub remember_commands: Vec<String>,
}

impl Default for AgentMemoryConfig {
    fn default() -> Self {
        let commands = ["remember this", "don't forget", "keep in mind", "note that"];
        Self {
            token_budget: 2000,
            retrieval_weights: RetrievalWeights::default(),
            auto_extract: true,
            auto_pin_preferences: true,
            summarize_interval: 20,
            remember_commands: commands.map(str::to_owned).to_vec(),
        }
    }
}
