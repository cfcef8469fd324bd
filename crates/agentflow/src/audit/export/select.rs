use agentflow_core::{
    audit::{EventStatus, SignedCheckpoint, bundle::Header},
    ids::TenantId,
};
use agentflow_sql::queries::audit_exports as sql;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{ExportOptions, Point, Signed, Snapshot};
use crate::{
    audit::AuditFilter,
    error::{Error, Result},
};

/// What of a chain goes into a bundle, and what must be read for it.
#[derive(Debug)]
pub(super) struct Selection {
    /// What proves it.
    pub(super) checkpoint: SignedCheckpoint,
    /// Entries that the checkpoint covers.
    pub(super) size: i64,
    /// Entries up to here are left out and need not be read.
    pub(super) start: Point,
    /// The first entry that goes into the bundle.
    pub(super) first: i64,
    /// The last one.
    pub(super) last: i64,
    /// How many do.
    pub(super) count: i64,
}

impl Selection {
    pub(super) async fn make(snapshot: &Snapshot, options: &ExportOptions) -> Result<Self> {
        let (_, pruned) = snapshot.ends().await?;
        let signed = find_checkpoint(snapshot, options.checkpoint).await?;
        let size = signed.point.seq;
        let before = options.filter.before_seq.map(|seq| seq.saturating_sub(1));
        let ends = [options.to_seq, before, Some(size)];
        let last = ends.into_iter().flatten().min().unwrap_or(size);
        let first = options.from_seq.unwrap_or(1).max(pruned + 1);
        let (first, last, count) = if first > last {
            (0, 0, 0)
        } else if is_open(&options.filter) {
            // Each of them, or the chain has holes, which reading it will show.
            (first, last, last - first + 1)
        } else {
            count(snapshot, &options.filter, first, last).await?
        };
        // The nearest place below from where the tree is known.
        let start =
            if count == 0 { signed.point } else { Point::at_most(snapshot, first - 1).await? };
        Ok(Self { checkpoint: signed.checkpoint, size, start, first, last, count })
    }

    /// How many entries must be read.
    pub(super) fn to_read(&self) -> u64 {
        unsigned(self.size - self.start.seq)
    }

    pub(super) fn header(
        &self,
        tenant_id: TenantId,
        filter: Option<Map<String, Value>>,
        exported_at: Timestamp,
    ) -> Header {
        Header {
            tenant_id,
            size: unsigned(self.size),
            count: unsigned(self.count),
            first_seq: unsigned(self.first),
            last_seq: unsigned(self.last),
            left_out: unsigned(self.size - self.count),
            filter,
            exported_at,
        }
    }
}

/// A number of entries, which is never negative.
fn unsigned(number: i64) -> u64 {
    number.unsigned_abs()
}

async fn find_checkpoint(snapshot: &Snapshot, size: Option<i64>) -> Result<Signed> {
    let operation = snapshot.operation();
    let signed = Signed::last(snapshot, size).await?;
    match size {
        Some(size) => {
            signed.filter(|signed| signed.point.seq == size).ok_or_else(|| {
                Error::not_found(operation, format!("a checkpoint of the first {size} entries"))
            })
        }
        None => signed.ok_or_else(|| {
            let reason = "no checkpoint of the chain was taken yet, which a bundle ends with; take one with \
                          `af audit checkpoint`";
            Error::Conflict { operation, reason: reason.to_owned() }
        }),
    }
}

/// Whether every entry passes.
fn is_open(filter: &AuditFilter) -> bool {
    let AuditFilter {
        before_seq: _,
        action,
        actor_id,
        resource_type,
        resource_id,
        status,
        since,
        until,
    } = filter;
    let texts = [action, actor_id, resource_type, resource_id];
    texts.iter().all(|text| text.is_none())
        && status.is_none()
        && since.is_none()
        && until.is_none()
}

/// The first and the last entry that pass, and how many do.
async fn count(
    snapshot: &Snapshot,
    filter: &AuditFilter,
    first: i64,
    last: i64,
) -> Result<(i64, i64, i64)> {
    let counted = sql::count_exported_audits()
        .bind(
            snapshot.client(),
            snapshot.tenant().as_uuid(),
            &first,
            &last,
            &filter.action,
            &filter.actor_id,
            &filter.resource_type,
            &filter.resource_id,
            &filter.status.map(EventStatus::as_str),
            &filter.since,
            &filter.until,
        )
        .one()
        .await
        .map_err(|error| snapshot.failed(error))?;
    Ok((counted.first_seq.unwrap_or(0), counted.last_seq.unwrap_or(0), counted.entries))
}
