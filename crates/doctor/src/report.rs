//! What an examination came to.

use std::fmt;

use serde::Serialize;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Worth knowing; may well be on purpose.
    Info,
    /// Will cost something some day: time, space, or the isolation of the next table.
    Warning,
    /// Tenants can be reached or data can be lost as it is.
    Error,
}

impl Level {
    /// The name, as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// The name of the rule.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What breaks it: a table, an index, a role; as SQL writes its name.
    pub object: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A rule that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The id of the rule.
    pub rule: &'static str,
    /// The name of the rule.
    pub name: &'static str,
    /// Why not.
    pub why: String,
}

/// What an examination came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of the server, as it says it.
    pub server_version: String,
    /// Everything that was found, by rule and then by object.
    pub findings: Vec<Finding>,
    /// The rules that were looked at, by id.
    pub rules_run: Vec<&'static str>,
    /// Those that were not, and why.
    pub skipped: Vec<Skipped>,
}
