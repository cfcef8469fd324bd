//! What can go wrong.
//!
//! Callers match on the kind. No message holds a password, a key, a connection string, or what a row holds.

use std::{fmt, io, path::PathBuf};

use agentflow::core::{InvalidInput, backup::BackupId};
use serde::Serialize;

/// A result of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// So many faults are named in a message; all of them are in the error.
const MAX_SHOWN: usize = 20;

/// Something that is not as it must be, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A file of the backup, or a field of its manifest.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

impl Fault {
    /// Names a place and what is wrong there.
    pub fn new(place: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { place: place.to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl From<InvalidInput> for Fault {
    fn from(input: InvalidInput) -> Self {
        Self { place: input.field, reason: input.reason }
    }
}

/// An error of this library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value cannot be accepted.
    #[error("failed to {operation}: {input}")]
    InvalidInput {
        /// What was being done.
        operation: &'static str,
        /// The value and what is wrong with it.
        input: InvalidInput,
    },

    /// The thing to act on is not there.
    #[error("failed to {operation}: {what} not found")]
    NotFound {
        /// What was being done.
        operation: &'static str,
        /// The thing that was named.
        what: String,
    },

    /// The state of things does not allow it.
    #[error("failed to {operation}: {reason}")]
    Conflict {
        /// What was being done.
        operation: &'static str,
        /// What is in the way, and what to do about it.
        reason: String,
    },

    /// Not allowed.
    #[error("failed to {operation}: {reason}")]
    Denied {
        /// What was being done.
        operation: &'static str,
        /// Why not, and what would be needed.
        reason: String,
    },

    /// A server cannot be reached, or went away.
    #[error("failed to {operation}: {reason}")]
    Unavailable {
        /// What was being done.
        operation: &'static str,
        /// What happened, without credentials.
        reason: String,
    },

    /// A backup is not what was made.
    #[error("failed to {operation}: {what} is damaged: {}", in_one_line(faults))]
    Corrupt {
        /// What was being done.
        operation: &'static str,
        /// Which backup.
        what: String,
        /// Everything that was found, at least one.
        faults: Vec<Fault>,
    },

    /// A program failed that was started for it.
    #[error("failed to {operation}: {name} failed: {}{}", last_lines.join("; "), in_log(log.as_ref()))]
    Program {
        /// What was being done.
        operation: &'static str,
        /// The program, such as `pg_dump`.
        name: String,
        /// Where all that it wrote is kept.
        log: Option<PathBuf>,
        /// The end of it.
        last_lines: Vec<String>,
    },

    /// A file or a folder cannot be read or written.
    #[error("failed to {operation}: {place}: {source}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The file or folder.
        place: String,
        /// What the system said.
        source: io::Error,
    },

    /// A backup was made, and did not get to its object store. It can be gone on with ([`Resume`](crate::Resume)).
    #[error("{source}; all of backup {id} is kept in {}", staging.display())]
    NotUploaded {
        /// Which backup.
        id: BackupId,
        /// The folder in which it waits.
        staging: PathBuf,
        /// Why it did not get there.
        source: Box<Error>,
    },

    /// The database, or something that concerns it.
    #[error(transparent)]
    Database(#[from] agentflow::Error),
}

fn in_one_line(faults: &[Fault]) -> String {
    let mut shown: Vec<_> = faults.iter().take(MAX_SHOWN).map(ToString::to_string).collect();
    if faults.len() > MAX_SHOWN {
        shown.push(format!("{} more", faults.len() - MAX_SHOWN));
    }
    shown.join("; ")
}

fn in_log(log: Option<&PathBuf>) -> String {
    log.map(|log| format!(" (all of it is in {})", log.display())).unwrap_or_default()
}

impl Error {
    /// With what the server said, where that is the cause; without its DETAIL line.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Database(agentflow::Error::Database { source, .. }) => {
                let said = source.as_db_error().map(|db| format!(": {}", db.message()));
                format!("{self}{}", said.unwrap_or_default())
            }
            _ => self.to_string(),
        }
    }

    /// A value that cannot be accepted.
    pub(crate) fn invalid(operation: &'static str) -> impl FnOnce(InvalidInput) -> Self {
        move |input| Self::InvalidInput { operation, input }
    }

    /// A file or folder that cannot be read or written.
    pub(crate) fn io(
        operation: &'static str,
        place: impl AsRef<std::path::Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let place = place.as_ref().display().to_string();
        move |source| Self::Io { operation, place, source }
    }

    /// A task of the runtime that ended without a result: it panicked, or the runtime ends.
    pub(crate) fn lost(operation: &'static str) -> impl FnOnce(tokio::task::JoinError) -> Self {
        move |error| Self::Unavailable { operation, reason: error.to_string() }
    }
}
