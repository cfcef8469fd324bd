//! Where a workspace keeps no contents, no message that the product makes quotes any.

use agentflow::{
    DataPersistenceMode,
    policies::{BoundTo, NewPolicy},
    runs::{RunStatus, StepContext, StepOutput, StepResult, StepStatus, StepType},
};
use serde_json::json;

use super::{
    planted::{Planted, succeeded},
    support::{Place, TOOL, ann},
    working::{call, work},
};
use crate::support::World;

const SECRET: &str = "SECRET-4711";
/// Every text that the database holds of a tenant's runs.
const ALL: &str = "
SELECT to_jsonb(it)::text FROM runs AS it UNION ALL SELECT to_jsonb(it)::text FROM steps AS it
UNION ALL SELECT to_jsonb(it)::text FROM tool_calls AS it
UNION ALL SELECT to_jsonb(it)::text FROM policy_decisions AS it UNION ALL SELECT to_jsonb(it)::text FROM audits AS it";

/// Whether the database holds a text.
async fn holds(world: &World, text: &str) -> bool {
    let rows = world.superuser().await.query(ALL, &[]).await.unwrap();
    assert!(!rows.is_empty());
    rows.iter().any(|row| row.get::<_, String>(0).contains(text))
}

const BRANCHING: &str = "
steps:
  - { name: one, type: llm_call }
  - { name: way, type: branch, cases: [{ when: int(steps.one.output.x) > 100, goto: end }], else: end }
";

/// The error of a run whose first step is done by this.
async fn error_of(
    mode: DataPersistenceMode,
    definition: &str,
    output: fn() -> StepResult,
) -> (World, String) {
    let world = World::new().await;
    let place = Place::with(&world.tenant("Acme").await, mode, definition).await;
    let run = place.start().await;
    let handler = move |_: StepContext| async move { output() };
    let builder = world.store.run_worker("w").on(StepType::LlmCall, handler);
    let stats = work(builder.on_tool(TOOL, handler)).await;
    assert_eq!((stats.succeeded, stats.failed), (0, 1), "{stats:?}");
    let now = place.now(&run).await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    (world, now.error.unwrap())
}

const ONE: &str = "steps:\n  - { name: one, type: llm_call, retry: { max_attempts: 1 } }\n";

#[tokio::test]
async fn a_branch_tells_case_and_kind_where_contents_are_not_kept() {
    let secret = || Ok(StepOutput::new(json!({ "x": SECRET })));
    let (_world, error) = error_of(DataPersistenceMode::Full, BRANCHING, secret).await;
    assert!(error.contains(SECRET), "{error}");
    let (world, error) = error_of(DataPersistenceMode::MetadataOnly, BRANCHING, secret).await;
    let told =
        "step `way` failed: the condition of case 1 came to no answer: a function was given what";
    assert!(error.starts_with(told), "{error}");
    assert!(!holds(&world, SECRET).await);
}

#[tokio::test]
async fn an_output_that_cannot_be_stored_is_not_quoted_and_its_run_has_failed() {
    let odd = || Ok(StepOutput::new(json!({ "SECRET-4711": 9_007_199_254_740_993_u64 })));
    let (_world, error) = error_of(DataPersistenceMode::Full, ONE, odd).await;
    assert!(error.contains("9007199254740993") && error.contains(SECRET), "{error}");
    let (world, error) = error_of(DataPersistenceMode::MetadataOnly, ONE, odd).await;
    assert!(error.contains("its output cannot be stored: it holds an integer"), "{error}");
    assert!(!holds(&world, SECRET).await && !holds(&world, "9007199254740993").await);
}

#[tokio::test]
async fn what_a_handler_panics_with_is_not_quoted() {
    let panics = || panic!("at {SECRET}");
    let (_world, error) = error_of(DataPersistenceMode::Full, ONE, panics).await;
    assert!(error.contains(SECRET), "{error}");
    let (world, error) = error_of(DataPersistenceMode::MetadataOnly, ONE, panics).await;
    assert!(error.contains("the handler panicked"), "{error}");
    assert!(!holds(&world, SECRET).await);
}

#[tokio::test]
async fn calls_that_cannot_be_stored_are_not_quoted() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let begun = planted.work("one").await;
    let mut odd = call("x");
    odd.input = json!({ SECRET: 9_007_199_254_740_993_u64 });
    odd.usage.cost_in_cents = Some(SECRET.to_owned());
    planted.finish(begun.report(succeeded(1, None), vec![odd])).await;
    let calls = "SELECT error_message FROM tool_calls WHERE tenant_id = $1";
    let rows = planted.rows(calls).await;
    let error = rows[0]["error_message"].as_str().unwrap();
    assert!(error.starts_with("its input cannot be stored: it holds an integer"), "{error}");
    assert!(error.contains("its cost is no decimal number"), "{error}");
    assert!(!holds(&world, SECRET).await);
}

#[tokio::test]
async fn what_is_recorded_of_a_step_is_told() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(2, 1).await;
    let begun = planted.begin(&planted.claim("one", 2).await).await;
    let outputs = [json!(1), json!("\0")];
    let reports = begun.iter().zip(outputs);
    let reports: Vec<_> =
        reports.map(|(it, output)| it.report(succeeded(output, None), Vec::new())).collect();
    for _ in 0..2 {
        let recorded = planted.queue.finish(reports.clone()).await.unwrap();
        let statuses: Vec<_> = recorded.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [StepStatus::Succeeded, StepStatus::FailedTerminal]);
    }
}

/// The reason of a policy that fails, about `{"x": "(SECRET-4711["}`.
async fn denied(mode: DataPersistenceMode, effect: &str) -> (World, String) {
    let world = World::new().await;
    let place = Place::with(&world.tenant("Acme").await, mode, ONE).await;
    let new = NewPolicy {
        name: "broken".to_owned(),
        version: "1.0.0".parse().unwrap(),
        rego: format!("package p\n\neffect := {effect}\n"),
        description: String::new(),
    };
    let policies = place.tenant.policies();
    let id = policies.publish(new, &ann()).await.unwrap().summary.id;
    policies.bind(id, BoundTo::Workspace(place.workspace), 1, &ann()).await.unwrap();
    let input = json!({ "x": format!("({SECRET}[") });
    place.tenant.runs().start(place.wants(input.clone()), &ann()).await.unwrap_err();
    let mut decision = policies.decisions(None, None, 1).await.unwrap().remove(0);
    let replay = policies.replay(decision.id, Some(input)).await.unwrap();
    assert!(replay.same, "{:?}", replay.differences);
    (world, decision.reasons.remove(0))
}

#[tokio::test]
async fn reasons_that_the_evaluator_makes_are_not_quoted() {
    for effect in ["input.input.x", "object.get(input.input.x, \"a\", 1)"] {
        let (world, reason) = denied(DataPersistenceMode::Full, effect).await;
        assert!(reason.contains(SECRET) && holds(&world, SECRET).await, "{reason}");
        let (world, reason) = denied(DataPersistenceMode::MetadataOnly, effect).await;
        assert!(reason.starts_with("broken 1.0.0: "), "{reason}");
        assert!(!holds(&world, SECRET).await, "{reason}");
    }
}
