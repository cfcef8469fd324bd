//! One digest for one meaning.

use agentflow_core::{hash::Sha256, workflow::WorkflowDefinition};
use proptest::prelude::*;
use rand::RngExt;
use serde_json::{Value, json};

use crate::samples::{definition, json_text, source, yaml};

fn digest(text: &str) -> Sha256 {
    let parsed = WorkflowDefinition::parse(text).unwrap_or_else(|it| panic!("{it}\n{text}"));
    parsed.digest().unwrap()
}

#[test]
fn the_digest_is_that_of_the_canonical_text_with_all_defaults() {
    let text = "version: 1.0.0\nsteps: [{ name: ask, type: llm_call }]";
    let expected = "{\"description\":\"\",\"planner\":\"static\",\"risk_tier\":\"low\",\"steps\":[{\"name\":\"ask\",\
                    \"needs\":[],\"retry\":{\"backoff\":\"1s\",\"max_attempts\":1,\"max_backoff\":\"5m\",\
                    \"multiplier\":2},\"timeout\":\"1m\",\"type\":\"llm_call\",\"with\":{}}],\"version\":\"1.0.0\"}";
    let definition = WorkflowDefinition::parse(text).unwrap();
    assert_eq!(definition.canonical().unwrap(), expected);
    assert_eq!(definition.digest().unwrap(), Sha256::of(&[expected.as_bytes()]));
}

#[test]
fn a_default_that_is_written_out_changes_nothing() {
    let short = "
version: 1.0.0
steps:
  - { name: a, type: llm_call }
  - { name: b, type: connector_action, tool: bank }
  - { name: c, type: approval_gate }
  - { name: d, type: branch, cases: [{ when: 'true', goto: end }] }
  - { name: e, type: branch, cases: [{ when: 'true', goto: end }] }
";
    let long = "
description: ''
planner: static
risk_tier: low
version: 1.0.0
steps:
  - name: a
    type: llm_call
    needs: []
    with: {}
    timeout: 60000ms
    retry: { max_attempts: 1.0, backoff: 1000ms, max_backoff: 0h5m, multiplier: 2 }
  - { name: b, type: connector_action, tool: bank, timeout: 1m }
  - { name: c, type: approval_gate, approvers: 1, risk_tier: low, on_expiry: reject, subject: c, with: {} }
  - { name: d, type: branch, cases: [{ when: 'true', goto: end }], else: e }
  - { name: e, type: branch, cases: [{ when: 'true', goto: end }], else: end }
";
    assert_eq!(digest(short), digest(long));
    let gate = |tier: &str, own: &str| {
        digest(&format!(
            "version: 1.0.0\nrisk_tier: {tier}\nsteps: [{{ name: c, type: approval_gate{own} }}]"
        ))
    };
    assert_eq!(gate("high", ""), gate("high", ", risk_tier: high"));
    assert_ne!(gate("high", ""), gate("high", ", risk_tier: low"));
}

#[test]
fn the_order_of_what_a_step_needs_means_nothing() {
    let with = |needs: &str| {
        let steps = format!(
            "{{ name: a, type: llm_call }}, {{ name: b, type: llm_call }}, {{ name: c, type: llm_call, needs: {needs} }}"
        );
        digest(&format!("version: 1.0.0\nsteps: [{steps}]"))
    };
    assert_eq!(with("[a, b]"), with("[b, a]"));
    assert_ne!(with("[a, b]"), with("[a]"));
}

/// Every place of a document that holds no object or list.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let at = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, member)| leaves(member, &at(key), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, item)| leaves(item, &at(&n.to_string()), found));
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// Something else of the same type.
fn another(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.as_str() {
            "low" => json!("medium"),
            "medium" | "high" => json!("low"),
            "reject" => json!("approve"),
            "approve" => json!("reject"),
            "end" => json!("step-1"),
            "1.0.0" => json!("1.0.0-alpha"),
            other if other.ends_with('s') || other.ends_with('m') => json!(format!("1h{other}")),
            other => json!(format!("{other}1")),
        },
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::Bool(it) => json!(!it),
        Value::Null => json!(0),
        Value::Array(_) => json!(["step-0"]),
        Value::Object(_) => json!({ "more": 1 }),
    }
}

proptest! {
    #[test]
    fn style_order_and_comments_mean_nothing(seed in any::<u64>()) {
        let mut random = source(seed);
        let document = definition(&mut random);
        let expected = WorkflowDefinition::from_value(document.clone()).unwrap();
        let canonical = expected.canonical().unwrap();
        for _ in 0..3 {
            for text in [yaml(&mut random, &document), json_text(&mut random, &document)] {
                let parsed = WorkflowDefinition::parse(&text);
                let parsed = parsed.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
                prop_assert_eq!(&parsed.canonical().unwrap(), &canonical, "{}", text);
            }
        }
        // What is stored says the same once more.
        let stored = WorkflowDefinition::parse(&canonical).unwrap();
        prop_assert_eq!(stored.canonical().unwrap(), canonical);
        prop_assert_eq!(stored.digest().unwrap(), expected.digest().unwrap());
    }

    #[test]
    fn whatever_means_something_changes_the_digest(seed in any::<u64>()) {
        let mut random = source(seed);
        let before = WorkflowDefinition::from_value(definition(&mut random)).unwrap();
        let document: Value = serde_json::from_str(&before.canonical().unwrap()).unwrap();
        let mut places = Vec::new();
        leaves(&document, "", &mut places);
        let place = &places[random.random_range(0..places.len())];
        let mut changed = document.clone();
        let value = changed.pointer_mut(place).unwrap();
        *value = another(value);
        // Not every other value is allowed; of those that are, each means something else.
        if let Ok(after) = WorkflowDefinition::from_value(changed) {
            prop_assert_ne!(after.digest().unwrap(), before.digest().unwrap(), "{}", place);
        }
    }

    #[test]
    fn equal_digests_are_those_of_equal_definitions(one in any::<u64>(), other in any::<u64>()) {
        let read = |seed| WorkflowDefinition::from_value(definition(&mut source(seed))).unwrap();
        let (one, other) = (read(one), read(other));
        prop_assert_eq!(one.digest() == other.digest(), one.canonical() == other.canonical());
    }
}

#[test]
fn most_changes_are_tried_in_earnest() {
    let (mut tried, mut allowed) = (0, 0);
    for seed in 0..100 {
        let document = definition(&mut source(seed));
        let mut places = Vec::new();
        leaves(&document, "", &mut places);
        for place in places {
            let mut changed = document.clone();
            let value = changed.pointer_mut(&place).unwrap();
            *value = another(value);
            tried += 1;
            allowed += usize::from(WorkflowDefinition::from_value(changed).is_ok());
        }
    }
    assert!(allowed * 3 > tried, "{allowed} of {tried}");
}
