//! How PostgreSQL's own errors are read. The one place that knows SQLSTATEs and names of constraints.

use std::sync::Arc;

use agentflow_core::InvalidInput;
use deadpool_postgres::PoolError;
use tokio_postgres::error::{DbError, SqlState};

use super::Error;
use crate::connect::own_cause;

/// What to do about a pooler that loses prepared statements.
pub(crate) const LOSES_STATEMENTS: &str = "a pooler is in between that does not keep track of prepared statements; set \
     AF_STATEMENTS=typed, or use PgBouncer 1.21 or later with max_prepared_statements";

/// The most characters that are told of a message which quotes what it is about.
const MAX_QUOTED: usize = 200;

impl Error {
    /// Reads an error of the driver.
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
        const OPERATION: &str = "connect to PostgreSQL";
        // Nothing was communicated with any server, as the driver would have it.
        if let Some(cause) = own_cause(&error) {
            return Self::Unavailable {
                operation: OPERATION,
                reason: cause.to_string(),
                source: Some(cause),
            };
        }
        let reason = match error.as_db_error() {
            Some(db) => db.message().to_owned(),
            None => chain(&error),
        };
        Self::Unavailable { operation: OPERATION, reason, source: Some(Arc::new(error)) }
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
