//! The one error type of this crate.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::Version;

/// What can go wrong with a local PostgreSQL.
///
/// Every message says what failed, why, and what to do about it. None holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL was found, and none could be provisioned.
    #[error(
        "found no PostgreSQL 15 to 18 with pgvector, and could not provision one{}\n{WAYS_OUT}",
        Tried(tried)
    )]
    NoPostgres {
        /// Every place that was looked at, with the reason it was passed over.
        tried: Vec<String>,
    },

    /// The folder given as `AF_PG_BIN` or to [`Installation::at`](crate::Installation::at) holds
    /// no usable PostgreSQL.
    #[error(
        "{} is not the bin folder of a usable PostgreSQL: {reason}; it must hold postgres, initdb \
         and pg_ctl of version 15 to 18 (AF_PG_BIN names such a folder)",
        path.display()
    )]
    NotAnInstallation {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },

    /// No `pg_dump` and `pg_restore` of the wanted version were found.
    #[error(
        "found no pg_dump and pg_restore of PostgreSQL {major}{}\nInstall the client programs of \
         version {major} (Debian and Ubuntu: postgresql-client-{major}; Homebrew: \
         postgresql@{major}), or set AF_PG_BIN to the folder they are in; they must be of the \
         server's own major version.",
        Tried(tried)
    )]
    NoClientPrograms {
        /// The major version.
        major: u16,
        /// Every place that was looked at, with the reason it was passed over.
        tried: Vec<String>,
    },

    /// A folder holds no usable `pg_dump` and `pg_restore`.
    #[error("{} is not a folder of PostgreSQL's client programs: {reason}", path.display())]
    NotClientPrograms {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },

    /// A downloaded file is not the one this version of AgentFlow knows.
    #[error(
        "refused {file}: its SHA-256 is {actual}, but {expected} is expected; the package index \
         served a different file (check its mirror), or set AF_PG_BIN to a PostgreSQL you trust"
    )]
    Checksum {
        /// Name of the file.
        file: String,
        /// The sum pinned in the source.
        expected: String,
        /// The sum of what arrived.
        actual: String,
    },

    /// The downloaded file could not be unpacked.
    #[error("failed to unpack {file}: {reason}")]
    Unpack {
        /// Name of the file.
        file: String,
        /// Why.
        reason: String,
    },

    /// We run as root and there is no unprivileged account to run PostgreSQL under.
    #[error(
        "PostgreSQL refuses to run as root, and this system has neither an account `postgres` nor \
         `nobody` to run it under; create one, or run as an ordinary user"
    )]
    NoAccount,

    /// The account that runs PostgreSQL cannot get at a folder it needs.
    #[error(
        "the account {account}, which runs PostgreSQL because root may not, cannot reach {}; \
         choose another folder with {setting}",
        path.display()
    )]
    Unreachable {
        /// Name of the account.
        account: String,
        /// The folder.
        path: PathBuf,
        /// The setting that names another folder.
        setting: &'static str,
    },

    /// No folder could be found or made for the named purpose.
    #[error("found no folder for {purpose}: {reason}; name one with {setting}")]
    NoFolder {
        /// What the folder is for.
        purpose: &'static str,
        /// Why the usual ones do not serve.
        reason: String,
        /// The setting that names one.
        setting: &'static str,
    },

    /// A data folder was made by another major version of PostgreSQL.
    #[error(
        "the data in {} was made by PostgreSQL {found}, but the PostgreSQL at hand is {installed}; \
         point AF_PG_BIN at version {found}, or back up, purge and restore",
        path.display()
    )]
    DataVersion {
        /// The data folder.
        path: PathBuf,
        /// The major version that made it.
        found: String,
        /// The version at hand.
        installed: Version,
    },

    /// The persistent server's folder is incomplete.
    #[error("{} is damaged: {reason}; purge it to start afresh", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },

    /// A PostgreSQL program failed; `log` is the end of what it wrote.
    #[error("failed to {action}: {reason}{}", LogTail(log))]
    Server {
        /// What was being done, in plain words.
        action: &'static str,
        /// Why it did not work.
        reason: String,
        /// The end of the log; may be empty.
        log: String,
    },

    /// The server was reached but refused a statement.
    #[error("failed to {action}")]
    Sql {
        /// What was being done, in plain words.
        action: &'static str,
        /// The answer of the server.
        #[source]
        source: tokio_postgres::Error,
    },

    /// The operating system refused an operation on a file or process.
    #[error("failed to {action} {}", path.display())]
    Io {
        /// What was being done, in plain words.
        action: &'static str,
        /// To which file or program.
        path: PathBuf,
        /// The answer of the operating system.
        #[source]
        source: std::io::Error,
    },
}

const WAYS_OUT: &str = "\
There are three ways out:
  1. install PostgreSQL and pgvector from your system's packages (Debian and Ubuntu: \
postgresql-18 postgresql-18-pgvector; Homebrew: postgresql@18 pgvector), or set AF_PG_BIN to its \
bin folder;
  2. run `docker compose up` in the AgentFlow repository;
  3. set DATABASE_URL to a PostgreSQL server that you already have.";

impl Error {
    /// For `map_err`: ties an I/O error to what was done to which path.
    pub(crate) fn io(
        action: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.as_ref().to_owned(), source }
    }

    /// The error and its causes in one text.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

struct Tried<'a>(&'a [String]);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() {
            f.write_str(". Tried:")?;
        }
        self.0.iter().try_for_each(|line| write!(f, "\n  - {line}"))
    }
}

struct LogTail<'a>(&'a str);

impl fmt::Display for LogTail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "; its log ends with:\n{}", self.0) }
    }
}
