//! Calls of tools meter themselves, in the transaction that records them.

use agentflow::{
    core::clock::{Clock, SystemClock},
    runs::{
        Begun, CancellationToken, RecordedKind, StepContext, StepOutput, ToolCallReport, ToolType,
        Usage,
    },
};
use jiff::ToSpan;
use serde_json::{Value, json};

use crate::{
    runs::{
        planted::{Planted, put_off, succeeded},
        support::{Place, TOOL},
    },
    support::World,
};

const EVENTS: &str = "SELECT event_key, metric_type, metric_name, quantity::text, cost_in_cents::text AS cents, cost_source, model, tool
                      FROM metering_events WHERE tenant_id = $1 ORDER BY event_key";

/// A call of a model that told what it used.
fn call(cost: Option<&str>) -> ToolCallReport {
    ToolCallReport {
        tool_type: ToolType::Llm,
        tool_name: "openai/gpt-4".to_owned(),
        input: json!({}),
        output: None,
        error: None,
        usage: Usage {
            input_tokens: Some(1200),
            output_tokens: Some(300),
            cost_in_cents: cost.map(str::to_owned),
            ..Usage::default()
        },
        started_at: None,
        finished_at: None,
        metered: true,
    }
}

fn connector(name: &str) -> ToolCallReport {
    let usage = Usage::default();
    ToolCallReport {
        tool_type: ToolType::Connector,
        tool_name: name.to_owned(),
        usage,
        ..call(None)
    }
}

async fn begun() -> (World, Planted, Begun) {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let begun = planted.work("one").await;
    (world, planted, begun)
}

