//! Arguments that a definition writes for tools.

use std::fmt::Write;

use agentflow::{Error, Tenant, agents::ToolSpec, workflows::Workflow};
use serde_json::{Value, json};

use super::{ann, newest, refunds};
use crate::support::World;

async fn register(tenant: &Tenant, name: &str, schema: Value) {
    let tool: ToolSpec = serde_json::from_value(json!({ "name": name, "schema": schema })).unwrap();
    tenant.tools().register(tool, &ann()).await.unwrap();
}

async fn told(tenant: &Tenant, workflow: &Workflow, text: &str) -> Vec<String> {
    let error = tenant.workflows().publish(workflow.id, text, &ann()).await.unwrap_err();
    let Error::InvalidInputs { inputs, .. } = error else { panic!("{error:?}") };
    inputs.0.iter().map(ToString::to_string).collect()
}

fn bank() -> Value {
    json!({
        "type": "object", "required": ["account", "amount"], "additionalProperties": false,
        "properties": {
            "account": { "type": "string" },
            "amount": { "type": "number", "minimum": 0 },
            "to": { "type": "object", "required": ["iban"], "properties": { "iban": { "type": "string" } } },
        },
    })
}

#[tokio::test]
async fn arguments_that_a_tool_will_not_take_are_told_where_they_stand() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    register(&tenant, "bank", bank()).await;
    let before = newest(&tenant).await.seq;
    let text = "version: 1.0.0
steps:
  - { name: read, type: llm_call, with: { anything: goes } }
  - name: pay
    type: connector_action
    tool: bank
    with:
      acount: main
      amount: -5
      to: { iban: 7 }
  - { name: log, type: connector_action, tool: ledger, with: { x: 1 } }
  - { name: again, type: connector_action, tool: bank, with: { amount: much } }
";
    assert_eq!(
        told(&tenant, &workflow, text).await,
        [
            "steps[1].with.acount: line 8, column 7: unknown key; expected one of: account amount to",
            "steps[1].with.amount: line 9, column 7: expected a number of at least 0, got -5",
            "steps[1].with.to.iban: line 10, column 13: expected a text, got 7",
            "steps[2].tool: line 11, column 42: the tenant has no tool `ledger`",
            "steps[3].with.amount: line 12, column 64: expected a number of at least 0, got \"much\"",
        ]
    );
    assert_eq!(newest(&tenant).await.seq, before);
}

#[tokio::test]
async fn arguments_may_be_left_to_be_filled_in_when_the_step_runs() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    register(&tenant, "bank", bank()).await;
    let text = "version: 1.0.0
steps:
  - { name: all, type: connector_action, tool: bank }
  - { name: some, type: connector_action, tool: bank, with: { account: main, to: {} } }
";
    let published = tenant.workflows().publish(workflow.id, text, &ann()).await.unwrap();
    assert!(published.is_new);
    // What was published stays so, whatever the tool takes from now on.
    register(
        &tenant,
        "bank",
        json!({ "properties": { "from": {} }, "additionalProperties": false }),
    )
    .await;
    assert!(!tenant.workflows().publish(workflow.id, text, &ann()).await.unwrap().is_new);
    assert_eq!(
        told(&tenant, &workflow, &text.replace("1.0.0", "1.1.0")).await,
        [
            "steps[1].with.account: line 4, column 63: unknown key; expected one of: from",
            "steps[1].with.to: line 4, column 78: unknown key; expected one of: from",
        ]
    );
}

#[tokio::test]
async fn of_very_many_bad_arguments_a_hundred_are_told() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workflow = refunds(&tenant).await;
    register(
        &tenant,
        "bank",
        json!({ "properties": { "list": { "items": { "type": "string" } } } }),
    )
    .await;
    let mut text = "version: 1.0.0\nsteps:\n".to_owned();
    for step in 0..10 {
        let list = vec![step; 60];
        writeln!(text, "  - {{ name: s{step}, type: connector_action, tool: bank, with: {{ list: {list:?} }} }}").unwrap();
    }
    let told = told(&tenant, &workflow, &text).await;
    assert_eq!(told.len(), 101);
    assert!(told[99].starts_with("steps[1].with.list[39]: line 4,"), "{}", told[99]);
    assert_eq!(told[100], "workflow: more is wrong than these 100");
}
