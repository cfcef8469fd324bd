//! What can go wrong, and how PostgreSQL's own errors are read.
//!
//! Callers match on the kind. A message says what failed and why; what PostgreSQL said is in the source, without its
//! DETAIL line, which may quote rows.

use std::{fmt, sync::Arc, time::Duration};

use agentflow_core::{InvalidInput, InvalidInputs};
use deadpool_postgres::PoolError;
use tokio_postgres::error::{DbError, SqlState};

use crate::rules::Report;

/// A result of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What to do about a pooler that loses prepared statements.
pub(crate) const LOSES_STATEMENTS: &str = "a pooler is in between that does not keep track of prepared statements; set \
     AF_STATEMENTS=typed, or use PgBouncer 1.21 or later with max_prepared_statements";

/// The most characters that are told of a message which quotes what it is about.
const MAX_QUOTED: usize = 200;

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

    /// Reads an error of the driver. The one place that knows SQLSTATEs and names of constraints.
    pub(crate) fn from_postgres(operation: &'static str, error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(db) => {
                let kind = Self::from_db_error(operation, db);
                kind.unwrap_or_else(|| Self::Database { operation, source: Arc::new(error) })
            }
            None if error.is_closed() || is_io(&error) => Self::Unavailable {
                operation,
                reason: "the connection to PostgreSQL was lost".to_owned(),
                source: Some(Arc::new(error)),
            },
            None => Self::Database { operation, source: Arc::new(error) },
        }
        .with_schema_hint(operation)
    }

    /// Reads an error of rows that somebody else wrote. Without what the server quotes of them in its DETAIL.
    pub(crate) fn unloadable(
        operation: &'static str,
        table: &str,
        error: tokio_postgres::Error,
    ) -> Self {
        let Some(db) = error.as_db_error() else { return Self::from_postgres(operation, error) };
        let constraint = db.constraint().unwrap_or("?");
        let reason = match *db.code() {
            SqlState::UNIQUE_VIOLATION => format!("two rows have the same key ({constraint})"),
            SqlState::CHECK_VIOLATION => format!("a row breaks the constraint {constraint}"),
            SqlState::NOT_NULL_VIOLATION => {
                format!("a row has nothing in {}", db.column().unwrap_or("a column"))
            }
            // What cannot be read as a value of its column, or is no CSV.
            ref code if code.code().starts_with("22") => {
                db.message().chars().take(MAX_QUOTED).collect()
            }
            _ => return Self::from_postgres(operation, error),
        };
        Self::Corrupt { operation, what: format!("table {table} of the archive"), reason }
    }

    fn from_db_error(operation: &'static str, db: &DbError) -> Option<Self> {
        let constraint = db.constraint().unwrap_or_default();
        let table = db.table().map(without_partition);
        let message = || db.message().to_owned();
        Some(match *db.code() {
            SqlState::UNIQUE_VIOLATION => {
                Self::AlreadyExists { operation, what: unique_field(constraint) }
            }
            // Of a row that others point to; the other way round, the message begins with "insert or".
            SqlState::FOREIGN_KEY_VIOLATION if db.message().starts_with("update or delete") => {
                Self::Conflict { operation, reason: needed_by(table.unwrap_or("others")) }
            }
            SqlState::FOREIGN_KEY_VIOLATION => {
                let what = foreign_key_target(table.unwrap_or_default(), constraint);
                Self::NotFound { operation, what }
            }
            SqlState::CHECK_VIOLATION => {
                let field = checked_field(table.unwrap_or_default(), constraint);
                Self::InvalidInput { operation, input: InvalidInput::new(field, message()) }
            }
            SqlState::NO_DATA_FOUND => Self::NotFound { operation, what: "the tenant".to_owned() },
            SqlState::RESTRICT_VIOLATION => Self::Conflict { operation, reason: message() },
            SqlState::INSUFFICIENT_PRIVILEGE => Self::Denied { operation, reason: message() },
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Conflict {
                    operation,
                    reason: "another transaction was in the way; try again".to_owned(),
                }
            }
            // Start-up finds such a pooler, unless the pooler came later.
            SqlState::UNDEFINED_PSTATEMENT | SqlState::DUPLICATE_PSTATEMENT => {
                Self::Unavailable { operation, reason: LOSES_STATEMENTS.to_owned(), source: None }
            }
            ref code if is_going_away(code) => {
                Self::Unavailable { operation, reason: message(), source: None }
            }
            _ => return None,
        })
    }

    fn with_schema_hint(self, operation: &'static str) -> Self {
        match self {
            Self::Database { source, .. } if is_schema_missing(&source) => {
                Self::SchemaMissing { operation, source }
            }
            other => other,
        }
    }

    pub(crate) fn from_pool(error: PoolError) -> Self {
        const OPERATION: &str = "connect to PostgreSQL";
        match error {
            PoolError::Backend(error) => Self::from_connect(error),
            PoolError::Timeout(_) => Self::Unavailable {
                operation: OPERATION,
                reason: "every connection of the pool is in use; raise the pool size or overflow"
                    .to_owned(),
                source: None,
            },
            other => {
                Self::Unavailable { operation: OPERATION, reason: other.to_string(), source: None }
            }
        }
    }

    /// Reads an error of opening a connection. The driver's text never holds the password.
    pub(crate) fn from_connect(error: tokio_postgres::Error) -> Self {
        let reason = match error.as_db_error() {
            Some(db) => db.message().to_owned(),
            None => chain(&error),
        };
        Self::Unavailable {
            operation: "connect to PostgreSQL",
            reason,
            source: Some(Arc::new(error)),
        }
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

    /// The kind that an error of the driver will be of, once it is read.
    pub(crate) fn kind_of_postgres(error: &tokio_postgres::Error) -> &'static str {
        match error.as_db_error() {
            Some(_) if is_schema_missing(error) => "schema_missing",
            Some(db) => Self::from_db_error("", db).map_or("database", |error| error.kind()),
            None if error.is_closed() || is_io(error) => "unavailable",
            None => "database",
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

/// The causes of an error in one line; the driver's own text is only "db error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error);
    cause.and_then(|cause| cause.downcast_ref::<std::io::Error>()).is_some()
}

fn is_going_away(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
            .contains(code)
        || *code == SqlState::TOO_MANY_CONNECTIONS
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

fn is_schema_missing(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_FUNCTION, SqlState::UNDEFINED_COLUMN]
            .contains(code)
    })
}

