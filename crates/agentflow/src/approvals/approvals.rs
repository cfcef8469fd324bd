use agentflow_core::{
    hash::Sha256,
    ids::{ApprovalDecisionId, ApprovalRequestId, PrincipalId, RunId, StepId, WorkspaceId},
    run::{ApprovalStatus, ApprovalVerdict},
    workflow::{OnExpiry, RiskTier},
};
use agentflow_sql::queries::approvals as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::rows;
use crate::{error::Result, store::Handle};

/// A request for approval as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApprovalRequest {
    /// The id.
    pub id: ApprovalRequestId,
    /// Where the run is.
    pub workspace_id: WorkspaceId,
    /// The run that waits.
    pub run_id: RunId,
    /// The gate that asks; a policy asked before the run began if absent.
    pub step_id: Option<StepId>,
    /// Its name.
    pub step_name: Option<String>,
    /// The workflow that runs.
    pub workflow_name: String,
    /// Whose run it is, who may not decide.
    pub requested_by: Option<PrincipalId>,
    /// Which roles may decide depends on it.
    pub risk_tier: RiskTier,
    /// What is asked.
    #[serde(rename = "approval_subject")]
    pub subject: String,
    /// What was to be approved when it was asked.
    #[serde(rename = "approval_context")]
    pub context: Map<String, Value>,
    /// What is to be approved: the same, unless the first to approve changed it.
    pub payload: Map<String, Value>,
    /// The SHA-256 of the payload as canonical JSON (RFC 8785).
    pub payload_digest: Sha256,
    /// How many must approve.
    pub required_approvers: u32,
    /// How many did.
    pub approvals: u32,
    /// Where it stands. One whose time is over stands as requested until a worker looks, though nobody can decide it any more.
    pub status: ApprovalStatus,
    /// What follows when nobody decides in time.
    pub on_expiry: OnExpiry,
    /// Until when it can be decided.
    pub expires_at: Option<Timestamp>,
    /// When the hook was told.
    pub notified_at: Option<Timestamp>,
    /// When it was settled.
    pub finished_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// A decision of one person. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApprovalDecision {
    /// The id.
    pub id: ApprovalDecisionId,
    /// The request.
    pub approval_request_id: ApprovalRequestId,
    /// Who decided.
    pub decided_by: PrincipalId,
    /// The name of who decided, as it is now.
    pub decided_by_name: String,
    /// What was decided.
    pub decision: ApprovalVerdict,
    /// Why.
    pub reason: Option<String>,
    /// What was approved, where it was changed.
    pub payload: Option<Map<String, Value>>,
    /// The difference to what was asked, as a JSON Patch (RFC 6902).
    pub payload_changes: Option<Value>,
    /// When.
    pub decided_at: Timestamp,
}

/// Which requests to list. By default all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApprovalFilter {
    /// Only those of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Only those of this run.
    pub run: Option<RunId>,
    /// Only those that stand there.
    pub status: Option<ApprovalStatus>,
}

/// The last request of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalCursor {
    /// When it was made.
    pub created_at: Timestamp,
    /// Its id.
    pub id: ApprovalRequestId,
}

impl From<&ApprovalRequest> for ApprovalCursor {
    fn from(request: &ApprovalRequest) -> Self {
        Self { created_at: request.created_at, id: request.id }
    }
}

/// The requests for approval of a tenant. Every decision is recorded in the tenant's audit chain, in the same transaction,
/// and so is every one that is refused because of who makes it.
#[derive(Debug, Clone)]
pub struct Approvals(pub(super) Handle);

impl Approvals {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The request with this id.
    pub async fn get(&self, id: ApprovalRequestId) -> Result<Option<ApprovalRequest>> {
        let flight = self.0.flight("get a request for approval").await?;
        let row = sql::get_approval_request()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .map(rows::request)
            .opt()
            .await;
        flight.land(row).await?.transpose()
    }

    /// A page of at most `limit` requests, newest first, behind `after`.
    pub async fn list(
        &self,
        filter: &ApprovalFilter,
        after: Option<ApprovalCursor>,
        limit: u16,
    ) -> Result<Vec<ApprovalRequest>> {
        let flight = self.0.flight("list requests for approval").await?;
        let rows = sql::list_approval_requests()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.workspace.map(|id| id.0),
                &filter.run.map(|id| id.0),
                &filter.status.map(ApprovalStatus::as_str),
                &after.map(|cursor| cursor.id.0),
                &after.map(|cursor| cursor.created_at),
                &i64::from(limit),
            )
            .map(rows::request)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }

    /// The decisions on these requests, in the order in which they were made.
    pub async fn decisions(&self, requests: &[ApprovalRequestId]) -> Result<Vec<ApprovalDecision>> {
        let ids: Vec<_> = requests.iter().map(|id| id.0).collect();
        let flight = self.0.flight("list decisions on requests for approval").await?;
        let rows = sql::list_approval_decisions()
            .bind(&flight, self.0.tenant.as_uuid(), &ids)
            .map(rows::decision)
            .all()
            .await;
        flight.land(rows).await?.into_iter().collect()
    }
}
