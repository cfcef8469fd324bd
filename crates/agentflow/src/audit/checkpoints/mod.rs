//! Checkpoints: what each chain was at one size, signed, and given to places outside of the database.
//!
//! A round takes a checkpoint of every tenant whose chain has new entries, after it verified those entries; adds what it
//! took to the log of all tenants; signs that log; and then publishes everything that a sink was not given yet. What is
//! committed is never signed differently later, so a round can be interrupted anywhere, and the next one goes on.
//!
//! Before it signs anything, a round holds the database against everybody who remembers: the sinks that can tell what they
//! have, how far the sinks are that cannot, and the checkpointer's own memory.

mod checkpointer;
mod file;
mod key;
mod lag;
mod memory;
mod outside;
mod publish;
mod round;
mod sink;
mod stored;
mod tenant;
mod tenant_log;

use agentflow_core::{audit::Checkpoint, ids::TenantId};

pub use checkpointer::CheckpointPolicy;
pub(crate) use checkpointer::run;
pub use file::FileSink;
pub use key::{load_signing_key, store_signing_key};
pub use lag::{AuditLag, SinkState};
pub(crate) use lag::{forget_sink, measure, sinks};
pub(crate) use round::take;
pub use round::{CheckpointSigner, Refusal, RoundReport, SinkReport};
pub use sink::{CheckpointSink, WebhookSink, WriterSink};

use crate::error::Error;

const TAKE: &str = "take checkpoints";
const PUBLISH: &str = "publish checkpoints";

fn tampered(what: impl std::fmt::Display) -> Error {
    Error::Tampered { faults: vec![what.to_string()] }
}

/// What is no regular file may keep its reader waiting, or never end.
fn refuse_special(metadata: &std::fs::Metadata) -> std::io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(std::io::Error::other("it is not a regular file")) }
}

fn tampered_tenant(tenant: TenantId, what: impl std::fmt::Display) -> Error {
    tampered(format!("tenant {tenant}: {what}"))
}

/// Two checkpoints of one log and one size with different roots cannot both be true.
fn conflicting(published: &Checkpoint, sink: &str) -> Error {
    let Checkpoint { origin, size, .. } = published;
    let reason = format!(
        "a checkpoint of {origin} at size {size} was published to {sink} with another root"
    );
    Error::Conflict { operation: PUBLISH, reason }
}
