//! Checks of what comes in, from callers and from storage, that several domains share.

use std::{fmt::Display, str::FromStr};

use agentflow_core::{InvalidInput, canonical};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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

/// Reads JSON that the database holds and sent as text: `jsonb` takes numbers that no double holds and any depth, so that
/// reading may fail.
pub(crate) fn stored_json<T: DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    text: &str,
) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::Inconsistent {
        table,
        column,
        row: row.to_string(),
    })
}

/// The most that one document of facts or settings takes, as canonical JSON.
const MAX_JSON_BYTES: usize = 64 * 1024;

/// Facts or settings, before the database refuses what it cannot hold: U+0000, integers that no double holds, more than
/// 100 levels, more than 64 kB. Names the path.
pub(crate) fn check_json(
    operation: &'static str,
    field: &'static str,
    object: &Map<String, Value>,
) -> Result<(), Error> {
    let mut text = String::new();
    let written = canonical::write_object_as_doubles(&mut text, object, field);
    written.and_then(|()| check_size(field, &text)).map_err(Error::invalid(operation))
}

/// The same for a document that need not be an object.
pub(crate) fn check_json_value(
    operation: &'static str,
    field: &'static str,
    value: &Value,
) -> Result<(), Error> {
    let text = canonical::to_string_as_doubles(value, field);
    text.and_then(|text| check_size(field, &text)).map_err(Error::invalid(operation))
}

fn check_size(field: &str, text: &str) -> Result<(), InvalidInput> {
    if text.len() > MAX_JSON_BYTES {
        return Err(InvalidInput::new(field, "expected at most 64 kB of JSON"));
    }
    Ok(())
}
