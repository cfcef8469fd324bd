use std::fmt;

use crate::note::NoteError;

/// Why a bundle is not believed, or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is not of the format.
    #[error("line {line}: {reason}")]
    Malformed {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// It is of the format, and its parts do not belong together: something was changed, added, removed or moved.
    #[error("line {line}: {reason}")]
    Altered {
        /// The line, counted from 1, that the others contradict.
        line: u64,
        /// What does not fit.
        reason: String,
    },
    /// The checkpoint is not signed by a trusted key.
    #[error("line {line}: {reason}")]
    Untrusted {
        /// The line, counted from 1, where the checkpoint begins.
        line: u64,
        /// What is wrong with the signatures.
        reason: NoteError,
    },
}

impl BundleError {
    /// The line it is about, counted from 1.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Io(_) => None,
            Self::Malformed { line, .. }
            | Self::Altered { line, .. }
            | Self::Untrusted { line, .. } => Some(*line),
        }
    }

    pub(super) fn malformed(line: u64, reason: impl fmt::Display) -> Self {
        Self::Malformed { line, reason: reason.to_string() }
    }

    pub(super) fn altered(line: u64, reason: impl fmt::Display) -> Self {
        Self::Altered { line, reason: reason.to_string() }
    }
}
