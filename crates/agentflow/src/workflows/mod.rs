//! Workflows of a tenant, their versions, which never change, and plans for carrying them out.
//!
//! What a definition may say, and what needs no database, is in [`agentflow_core::workflow`].

mod plans;
mod references;
mod rows;
mod versions;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod workflows;

pub use agentflow_core::{
    ids::{PlanId, WorkflowId, WorkflowVersionId},
    workflow::{PlanSpec, Planner, RiskTier, SemVer, WorkflowDefinition},
};
pub use plans::{Plan, PlanFilter, Plans};
pub(crate) use rows::version as version_row;
pub use versions::{Published, VersionSummary, WorkflowVersion};
pub use workflows::{Workflow, WorkflowSpec, Workflows};
