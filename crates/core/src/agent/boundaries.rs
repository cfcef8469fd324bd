use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{tenancy::Slug, words::words};

words!(
    /// How far an agent may go by itself.
    Autonomy, "max_autonomy" {
        /// It acts.
        Execute = "execute",
        /// It proposes.
        Suggest = "suggest",
        /// It asks first.
        Ask = "ask",
    }
);

/// What an agent may do, and what it may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentBoundaries {
    /// What it is there for, in words.
    pub can_do: Vec<String>,
    /// What it must leave alone, in words.
    pub cannot_do: Vec<String>,
    /// The agent, by its slug, that takes over what this one must not do.
    pub escalates_to: Option<Slug>,
    /// How far it may go by itself.
    pub max_autonomy: Autonomy,
    /// The domains it may reach. None named, all are allowed.
    #[schemars(inner(length(min = 1, max = 253)))]
    pub allowed_domains: Vec<String>,
    /// How many tools it may call in one turn.
    #[schemars(range(min = 1, max = 50))]
    pub max_tool_calls_per_turn: u32,
}

impl Default for AgentBoundaries {
    fn default() -> Self {
        Self {
            can_do: Vec::new(),
            cannot_do: Vec::new(),
            escalates_to: None,
            max_autonomy: Autonomy::Execute,
            allowed_domains: Vec::new(),
            max_tool_calls_per_turn: 10,
        }
    }
}
