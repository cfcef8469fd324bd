//! Rows of requests and decisions, read so that a value nobody foresaw is an error that names it.

use std::time::Duration;

use agentflow_core::{
    canonical,
    hash::Sha256,
    ids::{ApprovalDecisionId, ApprovalRequestId, PrincipalId, RunId, StepId, WorkspaceId},
    run::ApprovalStatus,
    workflow::{OnExpiry, RiskTier},
};
use agentflow_sql::queries::approvals as sql;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{ApprovalDecision, ApprovalRequest};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

const REQUESTS: &str = "approval_requests";
const DECISIONS: &str = "approval_decisions";

/// The request a run waits for, as whoever goes on with the run needs it.
#[derive(Debug)]
pub(super) struct Latest {
    pub(super) id: ApprovalRequestId,
    pub(super) workspace_id: WorkspaceId,
    /// None if a policy asked.
    pub(super) gate: Option<Gate>,
    pub(super) workflow_name: String,
    pub(super) risk_tier: RiskTier,
    pub(super) subject: String,
    pub(super) payload: Map<String, Value>,
    pub(super) required_approvers: i32,
    pub(super) status: ApprovalStatus,
    pub(super) on_expiry: OnExpiry,
    pub(super) expires_at: Option<Timestamp>,
    /// Whether the time to decide is over.
    pub(super) is_past: bool,
    /// Whether the hook was told.
    pub(super) is_told: bool,
    pub(super) age: Duration,
    pub(super) approved_by: Vec<PrincipalId>,
}

#[derive(Debug)]
pub(super) struct Gate {
    pub(super) step_id: StepId,
    pub(super) name: String,
    pub(super) sequence: i32,
}

/// The latest request of a run.
pub(super) async fn latest(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    run: RunId,
) -> Result<(TenantTx, Option<Latest>)> {
    let row =
        sql::get_request_of_run().bind(&tx, handle.tenant.as_uuid(), run.as_uuid()).opt().await;
    let (tx, row) = settle(operation, tx, row).await?;
    settle_with(tx, row.map(Latest::read).transpose()).await
}

impl Latest {
    fn read(row: sql::GetRequestOfRun) -> Result<Self> {
        let id = row.id;
        let gate = match (row.step_id, row.step_name, row.sequence) {
            (Some(step_id), Some(name), Some(sequence)) => {
                Some(Gate { step_id: StepId(step_id), name, sequence })
            }
            _ => None,
        };
        Ok(Self {
            id: ApprovalRequestId(id),
            workspace_id: WorkspaceId(row.workspace_id),
            gate,
            workflow_name: row.workflow_name,
            risk_tier: known(REQUESTS, "risk_tier", id, &row.risk_tier)?,
            subject: row.approval_subject,
            payload: stored_json(REQUESTS, "payload", id, &row.payload)?,
            required_approvers: row.required_approvers,
            status: known(REQUESTS, "status", id, &row.status)?,
            on_expiry: known(REQUESTS, "on_expiry", id, &row.on_expiry)?,
            expires_at: row.expires_at,
            is_past: row.is_past,
            is_told: row.notified_at.is_some(),
            age: Duration::from_millis(u64::try_from(row.age_ms).unwrap_or(0)),
            approved_by: row.approved_by.into_iter().map(PrincipalId).collect(),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn request(row: sql::ApprovalRequestBorrowed<'_>) -> Result<ApprovalRequest> {
    let id = row.id;
    let payload = stored_json(REQUESTS, "payload", id, row.payload)?;
    Ok(ApprovalRequest {
        id: ApprovalRequestId(id),
        workspace_id: WorkspaceId(row.workspace_id),
        run_id: RunId(row.run_id),
        step_id: row.step_id.map(StepId),
        step_name: row.step_name.map(str::to_owned),
        workflow_name: row.workflow_name.to_owned(),
        requested_by: row.requested_by.map(PrincipalId),
        risk_tier: known(REQUESTS, "risk_tier", id, row.risk_tier)?,
        subject: row.approval_subject.to_owned(),
        context: stored_json(REQUESTS, "approval_context", id, row.approval_context)?,
        payload_digest: digest(id, &payload)?,
        payload,
        required_approvers: number(id, row.required_approvers)?,
        approvals: u32::try_from(row.approvals).unwrap_or(u32::MAX),
        status: known(REQUESTS, "status", id, row.status)?,
        on_expiry: known(REQUESTS, "on_expiry", id, row.on_expiry)?,
        expires_at: row.expires_at,
        notified_at: row.notified_at,
        finished_at: row.finished_at,
        created_at: row.created_at,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as generated queries give it")]
pub(super) fn decision(row: sql::ApprovalDecisionBorrowed<'_>) -> Result<ApprovalDecision> {
    let id = row.id;
    let json = |column, text: Option<&str>| {
        text.map(|text| stored_json(DECISIONS, column, id, text)).transpose()
    };
    let changes = row.payload_changes;
    Ok(ApprovalDecision {
        id: ApprovalDecisionId(id),
        approval_request_id: ApprovalRequestId(row.approval_request_id),
        decided_by: PrincipalId(row.decided_by),
        decided_by_name: row.display_name.to_owned(),
        decision: known(DECISIONS, "decision", id, row.decision)?,
        reason: row.reason.map(str::to_owned),
        payload: json("payload", row.payload)?,
        payload_changes: changes
            .map(|text| stored_json(DECISIONS, "payload_changes", id, text))
            .transpose()?,
        decided_at: row.decided_at,
    })
}

/// The SHA-256 of a payload as canonical JSON.
pub(super) fn digest(row: uuid::Uuid, payload: &Map<String, Value>) -> Result<Sha256> {
    let mut text = String::new();
    let written = canonical::write_object_as_doubles(&mut text, payload, "payload");
    written.map_err(|_| inconsistent("payload", row))?;
    Ok(Sha256::of(&[text.as_bytes()]))
}

fn number(row: uuid::Uuid, number: i32) -> Result<u32> {
    u32::try_from(number).map_err(|_| inconsistent("required_approvers", row))
}

fn inconsistent(column: &'static str, row: uuid::Uuid) -> Error {
    Error::Inconsistent { table: REQUESTS, column, row: row.to_string() }
}
