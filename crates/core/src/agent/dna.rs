use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AgentSpec;
use crate::ids::{AgentId, PrincipalId, TeamId};

/// An agent as it is stored: its spec, and what the platform knows about it.
///
/// As JSON, the keys of the spec stand beside the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentDna {
    /// The id.
    pub id: AgentId,
    /// The team it belongs to.
    pub team_id: TeamId,
    /// What its maker wrote.
    #[serde(flatten)]
    pub spec: AgentSpec,
    /// Who made it, if anybody is known.
    #[serde(default)]
    pub created_by: Option<PrincipalId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
