//! A run from taking the lock to releasing it.

use crate::error::Error;
use crate::history::{History, TableName};
use crate::lock::Lock;
use crate::options::{Observer, Options};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// A connection that holds the lock.
pub(crate) struct Session<'a> {
    pub(crate) client: &'a mut Client,
    pub(crate) history: History,
    pub(crate) options: &'a Options,
    lock: Lock,
    search_path: String,
}

impl<'a> Session<'a> {
    /// Takes the lock; only then creates the history table.
    pub(crate) async fn open(
        client: &'a mut Client,
        options: &'a Options,
    ) -> Result<Session<'a>, Error> {
        let name = TableName::parse(&options.table)?;
        let history = History::find(client, &name).await?;
        let search_path = client
            .query_typed_one(include_str!("../queries/search_path_read.sql"), &[])
            .await
            .map_err(Error::database("reading the search path"))?
            .get("search_path");
        let lock = Lock::of(history.identity());
        lock.acquire(client, options.lock_wait, options.observer.as_deref()).await?;
        let mut session = Session { client, history, options, lock, search_path };
        match session.prepare(&name).await {
            Ok(()) => Ok(session),
            Err(error) => session.close(Err(error)).await,
        }
    }

    /// Whoever held the lock before may have created the table meanwhile.
    async fn prepare(&mut self, name: &TableName) -> Result<(), Error> {
        self.history = History::find(self.client, name).await?;
        self.history.create(self.client).await
    }

    /// Releases the lock, whatever became of the run. An error of the run outweighs one of the
    /// release.
    pub(crate) async fn close<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        let released = self.lock.release(self.client).await;
        let value = result?;
        released?;
        Ok(value)
    }

    pub(crate) async fn check_lock(&self) -> Result<(), Error> {
        self.lock.check(self.client).await
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.options.observer.as_deref()
    }

    /// A script that sets the search path (as those made by pg_dump do) must not change what the
    /// next one means.
    pub(crate) async fn restore_search_path(&self) -> Result<(), tokio_postgres::Error> {
        let sql = include_str!("../queries/search_path_set.sql");
        self.client.query_typed(sql, &[(&self.search_path, Type::TEXT)]).await?;
        Ok(())
    }
}
