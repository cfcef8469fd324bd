//! What nobody decides in time.

use super::*;

/// As if the time were over.
const PAST: &str = "UPDATE approval_requests SET expires_at = clock_timestamp();
                    UPDATE runs SET due_at = clock_timestamp() WHERE due_at IS NOT NULL";

async fn office(on_expiry: &str) -> Office {
    Office::with(&gate(2, &format!(", expires_after: 1h, on_expiry: {on_expiry}"))).await
}

#[tokio::test]
async fn a_run_is_due_when_the_time_to_decide_is_over() {
    let office = office("reject").await;
    let (run, request) = office.waiting().await;
    let due_at = office.place.now(&run).await.due_at;
    assert!(due_at.is_some() && due_at == request.expires_at, "{due_at:?}");
    let hour = request.expires_at.unwrap().duration_since(request.created_at).as_secs();
    assert!((3599..=3605).contains(&hour), "{hour}");
}

#[tokio::test]
async fn nobody_decides_when_the_time_is_over() {
    let office = office("reject").await;
    let (_, request) = office.waiting().await;
    let (bea, cyd) = (office.approver("Bea").await, office.approver("Cyd").await);
    office.approve(request.id, bea).await.unwrap();
    office.sql(PAST).await;
    for late in [office.approve(request.id, cyd).await, office.reject(request.id, cyd).await] {
        let reason = conflict(late);
        assert!(reason.starts_with("the request expired at "), "{reason}");
    }
    let request = office.now(request.id).await;
    assert_eq!((request.status, request.approvals), (ApprovalStatus::Requested, 1));
}

#[tokio::test]
async fn what_nobody_decided_in_time_is_rejected_where_it_says_so() {
    let office = office("reject").await;
    let (run, request) = office.waiting().await;
    office.sql(PAST).await;
    assert_eq!(office.look(&office.claim().await).await, Looked::Ended);
    assert_eq!(office.now(request.id).await.status, ApprovalStatus::Expired);
    let failed =
        (RunStatus::FailedTerminal, vec![StepStatus::FailedTerminal, StepStatus::Canceled]);
    assert_eq!(office.state(&run).await, failed);
    let error = office.place.now(&run).await.error;
    assert_eq!(error.as_deref(), Some("the approval it waited for expired"));
    for action in ["approval.expired", "run.failed"] {
        assert_eq!(recorded(&office.tenant, action).await, 1, "{action}");
    }
}

#[tokio::test]
async fn what_nobody_decided_in_time_is_approved_where_it_says_so() {
    let office = office("approve").await;
    let (run, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    office.decide(request.id, changes_to(bea, &json!({ "amount": 1 }))).await.unwrap();
    office.sql(PAST).await;
    let claim = office.claim().await;
    let Looked::Passed { gate: Some(gate) } = office.look(&claim).await else {
        panic!("expiry approves");
    };
    // One of two approved, and changed it.
    let output = json!({ "approved": true, "by": [bea], "payload": { "amount": 1 } });
    assert_eq!(gate.output, output);
    assert_eq!(office.now(request.id).await.status, ApprovalStatus::Expired);
    assert_eq!(office.state(&run).await.0, RunStatus::Running);
    assert_eq!(newest(&office.tenant).await.action.as_deref(), Some("approval.expired"));
    // A worker that is lost here asks nobody again.
    office.sql("UPDATE runs SET due_at = now()").await;
    let begun = office.begin(&office.claim().await).await;
    assert_eq!(office.hold(&begun).await, Hold::Passed(gate));
}

#[tokio::test]
async fn a_request_lasts_no_longer_than_its_run_may_and_is_rejected_then() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let definition = "timeout: 1h\nsteps:\n  - { name: ask, type: approval_gate, expires_after: 48h, on_expiry: approve }\n";
    let place = Place::with(&tenant, agentflow::DataPersistenceMode::Full, definition).await;
    let run = place.start().await;
    let worker = tenant_worker(&world);
    worker.run(agentflow::runs::CancellationToken::new()).await.unwrap();
    let started = place.now(&run).await.started_at.unwrap();
    let filter = agentflow::approvals::ApprovalFilter { run: Some(run.id), ..Default::default() };
    let request = tenant.approvals().list(&filter, None, 1).await.unwrap().remove(0);
    let lasts = request.expires_at.unwrap().duration_since(started);
    assert_eq!(lasts.as_secs(), 3600);
    assert_eq!(request.on_expiry, agentflow::core::workflow::OnExpiry::Reject);
}

fn tenant_worker(world: &World) -> agentflow::runs::Worker {
    world.store.run_worker("worker-1").without_listening().until_idle(true).build()
}
