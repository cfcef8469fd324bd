//! What a command reads whole: rule books, expressions, a fact set.

use std::path::Path;

use agentflow::core::{
    InvalidInputs, canonical,
    rules::{Book, FileProblems},
};
use serde_json::Value;

use crate::{
    commands::agent::file,
    error::{Error, Result},
};

/// Reads a rule book.
pub(super) async fn book(path: &Path) -> Result<(Book, String)> {
    let document = file::read(path).await?;
    let book =
        Book::parse(&document.text).map_err(|problems| refused(&document.name, &problems))?;
    Ok((book, document.name))
}

/// Reads one fact set.
pub(super) async fn facts(path: &Path) -> Result<Value> {
    let document = file::read(path).await?;
    canonical::from_str(&document.text, "facts")
        .map_err(|fault| file::refused(&document.name, &InvalidInputs::from(fault)))
}

/// An expression, which `-` says is on stdin.
pub(super) async fn expression(argument: &str) -> Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let document = file::read("-".as_ref()).await?;
    Ok(document.text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The error for a rule that was not stored.
pub(super) fn not_stored(error: agentflow::Error) -> Error {
    let is_invalid = matches!(
        error,
        agentflow::Error::InvalidInput { .. } | agentflow::Error::InvalidInputs { .. }
    );
    let error = Error::from(error);
    if is_invalid { error.with_hint("`af rules check EXPRESSION` shows the place") } else { error }
}

/// The error for a file that cannot be accepted: each of the first problems is a cause.
pub(crate) fn refused(name: &str, problems: &FileProblems) -> Error {
    let mut error = Error::found("invalid_input", format!("{name} cannot be accepted"));
    if let Error::Told(report) = &mut error {
        report.causes = problems.0.iter().map(ToString::to_string).collect();
    }
    error.with_few_causes()
}
