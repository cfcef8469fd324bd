use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AgentBoundaries, AgentMemoryConfig, AgentModelConfig, AgentPersonality, effective_skills,
};
use crate::{
    InvalidInput, InvalidInputs, canonical,
    schema::{self, Checker},
    tenancy::Slug,
    words::words,
    yaml,
};

/// The type of an agent whose spec does not say.
pub const DEFAULT_TYPE: &str = "assistant";

words!(
    /// What may be done with an agent.
    AgentStatus, "status" {
        /// It is being made.
        Draft = "draft",
        /// It works.
        Active = "active",
        /// It rests.
        Paused = "paused",
        /// It is kept for the record.
        Archived = "archived",
    }
);

/// An agent as somebody writes it in a file, YAML or JSON. Only `name` and `slug` are required; an unknown key is an
/// error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "AgentDNA: an agent as it is written in a file")]
pub struct AgentSpec {
    /// The name people see.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// The name in URLs and on command lines, unique in its team: lower-case letters, digits and inner hyphens.
    pub slug: Slug,
    /// What it is for, in one line.
    #[serde(default)]
    #[schemars(length(max = 255))]
    pub tagline: String,
    /// A picture of it, as an emoji.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub avatar_emoji: String,
    /// What kind of agent it is, for the programs that run it.
    #[serde(rename = "type", default = "default_type")]
    #[schemars(length(min = 1, max = 100))]
    pub kind: String,
    /// The part it plays among other agents.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub role: Option<String>,
    /// What may be done with it.
    #[serde(default = "default_status")]
    pub status: AgentStatus,
    /// Who it is and how it speaks.
    #[serde(default)]
    pub personality: AgentPersonality,
    /// The skills it has in common with others, by name.
    #[serde(default)]
    #[schemars(inner(length(min = 1, max = 100)))]
    pub shared_skill_names: Vec<String>,
    /// The skills that only it has, by name.
    #[serde(default)]
    #[schemars(inner(length(min = 1, max = 100)))]
    pub custom_skill_names: Vec<String>,
    /// The skills it must not use, whoever shares them, by name.
    #[serde(default)]
    #[schemars(inner(length(min = 1, max = 100)))]
    pub disabled_skill_names: Vec<String>,
    /// The model behind it.
    #[serde(default)]
    pub model: AgentModelConfig,
    /// What it remembers.
    #[serde(default)]
    pub memory: AgentMemoryConfig,
    /// What it may do.
    #[serde(default)]
    pub boundaries: AgentBoundaries,
    /// Whatever the programs that run it need.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Whatever the programs that watch over it need.
    #[serde(default)]
    pub policies: Map<String, Value>,
}

fn default_type() -> String {
    DEFAULT_TYPE.to_owned()
}

fn default_status() -> AgentStatus {
    AgentStatus::Draft
}

/// The JSON Schema (draft 2020-12) of a spec, as `docs/agent-dna.schema.json` has it.
pub fn json_schema() -> Value {
    schema::of::<AgentSpec>()
}

static CHECKER: LazyLock<Result<Checker, InvalidInput>> = LazyLock::new(Checker::of::<AgentSpec>);

/// The field of an error about the whole document.
const WHOLE: &str = "agent";

impl AgentSpec {
    /// An agent of which nothing is known but its names.
    pub fn new(name: impl Into<String>, slug: Slug) -> Self {
        Self {
            name: name.into(),
            slug,
            tagline: String::new(),
            avatar_emoji: String::new(),
            kind: default_type(),
            role: None,
            status: default_status(),
            personality: AgentPersonality::default(),
            shared_skill_names: Vec::new(),
            custom_skill_names: Vec::new(),
            disabled_skill_names: Vec::new(),
            model: AgentModelConfig::default(),
            memory: AgentMemoryConfig::default(),
            boundaries: AgentBoundaries::default(),
            config: Map::new(),
            policies: Map::new(),
        }
    }

    /// Reads YAML 1.2. Fails with every bad field, or with line and column where the text is not YAML; a key that occurs
    /// twice is an error. `yes`, `no`, `on` and `off` are texts.
    ///
    /// ```
    /// use agentflow_core::agent::AgentSpec;
    ///
    /// let errors = AgentSpec::from_yaml("name: Ada\nslug: ada\nmodel: { temperature: 3, max_output_tokens: few }")
    ///     .unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "model.max_output_tokens: expected an integer from 100 to 32000, got \"few\"\n\
    ///      model.temperature: expected a number from 0 to 2, got 3"
    /// );
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self, InvalidInputs> {
        Self::from_value(yaml::read(text, WHOLE)?)
    }

    /// Reads JSON. Fails with every bad field, or with line and column where the text is not JSON; a key that occurs
    /// twice is an error.
    pub fn from_json(text: &str) -> Result<Self, InvalidInputs> {
        let document = canonical::from_str(text, "").map_err(|error| {
            let field = if error.field.is_empty() { WHOLE.to_owned() } else { error.field };
            InvalidInput { field, reason: error.reason }
        })?;
        Self::from_value(document)
    }

    /// Reads a document. Fails with every bad field.
    pub fn from_value(document: Value) -> Result<Self, InvalidInputs> {
        check(&document)?;
        // The schema says it all; what it does not say yet is told here with its path.
        serde_path_to_error::deserialize(whole_numbers(document))
            .map_err(|error| InvalidInput::new(error.path().to_string(), error.inner()).into())
    }

    /// Finds every bad field.
    pub fn validate(&self) -> Result<(), InvalidInputs> {
        let document =
            serde_json::to_value(self).map_err(|error| InvalidInput::new(WHOLE, error))?;
        check(&document)
    }

    /// What is allowed and yet probably not meant: field and reason.
    pub fn warnings(&self) -> Vec<InvalidInput> {
        let sum = self.memory.retrieval_weights.sum();
        let mut warnings = Vec::new();
        if (sum - 1.0).abs() > 1e-6 {
            let reason = format!("the weights add up to {sum:.2}; 1 is recommended");
            warnings.push(InvalidInput::new("memory.retrieval_weights", reason));
        }
        warnings
    }

    /// What it can do, with what its team shares. See [`effective_skills`].
    pub fn effective_skills(&self, team_shared: &[String]) -> Vec<String> {
        effective_skills(
            team_shared,
            &self.shared_skill_names,
            &self.custom_skill_names,
            &self.disabled_skill_names,
        )
    }
}

fn check(document: &Value) -> Result<(), InvalidInputs> {
    let checker = CHECKER.as_ref().map_err(|error| InvalidInputs::from(error.clone()))?;
    let mut findings: Vec<_> = checker.findings(document, "");
    let unstorable = canonical::to_string_as_doubles(document, "").err();
    findings.extend(unstorable.filter(|error| findings.iter().all(|it| it.field != error.field)));
    for finding in findings.iter_mut().filter(|finding| finding.field.is_empty()) {
        WHOLE.clone_into(&mut finding.field);
    }
    if findings.is_empty() { Ok(()) } else { Err(InvalidInputs(findings)) }
}

/// `4096.0` as `4096`: the same number in JSON, and not for the reader of an integer field.
fn whole_numbers(value: Value) -> Value {
    /// Below this, every integer is a double.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "in range and without a fraction")]
            Some(double) if double.fract() == 0.0 && double.abs() < LIMIT => {
                Value::from(double as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect()
        }
        other => other,
    }
}
