//! One stretch of a chain: hashed here from packed rows, and walked row by row when something in it is not right.

use agentflow_core::{audit::link_hash, hash::Sha256, ids::TenantId, merkle::CompactRange};
use agentflow_sql::{client::GenericClient, queries::audit as sql};
use futures::TryStreamExt;

use super::tree::Tree;

const HASH_BYTES: usize = 32;

/// Entries `first` to `last` of a chain, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) tenant: TenantId,
    pub(super) first: i64,
    pub(super) last: i64,
    /// What the first entry must follow, where that is not the entry before it.
    pub(super) start: Option<Sha256>,
}

/// The first entry that is not as it was appended, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) seq: i64,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(seq: i64, reason: impl Into<String>) -> Self {
        Self { seq, reason: reason.into() }
    }
}

/// What a segment holds.
#[derive(Debug)]
pub(super) struct Verified {
    /// Entries that were looked at.
    pub(super) seen: i64,
    pub(super) fault: Option<Fault>,
}

impl Segment {
    /// Verifies the entries. `tree` gets a leaf for each that is right, up to the first that is not.
    pub(super) async fn verify(
        &self,
        client: &impl GenericClient,
        deep: bool,
        mut tree: Option<&mut Tree>,
    ) -> Result<Verified, tokio_postgres::Error> {
        let fault = if !self.holds(client, tree.as_deref_mut()).await? {
            if let Some(tree) = &mut tree {
                tree.restart();
            }
            self.walk(client, tree).await?
        } else if deep {
            let fault = self.forged_fields(client).await?;
            if let (Some(fault), Some(tree)) = (&fault, tree) {
                tree.forget_from(fault.seq);
            }
            fault
        } else {
            None
        };
        let end = fault.as_ref().map_or(self.last, |fault| fault.seq);
        Ok(Verified { seen: end - self.first + 1, fault })
    }

    /// Verifies the entries, and adds those that are right to the tree over the entries before, which must end there.
    pub(super) async fn fold(
        &self,
        client: &impl GenericClient,
        range: &mut CompactRange,
    ) -> Result<Verified, tokio_postgres::Error> {
        let mut tree = Tree::after(std::mem::take(range), []);
        let verified = self.verify(client, false, Some(&mut tree)).await;
        *range = tree.into_range();
        verified
    }

    /// Whether every entry is there and right. Says nothing about which one is not: that is rare, and walked for.
    async fn holds(
        &self,
        client: &impl GenericClient,
        mut tree: Option<&mut Tree>,
    ) -> Result<bool, tokio_postgres::Error> {
        // Where the hash before is not known yet, the entry before is read as well, for its hash only.
        let from = if self.start.is_some() { self.first } else { self.first - 1 };
        let mut trail = Trail { expected: from, before: self.start };
        let statement = sql::read_audit_blocks();
        let blocks =
            statement.bind(client, &from, &self.last, self.tenant.as_uuid()).iter().await?;
        let mut blocks = std::pin::pin!(blocks);
        while let Some(links) = blocks.try_next().await? {
            let tree = tree.as_deref_mut();
            if links.and_then(|links| trail.follow(&links, tree)).is_none() {
                return Ok(false);
            }
        }
        Ok(trail.expected > self.last)
    }

    async fn forged_fields(
        &self,
        client: &impl GenericClient,
    ) -> Result<Option<Fault>, tokio_postgres::Error> {
        let tenant = self.tenant.as_uuid();
        let seq =
            sql::first_forged_fields().bind(client, tenant, &self.first, &self.last).one().await?;
        Ok(seq.map(|seq| {
            Fault::new(
                seq,
                format!(
                    "the id or the searched fields of entry {seq} are not what its record says"
                ),
            )
        }))
    }

    /// Reads the rows one by one, to name the first that is wrong.
    async fn walk(
        &self,
        client: &impl GenericClient,
        mut tree: Option<&mut Tree>,
    ) -> Result<Option<Fault>, tokio_postgres::Error> {
        let tenant = self.tenant.as_uuid();
        // Unknown when the entry before is gone: then the segment before has the first fault.
        let mut before = if let Some(start) = self.start {
            Some(start)
        } else {
            let hash = sql::get_audit_hash().bind(client, tenant, &(self.first - 1)).opt().await?;
            hash.flatten().and_then(|bytes| Sha256::from_slice(&bytes))
        };
        let mut expected = self.first;
        let statement = sql::read_audit_links();
        let rows = statement.bind(client, tenant, &self.first, &self.last).iter().await?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await? {
            match check(&row, expected, before) {
                Ok(hash) => before = Some(hash),
                Err(fault) => return Ok(Some(fault)),
            }
            if let (Some(tree), Some(hash)) = (&mut tree, &before) {
                tree.push(hash);
            }
            expected += 1;
        }
        let is_missing = expected <= self.last;
        Ok(is_missing.then(|| Fault::new(expected, format!("entry {expected} is missing"))))
    }
}

/// How far packed links were followed.
struct Trail {
    expected: i64,
    /// None for the entry before a segment: its own hash is another segment's business.
    before: Option<Sha256>,
}

impl Trail {
    /// Follows the links of a block. None as soon as one of them is not right.
    fn follow(&mut self, mut links: &[u8], mut tree: Option<&mut Tree>) -> Option<()> {
        while !links.is_empty() {
            let (seq, rest) = links.split_first_chunk()?;
            let (hash, rest) = rest.split_first_chunk()?;
            let (length, rest) = rest.split_first_chunk()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            // What link_hash() hashes: prev_hash and the record, already together.
            let (hashed, rest) = rest.split_at_checked(length.checked_add(HASH_BYTES)?)?;

            let hash = Sha256(*hash);
            let is_right = self.before.is_none_or(|before| {
                hashed.starts_with(before.as_bytes()) && Sha256::of(&[hashed]) == hash
            });
            if i64::from_be_bytes(*seq) != self.expected || !is_right {
                return None;
            }
            if let (Some(tree), Some(_)) = (&mut tree, self.before) {
                tree.push(&hash);
            }
            self.expected += 1;
            self.before = Some(hash);
            links = rest;
        }
        Some(())
    }
}

/// The hash of a row that is right.
fn check(
    row: &sql::ReadAuditLinks,
    expected: i64,
    before: Option<Sha256>,
) -> Result<Sha256, Fault> {
    if row.seq < expected {
        return Err(Fault::new(row.seq, format!("entry {} is there twice", row.seq)));
    }
    if row.seq > expected {
        return Err(Fault::new(expected, format!("entry {expected} is missing")));
    }
    let hash_of = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(Sha256::from_slice);
    let fault = |what: &str| Fault::new(expected, format!("entry {expected}: {what}"));
    let prev_hash = hash_of(&row.prev_hash).ok_or_else(|| fault("prev_hash is not a hash"))?;
    if before.is_some_and(|before| before != prev_hash) {
        return Err(fault("prev_hash is not the hash of the entry before"));
    }
    let hash = hash_of(&row.hash).ok_or_else(|| fault("hash is not a hash"))?;
    let record = row.record.as_deref().ok_or_else(|| {
        fault(if row.is_too_long {
            "the record is longer than any can be"
        } else {
            "the record is gone"
        })
    })?;
    if link_hash(&prev_hash, record) != hash {
        return Err(fault("hash is not the hash of its record"));
    }
    Ok(hash)
}
