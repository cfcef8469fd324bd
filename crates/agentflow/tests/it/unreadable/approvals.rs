//! Requests for approval, and decisions on them.

use agentflow::{
    Error, PrincipalId, Tenant, WorkspaceId,
    approvals::{ApprovalFilter, ApprovalRequestId, Choice, Decide},
    runs::StartRun,
    workflows::WorkflowSpec,
};
use tokio_postgres::Client;

use super::ann;

/// A request of a policy, with a decision on it.
pub(super) async fn request(
    tenant: &Tenant,
    superuser: &Client,
    workspace: WorkspaceId,
    user: PrincipalId,
) -> ApprovalRequestId {
    let workflows = tenant.workflows();
    let workflow = workflows.create(workspace, WorkflowSpec::named("Risky"), &ann()).await.unwrap();
    let text = "version: 1.0.0\nrisk_tier: high\nsteps: [{ name: ask, type: llm_call }]";
    let version = workflows.publish(workflow.id, text, &ann()).await.unwrap().version.id;
    let start = StartRun::new(workspace, version, user);
    tenant.runs().start(start, &ann()).await.unwrap();
    let requests = tenant.approvals().list(&ApprovalFilter::default(), None, 1).await.unwrap();
    let sql = "SET session_replication_role = replica;
               INSERT INTO approval_decisions (
                   tenant_id, approval_request_id, decided_by, decision, payload, payload_changes
               )
               SELECT tenant_id, id, requested_by, 'approved', '{}', '[]' FROM approval_requests";
    superuser.batch_execute(sql).await.unwrap();
    requests[0].id
}

/// What the readers of a table say.
pub(super) async fn errors(
    tenant: &Tenant,
    request: ApprovalRequestId,
    user: PrincipalId,
    table: &str,
) -> Vec<Error> {
    let approvals = tenant.approvals();
    if table == "approval_decisions" {
        return vec![approvals.decisions(&[request]).await.unwrap_err()];
    }
    let decide = Decide { by: user, choice: Choice::Reject, reason: None, seen: None };
    vec![
        approvals.get(request).await.unwrap_err(),
        approvals.list(&ApprovalFilter::default(), None, 10).await.unwrap_err(),
        approvals.decide(request, &decide, &ann()).await.unwrap_err(),
    ]
}
