//! Runs wait for people, and go on behind them.

use std::sync::{Arc, Mutex};

use agentflow::{
    DataPersistenceMode, PrincipalId,
    approvals::{ApprovalFilter, ApprovalRequest, ApprovalStatus, Choice, Decide},
    identity::NewBinding,
    runs::{Run, RunStatus, StepContext, StepHandler, StepOutput, StepStatus},
};
use serde_json::{Value, json};

use super::{
    support::{Place, TOOL, ann, object, steps_of},
    working::{NEVER, Working, ended, stands, steps, work},
};
use crate::support::World;

/// People who may decide.
pub struct Approvers {
    place: Place,
    pub bea: PrincipalId,
}

impl Approvers {
    pub async fn new(place: &Place) -> Self {
        let bea = place.person("Bea").await;
        let role = place.tenant.roles().find("approver", None).await.unwrap().unwrap();
        let workspace_id = Some(place.workspace);
        let new =
            NewBinding { principal_id: bea, role_id: role.id, workspace_id, expires_at: None };
        place.tenant.roles().bind(new, &ann()).await.unwrap();
        Self { place: place.clone(), bea }
    }

    /// What a run waits for.
    pub async fn asked(&self, run: &Run) -> ApprovalRequest {
        let filter = ApprovalFilter { run: Some(run.id), ..ApprovalFilter::default() };
        self.place.tenant.approvals().list(&filter, None, 10).await.unwrap().remove(0)
    }

    pub async fn approve(&self, run: &Run) {
        self.decide(run, Choice::Approve { payload: None }).await;
    }

    pub async fn decide(&self, run: &Run, choice: Choice) {
        let decide = Decide { by: self.bea, choice, reason: None, seen: None };
        let request = self.asked(run).await;
        self.place.tenant.approvals().decide(request.id, &decide, &ann()).await.unwrap();
    }
}

const GATED: &str = "
steps:
  - { name: first, type: connector_action, tool: bank }
  - { name: ask, type: approval_gate, subject: Pay it?, with: { amount: 500 } }
  - { name: last, type: connector_action, tool: bank }
";

type Log = Arc<Mutex<Vec<(String, Vec<Value>)>>>;

/// Notes each step with what it sees of those before.
fn noting(log: &Log) -> impl StepHandler + Clone + use<> {
    let log = Arc::clone(log);
    move |context: StepContext| {
        let name = context.step().name.clone();
        let seen = context.outputs.values().filter_map(|it| it.value.clone()).collect();
        log.lock().unwrap().push((name.clone(), seen));
        async move { Ok(StepOutput::new(format!("done {name}"))) }
    }
}

async fn gated(world: &World, mode: DataPersistenceMode) -> Place {
    Place::with(&world.tenant("Acme").await, mode, GATED).await
}

#[tokio::test]
async fn a_run_goes_on_behind_its_gate_and_nothing_before_is_done_again() {
    let world = World::new().await;
    let place = gated(&world, DataPersistenceMode::Full).await;
    let log = Log::default();
    let builder = |name| world.store.run_worker(name).on_tool(TOOL, noting(&log));
    let run = place.start().await;
    let stats = work(builder("one")).await;
    assert_eq!((stats.steps, stats.held, stats.succeeded), (1, 1, 0));
    assert_eq!(place.now(&run).await.status, RunStatus::WaitingApproval);
    assert_eq!(place.now(&run).await.due_at, None, "nobody looks before somebody decides");
    let approvers = Approvers::new(&place).await;
    let request = approvers.asked(&run).await;
    assert_eq!((request.subject.as_str(), request.status), ("Pay it?", ApprovalStatus::Requested));
    assert_eq!(request.requested_by, Some(place.principal));

    approvers.approve(&run).await;
    let stats = work(builder("two")).await;
    assert_eq!((stats.steps, stats.succeeded), (2, 1));
    let output = json!({ "approved": true, "by": [approvers.bea], "payload": { "amount": 500 } });
    let seen = vec![output.clone(), json!("done first")];
    assert_eq!(*log.lock().unwrap(), [("first".to_owned(), vec![]), ("last".to_owned(), seen)]);
    let timeline = place.tenant.runs().timeline(run.id).await.unwrap().unwrap();
    assert_eq!(timeline.run.status, RunStatus::Succeeded);
    assert_eq!(timeline.steps[1].output.value, Some(output));
    assert!(timeline.steps.iter().all(|it| it.status == StepStatus::Succeeded));
    assert!(timeline.steps.iter().all(|it| it.interruptions == 0 && it.retry_count == 0));
}

