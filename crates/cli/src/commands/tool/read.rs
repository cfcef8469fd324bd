//! The file of a tool.

use agentflow::{
    agents::ToolSpec,
    core::{InvalidInput, InvalidInputs, canonical},
};
use serde_json::Value;

const KEYS: [&str; 5] = ["name", "description", "schema", "permissions", "cost_model"];

/// Reads a tool. Fails with every bad field.
pub(super) fn tool(text: &str) -> Result<ToolSpec, InvalidInputs> {
    let document = canonical::from_str(text, "").map_err(|fault| {
        let field = if fault.field.is_empty() { "tool".to_owned() } else { fault.field };
        InvalidInput { field, reason: fault.reason }
    })?;
    check(&document)?;
    let spec: ToolSpec =
        serde_json::from_value(document).map_err(|error| InvalidInput::new("tool", error))?;
    spec.validate()?;
    Ok(spec)
}

/// Checks which keys there are and of what kind, because serde would name the first one only.
fn check(document: &Value) -> Result<(), InvalidInputs> {
    let Value::Object(members) = document else {
        return Err(InvalidInput::new("tool", "expected an object").into());
    };
    let mut faults = Vec::new();
    for required in ["name", "schema"] {
        if !members.contains_key(required) {
            faults.push(InvalidInput::new(required, "is missing"));
        }
    }
    for (key, value) in members {
        let reason = match key.as_str() {
            "name" | "description" if !value.is_string() => "expected a text".to_owned(),
            "permissions" | "cost_model" if !value.is_object() => "expected an object".to_owned(),
            known if KEYS.contains(&known) => continue,
            _ => format!("unknown key; expected one of: {}", KEYS.join(" ")),
        };
        faults.push(InvalidInput::new(key.as_str(), reason));
    }
    if faults.is_empty() { Ok(()) } else { Err(InvalidInputs(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_named() {
        let told = |text: &str| tool(text).unwrap_err().to_string();
        assert_eq!(told("[]"), "tool: expected an object");
        let text = told(r#"{"nmae": "x", "description": 3, "cost_model": [], "schema": {}}"#);
        let fields: Vec<_> = text.lines().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(fields, ["name", "cost_model", "description", "nmae"]);
        let text = told(r#"{"name": "", "schema": {"properties": {"n": {"type": "int"}}}}"#);
        let fields: Vec<_> = text.lines().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(fields, ["name", "schema.properties.n.type"]);
        assert!(tool(r#"{"name": "now", "schema": {"type": "object"}}"#).is_ok());
    }
}
