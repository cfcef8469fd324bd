//! A script without a transaction: every statement takes effect at once, and the history row is
//! dirty meanwhile.

use crate::failure::Stage;
use crate::index::ConcurrentIndex;
use crate::plan::{Direction, Planned};
use crate::retry::is_lock_timeout;
use crate::run::{Stop, millis_since};
use crate::script::Control;
use crate::session::Session;
use crate::split::Statement;
use std::time::{Duration, Instant};

impl Session<'_> {
    /// Marks the migration dirty, runs the statements, and clears the mark.
    pub(crate) async fn run_one_by_one(
        &mut self,
        planned: &Planned<'_>,
        statements: &[Statement<'_>],
    ) -> Result<Duration, Stop> {
        let started = Instant::now();
        self.check_lock().await.map_err(Stop::Lock)?;
        self.mark(planned).await.map_err(Stop::at(Stage::Start, 0))?;
        self.client
            .batch_execute(&self.timeouts("SET"))
            .await
            .map_err(Stop::at(Stage::Start, 0))?;
        let ran = self.each(planned, statements).await;
        // Also after a failure: the connection belongs to the caller.
        let reset = self.client.batch_execute("RESET lock_timeout; RESET statement_timeout").await;
        ran?;
        let number = statements.len();
        reset.map_err(Stop::at(Stage::Record, number))?;
        self.clear(planned, started).await.map_err(Stop::at(Stage::Record, number))?;
        Ok(started.elapsed())
    }

    async fn each(&self, planned: &Planned<'_>, statements: &[Statement<'_>]) -> Result<(), Stop> {
        let mut in_transaction = false;
        for (number, statement) in (1..).zip(statements) {
            if let Err(error) = self.one(planned, statement, in_transaction).await {
                if in_transaction {
                    self.client.batch_execute("ROLLBACK").await.ok();
                }
                return Err(Stop::Failed { stage: Stage::Statement, statement: number, error });
            }
            if let Some(control) = Control::of_statement(statement.text) {
                in_transaction = control == Control::Opens;
            }
        }
        Ok(())
    }

    /// Repeats the statement while it runs into lock_timeout, except inside a transaction of the
    /// script's own, which the first failure has ended.
    async fn one(
        &self,
        planned: &Planned<'_>,
        statement: &Statement<'_>,
        in_transaction: bool,
    ) -> Result<(), tokio_postgres::Error> {
        let index = ConcurrentIndex::of(statement.text);
        let mut attempt = 0;
        loop {
            let result = match &index {
                // A build that gives up leaves an INVALID index, which IF NOT EXISTS would take for
                // a good one.
                Some(index) if planned.dirty || attempt > 0 => self.finish(index, statement).await,
                _ => self.client.batch_execute(statement.text).await,
            };
            match result {
                Err(error)
                    if is_lock_timeout(&error)
                        && !in_transaction
                        && attempt < self.options.retries =>
                {
                    attempt += 1;
                    self.pause(planned, Some(statement), attempt).await;
                }
                result => return result,
            }
        }
    }

    async fn finish(
        &self,
        index: &ConcurrentIndex,
        statement: &Statement<'_>,
    ) -> Result<(), tokio_postgres::Error> {
        if index.is_complete(self.client).await? {
            return Ok(());
        }
        self.client.batch_execute(statement.text).await
    }

    async fn mark(&self, planned: &Planned<'_>) -> Result<(), tokio_postgres::Error> {
        let migration = planned.migration;
        match planned.direction {
            _ if planned.dirty => Ok(()),
            Direction::Up => self.history.record_applied(self.client, migration, 0, true).await,
            Direction::Down => self.history.record_dirty(self.client, migration.version).await,
        }
    }

    async fn clear(
        &self,
        planned: &Planned<'_>,
        started: Instant,
    ) -> Result<(), tokio_postgres::Error> {
        let migration = planned.migration;
        match planned.direction {
            Direction::Up => {
                self.history.record_finished(self.client, migration, millis_since(started)).await
            }
            Direction::Down => self.history.record_reverted(self.client, migration.version).await,
        }
    }
}
