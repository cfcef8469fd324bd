//! Requests for approval: who decides them, how many it takes, and what becomes of the run.

use std::time::Duration;

use agentflow::{
    DataPersistenceMode, Error, PrincipalId, RoleId, Tenant,
    approvals::{
        ApprovalFilter, ApprovalGate, ApprovalRequest, ApprovalRequestId, ApprovalStatus, Choice,
        Decide, Decided, HeldGate, Hold, Looked, PassedGate,
    },
    audit::Actor,
    core::workflow::StepAction,
    identity::NewBinding,
    runs::{
        Begun, Claim, ClaimRequest, Queue, RecordedKind, Run, RunId, RunStatus, StepOutcome,
        StepStatus,
    },
};
use serde_json::{Map, Value, json};
use tokio_postgres::Client;

use crate::{
    runs::support::{Place, ann, newest, object, recorded},
    support::World,
};

mod deciders;
mod ends;
mod expiry;
mod hook;
mod isolation;
mod payload;
mod policy;
mod quorum;
mod resume;

fn worker() -> Actor {
    Actor::service("worker-1")
}

/// A gate, and a step behind it.
fn gate(approvers: usize, more: &str) -> String {
    format!(
        "risk_tier: low\nsteps:\n  - {{ name: ask, type: approval_gate, subject: Pay it?, risk_tier: high, \
         approvers: {approvers}, with: {{ amount: 500, to: Bob }}{more} }}\n  \
         - {{ name: pay, type: connector_action, tool: bank }}\n"
    )
}

/// A place whose workflow begins with a gate.
struct Office {
    world: World,
    place: Place,
    tenant: Tenant,
    queue: Queue,
    superuser: Client,
    approver_role: RoleId,
}

impl Office {
    async fn new(approvers: usize) -> Self {
        Self::with(&gate(approvers, "")).await
    }

    async fn with(definition: &str) -> Self {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        let place = Place::with(&tenant, DataPersistenceMode::MetadataOnly, definition).await;
        let (queue, superuser) = (world.store.run_queue(), world.superuser().await);
        let approver_role = tenant.roles().find("approver", None).await.unwrap().unwrap().id;
        Self { world, place, tenant, queue, superuser, approver_role }
    }

    /// Somebody with the role that decides where the workspace names none.
    async fn approver(&self, name: &str) -> PrincipalId {
        let id = self.place.person(name).await;
        self.bind(id, self.approver_role).await;
        id
    }

    async fn bind(&self, principal_id: PrincipalId, role_id: RoleId) {
        let workspace_id = Some(self.place.workspace);
        let new = NewBinding { principal_id, role_id, workspace_id, expires_at: None };
        self.tenant.roles().bind(new, &ann()).await.unwrap();
    }

    /// The only run that is due.
    async fn claim(&self) -> Claim {
        let claims = self.claims().await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims[0]
    }

    async fn claims(&self) -> Vec<Claim> {
        let lease = Duration::from_secs(60);
        let request =
            ClaimRequest { worker: "worker-1".to_owned(), limit: 10, lease, tenants: None };
        self.queue.claim(&request).await.unwrap()
    }

    async fn begin(&self, claim: &Claim) -> Begun {
        let mut begun = self.queue.begin(std::slice::from_ref(claim)).await.unwrap();
        assert_eq!(begun.len(), 1);
        begun.remove(0)
    }

    async fn hold(&self, begun: &Begun) -> Hold {
        let gate = self.gate(begun);
        let held = HeldGate {
            workspace_id: begun.workspace_id,
            step_id: begun.step.id,
            requested_by: begun.triggered_by,
            gate: &gate,
        };
        self.tenant.approvals().hold(&begun.claim, &held, &worker()).await.unwrap()
    }

    fn gate(&self, begun: &Begun) -> ApprovalGate {
        match &self.place.version.definition.step(&begun.step.name).unwrap().1.action {
            StepAction::ApprovalGate(gate) => gate.clone(),
            other => panic!("{other:?}"),
        }
    }

    async fn look(&self, claim: &Claim) -> Looked {
        self.tenant.approvals().look(claim, None, &worker()).await.unwrap()
    }

    /// A run that waits at its gate, and that a worker has looked at.
    async fn waiting(&self) -> (Run, ApprovalRequest) {
        let run = self.place.start().await;
        let claim = self.claim().await;
        assert_eq!(self.hold(&self.begin(&claim).await).await, Hold::Waiting);
        assert_eq!(self.look(&self.claim().await).await, Looked::Waiting);
        (run.clone(), self.request_of(run.id).await)
    }

    async fn request_of(&self, run: RunId) -> ApprovalRequest {
        let filter = ApprovalFilter { run: Some(run), ..ApprovalFilter::default() };
        self.tenant.approvals().list(&filter, None, 10).await.unwrap().remove(0)
    }

    async fn now(&self, id: ApprovalRequestId) -> ApprovalRequest {
        self.tenant.approvals().get(id).await.unwrap().unwrap()
    }

    async fn approve(&self, id: ApprovalRequestId, by: PrincipalId) -> Result<Decided, Error> {
        self.decide(id, approves(by)).await
    }

    async fn reject(&self, id: ApprovalRequestId, by: PrincipalId) -> Result<Decided, Error> {
        self.decide(id, Decide { choice: Choice::Reject, ..approves(by) }).await
    }

    async fn decide(&self, id: ApprovalRequestId, decide: Decide) -> Result<Decided, Error> {
        self.tenant.approvals().decide(id, &decide, &ann()).await
    }

    /// Where the run stands, and its steps in their order.
    async fn state(&self, run: &Run) -> (RunStatus, Vec<StepStatus>) {
        let status = self.place.now(run).await.status;
        let sql = "SELECT status::text FROM steps WHERE run_id = $1 ORDER BY sequence";
        let steps = self.superuser.query(sql, &[&run.id.0]).await.unwrap();
        (status, steps.iter().map(|row| row.get::<_, &str>(0).parse().unwrap()).collect())
    }

    async fn sql(&self, sql: &str) {
        self.superuser.batch_execute(sql).await.unwrap();
    }
}

fn approves(by: PrincipalId) -> Decide {
    Decide { by, choice: Choice::Approve { payload: None }, reason: None, seen: None }
}

/// Approves something else.
fn changes_to(by: PrincipalId, payload: &Value) -> Decide {
    Decide { choice: Choice::Approve { payload: Some(object(payload)) }, ..approves(by) }
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.unwrap_err() {
        Error::Conflict { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn denied<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.unwrap_err() {
        Error::Denied { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}
