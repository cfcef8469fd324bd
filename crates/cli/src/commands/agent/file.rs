//! Documents that a command reads whole: what they are called, how they are read, and what is wrong with them.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
};

use agentflow::core::{InvalidInput, InvalidInputs, agent::AgentSpec};
use serde::Serialize;

use crate::{
    context::blocking,
    error::{Error, Result},
    plain,
};

/// The longest document that is read, in bytes.
const MAX_DOCUMENT: u64 = 8 << 20;

/// A document, and what to call it.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
    is_json: bool,
}

/// Something about a document, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) field: String,
    pub(crate) reason: String,
}

impl From<InvalidInput> for Finding {
    fn from(input: InvalidInput) -> Self {
        Self { field: input.field, reason: input.reason }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", plain::word(&self.field), plain::word(&self.reason))
    }
}

/// Reads a file, or stdin for `-`.
pub(crate) async fn read(path: &Path) -> Result<Document> {
    let path = path.to_owned();
    // On a thread of its own, for stdin may take its time.
    blocking(move || read_now(&path)).await
}

fn read_now(path: &Path) -> Result<Document> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let cannot =
        |reason: &dyn std::fmt::Display| Error::usage(format!("cannot read {name}: {reason}"));
    let mut bytes = Vec::new();
    if is_stdin {
        if io::stdin().is_terminal() {
            return Err(cannot(&"it is a terminal; pipe the document into it"));
        }
        let read = io::stdin().lock().take(MAX_DOCUMENT + 1).read_to_end(&mut bytes);
        read.map_err(|error| cannot(&error))?;
    } else {
        // On Unix a folder can be opened, and only reading it fails.
        if path.is_dir() {
            return Err(cannot(&"it is a folder, not a file"));
        }
        let file = File::open(path).map_err(|error| cannot(&error))?;
        let read = file.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes);
        read.map_err(|error| cannot(&error))?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_DOCUMENT {
        let message = format!("{name} is longer than {} MiB", MAX_DOCUMENT >> 20);
        return Err(Error::found("invalid_input", message));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        Error::found("invalid_input", format!("{name} is not valid UTF-8 at byte {at}"))
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let is_json = match path.extension().and_then(|it| it.to_str()) {
        Some("yaml" | "yml") => false,
        Some("json") => true,
        _ => looks_like_json(&text),
    };
    Ok(Document { name, text, is_json })
}

/// An object whose first key is in double quotes, as JSON has it and YAML hardly; `{name: Ada}` is YAML.
fn looks_like_json(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '}']))
}

impl Document {
    /// The agent that it describes: JSON if it is called so or begins like it, else YAML.
    pub(crate) fn agent(&self) -> Result<AgentSpec, InvalidInputs> {
        if self.is_json {
            AgentSpec::from_json(&self.text)
        } else {
            AgentSpec::from_yaml(&self.text)
        }
    }

    /// The error for a document that cannot be accepted: each field is a cause.
    pub(crate) fn refused(&self, faults: &InvalidInputs) -> Error {
        refused(&self.name, faults)
    }
}

/// The error for whatever is called `name` and cannot be accepted: each field is a cause.
pub(crate) fn refused(name: &str, faults: &InvalidInputs) -> Error {
    let mut error = Error::found("invalid_input", format!("{name} cannot be accepted"));
    if let Error::Told(report) = &mut error {
        report.causes = faults.0.iter().map(ToString::to_string).collect();
    }
    error
}
