//! Checks of what comes in, from callers and from storage, that several domains share.

use std::{fmt::Display, str::FromStr};

use agentflow_core::InvalidInput;

use crate::error::Error;

/// A name people gave: 1 to 255 characters.
pub(crate) fn check_name(
    operation: &'static str,
    field: &'static str,
    name: &str,
) -> Result<(), Error> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
        let input = InvalidInput::new(field, "expected 1 to 255 characters, not only blanks");
        return Err(Error::InvalidInput { operation, input });
    }
    Ok(())
}

/// Reads a word that the database holds and this program should know.
pub(crate) fn known<T: FromStr>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    word: &str,
) -> Result<T, Error> {
    word.parse().map_err(|_| Error::Inconsistent { table, column, row: row.to_string() })
}
