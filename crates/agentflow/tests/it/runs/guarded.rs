//! What a program cannot do to runs and requests, whatever it sends in the scope of its tenant.

use agentflow::Error;
use serde_json::json;

use super::{
    planted::{Planted, succeeded},
    support::recorded,
};
use crate::support::World;

/// Whether the runtime role was refused, by its rights or by a rule.
async fn is_refused(planted: &Planted, sql: &'static str) -> String {
    match planted.tenant.execute(sql, &[]).await {
        Err(
            error @ (Error::Denied { .. } | Error::Conflict { .. } | Error::InvalidInput { .. }),
        ) => error.to_string(),
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_asked_and_how_many_must_approve_cannot_be_changed_nor_approved_without_decisions()
{
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(2, 1).await[0].0;
    let sql = "INSERT INTO approval_requests (tenant_id, workspace_id, run_id, risk_tier, approval_subject, required_approvers)
               VALUES ($1, $2, $3, 'high', 'Refund', 2)";
    let (tenant, workspace) = (planted.tenant.id().0, planted.workspace.0);
    planted.tenant.execute(sql, &[&tenant, &workspace, &run]).await.unwrap();
    for sql in [
        "UPDATE approval_requests SET status = 'approved', finished_at = now()",
        "UPDATE approval_requests SET status = 'rejected', finished_at = now()",
        "UPDATE approval_requests SET status = 'expired', finished_at = now()",
        "UPDATE approval_requests SET approvals = 2",
        "UPDATE approval_requests SET required_approvers = 1",
        "UPDATE approval_requests SET requested_by = NULL",
        "UPDATE approval_requests SET payload = '{\"amount\": 1}'",
        "UPDATE approval_requests SET expires_at = now()",
        "DELETE FROM approval_requests",
        "INSERT INTO approval_requests (tenant_id, workspace_id, run_id, risk_tier, approval_subject, approvals)
         SELECT tenant_id, workspace_id, id, 'high', 'Refund', 1 FROM runs AS r
         WHERE NOT EXISTS (SELECT FROM approval_requests AS a WHERE a.run_id = r.id)",
    ] {
        is_refused(&planted, sql).await;
    }
    let left =
        planted.rows("SELECT status, approvals FROM approval_requests WHERE tenant_id = $1").await;
    assert_eq!(left, json!([{ "status": "requested", "approvals": 0 }]));
}

#[tokio::test]
async fn how_a_run_began_and_ended_cannot_be_changed() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.keep_contents().await;
    planted.runs(1, 1).await;
    let begun = planted.work("one").await;
    planted.finish(begun.report(succeeded("done", None), Vec::new())).await;
    assert_eq!(recorded(&planted.tenant, "run.succeeded").await, 1);
    for sql in [
        "UPDATE runs SET input = '{}'",
        "UPDATE runs SET fencing = 0",
        "UPDATE runs SET triggered_by = NULL",
        "UPDATE runs SET output = '\"other\"'",
        "UPDATE runs SET error_message = 'no'",
        "UPDATE runs SET finished_at = now()",
        "UPDATE steps SET output = '\"other\"'",
        "UPDATE steps SET step_name = 'other'",
        "DELETE FROM steps",
        "UPDATE tool_calls SET cost_in_cents = 0",
        "UPDATE policy_decisions SET effect = 'allow'",
    ] {
        is_refused(&planted, sql).await;
    }
}
