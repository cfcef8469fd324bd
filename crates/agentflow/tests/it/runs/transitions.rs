//! Where runs, steps and requests may go: all pairs, as the runtime role, against the database alone.

use std::fmt::Display;

use agentflow::approvals::ApprovalStatus;
use agentflow::{
    Error, Tenant,
    runs::{RunStatus, StepStatus},
};
use uuid::Uuid;

use super::planted::Planted;
use crate::support::World;

/// A table whose rows go through statuses.
struct Machine {
    table: &'static str,
    /// Takes the row `$1` to the status `$2`.
    go: &'static str,
    /// Makes a row like `$1` that begins as `$2`.
    begin: &'static str,
}

const RUNS: Machine = Machine {
    table: "runs",
    go: "UPDATE runs SET status = $2::text::run_status,
              due_at = CASE WHEN $2 IN ('queued', 'running', 'failed_retryable') THEN now() END,
              finished_at = CASE WHEN $2 IN ('succeeded', 'failed_terminal', 'canceled') THEN coalesce(finished_at, now()) END
          WHERE id = $1",
    begin: "INSERT INTO runs (
                tenant_id, id, workspace_id, workflow_version_id, request_digest, status, due_at, finished_at
            )
            SELECT r.tenant_id, gen_random_uuid(), r.workspace_id, r.workflow_version_id, r.request_digest,
                $2::text::run_status,
                CASE WHEN $2 IN ('queued', 'running', 'failed_retryable') THEN now() END,
                CASE WHEN $2 IN ('succeeded', 'failed_terminal', 'canceled') THEN now() END
            FROM runs AS r WHERE r.id = $1",
};

const STEPS: Machine = Machine {
    table: "steps",
    go: "UPDATE steps SET status = $2::text::step_status,
              finished_at = CASE WHEN $2 IN ('succeeded', 'failed_terminal', 'canceled') THEN coalesce(finished_at, now()) END
          WHERE id = $1",
    begin: "INSERT INTO steps (tenant_id, workspace_id, run_id, step_name, step_type, sequence, status, finished_at)
            SELECT s.tenant_id, s.workspace_id, s.run_id, $2, s.step_type, 100 + length($2), $2::text::step_status,
                CASE WHEN $2 IN ('succeeded', 'failed_terminal', 'canceled') THEN now() END
            FROM steps AS s WHERE s.id = $1",
};

const APPROVALS: Machine = Machine {
    table: "approval_requests",
    go: "UPDATE approval_requests SET status = $2::text::approval_status,
              finished_at = CASE WHEN $2 <> 'requested' THEN coalesce(finished_at, now()) END
          WHERE id = $1",
    begin: "INSERT INTO approval_requests (
                tenant_id, workspace_id, run_id, risk_tier, approval_subject, status, finished_at, approvals, rejections
            )
            SELECT a.tenant_id, a.workspace_id, a.run_id, a.risk_tier, a.approval_subject, $2::text::approval_status,
                CASE WHEN $2 <> 'requested' THEN now() END, ($2 = 'approved')::integer, ($2 = 'rejected')::integer
            FROM approval_requests AS a WHERE a.id = $1",
};

async fn go(tenant: &Tenant, sql: &'static str, row: Uuid, to: &str) -> Result<u64, Error> {
    tenant.execute(sql, &[&row, &to]).await
}

/// Takes every pair of different statuses, and gives how many there were.
async fn try_all<T: Copy + PartialEq + Display>(
    planted: &Planted,
    machine: &Machine,
    row: Uuid,
    statuses: &[T],
    may: impl Fn(T, T) -> bool,
) -> usize {
    // From here on no trigger fires for the superuser, who can put a row anywhere.
    let replica = "SET session_replication_role = replica";
    planted.superuser.batch_execute(replica).await.unwrap();
    let mut pairs = 0;
    for from in statuses.iter().copied() {
        for to in statuses.iter().copied().filter(|to| *to != from) {
            planted.superuser.execute(machine.go, &[&row, &from.to_string()]).await.unwrap();
            let gone = go(&planted.tenant, machine.go, row, &to.to_string()).await;
            let table = machine.table;
            match gone {
                Ok(1) => assert!(may(from, to), "{table} went from {from} to {to}"),
                Err(Error::Conflict { reason, .. }) => {
                    assert!(!may(from, to), "{table} did not go from {from} to {to}: {reason}");
                    let told = format!("a row of {table} cannot go from {from} to {to}");
                    assert_eq!(reason, told);
                }
                other => panic!("{table} from {from} to {to}: {other:?}"),
            }
            pairs += 1;
        }
        // To stay is no step.
        planted.superuser.execute(machine.go, &[&row, &from.to_string()]).await.unwrap();
        let stays = go(&planted.tenant, machine.go, row, &from.to_string()).await.unwrap();
        assert_eq!(stays, 1);
    }
    pairs
}

/// Begins a row with each status.
async fn try_first<T: Copy + PartialEq + Display>(
    planted: &Planted,
    machine: &Machine,
    row: Uuid,
    statuses: &[T],
    first: &[T],
) {
    for status in statuses {
        match go(&planted.tenant, machine.begin, row, &status.to_string()).await {
            Ok(1) => assert!(first.contains(status), "{} began as {status}", machine.table),
            Err(Error::Conflict { reason, .. }) => {
                assert!(!first.contains(status), "{} did not begin as {status}", machine.table);
                let told = format!("a row of {} cannot begin as {status}", machine.table);
                assert_eq!(reason, told);
            }
            other => panic!("{} as {status}: {other:?}", machine.table),
        }
    }
}

async fn step_of(planted: &Planted) -> Uuid {
    let sql = "SELECT id FROM steps";
    planted.superuser.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn runs_go_where_they_may_and_nowhere_else() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 1).await[0].0;
    let all = RunStatus::ALL;
    assert_eq!(try_all(&planted, &RUNS, run, all, RunStatus::may_become).await, 42);
    try_first(&planted, &RUNS, run, all, RunStatus::FIRST).await;
}

#[tokio::test]
async fn steps_go_where_they_may_and_nowhere_else() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let step = step_of(&planted).await;
    let all = StepStatus::ALL;
    assert_eq!(try_all(&planted, &STEPS, step, all, StepStatus::may_become).await, 42);
    try_first(&planted, &STEPS, step, all, StepStatus::FIRST).await;
}

#[tokio::test]
async fn requests_go_where_they_may_and_nowhere_else() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    let run = planted.runs(1, 1).await[0].0;
    let sql = "INSERT INTO approval_requests (tenant_id, workspace_id, run_id, risk_tier, approval_subject)
               VALUES ($1, $2, $3, 'high', 'Refund') RETURNING id";
    let (tenant, workspace) = (planted.tenant.id().0, planted.workspace.0);
    let row = planted.superuser.query_one(sql, &[&tenant, &workspace, &run]).await.unwrap();
    let request: Uuid = row.get(0);
    // As if as many had decided as it takes, either way, and the time were over.
    let ripe = "UPDATE approval_requests SET approvals = 1, rejections = 1, expires_at = now()";
    planted.superuser.batch_execute(ripe).await.unwrap();
    let all = ApprovalStatus::ALL;
    assert_eq!(try_all(&planted, &APPROVALS, request, all, ApprovalStatus::may_become).await, 20);
    // A run has one open request at a time.
    planted.superuser.execute(APPROVALS.go, &[&request, &"expired"]).await.unwrap();
    try_first(&planted, &APPROVALS, request, all, ApprovalStatus::FIRST).await;
}
