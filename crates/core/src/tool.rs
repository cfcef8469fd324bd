//! Tools: what agents may call, and with which arguments.

use jsonschema::Draft;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    InvalidInput, InvalidInputs, canonical,
    fields::check_text,
    schema::{Checker, path_in},
};

/// A tool as its maker describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolSpec {
    /// The name agents call it by: 1 to 255 characters.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What it does, for the model.
    #[serde(default)]
    pub description: String,
    /// The JSON Schema of its arguments: draft 2020-12, or draft-07 if `$schema` says so.
    pub schema: Value,
    /// Who may call it. Its shape is up to the platform.
    #[serde(default)]
    pub permissions: Map<String, Value>,
    /// What a call costs. Its shape is up to the platform.
    #[serde(default)]
    pub cost_model: Map<String, Value>,
}

impl ToolSpec {
    /// Checks every field, and gives the schema ready for checking arguments.
    ///
    /// ```
    /// use agentflow_core::tool::ToolSpec;
    /// use serde_json::json;
    ///
    /// let tool: ToolSpec = serde_json::from_value(json!({
    ///     "name": "search",
    ///     "schema": { "type": "object", "properties": { "limit": { "type": "integer", "maximum": 50 } } },
    /// }))
    /// .unwrap();
    /// let arguments = tool.validate().unwrap();
    /// assert!(arguments.check_arguments(&json!({ "limit": 5 })).is_ok());
    /// let errors = arguments.check_arguments(&json!({ "limit": 500 })).unwrap_err();
    /// assert_eq!(errors.to_string(), "arguments.limit: expected an integer of at most 50, got 500");
    /// ```
    pub fn validate(&self) -> Result<ToolSchema, InvalidInputs> {
        let mut findings = Vec::new();
        findings.extend(check_text("name", &self.name, 1, 255).err());
        findings.extend(check_text("description", &self.description, 0, usize::MAX).err());
        for (field, object) in
            [("permissions", &self.permissions), ("cost_model", &self.cost_model)]
        {
            let mut text = String::new();
            findings.extend(canonical::write_object_as_doubles(&mut text, object, field).err());
        }
        let schema = ToolSchema::new(&self.schema).map_err(|error| findings.push(error));
        match schema {
            Ok(schema) if findings.is_empty() => Ok(schema),
            _ => Err(InvalidInputs(findings)),
        }
    }
}

/// A JSON Schema that has been checked, ready for checking arguments.
pub struct ToolSchema(Checker);

impl std::fmt::Debug for ToolSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToolSchema(..)")
    }
}

impl ToolSchema {
    /// Checks that `schema` is a JSON Schema of draft 2020-12, or of draft-07 if its `$schema` says so, and stands on its
    /// own: nothing is fetched, so a reference to another document is an error. Errors have the path in it:
    /// `schema.properties.limit.type`.
    pub fn new(schema: &Value) -> Result<Self, InvalidInput> {
        canonical::write_value_as_doubles(&mut String::new(), schema, "schema")?;
        let draft = draft_of(schema)?;
        meta_error(draft, schema)?;
        Checker::by(schema.clone()).map(Self)
    }

    /// Checks the arguments of a call: all that is wrong, with paths like `arguments.items[3]`.
    pub fn check_arguments(&self, arguments: &Value) -> Result<(), InvalidInputs> {
        self.check(arguments, "arguments")
    }

    /// The same for any document, with paths from `root`.
    pub fn check(&self, document: &Value, root: &str) -> Result<(), InvalidInputs> {
        let findings = self.0.findings(document, root);
        if findings.is_empty() { Ok(()) } else { Err(InvalidInputs(findings)) }
    }

    /// Checks arguments that are written before the call, to whose objects it may add properties: all that will be wrong
    /// whatever it adds, such as a wrong type or an unknown property, with paths from `root`. What is missing is not, nor
    /// what only breaks a part of the schema that need not hold, for example below `then` or `anyOf`.
    ///
    /// ```
    /// use agentflow_core::tool::ToolSchema;
    /// use serde_json::json;
    ///
    /// let schema = ToolSchema::new(&json!({
    ///     "properties": { "account": { "type": "string" }, "amount": { "type": "number" } },
    ///     "required": ["account", "amount"],
    /// }))
    /// .unwrap();
    /// assert!(schema.check_written(&json!({ "account": "main" }), "with").is_ok());
    /// let errors = schema.check_written(&json!({ "account": 5 }), "with").unwrap_err();
    /// assert_eq!(errors.to_string(), "with.account: expected a text, got 5");
    /// ```
    pub fn check_written(&self, arguments: &Value, root: &str) -> Result<(), InvalidInputs> {
        let findings = self.0.lasting_findings(arguments, root);
        if findings.is_empty() { Ok(()) } else { Err(InvalidInputs(findings)) }
    }
}

fn draft_of(schema: &Value) -> Result<Draft, InvalidInput> {
    let Some(named) = schema.get("$schema") else { return Ok(Draft::Draft202012) };
    match named.as_str().map(|uri| uri.trim_end_matches('#')) {
        Some("https://json-schema.org/draft/2020-12/schema") => Ok(Draft::Draft202012),
        Some("http://json-schema.org/draft-07/schema") => Ok(Draft::Draft7),
        _ => {
            let reason = "expected https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#";
            Err(InvalidInput::new("schema.$schema", reason))
        }
    }
}

/// What the schema of schemas says about it.
fn meta_error(draft: Draft, schema: &Value) -> Result<(), InvalidInput> {
    let result = match draft {
        Draft::Draft7 => jsonschema::draft7::meta::validate(schema),
        _ => jsonschema::draft202012::meta::validate(schema),
    };
    result.map_err(|error| {
        let place = path_in(schema, error.instance_path().as_str());
        InvalidInput::new(format!("schema{place}"), error)
    })
}
