//! What can go wrong.

use tokio_postgres::error::SqlState;

/// A result of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this library. No message holds a password, a connection string, or what a row holds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A schema to look at is not there.
    #[error("there is no schema {name} in this database")]
    NoSchema {
        /// Its name, as it was given.
        name: String,
    },

    /// No table has the column that says which tenant a row belongs to, or there are tables in another schema only: rules about tables
    /// would look at nothing.
    #[error("no table of {} has a column {column}{}", .schemas.join(", "), beside(elsewhere))]
    NoTenantColumn {
        /// Its name, as it was given.
        column: String,
        /// The schemas that were looked at.
        schemas: Vec<String>,
        /// Other schemas whose tables have the column, the first three by name.
        elsewhere: Vec<String>,
    },

    /// A rule is asked for that there is none of.
    #[error("there is no rule {id}")]
    NoRule {
        /// What was asked for.
        id: String,
    },

    /// The database refused something, or went away.
    #[error("failed to {operation}{}", said(source))]
    Database {
        /// What was being done.
        operation: String,
        /// What the driver told. Its `DETAIL` line may quote rows, and is in no message of ours.
        source: tokio_postgres::Error,
    },
}

impl Error {
    /// Whether the connection is gone, rather than that the server refused something.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                let is_ending = [
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                ];
                source.code().is_none_or(|code| is_ending.contains(code))
            }
            _ => false,
        }
    }

    pub(crate) fn database(
        operation: impl Into<String>,
    ) -> impl FnOnce(tokio_postgres::Error) -> Self {
        let operation = operation.into();
        move |source| Self::Database { operation, source }
    }
}

/// Where the column is to be found, if anywhere.
fn beside(schemas: &[String]) -> String {
    if schemas.is_empty() {
        String::new()
    } else {
        format!(", but tables of {} have", schemas.join(", "))
    }
}

/// The message of the server with its SQLSTATE, if it said one.
fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!(": {} (SQLSTATE {})", db.message(), db.code().code()),
        None => String::new(),
    }
}
