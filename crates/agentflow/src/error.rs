//! What can go wrong.
//!
//! Callers match on the kind. A message says what failed and why; what PostgreSQL said is in the source, without its
//! DETAIL line, which may quote rows.

mod postgres;

use std::{fmt, sync::Arc, time::Duration};

use agentflow_core::{InvalidInput, InvalidInputs};

use crate::rules::Report;

pub(crate) use postgres::LOSES_STATEMENTS;

/// A result of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this library.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No database is configured, and this needs one.
    #[error("no database is configured; set DATABASE_URL, or start a local one with `af up`")]
    NotConfigured,

    /// A setting is unusable.
    #[error("invalid setting {0}")]
    InvalidSetting(InvalidInput),

    /// A value cannot be accepted.
    #[error("failed to {operation}: {input}")]
    InvalidInput {
        /// What was being done.
        operation: &'static str,
        /// The field and what is wrong with it.
        input: InvalidInput,
    },

    /// A document cannot be accepted: everything that is wrong with it.
    #[error("failed to {operation}: {}", in_one_line(inputs))]
    InvalidInputs {
        /// What was being done.
        operation: &'static str,
        /// Each bad field and what is wrong with it.
        inputs: InvalidInputs,
    },

    /// Something with this name or id is there already.
    #[error("failed to {operation}: {}", exists_already(what))]
    AlreadyExists {
        /// What was being done.
        operation: &'static str,
        /// What must be unique: `slug`, `name`, `id`; or the very thing: `rule with ID …`.
        what: String,
    },

    /// The thing to act on is not there, or not for this tenant: the two cannot be told apart.
    #[error("failed to {operation}: {what} not found")]
    NotFound {
        /// What was being done.
        operation: &'static str,
        /// The thing that was named.
        what: String,
    },

    /// Rules or derived fields that are active now would no longer compile.
    #[error("failed to {operation}: {report}")]
    RulesBroken {
        /// What was being done.
        operation: &'static str,
        /// Which, and what would be wrong with them.
        report: Report,
    },

    /// The state of things does not allow it, or somebody else was faster.
    #[error("failed to {operation}: {reason}")]
    Conflict {
        /// What was being done.
        operation: &'static str,
        /// What is in the way.
        reason: String,
    },

    /// A limit is reached for now.
    #[error("failed to {operation}: {reason}; try again in {} s", in_seconds(*retry_after))]
    Limited {
        /// What was being done.
        operation: &'static str,
        /// Which limit.
        reason: String,
        /// How long to wait before it can be tried again.
        retry_after: Duration,
    },

    /// Not allowed.
    #[error("failed to {operation}: {reason}")]
    Denied {
        /// What was being done.
        operation: &'static str,
        /// Why not.
        reason: String,
    },

    /// A password, an API key or a token is not accepted. Why is in the audit chain: whoever presents it learns no more.
    #[error("failed to {operation}: the credential is not accepted")]
    Unauthenticated {
        /// What was being done.
        operation: &'static str,
    },

    /// PostgreSQL cannot be reached, or went away.
    #[error("failed to {operation}: {reason}")]
    Unavailable {
        /// What was being done.
        operation: &'static str,
        /// What happened, without credentials.
        reason: String,
        /// What the driver said.
        source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    },

    /// Isolation of tenants could not be relied on, so nothing is served.
    #[error("refusing to serve, because tenants would not be isolated: {}", faults.join("; "))]
    Unsafe {
        /// Everything that was found.
        faults: Vec<String>,
    },

    /// Somebody changed what history is kept in, beyond a single chain.
    #[error("the audit was tampered with: {}", faults.join("; "))]
    Tampered {
        /// Everything that was found.
        faults: Vec<String>,
    },

    /// The database does not have the schema this library needs.
    #[error(
        "failed to {operation}: the schema is missing or older than this program; run `af migrate up`"
    )]
    SchemaMissing {
        /// What was being done.
        operation: &'static str,
        /// What PostgreSQL said.
        source: Arc<tokio_postgres::Error>,
    },

    /// Something that is kept cannot be read: it is damaged, was moved, or was encrypted with another key.
    #[error("failed to {operation}: {what} cannot be read: {reason}")]
    Corrupt {
        /// What was being done.
        operation: &'static str,
        /// What cannot be read: a file, a column of a row.
        what: String,
        /// Why, without any part of it.
        reason: String,
    },

    /// Whatever was asked to do it cannot.
    #[error("failed to {operation}: {reason}")]
    Unsupported {
        /// What was being done.
        operation: &'static str,
        /// What cannot do it, and what can.
        reason: String,
    },

    /// A stored value is not what its column promises.
    #[error("{table}.{column} of row {row} holds a value this program does not know")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The id of the row.
        row: String,
    },

    /// Anything else that PostgreSQL refused.
    #[error("failed to {operation}")]
    Database {
        /// What was being done.
        operation: &'static str,
        /// What PostgreSQL said.
        source: Arc<tokio_postgres::Error>,
    },
}

impl Error {
    pub(crate) fn invalid(operation: &'static str) -> impl FnOnce(InvalidInput) -> Self {
        move |input| Self::InvalidInput { operation, input }
    }

    pub(crate) fn all_invalid(operation: &'static str) -> impl FnOnce(InvalidInputs) -> Self {
        move |inputs| Self::InvalidInputs { operation, inputs }
    }

    pub(crate) fn not_found(operation: &'static str, what: impl fmt::Display) -> Self {
        Self::NotFound { operation, what: what.to_string() }
    }

    /// The role of the connection string sees one tenant at most, so a list of all would be a lie.
    pub(crate) fn tenants_hidden(operation: &'static str) -> Self {
        let reason = "row-level security hides the tenants from the role of the connection string; name one by its id, \
                      or connect as the owner of the tables";
        Self::Denied { operation, reason: reason.to_owned() }
    }

    /// Whether it is another transaction that was in the way, and the same can be tried again at once. By the end of what is
    /// said to the user: every such conflict says so.
    pub(crate) fn is_in_the_way(&self) -> bool {
        matches!(self, Self::Conflict { reason, .. } if reason.ends_with("try again"))
    }

    /// What kind of error it is, in one word for machines: `not_found`, `conflict`, `unavailable`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::InvalidSetting(_) => "invalid_setting",
            Self::InvalidInput { .. } | Self::InvalidInputs { .. } => "invalid_input",
            Self::AlreadyExists { .. } => "already_exists",
            Self::NotFound { .. } => "not_found",
            Self::RulesBroken { .. } => "rules_broken",
            Self::Conflict { .. } => "conflict",
            Self::Limited { .. } => "limited",
            Self::Denied { .. } => "denied",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::Unavailable { .. } => "unavailable",
            Self::Unsafe { .. } => "unsafe",
            Self::Tampered { .. } => "tampered",
            Self::SchemaMissing { .. } => "schema_missing",
            Self::Corrupt { .. } => "corrupt",
            Self::Unsupported { .. } => "unsupported",
            Self::Inconsistent { .. } => "inconsistent",
            Self::Database { .. } => "database",
        }
    }

    /// Whether trying the same again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Rounded up: whoever waits as long as is said should not be a moment too early.
fn in_seconds(wait: Duration) -> u128 {
    wait.as_millis().div_ceil(1000)
}

fn exists_already(what: &str) -> String {
    if what.contains(" with ") {
        return format!("{what} already exists");
    }
    format!("one with the same {what} exists already")
}

fn in_one_line(inputs: &InvalidInputs) -> String {
    let inputs: Vec<_> = inputs.0.iter().map(ToString::to_string).collect();
    inputs.join("; ")
}
