//! Requests for approval: asked by a gate, decided by people, settled by a worker.

use std::time::Duration;

use agentflow::{
    NewWorkspace, PrincipalId,
    approvals::{ApprovalFilter, ApprovalRequestId, Choice, Decide, HeldGate, Hold, Looked},
    audit::Actor,
    core::workflow::StepAction,
    identity::{NewBinding, NewUser},
    runs::{Claim, ClaimRequest, StartRun},
    workflows::{WorkflowSpec, WorkflowVersion},
};

use super::Book;

const DEFINITION: &str = "version: 1.0.0\nrisk_tier: low\nsteps:\n  \
                          - { name: ask, type: approval_gate, subject: Sure?, expires_after: 1h }";

pub(super) async fn approvals() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let (version, starter, approver) = stage(&book).await;
    book.news().await;
    let approvals = book.tenant.approvals();
    let decide = |choice, by| Decide { by, choice, reason: None, seen: None };

    let id = asked(&mut book, &version, starter).await;
    let refused = approvals.decide(id, &decide(Choice::Reject, starter), &by).await;
    assert!(refused.is_err());
    let actor = Actor::user(starter.to_string());
    book.saw_by("approvals/decide.rs decide", "access.denied", "permission", &actor).await;
    let approve = Choice::Approve { payload: None };
    approvals.decide(id, &decide(approve, approver), &by).await.unwrap();
    book.saw("approvals/decide.rs decide", "approval.decided", "approval_request").await;

    let id = asked(&mut book, &version, starter).await;
    approvals.decide(id, &decide(Choice::Reject, approver), &by).await.unwrap();
    let ended = ("run.failed", "run", &by);
    let decided = ("approval.decided", "approval_request", &by);
    book.saw_all("approvals/decide.rs decide", &[decided, ended]).await;

    asked(&mut book, &version, starter).await;
    let past = "UPDATE approval_requests SET expires_at = now() WHERE status = 'requested'";
    book.superuser.batch_execute(past).await.unwrap();
    let worker = Actor::service("worker-1");
    let claims = claims(&book).await;
    // The one that was approved first is looked at as well, which changes nothing that has to be recorded.
    let mut looked = Vec::new();
    for claim in &claims {
        looked.push(approvals.look(claim, None, &worker).await.unwrap());
    }
    assert_eq!(looked.iter().filter(|it| **it == Looked::Ended).count(), 1, "{looked:?}");
    let expired = ("approval.expired", "approval_request", &worker);
    let ended = ("run.failed", "run", &worker);
    book.saw_all("approvals/work.rs look", &[expired, ended]).await;
}

async fn stage(book: &Book) -> (WorkflowVersion, PrincipalId, PrincipalId) {
    let (tenant, by) = (&book.tenant, &book.by);
    let new = NewWorkspace::named("Finance");
    let workspace = tenant.workspaces().create(new, by).await.unwrap().id;
    let workflows = tenant.workflows();
    let workflow = workflows.create(workspace, WorkflowSpec::named("Pay"), by).await.unwrap().id;
    let version = workflows.publish(workflow, DEFINITION, by).await.unwrap().version;
    let mut people = Vec::new();
    for name in ["bob", "cyd"] {
        let new = NewUser::new(format!("{name}@example.com").parse().unwrap(), name);
        people.push(tenant.users().create(new, by).await.unwrap().id);
    }
    let role_id = tenant.roles().find("approver", None).await.unwrap().unwrap().id;
    let (principal_id, workspace_id) = (people[1], Some(workspace));
    let new = NewBinding { principal_id, role_id, workspace_id, expires_at: None };
    tenant.roles().bind(new, by).await.unwrap();
    (version, people[0], people[1])
}

async fn claims(book: &Book) -> Vec<Claim> {
    let lease = Duration::from_secs(60);
    let request = ClaimRequest { worker: "worker-1".to_owned(), limit: 10, lease, tenants: None };
    book.store.run_queue().claim(&request).await.unwrap()
}

/// Starts a run, which asks at its gate.
async fn asked(
    book: &mut Book,
    version: &WorkflowVersion,
    starter: PrincipalId,
) -> ApprovalRequestId {
    let tenant = book.tenant.clone();
    let by = book.by.clone();
    let workflow = tenant.workflows().get(version.workflow_id).await.unwrap().unwrap();
    let start = StartRun::new(workflow.workspace_id, version.id, starter);
    let run = tenant.runs().start(start, &by).await.unwrap().run.id;
    let claims = claims(book).await;
    let begun = book.store.run_queue().begin(&claims).await.unwrap();
    let begun = begun.iter().find(|it| it.claim.run_id == run).unwrap();
    book.news().await;
    let StepAction::ApprovalGate(gate) = &version.definition.steps[0].action else {
        panic!("no gate");
    };
    let (workspace_id, step_id) = (begun.workspace_id, begun.step.id);
    let held = HeldGate { workspace_id, step_id, requested_by: Some(starter), gate };
    let worker = Actor::service("worker-1");
    let held = tenant.approvals().hold(&begun.claim, &held, &worker).await.unwrap();
    assert_eq!(held, Hold::Waiting);
    let action = "approval.requested";
    book.saw_by("approvals/work.rs hold", action, "approval_request", &worker).await;
    let filter = ApprovalFilter { run: Some(run), ..ApprovalFilter::default() };
    tenant.approvals().list(&filter, None, 1).await.unwrap()[0].id
}
