use agentflow_core::{
    audit::{Actor, Event},
    ids::{ApprovalRequestId, PrincipalId, RunId, StepId, WorkspaceId},
    workflow::{OnExpiry, RiskTier, Timespan},
};
use agentflow_sql::queries::approvals as sql;
use serde_json::{Map, Value};
use tokio_postgres::types::Json;

use super::events;
use crate::{error::Result, scope::TenantTx, settle::settle, store::Handle};

/// What people are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRequest<'a> {
    pub(crate) workspace_id: WorkspaceId,
    /// The run that waits, or will in the same transaction.
    pub(crate) run_id: RunId,
    /// The gate that asks; a policy does if absent, and then nobody can change the payload.
    pub(crate) step_id: Option<StepId>,
    /// Whose run it is, who may not decide.
    pub(crate) requested_by: Option<PrincipalId>,
    pub(crate) risk_tier: RiskTier,
    /// 1 to 1,000 characters.
    pub(crate) subject: &'a str,
    pub(crate) payload: &'a Map<String, Value>,
    /// 1 to 100.
    pub(crate) required_approvers: u32,
    pub(crate) on_expiry: OnExpiry,
    pub(crate) expires_after: Option<Timespan>,
}

/// A request that was inserted.
#[derive(Debug)]
pub(crate) struct Requested {
    /// To be appended by whoever commits, last, with what else is recorded.
    pub(crate) event: Event,
}

/// Asks. On an error the transaction is rolled back.
pub(crate) async fn insert_request(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    new: &NewRequest<'_>,
    by: &Actor,
) -> Result<(TenantTx, Requested)> {
    let id = ApprovalRequestId(handle.shared.next_id());
    let millis = new.expires_after.map(Timespan::as_millis).map(u64::cast_signed);
    let inserted = sql::insert_approval_request()
        .bind(
            &tx,
            handle.tenant.as_uuid(),
            id.as_uuid(),
            new.workspace_id.as_uuid(),
            new.run_id.as_uuid(),
            &new.step_id.map(|id| id.0),
            &new.requested_by.map(|id| id.0),
            &new.risk_tier.as_str(),
            &new.subject,
            &Json(new.payload),
            &new.required_approvers.cast_signed(),
            &new.on_expiry.as_str(),
            &millis,
        )
        .one()
        .await;
    let (tx, expires_at) = settle(operation, tx, inserted).await?;
    let event = events::of_request("approval.requested", id, new.workspace_id, new.run_id, by)
        .with_detail("step_id", new.step_id.map(|id| id.to_string()))
        .with_detail("requested_by", new.requested_by.map(|id| id.to_string()))
        .with_detail("risk_tier", new.risk_tier.as_str())
        .with_detail("required_approvers", new.required_approvers)
        .with_detail("expires_at", expires_at.map(|at| at.to_string()));
    Ok((tx, Requested { event }))
}
