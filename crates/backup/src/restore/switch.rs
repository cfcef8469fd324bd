//! The moment in which a restored database takes the place of another one.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use agentflow::Config;
use tokio_postgres::{Client, error::SqlState};

use super::OPERATION;
use crate::{Error, Result, sql, sql::failed};

/// PostgreSQL itself waits 5 s for sessions to end before it refuses.
const ATTEMPTS: usize = 6;
const SWEEP_EVERY: Duration = Duration::from_millis(50);
/// How long the server is asked whether a transaction was committed that nobody heard of any more.
const DECIDED_WITHIN: Duration = Duration::from_secs(60);

/// What gets which name.
pub(super) struct Switch<'a> {
    pub(super) maintenance: &'a Config,
    pub(super) restored: &'a str,
    pub(super) target: &'a str,
    /// The name that the database of the target gets; none if there is none.
    pub(super) old: Option<&'a str>,
    /// The comment it had when it was backed up.
    pub(super) comment: Option<&'a str>,
}

/// The database that gets the name, and the session that gives it.
#[derive(Debug, Clone, Copy)]
struct Moved {
    oid: u32,
    pid: i32,
}

impl Switch<'_> {
    /// Renames both in one transaction: at any moment there is a database of that name, and a failure changes nothing.
    ///
    /// A database is renamed only when nobody is connected. Renaming it keeps new sessions waiting until it is over, so that ending
    /// those that were there before is enough, as long as that goes on while it waits.
    pub(super) async fn run(&self) -> Result<()> {
        let client = sql::connect(self.maintenance).await?;
        let sweeper = sql::connect(self.maintenance).await?;
        let query = include_str!("../../queries/database_oid.sql");
        let row = client.query_one(query, &[&self.restored]).await.map_err(failed(OPERATION))?;
        let moved = Moved { oid: row.get("oid"), pid: row.get("pid") };
        let mut attempt = 1;
        loop {
            let renamed = tokio::select! {
                renamed = self.rename(&client) => renamed,
                never = sweep(&sweeper, [self.restored, self.target]) => match never {},
            };
            let Err(error) = renamed else { return self.commit(&client, moved).await };
            let rolled_back = client.batch_execute("ROLLBACK").await;
            if !is_in_use(&error) {
                return Err(error);
            }
            // Such sessions may be over soon, but nobody waits for long.
            if attempt > 1
                && let Some(others) = self.in_use(&sweeper).await
            {
                return Err(others);
            }
            if attempt == ATTEMPTS {
                return Err(error);
            }
            rolled_back.map_err(failed(OPERATION))?;
            attempt += 1;
        }
    }

    async fn rename(&self, client: &Client) -> Result<()> {
        let rename = include_str!("../../queries/rename_database.sql");
        client.batch_execute("BEGIN").await.map_err(failed(OPERATION))?;
        if let Some(old) = self.old {
            sql::run_made(OPERATION, client, rename, &[&self.target, &old]).await?;
        }
        sql::run_made(OPERATION, client, rename, &[&self.restored, &self.target]).await?;
        let dress = include_str!("../../queries/dress_limit.sql");
        let row = client.query_one(dress, &[&self.target, &-1_i64, &self.comment]).await;
        let comment: String = row.map_err(failed(OPERATION))?.get("comment");
        client.batch_execute(&comment).await.map_err(failed(OPERATION))
    }

    /// Once it is sent, an error does not tell whether it was done. The server does.
    async fn commit(&self, client: &Client, moved: Moved) -> Result<()> {
        let Err(error) = client.batch_execute("COMMIT").await else { return Ok(()) };
        let deadline = Instant::now() + DECIDED_WITHIN;
        loop {
            match self.was_switched(moved).await {
                Ok(Some(true)) => return Ok(()),
                Ok(Some(false)) => return Err(failed(OPERATION)(error)),
                Ok(None) | Err(_) if Instant::now() < deadline => {
                    tokio::time::sleep(SWEEP_EVERY).await;
                }
                Ok(None) | Err(_) => return Err(self.unknown()),
            }
        }
    }

    /// None while the session that gave the name is at it. One that waits for us waits in vain.
    async fn was_switched(&self, moved: Moved) -> Result<Option<bool>> {
        let client = sql::connect(self.maintenance).await?;
        let query = include_str!("../../queries/undecided.sql");
        let row = client.query_one(query, &[&moved.pid]).await.map_err(failed(OPERATION))?;
        if row.get::<_, bool>("is_undecided") {
            return Ok(None);
        }
        let query = include_str!("../../queries/database_name.sql");
        let row = client.query_opt(query, &[&moved.oid]).await.map_err(failed(OPERATION))?;
        Ok(Some(row.is_some_and(|row| row.get::<_, &str>("name") == self.target)))
    }

    fn unknown(&self) -> Error {
        let reason = format!(
            "the connection was lost as the restored database was to become {target}, and the server could not be asked whether it \
             did; if there is no {restored} any more, it did",
            target = self.target,
            restored = self.restored
        );
        Error::Database(agentflow::Error::Unavailable {
            operation: OPERATION,
            reason,
            source: None,
        })
    }

    /// Who is in the way that this role may not end; none if that is nobody, or cannot be found out.
    async fn in_use(&self, client: &Client) -> Option<Error> {
        let databases = [self.target, self.restored];
        let query = include_str!("../../queries/sessions.sql");
        let row = client.query_one(query, &[&databases.as_slice()]).await.ok()?;
        let sessions: i64 = row.get("sessions");
        let reason = format!(
            "{sessions} sessions use the database {} still, which this role may not end (of {}); end them, or connect as a \
             superuser",
            self.target,
            row.get::<_, &str>("whose")
        );
        (sessions > 0).then_some(Error::Conflict { operation: OPERATION, reason })
    }
}

/// Ends the sessions in these databases, again and again. If it cannot, the renaming fails and says why.
async fn sweep(client: &Client, databases: [&str; 2]) -> Infallible {
    loop {
        for database in databases {
            let query = include_str!("../../queries/terminate.sql");
            if let Err(error) = client.query_one(query, &[&database]).await {
                tracing::debug!(%error, "sessions could not be ended");
            }
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

fn is_in_use(error: &Error) -> bool {
    let Error::Database(agentflow::Error::Database { source, .. }) = error else { return false };
    source.code() == Some(&SqlState::OBJECT_IN_USE)
}
