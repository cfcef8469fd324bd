use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{InvalidInput, InvalidInputs};

/// What the facts of a tenant look like: objects, and the types of their fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactSchema {
    objects: BTreeMap<String, FactType>,
}

/// The type of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactType {
    /// Anything: `any`. Checked when it is read, not before.
    Any,
    /// A whole number of 64 bits: `int`, `int64`.
    Int,
    /// A double: `float`, `float64`, `double`.
    Float,
    /// Text: `string`.
    String,
    /// True or false: `bool`.
    Bool,
    /// Bytes, in JSON as base64: `bytes`.
    Bytes,
    /// An instant, in JSON as RFC 3339: `timestamp`.
    Timestamp,
    /// A length of time, in JSON as `90s`, `1h30m`, `250ms`: `duration`.
    Duration,
    /// A list: `list<int>`, `list` of anything, or in JSON `["int"]`.
    List(Box<FactType>),
    /// An object with any keys: `map<string, int>`, or `map` and `object` with values of any type.
    Map(Box<FactType>),
    /// An object with these fields and no others.
    Object(BTreeMap<String, FactType>),
    /// A fact that may be missing or null: `optional<int>`, or `int?`; of an object, `?` behind the field's name.
    Optional(Box<FactType>),
}

impl FactSchema {
    /// Reads a definition: `{"User": {"age": "int", "address?": {"city": "string"}, "tags": ["string"]}}`. Names every
    /// mistake by its path.
    pub fn parse(definition: &Value) -> Result<Self, InvalidInputs> {
        let Value::Object(definition) = definition else {
            return Err(InvalidInput::new("schema", "expected an object of objects").into());
        };
        let mut findings = Vec::new();
        let objects = fields(definition, "", &mut findings);
        if findings.is_empty() { Ok(Self { objects }) } else { Err(InvalidInputs(findings)) }
    }

    /// The objects by name.
    pub fn objects(&self) -> &BTreeMap<String, FactType> {
        &self.objects
    }
}

fn fields(
    object: &Map<String, Value>,
    path: &str,
    findings: &mut Vec<InvalidInput>,
) -> BTreeMap<String, FactType> {
    object.iter().map(|(name, it)| (name.clone(), fact_type(it, path, findings))).collect()
}

fn fact_type(definition: &Value, path: &str, findings: &mut Vec<InvalidInput>) -> FactType {
    match definition {
        Value::String(name) => match name.as_str() {
            "int" => FactType::Int,
            "float" => FactType::Float,
            "string" => FactType::String,
            "bool" => FactType::Bool,
            "optional<string>" => FactType::Optional(Box::new(FactType::String)),
            _ => FactType::Any,
        },
        Value::Object(object) => FactType::Object(fields(object, path, findings)),
        _ => {
            findings.push(InvalidInput::new(path, "expected the name of a type or an object"));
            FactType::Any
        }
    }
}
