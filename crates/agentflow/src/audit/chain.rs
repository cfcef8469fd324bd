//! One tenant's chain as verification sees it: from where to where it goes, and what is known of it so far.

use agentflow_core::{audit::genesis_hash, hash::Sha256, ids::TenantId};
use agentflow_sql::queries::audit as sql;
use tokio_postgres::Client;

use super::{
    segment::{Fault, Segment},
    verify::{TenantVerdict, Verdict},
};

/// A chain whose ends were looked at.
#[derive(Debug)]
pub(super) struct Chain {
    tenant: TenantId,
    slug: Option<String>,
    /// The first entry there should be.
    first: i64,
    /// The last entry there is or should be.
    last: i64,
    /// What the first entry follows.
    start: Sha256,
    /// The first entry no segment was given out for.
    next: i64,
    fault: Option<Fault>,
}

impl Chain {
    /// Looks at both ends of a chain: what its head says, and what its rows say.
    pub(super) async fn open(
        client: &Client,
        tenant: TenantId,
        slug: Option<String>,
    ) -> Result<Self, tokio_postgres::Error> {
        let heads = sql::get_audit_head().bind(client, tenant.as_uuid()).all().await?;
        let extent = sql::get_audit_extent().bind(client, tenant.as_uuid()).one().await?;
        let rows_end = extent.last_seq.unwrap_or(0);
        let mut chain = Self {
            tenant,
            slug,
            first: 1,
            last: rows_end,
            start: genesis_hash(tenant),
            next: 1,
            fault: None,
        };
        match heads.as_slice() {
            [] => chain.blame(Fault::new(1, "the head of the chain is missing")),
            [head] => match End::read(head) {
                Some(end) => chain.compare_with_head(client, &end, rows_end).await?,
                None => chain.blame(Fault::new(1, "the head of the chain is not a head")),
            },
            _ => chain.blame(Fault::new(1, "the chain has several heads")),
        }
        if let Some(first_row) = extent.first_seq.filter(|seq| *seq < chain.first) {
            chain.blame(Fault::new(
                first_row,
                format!("entry {first_row} is before the beginning of the chain"),
            ));
        }
        Ok(chain)
    }

    async fn compare_with_head(
        &mut self,
        client: &Client,
        head: &End,
        rows_end: i64,
    ) -> Result<(), tokio_postgres::Error> {
        self.first = head.pruned_seq.saturating_add(1);
        self.next = self.first;
        self.last = head.seq.max(rows_end);
        if head.pruned_seq > 0 {
            let tenant = self.tenant.as_uuid();
            let checkpoint =
                sql::get_checkpoint_hash().bind(client, tenant, &head.pruned_seq).opt().await?;
            if checkpoint.is_none_or(|hash| Sha256::from_slice(&hash) != head.pruned_hash) {
                let reason = format!(
                    "entries 1 to {} are gone, and no checkpoint covers them",
                    head.pruned_seq
                );
                self.blame(Fault::new(1, reason));
            }
            self.start = head.pruned_hash.unwrap_or(self.start);
        } else if head.pruned_hash != Some(self.start) {
            // Nothing was pruned, so the chain must begin as every chain of this tenant does.
            self.blame(Fault::new(self.first, "the head names another beginning of the chain"));
        }
        if rows_end > head.seq {
            let seq = head.seq.saturating_add(1).max(self.first);
            self.blame(Fault::new(
                seq,
                format!("entry {seq} is not covered by the head of the chain"),
            ));
        }
        let end_hash = if head.seq > head.pruned_seq {
            let hash =
                sql::get_audit_hash().bind(client, self.tenant.as_uuid(), &head.seq).opt().await?;
            // A missing last entry is found, and named, by its segment.
            hash.map(|bytes| bytes.and_then(|bytes| Sha256::from_slice(&bytes)))
        } else {
            Some(Some(self.start))
        };
        if end_hash.is_some_and(|hash| hash.is_none() || hash != head.hash) {
            let seq = head.seq.max(self.first);
            let reason = format!(
                "the head of the chain does not hold the hash of entry {seq}: entries were rewritten"
            );
            self.blame(Fault::new(seq, reason));
        }
        Ok(())
    }

    /// The next stretch to verify. None after the first fault: what follows it proves nothing.
    pub(super) fn next_segment(&mut self, rows: i64) -> Option<Segment> {
        let end = self.fault.as_ref().map_or(self.last, |fault| self.last.min(fault.seq));
        if self.next > end {
            return None;
        }
        let (first, last) = (self.next, end.min(self.next.saturating_add(rows - 1)));
        self.next = last.saturating_add(1);
        let start = (first == self.first).then_some(self.start);
        Some(Segment { tenant: self.tenant, first, last, start })
    }

    /// Entries that the chain has or should have.
    pub(super) fn len(&self) -> i64 {
        self.last.saturating_sub(self.first).saturating_add(1).max(0)
    }

    pub(super) fn add(&mut self, fault: Option<Fault>) {
        if let Some(fault) = fault {
            self.blame(fault);
        }
    }

    /// Keeps the fault that comes first in the chain; of two at one entry, the one found by reading it.
    fn blame(&mut self, fault: Fault) {
        if self.fault.as_ref().is_none_or(|known| fault.seq <= known.seq) {
            self.fault = Some(fault);
        }
    }

    pub(super) fn verdict(self) -> TenantVerdict {
        let total = self.len();
        match self.fault {
            None => TenantVerdict {
                tenant_id: self.tenant,
                slug: self.slug,
                status: Verdict::Success,
                total_records: total,
                verified_records: total,
                first_tampered_index: None,
                first_tampered_seq: None,
                error_message: None,
            },
            Some(fault) => {
                let index = fault.seq.saturating_sub(self.first).max(0);
                TenantVerdict {
                    tenant_id: self.tenant,
                    slug: self.slug,
                    status: Verdict::Tampered,
                    total_records: total,
                    verified_records: index,
                    first_tampered_index: Some(index),
                    first_tampered_seq: Some(fault.seq),
                    error_message: Some(fault.reason),
                }
            }
        }
    }
}

/// What the head row says.
struct End {
    seq: i64,
    /// None where it is no hash any more.
    hash: Option<Sha256>,
    pruned_seq: i64,
    pruned_hash: Option<Sha256>,
}

impl End {
    /// None where someone took a value away or put something else there.
    fn read(row: &sql::GetAuditHead) -> Option<Self> {
        Some(Self {
            seq: row.seq.filter(|seq| *seq >= 0)?,
            hash: row.hash.as_deref().and_then(Sha256::from_slice),
            pruned_seq: row.pruned_seq.filter(|seq| *seq >= 0)?,
            pruned_hash: row.pruned_hash.as_deref().and_then(Sha256::from_slice),
        })
    }
}
