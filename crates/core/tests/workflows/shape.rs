//! The JSON Schema that is published says what the library does.

use agentflow_core::{
    tool::ToolSchema,
    workflow::{self, StepType, WorkflowDefinition},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{definition, source};

#[test]
fn the_schema_is_the_one_in_the_documents() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workflow.schema.json");
    let generated = format!("{:#}\n", workflow::json_schema());
    if std::env::var_os("AF_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == generated, "{path} is old: renew it with AF_UPDATE_GOLDEN=1");
}

fn published() -> ToolSchema {
    ToolSchema::new(&workflow::json_schema()).unwrap()
}

/// Each type with each field of any type.
#[test]
fn a_field_belongs_to_a_type_here_and_in_the_schema() {
    let fields = json!({
        "tool": "bank", "agent": "ada", "with": {}, "retry": {}, "timeout": "1s", "subject": "May we?", "approvers": 2,
        "risk_tier": "high", "expires_after": "1h", "on_expiry": "approve", "else": "end",
        "cases": [{ "when": "input.x", "goto": "end" }],
    });
    let schema = published();
    let mut accepted = 0;
    for kind in StepType::ALL {
        for (name, value) in fields.as_object().unwrap() {
            let mut step = json!({ "name": "a", "type": kind });
            match kind {
                StepType::ConnectorAction => step["tool"] = "bank".into(),
                StepType::Branch => step["cases"] = fields["cases"].clone(),
                _ => (),
            }
            step[name] = value.clone();
            let document = json!({ "version": "1.0.0", "steps": [step] });
            let ours = WorkflowDefinition::from_value(document.clone());
            assert_eq!(ours.is_ok(), schema.check_arguments(&document).is_ok(), "{kind} {name}");
            accepted += usize::from(ours.is_ok());
        }
    }
    assert_eq!(accepted, 4 + 4 + 6 + 2);
    for bare in ["connector_action", "branch"] {
        let document = json!({ "version": "1.0.0", "steps": [{ "name": "a", "type": bare }] });
        assert!(schema.check_arguments(&document).is_err(), "{bare}");
        assert!(WorkflowDefinition::from_value(document).is_err(), "{bare}");
    }
}

#[test]
fn the_forms_of_texts_are_the_same_here_and_in_the_schema() {
    let schema = published();
    let mut document =
        json!({ "version": "1.0.0", "steps": [{ "name": "a", "type": "llm_call" }] });
    for (pointer, texts) in [
        ("/version", ["1.0.0-rc.1+b", "1.0", "01.0.0", "1.0.0-01", "v1.0.0"].as_slice()),
        ("/steps/0/name", &["fetch_2-x", "Fetch", "2x", "", "a b"]),
        ("/steps/0/timeout", &["1h30m", "1.5s", "90", "1d", "-1s", ""]),
        ("/steps/0/agent", &["ada", "A", "-a", "a"]),
        ("/template_version_constraint", &["^1.2", "wörld", ""]),
    ] {
        let good = document.clone();
        for text in texts {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap()[key] = json!(text);
            let ours = WorkflowDefinition::from_value(document.clone()).is_ok();
            assert_eq!(ours, schema.check_arguments(&document).is_ok(), "{pointer} {text}");
            assert_eq!(
                ours,
                *text == texts[0] || (pointer, *text) == ("/steps/0/timeout", "1.5s"),
                "{pointer} {text}"
            );
            document.clone_from(&good);
        }
    }
}

/// Every part of a document but the whole.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in members {
        let place = format!("{pointer}/{key}");
        places(value, &place, found);
        found.push(place);
    }
}

proptest! {
    /// An editor with the schema does not complain about what the library takes.
    #[test]
    fn what_is_accepted_fits_the_schema(
        seed in any::<u64>(), place in any::<prop::sample::Index>(),
        other in prop::sample::select(vec![json!(null), json!(7), json!("x"), json!([]), json!({}), json!(true)]),
    ) {
        let schema = published();
        let mut document = definition(&mut source(seed));
        prop_assert!(schema.check_arguments(&document).is_ok());
        let mut found = Vec::new();
        places(&document, "", &mut found);
        let place = place.get(&found);
        *document.pointer_mut(place).unwrap() = other;
        if WorkflowDefinition::from_value(document.clone()).is_ok() {
            prop_assert!(schema.check_arguments(&document).is_ok(), "{} {}", place, document);
        }
    }
}
