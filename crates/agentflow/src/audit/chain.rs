//! One tenant's chain as verification sees it: from where to where it goes, and what is known of it so far.

use agentflow_core::{
    audit::{TrustedKeys, genesis_hash},
    hash::Sha256,
    ids::TenantId,
    merkle::CompactRange,
};
use agentflow_sql::queries::audit as sql;
use tokio_postgres::Client;

use super::{
    segment::{Fault, Segment},
    verify::{
        Claim, Join, Part, TenantVerdict, Unlogged, Verdict, Witness, check_pruned,
        find_resume_point, list_unlogged, read_checkpoint, sort_claims,
    },
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
    /// The first entry to be read: the first there should be, or the one after a checkpoint that is believed.
    begin: i64,
    /// What that entry follows.
    start: Sha256,
    /// The first entry no segment was given out for.
    next: i64,
    /// What others than the checkpoints in the database say, in order of the sizes.
    claims: Vec<Claim>,
    last_checkpoint: i64,
    join: Join,
    fault: Option<Fault>,
}

/// How to open a chain.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    pub(super) keys: &'a TrustedKeys,
    pub(super) since_checkpoint: bool,
    /// Whether the log of all tenants can be read, and so must say the same.
    pub(super) reads_log: bool,
    /// What copies kept elsewhere say.
    pub(super) copies: Vec<Claim>,
}

/// A stretch of a chain, and what is to be done about it.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) segment: Segment,
    /// Whether the tree over it is needed, because something is said about its entries or later ones.
    pub(super) needs_tree: bool,
    /// Whether there may be checkpoints in the database.
    pub(super) has_checkpoints: bool,
    /// What others say.
    pub(super) claims: Vec<Claim>,
}

