//! Backups of AgentFlow's database that prove themselves.
//!
//! Written for the database of [`agentflow`], and of use to any PostgreSQL database that can be dumped.

pub mod base;
mod check;
mod create;
mod drill;
mod error;
mod fetch;
mod files;
mod list;
mod location;
mod log;
mod manifest;
pub mod parts;
mod programs;
mod progress;
mod prune;
mod restore;
mod scratch;
mod sql;
mod state;
mod store;
mod toc;
mod trust;
mod verify;

pub use check::Check;
pub use create::{CreateOptions, Created, Resume, create};
pub use drill::{DRILL_FORMAT, DrillOptions, DrillReport, DrillServer, Verdict, drill};
pub use error::{Error, Fault, Result};
pub use fetch::fetch;
pub use list::{Listed, Summary, list, list_trusted, look_up};
pub use location::{Cloud, Location};
pub use programs::{Compression, Programs};
pub use progress::{OnProgress, Phase, Progress};
pub use prune::{Left, Pruned, prune};
pub use restore::{
    PhaseTime, RestoreOptions, RestoreReport, RestoreTarget, restore, restore_target,
};
pub use sql::server_major;
pub use store::{BackupStore, Entry, EntryKind, PartReader};
pub use trust::Trust;
pub use verify::{Verification, verify};
