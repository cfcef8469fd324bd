use std::time::Duration;

use agentflow_sql::queries::runs as sql;
use serde::Serialize;

use super::Queue;
use crate::{error::Result, scope::TenantTx, settle::settle};

const MEASURE: &str = "measure the queue of runs";

/// The runs that are due, and that no worker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunsWaiting {
    /// How many active tenants have some.
    pub tenants: u64,
    /// How many there are.
    pub runs: u64,
    /// How long the first of them has been due, by the clock of the database server. Zero when there is none.
    pub longest: Duration,
}

impl Queue {
    /// What waits for a worker at this moment, in all active tenants. Takes the longer the more there is: meant for once in some
    /// seconds.
    pub async fn waiting(&self) -> Result<RunsWaiting> {
        let connection = self.0.checked_connection().await?;
        let tx = TenantTx::begin_nowhere(MEASURE, connection, self.0.clone()).await?;
        let row = sql::measure_due_runs().bind(&tx).one().await;
        let (tx, row) = settle(MEASURE, tx, row).await?;
        tx.commit().await?;
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(RunsWaiting {
            tenants: count(row.tenants),
            runs: count(row.runs),
            longest: Duration::from_millis(count(row.longest_ms)),
        })
    }
}
