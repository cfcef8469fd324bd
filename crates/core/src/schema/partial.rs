//! Documents whose objects may still get more properties.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;

/// Keywords behind which stand names, and schemas that hold in any case.
const NAMING: &[&str] = &["properties", "patternProperties", "dependentSchemas", "dependencies"];

/// Keywords whose schemas need not hold: which of them do depends on the whole value.
const CHOOSING: &[&str] = &["anyOf", "oneOf", "not", "contains"];
const CONDITIONAL: &[&str] = &["if", "then", "else"];

/// Whether no further property of any object in the document can mend it.
pub(super) fn is_lasting(error: &ValidationError<'_>) -> bool {
    let is_decided = match error.kind() {
        Kind::Type { .. }
        | Kind::AdditionalProperties { .. }
        | Kind::FalseSchema
        | Kind::PropertyNames { .. }
        | Kind::MaxProperties { .. }
        | Kind::AdditionalItems { .. }
        | Kind::MinItems { .. }
        | Kind::MaxItems { .. } => true,
        _ => !has_object(error.instance()),
    };
    is_decided && holds_in_any_case(error.evaluation_path().as_str())
}

fn has_object(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(has_object),
        _ => false,
    }
}

/// Whether the keyword at the end of this JSON Pointer must hold, whatever else is in the document.
fn holds_in_any_case(path: &str) -> bool {
    let mut tokens = path.split('/').skip(1).peekable();
    while let Some(token) = tokens.next() {
        if NAMING.contains(&token) {
            tokens.next();
        } else if CONDITIONAL.contains(&token)
            || (CHOOSING.contains(&token) && tokens.peek().is_some())
        {
            return false;
        }
    }
    true
}
