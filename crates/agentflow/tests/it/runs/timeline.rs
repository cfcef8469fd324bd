//! Everything that happened in a run, in one answer.

use agentflow::{
    Tenant,
    runs::{Run, StepRow, ToolCallReport, ToolType, Usage},
};
use jiff::Timestamp;
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    planted::{Planted, began, failed, succeeded},
    support::{Place, TOOL},
    working,
};
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

/// When something began and ended, and why it failed.
type Fate = (Uuid, Option<Timestamp>, Option<Timestamp>, Option<String>);

/// What the columns hold, in the order of the ids.
async fn fates(planted: &Planted, table: &str) -> Vec<Fate> {
    let sql = format!("SELECT id, started_at, finished_at, error_message FROM {table} ORDER BY id");
    let rows = planted.superuser.query(&sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

/// Also where contents are not kept.
#[tokio::test]
async fn times_and_errors_of_a_run_its_steps_and_its_calls_are_kept_and_told() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 2).await[0];
    let timeline = async || planted.tenant.runs().timeline(run).await.unwrap().unwrap();
    let before = timeline().await;
    assert_eq!(
        (before.run.started_at, before.run.finished_at, before.run.error),
        (None, None, None)
    );
    for step in before.steps {
        assert_eq!((step.started_at, step.finished_at, step.error), (None, None, None));
    }

    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    let (asked, answered) = (at("2026-01-02T03:04:05.678901Z"), at("2026-01-02T03:04:06.789012Z"));
    let (tried, gave_up) = (at("2026-01-02T03:04:07Z"), at("2026-01-02T03:05:07.000001Z"));
    let well = ToolCallReport { started_at: asked, finished_at: answered, ..working::call("well") };
    let broken = ToolCallReport {
        output: None,
        error: Some("the line is dead".to_owned()),
        started_at: tried,
        finished_at: gave_up,
        ..working::call("broken")
    };
    let first = planted.work("one").await;
    assert_eq!(timeline().await.run.started_at, Some(first.started_at));
    began(planted.finish(first.report(succeeded(1, Some(2)), vec![well])).await).unwrap();
    let halfway = timeline().await;
    assert_eq!((halfway.run.finished_at, halfway.run.error), (None, None));
    let second = planted.begin(&[first.claim]).await.remove(0);
    let next = began(planted.finish(second.report(failed("card declined"), vec![broken])).await);
    assert_eq!(next, None);

    let after = timeline().await;
    let [done, refused] = &after.steps[..] else { panic!("{:?}", after.steps) };
    assert_eq!(after.run.error.as_deref(), Some("step `s2` failed: card declined"));
    assert_eq!((&done.error, refused.error.as_deref()), (&None, Some("card declined")));
    assert_eq!((after.run.started_at, done), (halfway.run.started_at, &halfway.steps[0]));
    let instants = [
        after.run.started_at,
        done.started_at,
        done.finished_at,
        refused.started_at,
        refused.finished_at,
        after.run.finished_at,
    ];
    assert!(instants.iter().all(Option::is_some) && instants.is_sorted(), "{instants:?}");
    let calls = after.tool_calls.iter();
    let calls: Vec<_> =
        calls.map(|it| (it.started_at, it.finished_at, it.error.as_deref())).collect();
    assert_eq!(calls, [(asked, answered, None), (tried, gave_up, Some("the line is dead"))]);

    let run = after.run;
    let told = vec![(run.id.0, run.started_at, run.finished_at, run.error)];
    assert_eq!(told, fates(&planted, "runs").await);
    let steps = after.steps.into_iter();
    let mut told: Vec<Fate> =
        steps.map(|it| (it.id.0, it.started_at, it.finished_at, it.error)).collect();
    told.sort();
    assert_eq!(told, fates(&planted, "steps").await);
    let calls = after.tool_calls.into_iter();
    let mut told: Vec<Fate> =
        calls.map(|it| (it.id.0, it.started_at, it.finished_at, it.error)).collect();
    told.sort();
    assert_eq!(told, fates(&planted, "tool_calls").await);
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
