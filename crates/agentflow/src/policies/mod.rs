//! Policies of a tenant, where they are in force, and what they decided.
//!
//! What a policy may say, and what needs no database, is in [`agentflow_core::policy`].

mod bindings;
mod compiled;
mod decisions;
mod facts;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod policies;
mod replay;
mod rows;

pub use agentflow_core::{
    ids::{PolicyBindingId, PolicyDecisionId, PolicyId},
    policy::{Answer, Decision, Limits, PolicyEffect, PolicyInput},
};
pub use bindings::{BoundTo, PolicyBinding};
pub(crate) use compiled::CompiledPolicies;
pub(crate) use decisions::decided;
pub use decisions::{AdHoc, DecisionCursor, DecisionRow, Question, StoredAnswer};
pub use policies::{NewPolicy, Policies, PolicySummary, PolicyVersion};
pub use replay::Replay;
pub(crate) use rows::decision as decision_row;
