use std::time::Duration;

use agentflow_core::ids::{ApprovalRequestId, RunId, TenantId};
use serde_json::json;

use super::rows::Latest;
use crate::webhook::Webhook;

/// How long the hook may take, with all attempts.
const LIMIT: Duration = Duration::from_secs(60);

/// That somebody is to be told of a request.
pub(crate) struct Notice {
    id: ApprovalRequestId,
    body: String,
}

impl Notice {
    /// Never with the payload: whoever receives it need not be one who may see that.
    pub(super) fn new(tenant: TenantId, run: RunId, latest: &Latest) -> Self {
        let body = json!({
            "event": "approval.requested",
            "tenant_id": tenant,
            "workspace_id": latest.workspace_id,
            "run_id": run,
            "approval_request_id": latest.id,
            "workflow": latest.workflow_name,
            "step": latest.gate.as_ref().map(|gate| gate.name.as_str()),
            "subject": latest.subject,
            "risk_tier": latest.risk_tier,
            "required_approvers": latest.required_approvers,
            "expires_at": latest.expires_at,
        });
        Self { id: latest.id, body: body.to_string() }
    }
}

/// Tells the hook; false if it could not be told.
pub(crate) async fn tell(hook: &Webhook, notice: &Notice) -> bool {
    let id = notice.id.to_string();
    let error =
        match tokio::time::timeout(LIMIT, hook.post(&id, "application/json", &notice.body)).await {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("{} took longer than a minute", hook.place()),
        };
    tracing::warn!(request = id, error, "the hook was not told of a request for approval");
    false
}
