use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_postgres::{Statement, types::Type};

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
        Self { mode, pool, learned: Mutex::default() }
    }

    pub(crate) fn mode(&self) -> Statements {
        self.mode
    }

    /// Prepares `sql` for `connection`. Costs a round trip the first time only.
    pub(crate) async fn prepare(
        &self,
        connection: &Connection,
        sql: &str,
    ) -> Result<Prepared, tokio_postgres::Error> {
        match self.mode {
            Statements::Named => connection.prepare_cached(sql).await.map(Prepared::Named),
            Statements::Typed => self.learn(sql).await.map(Prepared::Typed),
        }
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
        let client = self.pool.connect_raw().await?;
        client.batch_execute("BEGIN").await?;
        let statement = client.prepare(sql).await?;
        client.batch_execute("DEALLOCATE ALL; COMMIT").await?;
        let learned = Learned { sql: sql.into(), types: statement.params().into(), statement };
        self.learned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sql.to_owned(), learned.clone());
        Ok(learned)
    }
}
