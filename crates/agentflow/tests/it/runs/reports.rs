//! What is stored of a report, and where a run goes with it.

use std::time::Duration;

use agentflow::{
    audit::AuditFilter,
    core::{hash::Sha256, run::ContentDigest},
    runs::{
        Begun, Content, MAX_REPORT_BYTES, MAX_TOOL_CALLS, RecordedKind, StepReport, ToolCallReport,
        ToolType, Usage,
    },
};
use serde_json::{Value, json};

use super::planted::{Planted, began, failed, put_off, succeeded};
use crate::support::World;

const STEP: &str = "SELECT status, output, output_metadata, error_message FROM steps WHERE tenant_id = $1 ORDER BY sequence LIMIT 1";
const RUN: &str =
    "SELECT status, output, output_metadata, error_message FROM runs WHERE tenant_id = $1";
const CALLS: &str = "SELECT attempt, ordinal, tool_type, tool_name, input_data, input_metadata, output_data, output_metadata,
    error_message, usage_metadata, cost_in_cents::text AS cost, started_at, finished_at FROM tool_calls WHERE tenant_id = $1 ORDER BY ordinal";

fn call() -> ToolCallReport {
    ToolCallReport {
        tool_type: ToolType::Llm,
        tool_name: "openai/gpt-4".to_owned(),
        input: json!({ "prompt": "hello" }),
        output: Some(json!("hi")),
        error: None,
        usage: Usage {
            input_tokens: Some(12),
            output_tokens: Some(3),
            cost_in_cents: Some("0.000125".to_owned()),
            other: json!({ "cached": true }).as_object().unwrap().clone(),
        },
        started_at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
        finished_at: None,
        metered: false,
    }
}

fn digest(value: &Value) -> Value {
    serde_json::to_value(ContentDigest::of("", value).unwrap()).unwrap()
}

async fn one_step(keep: bool) -> (World, Planted, Begun) {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    if keep {
        planted.keep_contents().await;
    }
    planted.runs(1, 1).await;
    let begun = planted.work("one").await;
    assert_eq!(begun.keeps_contents, keep);
    (world, planted, begun)
}

#[tokio::test]
async fn contents_are_stored_where_the_workspace_keeps_them() {
    let (_world, planted, begun) = one_step(true).await;
    assert_eq!(begun.input, Content { value: Some(json!({ "n": 1 })), digest: None });
    let output = json!({ "answer": 42 });
    planted.finish(begun.report(succeeded(output.clone(), None), vec![call()])).await;
    let expected = json!([{ "status": "succeeded", "output": output, "output_metadata": digest(&output), "error_message": null }]);
    assert_eq!(planted.rows(STEP).await, expected);
    assert_eq!(planted.rows(RUN).await, expected);
    let expected = json!([{
        "attempt": 1, "ordinal": 1, "tool_type": "llm", "tool_name": "openai/gpt-4",
        "input_data": { "prompt": "hello" }, "input_metadata": digest(&json!({ "prompt": "hello" })),
        "output_data": "hi", "output_metadata": digest(&json!("hi")), "error_message": null,
        "usage_metadata": { "input_tokens": 12, "output_tokens": 3, "cached": true }, "cost": "0.000125",
        "started_at": "2026-01-02T03:04:05+00:00", "finished_at": null,
    }]);
    assert_eq!(planted.rows(CALLS).await, expected);
}

#[tokio::test]
async fn elsewhere_only_how_large_they_are_and_which() {
    let (_world, planted, begun) = one_step(false).await;
    let output = json!({ "answer": 42 });
    planted.finish(begun.report(succeeded(output.clone(), None), vec![call()])).await;
    let expected = json!([{ "status": "succeeded", "output": null, "output_metadata": digest(&output), "error_message": null }]);
    assert_eq!(planted.rows(STEP).await, expected);
    assert_eq!(planted.rows(RUN).await, expected);
    let row = &planted.rows(CALLS).await[0];
    assert_eq!((&row["input_data"], &row["output_data"]), (&Value::Null, &Value::Null));
    assert_eq!(row["input_metadata"], digest(&json!({ "prompt": "hello" })));
    assert_eq!(row["usage_metadata"]["input_tokens"], 12);
}

