use std::{io, path::Path};

use crate::error::Error;

/// Why a file cannot be used, without any part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::secrets) enum Fault {
    /// There is none.
    Missing,
    /// Others may read or change it, or we may not.
    Denied(String),
    /// The system does not give it.
    Unavailable(String),
    /// It is not what it should be.
    Corrupt(String),
}

impl Fault {
    pub(in crate::secrets) fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Denied(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }

    /// In words, behind the name of the file.
    pub(in crate::secrets) fn reason(&self) -> String {
        match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::Denied(reason) | Self::Unavailable(reason) | Self::Corrupt(reason) => {
                reason.clone()
            }
        }
    }

    pub(in crate::secrets) fn into_error(self, operation: &'static str, path: &Path) -> Error {
        let reason = format!("{}: {}", path.display(), self.reason());
        match self {
            Self::Denied(_) => Error::Denied { operation, reason },
            Self::Missing | Self::Unavailable(_) => {
                Error::Unavailable { operation, reason, source: None }
            }
            Self::Corrupt(reason) => {
                Error::Corrupt { operation, what: path.display().to_string(), reason }
            }
        }
    }
}
