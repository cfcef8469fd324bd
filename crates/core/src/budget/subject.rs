use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, PrincipalId, WorkflowId, WorkspaceId};

/// Whom and what something is about: usage, or a budget.
///
/// A budget is about usage when the usage has everything that the budget names; what the budget does not name does not
/// matter. One that names nothing is about all usage of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// The workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<WorkspaceId>,
    /// The user or service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<PrincipalId>,
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// The model. Of a budget, with a `*` at the end: every model that begins like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}
