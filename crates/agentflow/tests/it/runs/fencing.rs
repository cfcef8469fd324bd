//! Only the latest claim of a run records anything, and everything once.

use std::collections::HashMap;

use agentflow::{
    Error,
    audit::AuditFilter,
    runs::{Begun, RecordedKind, RunId, StepReport, ToolCallReport, ToolType, Usage},
};
use futures::future::join_all;
use proptest::prelude::*;
use serde_json::json;

use super::planted::{LEASE, Planted, began, failed, put_off, succeeded};
use crate::support::World;

fn call(name: &str) -> ToolCallReport {
    ToolCallReport {
        tool_type: ToolType::Connector,
        tool_name: name.to_owned(),
        input: json!({}),
        output: None,
        error: None,
        usage: Usage::default(),
        started_at: None,
        finished_at: None,
        metered: false,
    }
}

/// How often the chain says that the run ended.
async fn ends(planted: &Planted, run: RunId) -> Vec<String> {
    let filter = AuditFilter { resource_id: Some(run.to_string()), ..AuditFilter::default() };
    let entries = planted.tenant.audit().list(&filter, 100).await.unwrap();
    entries.into_iter().filter_map(|entry| entry.action).collect()
}

#[tokio::test]
async fn who_was_thought_lost_changes_nothing() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 2).await[0];
    let one = planted.work("one").await;
    planted.lose_workers().await;
    let two = planted.work("two").await;
    assert_eq!((two.claim.fencing, two.step.id), (2, one.step.id));
    assert_eq!((two.step.retry_count, two.step.interruptions, two.step.attempt()), (0, 1, 2));
    let everything = "SELECT to_jsonb(r), (SELECT jsonb_agg(s ORDER BY s.sequence) FROM steps AS s) FROM runs AS r WHERE tenant_id = $1";
    let before = planted.rows(everything).await;

    for outcome in [
        succeeded("late", Some(2)),
        succeeded("late", None),
        put_off("late", LEASE),
        failed("late"),
    ] {
        let report = one.report(outcome, vec![call("late")]);
        assert_eq!(planted.finish(report).await, RecordedKind::Lost);
    }
    let claims = [one.claim];
    assert_eq!(planted.begin(&claims).await, []);
    assert_eq!(planted.queue.renew(&claims, LEASE).await.unwrap(), []);
    assert_eq!(planted.queue.release(&claims).await.unwrap(), []);
    assert!(!planted.queue.fail(&one.claim, "late").await.unwrap());
    assert_eq!(planted.rows(everything).await, before);
    assert_eq!(planted.rows("SELECT 1 FROM tool_calls WHERE tenant_id = $1").await, json!([]));
    assert_eq!(ends(&planted, run).await, Vec::<String>::new());

    let next = began(planted.finish(two.report(succeeded("ok", Some(2)), Vec::new())).await);
    assert!(next.is_some());
}

#[tokio::test]
async fn what_was_recorded_is_not_recorded_again() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 2).await[0];
    let mut begun = planted.work("one").await;
    let report = begun.report(succeeded("a", Some(2)), vec![call("pay")]);
    let next = began(planted.finish(report.clone()).await);
    for _ in 0..3 {
        let again = planted.finish(report.clone()).await;
        assert_eq!(again, RecordedKind::Before { next_step_id: next });
    }
    (begun.step.id, begun.step.sequence) = (next.unwrap(), 2);
    let end = begun.report(succeeded("b", None), vec![call("tell")]);
    assert_eq!(began(planted.finish(end.clone()).await), None);
    let again = planted.queue.finish(vec![report, end]).await.unwrap();
    // The second step ran when the first report came; now it does not.
    assert!(again.iter().all(|it| it.kind == RecordedKind::Before { next_step_id: None }));
    assert_eq!(planted.state(run).await, ("succeeded".into(), vec!["succeeded".into(); 2]));
    let calls = "SELECT tool_name FROM tool_calls WHERE tenant_id = $1 ORDER BY tool_name";
    assert_eq!(planted.rows(calls).await, json!([{ "tool_name": "pay" }, { "tool_name": "tell" }]));
    assert_eq!(ends(&planted, run).await, ["run.succeeded"]);
}

