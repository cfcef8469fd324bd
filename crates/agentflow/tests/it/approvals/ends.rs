//! A rejection, and the end of the run, end the request.

use super::*;

#[tokio::test]
async fn one_rejection_ends_the_run_and_no_worker_is_needed() {
    let office = Office::new(3).await;
    let (run, request) = office.waiting().await;
    let (bea, cyd) = (office.approver("Bea").await, office.approver("Cyd").await);
    office.approve(request.id, bea).await.unwrap();
    let decide =
        Decide { choice: Choice::Reject, reason: Some("not now".to_owned()), ..approves(cyd) };
    let decided = office.decide(request.id, decide).await.unwrap();
    assert_eq!((decided.status, decided.approvals), (ApprovalStatus::Rejected, 1));

    let failed =
        (RunStatus::FailedTerminal, vec![StepStatus::FailedTerminal, StepStatus::Canceled]);
    assert_eq!(office.state(&run).await, failed);
    let error = office.place.now(&run).await.error;
    assert_eq!(error.as_deref(), Some("the approval it waited for was rejected"));
    assert_eq!(office.claims().await, []);
    assert_eq!(newest(&office.tenant).await.action.as_deref(), Some("run.failed"));
    assert_eq!(recorded(&office.tenant, "approval.decided").await, 2);
    let dan = office.approver("Dan").await;
    assert_eq!(conflict(office.approve(request.id, dan).await), "it is settled: rejected");
}

#[tokio::test]
async fn a_run_that_is_canceled_waits_for_nobody() {
    let office = Office::new(1).await;
    let (run, request) = office.waiting().await;
    office.tenant.runs().cancel(run.id, "not needed", &ann()).await.unwrap();
    assert_eq!(office.now(request.id).await.status, ApprovalStatus::Canceled);
    let bea = office.approver("Bea").await;
    assert_eq!(conflict(office.approve(request.id, bea).await), "it is settled: canceled");
    assert_eq!(office.state(&run).await.0, RunStatus::Canceled);
}

#[tokio::test]
async fn a_run_that_nobody_was_asked_for_ends_instead_of_waiting_for_ever() {
    let office = Office::new(1).await;
    let (run, _) = office.waiting().await;
    office.sql("DELETE FROM approval_requests; UPDATE runs SET due_at = now()").await;
    assert_eq!(office.look(&office.claim().await).await, Looked::Ended);
    let run = office.place.now(&run).await;
    assert_eq!(run.status, RunStatus::FailedTerminal);
    assert_eq!(run.error.as_deref(), Some("nobody was asked for the approval it waits for"));
}

#[tokio::test]
async fn requests_are_listed_page_by_page_newest_first() {
    let office = Office::new(1).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, office.waiting().await.1.id);
    }
    let bea = office.approver("Bea").await;
    office.reject(ids[2], bea).await.unwrap();
    let approvals = office.tenant.approvals();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = approvals.list(&ApprovalFilter::default(), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.into());
        seen.extend(page.iter().map(|it| it.id));
    }
    assert_eq!(seen, ids);
    let listed = async |filter: ApprovalFilter| {
        let page = approvals.list(&filter, None, 10).await.unwrap();
        page.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let rejected =
        ApprovalFilter { status: Some(ApprovalStatus::Rejected), ..ApprovalFilter::default() };
    assert_eq!(listed(rejected).await, [ids[2]]);
    let workspace = Some(office.place.workspace);
    assert_eq!(listed(ApprovalFilter { workspace, ..rejected }).await, [ids[2]]);
    let workspace = Some(agentflow::WorkspaceId(bea.0));
    assert_eq!(listed(ApprovalFilter { workspace, ..ApprovalFilter::default() }).await, []);
}
