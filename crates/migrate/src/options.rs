//! How a run behaves, and who watches it.

use crate::plan::Step;
use crate::run::Applied;
use crate::source::Version;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How a run behaves. The defaults suit production.
#[derive(Clone)]
pub struct Options {
    /// The history table: `table`, found along the search path, or `schema.table`; written without
    /// quotes, and case counts. Default: `schema_migrations`.
    pub table: String,
    /// How long to wait for another run to end. Default: 5 minutes.
    pub lock_wait: Duration,
    /// `lock_timeout` of the scripts, so that a statement that waits for a table does not block
    /// everyone behind it; `None` leaves the setting of the session. A script may set its own,
    /// which one that builds an index concurrently on a busy table should (`SET lock_timeout =
    /// 0;`): it blocks nobody while it waits. Default: 5 seconds.
    pub lock_timeout: Option<Duration>,
    /// `statement_timeout` of the scripts; `None`, the default, leaves the setting of the session.
    pub statement_timeout: Option<Duration>,
    /// How often a migration (without a transaction: a statement) that ran into `lock_timeout` is
    /// tried again. Default: 10.
    pub retries: u32,
    /// The pause before the first retry is at most this long; it doubles with each one, up to 15
    /// seconds. Default: 250 milliseconds.
    pub retry_pause: Duration,
    /// Apply pending migrations that are older than the newest applied one, instead of refusing.
    /// Default: `false`.
    pub allow_out_of_order: bool,
    /// Who is told about progress. Default: nobody.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            table: "schema_migrations".to_owned(),
            lock_wait: Duration::from_secs(5 * 60),
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: None,
            retries: 10,
            retry_pause: Duration::from_millis(250),
            allow_out_of_order: false,
            observer: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("table", &self.table)
            .field("lock_wait", &self.lock_wait)
            .field("lock_timeout", &self.lock_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("retries", &self.retries)
            .field("retry_pause", &self.retry_pause)
            .field("allow_out_of_order", &self.allow_out_of_order)
            .field("observer", &self.observer.is_some())
            .finish()
    }
}

/// Follows a run, for a progress line or a log. Calls must not block.
pub trait Observer: Send + Sync {
    /// A migration begins.
    fn started(&self, step: &Step) {
        let _ = step;
    }

    /// A migration is done.
    fn finished(&self, applied: &Applied) {
        let _ = applied;
    }

    /// Another run holds the lock; called again at every try.
    fn waiting_for_lock(&self, holder: Option<i32>) {
        let _ = holder;
    }

    /// A table was locked by someone else for too long; there will be another attempt.
    fn retrying(&self, retry: &Retry) {
        let _ = retry;
    }
}

/// Another attempt after `lock_timeout`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Retry {
    /// The migration.
    pub version: Version,
    /// Its script.
    pub file: String,
    /// Line of the statement that waited.
    pub line: usize,
    /// Which retry this is, from 1.
    pub attempt: u32,
    /// How many there may be.
    pub retries: u32,
    /// How long the pause before it is.
    pub pause: Duration,
}
