//! Runs that are there without having been started, for tests of the queue.

use std::time::Duration;

use agentflow::{
    NewWorkspace, Tenant, WorkflowVersionId, WorkspaceId,
    audit::Actor,
    runs::{
        Begun, Claim, ClaimRequest, Queue, Recorded, RecordedKind, RunId, StepId, StepOutcome,
        StepReport,
    },
    workflows::WorkflowSpec,
};
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::World;

pub const LEASE: Duration = Duration::from_secs(60);

/// A tenant with a workflow, and runs of it.
pub struct Planted {
    pub tenant: Tenant,
    pub workspace: WorkspaceId,
    pub version: WorkflowVersionId,
    pub queue: Queue,
    pub superuser: Client,
}

impl Planted {
    pub async fn new(world: &World) -> Self {
        Self::named(world, "Acme").await
    }

    pub async fn named(world: &World, name: &str) -> Self {
        let tenant = world.tenant(name).await;
        let ann = Actor::user("ann");
        let workspace =
            tenant.workspaces().create(NewWorkspace::named("Finance"), &ann).await.unwrap().id;
        let workflows = tenant.workflows();
        let workflow =
            workflows.create(workspace, WorkflowSpec::named("Refunds"), &ann).await.unwrap();
        let text = "version: 1.0.0\nsteps:\n  - { name: ask, type: llm_call }\n";
        let version = workflows.publish(workflow.id, text, &ann).await.unwrap().version.id;
        let (queue, superuser) = (world.store.run_queue(), world.superuser().await);
        Self { tenant, workspace, version, queue, superuser }
    }

    /// The same for somebody else at the same time.
    pub async fn over_another_connection(&self, world: &World) -> Self {
        let (tenant, superuser) = (self.tenant.clone(), world.superuser().await);
        Self { tenant, queue: self.queue.clone(), superuser, ..*self }
    }

    /// Runs of so many steps, in the order in which they are due.
    pub async fn runs(&self, runs: i32, steps: i32) -> Vec<RunId> {
        const RUNS: &str = "
            INSERT INTO runs (tenant_id, id, workspace_id, workflow_version_id, request_digest, due_at, input)
            SELECT $1, gen_random_uuid(), $2, $3, sha256(''), now() - ($4 - n) * interval '1 ms', '{\"n\": 1}'
            FROM generate_series(1, $4::integer) AS n
            RETURNING id, due_at";
        const STEPS: &str = "
            INSERT INTO steps (tenant_id, workspace_id, run_id, step_name, step_type, sequence)
            SELECT $1, $2, run, 's' || n, 'llm_call', n
            FROM unnest($3::uuid[]) AS run, generate_series(1, $4::integer) AS n";
        let (tenant, workspace) = (self.tenant.id().0, self.workspace.0);
        let mut rows = self
            .superuser
            .query(RUNS, &[&tenant, &workspace, &self.version.0, &runs])
            .await
            .unwrap();
        rows.sort_by_key(|row| row.get::<_, jiff::Timestamp>(1));
        let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
        self.superuser.execute(STEPS, &[&tenant, &workspace, &ids, &steps]).await.unwrap();
        ids.into_iter().map(RunId).collect()
    }

    /// From here on the workspace keeps contents.
    pub async fn keep_contents(&self) {
        let sql = "UPDATE workspaces SET data_persistence_mode = 'full'";
        self.superuser.execute(sql, &[]).await.unwrap();
    }

    pub async fn claim(&self, worker: &str, limit: u16) -> Vec<Claim> {
        self.queue.claim(&request(worker, limit)).await.unwrap()
    }

    pub async fn begin(&self, claims: &[Claim]) -> Vec<Begun> {
        self.queue.begin(claims).await.unwrap()
    }

    /// The only run there is to claim, with its step begun.
    pub async fn work(&self, worker: &str) -> Begun {
        let claims = self.claim(worker, 1).await;
        assert_eq!(claims.len(), 1, "{worker} found nothing to claim");
        let mut begun = self.begin(&claims).await;
        assert_eq!(begun.len(), 1, "{worker} could not begin {claims:?}");
        begun.remove(0)
    }

    pub async fn finish(&self, report: StepReport) -> RecordedKind {
        let step = report.step.id;
        let recorded = self.queue.finish(vec![report]).await.unwrap();
        let [Recorded { step_id, kind, .. }] = recorded[..] else { panic!("{recorded:?}") };
        assert_eq!(step_id, step);
        kind
    }

    /// As if the worker had not been heard of for the length of its lease.
    pub async fn lose_workers(&self) {
        self.due(-1).await;
    }

    /// Whatever is due at some time is due so many seconds from now.
    pub async fn due(&self, seconds: i32) {
        let sql = "UPDATE runs SET due_at = now() + $1 * interval '1 s' WHERE due_at IS NOT NULL";
        self.superuser.execute(sql, &[&f64::from(seconds)]).await.unwrap();
    }

    /// The rows that the query gives, as JSON; `$1` is the tenant.
    pub async fn rows(&self, query: &str) -> Value {
        let sql = format!("SELECT coalesce(jsonb_agg(to_jsonb(it)), '[]') FROM ({query}) AS it");
        self.superuser.query_one(&sql, &[&self.tenant.id().0]).await.unwrap().get(0)
    }

    /// Where the run stands, and its steps in their order.
    pub async fn state(&self, run: RunId) -> (String, Vec<String>) {
        let sql = "SELECT status::text FROM runs WHERE id = $1";
        let status = self.superuser.query_one(sql, &[&run.0]).await.unwrap().get(0);
        let sql = "SELECT status::text FROM steps WHERE run_id = $1 ORDER BY sequence";
        let steps = self.superuser.query(sql, &[&run.0]).await.unwrap();
        (status, steps.iter().map(|row| row.get(0)).collect())
    }
}

pub fn request(worker: &str, limit: u16) -> ClaimRequest {
    ClaimRequest { worker: worker.to_owned(), limit, lease: LEASE, tenants: None }
}

pub fn succeeded(output: impl Into<Value>, next: Option<i32>) -> StepOutcome {
    StepOutcome::Succeeded { output: output.into(), next }
}

pub fn failed(error: &str) -> StepOutcome {
    StepOutcome::Failed { error: error.to_owned() }
}

pub fn put_off(error: &str, after: Duration) -> StepOutcome {
    StepOutcome::FailedRetryable { error: error.to_owned(), after }
}

/// Recorded just now, with the step that began.
pub fn began(kind: RecordedKind) -> Option<StepId> {
    let RecordedKind::Now { next_step_id } = kind else { panic!("{kind:?}") };
    next_step_id
}