#[tokio::test]
async fn later_steps_see_what_earlier_ones_put_out_as_far_as_it_was_kept() {
    for keep in [false, true] {
        let world = World::new().await;
        let planted = Planted::new(&world).await;
        if keep {
            planted.keep_contents().await;
        }
        planted.runs(1, 3).await;
        let mut begun = planted.work("one").await;
        let output = json!([1, null]);
        let next = began(
            planted.finish(begun.report(succeeded(output.clone(), Some(2)), Vec::new())).await,
        );
        (begun.step.id, begun.step.sequence) = (next.unwrap(), 2);
        planted.finish(begun.report(succeeded(Value::Null, Some(3)), Vec::new())).await;
        let third = planted.begin(&[begun.claim]).await.remove(0);
        let null = ContentDigest { bytes: 4, sha256: Sha256::of(&[b"null"]) };
        let expected = [
            (
                "s1".to_owned(),
                Content {
                    value: keep.then(|| output.clone()),
                    digest: ContentDigest::of("", &output).ok(),
                },
            ),
            // What is nothing is known without being kept.
            ("s2".to_owned(), Content { value: Some(Value::Null), digest: Some(null) }),
        ];
        assert_eq!(third.outputs, expected);
    }
}

#[tokio::test]
async fn the_end_cancels_what_was_not_done_and_a_jump_what_is_between() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let run = planted.runs(1, 5).await[0];
    let mut begun = planted.work("one").await;
    let next = began(planted.finish(begun.report(succeeded(1, Some(3)), Vec::new())).await);
    assert_eq!(
        planted.state(run).await,
        ("running".into(), words("succeeded canceled running ready ready"))
    );
    (begun.step.id, begun.step.sequence) = (next.unwrap(), 3);
    assert_eq!(began(planted.finish(begun.report(succeeded(1, None), Vec::new())).await), None);
    assert_eq!(
        planted.state(run).await,
        ("succeeded".into(), words("succeeded canceled succeeded canceled canceled"))
    );

    let run = planted.runs(1, 3).await[0];
    let begun = planted.work("one").await;
    assert_eq!(began(planted.finish(begun.report(failed("no"), Vec::new())).await), None);
    assert_eq!(
        planted.state(run).await,
        ("failed_terminal".into(), words("failed_terminal canceled canceled"))
    );

    let run = planted.runs(1, 3).await[0];
    let begun = planted.work("one").await;
    assert!(planted.queue.fail(&begun.claim, "it took longer than 5s").await.unwrap());
    assert!(!planted.queue.fail(&begun.claim, "it took longer than 5s").await.unwrap());
    assert_eq!(
        planted.state(run).await,
        ("failed_terminal".into(), words("failed_terminal canceled canceled"))
    );
}

#[tokio::test]
async fn the_chain_says_how_runs_ended_and_who_ended_them() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(3, 1).await;
    for (worker, outcome) in [("one", succeeded(1, None)), ("two", failed("card\0declined"))] {
        let begun = planted.work(worker).await;
        planted.finish(begun.report(outcome, Vec::new())).await;
    }
    let third = planted.work("three").await;
    planted.queue.fail(&third.claim, "it took longer than 5s").await.unwrap();
    let entries = planted.tenant.audit().list(&AuditFilter::default(), 3).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|it| {
            (
                it.action.as_deref().unwrap(),
                it.actor_id.as_deref().unwrap(),
                it.status.as_deref().unwrap(),
                it.details.clone().unwrap(),
            )
        })
        .collect();
    let expected = [
        (
            "run.failed",
            "three",
            "failure",
            json!({ "fencing": 1, "error": "it took longer than 5s" }),
        ),
        (
            "run.failed",
            "two",
            "failure",
            json!({ "fencing": 1, "error": "card\u{fffd}declined", "step": "s1" }),
        ),
        ("run.succeeded", "one", "success", json!({ "fencing": 1 })),
    ];
    assert_eq!(told, expected);
    for entry in &entries {
        assert_eq!(entry.workspace_id, Some(planted.workspace));
        assert_eq!(
            (entry.actor_type.as_deref(), entry.source.as_deref()),
            (Some("service"), Some("worker"))
        );
    }
    let errors = "SELECT error_message FROM runs WHERE tenant_id = $1 AND status = 'failed_terminal' ORDER BY 1";
    let expected = json!([{ "error_message": "it took longer than 5s" }, { "error_message": "step `s1` failed: card\u{fffd}declined" }]);
    assert_eq!(planted.rows(errors).await, expected);
}

