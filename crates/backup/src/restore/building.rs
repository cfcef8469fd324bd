//! The database while it is made: dropped again, unless it took its place.

use std::time::Instant;

use agentflow::Config;
use tokio_postgres::Client;

use super::{OPERATION, PhaseTime};
use crate::{Result, sql};

/// A database that is not there to stay yet.
#[derive(Debug)]
pub(super) struct Building {
    /// Of a database that stays.
    maintenance: Config,
    name: String,
    is_there: bool,
}

impl Building {
    pub(super) fn new(maintenance: &Config, name: String) -> Self {
        Self { maintenance: maintenance.clone(), name, is_there: true }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// It took its place.
    pub(super) fn stays(mut self) {
        self.is_there = false;
    }

    /// Drops it now. What that failed for matters less than what it is dropped for.
    pub(super) async fn discard(mut self, client: &Client) {
        if drop_database(client, &self.name).await.is_ok() {
            self.is_there = false;
        }
    }
}

impl Drop for Building {
    /// Whoever gave up waits for this, at most as long as it takes to connect: on a thread of its own, for a runtime may be ending.
    fn drop(&mut self) {
        if !self.is_there {
            return;
        }
        let (config, name) = (self.maintenance.clone(), self.name.clone());
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            let dropped = runtime.block_on(async {
                let client = sql::connect(&config).await?;
                drop_database(&client, &name).await
            });
            if let Err(error) = dropped {
                tracing::warn!(%error, database = name, "the next restore removes a database that is left");
            }
        };
        let _ = std::thread::spawn(work).join();
    }
}

pub(super) async fn drop_database(client: &Client, name: &str) -> Result<()> {
    sql::run_made(OPERATION, client, include_str!("../../queries/drop_database.sql"), &[&name])
        .await
}

/// How long what took.
#[derive(Debug)]
pub(crate) struct Phases {
    began: Instant,
    done: Vec<PhaseTime>,
}

impl Phases {
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), done: Vec::new() }
    }

    /// What went on until now was this.
    pub(crate) fn end(&mut self, name: &'static str) {
        let took = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.done.push(PhaseTime { name, milliseconds: took });
        self.began = Instant::now();
    }

    pub(crate) fn so_far(&self) -> Vec<PhaseTime> {
        self.done.clone()
    }
}
