//! A script in one transaction, together with its history row.

use crate::failure::Stage;
use crate::options::Retry;
use crate::plan::{Direction, Planned};
use crate::retry::{full_jitter, is_lock_timeout};
use crate::run::{Stop, millis_since};
use crate::session::Session;
use crate::split::Statement;
use std::time::{Duration, Instant};

impl Session<'_> {
    /// Repeats the whole script while it runs into lock_timeout.
    pub(crate) async fn run_in_transaction(
        &mut self,
        planned: &Planned<'_>,
        statements: &[Statement<'_>],
    ) -> Result<Duration, Stop> {
        let mut attempt = 0;
        loop {
            let started = Instant::now();
            let stop = match self.attempt(planned, statements, started).await {
                Ok(()) => return Ok(started.elapsed()),
                Err(stop) => stop,
            };
            match &stop {
                Stop::Failed { statement, error, .. }
                    if is_lock_timeout(error) && attempt < self.options.retries =>
                {
                    attempt += 1;
                    let at = statement.checked_sub(1).and_then(|at| statements.get(at));
                    self.pause(planned, at, attempt).await;
                }
                _ => return Err(stop),
            }
        }
    }

    /// The transaction ends here in every case; after a lost connection the server ends it.
    async fn attempt(
        &mut self,
        planned: &Planned<'_>,
        statements: &[Statement<'_>],
        started: Instant,
    ) -> Result<(), Stop> {
        let begin = format!("BEGIN; {}", self.timeouts("SET LOCAL"));
        let opened = self.client.batch_execute(&begin).await.map_err(Stop::at(Stage::Start, 0));
        let ran = match opened {
            Ok(()) => self.statements_and_row(planned, statements, started).await,
            Err(stop) => Err(stop),
        };
        match ran {
            Ok(()) => self
                .client
                .batch_execute("COMMIT")
                .await
                .map_err(Stop::at(Stage::Commit, statements.len())),
            Err(stop) => {
                self.client.batch_execute("ROLLBACK").await.ok();
                Err(stop)
            }
        }
    }

    async fn statements_and_row(
        &self,
        planned: &Planned<'_>,
        statements: &[Statement<'_>],
        started: Instant,
    ) -> Result<(), Stop> {
        self.check_lock().await.map_err(Stop::Lock)?;
        for (number, statement) in (1..).zip(statements) {
            self.client
                .batch_execute(statement.text)
                .await
                .map_err(Stop::at(Stage::Statement, number))?;
        }
        self.write_row(planned, started).await.map_err(Stop::at(Stage::Record, statements.len()))
    }

    async fn write_row(
        &self,
        planned: &Planned<'_>,
        started: Instant,
    ) -> Result<(), tokio_postgres::Error> {
        let migration = planned.migration;
        let millis = millis_since(started);
        match planned.direction {
            Direction::Up if planned.dirty => {
                self.history.record_finished(self.client, migration, millis).await
            }
            Direction::Up => {
                self.history.record_applied(self.client, migration, millis, false).await
            }
            Direction::Down => self.history.record_reverted(self.client, migration.version).await,
        }
    }

    /// Tells the observer and waits before another attempt.
    pub(crate) async fn pause(
        &self,
        planned: &Planned<'_>,
        at: Option<&Statement<'_>>,
        attempt: u32,
    ) {
        let pause = full_jitter(self.options.retry_pause, attempt);
        let retry = Retry {
            version: planned.migration.version,
            file: planned.script.file.clone(),
            line: at.map_or(1, |statement| statement.line),
            attempt,
            retries: self.options.retries,
            pause,
        };
        tracing::warn!(version = retry.version, attempt, ?pause, "lock_timeout; trying again");
        if let Some(observer) = self.observer() {
            observer.retrying(&retry);
        }
        tokio::time::sleep(pause).await;
    }

    /// `SET` or `SET LOCAL` of the configured timeouts.
    pub(crate) fn timeouts(&self, set: &str) -> String {
        let setting = |name: &str, value: Option<Duration>| {
            // 0 would switch the timeout off, so less than a millisecond counts as one.
            let millis = |value: Duration| value.as_millis().max(u128::from(!value.is_zero()));
            value.map(|value| format!("{set} {name} = {}; ", millis(value))).unwrap_or_default()
        };
        setting("lock_timeout", self.options.lock_timeout)
            + &setting("statement_timeout", self.options.statement_timeout)
    }
}
