//! Runs the steps of a plan.

use crate::error::{Error, ServerError};
use crate::failure::{Failure, Outcome, Stage, excerpt, extension_hint};
use crate::plan::{Direction, Planned};
use crate::session::Session;
use crate::source::Version;
use crate::split::{Statement, place};
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio_postgres::error::ErrorPosition;

/// A migration that a run applied or took back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// Its version.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// Applied or taken back.
    pub direction: Direction,
    /// How long it took, with its history row, and without the attempts before the last.
    pub duration_ms: u64,
    /// How many statements ran.
    pub statements: usize,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The migrations, in the order they ran.
    pub applied: Vec<Applied>,
    /// The newest recorded version after the run.
    pub version: Option<Version>,
    /// Recorded versions newer than every known file: this program is older than the database.
    pub unknown: Vec<Version>,
}

/// Why a step stopped.
pub(crate) enum Stop {
    /// The lock is not ours any more, or cannot be checked.
    Lock(Error),
    Failed {
        stage: Stage,
        statement: usize,
        error: tokio_postgres::Error,
    },
}

impl Stop {
    pub(crate) fn at(stage: Stage, statement: usize) -> impl FnOnce(tokio_postgres::Error) -> Stop {
        move |error| Stop::Failed { stage, statement, error }
    }
}

impl Session<'_> {
    /// Runs every step, or as many as succeed.
    pub(crate) async fn run(&mut self, steps: &[Planned<'_>]) -> Result<Vec<Applied>, Error> {
        let mut applied = Vec::with_capacity(steps.len());
        for planned in steps {
            if let Some(observer) = self.observer() {
                observer.started(&planned.step());
            }
            let statements = planned.script.statements();
            let result = if planned.script.transactional {
                self.run_in_transaction(planned, &statements).await
            } else {
                self.run_one_by_one(planned, &statements).await
            };
            // This can fail only with the connection, which the next query will say; the step is done.
            self.restore_search_path().await.ok();
            match result {
                Ok(took) => {
                    let done = done(planned, statements.len(), took);
                    let Applied { version, direction, duration_ms, .. } = done;
                    tracing::info!(version, ?direction, duration_ms, "migration done");
                    if let Some(observer) = self.observer() {
                        observer.finished(&done);
                    }
                    applied.push(done);
                }
                Err(Stop::Lock(error)) => return Err(error),
                Err(Stop::Failed { stage, statement, error }) => {
                    let at = At { planned, statements: &statements, stage, statement };
                    let failure = self.failure(&at, &error, applied).await;
                    return Err(Error::Failed(Box::new(failure)));
                }
            }
        }
        Ok(applied)
    }

    async fn failure(
        &self,
        at: &At<'_>,
        error: &tokio_postgres::Error,
        applied: Vec<Applied>,
    ) -> Failure {
        let server = ServerError::from(error);
        let At { planned, statements, stage, statement } = *at;
        let sql = &planned.script.sql;
        let current = statement.checked_sub(1).and_then(|at| statements.get(at));
        let offset = current.map_or(0, |current| match (stage, error.as_db_error()) {
            (Stage::Statement, Some(server)) => {
                current.offset + position(current.text, server.position())
            }
            _ => current.offset,
        });
        let (line, column) = place(sql, offset);
        let hint = match current {
            Some(current) if stage == Stage::Statement => {
                extension_hint(server.sqlstate.as_deref(), current.text, self.server_major().await)
            }
            _ => None,
        };
        let outcome = match (planned.script.transactional, stage) {
            (true, Stage::Commit) if server.sqlstate.is_none() => Outcome::Unknown,
            (true, _) | (false, Stage::Start) => Outcome::RolledBack,
            (false, _) => Outcome::Dirty,
        };
        let records = self.history.load(self.client).await.unwrap_or_default();
        Failure {
            version: planned.migration.version,
            name: planned.migration.name.clone(),
            direction: planned.direction,
            file: planned.script.file.clone(),
            stage,
            statement_number: statement,
            statements: statements.len(),
            line,
            column,
            excerpt: current.and_then(|_| excerpt(sql, line, column)),
            server,
            hint,
            applied,
            outcome,
            database_version: records.last().map(|record| record.version),
        }
    }

    async fn server_major(&self) -> Option<i32> {
        let sql = include_str!("../queries/server_major.sql");
        let row = self.client.query_typed_one(sql, &[]).await.ok()?;
        row.try_get("major").ok()
    }
}

/// Where a step stopped.
struct At<'a> {
    planned: &'a Planned<'a>,
    statements: &'a [Statement<'a>],
    stage: Stage,
    statement: usize,
}

fn done(planned: &Planned<'_>, statements: usize, took: Duration) -> Applied {
    Applied {
        version: planned.migration.version,
        name: planned.migration.name.clone(),
        direction: planned.direction,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        statements,
    }
}

/// Milliseconds since, as the history keeps them.
pub(crate) fn millis_since(started: Instant) -> i64 {
    i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// The byte offset in a statement of the character the server points at; its start if it points
/// nowhere, or into a text it made itself.
fn position(statement: &str, position: Option<&ErrorPosition>) -> usize {
    let Some(ErrorPosition::Original(character)) = position else { return 0 };
    let index = usize::try_from(*character).unwrap_or(1).saturating_sub(1);
    statement.char_indices().nth(index).map_or(statement.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_the_server_count_characters() {
        let at = |character| position("äö x", Some(&ErrorPosition::Original(character)));
        assert_eq!([at(1), at(2), at(4), at(5), at(99)], [0, 2, 5, 6, 6]);
        let internal = ErrorPosition::Internal { position: 3, query: "select".to_owned() };
        assert_eq!([position("abc", Some(&internal)), position("abc", None)], [0, 0]);
    }
}
