//! Workflows: what agents are to do, step by step, in versions that never change.
//!
//! A [`WorkflowFile`] is what somebody writes, YAML or JSON; the [`WorkflowDefinition`] in it has all defaults filled in, and a
//! digest that is the same for all files of the same meaning. The shape of a file is in the schema that [`json_schema`] makes
//! from the types, which is also what checks a file.

mod check;
mod definition;
mod document;
mod file;
mod plan;
mod risk;
mod schema;
mod source;
mod timespan;
mod version;

pub use check::language;
pub use definition::{
    ApprovalGate, Branch, Case, ConnectorAction, LlmCall, MAX_STEPS, ModelPin, OnExpiry, Planner,
    Retry, Step, StepAction, StepType, Target, WorkflowDefinition,
};
pub use file::{WorkflowFile, inputs};
pub use plan::PlanSpec;
pub use risk::{RiskTier, check_approval_tiers};
pub use schema::json_schema;
pub use timespan::Timespan;
pub use version::{SemVer, VersionConstraint};
