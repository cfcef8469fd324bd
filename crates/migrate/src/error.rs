//! What can go wrong, in words a reader can act on.

use crate::failure::Failure;
use crate::source::Version;
use crate::verify::Finding;
use serde::Serialize;
use std::time::Duration;

/// Why an operation of this crate did not happen or did not finish.
///
/// No message holds a connection string or the DETAIL line of the server, which may quote rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A folder or file could not be read or written.
    #[error("cannot read or write {path}")]
    Read {
        /// The path as the caller gave it.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file ends in `.sql` but is not named like a migration.
    #[error("{file} is not named like a migration: {reason}")]
    FileName {
        /// The file.
        file: String,
        /// What is wrong with its name.
        reason: &'static str,
    },
    /// Two files have the same version and direction.
    #[error("version {version} is there twice: {first} and {second}")]
    Duplicate {
        /// The version.
        version: Version,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// A down script has no up script.
    #[error("{file} has no up script")]
    DownWithoutUp {
        /// The down script.
        file: String,
    },
    /// The up and down script of one version have different names.
    #[error("{up} and {down} have the same version but different names")]
    Unpaired {
        /// The up script.
        up: String,
        /// The down script.
        down: String,
    },
    /// A script contains a statement that the engine cannot run faithfully; nothing was run.
    #[error("{file}:{line}: {reason}")]
    Refused {
        /// The file.
        file: String,
        /// The line of the statement.
        line: usize,
        /// Why it is refused.
        reason: String,
    },
    /// The configured history table has an impossible name.
    #[error(
        "{name:?} cannot be the history table: write `table` or `schema.table`, without quotes"
    )]
    TableName {
        /// The name.
        name: String,
    },
    /// No schema of the search path exists, so there is no place for the history table.
    #[error("there is no schema for the history table")]
    NoSchema,
    /// The files and the history contradict each other; nothing was run.
    #[error("files and history do not agree, nothing was run:\n{}", list(.findings))]
    Inconsistent {
        /// Every contradiction.
        findings: Vec<Finding>,
    },
    /// A migration that is not known here did not finish; nothing was run.
    #[error(
        "{version} ({name}) is dirty: its script did not finish, and its files are not known here; \
         nothing was run"
    )]
    DirtyUnknown {
        /// The version.
        version: Version,
        /// Its recorded name.
        name: String,
    },
    /// The target is not a known version.
    #[error("there is no version {target}{}", around(.nearest))]
    UnknownTarget {
        /// What was asked for.
        target: Version,
        /// The known versions around it.
        nearest: Vec<Version>,
    },
    /// A migration that is to be taken back has no down script; nothing was run.
    #[error("{version} ({name}) cannot be taken back: {reason}; nothing was run")]
    MissingDown {
        /// The version.
        version: Version,
        /// Its name.
        name: String,
        /// Whether the file or the whole migration is missing.
        reason: &'static str,
    },
    /// There is nothing to do again.
    #[error("no migration is applied, so there is none to redo")]
    NothingApplied,
    /// Another runner holds the lock for longer than the caller wants to wait.
    #[error(
        "another migration run holds the lock{}; gave up after {waited:.1?}",
        by(.holder.as_ref())
    )]
    Locked {
        /// The server process that holds it, when it could be seen.
        holder: Option<i32>,
        /// How long the lock was tried.
        waited: Duration,
    },
    /// The lock was granted, but not to the backend that answers now.
    #[error(
        "this connection does not hold the migration lock: its statements reach different server \
         processes"
    )]
    Pooled,
    /// A baseline needs an empty history.
    #[error("the history is not empty (newest version {newest}), so a baseline would rewrite it")]
    NotEmpty {
        /// The newest recorded version.
        newest: Version,
    },
    /// The database did not reach the version in time.
    #[error(
        "after {waited:.1?} the database is at {}, not at version {target}",
        at(.current.as_ref())
    )]
    WaitTimeout {
        /// The version waited for.
        target: Version,
        /// The newest recorded version.
        current: Option<Version>,
        /// How long.
        waited: Duration,
    },
    /// A migration failed.
    #[error("{0}")]
    Failed(Box<Failure>),
    /// The engine's own work with the server failed.
    #[error("failed {doing}")]
    Database {
        /// What the engine was doing.
        doing: &'static str,
        /// What the server or the connection said.
        source: Box<ServerError>,
    },
    /// A new migration needs a name with letters or digits.
    #[error("{name:?} has no letter or digit to name a migration after")]
    EmptyName {
        /// The name.
        name: String,
    },
}