/// The table that a partition is a part of: `memories_shared` of `memories`, as is one that is called after a tenant.
fn without_partition(table: &str) -> &str {
    match table.strip_prefix("memories_") {
        Some(_) => "memories",
        None => table,
    }
}

/// `tenants_slug_key` names `slug`; a primary key names the `id`.
fn unique_field(constraint: &str) -> String {
    if constraint.ends_with("_pkey") {
        return "id".to_owned();
    }
    // Each partition has an index of its own, with a name that PostgreSQL cut off somewhere; no other of theirs is unique.
    if constraint.starts_with("memories_") {
        return "content".to_owned();
    }
    // Where it is unique in several respects, the name is a word for all of them, which says little.
    match constraint {
        "team_memberships_member_key" => return "team and user".to_owned(),
        "rbac_bindings_binding_key" => return "principal, role and place".to_owned(),
        "principals_oidc_subject_key" => return "OpenID subject".to_owned(),
        _ => {}
    }
    let field = constraint.strip_suffix("_key").unwrap_or(constraint);
    field.rsplit('_').next().unwrap_or(field).to_owned()
}

/// `team_memberships_role_known` is about `role_known`; the check of a domain has no table in front.
fn checked_field<'a>(table: &str, constraint: &'a str) -> &'a str {
    let field = match constraint.strip_prefix(table) {
        Some(field) if !table.is_empty() => field.trim_start_matches('_'),
        _ => constraint.split_once('_').map_or(constraint, |(_, field)| field),
    };
    if field.is_empty() { "value" } else { field }
}

/// What is in the way of a deletion, and what to do about it.
fn needed_by(table: &str) -> String {
    let advice = match table {
        "conversations" => "; delete those first, which deletes what was said in them",
        "messages" => "; delete the conversations in which it speaks first",
        "memories" => "; delete those first, also the forgotten ones",
        _ => "",
    };
    format!("it is still needed by {table}{advice}")
}

/// `environments_tenant_id_workspace_id_fkey` points to a workspace.
fn foreign_key_target(table: &str, constraint: &str) -> String {
    let columns = constraint.strip_prefix(table).unwrap_or(constraint).trim_matches('_');
    let columns = columns.strip_suffix("_fkey").unwrap_or(columns);
    let target = columns.strip_prefix("tenant_id_").unwrap_or(columns);
    format!("the {}", target.strip_suffix("_id").unwrap_or(target).replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_constraints_become_words() {
        assert_eq!(unique_field("tenants_slug_key"), "slug");
        assert_eq!(unique_field("audits_pkey"), "id");
        assert_eq!(
            unique_field("memories_shared_tenant_id_team_id_memory_type_agent_i_idx"),
            "content"
        );
        assert_eq!(without_partition("memories_0123"), "memories");
        assert_eq!(without_partition("memory_tags"), "memory_tags");
        assert_eq!(unique_field("principals_oidc_subject_key"), "OpenID subject");
        assert_eq!(checked_field("rbac_roles", "rbac_roles_name_format"), "name_format");
        assert_eq!(checked_field("tenants", "slug_format"), "format");
        assert_eq!(checked_field("", ""), "value");
        assert_eq!(
            foreign_key_target("environments", "environments_tenant_id_workspace_id_fkey"),
            "the workspace"
        );
        assert_eq!(foreign_key_target("workspaces", "workspaces_tenant_id_fkey"), "the tenant");
    }
}
