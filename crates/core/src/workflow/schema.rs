//! The JSON Schema of what somebody writes: as it is published, and as it checks a document.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::document::{FIELDS, WorkflowDocument};
use crate::{
    InvalidInput,
    schema::{self, Checker},
};

/// The JSON Schema (draft 2020-12) of the file of a workflow, as `docs/workflow.schema.json` has it. It says all of the
/// shape; what names have to do with each other is beyond it.
pub fn json_schema() -> Value {
    let mut schema = plain();
    if let Some(Value::Object(step)) = schema.pointer_mut("/properties/steps/items") {
        step.insert("allOf".to_owned(), conditions());
    }
    schema
}

/// Checks the shape, but for what is told in better words elsewhere: the forms of texts, and which step has which fields.
pub(super) static CHECKER: LazyLock<Result<Checker, InvalidInput>> = LazyLock::new(|| {
    let mut schema = plain();
    visit(&mut schema, &|part| {
        if part.get("pattern").is_some_and(Value::is_string) {
            for keyword in ["pattern", "minLength", "maxLength"] {
                part.remove(keyword);
            }
        }
    });
    Checker::by(schema)
});

/// Of the types. A field that may be left out may not be null: whoever writes `tool:` forgot something.
fn plain() -> Value {
    let mut schema = schema::of::<WorkflowDocument>();
    visit(&mut schema, &|part| {
        if part.get("default").is_some_and(Value::is_null) {
            part.remove("default");
        }
        if let Some(Value::Array(kinds)) = part.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [kind] = kinds.as_slice() {
                let kind = kind.clone();
                part.insert("type".to_owned(), kind);
            }
        }
        if let Some(Value::Array(words)) = part.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
        if let Some(Value::Array(choices)) = part.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type") != Some(&json!("null")));
            if let [choice] = choices.as_slice() {
                let choice = choice.clone();
                part.remove("anyOf");
                part.extend(choice.as_object().cloned().unwrap_or_default());
            }
        }
    });
    schema
}

/// Every object inside, the inner ones first.
fn visit(value: &mut Value, change: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| visit(member, change));
            change(members);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        _ => (),
    }
}

/// Which type of steps has which fields.
fn conditions() -> Value {
    let conditions = FIELDS.iter().map(|(kind, required, optional)| {
        let foreign = |name: &&&str| !required.contains(*name) && !optional.contains(*name);
        let others =
            FIELDS.iter().flat_map(|(_, required, optional)| required.iter().chain(*optional));
        let forbidden: Map<_, _> =
            others.filter(foreign).map(|name| ((*name).to_owned(), Value::Bool(false))).collect();
        json!({
            "if": { "properties": { "type": { "const": kind.as_str() } }, "required": ["type"] },
            "then": { "properties": forbidden, "required": required },
        })
    });
    conditions.collect()
}
