//! A policy asks before a run begins.

use super::*;

/// Without a policy, what is of medium or high risk needs an approval.
const RISKY: &str =
    "risk_tier: high\nsteps:\n  - { name: pay, type: connector_action, tool: bank }\n";

#[tokio::test]
async fn a_run_that_a_policy_has_approved_begins_with_its_first_step() {
    let office = Office::with(RISKY).await;
    let run = office.place.start_with(json!({ "amount": 5 })).await;
    assert_eq!(run.status, RunStatus::WaitingApproval);
    let request = office.request_of(run.id).await;
    assert_eq!((request.step_id, request.requested_by), (None, Some(office.place.principal)));
    assert_eq!(office.look(&office.claim().await).await, Looked::Waiting);
    let bea = office.approver("Bea").await;
    // What the run is given does not change with it.
    let edit = office.decide(request.id, changes_to(bea, &json!({ "amount": 4 }))).await;
    let error = edit.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "payload"),
        "{error}"
    );
    office.approve(request.id, bea).await.unwrap();
    let claim = office.claim().await;
    assert_eq!(office.look(&claim).await, Looked::Passed { gate: None });
    let begun = office.begin(&claim).await;
    assert_eq!((begun.step.name.as_str(), begun.step.interruptions), ("pay", 0));
}

#[tokio::test]
async fn a_run_that_is_rejected_never_begins() {
    let office = Office::with(RISKY).await;
    let run = office.place.start().await;
    let request = office.request_of(run.id).await;
    let bea = office.approver("Bea").await;
    office.reject(request.id, bea).await.unwrap();
    let (status, steps) = office.state(&run).await;
    assert_eq!((status, steps), (RunStatus::FailedTerminal, vec![StepStatus::Canceled]));
    assert_eq!(office.place.now(&run).await.started_at, None);
}