#[tokio::test]
async fn messages_of_errors_are_cut() {
    let (_world, planted, begun) = one_step(false).await;
    let failing = ToolCallReport { error: Some("é".repeat(5_000)), ..call() };
    planted.finish(begun.report(failed(&"é".repeat(5_000)), vec![failing])).await;
    assert_eq!(planted.rows(STEP).await[0]["error_message"], "é".repeat(2_000));
    assert_eq!(planted.rows(CALLS).await[0]["error_message"], "é".repeat(2_000));
    let of_run = planted.rows(RUN).await[0]["error_message"].as_str().unwrap().to_owned();
    assert_eq!((of_run.chars().count(), of_run.starts_with("step `s1` failed: éé")), (2_000, true));
}

#[tokio::test]
async fn an_output_that_cannot_be_stored_fails_its_own_step_alone() {
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let large = "x".repeat(usize::try_from(MAX_REPORT_BYTES).unwrap());
    let bad = [
        (json!({ "a": "\0" }), "output.a"),
        (json!({ "a": 9_007_199_254_740_993_i64 }), "output.a"),
        (deep, "output"),
        (json!(large), "bytes"),
    ];
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.keep_contents().await;
    planted.runs(5, 2).await;
    let claims = planted.claim("one", 5).await;
    let begun = planted.begin(&claims).await;
    let mut reports: Vec<StepReport> = begun
        .iter()
        .zip(&bad)
        .map(|(begun, (output, _))| begun.report(succeeded(output.clone(), Some(2)), Vec::new()))
        .collect();
    reports.push(begun[4].report(succeeded("fine", Some(2)), Vec::new()));
    let recorded = planted.queue.finish(reports).await.unwrap();
    for (recorded, (_, field)) in recorded.iter().zip(&bad) {
        assert_eq!(recorded.kind, RecordedKind::Now { next_step_id: None });
        let (run, steps) = planted.state(recorded.run_id).await;
        assert_eq!(
            (run.as_str(), steps),
            ("failed_terminal", vec!["failed_terminal".into(), "canceled".into()])
        );
        let sql = "SELECT error_message FROM steps WHERE id = $1";
        let error: String =
            planted.superuser.query_one(sql, &[&recorded.step_id.0]).await.unwrap().get(0);
        assert!(
            error.starts_with("its output cannot be stored: ") && error.contains(field),
            "{error}"
        );
    }
    assert!(matches!(recorded[4].kind, RecordedKind::Now { next_step_id: Some(_) }));
}

