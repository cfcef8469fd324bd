//! Runs: workflows being carried out, as far as that needs no database: where runs, their steps and requests for approval may go
//! next, what is kept of contents, what steps call.

mod backoff;
mod call;
mod changes;
mod content;
mod progress;
mod status;

pub use backoff::with_jitter;
pub use call::{ToolCallReport, ToolType, Usage};
pub use changes::{ApprovalVerdict, apply_changes, changes};
pub use content::{Content, ContentDigest};
pub use progress::{NoChoice, Outputs, choose, next_after, place_of};
pub use status::{ApprovalStatus, RunStatus, StepStatus, TriggerType};
