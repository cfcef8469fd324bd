//! Branches say which step is next.

use std::sync::{Arc, Mutex};

use agentflow::{
    DataPersistenceMode,
    runs::{
        RunStatus, StepContext, StepHandler, StepOutput,
        StepStatus::{Canceled, Succeeded},
        StepType,
    },
};
use serde_json::json;

use super::{
    resume::Approvers,
    support::Place,
    working::{steps, work},
};
use crate::support::World;

const BY_AMOUNT: &str = "
steps:
  - { name: check, type: llm_call }
  - name: way
    type: branch
    cases:
      - { when: steps.check.output.amount > 1000, goto: refuse }
      - { when: input.fast && steps.check.output.amount < 10, goto: end }
    else: pay
  - { name: pay, type: llm_call }
  - { name: refuse, type: llm_call }
";

type Log = Arc<Mutex<Vec<String>>>;

/// Puts out the input of the run, and notes which step it was.
fn echo(log: &Log) -> impl StepHandler + Clone + use<> {
    let log = Arc::clone(log);
    move |context: StepContext| {
        log.lock().unwrap().push(context.step().name.clone());
        async move { Ok(StepOutput::new(context.input.value.unwrap_or_default())) }
    }
}

#[tokio::test]
async fn a_branch_goes_where_its_first_case_says_that_holds() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::Full, BY_AMOUNT).await;
    for (input, way, done, expected) in [
        (json!({ "amount": 2000, "fast": false }), "refuse", "check refuse", [Canceled, Succeeded]),
        (json!({ "amount": 5, "fast": true }), "end", "check", [Canceled, Canceled]),
        (json!({ "amount": 5, "fast": false }), "pay", "check pay refuse", [Succeeded, Succeeded]),
    ] {
        let log = Log::default();
        let run = place.start_with(input).await;
        work(world.store.run_worker("w").on(StepType::LlmCall, echo(&log))).await;
        assert_eq!(log.lock().unwrap().join(" "), done);
        let timeline = tenant.runs().timeline(run.id).await.unwrap().unwrap();
        assert_eq!(timeline.run.status, RunStatus::Succeeded);
        let statuses: Vec<_> = timeline.steps.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [[Succeeded, Succeeded], expected].concat());
        assert_eq!(timeline.steps[1].output.value, Some(json!({ "goto": way })));
        let is_last = way == "end";
        assert_eq!(timeline.run.output.value == Some(json!({ "goto": way })), is_last);
    }
}

#[tokio::test]
async fn a_condition_without_an_answer_fails_the_run_and_says_which() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::Full, BY_AMOUNT).await;
    let run = place.start_with(json!({ "amount": 1 })).await;
    let log = Log::default();
    work(world.store.run_worker("w").on(StepType::LlmCall, echo(&log))).await;
    let now = place.now(&run).await;
    assert_eq!(now.status, RunStatus::FailedTerminal);
    let error = now.error.unwrap();
    assert!(error.starts_with("step `way` failed: the condition of case 2"), "{error}");
    assert!(error.contains("input.fast"), "{error}");
    assert_eq!(steps(&place, &run).await[2].1, Canceled);
}

const BEHIND_A_GATE: &str = "
steps:
  - { name: check, type: llm_call }
  - { name: ask, type: approval_gate, subject: Pay it?, with: { amount: 500 } }
  - name: way
    type: branch
    cases:
      - { when: steps.ask.output.payload.amount > 100 && steps.check.output.ok, goto: pay }
    else: end
  - { name: pay, type: llm_call }
";

/// The conditions of these read what was done before somebody approved.
async fn behind_a_gate(mode: DataPersistenceMode) -> (RunStatus, Option<String>, Vec<String>) {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, mode, BEHIND_A_GATE).await;
    let log = Log::default();
    let noted = Arc::clone(&log);
    let handler = move |context: StepContext| {
        noted.lock().unwrap().push(context.step().name.clone());
        async { Ok(StepOutput::new(json!({ "ok": true }))) }
    };
    let builder = || world.store.run_worker("w").on(StepType::LlmCall, handler.clone());
    let run = place.start().await;
    work(builder()).await;
    Approvers::new(&place).await.approve(&run).await;
    work(builder()).await;
    let now = place.now(&run).await;
    (now.status, now.error, log.lock().unwrap().clone())
}

#[tokio::test]
async fn a_branch_behind_a_gate_reads_what_is_kept() {
    let (status, error, done) = behind_a_gate(DataPersistenceMode::Full).await;
    assert_eq!((status, error), (RunStatus::Succeeded, None));
    assert_eq!(done, ["check", "pay"]);
}

#[tokio::test]
async fn a_branch_that_reads_what_is_not_kept_fails_with_a_way_out() {
    let (status, error, done) = behind_a_gate(DataPersistenceMode::MetadataOnly).await;
    assert_eq!(status, RunStatus::FailedTerminal);
    let error = error.unwrap();
    assert!(error.contains("the output of step `check`"), "{error}");
    assert!(error.contains("set data_persistence_mode to full"), "{error}");
    assert_eq!(done, ["check"]);
}

#[tokio::test]
async fn without_contents_a_branch_reads_what_the_worker_has_in_memory() {
    let world = World::new().await;
    let definition = "
steps:
  - { name: check, type: llm_call }
  - { name: way, type: branch, cases: [{ when: steps.check.output.ok, goto: pay }], else: end }
  - { name: no, type: llm_call }
  - { name: pay, type: llm_call }
";
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::MetadataOnly, definition).await;
    let run = place.start().await;
    let handler = |_: StepContext| async { Ok(StepOutput::new(json!({ "ok": true }))) };
    work(world.store.run_worker("w").on(StepType::LlmCall, handler)).await;
    let statuses: Vec<_> =
        steps(&place, &run).await.into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, [Succeeded, Succeeded, Canceled, Succeeded]);
}
