use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{schema::LANGUAGE_PATTERN, words::words};

words!(
    /// How an agent sounds.
    Tone, "tone" {
        /// Like a specialist.
        Professional = "professional",
        /// Like somebody who is glad to help.
        Friendly = "friendly",
        /// Like a colleague.
        Casual = "casual",
        /// Like a scholar.
        Academic = "academic",
        /// With a wink.
        Playful = "playful",
        /// With understanding.
        Empathetic = "empathetic",
        /// Without detours.
        Direct = "direct",
        /// As the instructions say.
        Custom = "custom",
    }
);

words!(
    /// How much an agent says.
    Verbosity, "verbosity" {
        /// As little as will do.
        Concise = "concise",
        /// Neither little nor much.
        Balanced = "balanced",
        /// With the details.
        Detailed = "detailed",
        /// Everything.
        Verbose = "verbose",
    }
);

words!(
    /// How formal an agent is.
    Formality, "formality" {
        /// Formal.
        Formal = "formal",
        /// In between.
        SemiFormal = "semi-formal",
        /// Informal.
        Informal = "informal",
        /// Like whoever it speaks to.
        Adaptive = "adaptive",
    }
);

/// Something said to an agent, and how it should answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceExample {
    /// What is said.
    pub user_message: String,
    /// What the agent answers.
    pub agent_response: String,
    /// The situation.
    #[serde(default)]
    pub context: String,
}

/// Who an agent is and how it speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentPersonality {
    /// What the model is told before every conversation.
    pub system_prompt_template: String,
    /// How it sounds.
    pub tone: Tone,
    /// How much it says.
    pub verbosity: Verbosity,
    /// How formal it is.
    pub formality: Formality,
    /// The language it speaks: two lower-case letters, ISO 639-1.
    #[schemars(regex(pattern = LANGUAGE_PATTERN))]
    pub language: String,
    /// Traits and how strong they are, 0 to 1.
    #[schemars(schema_with = "traits_schema")]
    pub traits: BTreeMap<String, f64>,
    /// How it should answer, by example.
    pub voice_examples: Vec<VoiceExample>,
    /// What it must always do, in words.
    pub always_rules: Vec<String>,
    /// What it must never do, in words.
    pub never_rules: Vec<String>,
    /// Whatever else it is told.
    pub custom_instructions: String,
}

fn traits_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "number", "minimum": 0, "maximum": 1 },
    })
}

impl Default for AgentPersonality {
    fn default() -> Self {
        Self {
            system_prompt_template: String::new(),
            tone: Tone::Friendly,
            verbosity: Verbosity::Balanced,
            formality: Formality::Adaptive,
            language: "en".to_owned(),
            traits: BTreeMap::new(),
            voice_examples: Vec::new(),
            always_rules: Vec::new(),
            never_rules: Vec::new(),
            custom_instructions: String::new(),
        }
    }
}
