//! Runs of workflows: started once, claimed by workers, carried out step by step, and told about in a timeline.
//!
//! Where runs and steps may go next, and what needs no database, is in [`agentflow_core::run`].

mod cancel;
mod cap;
mod insert;
mod prune;
mod queue;
mod request;
mod rows;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod runs;
mod start;
mod timeline;
mod wake;
mod worker;

pub use crate::listen::Listening;
pub use agentflow_core::{
    ids::{RunId, StepId, ToolCallId},
    run::{
        Content, ContentDigest, RunStatus, StepStatus, ToolCallReport, ToolType, TriggerType, Usage,
    },
    workflow::StepType,
};
pub use queue::{
    Begun, BegunStep, Claim, ClaimRequest, MAX_ERROR_CHARS, MAX_REPORT_BYTES, MAX_TOOL_CALLS,
    Queue, Recorded, RecordedKind, RunsWaiting, StepOutcome, StepReport,
};
pub use request::{MAX_STARTS, NewRun, StartRun, StartRuns, Started};
pub use rows::{Run, StepRow, ToolCallRow};
pub use runs::{RunCursor, RunFilter, Runs};
pub use timeline::{AskedApproval, Timeline};
pub use tokio_util::sync::CancellationToken;
pub(crate) use wake::Waker;
pub use worker::{
    RunContext, StepContext, StepFailure, StepHandler, StepOutput, StepResult, Worker,
    WorkerBuilder, WorkerStats,
};
