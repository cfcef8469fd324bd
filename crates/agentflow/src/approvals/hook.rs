use std::time::Duration;

use agentflow_core::ids::{RunId, TenantId};
use serde_json::json;

use super::rows::Latest;
use crate::webhook::Webhook;

/// How long the hook may take, with all attempts.
const LIMIT: Duration = Duration::from_secs(60);

/// A request that somebody is to be told of.
pub(super) struct Notice {
    pub(super) tenant: TenantId,
    pub(super) run: RunId,
    pub(super) latest: Latest,
}

impl Notice {
    /// Never the payload: whoever receives it need not be one who may see that.
    fn body(&self) -> String {
        let latest = &self.latest;
        json!({
            "event": "approval.requested",
            "tenant_id": self.tenant,
            "workspace_id": latest.workspace_id,
            "run_id": self.run,
            "approval_request_id": latest.id,
            "workflow": latest.workflow_name,
            "step": latest.gate.as_ref().map(|gate| gate.name.as_str()),
            "subject": latest.subject,
            "risk_tier": latest.risk_tier,
            "required_approvers": latest.required_approvers,
            "expires_at": latest.expires_at,
        })
        .to_string()
    }
}

/// Tells the hook; false if it could not be told.
pub(super) async fn tell(hook: &Webhook, notice: &Notice) -> bool {
    let id = notice.latest.id.to_string();
    let body = notice.body();
    let error = match tokio::time::timeout(LIMIT, hook.post(&id, "application/json", &body)).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("{} took longer than a minute", hook.place()),
    };
    tracing::warn!(request = id, error, "the hook was not told of a request for approval");
    false
}
