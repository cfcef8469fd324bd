use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio_postgres::{Statement, types::Type};

use super::FORGET_SESSION;
use crate::{
    config::Statements,
    error::Result,
    pool::{Connection, Pool},
};

/// Prepares statements, in the way the server (or the pooler before it) can bear.
#[derive(Debug)]
pub(crate) struct StatementCache {
    mode: Statements,
    pool: Pool,
    learned: Mutex<HashMap<String, Learned>>,
    /// One connection at a time is opened to learn on.
    learning: tokio::sync::Mutex<()>,
}

/// What is known of a statement that is sent with its text every time.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub(crate) sql: Arc<str>,
    pub(crate) types: Arc<[Type]>,
    /// Only its description is used; the connection that prepared it is gone.
    pub(crate) statement: Statement,
}

/// A statement that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) enum Prepared {
    Named(Statement),
    Typed(Learned),
}

impl Prepared {
    pub(crate) fn statement(&self) -> &Statement {
        match self {
            Self::Named(statement) => statement,
            Self::Typed(learned) => &learned.statement,
        }
    }
}

impl StatementCache {
    pub(crate) fn new(mode: Statements, pool: Pool) -> Self {
        Self { mode, pool, learned: Mutex::default(), learning: tokio::sync::Mutex::default() }
    }

    pub(crate) fn mode(&self) -> Statements {
        self.mode
    }

    /// What a transaction that prepares statements by name begins with, behind its BEGIN. The driver counts its names
    /// from `s0` in every process, and a pooler that does not track them leaves those of others in the way.
    pub(crate) fn clear_names(&self) -> &'static str {
        match self.mode {
            Statements::Named => "",
            Statements::Typed => "; DEALLOCATE ALL",
        }
    }

    /// The end of a transaction that ran a statement of the caller.
    pub(crate) fn forgetting(&self, end: &str) -> String {
        match self.mode {
            Statements::Named => format!("{end}; RESET ALL; {FORGET_SESSION}"),
            // A pooler keeps count of some settings itself, and must not be surprised.
            Statements::Typed => format!("{end}; {FORGET_SESSION}"),
        }
    }

    /// Prepares `sql` for `connection`, which is outside any transaction. Costs a round trip the first time only.
    pub(crate) async fn prepare(
        &self,
        connection: &Connection,
        sql: &str,
    ) -> Result<Prepared, tokio_postgres::Error> {
        match self.mode {
            Statements::Named => connection.prepare_cached(sql).await.map(Prepared::Named),
            // Boxed, because it is large and happens once.
            Statements::Typed => match self.known(sql) {
                Some(learned) => Ok(Prepared::Typed(learned)),
                None => Box::pin(self.learn(sql)).await.map(Prepared::Typed),
            },
        }
    }

    /// Prepares `sql` for `connection`, which is inside a transaction and so keeps its server connection: learning on
    /// another one could wait for ever when a pooler has few. `taught` is set once something was learned here, for
    /// names are left behind then, and what the driver knows about types refers to them.
    pub(crate) async fn prepare_inside(
        &self,
        connection: &Connection,
        taught: &AtomicBool,
        sql: &str,
    ) -> Result<Prepared, tokio_postgres::Error> {
        if self.mode == Statements::Named {
            return connection.prepare_cached(sql).await.map(Prepared::Named);
        }
        if let Some(learned) = self.known(sql) {
            return Ok(Prepared::Typed(learned));
        }
        if !taught.swap(true, Ordering::Relaxed) {
            connection.batch_execute("DEALLOCATE ALL").await?;
        }
        let statement = connection.prepare(sql).await?;
        Ok(Prepared::Typed(self.remember(sql, statement)))
    }

    fn remember(&self, sql: &str, statement: Statement) -> Learned {
        let learned = Learned { sql: sql.into(), types: statement.params().into(), statement };
        let mut all = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(sql.to_owned(), learned.clone());
        learned
    }

    fn known(&self, sql: &str) -> Option<Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned()
    }

    /// Learns the types of a statement on a connection of its own, and leaves no prepared statement behind: another
    /// client of the pooler could meet its name.
    async fn learn(&self, sql: &str) -> Result<Learned, tokio_postgres::Error> {
        if let Some(learned) = self.known(sql) {
            return Ok(learned);
        }
        let _turn = self.learning.lock().await;
        if let Some(learned) = self.known(sql) {
            return Ok(learned);
        }
        let client = self.pool.connect_raw().await?;
        client.batch_execute("BEGIN; DEALLOCATE ALL").await?;
        let statement = client.prepare(sql).await?;
        client.batch_execute("DEALLOCATE ALL; COMMIT").await?;
        Ok(self.remember(sql, statement))
    }
}