#[tokio::test]
async fn without_contents_a_step_behind_the_gate_sees_what_was_approved_and_no_more() {
    let world = World::new().await;
    let place = gated(&world, DataPersistenceMode::MetadataOnly).await;
    let log = Log::default();
    let builder = |name| world.store.run_worker(name).on_tool(TOOL, noting(&log));
    let run = place.start().await;
    work(builder("one")).await;
    let approvers = Approvers::new(&place).await;
    let payload = object(&json!({ "amount": 400 }));
    approvers.decide(&run, Choice::Approve { payload: Some(payload) }).await;
    work(builder("two")).await;
    assert_eq!(place.now(&run).await.status, RunStatus::Succeeded);
    let output = json!({ "approved": true, "by": [approvers.bea], "payload": { "amount": 400 } });
    assert_eq!(log.lock().unwrap()[1], ("last".to_owned(), vec![output]));
}

#[tokio::test]
async fn a_worker_hears_of_a_decision_at_once() {
    let world = World::new().await;
    let place = gated(&world, DataPersistenceMode::Full).await;
    let log = Log::default();
    let builder = world.store.run_worker("w").on_tool(TOOL, noting(&log)).slots(1);
    let working = Working::start(builder.poll(NEVER, NEVER));
    let run = place.start().await;
    stands(&place, &run, |it| it == RunStatus::WaitingApproval).await;
    // What waits takes no slot.
    let other = place.start().await;
    stands(&place, &other, |it| it == RunStatus::WaitingApproval).await;
    let approvers = Approvers::new(&place).await;
    for run in [&other, &run] {
        approvers.approve(run).await;
        assert_eq!(ended(&place, run).await.status, RunStatus::Succeeded);
    }
    let stats = working.stop().await;
    assert_eq!((stats.held, stats.succeeded, stats.lost), (2, 2, 0));
}

#[tokio::test]
async fn a_rejection_ends_the_run_before_anybody_looks() {
    let world = World::new().await;
    let place = gated(&world, DataPersistenceMode::Full).await;
    let log = Log::default();
    let builder = || world.store.run_worker("w").on_tool(TOOL, noting(&log));
    let run = place.start().await;
    work(builder()).await;
    Approvers::new(&place).await.decide(&run, Choice::Reject).await;
    assert_eq!(place.now(&run).await.status, RunStatus::FailedTerminal);
    let stats = work(builder()).await;
    assert_eq!((stats.claimed, log.lock().unwrap().len()), (0, 1));
    let statuses: Vec<_> =
        steps(&place, &run).await.into_iter().map(|(_, status)| status).collect();
    let expected = [StepStatus::Succeeded, StepStatus::FailedTerminal, StepStatus::Canceled];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_run_that_a_policy_wants_approved_begins_once_it_is() {
    let world = World::new().await;
    let definition = format!("risk_tier: high\n{}", steps_of(2));
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::Full, &definition).await;
    let log = Log::default();
    let builder = || world.store.run_worker("w").on_tool(TOOL, noting(&log));
    let run = place.start().await;
    assert_eq!(run.status, RunStatus::WaitingApproval);
    let stats = work(builder()).await;
    assert_eq!((stats.steps, log.lock().unwrap().len()), (0, 0));
    Approvers::new(&place).await.approve(&run).await;
    assert_eq!(work(builder()).await.succeeded, 1);
    let done: Vec<_> = log.lock().unwrap().iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(done, ["step-1", "step-2"]);
}

#[tokio::test]
async fn a_gate_that_is_the_last_step_ends_its_run() {
    let world = World::new().await;
    let definition = "steps:\n  - { name: ask, type: approval_gate, subject: All right? }\n";
    let tenant = world.tenant("Acme").await;
    let place = Place::with(&tenant, DataPersistenceMode::Full, definition).await;
    let run = place.start().await;
    work(world.store.run_worker("w")).await;
    Approvers::new(&place).await.approve(&run).await;
    work(world.store.run_worker("w")).await;
    let now = place.now(&run).await;
    assert_eq!(now.status, RunStatus::Succeeded);
    assert_eq!(now.output.value.unwrap()["approved"], json!(true));
}