impl Error {
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Error {
        move |error| Error::Database { doing, source: Box::new(ServerError::from(&error)) }
    }

    /// What the reader can do about it; `None` where the message says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::FileName { .. } => {
                "the form is {version}_{name}.up.sql or {version}_{name}.down.sql, as in \
                 000001_create_users.up.sql"
            }
            Error::Duplicate { .. } => "give the newer one the next free number",
            Error::Inconsistent { findings } => findings.first().map(Finding::hint)?,
            Error::DirtyUnknown { .. } => {
                "finish it with the newer program or files that know it, or repair by hand and then \
                 force a version"
            }
            Error::MissingDown { .. } => {
                "write the down script, or restore the file from version control"
            }
            Error::Locked { .. } => {
                "wait for the other run, or look at that process in pg_stat_activity; its lock \
                 ends with its connection"
            }
            Error::Pooled => {
                "a pooler in transaction mode is in between: connect to the server directly, or to a \
                 pool in session mode"
            }
            Error::NotEmpty { .. } => "to rewrite the history without running anything, use force",
            Error::WaitTimeout { .. } => "run the migrations, or look at their status",
            Error::Failed(failure) => return failure.advice(),
            Error::Database { source, .. } => return source.hint.clone(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// What the server said about an error, without the DETAIL line, or what became of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}{}{}", named("constraint", .constraint.as_ref()), code(.sqlstate.as_ref()))]
pub struct ServerError {
    /// SQLSTATE; `None` when the server did not answer at all.
    pub sqlstate: Option<String>,
    /// The message of the server, or of the connection.
    pub message: String,
    /// The server's hint.
    pub hint: Option<String>,
    /// The constraint it names.
    pub constraint: Option<String>,
    /// The table it names.
    pub table: Option<String>,
}

impl From<&tokio_postgres::Error> for ServerError {
    fn from(error: &tokio_postgres::Error) -> ServerError {
        match error.as_db_error() {
            Some(server) => ServerError {
                sqlstate: Some(server.code().code().to_owned()),
                message: server.message().to_owned(),
                hint: server.hint().map(str::to_owned),
                constraint: server.constraint().map(str::to_owned),
                table: server.table().map(str::to_owned),
            },
            None => ServerError {
                sqlstate: None,
                message: chain(error),
                hint: None,
                constraint: None,
                table: None,
            },
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn named(what: &str, name: Option<&String>) -> String {
    name.map(|name| format!(" ({what} {name})")).unwrap_or_default()
}

fn code(sqlstate: Option<&String>) -> String {
    sqlstate.map(|code| format!(" (SQLSTATE {code})")).unwrap_or_default()
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("  {finding}")).collect::<Vec<_>>().join("\n")
}

fn around(versions: &[Version]) -> String {
    match versions {
        [] => "; no migration is known".to_owned(),
        [only] => format!("; the nearest is {only}"),
        [below, above, ..] => format!("; the nearest are {below} and {above}"),
    }
}

fn by(holder: Option<&i32>) -> String {
    holder.map(|pid| format!(" (server process {pid})")).unwrap_or_default()
}

fn at(version: Option<&Version>) -> String {
    version.map_or("no version".to_owned(), |version| format!("version {version}"))
}
