//! Plans fit their definition.

use agentflow_core::workflow::{PlanSpec, WorkflowDefinition};
use serde_json::{Value, json};

fn refunds() -> WorkflowDefinition {
    WorkflowDefinition::parse(
        "version: 1.0.0
steps:
  - { name: read, type: llm_call, agent: ada }
  - { name: pay, type: connector_action, tool: bank }
",
    )
    .unwrap()
}

#[test]
fn the_static_plan_is_the_steps_as_they_are_written() {
    let plan = PlanSpec::of(&refunds());
    let steps = json!([{ "name": "read", "type": "llm_call" }, { "name": "pay", "type": "connector_action" }]);
    let expected =
        json!({ "state": {}, "steps": steps, "assignments": { "read": "ada" }, "cost": {} });
    assert_eq!(serde_json::to_value(&plan).unwrap(), expected);
    assert_eq!(plan.validate(&refunds()), Ok(()));
}

#[test]
fn what_is_no_object_is_no_plan() {
    for (text, expected) in [
        ("[]", "expected an object, got an array"),
        (r#"[{}, [{ "name": "pay" }], {}, {}]"#, "expected an object, got an array"),
        ("null", "invalid type: null, expected an object"),
        ("\"pay\"", "invalid type: string \"pay\", expected an object"),
        (r#"{ "stat": {} }"#, "unknown field `stat`"),
        (r#"{ "state": {}, "state": {} }"#, "duplicate field `state`"),
    ] {
        let error = serde_json::from_str::<PlanSpec>(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    for text in ["[]", "[{}]", "3"] {
        let value: Value = serde_json::from_str(text).unwrap();
        let error = serde_json::from_value::<PlanSpec>(value).unwrap_err().to_string();
        assert!(error.contains("expected an object"), "{text}: {error}");
    }
    assert_eq!(serde_json::from_str::<PlanSpec>("{}").unwrap(), PlanSpec::default());
}

#[test]
fn everything_that_does_not_fit_is_told() {
    let told = |plan: Value| {
        let plan: PlanSpec = serde_json::from_value(plan).unwrap();
        plan.validate(&refunds()).map_err(|it| it.to_string())
    };
    assert_eq!(told(json!({})), Ok(()));
    assert_eq!(
        told(json!({ "steps": [{ "name": "pay", "after": 3 }], "cost": { "cents": 1.5 } })),
        Ok(())
    );
    let expected = "steps[0].name: is missing\nsteps[1].name: expected a text\nsteps[2].name: the workflow has no step \
                    `fly`\nassignments.swim: the workflow has no step `swim`";
    let plan = json!({ "steps": [{}, { "name": 1 }, { "name": "fly" }], "assignments": { "swim": "ada" } });
    assert_eq!(told(plan), Err(expected.to_owned()));
    let large = told(json!({ "state": { "text": "x".repeat(300_000) } }));
    assert_eq!(large, Err("state: expected at most 256 KiB of JSON".to_owned()));
    let nul = told(json!({ "cost": { "a": "\0" } }));
    assert_eq!(nul, Err("cost.a: the character U+0000 cannot be stored".to_owned()));
    assert!(
        serde_json::from_value::<PlanSpec>(json!({ "assignments": { "pay": "No Slug" } })).is_err()
    );
}
