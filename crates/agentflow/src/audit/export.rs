//! Exports: entries of a chain in a file of their own, which proves itself to whoever has the public key.

mod point;
mod select;
mod snapshot;
mod write;

use std::{io::Write, sync::Arc};

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, EventStatus, Resource, SignedCheckpoint},
    hash::Sha256,
    ids::TenantId,
};
use agentflow_sql::queries::{audit_configs::note_audit_export, audit_exports as sql};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

pub(super) use point::{Point, Signed};
use select::Selection;
pub(crate) use snapshot::{Reader, Snapshot};
use write::{Block, Writing};

use super::{Audit, list::AuditFilter};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle,
    store::Shared,
};

pub(super) const OPERATION: &str = "export the audit chain";
/// Blocks that wait for the writer. A block has 64 records, which may have 1 MiB each: more of them would be too much.
const BLOCKS_AHEAD: usize = 3;
/// Entries between two reports of progress.
const PROGRESS_ENTRIES: u64 = 10_000;

/// What to export. By default everything that the last checkpoint covers.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// Only entries that pass this. What does not is left out, and counted in the bundle.
    pub filter: AuditFilter,
    /// Only this entry and later ones.
    pub from_seq: Option<i64>,
    /// Only this entry and earlier ones.
    pub to_seq: Option<i64>,
    /// The size of the checkpoint to prove it with; that of the last one if absent.
    pub checkpoint: Option<i64>,
}

impl ExportOptions {
    /// What the bundle says was asked for. None if that is everything.
    fn claim(&self) -> Option<Map<String, Value>> {
        let AuditFilter { action, actor_id, resource_type, resource_id, status, .. } = &self.filter;
        let mut claim = Map::new();
        let mut say = |key: &str, value: Option<Value>| {
            claim.extend(value.map(|value| (key.to_owned(), value)));
        };
        say("action", action.clone().map(Value::from));
        say("actor_id", actor_id.clone().map(Value::from));
        say("resource_type", resource_type.clone().map(Value::from));
        say("resource_id", resource_id.clone().map(Value::from));
        say("status", status.map(|status| status.as_str().into()));
        say("since", self.filter.since.map(|time| time.to_string().into()));
        say("until", self.filter.until.map(|time| time.to_string().into()));
        say("before_seq", self.filter.before_seq.map(Value::from));
        say("from_seq", self.from_seq.map(Value::from));
        say("to_seq", self.to_seq.map(Value::from));
        (!claim.is_empty()).then_some(claim)
    }

    fn check(&self) -> Result<()> {
        let refuse = |field: &str, reason: &str| {
            let input = InvalidInput::new(field, reason);
            Err(Error::InvalidInput { operation: OPERATION, input })
        };
        let range =
            [("from_seq", self.from_seq), ("to_seq", self.to_seq), ("checkpoint", self.checkpoint)];
        for (field, seq) in range {
            if seq.is_some_and(|seq| seq < 1) {
                return refuse(field, "entries are counted from 1");
            }
        }
        if let (Some(from), Some(to)) = (self.from_seq, self.to_seq)
            && from > to
        {
            return refuse("to_seq", "it is before from_seq");
        }
        Ok(())
    }
}

/// How far an export is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Entries that were read, whether they are in the bundle or left out.
    pub done: u64,
    /// Entries to read.
    pub total: u64,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// Records in the bundle.
    pub count: u64,
    /// Position of the first of them; 0 if there are none.
    pub first_seq: u64,
    /// Position of the last of them; 0 if there are none.
    pub last_seq: u64,
    /// Entries that the checkpoint covers and the bundle leaves out, those that retention removed included.
    pub left_out: u64,
    /// The length of the bundle.
    pub bytes: u64,
    /// The hash of the bundle.
    pub sha256: Sha256,
    /// The checkpoint that proves it.
    pub checkpoint: SignedCheckpoint,
}

pub(super) type Progress<'a> = &'a (dyn Fn(ExportProgress) + Send + Sync);

impl Audit {
    /// Exports entries as a bundle, in one snapshot of the chain and with constant memory, and records that in the
    /// chain afterwards. See [`agentflow_core::audit::bundle`] for what a bundle is and how to verify it.
    ///
    /// Everything that is written was checked on the way: a chain that was tampered with is [`Error::Tampered`], and
    /// what `writer` was given by then is of no use. So write to a temporary file, and rename it when this returns.
    /// Fails with [`Error::Conflict`] as long as no checkpoint was taken.
    ///
    /// Entries before the first one that is exported are not looked at, as far as a checkpoint tells what they are.
    ///
    /// `writer` works in a thread of its own, which waits for it; dropping the future ends that thread after the next
    /// write. It need not be buffered, and it is flushed at the end, but not synced to a disk: hand over an
    /// `Arc<File>` to do that yourself. `progress` is called as work is done.
    pub async fn export<W: Write + Send + 'static>(
        &self,
        options: &ExportOptions,
        by: &Actor,
        writer: W,
        progress: &(dyn Fn(ExportProgress) + Send + Sync),
    ) -> Result<ExportReport> {
        let (shared, tenant) = (&self.shared, self.tenant);
        let report = export_bundle(shared, tenant, Reader::Tenant, options, writer, progress);
        let report = report.await?;
        let filter = options.claim().map_or(Value::Null, Value::Object);
        let event = Event::new("audit.exported", Resource::kind("audit"), by.clone())
            .with_detail("count", report.count)
            .with_detail("size", report.checkpoint.checkpoint().size)
            .with_detail("filter", filter)
            .with_detail("sha256", report.sha256.to_string());
        self.note_export(&event).await?;
        Ok(report)
    }

    async fn note_export(&self, event: &Event) -> Result<()> {
        let connection = self.shared.checked_connection().await?;
        let tx =
            TenantTx::begin(OPERATION, connection, Arc::clone(&self.shared), self.tenant).await?;
        let (id, now) = (self.shared.next_id(), self.shared.now());
        let noted = note_audit_export().bind(&tx, self.tenant.as_uuid(), &id, &now).await;
        let (tx, _) = settle(OPERATION, tx, noted).await?;
        tx.audit_and_commit(event).await.map(drop)
    }
}

