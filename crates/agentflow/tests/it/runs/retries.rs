//! Steps that fail and are tried again, and steps whose workers were lost.

use std::sync::{Arc, Mutex};

use agentflow::{
    DataPersistenceMode,
    runs::{RunStatus, StepContext, StepFailure, StepHandler, StepOutput, StepStatus},
};
use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::{
    support::{Place, TOOL, recorded},
    working::{Working, call, ended, endless, heard, stands, steps, work},
};
use crate::support::World;

fn definition(retry: &str) -> String {
    format!(
        "steps:\n  - {{ name: a, type: connector_action, tool: bank, retry: {{ {retry} }} }}\n  \
         - {{ name: b, type: connector_action, tool: bank }}\n"
    )
}

async fn place(world: &World, retry: &str) -> Place {
    let tenant = world.tenant("Acme").await;
    Place::with(&tenant, DataPersistenceMode::Full, &definition(retry)).await
}

type Attempts = Arc<Mutex<Vec<String>>>;

/// Fails until this attempt, with a call each time.
fn failing_until(attempt: u32, attempts: &Attempts) -> impl StepHandler + Clone + use<> {
    let attempts = Arc::clone(attempts);
    move |context: StepContext| {
        let name = &context.step().name;
        attempts.lock().unwrap().push(format!("{name}{}", context.attempt));
        let fails = name == "a" && context.attempt < attempt;
        async move {
            if fails {
                Err(StepFailure::retry("the bank is closed").with_call(call("bank")))
            } else {
                Ok(StepOutput::new("paid").with_call(call("bank")))
            }
        }
    }
}

#[tokio::test]
async fn an_attempt_is_not_forgotten_when_another_run_comes_before_it_is_due() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 2, backoff: 1s").await;
    let attempts = Attempts::default();
    let builder = world.store.run_worker("w").on_tool(TOOL, failing_until(2, &attempts));
    let poll = super::working::NEVER;
    let working = Working::start(builder.poll(poll, poll));
    let first = place.start().await;
    super::working::eventually(async || {
        place.now(&first).await.status == RunStatus::FailedRetryable
    })
    .await;
    let second = place.start().await;
    for run in [&first, &second] {
        assert_eq!(ended(&place, run).await.status, RunStatus::Succeeded);
    }
    working.stop().await;
}

#[tokio::test]
async fn a_step_that_fails_is_tried_again_until_it_succeeds() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 5, backoff: 5ms").await;
    let attempts = Attempts::default();
    let builder = world.store.run_worker("w").on_tool(TOOL, failing_until(4, &attempts));
    // The worker knows by itself when its attempts are due.
    let poll = super::working::NEVER;
    let working = Working::start(builder.poll(poll, poll));
    let run = place.start().await;
    let now = ended(&place, &run).await;
    assert_eq!((now.status, now.error), (RunStatus::Succeeded, None));
    assert_eq!(attempts.lock().unwrap().join(" "), "a1 a2 a3 a4 b1");
    let stats = working.stop().await;
    assert_eq!((stats.claimed, stats.retries, stats.steps, stats.succeeded), (4, 3, 2, 1));
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    let step = &timeline.steps[0];
    assert_eq!((step.retry_count, step.interruptions), (3, 0));
    let mut calls: Vec<_> =
        timeline.tool_calls.iter().map(|it| (it.step_id == step.id, it.attempt)).collect();
    calls.sort_unstable();
    assert_eq!(calls, [(false, 1), (true, 1), (true, 2), (true, 3), (true, 4)]);
}

#[tokio::test]
async fn a_run_waits_as_long_as_its_step_says_before_the_next_attempt() {
    let world = World::new().await;
    let retry = "max_attempts: 5, backoff: 1m, multiplier: 3, max_backoff: 150s";
    let place = place(&world, retry).await;
    let run = place.start().await;
    let superuser = world.superuser().await;
    for seconds in [60, 150, 150] {
        let attempts = Attempts::default();
        let stats =
            work(world.store.run_worker("w").on_tool(TOOL, failing_until(9, &attempts))).await;
        assert_eq!((stats.retries, attempts.lock().unwrap().len()), (1, 1));
        let now = place.now(&run).await;
        assert_eq!(now.status, RunStatus::FailedRetryable);
        assert_eq!(now.error.as_deref(), Some("step `a` failed: the bank is closed"));
        assert_eq!(steps(&place, &run).await[0].1, StepStatus::FailedRetryable);
        let waits = now.due_at.unwrap().duration_since(now.updated_at).as_secs_f64();
        let expected = f64::from(seconds);
        assert!((expected * 0.89..expected * 1.11).contains(&waits), "{waits} of {expected}");
        superuser.batch_execute("UPDATE runs SET due_at = now()").await.unwrap();
    }
}