impl Chain {
    /// Looks at both ends of a chain: what its head says, and what its rows say. Then at what others say about it.
    pub(super) async fn open(
        client: &Client,
        (tenant, slug): (TenantId, Option<String>),
        opening: Opening<'_>,
    ) -> Result<Self, tokio_postgres::Error> {
        // Asked at once, which for a short chain is much of what there is to wait for.
        let (head, extent) = (sql::get_audit_head(), sql::get_audit_extent());
        let unlogged = async {
            if opening.reads_log {
                list_unlogged(client, tenant).await
            } else {
                Ok(Unlogged::default())
            }
        };
        let (heads, extent, unlogged) = futures::try_join!(
            head.bind(client, tenant.as_uuid()).all(),
            extent.bind(client, tenant.as_uuid()).one(),
            unlogged,
        )?;
        let rows_end = extent.last_seq.unwrap_or(0);
        let mut chain = Self {
            tenant,
            slug,
            first: 1,
            last: rows_end,
            begin: 1,
            start: genesis_hash(tenant),
            next: 1,
            claims: opening.copies,
            last_checkpoint: extent.last_checkpoint.unwrap_or(0),
            join: Join::after(CompactRange::new(), 0),
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
        chain.claims.extend(unlogged.claims);
        sort_claims(&mut chain.claims);
        chain.compare_length();
        if let Some(fault) = unlogged.fault {
            chain.blame(fault);
        }
        chain.compare_with_claims(client, opening.keys, opening.since_checkpoint).await?;
        Ok(chain)
    }

    async fn compare_with_head(
        &mut self,
        client: &Client,
        head: &End,
        rows_end: i64,
    ) -> Result<(), tokio_postgres::Error> {
        self.first = head.pruned_seq.saturating_add(1);
        (self.begin, self.next) = (self.first, self.first);
        self.last = head.seq.max(rows_end);
        if head.pruned_seq > 0 {
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

    /// Compares the end of the chain with the sizes that others say it had.
    fn compare_length(&mut self) {
        if self.last_claim() > self.last {
            let (seq, size) = (self.last.saturating_add(1), self.last_claim());
            let reason = format!("the chain ends at entry {}, and {size} were signed", self.last);
            self.blame(Fault::new(seq, reason));
        }
    }

    /// Compares what others say with the beginning of the chain, and finds where reading may begin.
    async fn compare_with_claims(
        &mut self,
        client: &Client,
        keys: &TrustedKeys,
        since_checkpoint: bool,
    ) -> Result<(), tokio_postgres::Error> {
        if self.first > 1 {
            self.begin_at_pruned(client, keys).await?;
        }
        // A chain that is wrong is read in full, to name what is wrong first.
        let may_resume = since_checkpoint && self.fault.is_none();
        let resume = if may_resume {
            find_resume_point(client, self.tenant, (self.first, self.last), keys, &self.claims)
                .await?
        } else {
            None
        };
        if let Some(point) = resume {
            self.begin = point.seq.saturating_add(1);
            (self.next, self.start) = (self.begin, point.head_hash);
            self.join = Join::after(point.range, point.seq);
        } else if self.first > 1 && self.fault.as_ref().is_none_or(|fault| fault.seq > 1) {
            let fault =
                check_pruned(client, self.tenant, self.first - 1, keys, &self.claims).await?;
            if let Some(fault) = fault {
                self.blame(fault);
            }
        }
        Ok(())
    }

    /// Begins behind the entries that retention removed, if a checkpoint says what they were.
    async fn begin_at_pruned(
        &mut self,
        client: &Client,
        keys: &TrustedKeys,
    ) -> Result<(), tokio_postgres::Error> {
        let pruned = self.first - 1;
        match read_checkpoint(client, self.tenant, pruned, keys).await? {
            Some(Ok(checkpoint)) if checkpoint.head_hash == self.start => {
                self.join = Join::after(checkpoint.range, pruned);
            }
            Some(Err(reason)) => {
                self.blame(Fault::new(1, format!("entries 1 to {pruned} are gone, and {reason}")));
            }
            _ => {
                let reason =
                    format!("entries 1 to {pruned} are gone, and no checkpoint covers them");
                self.blame(Fault::new(1, reason));
            }
        }
        Ok(())
    }

    /// The next stretch to verify. None after the first fault: what follows it proves nothing.
    pub(super) fn next_task(&mut self, rows: i64) -> Option<Task> {
        let end = self.fault.as_ref().map_or(self.last, |fault| self.last.min(fault.seq));
        if self.next > end {
            return None;
        }
        let (first, last) = (self.next, end.min(self.next.saturating_add(rows - 1)));
        self.next = last.saturating_add(1);
        let start = (first == self.begin).then_some(self.start);
        let from = self.claims.partition_point(|claim| claim.size < first);
        let to = self.claims.partition_point(|claim| claim.size <= last);
        Some(Task {
            segment: Segment { tenant: self.tenant, first, last, start },
            needs_tree: first <= self.last_claim(),
            has_checkpoints: first <= self.last_checkpoint,
            claims: self.claims.get(from..to).unwrap_or_default().to_vec(),
        })
    }

    /// The largest size that something is said about.
    fn last_claim(&self) -> i64 {
        self.claims.last().map_or(0, |claim| claim.size).max(self.last_checkpoint)
    }

    /// Entries that are there to be read, or should be.
    pub(super) fn len(&self) -> i64 {
        self.last.saturating_sub(self.begin).saturating_add(1).max(0)
    }

    /// Takes what a segment was found to hold, and its tree.
    pub(super) fn add(&mut self, first: i64, fault: Option<Fault>, part: Option<Part>) {
        let refuted = part.and_then(|part| self.join.add(first, part));
        for fault in fault.into_iter().chain(refuted) {
            self.blame(fault);
        }
    }

    /// Keeps the fault that comes first in the chain; of two at one entry, the one found by reading it.
    pub(super) fn blame(&mut self, fault: Fault) {
        if self.fault.as_ref().is_none_or(|known| fault.seq <= known.seq) {
            self.fault = Some(fault);
        }
    }

    pub(super) fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Copies that agree, and the largest size that one of them, or the log of all tenants as copied, vouches for.
    fn copies(&self, logged: Option<i64>) -> (u64, Option<i64>) {
        let is_right = |size: i64| self.fault.as_ref().is_none_or(|fault| size < fault.seq);
        let (mut count, mut covered) = self.join.copies();
        // Those about entries that are not read were compared with the checkpoints in the database.
        let unread = self.claims.iter().take_while(|claim| claim.size < self.begin);
        for claim in unread.filter(|claim| claim.by == Witness::Copy && is_right(claim.size)) {
            count += 1;
            covered = covered.max(Some(claim.size));
        }
        // The checkpoints in the database are those in the log, and what they say was compared.
        let logged = logged.filter(|size| self.slug.is_some() && is_right(*size));
        (count, covered.max(logged))
    }

    /// The verdict. `logged` is the size that the log of all tenants tells, as far as copies vouch for it.
    pub(super) fn verdict(self, logged: Option<i64>) -> TenantVerdict {
        let total = self.len();
        let is_resumed = self.begin > self.first;
        let seq = self.fault.as_ref().map(|fault| fault.seq);
        let (copies, covered_by_copies) = self.copies(logged);
        TenantVerdict {
            tenant_id: self.tenant,
            slug: self.slug,
            status: if seq.is_none() { Verdict::Success } else { Verdict::Tampered },
            total_records: total,
            verified_records: seq
                .map_or(total, |seq| seq.saturating_sub(self.begin).clamp(0, total)),
            checkpoints: self.join.checked(),
            copies,
            covered_by_copies,
            resumed_from: is_resumed.then(|| self.begin - 1),
            first_tampered_index: seq.map(|seq| seq.saturating_sub(self.first).max(0)),
            first_tampered_seq: seq,
            error_message: self.fault.map(|fault| fault.reason),
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