/// Writes a bundle, from a snapshot of its own.
pub(super) async fn export_bundle<W: Write + Send + 'static>(
    shared: &Arc<Shared>,
    tenant: TenantId,
    reader: Reader,
    options: &ExportOptions,
    writer: W,
    progress: Progress<'_>,
) -> Result<ExportReport> {
    options.check()?;
    let snapshot = Snapshot::open(shared, tenant, reader, OPERATION).await?;
    let (report, _) = write_bundle(&snapshot, options, shared.now(), writer, progress).await?;
    snapshot.close().await?;
    Ok(report)
}

/// Writes a bundle, and gives its writer back: the chain is read here, and checked and written in a thread of its own.
pub(crate) async fn write_bundle<W: Write + Send + 'static>(
    snapshot: &Snapshot,
    options: &ExportOptions,
    exported_at: Timestamp,
    writer: W,
    progress: Progress<'_>,
) -> Result<(ExportReport, W)> {
    let selection = Selection::make(snapshot, options).await?;
    let header = selection.header(snapshot.tenant(), options.claim(), exported_at);
    let (sender, receiver) = mpsc::channel(BLOCKS_AHEAD);
    let writing = Writing {
        header,
        start: selection.start.clone(),
        checkpoint: selection.checkpoint.clone(),
    };
    let writing = tokio::task::spawn_blocking(move || writing.run(receiver, writer));

    let fed = feed(snapshot, &selection, &options.filter, sender, progress).await;
    let written = writing.await.map_err(|error| {
        let reason = format!("the writer stopped: {error}");
        Error::Unavailable { operation: OPERATION, reason, source: None }
    })?;
    // When the writer gave up, nobody took the rest, and why it did is the reason.
    fed?;
    written
}

/// Sends the chain to the writer. False if that gave up.
async fn feed(
    snapshot: &Snapshot,
    selection: &Selection,
    filter: &AuditFilter,
    sender: mpsc::Sender<Block>,
    progress: Progress<'_>,
) -> Result<bool> {
    let total = selection.to_read();
    let mut feed = Feed { sender, progress, seen: ExportProgress { done: 0, total }, told: 0 };
    let (start, first, last) = (selection.start.seq + 1, selection.first, selection.last);
    let is_taken = if selection.count == 0 {
        feed.hashes(snapshot, start, selection.size).await?
    } else {
        feed.hashes(snapshot, start, first - 1).await?
            && feed.links(snapshot, first, last, filter).await?
            && feed.hashes(snapshot, last + 1, selection.size).await?
    };
    if is_taken {
        feed.seen.done = total;
        (feed.progress)(feed.seen);
    }
    Ok(is_taken)
}

struct Feed<'a> {
    sender: mpsc::Sender<Block>,
    progress: Progress<'a>,
    seen: ExportProgress,
    /// What was done when progress was last told.
    told: u64,
}

impl Feed<'_> {
    async fn hashes(&mut self, snapshot: &Snapshot, first: i64, last: i64) -> Result<bool> {
        if first > last {
            return Ok(true);
        }
        let (statement, tenant) = (sql::read_audit_hashes(), snapshot.tenant());
        let blocks =
            statement.bind(snapshot.client(), &first, &last, tenant.as_uuid()).iter().await;
        let mut blocks = std::pin::pin!(blocks.map_err(|error| snapshot.failed(error))?);
        while let Some(hashes) = blocks.try_next().await.map_err(|error| snapshot.failed(error))? {
            if !self.send(Block::Hashes(hashes.unwrap_or_default()), 1_024).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn links(
        &mut self,
        snapshot: &Snapshot,
        first: i64,
        last: i64,
        filter: &AuditFilter,
    ) -> Result<bool> {
        let (statement, tenant) = (sql::read_export_blocks(), snapshot.tenant());
        let status = filter.status.map(EventStatus::as_str);
        let AuditFilter { action, actor_id, resource_type, resource_id, since, until, .. } = filter;
        let blocks = statement
            .bind(
                snapshot.client(),
                &first,
                &last,
                action,
                actor_id,
                resource_type,
                resource_id,
                &status,
                since,
                until,
                tenant.as_uuid(),
            )
            .iter()
            .await;
        let mut blocks = std::pin::pin!(blocks.map_err(|error| snapshot.failed(error))?);
        while let Some(links) = blocks.try_next().await.map_err(|error| snapshot.failed(error))? {
            if !self.send(Block::Links(links.unwrap_or_default()), 64).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// False if nobody takes it any more.
    async fn send(&mut self, block: Block, entries: u64) -> bool {
        if self.sender.send(block).await.is_err() {
            return false;
        }
        self.seen.done = self.seen.total.min(self.seen.done + entries);
        if self.seen.done - self.told >= PROGRESS_ENTRIES {
            self.told = self.seen.done;
            (self.progress)(self.seen);
        }
        true
    }
}