async fn count(planted: &Planted, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = $1");
    planted.superuser.query_one(&sql, &[&planted.tenant.id().0]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_call_of_a_model_is_its_tokens_and_a_call_and_that_of_a_connector_a_call() {
    let (_world, planted, begun) = begun().await;
    let calls = vec![call(Some("1.25")), connector("github")];
    planted.finish(begun.report(succeeded("done", None), calls)).await;
    let step = begun.step.id;
    let event = |place: &str, kind: &str, metric: &str, quantity: &str, cents: &str| {
        json!({
            "event_key": format!("step/{step}/1/{place}/{metric}"), "metric_type": kind, "metric_name": metric,
            "quantity": quantity, "cents": cents, "cost_source": "given", "model": "openai/gpt-4", "tool": null,
        })
    };
    let mut of_connector = event("2", "connector_calls", "connector_calls", "1.00", "0.000000");
    of_connector["cost_source"] = json!("unpriced");
    of_connector["model"] = Value::Null;
    of_connector["tool"] = json!("github");
    // The cost that is told is that of the whole call.
    let expected = json!([
        event("1", "llm_tokens", "input_tokens", "1200.00", "0.000000"),
        event("1", "api_calls", "llm_calls", "1.00", "1.250000"),
        event("1", "llm_tokens", "output_tokens", "300.00", "0.000000"),
        of_connector,
    ]);
    assert_eq!(planted.rows(EVENTS).await, expected);
    let whose = "SELECT DISTINCT e.workspace_id = r.workspace_id AS workspace, e.run_id = r.id AS run, e.workflow_id = v.workflow_id AS workflow,
                     (SELECT count(*) FROM tool_calls AS t WHERE t.id = e.tool_call_id AND t.step_id IS NOT NULL) AS calls
                 FROM metering_events AS e
                 JOIN runs AS r ON r.tenant_id = e.tenant_id
                 JOIN workflow_versions AS v ON v.tenant_id = r.tenant_id AND v.id = r.workflow_version_id
                 WHERE e.tenant_id = $1";
    let expected = json!([{ "workspace": true, "run": true, "workflow": true, "calls": 1 }]);
    assert_eq!(planted.rows(whose).await, expected);
}

#[tokio::test]
async fn without_a_cost_of_its_own_a_call_is_priced_and_budgets_are_told() {
    let (_world, planted, begun) = begun().await;
    let tenant = planted.tenant.id();
    planted
        .superuser
        .batch_execute(&format!(
            "INSERT INTO price_books (tenant_id, version, effective_from) VALUES ('{tenant}', 1, '2020-01-01T00:00:00Z');
             INSERT INTO prices (tenant_id, price_version, metric_type, model, cents, per_quantity)
             VALUES ('{tenant}', 1, 'llm_tokens', 'openai/*', 250, 100000);
             INSERT INTO budgets (tenant_id, name, limit_tokens) VALUES ('{tenant}', 'all', 1000000)"
        ))
        .await
        .unwrap();
    super::overtaken::fail(&planted.superuser, 2).await;
    planted.finish(begun.report(succeeded("done", None), vec![call(None)])).await;
    let costs = "SELECT metric_name, cost_in_cents::text AS cents, cost_source FROM metering_events WHERE tenant_id = $1 ORDER BY 1";
    let expected = json!([
        { "metric_name": "input_tokens", "cents": "3.000000", "cost_source": "priced" },
        { "metric_name": "llm_calls", "cents": "0.000000", "cost_source": "unpriced" },
        { "metric_name": "output_tokens", "cents": "0.750000", "cost_source": "priced" },
    ]);
    assert_eq!(planted.rows(costs).await, expected);
    let spent = "SELECT spent_tokens, spent_calls, spent_cost_in_cents::text AS cents FROM budget_periods WHERE tenant_id = $1";
    let expected = json!([{ "spent_tokens": 1500, "spent_calls": 1, "cents": "3.750000" }]);
    assert_eq!(planted.rows(spent).await, expected);
}

#[tokio::test]
async fn a_report_counts_once_and_every_attempt_for_itself() {
    let (_world, planted, begun) = begun().await;
    let report =
        begun.report(put_off("busy", std::time::Duration::ZERO), vec![connector("github")]);
    assert!(matches!(planted.finish(report.clone()).await, RecordedKind::Now { .. }));
    assert!(matches!(planted.finish(report.clone()).await, RecordedKind::Before { .. }));
    assert_eq!(count(&planted, "metering_events").await, 1);
    planted.due(-1).await;
    let again = planted.work("two").await;
    planted.finish(again.report(succeeded("done", None), vec![connector("github")])).await;
    assert_eq!(planted.finish(report).await, RecordedKind::Lost);
    let keys = "SELECT event_key FROM metering_events WHERE tenant_id = $1 ORDER BY 1";
    let key = |attempt: i32| json!({ "event_key": format!("step/{}/{attempt}/1/connector_calls", begun.step.id) });
    assert_eq!(planted.rows(keys).await, json!([key(1), key(2)]));
}

#[tokio::test]
async fn what_is_rolled_back_takes_its_usage_along() {
    let (_world, planted, begun) = begun().await;
    planted
        .superuser
        .batch_execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON audits FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await
        .unwrap();
    let report = begun.report(succeeded("done", None), vec![call(None)]);
    planted.queue.finish(vec![report.clone()]).await.unwrap_err();
    for table in ["tool_calls", "metering_events", "metering_event_keys", "usage_changes"] {
        assert_eq!(count(&planted, table).await, 0, "{table}");
    }
    planted.superuser.batch_execute("DROP TRIGGER refuse ON audits").await.unwrap();
    planted.finish(report).await;
    assert_eq!(count(&planted, "metering_events").await, 3);
    assert_eq!(count(&planted, "tool_calls").await, 1);
}

#[tokio::test]
async fn usage_that_is_refused_fails_no_step() {
    let (_world, planted, begun) = begun().await;
    let long_ago = ToolCallReport {
        finished_at: Some("1999-01-01T00:00:00Z".parse().unwrap()),
        ..connector("github")
    };
    // A clock that is ahead: it was used by now, at the latest.
    let soon = SystemClock.now().checked_add(300.hours()).unwrap();
    let ahead = ToolCallReport { finished_at: Some(soon), ..connector("slack") };
    let calls = vec![connector("a\u{7}bell"), long_ago, ahead];
    planted.finish(begun.report(succeeded("done", None), calls)).await;
    assert_eq!(planted.state(begun.claim.run_id).await.0, "succeeded");
    assert_eq!(count(&planted, "tool_calls").await, 3);
    let events = "SELECT tool, occurred_at <= now() + interval '1 minute' AS is_past FROM metering_events WHERE tenant_id = $1";
    assert_eq!(planted.rows(events).await, json!([{ "tool": "slack", "is_past": true }]));
}

#[tokio::test]
async fn usage_that_the_database_does_not_take_fails_no_step() {
    let (_world, planted, begun) = begun().await;
    planted
        .superuser
        .batch_execute("ALTER TABLE metering_event_keys ADD CHECK (event_key LIKE 'other/%')")
        .await
        .unwrap();
    planted.finish(begun.report(succeeded("done", None), vec![call(None)])).await;
    assert_eq!(planted.state(begun.claim.run_id).await.0, "succeeded");
    assert_eq!(count(&planted, "tool_calls").await, 1);
    assert_eq!(count(&planted, "metering_events").await, 0);
}

#[tokio::test]
async fn of_steps_that_are_recorded_together_only_what_cannot_be_is_not_metered() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(3, 1).await;
    let begun = planted.begin(&planted.claim("one", 3).await).await;
    let refused = format!(
        "ALTER TABLE metering_event_keys ADD CHECK (event_key NOT LIKE 'step/{}/%')",
        begun[1].step.id
    );
    planted.superuser.batch_execute(&refused).await.unwrap();
    let report = |it: &Begun| it.report(succeeded("done", None), vec![connector("github")]);
    let recorded = planted.queue.finish(begun.iter().map(report).collect()).await.unwrap();
    assert!(recorded.iter().all(|it| matches!(it.kind, RecordedKind::Now { .. })), "{recorded:?}");
    assert_eq!(count(&planted, "tool_calls").await, 3);
    let mut keys = [&begun[0], &begun[2]]
        .map(|it| json!({ "event_key": format!("step/{}/1/1/connector_calls", it.step.id) }));
    keys.sort_by_key(Value::to_string);
    let events = "SELECT event_key FROM metering_events WHERE tenant_id = $1 ORDER BY event_key COLLATE \"C\"";
    assert_eq!(planted.rows(events).await, json!(keys));
}

#[tokio::test]
async fn a_worker_meters_every_call_when_it_is_told_to_and_else_those_that_ask_for_it() {
    let world = World::new().await;
    let place = Place::new(&world.tenant("Acme").await, 1).await;
    let superuser = world.superuser().await;
    let events = async || {
        let sql = "SELECT count(*), count(*) FILTER (WHERE principal_id = $1 AND workflow_id = $2) FROM metering_events";
        let row = superuser
            .query_one(sql, &[&place.principal.0, &place.version.workflow_id.0])
            .await
            .unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    let mut expected = 0;
    for (worker_meters, asks, metered) in [(false, false, 0), (false, true, 1), (true, false, 2)] {
        let handler = move |_: StepContext| async move {
            let call = ToolCallReport { metered: false, ..connector(TOOL) };
            let first = if asks { call.clone().metered() } else { call.clone() };
            Ok(StepOutput::new(json!("done")).with_call(first).with_call(call))
        };
        place.start().await;
        let worker = world
            .store
            .run_worker("one")
            .on_tool(TOOL, handler)
            .meter_tool_calls(worker_meters)
            .until_idle(true);
        assert_eq!(worker.build().run(CancellationToken::new()).await.unwrap().succeeded, 1);
        expected += metered;
        assert_eq!(events().await, (expected, expected), "{worker_meters} {asks}");
    }
}
