use std::collections::BTreeMap;

use regorus::Value;

/// A document as the evaluator holds it. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Input(Value);

impl Input {
    /// The caller has seen to it that `json` is not nested too deep.
    pub(in crate::policy) fn new(json: &serde_json::Value) -> Self {
        Self(value(json))
    }

    pub(super) fn value(&self) -> Value {
        self.0.clone()
    }
}

/// Not by way of serde: there a certain key turns an object into a number of any size.
pub(super) fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(it) => Value::from(*it),
        serde_json::Value::Number(it) => number(it),
        serde_json::Value::String(it) => Value::from(it.as_str()),
        serde_json::Value::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        serde_json::Value::Object(members) => {
            let members = members.iter().map(|(key, it)| (Value::from(key.as_str()), value(it)));
            Value::from(members.collect::<BTreeMap<_, _>>())
        }
    }
}

fn number(number: &serde_json::Number) -> Value {
    if let Some(integer) = number.as_i64() {
        return Value::from(integer);
    }
    if let Some(integer) = number.as_u64() {
        return Value::from(integer);
    }
    // There is nothing else: a number of serde_json that is no integer is a double.
    number.as_f64().map_or(Value::Undefined, Value::from)
}