#[tokio::test]
async fn the_same_report_many_times_at_once_is_recorded_once() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 2).await;
    let begun = planted.work("one").await;
    let mut recorded = 0;
    for _ in 0..5 {
        let report = begun.report(succeeded("a", Some(2)), vec![call("pay")]);
        let kinds = join_all((0..8).map(|_| planted.finish(report.clone()))).await;
        let now = kinds.iter().filter(|it| matches!(it, RecordedKind::Now { .. })).count();
        recorded += now;
        assert!(!kinds.contains(&RecordedKind::Lost), "{kinds:?}");
    }
    assert_eq!(recorded, 1);
    assert_eq!(
        planted
            .rows("SELECT 1 FROM tool_calls WHERE tenant_id = $1")
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn to_begin_again_by_the_same_claim_is_no_interruption() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 2).await;
    let begun = planted.work("one").await;
    assert_eq!(planted.begin(&[begun.claim]).await, std::slice::from_ref(&begun));
    let next = began(planted.finish(begun.report(succeeded("a", Some(2)), Vec::new())).await);
    let second = planted.begin(&[begun.claim]).await.remove(0);
    assert_eq!((Some(second.step.id), second.step.interruptions), (next, 0));
    assert_eq!((second.step.name.as_str(), second.step.sequence), ("s2", 2));
}

#[tokio::test]
async fn a_run_that_was_canceled_takes_no_report() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 1).await[0];
    let begun = planted.work("one").await;
    let cancel = "UPDATE runs SET status = 'canceled', due_at = NULL, finished_at = now();
                  UPDATE steps SET status = 'canceled', finished_at = now()";
    planted.superuser.batch_execute(cancel).await.unwrap();
    let report = begun.report(succeeded("a", None), vec![call("pay")]);
    assert_eq!(planted.finish(report).await, RecordedKind::Lost);
    assert!(!planted.queue.fail(&begun.claim, "no").await.unwrap());
    assert_eq!(planted.state(run).await, ("canceled".into(), vec!["canceled".into()]));
    assert_eq!(planted.rows("SELECT 1 FROM tool_calls WHERE tenant_id = $1").await, json!([]));
}

#[tokio::test]
async fn two_reports_of_one_step_are_refused_together() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 1).await[0];
    let begun = planted.work("one").await;
    let reports =
        vec![begun.report(succeeded("a", None), Vec::new()), begun.report(failed("b"), Vec::new())];
    let error = planted.queue.finish(reports).await.unwrap_err();
    let Error::InvalidInput { input, .. } = &error else { panic!("{error:?}") };
    assert_eq!(input.field, "reports[1]");
    assert_eq!(planted.state(run).await, ("running".into(), vec!["running".into()]));
}

/// What one of a few workers does next.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Whatever is due, it claims and begins.
    Claim(usize),
    /// What it has longest it records as done, whether it still has it or not.
    Succeed(usize),
    /// The same, as failed.
    PutOff(usize),
    /// It tells the last thing that it told once more.
    Repeat(usize),
    /// All leases end.
    Lose,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0_usize..3).prop_map(Act::Claim),
        5 => (0_usize..3).prop_map(Act::Succeed),
        1 => (0_usize..3).prop_map(Act::PutOff),
        2 => (0_usize..3).prop_map(Act::Repeat),
        2 => Just(Act::Lose),
    ];
    prop::collection::vec(act, 20..60)
}

const RUNS: i32 = 2;
const STEPS: i32 = 3;

#[derive(Default)]
struct Worker {
    has: Vec<Begun>,
    told: Option<(StepReport, RecordedKind)>,
}

impl Worker {
    async fn claim(&mut self, planted: &Planted, name: usize) {
        let claims = planted.claim(&format!("worker {name}"), 1).await;
        self.has.extend(planted.begin(&claims).await);
    }

