//! JSON Schema: made from our types, and used to find everything that is wrong with a document.

use std::collections::HashSet;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

use crate::{
    InvalidInput,
    canonical::{joined, segment},
    tenancy::{SLUG_FORM, SLUG_PATTERN},
};

mod partial;

/// A language as two lower-case letters.
pub(crate) const LANGUAGE_PATTERN: &str = "^[a-z]{2}$";

/// The JSON Schema (draft 2020-12) of a type, with every part in its place.
pub(crate) fn of<T: JsonSchema>() -> Value {
    // The widths of Rust's numbers are no formats of JSON Schema.
    let plain_numbers = RecursiveTransform(|schema: &mut Schema| {
        let is_number =
            matches!(schema.get("type").and_then(Value::as_str), Some("integer" | "number"));
        if is_number {
            schema.remove("format");
        }
    });
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(plain_numbers)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// How many findings are told. Nobody mends more at once, and a large document could have any number of them.
pub(crate) const MAX_FINDINGS: usize = 100;

/// Finds everything that is wrong with a document.
pub(crate) struct Checker {
    schema: Value,
    validator: Validator,
}

impl Checker {
    /// By the schema of a type.
    pub(crate) fn of<T: JsonSchema>() -> Result<Self, InvalidInput> {
        Self::by(of::<T>())
    }

    /// By any schema. It is never fetched from anywhere: a reference to another document is an error.
    pub(crate) fn by(schema: Value) -> Result<Self, InvalidInput> {
        let built = jsonschema::options().offline().should_validate_formats(true).build(&schema);
        match built {
            Ok(validator) => Ok(Self { schema, validator }),
            Err(error) => {
                let place = path_in(&schema, error.instance_path().as_str());
                Err(InvalidInput::new(format!("schema{place}"), error))
            }
        }
    }

    /// What is wrong with `document`, one entry for each place, which is named from `root`. After [`MAX_FINDINGS`] of them one
    /// about `root` says that there is more.
    pub(crate) fn findings(&self, document: &Value, root: &str) -> Vec<InvalidInput> {
        self.findings_that(document, root, |_| true)
    }

    /// The same for a document whose objects may still get more properties: only what is wrong whatever they are.
    pub(crate) fn lasting_findings(&self, document: &Value, root: &str) -> Vec<InvalidInput> {
        self.findings_that(document, root, partial::is_lasting)
    }

    fn findings_that(
        &self,
        document: &Value,
        root: &str,
        counts: impl Fn(&ValidationError<'_>) -> bool,
    ) -> Vec<InvalidInput> {
        let mut findings: Vec<InvalidInput> = Vec::new();
        let mut places = HashSet::new();
        for error in self.validator.iter_errors(document).filter(counts) {
            for finding in self.findings_of(&error, document, root) {
                // A text that is too short often has the wrong form as well: one entry says both.
                if !places.insert(finding.field.clone()) {
                    continue;
                }
                if findings.len() == MAX_FINDINGS {
                    let reason = format!("more is wrong than these {MAX_FINDINGS}");
                    findings.push(InvalidInput::new(root, reason));
                    return findings;
                }
                findings.push(finding);
            }
        }
        findings
    }

    fn findings_of(
        &self,
        error: &ValidationError<'_>,
        document: &Value,
        root: &str,
    ) -> Vec<InvalidInput> {
        let place = path_in(document, error.instance_path().as_str());
        let at = |step: &str, reason: String| {
            InvalidInput::new(joined(root, &format!("{place}{step}")), reason)
        };
        let part = self.part_of(error.schema_path().as_str());
        match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                let reason = unknown_key_reason(part);
                // One more than are told, to know that there are more.
                let unexpected = unexpected.iter().take(MAX_FINDINGS + 1);
                unexpected.map(|key| at(&segment(key), reason.clone())).collect()
            }
            Kind::Required { property } => {
                let step = segment(property.as_str().unwrap_or_default());
                vec![at(&step, "is missing".to_owned())]
            }
            _ => {
                let reason = match part.and_then(expectation) {
                    Some(expected) => {
                        format!("expected {expected}, got {}", shown(error.instance()))
                    }
                    None => error.to_string(),
                };
                vec![at("", reason)]
            }
        }
    }

    /// The part of the schema whose keyword did not hold.
    fn part_of(&self, keyword: &str) -> Option<&Value> {
        let (part, _) = keyword.rsplit_once('/')?;
        self.schema.pointer(part)
    }
}

fn unknown_key_reason(part: Option<&Value>) -> String {
    match part.and_then(|part| part.get("properties")).and_then(Value::as_object) {
        Some(known) => {
            let names: Vec<_> = known.keys().map(String::as_str).collect();
            format!("unknown key; expected one of: {}", names.join(" "))
        }
        None => "unknown key".to_owned(),
    }
}

/// What a part of a schema allows, in words: `a number from 0 to 2`. `None` if its keywords are not the simple ones.
fn expectation(part: &Value) -> Option<String> {
    if let Some(words) = part.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words
            .iter()
            .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
            .collect();
        return Some(format!("one of: {}", words.join(" ")));
    }
    let (kind, or_null) = match part.get("type")? {
        Value::String(kind) => (kind.as_str(), ""),
        Value::Array(kinds) if kinds.len() == 2 && kinds[1] == "null" => {
            (kinds[0].as_str()?, ", or null")
        }
        _ => return None,
    };
    let words = match kind {
        "string" => text_expectation(part),
        "array" => format!("a list{}", bounds(part, "Items", "of", " items")),
        "integer" => format!("an integer{}", bounds(part, "imum", "from", "")),
        "number" => format!("a number{}", bounds(part, "imum", "from", "")),
        "boolean" => "true or false".to_owned(),
        "object" => "an object".to_owned(),
        _ => return None,
    };
    Some(words + or_null)
}

fn text_expectation(part: &Value) -> String {
    match part.get("pattern").and_then(Value::as_str) {
        Some(SLUG_PATTERN) => SLUG_FORM.to_owned(),
        Some(LANGUAGE_PATTERN) => "a language as two lower-case letters (ISO 639-1)".to_owned(),
        Some(pattern) => format!("a text of the form {pattern}"),
        None => format!("a text{}", bounds(part, "Length", "of", " characters")),
    }
}

/// ` from 1 to 255`, ` of at least 1`, ` of at most 255`, or nothing.
fn bounds(part: &Value, keyword: &str, both: &str, unit: &str) -> String {
    let bound = |end: &str| part.get(format!("{end}{keyword}")).map(plain);
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => format!(" {both} {min} to {max}{unit}"),
        (Some(min), None) => format!(" of at least {min}{unit}"),
        (None, Some(max)) => format!(" of at most {max}{unit}"),
        (None, None) => String::new(),
    }
}

/// `2.0` as `2`.
fn plain(number: &Value) -> String {
    number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
}

/// A value as JSON; only its beginning if it is long.
fn shown(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = match value {
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        scalar => scalar.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

/// A JSON Pointer (RFC 6901) into `document` as a path: `.items[3].price`.
pub(crate) fn path_in(document: &Value, pointer: &str) -> String {
    let mut path = String::new();
    let mut place = Some(document);
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        if let Some(Value::Array(items)) = place {
            path.extend(["[", &key, "]"]);
            place = key.parse().ok().and_then(|index: usize| items.get(index));
        } else {
            path.push_str(&segment(&key));
            place = place.and_then(|value| value.get(&key));
        }
    }
    path
}