#[tokio::test]
async fn the_last_attempt_fails_the_run_for_good() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 3, backoff: 5ms").await;
    let attempts = Attempts::default();
    let working =
        Working::start(world.store.run_worker("w").on_tool(TOOL, failing_until(9, &attempts)));
    let run = place.start().await;
    let now = ended(&place, &run).await;
    working.stop().await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    assert_eq!(attempts.lock().unwrap().join(" "), "a1 a2 a3");
    let expected =
        [("a".to_owned(), StepStatus::FailedTerminal), ("b".to_owned(), StepStatus::Canceled)];
    assert_eq!(steps(&place, &run).await, expected);
    assert_eq!(recorded(&place.tenant, "run.failed").await, 1);
}

#[tokio::test]
async fn a_failure_that_nothing_mends_is_not_tried_again() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 3").await;
    let run = place.start().await;
    let handler = |_: StepContext| async { Err(StepFailure::terminal("no such account")) };
    let stats = work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!((stats.retries, stats.failed), (0, 1));
    let error = place.now(&run).await.error;
    assert_eq!(error.as_deref(), Some("step `a` failed: no such account"));
}

/// As if the lease of every run had ended.
async fn expire(world: &World) {
    let superuser = world.superuser().await;
    superuser
        .batch_execute("UPDATE runs SET due_at = now() WHERE status = 'running'")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_step_whose_worker_is_lost_is_done_again_and_that_is_no_retry() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 1").await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let lost = Working::start(world.store.run_worker("one").on_tool(TOOL, endless(&tell)));
    assert_eq!(heard(&mut told).await, Some("began"));
    lost.kill().await;
    assert_eq!(place.now(&run).await.status, RunStatus::Running);
    expire(&world).await;
    let attempts = Attempts::default();
    work(world.store.run_worker("two").on_tool(TOOL, failing_until(1, &attempts))).await;
    assert_eq!(attempts.lock().unwrap().join(" "), "a2 b1");
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!((timeline.run.status, timeline.run.fencing), (RunStatus::Succeeded, 2));
    assert_eq!((timeline.steps[0].retry_count, timeline.steps[0].interruptions), (0, 1));
}

#[tokio::test]
async fn a_step_that_twenty_workers_were_lost_in_is_not_done_again() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 1").await;
    let run = place.start().await;
    let superuser = world.superuser().await;
    let sql = "UPDATE steps SET interruptions = 20 WHERE sequence = 1";
    superuser.batch_execute(sql).await.unwrap();
    let handler = |_: StepContext| async { panic!("it is not asked") };
    let stats = work(world.store.run_worker("w").on_tool(TOOL, handler)).await;
    assert_eq!(stats.failed, 1);
    let now = place.now(&run).await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    assert_eq!(now.error.as_deref(), Some("20 workers were lost in step `a`"));
}

/// Whoever was thought lost and comes back records nothing.
#[tokio::test]
async fn a_worker_that_lost_its_run_stops_and_records_nothing() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 1").await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let builder = world.store.run_worker("slow").on_tool(TOOL, endless(&tell));
    let slow = Working::start(builder.lease(std::time::Duration::from_millis(300)));
    assert_eq!(heard(&mut told).await, Some("began"));
    let superuser = world.superuser().await;
    let sql = "UPDATE runs SET fencing = fencing + 1, due_at = now() + interval '1 h'";
    superuser.batch_execute(sql).await.unwrap();
    assert!(heard(&mut told).await.is_some() && heard(&mut told).await.is_some(), "it was dropped");
    let stats = slow.stop().await;
    assert_eq!((stats.lost, stats.steps, stats.given_back), (1, 0, 0));
    let now = place.now(&run).await;
    assert_eq!((now.status, now.fencing), (RunStatus::Running, 2));
    assert_eq!(steps(&place, &run).await[0].1, StepStatus::Running);
    let due = now.due_at.unwrap().duration_since(now.created_at);
    assert!(due > SignedDuration::from_mins(30), "nobody touched the lease of the other");
}

#[tokio::test]
async fn a_lease_is_renewed_for_as_long_as_a_step_takes() {
    let world = World::new().await;
    let place = place(&world, "max_attempts: 1").await;
    let run = place.start().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let builder = world.store.run_worker("slow").on_tool(TOOL, endless(&tell));
    let slow = Working::start(builder.lease(std::time::Duration::from_millis(400)).slots(5));
    assert_eq!(heard(&mut told).await, Some("began"));
    let begun = stands(&place, &run, |it| it == RunStatus::Running).await;
    // Five leases on, the first claim is still the latest.
    super::working::eventually(async || {
        let due = place.now(&run).await.due_at.unwrap();
        due.duration_since(begun.created_at) > SignedDuration::from_millis(2_000)
    })
    .await;
    assert_eq!(place.now(&run).await.fencing, 1);
    slow.kill().await;
}
