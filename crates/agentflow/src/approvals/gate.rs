use agentflow_core::{
    audit::Actor,
    ids::{PrincipalId, StepId, WorkspaceId},
    run::ApprovalStatus,
    workflow::{ApprovalGate, OnExpiry},
};
use agentflow_sql::queries::runs as sql;
use serde_json::{Value, json};

use super::{
    request::{NewRequest, insert_request},
    rows::{self, Latest},
};
use crate::{error::Result, runs::Claim, scope::TenantTx, settle::settle, store::Handle};

/// A gate that was begun.
#[derive(Debug, Clone, Copy)]
pub struct HeldGate<'a> {
    /// Where the run is.
    pub workspace_id: WorkspaceId,
    /// The step that was begun.
    pub step_id: StepId,
    /// Whose run it is, who may not decide.
    pub requested_by: Option<PrincipalId>,
    /// What it asks.
    pub gate: &'a ApprovalGate,
}

/// What became of a gate that was to be held.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold {
    /// People are asked, the run waits, and the claim has ended.
    Waiting,
    /// They were asked before, and approved: a worker was lost after it resumed the run. The gate is to be finished as
    /// succeeded with its output.
    Passed(PassedGate),
    /// The claim is lost.
    Lost,
}

/// A gate that was approved. Its step runs again, and is to be finished as succeeded with this output.
#[derive(Debug, Clone, PartialEq)]
pub struct PassedGate {
    /// The step.
    pub step_id: StepId,
    /// Its place in the definition, from 1.
    pub sequence: i32,
    /// Its name there.
    pub name: String,
    /// `{"approved": true, "by": [ids of principals], "payload": {…}}`: who approved, in that order, and what. Fewer than were
    /// asked for where nobody decided in time and that approves.
    pub output: Value,
}

impl PassedGate {
    /// The gate that asked; none if a policy did.
    pub(super) fn of(latest: &Latest) -> Option<Self> {
        let gate = latest.gate.as_ref()?;
        let by: Vec<_> = latest.approved_by.iter().map(PrincipalId::to_string).collect();
        Some(Self {
            step_id: gate.step_id,
            sequence: gate.sequence,
            name: gate.name.clone(),
            output: json!({ "approved": true, "by": by, "payload": latest.payload }),
        })
    }
}

/// See [`Approvals::hold`](super::Approvals::hold).
pub(super) async fn hold(
    handle: &Handle,
    claim: &Claim,
    held: &HeldGate<'_>,
    by: &Actor,
) -> Result<Hold> {
    const OPERATION: &str = "ask for approval";
    let tx = handle.begin(OPERATION).await?;
    let (tx, latest) = rows::latest(OPERATION, handle, tx, claim.run_id).await?;
    if let Some(passed) = latest.filter(Latest::is_passed).as_ref().and_then(PassedGate::of)
        && passed.step_id == held.step_id
    {
        tx.rollback().await?;
        return Ok(Hold::Passed(passed));
    }
    let (tx, is_held) = hold_step(OPERATION, handle, tx, claim, held.step_id).await?;
    if !is_held {
        tx.rollback().await?;
        return Ok(Hold::Lost);
    }
    let HeldGate { workspace_id, step_id, requested_by, gate } = *held;
    let request = NewRequest {
        workspace_id,
        run_id: claim.run_id,
        step_id: Some(step_id),
        requested_by,
        risk_tier: gate.risk_tier,
        subject: &gate.subject,
        payload: &gate.with,
        required_approvers: gate.approvers,
        on_expiry: gate.on_expiry,
        expires_after: gate.expires_after,
    };
    let (tx, requested) = insert_request(OPERATION, handle, tx, &request, by).await?;
    tx.audit_and_commit(&requested.event).await?;
    // Somebody is to tell the hook.
    handle.shared.wake_workers();
    Ok(Hold::Waiting)
}

async fn hold_step(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    claim: &Claim,
    step: StepId,
) -> Result<(TenantTx, bool)> {
    let held = sql::hold_step()
        .bind(&tx, handle.tenant.as_uuid(), claim.run_id.as_uuid(), &claim.fencing, step.as_uuid())
        .opt()
        .await;
    let (tx, held) = settle(operation, tx, held).await?;
    Ok((tx, held.is_some()))
}

impl Latest {
    /// Whether the run may go on.
    pub(super) fn is_passed(&self) -> bool {
        match self.status {
            ApprovalStatus::Approved => true,
            ApprovalStatus::Expired => self.on_expiry == OnExpiry::Approve,
            ApprovalStatus::Requested | ApprovalStatus::Rejected | ApprovalStatus::Canceled => {
                false
            }
        }
    }
}
