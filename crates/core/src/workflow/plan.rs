use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value, json};

use super::WorkflowDefinition;
use crate::{InvalidInput, InvalidInputs, canonical, tenancy::Slug};

/// The most that each part of a plan takes, as JSON: 256 KiB.
const MAX_BYTES: usize = 256 * 1024;

/// How a version of a workflow is to be carried out, as a planner makes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct PlanSpec {
    /// Where it stands; its shape is the planner's.
    pub state: Map<String, Value>,
    /// What is done, in this order: an object for each step, with a `name`. What else is in it is the planner's.
    pub steps: Vec<Map<String, Value>>,
    /// The agents that do the steps: names of steps, and slugs of agents.
    pub assignments: BTreeMap<String, Slug>,
    /// What it costs, estimated and actual; its shape is the planner's.
    pub cost: Map<String, Value>,
}

impl PlanSpec {
    /// The plan of the static planner: the steps as they are written, each with the agent that the definition names.
    pub fn of(definition: &WorkflowDefinition) -> Self {
        let step = |step: &super::Step| {
            Map::from_iter([
                ("name".to_owned(), json!(step.name)),
                ("type".to_owned(), json!(step.kind())),
            ])
        };
        let assigned = |step: &super::Step| Some((step.name.clone(), step.agent()?.clone()));
        Self {
            steps: definition.steps.iter().map(step).collect(),
            assignments: definition.steps.iter().filter_map(assigned).collect(),
            ..Self::default()
        }
    }

    /// Checks that it is a plan of this definition. Fails with everything that is wrong with it.
    pub fn validate(&self, definition: &WorkflowDefinition) -> Result<(), InvalidInputs> {
        let mut findings = Vec::new();
        for (index, step) in self.steps.iter().enumerate() {
            let path = format!("steps[{index}].name");
            match step.get("name").map(Value::as_str) {
                None => findings.push(InvalidInput::new(path, "is missing")),
                Some(None) => findings.push(InvalidInput::new(path, "expected a text")),
                Some(Some(name)) => findings.extend(known(definition, path, name)),
            }
        }
        for name in self.assignments.keys() {
            let path = canonical::joined("assignments", &canonical::segment(name));
            findings.extend(known(definition, path, name));
        }
        findings.extend(too_large("state", &self.state));
        findings.extend(too_large("steps", &self.steps));
        findings.extend(too_large("assignments", &self.assignments));
        findings.extend(too_large("cost", &self.cost));
        if findings.is_empty() { Ok(()) } else { Err(InvalidInputs(findings)) }
    }
}

/// How it is read once it is known to be an object.
#[derive(Deserialize)]
#[serde(remote = "PlanSpec", default = "PlanSpec::default", deny_unknown_fields)]
struct Parts {
    state: Map<String, Value>,
    steps: Vec<Map<String, Value>>,
    assignments: BTreeMap<String, Slug>,
    cost: Map<String, Value>,
}

impl<'de> Deserialize<'de> for PlanSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Object)
    }
}

/// An object and nothing else: as it is derived, an array would do as well, by position, and an empty one as a plan of nothing.
struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = PlanSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<PlanSpec, A::Error> {
        Parts::deserialize(MapAccessDeserializer::new(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<PlanSpec, A::Error> {
        Err(A::Error::custom("expected an object, got an array"))
    }
}

fn known(definition: &WorkflowDefinition, path: String, name: &str) -> Option<InvalidInput> {
    if definition.step(name).is_some() {
        return None;
    }
    Some(InvalidInput::new(path, format!("the workflow has no step `{name}`")))
}

/// What the database cannot hold, or should not.
fn too_large(field: &str, part: &impl Serialize) -> Option<InvalidInput> {
    let text = serde_json::to_value(part)
        .map_err(|error| InvalidInput::new(field, error))
        .and_then(|value| canonical::to_string_as_doubles(&value, field));
    match text {
        Ok(text) if text.len() > MAX_BYTES => {
            Some(InvalidInput::new(field, "expected at most 256 KiB of JSON"))
        }
        Ok(_) => None,
        Err(error) => Some(error),
    }
}
