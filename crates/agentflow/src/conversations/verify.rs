//! Verification of all messages of a tenant: one connection reads ahead, threads hash, nothing is kept but counts and the
//! ids of what is bad.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use agentflow_core::InvalidInput;
use agentflow_sql::queries::messages as sql;
use futures::TryStreamExt;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use uuid::Uuid;

use super::{columns::Columns, replay::ReplayReport};
use crate::{
    error::{Error, Result},
    store::Handle,
};

const OPERATION: &str = "verify messages";
/// A batch for one thread is handed over when it has so many messages,
const BATCH_ROWS: usize = 500;
/// or so many bytes: messages may be large, and several batches are in memory at once.
const BATCH_BYTES: usize = 1 << 20;
/// Where counting ends: what is only for progress should not take long.
const MAX_COUNTED: i64 = 20_000_000;

/// How to verify all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanOptions {
    /// Threads that hash at the same time; by default one for each processor.
    pub jobs: usize,
    /// Messages that are asked for at once, 1 or more.
    pub page: u32,
}

impl Default for ScanOptions {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { jobs, page: 20_000 }
    }
}

/// How far verification is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScanProgress {
    /// Messages looked at.
    pub done: u64,
    /// Messages there were when it began, counted up to 20 million.
    pub total: u64,
}

pub(super) async fn run(
    handle: &Handle,
    options: &ScanOptions,
    progress: &(dyn Fn(ScanProgress) + Send + Sync),
) -> Result<ReplayReport> {
    let began = Instant::now();
    let total = count(handle).await?;
    progress(ScanProgress { done: 0, total });
    let jobs = options.jobs.clamp(1, 1_024);
    // One batch for each thread in advance.
    let (sender, receiver) = mpsc::channel(jobs);
    let receiver = AsyncMutex::new(receiver);
    let report = Mutex::new(ReplayReport::default());
    let workers = (0..jobs).map(|_| async {
        loop {
            // Apart, so that the lock is given back before the work begins.
            let batch = receiver.lock().await.recv().await;
            let Some(batch) = batch else { return Ok(()) };
            let part = tokio::task::spawn_blocking(move || verify(batch)).await.map_err(broken)?;
            let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
            report.merge(part);
            let done = report.total;
            drop(report);
            progress(ScanProgress { done, total: total.max(done) });
        }
    });
    // Whoever fails stops the others. All of it ends with this future; what threads have begun is a batch each.
    let workers = futures::future::try_join_all(workers);
    futures::try_join!(read(handle, options.page.max(1), sender), workers)?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Threads finish in any order.
    report.bad.sort_by_key(|bad| bad.id);
    Ok(report.finish(began))
}

async fn count(handle: &Handle) -> Result<u64> {
    let flight = handle.flight(OPERATION).await?;
    let count =
        sql::estimate_messages().bind(&flight, handle.tenant.as_uuid(), &MAX_COUNTED).one().await;
    Ok(u64::try_from(flight.land(count).await?).unwrap_or(0))
}

/// Reads page after page and hands over batches, until all are read or nobody wants more.
async fn read(handle: &Handle, page: u32, sender: mpsc::Sender<Vec<Columns>>) -> Result<()> {
    let mut from = Some(Uuid::nil());
    while let Some(first) = from {
        let flight = handle.flight(OPERATION).await?;
        let rows = async {
            let statement = sql::scan_messages();
            let page_size = i64::from(page);
            let rows = statement.bind(&flight, handle.tenant.as_uuid(), &first, &page_size);
            let mut rows = pin!(rows.iter().await?);
            let (mut seen, mut last) = (0, None);
            let (mut batch, mut bytes) = (Vec::with_capacity(BATCH_ROWS), 0);
            while let Some(row) = rows.try_next().await? {
                seen += 1;
                last = row.id.as_u128().checked_add(1);
                let columns = Columns::from(row);
                bytes += columns.size();
                batch.push(columns);
                if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
                    bytes = 0;
                    if sender.send(full).await.is_err() {
                        return Ok(None);
                    }
                }
            }
            let more = sender.send(batch).await.is_ok() && seen == page;
            Ok(last.filter(|_| more).map(Uuid::from_u128))
        };
        let rows = rows.await;
        from = flight.land(rows).await?;
    }
    Ok(())
}

fn verify(batch: Vec<Columns>) -> ReplayReport {
    let (mut report, mut buffer) = (ReplayReport::default(), String::with_capacity(1_024));
    for columns in batch {
        let id = columns.id;
        let (_, verdict) = columns.verify(&mut buffer);
        let reason = verdict.err().map(|error: InvalidInput| error.to_string());
        report.add(id, reason.as_deref().map_or(Ok(()), Err));
    }
    report
}

/// A thread that was not there any more: the program is ending.
#[expect(clippy::needless_pass_by_value, reason = "as map_err gives it")]
fn broken(error: tokio::task::JoinError) -> Error {
    Error::Unavailable { operation: OPERATION, reason: error.to_string(), source: None }
}
