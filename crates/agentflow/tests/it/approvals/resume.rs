//! What was approved goes on behind its gate, and nothing before it is done again.

use super::*;

async fn passed(office: &Office) -> (Claim, PassedGate) {
    let claim = office.claim().await;
    assert_eq!(claim.was, RunStatus::WaitingApproval);
    match office.look(&claim).await {
        Looked::Passed { gate: Some(gate) } => (claim, gate),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_run_waits_at_its_gate_until_it_is_approved_and_goes_on_behind_it() {
    let office = Office::new(1).await;
    let (run, request) = office.waiting().await;
    let waiting =
        (RunStatus::WaitingApproval, vec![StepStatus::WaitingApproval, StepStatus::Ready]);
    assert_eq!(office.state(&run).await, waiting);
    assert_eq!(
        (request.status, request.subject.as_str(), request.step_name.as_deref()),
        (ApprovalStatus::Requested, "Pay it?", Some("ask"))
    );
    assert_eq!(recorded(&office.tenant, "approval.requested").await, 1);
    assert_eq!(office.claims().await, [], "nobody looks before somebody decides");

    let bea = office.approver("Bea").await;
    let decided = office.approve(request.id, bea).await.unwrap();
    assert_eq!(decided.status, ApprovalStatus::Approved);
    let (claim, gate) = passed(&office).await;
    assert_eq!((gate.name.as_str(), gate.sequence), ("ask", 1));
    let payload = json!({ "amount": 500, "to": "Bob" });
    assert_eq!(gate.output, json!({ "approved": true, "by": [bea], "payload": payload }));
    let running = (RunStatus::Running, vec![StepStatus::Running, StepStatus::Ready]);
    assert_eq!(office.state(&run).await, running);

    let begun = office.begin(&claim).await;
    assert_eq!((begun.step.id, begun.step.interruptions), (gate.step_id, 0));
    let report = begun
        .report(StepOutcome::Succeeded { output: gate.output.clone(), next: Some(2) }, Vec::new());
    let kind = office.queue.finish(vec![report]).await.unwrap()[0].kind;
    assert!(matches!(kind, RecordedKind::Now { next_step_id: Some(_) }), "{kind:?}");
    let behind = (RunStatus::Running, vec![StepStatus::Succeeded, StepStatus::Running]);
    assert_eq!(office.state(&run).await, behind);
}

#[tokio::test]
async fn a_gate_whose_worker_was_lost_behind_the_approval_asks_nobody_again() {
    let office = Office::new(1).await;
    let (run, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    office.approve(request.id, bea).await.unwrap();
    let (_, first) = passed(&office).await;
    office.sql("UPDATE runs SET due_at = now() WHERE due_at IS NOT NULL").await;
    let claim = office.claim().await;
    assert_eq!(claim.was, RunStatus::Running);
    let begun = office.begin(&claim).await;
    assert_eq!(begun.step.interruptions, 1);
    assert_eq!(office.hold(&begun).await, Hold::Passed(first));
    let filter = ApprovalFilter { run: Some(run.id), ..ApprovalFilter::default() };
    assert_eq!(office.tenant.approvals().list(&filter, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_gate_asks_for_itself() {
    let second = "  - { name: sure, type: approval_gate, subject: Sure? }\n";
    let office =
        Office::with(&format!("{}{second}", gate(1, "").replace("pay, type", "then, type"))).await;
    let (run, request) = office.waiting().await;
    let bea = office.approver("Bea").await;
    office.approve(request.id, bea).await.unwrap();
    let (claim, gate) = passed(&office).await;
    let begun = office.begin(&claim).await;
    let outcome = StepOutcome::Succeeded { output: gate.output, next: Some(3) };
    office.queue.finish(vec![begun.report(outcome, Vec::new())]).await.unwrap();
    let begun = office.begin(&claim).await;
    assert_eq!(begun.step.name, "sure");
    assert_eq!(office.hold(&begun).await, Hold::Waiting);
    let filter = ApprovalFilter { run: Some(run.id), ..ApprovalFilter::default() };
    let requests = office.tenant.approvals().list(&filter, None, 10).await.unwrap();
    let subjects: Vec<_> = requests.iter().map(|it| (it.subject.as_str(), it.status)).collect();
    assert_eq!(
        subjects,
        [("Sure?", ApprovalStatus::Requested), ("Pay it?", ApprovalStatus::Approved)]
    );
    // It goes on waiting for the second, whatever became of the first.
    assert_eq!(office.look(&office.claim().await).await, Looked::Waiting);
}

#[tokio::test]
async fn a_claim_that_is_lost_holds_and_resumes_nothing() {
    let office = Office::new(1).await;
    let run = office.place.start().await;
    let stale = office.claim().await;
    let begun = office.begin(&stale).await;
    office.sql("UPDATE runs SET due_at = now()").await;
    let claim = office.claim().await;
    assert_eq!(office.hold(&begun).await, Hold::Lost);
    assert_eq!(office.state(&run).await.0, RunStatus::Running);
    assert_eq!(recorded(&office.tenant, "approval.requested").await, 0);

    let begun = office.begin(&claim).await;
    assert_eq!(office.hold(&begun).await, Hold::Waiting);
    assert_eq!(office.hold(&begun).await, Hold::Lost, "the claim ended with the first call");
    let request = office.request_of(run.id).await;
    let stale = office.claim().await;
    let bea = office.approver("Bea").await;
    office.approve(request.id, bea).await.unwrap();
    let claim = office.claim().await;
    assert_eq!(office.look(&stale).await, Looked::Lost);
    assert!(matches!(office.look(&claim).await, Looked::Passed { .. }));
    assert_eq!(office.look(&claim).await, Looked::Ended, "it waits no more");
}

#[tokio::test]
async fn a_decision_while_a_worker_looks_is_not_slept_through() {
    let office = Office::new(1).await;
    let run = office.place.start().await;
    let claim = office.claim().await;
    assert_eq!(office.hold(&office.begin(&claim).await).await, Hold::Waiting);
    let request = office.request_of(run.id).await;
    let bea = office.approver("Bea").await;
    let claim = office.claim().await;
    // Between the claim and the look.
    office.approve(request.id, bea).await.unwrap();
    assert!(matches!(office.look(&claim).await, Looked::Passed { .. }));
}
