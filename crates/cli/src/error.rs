//! Where the errors of every library meet, and get an exit code and a hint.

mod archive;
mod backup;
mod doctor;

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use agentflow_postgres::Error as PostgresError;
use serde::Serialize;
use tokio_postgres::error::DbError;

use crate::exit::Exit;

/// How many causes of the same kind are told.
const CAUSES: usize = 20;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Error {
    /// To be told to the user.
    Told(Box<Report>),
    /// Nobody reads the output any more, which is fine: `af audit list | head -1`.
    BrokenPipe,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
}

/// An error as it is told: in words, or as JSON.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) causes: Vec<String>,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Error {
    pub(crate) fn new(kind: &'static str, exit: Exit, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Told(Box::new(Report { kind, message, hint: None, causes: Vec::new(), exit }))
    }

    /// The command line, or a setting, does not make sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new("usage", Exit::Usage, message)
    }

    /// A check found something.
    pub(crate) fn found(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(kind, Exit::Found, message)
    }

    pub(crate) fn io(doing: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::new("io", Exit::Failed, format!("failed to {doing}")).with_causes(error)
    }

    /// An error of the driver, outside the libraries: only the demo talks to PostgreSQL directly.
    pub(crate) fn sql(doing: &str, error: &tokio_postgres::Error) -> Self {
        let exit = if error.as_db_error().is_some() { Exit::Failed } else { Exit::Unavailable };
        Self::new("database", exit, format!("failed to {doing}")).with_causes(error)
    }

    /// What was given on the command line, or in a setting, is what is wrong.
    pub(crate) fn into_usage(mut self) -> Self {
        if let Self::Told(report) = &mut self {
            report.exit = Exit::Usage;
        }
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Told(report) = &mut self {
            report.hint = Some(hint.into());
        }
        self
    }

    /// A service that is needed is not there, or is not the one that is needed.
    fn about_embedding(mut self, error: &agentflow::Error) -> Self {
        if let Self::Told(report) = &mut self {
            report.exit = Exit::Unavailable;
            let is_away = matches!(error, agentflow::Error::Unavailable { .. });
            report.hint = is_away.then(|| EMBED_HINT.to_owned());
        }
        self
    }

    /// Leaves out causes after the first ones, and says how many: one schema can break thousands of rules.
    pub(crate) fn with_few_causes(mut self) -> Self {
        if let Self::Told(report) = &mut self {
            let more = report.causes.len().saturating_sub(CAUSES);
            if more > 0 {
                report.causes.truncate(CAUSES);
                report.causes.push(format!("and {more} more"));
            }
        }
        self
    }

    /// Adds an error and everything that led to it.
    fn with_causes(mut self, error: &(dyn StdError + 'static)) -> Self {
        if let Self::Told(report) = &mut self {
            let mut cause = Some(error);
            while let Some(error) = cause {
                report.add_cause(error);
                cause = error.source();
            }
        }
        self
    }

    fn with_sources(self, error: &(dyn StdError + 'static)) -> Self {
        match error.source() {
            Some(source) => self.with_causes(source),
            None => self,
        }
    }
}

impl Report {
    /// The driver says "db error" and leaves the rest to its source, which would print the DETAIL line as well; that
    /// line may quote rows, so it is never passed on.
    fn add_cause(&mut self, error: &(dyn StdError + 'static)) {
        let error = without_arc(error);
        if error.downcast_ref::<tokio_postgres::Error>().is_some_and(|it| it.code().is_some()) {
            return;
        }
        let text = match error.downcast_ref::<DbError>() {
            Some(db) => self.told_by_postgres(db.message(), db.code().code()),
            None => error.to_string(),
        };
        if !self.tells(&text) {
            self.causes.push(text);
        }
    }

    /// The message with its SQLSTATE; the SQLSTATE alone when the message is told already.
    fn told_by_postgres(&self, message: &str, sqlstate: &str) -> String {
        let sqlstate = format!("SQLSTATE {sqlstate}");
        if self.tells(message) { sqlstate } else { format!("{message} ({sqlstate})") }
    }

    fn tells(&self, text: &str) -> bool {
        self.message.contains(text) || self.causes.iter().any(|it| it.contains(text))
    }
}

/// What is shared, for it is the shared error that tells its type.
fn without_arc<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    if let Some(shared) = error.downcast_ref::<Arc<tokio_postgres::Error>>() {
        return shared.as_ref();
    }
    match error.downcast_ref::<Arc<dyn StdError + Send + Sync>>() {
        Some(shared) => shared.as_ref(),
        None => error,
    }
}

impl From<agentflow::Error> for Error {
    fn from(error: agentflow::Error) -> Self {
        use agentflow::Error as E;

        if let E::Limited { operation, reason, retry_after } = &error {
            return limited(operation, reason, *retry_after);
        }
        if let Some(told) = archive::of_files(&error) {
            return told;
        }
        let (kind, exit, hint) = match &error {
            E::NotConfigured => ("not_configured", Exit::Unavailable, None),
            E::InvalidSetting(_) => ("invalid_setting", Exit::Usage, None),
            E::InvalidInput { .. } | E::InvalidInputs { .. } => {
                ("invalid_input", Exit::Found, None)
            }
            E::AlreadyExists { .. } => ("already_exists", Exit::Failed, None),
            E::NotFound { .. } => ("not_found", Exit::Found, None),
            E::Conflict { .. } => ("conflict", Exit::Failed, None),
            E::Denied { .. } => ("denied", Exit::Found, None),
            E::Unauthenticated { .. } => ("unauthenticated", Exit::Found, Some(WHY_REFUSED)),
            E::Unavailable { operation, reason, .. } => {
                let hint = is_about_postgresql(operation, reason).then_some(CONNECT_HINT);
                ("unavailable", Exit::Unavailable, hint)
            }
            E::Corrupt { .. } => ("corrupt", Exit::Found, None),
            E::Unsupported { .. } => ("unsupported", Exit::Usage, None),
            E::Unsafe { .. } => ("unsafe", Exit::Failed, None),
            E::SchemaMissing { .. } => {
                ("schema_missing", Exit::Failed, Some("bring the schema up to date: af migrate up"))
            }
            E::Tampered { faults } => ("tampered", Exit::Found, archive::of_checkpoints(faults)),
            E::Inconsistent { .. } => ("inconsistent", Exit::Failed, None),
            E::RulesBroken { .. } => ("rules_broken", Exit::Found, None),
            _ => ("database", Exit::Failed, None),
        };
        let mut told = Self::new(kind, exit, error.to_string()).with_sources(&error);
        if let (Self::Told(told), E::RulesBroken { report, .. }) = (&mut told, &error) {
            // The message names the first ones only.
            let failed = report.failed.iter().map(ToString::to_string);
            let more: Vec<_> = failed.filter(|failed| !told.tells(failed)).collect();
            told.causes.extend(more);
        }
        let told =
            if matches!(error, E::RulesBroken { .. }) { told.with_few_causes() } else { told };
        let told = match hint {
            Some(hint) => told.with_hint(hint),
            None => told,
        };
        if is_about_embedding(&error) { told.about_embedding(&error) } else { told }
    }
}

/// Whether it is the service that embeds texts that failed, or that does not do as it should. Texts that it does not take are
/// none of its faults.
pub(crate) fn is_about_embedding(error: &agentflow::Error) -> bool {
    use agentflow::Error as E;

    let (E::NotFound { operation, .. }
    | E::Denied { operation, .. }
    | E::Unavailable { operation, .. }
    | E::Corrupt { operation, .. }
    | E::Unsupported { operation, .. }) = error
    else {
        return false;
    };
    *operation == EMBED
}

/// What embedders do, in the errors of theirs.
const EMBED: &str = "embed texts";

const EMBED_HINT: &str = "check EMBEDDING_BASE_URL, and that the service runs there; `af memory add --no-embedding` and \
                          `af memory search --mode text` do without it";

/// Whether it is the database that is unavailable, and no file, webhook or Vault.
fn is_about_postgresql(operation: &str, reason: &str) -> bool {
    if operation == EMBED {
        return false;
    }
    let is_elsewhere = |text: &str| {
        let text = text.to_lowercase();
        ["vault", "webhook", "secret", "file", "http", "key ring", "encrypted with age"]
            .iter()
            .any(|word| text.contains(word))
    };
    [operation, reason].iter().any(|it| it.contains("PostgreSQL"))
        || !(is_elsewhere(operation) || is_elsewhere(reason))
}

/// A limit that is reached for now: what to do is to wait, and for how long.
fn limited(operation: &str, reason: &str, wait: Duration) -> Error {
    let message = format!("failed to {operation}: {reason}");
    // Rounded up: whoever waits as long as is said should not be a moment too early.
    let seconds = wait.as_millis().div_ceil(1000);
    Error::found("limited", message).with_hint(format!("try again in {seconds} s"))
}

const WHY_REFUSED: &str =
    "why is in the audit chain of the tenant: af audit list --status failure --output json";

const CONNECT_HINT: &str = "check the address, user and password in DATABASE_URL or the PG* variables, and that the \
                            server runs; `af up` starts a local one";

impl From<agentflow::migrate::Error> for Error {
    fn from(error: agentflow::migrate::Error) -> Self {
        use agentflow::migrate::Error as E;

        let unreachable = |sqlstate: &Option<String>| {
            if sqlstate.is_none() { Exit::Unavailable } else { Exit::Failed }
        };
        let (kind, exit) = match &error {
            E::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                ("not_found", Exit::Usage)
            }
            E::Read { .. } => ("io", Exit::Failed),
            E::FileName { .. }
            | E::Duplicate { .. }
            | E::DownWithoutUp { .. }
            | E::Unpaired { .. }
            | E::Refused { .. } => ("invalid_migrations", Exit::Found),
            E::Inconsistent { .. } | E::DirtyUnknown { .. } => ("inconsistent", Exit::Found),
            E::UnknownTarget { .. } | E::MissingDown { .. } | E::NothingApplied => {
                ("not_found", Exit::Found)
            }
            E::WaitTimeout { .. } => ("pending", Exit::Found),
            E::TableName { .. } | E::EmptyName { .. } => ("usage", Exit::Usage),
            E::Locked { .. } | E::NotEmpty { .. } => ("conflict", Exit::Failed),
            E::Failed(failure) => ("migration_failed", unreachable(&failure.server.sqlstate)),
            E::Database { source, .. } => ("database", unreachable(&source.sqlstate)),
            _ => ("migration", Exit::Failed),
        };
        let told = Self::new(kind, exit, error.to_string()).with_sources(&error);
        match error.hint() {
            Some(hint) => told.with_hint(hint),
            None => told,
        }
    }
}

