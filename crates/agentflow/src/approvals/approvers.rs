use std::collections::BTreeMap;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    identity::{Permission, PrincipalKind},
    ids::PrincipalId,
    workflow::RiskTier,
};
use agentflow_sql::queries::approvals as sql;

use super::{ApprovalRequest, decide::OPERATION};
use crate::{
    error::Result,
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// What is needed to decide on a tier for which the workspace names no roles.
const PERMISSION: &str = "approval:decide";

/// Why somebody may not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no such principal.
    Unknown,
    Inactive,
    /// It is their own run.
    Requester,
    /// They hold none of the roles that the workspace names for the tier.
    NoRole(Vec<String>),
    /// None of their roles there has the permission.
    NoPermission,
    /// What the workspace names cannot be read.
    BadSetting,
}

/// Somebody who wants to decide.
#[derive(Debug)]
pub(super) struct Approver {
    id: PrincipalId,
    kind: PrincipalKind,
    refusal: Option<Refusal>,
}

impl Refusal {
    fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_principal",
            Self::Inactive => "inactive_principal",
            Self::Requester => "own_run",
            Self::NoRole(_) => "no_role",
            Self::NoPermission => "no_permission",
            Self::BadSetting => "malformed_approval_tiers",
        }
    }

    fn reason(&self, tier: RiskTier) -> String {
        match self {
            Self::Unknown => "there is no such principal".to_owned(),
            Self::Inactive => "the principal is deactivated".to_owned(),
            Self::Requester => "the run is its own".to_owned(),
            Self::NoRole(roles) if roles.is_empty() => {
                format!("the workspace names no role that decides where the risk is {tier}")
            }
            Self::NoRole(roles) => {
                format!("where the risk is {tier}, the workspace asks for one of the roles: {}", roles.join(", "))
            }
            Self::NoPermission => format!("none of its roles there has the permission {PERMISSION}"),
            Self::BadSetting => {
                "the setting approval_tiers of the workspace is malformed: expected names of roles by risk tier, as in \
                 {\"high\": [\"approver\"]}"
                    .to_owned()
            }
        }
    }
}

impl Approver {
    /// The error and the event of a refusal; none for one who may decide.
    pub(super) fn refusal(&self, request: &ApprovalRequest) -> Option<(String, Event)> {
        let refusal = self.refusal.as_ref()?;
        let reason = format!(
            "principal {} may not decide on request {}: {}",
            self.id,
            request.id,
            refusal.reason(request.risk_tier)
        );
        let actor = Actor::principal(self.kind, self.id);
        let resource = Resource::new("permission", PERMISSION);
        let mut event = Event::new("access.denied", resource, actor)
            .failed()
            .with_detail("permission", PERMISSION)
            .with_detail("workspace_id", request.workspace_id.to_string())
            .with_detail("approval_request_id", request.id.to_string())
            .with_detail("reason", refusal.word());
        event.workspace_id = Some(request.workspace_id.0);
        Some((reason, event))
    }
}

/// The built-in roles that may decide where a workspace names none. Over a connection of its own: to be asked before a
/// transaction is begun.
pub(super) async fn builtin_deciders(handle: &Handle) -> Result<Vec<String>> {
    let permission: Permission =
        PERMISSION.parse().map_err(crate::error::Error::invalid(OPERATION))?;
    handle.shared.permissions.holders(OPERATION, handle, &permission).await
}

/// Whether this principal may decide on this request.
pub(super) async fn find(
    handle: &Handle,
    tx: TenantTx,
    request: &ApprovalRequest,
    principal: PrincipalId,
    builtin_deciders: &Vec<String>,
) -> Result<(TenantTx, Approver)> {
    let row = sql::get_approver()
        .bind(
            &tx,
            builtin_deciders,
            &PERMISSION,
            handle.tenant.as_uuid(),
            principal.as_uuid(),
            request.workspace_id.as_uuid(),
            &handle.shared.now(),
        )
        .opt()
        .await;
    let (tx, row) = settle(OPERATION, tx, row).await?;
    settle_with(tx, judge(request, principal, row)).await
}

fn judge(
    request: &ApprovalRequest,
    id: PrincipalId,
    row: Option<sql::GetApprover>,
) -> Result<Approver> {
    let Some(row) = row else {
        // One that there is not has no kind; a person is what most are.
        return Ok(Approver { id, kind: PrincipalKind::Human, refusal: Some(Refusal::Unknown) });
    };
    let refusal = if !row.is_active {
        Some(Refusal::Inactive)
    } else if request.requested_by == Some(id) {
        Some(Refusal::Requester)
    } else {
        lacks(request.risk_tier, &row)
    };
    Ok(Approver { id, kind: known("principals", "type", id, &row.r#type)?, refusal })
}

/// What somebody lacks to decide on a tier.
fn lacks(tier: RiskTier, row: &sql::GetApprover) -> Option<Refusal> {
    let Ok(mut tiers) = serde_json::from_str::<BTreeMap<String, Vec<String>>>(&row.approval_tiers)
    else {
        return Some(Refusal::BadSetting);
    };
    match tiers.remove(tier.as_str()) {
        Some(roles) if roles.iter().any(|role| row.roles.contains(role)) => None,
        Some(roles) => Some(Refusal::NoRole(roles)),
        None if row.holds_permission => None,
        None => Some(Refusal::NoPermission),
    }
}