    async fn tell(&mut self, planted: &Planted, done: bool) -> Option<(StepReport, RecordedKind)> {
        if self.has.is_empty() {
            return None;
        }
        let mut begun = self.has.remove(0);
        let next = (begun.step.sequence < STEPS).then_some(begun.step.sequence + 1);
        let outcome = if done { succeeded("done", next) } else { put_off("busy", LEASE) };
        let report = begun.report(outcome, vec![call("once")]);
        let kind = planted.finish(report.clone()).await;
        if let (RecordedKind::Now { next_step_id: Some(id) }, Some(sequence)) = (kind, next) {
            (begun.step.id, begun.step.sequence) = (id, sequence);
            (begun.step.retry_count, begun.step.interruptions) = (0, 0);
            self.has.push(begun);
        }
        self.told = Some((report.clone(), kind));
        Some((report, kind))
    }
}

async fn play(planted: &Planted, acts: Vec<Act>) {
    planted.runs(RUNS, STEPS).await;
    let mut workers: [Worker; 3] = Default::default();
    let mut successes: HashMap<_, u32> = HashMap::new();
    let mut fencings: HashMap<RunId, i64> = HashMap::new();
    let to_the_end = (0..40).flat_map(|_| {
        [Act::Lose, Act::Claim(0), Act::Succeed(0), Act::Succeed(0), Act::Succeed(0)]
    });
    for act in acts.into_iter().chain(to_the_end) {
        match act {
            Act::Claim(who) => {
                let had = workers[who].has.len();
                workers[who].claim(planted, who).await;
                for begun in &workers[who].has[had..] {
                    let last = fencings.insert(begun.claim.run_id, begun.claim.fencing);
                    assert!(last.is_none_or(|last| last < begun.claim.fencing));
                }
            }
            Act::Succeed(who) | Act::PutOff(who) => {
                let done = matches!(act, Act::Succeed(_));
                let Some((report, kind)) = workers[who].tell(planted, done).await else { continue };
                let latest = fencings[&report.claim.run_id] == report.claim.fencing;
                match kind {
                    RecordedKind::Now { .. } => {
                        assert!(latest, "an older claim recorded {report:?}");
                        if done {
                            *successes.entry(report.step.id).or_default() += 1;
                        }
                    }
                    RecordedKind::Lost => {
                        assert!(!latest, "the latest claim was refused {report:?}");
                    }
                    RecordedKind::Before { .. } => panic!("it was told once: {report:?}"),
                }
            }
            Act::Repeat(who) => {
                let Some((report, kind)) = workers[who].told.clone() else { continue };
                let again = planted.finish(report).await;
                assert!(!matches!(again, RecordedKind::Now { .. }), "{again:?} after {kind:?}");
            }
            Act::Lose => planted.lose_workers().await,
        }
    }
    let expected = usize::try_from(RUNS * STEPS).unwrap();
    assert_eq!(successes.len(), expected);
    assert!(successes.values().all(|times| *times == 1));
    let done = "SELECT s.id FROM steps AS s JOIN runs AS r ON r.id = s.run_id AND r.status = 'succeeded' AND s.status = 'succeeded' WHERE r.tenant_id = $1";
    assert_eq!(planted.rows(done).await.as_array().unwrap().len(), expected);
    let attempts = "SELECT 1 FROM tool_calls WHERE tenant_id = $1 GROUP BY step_id, attempt HAVING count(*) > 1";
    assert_eq!(planted.rows(attempts).await, json!([]));
}

#[test]
fn whatever_workers_do_every_step_is_done_once_and_by_the_latest_claim() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let number = std::sync::atomic::AtomicU32::new(0);
    let config = ProptestConfig {
        cases: 12,
        max_shrink_iters: 30,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(acts in acts())| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        runtime.block_on(async {
            let planted = Planted::named(&world, &format!("Tenant {number}")).await;
            play(&planted, acts).await;
        });
    });
}
