//! Everything that happened in a run, in one answer.

use agentflow::{
    Tenant,
    runs::{Run, StepRow, ToolType, Usage},
};
use serde_json::{Map, json};

use super::support::{Place, TOOL};
use crate::support::World;

async fn call(tenant: &Tenant, run: &Run, step: &StepRow, ordinal: i32, cost: Option<&str>) {
    let sql = "INSERT INTO tool_calls (tenant_id, run_id, step_id, attempt, ordinal, tool_type, tool_name,
                   input_data, input_metadata, usage_metadata, cost_in_cents)
               VALUES ($1, $2, $3, 1, $4, 'llm', $5, '{\"a\": 1}',
                   '{\"bytes\": 7, \"sha256\": \"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\"}',
                   '{\"input_tokens\": 12, \"cached\": true}', $6::text::numeric)";
    tenant
        .execute(sql, &[tenant.id().as_uuid(), &run.id.0, &step.id.0, &ordinal, &TOOL, &cost])
        .await
        .unwrap();
}

#[tokio::test]
async fn tool_calls_are_told_with_what_they_used_and_cost_together() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 2).await;
    let run = place.start().await;
    let timeline = async || tenant.runs().timeline(run.id).await.unwrap().unwrap();
    let before = timeline().await;
    assert_eq!((before.tool_calls.len(), before.cost_in_cents), (0, None));
    // As doubles, these two would not add up.
    call(&tenant, &run, &before.steps[0], 1, Some("0.1")).await;
    call(&tenant, &run, &before.steps[0], 2, None).await;
    call(&tenant, &run, &before.steps[1], 1, Some("0.2")).await;
    let after = timeline().await;
    assert_eq!(after.cost_in_cents.as_deref(), Some("0.3"));
    assert_eq!(after.tool_calls.len(), 3);
    let first = &after.tool_calls[0];
    assert_eq!((first.step_id, first.attempt, first.ordinal), (before.steps[0].id, 1, 1));
    assert_eq!((first.tool_type, first.tool_name.as_str()), (ToolType::Llm, TOOL));
    let usage = Usage {
        input_tokens: Some(12),
        output_tokens: None,
        cost_in_cents: Some("0.100000".to_owned()),
        other: Map::from_iter([("cached".to_owned(), json!(true))]),
    };
    assert_eq!(first.usage, usage);
    assert_eq!(first.input.value, Some(json!({ "a": 1 })));
    assert_eq!((&first.output.value, first.output.digest), (&None, None));
    let shown = serde_json::to_value(&after).unwrap();
    assert_eq!(shown["steps"][0]["type"], "connector_action");
    assert_eq!(shown["cost_in_cents"], "0.3");
}

#[tokio::test]
async fn a_damaged_row_is_named_by_its_column() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let run = place.start().await;
    let steps = tenant.runs().timeline(run.id).await.unwrap().unwrap().steps;
    call(&tenant, &run, &steps[0], 1, Some("1")).await;
    let before = tenant.runs().timeline(run.id).await.unwrap().unwrap();
    let client = world.superuser().await;
    for (table, column, value) in [
        ("runs", "time_limit_ms", "9e15"),
        ("runs", "input_metadata", "'{\"bytes\": 1}'"),
        ("steps", "output_metadata", "'{\"sha256\": \"no\", \"bytes\": 1}'"),
        ("tool_calls", "usage_metadata", "'{\"input_tokens\": -1}'"),
        ("tool_calls", "cost_in_cents", "'NaN'"),
    ] {
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica;
             CREATE TEMPORARY TABLE before AS SELECT {column} AS value FROM {table};
             UPDATE {table} SET {column} = {value}; COMMIT"
        );
        client.batch_execute(&sql).await.unwrap();
        let error = tenant.runs().timeline(run.id).await.unwrap_err();
        let agentflow::Error::Inconsistent { table: told, column: place, .. } = &error else {
            panic!("{column}: {error:?}")
        };
        assert_eq!((*told, *place), (table, column));
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE {table} SET {column} = (SELECT value FROM before); DROP TABLE before; COMMIT"
        );
        client.batch_execute(&sql).await.unwrap();
    }
    assert_eq!(tenant.runs().timeline(run.id).await.unwrap().unwrap(), before);
}