impl From<PostgresError> for Error {
    fn from(error: PostgresError) -> Self {
        let (kind, exit) = match &error {
            PostgresError::Io { .. } => ("io", Exit::Failed),
            _ => ("unavailable", Exit::Unavailable),
        };
        // How to get a PostgreSQL is written under what was tried, and belongs into the hint.
        let text = error.to_string();
        let (message, hint) = match text.split_once("\nThere are three ways out:\n") {
            Some((message, ways)) => (message.to_owned(), Some(ways.to_owned())),
            None => (text, None),
        };
        let told = Self::new(kind, exit, message).with_sources(&error);
        match hint {
            Some(ways) => told.with_hint(format!("there are three ways out:\n{ways}")),
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        let error = Error::io("read x", &io::Error::other("the disk is gone"));
        let Error::Told(report) = error else { panic!("{error:?}") };
        assert_eq!(report.causes, ["the disk is gone"]);
        assert_eq!(report.exit, Exit::Failed);
    }

    #[test]
    fn a_message_of_postgresql_is_told_once() {
        let Error::Told(mut report) = Error::found("database", "failed to x: no room") else {
            panic!("another error")
        };
        assert_eq!(report.told_by_postgres("no room", "53100"), "SQLSTATE 53100");
        let text = report.told_by_postgres("too slow", "57014");
        assert_eq!(text, "too slow (SQLSTATE 57014)");
        report.causes.push(text);
        assert!(report.tells("SQLSTATE 57014"));
    }

    #[test]
    fn a_service_that_does_not_embed_is_not_blamed_on_the_database() {
        let (operation, reason) = (EMBED, "http://127.0.0.1:1: connection refused".to_owned());
        let source = None;
        let away = agentflow::Error::Unavailable { operation, reason: reason.clone(), source };
        let Error::Told(report) = Error::from(away) else { panic!("another error") };
        assert_eq!(report.exit, Exit::Unavailable);
        let hint = report.hint.unwrap();
        assert!(hint.contains("EMBEDDING_BASE_URL") && hint.contains("--no-embedding"), "{hint}");
        for (error, kind) in [
            (agentflow::Error::Denied { operation, reason: reason.clone() }, "denied"),
            (agentflow::Error::NotFound { operation, what: reason.clone() }, "not_found"),
            (agentflow::Error::Unsupported { operation, reason: reason.clone() }, "unsupported"),
        ] {
            let Error::Told(report) = Error::from(error) else { panic!("another error") };
            assert_eq!((report.kind, report.exit), (kind, Exit::Unavailable));
        }
        let error = agentflow::Error::Denied { operation: "x", reason };
        let Error::Told(report) = Error::from(error) else { panic!("another error") };
        assert_eq!(report.exit, Exit::Found);
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let error = Error::io("write", &io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(error, Error::BrokenPipe));
    }
}
