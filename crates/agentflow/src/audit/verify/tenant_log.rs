//! The log of all tenants: whether it is what was signed, and whether every tenant in it is still there.

use std::collections::BTreeMap;

use agentflow_core::{
    audit::{TenantLogEntry, TrustedKeys},
    hash::Sha256,
    ids::TenantId,
    merkle::CompactRange,
};
use agentflow_sql::queries::audit as sql;
use tokio_postgres::Client;

use super::{
    claims::{compact_range, entries, hash, read_note},
    outside::{Outside, Roots, claims},
    report::{TenantLogVerdict, Verdict},
};

const PAGE: i64 = 5_000;

/// The log, read from its beginning to its end or to its first fault.
#[derive(Debug, Default)]
pub(super) struct TenantLog {
    range: CompactRange,
    /// The last size that everybody agreed about.
    agreed: i64,
    checkpoints: u64,
    copies: u64,
    /// Up to where the copies of it vouch for each tenant.
    covered: BTreeMap<TenantId, i64>,
    /// The last that it says about each tenant.
    pub(super) tenants: BTreeMap<TenantId, TenantLogEntry>,
    fault: Option<String>,
}

impl TenantLog {
    /// Reads and verifies it.
    pub(super) async fn read(
        client: &Client,
        keys: &TrustedKeys,
        outside: &Outside,
    ) -> Result<Self, tokio_postgres::Error> {
        let mut log = Self::default();
        loop {
            let after = log.len();
            let page = sql::read_tenant_log().bind(client, &after, &PAGE).all().await?;
            let last = if page.is_empty() { i64::MAX } else { after.saturating_add(PAGE) };
            let statement = sql::read_tenant_log_checkpoints();
            let checkpoints = statement.bind(client, &after, &last).all().await?;
            let done = log.follow(&page, &checkpoints, keys, &outside.tenant_log);
            log.fault = done.err();
            if page.is_empty() || log.fault.is_some() {
                return Ok(log);
            }
        }
    }

    fn len(&self) -> i64 {
        i64::try_from(self.range.end()).unwrap_or(i64::MAX)
    }

    /// Follows a page, and compares it with all checkpoints that end in it.
    fn follow(
        &mut self,
        page: &[sql::ReadTenantLog],
        checkpoints: &[sql::ReadTenantLogCheckpoints],
        keys: &TrustedKeys,
        copies: &Roots,
    ) -> Result<(), String> {
        let mut checkpoints = checkpoints.iter().peekable();
        let last_copy = copies.keys().next_back().copied().unwrap_or(0);
        let mut copies = copies.range(self.len() + 1..).peekable();
        for row in page {
            let (tenant, covered) = self.add(row)?;
            let size = self.len();
            if size <= last_copy {
                self.covered.insert(tenant, covered);
            }
            while let Some(row) = checkpoints.next_if(|row| row.size <= size) {
                self.compare(row, keys)
                    .map_err(|what| format!("its checkpoint at entry {} {what}", row.size))?;
            }
            if let Some((_, roots)) = copies.next_if(|(at, _)| **at == size) {
                for claim in claims(size, roots) {
                    if claim.root.as_ref().ok() != self.range.root().as_ref() {
                        return Err(claim.refute(self.agreed));
                    }
                    self.checkpoints += 1;
                    self.copies += 1;
                }
                self.agreed = size;
            }
        }
        let beyond = copies.next_back().map(|(size, _)| *size);
        let beyond = checkpoints.last().map(|row| row.size).max(beyond);
        match beyond {
            Some(size) if page.is_empty() => {
                Err(format!("it ends at entry {}, and {size} were signed", self.len()))
            }
            _ => Ok(()),
        }
    }

    /// Adds an entry, and returns what it is about: a tenant, and how many of its entries.
    fn add(&mut self, row: &sql::ReadTenantLog) -> Result<(TenantId, i64), String> {
        let position = self.len().saturating_add(1);
        if row.position != position {
            return Err(format!("entry {position} is missing"));
        }
        let wrong = |what: &str| format!("entry {position} {what}");
        let text = row.record.as_deref().ok_or_else(|| wrong("has no record"))?;
        let entry = TenantLogEntry::from_text(text).map_err(|error| wrong(&error.to_string()))?;
        let tenant = entry.tenant_id();
        if row.tenant_id != Some(*tenant.as_uuid()) {
            return Err(wrong("is not about the tenant it is kept under"));
        }
        match self.tenants.get(&tenant) {
            Some(TenantLogEntry::Deleted { .. }) => {
                return Err(wrong("is about a tenant that was deleted before"));
            }
            Some(before) if is_older(&entry, before) => {
                return Err(wrong("is about fewer entries of the tenant than the one before"));
            }
            _ => self.tenants.insert(tenant, entry),
        };
        self.range.push(TenantLogEntry::leaf(text));
        Ok((tenant, i64::try_from(entry.size()).unwrap_or(i64::MAX)))
    }

    fn compare(
        &mut self,
        row: &sql::ReadTenantLogCheckpoints,
        keys: &TrustedKeys,
    ) -> Result<(), String> {
        let signed = read_note(row.note.as_deref(), keys)?;
        let checkpoint = signed.checkpoint();
        if !checkpoint.origin.as_str().ends_with("/tenants") {
            return Err("has the note of another log".to_owned());
        }
        let size = u64::try_from(row.size).unwrap_or(0);
        let root = hash(row.root_hash.as_deref()).ok_or("has no root")?;
        if (checkpoint.size, checkpoint.root) != (size, root) {
            return Err("is not what its note says".to_owned());
        }
        if self.range.root() != Some(root) {
            let entries = entries(self.agreed + 1, row.size);
            return Err(format!("does not fit: {entries} not what was signed"));
        }
        let range = row.compact_range.as_deref().and_then(|bytes| compact_range(size, bytes));
        if range.as_ref() != Some(&self.range) {
            return Err("has another compact range".to_owned());
        }
        self.agreed = row.size;
        self.checkpoints += 1;
        Ok(())
    }

    /// Up to where copies of the log vouch for each tenant in it, if its chain is what the log says. Nothing where the log
    /// itself is not what the copies say.
    pub(super) fn take_covered(&mut self) -> BTreeMap<TenantId, i64> {
        let covered = std::mem::take(&mut self.covered);
        if self.fault.is_none() { covered } else { BTreeMap::new() }
    }

    /// The verdict, after `deleted` tenants were found to have left what they must.
    pub(super) fn verdict(self, deleted: Vec<TenantId>) -> TenantLogVerdict {
        TenantLogVerdict {
            status: if self.fault.is_some() { Verdict::Tampered } else { Verdict::Success },
            entries: self.range.end(),
            checkpoints: self.checkpoints,
            copies: self.copies,
            deleted,
            error_message: self.fault,
        }
    }
}

/// Whether an entry goes back behind the one before it of the same tenant.
fn is_older(entry: &TenantLogEntry, before: &TenantLogEntry) -> bool {
    match entry {
        TenantLogEntry::Checkpoint { size, .. } => *size <= before.size(),
        // Nothing need have happened between the last checkpoint and the end.
        TenantLogEntry::Deleted { size, .. } => *size < before.size(),
    }
}

/// The hash of the last entry that an entry of the log tells.
pub(super) fn head_hash(entry: &TenantLogEntry) -> Sha256 {
    match entry {
        TenantLogEntry::Checkpoint { head_hash, .. }
        | TenantLogEntry::Deleted { head_hash, .. } => *head_hash,
    }
}