#[tokio::test]
async fn of_a_call_that_cannot_be_stored_the_rest_is() {
    let (_world, planted, begun) = one_step(true).await;
    let mut odd = call();
    odd.input = json!("\0");
    odd.error = Some("timeout".to_owned());
    odd.tool_name = format!("\0{}", "n".repeat(300));
    odd.usage.cost_in_cents = Some("-1".to_owned());
    odd.usage.other = json!({ "a": "\0" }).as_object().unwrap().clone();
    odd.started_at = Some("-000100-01-01T00:00:00Z".parse().unwrap());
    let unnamed = ToolCallReport { tool_name: String::new(), output: None, ..call() };
    planted.finish(begun.report(succeeded(1, None), vec![odd, unnamed])).await;
    let rows = planted.rows(CALLS).await;
    let row = &rows[0];
    assert_eq!(row["tool_name"], format!("\u{fffd}{}", "n".repeat(254)));
    assert_eq!((&row["input_data"], &row["input_metadata"]), (&Value::Null, &json!({})));
    assert_eq!(
        (&row["output_data"], &row["cost"], &row["started_at"]),
        (&json!("hi"), &Value::Null, &Value::Null)
    );
    assert_eq!(row["usage_metadata"], json!({}));
    let error = row["error_message"].as_str().unwrap();
    for part in [
        "timeout; its input cannot be stored: ",
        "; its cost is no decimal number of cents",
        "; its usage cannot be stored: ",
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(
        (&rows[1]["tool_name"], &rows[1]["output_metadata"], &rows[1]["error_message"]),
        (&json!("unnamed"), &json!({}), &Value::Null)
    );
}

#[tokio::test]
async fn costs_are_decimal_numbers() {
    let (_world, planted, begun) = one_step(false).await;
    let costs = [
        ("0", Some("0.000000")),
        ("12.5", Some("12.500000")),
        ("99999999999999.999999", Some("99999999999999.999999")),
        ("100000000000000", None),
        ("0.0000001", None),
        ("1e3", None),
        ("NaN", None),
        ("", None),
        (".5", None),
        ("5.", None),
        ("+1", None),
        ("٣", None),
    ];
    let calls = costs.iter().map(|(cost, _)| {
        let mut call = call();
        call.usage.cost_in_cents = Some((*cost).to_owned());
        call
    });
    planted.finish(begun.report(succeeded(1, None), calls.collect())).await;
    for (row, (cost, stored)) in planted.rows(CALLS).await.as_array().unwrap().iter().zip(costs) {
        assert_eq!(
            (row["cost"].as_str(), row["error_message"].is_null()),
            (stored, stored.is_some()),
            "{cost}"
        );
    }
}

#[tokio::test]
async fn a_step_with_too_many_calls_failed() {
    let (_world, planted, begun) = one_step(false).await;
    let calls = vec![call(); MAX_TOOL_CALLS + 1];
    planted.finish(begun.report(succeeded(1, None), calls)).await;
    let step = &planted.rows(STEP).await[0];
    assert_eq!(
        (&step["status"], &step["error_message"]),
        (&json!("failed_terminal"), &json!("it made 1001 tool calls; at most 1000 are recorded"))
    );
    assert_eq!(planted.rows(CALLS).await.as_array().unwrap().len(), MAX_TOOL_CALLS);
}

#[tokio::test]
async fn attempts_have_calls_of_their_own() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let one = planted.work("one").await;
    planted.finish(one.report(put_off("busy", Duration::ZERO), vec![call()])).await;
    let two = planted.work("two").await;
    planted.lose_workers().await;
    let three = planted.work("three").await;
    assert_eq!((two.step.attempt(), three.step.attempt()), (2, 3));
    planted.finish(three.report(succeeded(1, None), vec![call()])).await;
    let attempts = "SELECT attempt FROM tool_calls WHERE tenant_id = $1 ORDER BY attempt";
    assert_eq!(planted.rows(attempts).await, json!([{ "attempt": 1 }, { "attempt": 3 }]));
    // What went wrong on the way is not the end of it.
    assert_eq!(planted.rows(RUN).await[0]["error_message"], Value::Null);
    assert_eq!(planted.rows(STEP).await[0]["error_message"], Value::Null);
}

#[tokio::test]
async fn more_than_a_transaction_takes_is_recorded_in_several_and_in_order() {
    let world = World::new().await;
    let acme = Planted::named(&world, "Acme").await;
    let beta = Planted::named(&world, "Beta").await;
    acme.runs(1_100, 1).await;
    beta.runs(20, 1).await;
    let claims = acme.claim("one", 2_000).await;
    let begun = acme.begin(&claims).await;
    assert_eq!(begun.len(), 1_120);
    let reports: Vec<_> =
        begun.iter().map(|it| it.report(succeeded(1, None), Vec::new())).collect();
    let recorded = acme.queue.finish(reports.clone()).await.unwrap();
    assert!(recorded.iter().all(|it| it.kind == RecordedKind::Now { next_step_id: None }));
    for (recorded, report) in recorded.iter().zip(&reports) {
        assert_eq!((recorded.run_id, recorded.step_id), (report.claim.run_id, report.step.id));
    }
    for (planted, runs) in [(&acme, 1_100), (&beta, 20)] {
        let ended = "SELECT 1 FROM audits WHERE tenant_id = $1 AND record::jsonb ->> 'action' = 'run.succeeded'";
        assert_eq!(planted.rows(ended).await.as_array().unwrap().len(), runs);
    }
}
