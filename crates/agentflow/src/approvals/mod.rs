//! Requests for approval: what people decide before a run goes on.
//!
//! A gate of a workflow asks, or a policy does before a run begins. The run waits, and nobody holds it. The decision that
//! settles the request wakes it, or ends it; what is not settled in time is settled by the worker that looks then.

#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod approvals;
mod approvers;
mod decide;
mod events;
mod gate;
mod hook;
mod look;
mod outcome;
mod request;
mod rows;
mod work;

pub use agentflow_core::{
    ids::{ApprovalDecisionId, ApprovalRequestId},
    run::{ApprovalStatus, ApprovalVerdict, apply_changes, changes},
    workflow::{ApprovalGate, OnExpiry},
};
pub use approvals::{ApprovalCursor, ApprovalDecision, ApprovalFilter, ApprovalRequest, Approvals};
pub use decide::{Choice, Decide, Decided};
pub use gate::{HeldGate, Hold, PassedGate};
pub(crate) use hook::{Notice, tell};
pub use look::Looked;
pub(crate) use look::{Glance, TELLING, Telling, Told};
pub(crate) use request::{NewRequest, insert_request};
