//! One run at a time: a session-level advisory lock that is only ever tried.
//!
//! A blocking `pg_advisory_lock` keeps a snapshot open while it waits, and CREATE INDEX
//! CONCURRENTLY of the holder waits for every snapshot: both would wait for each other. Here the
//! waiting session is idle between tries.

use crate::error::Error;
use crate::options::Observer;
use crate::retry::Polling;
use aws_lc_rs::digest::{SHA256, digest};
use std::time::{Duration, Instant};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

pub(crate) struct Lock {
    key: i64,
}

impl Lock {
    /// The lock of one history; advisory locks are per database already.
    pub(crate) fn of(history: &str) -> Lock {
        let digest = digest(&SHA256, format!("schema migrations in {history}").as_bytes());
        let key =
            digest.as_ref().iter().take(8).fold(0_i64, |key, &byte| (key << 8) | i64::from(byte));
        Lock { key }
    }

    /// Takes the lock, trying again for up to `wait`.
    pub(crate) async fn acquire(
        &self,
        client: &Client,
        wait: Duration,
        observer: Option<&dyn Observer>,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let mut polling = Polling::new(Duration::from_millis(50), Duration::from_secs(2));
        while !self.ask(client, include_str!("../queries/lock_try.sql"), "taking the lock").await? {
            let holder = self.holder(client).await?;
            let waited = started.elapsed();
            if waited >= wait {
                return Err(Error::Locked { holder, waited });
            }
            tracing::debug!(holder, "waiting for the migration lock");
            if let Some(observer) = observer {
                observer.waiting_for_lock(holder);
            }
            tokio::time::sleep(polling.pause().min(wait.saturating_sub(waited))).await;
        }
        // A second statement: behind a pooler in transaction mode it reaches another backend.
        if let Err(error) = self.check(client).await {
            self.release(client).await.ok();
            return Err(error);
        }
        Ok(())
    }

    /// Fails unless the backend that answers now holds the lock.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), Error> {
        let row = self.held(client, "checking the lock").await?;
        if row.is_some_and(|row| row.get("is_own")) { Ok(()) } else { Err(Error::Pooled) }
    }

    pub(crate) async fn release(&self, client: &Client) -> Result<(), Error> {
        self.ask(client, include_str!("../queries/lock_release.sql"), "releasing the lock").await?;
        Ok(())
    }

    async fn ask(&self, client: &Client, sql: &str, doing: &'static str) -> Result<bool, Error> {
        let row = client
            .query_typed_one(sql, &[(&self.key, Type::INT8)])
            .await
            .map_err(Error::database(doing))?;
        Ok(row.get(0))
    }

    async fn holder(&self, client: &Client) -> Result<Option<i32>, Error> {
        let row = self.held(client, "looking for the holder of the lock").await?;
        Ok(row.map(|row| row.get("pid")))
    }

    async fn held(&self, client: &Client, doing: &'static str) -> Result<Option<Row>, Error> {
        client
            .query_typed_opt(include_str!("../queries/lock_holder.sql"), &[(&self.key, Type::INT8)])
            .await
            .map_err(Error::database(doing))
    }
}
