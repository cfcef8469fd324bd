//! Proofs that single entries are in a chain that a checkpoint was taken of.

use std::pin::pin;

use agentflow_core::{
    InvalidInput,
    audit::{EntryProof, link_hash},
    hash::Sha256,
    merkle::{ProofCollector, inclusion_parts, leaf_hash},
};
use agentflow_sql::queries::{audit as sql, audit_exports};
use futures::TryStreamExt;

use super::{
    Audit,
    export::{Point, Reader, Signed, Snapshot},
};
use crate::error::{Error, Result};

const OPERATION: &str = "prove an audit entry";

/// An entry, and the proof that it is in the log of its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedEntry {
    /// The record, byte for byte as it was hashed.
    pub record: String,
    /// The proof, against the last checkpoint.
    pub proof: EntryProof,
}

impl Audit {
    /// Proves that an entry is in the chain, against the last checkpoint.
    ///
    /// Reads the hashes of the entries from the last checkpoint before the entry up to the last one there is, packed:
    /// about a million a second. Fails with [`Error::Conflict`] for an entry that no checkpoint covers yet and for one
    /// that retention removed, and with [`Error::NotFound`] for one that is not there.
    pub async fn prove(&self, seq: i64) -> Result<ProvedEntry> {
        let snapshot = Snapshot::open(&self.shared, self.tenant, Reader::Tenant, OPERATION).await?;
        let proved = prove_in(&snapshot, seq).await?;
        snapshot.close().await?;
        Ok(proved)
    }
}

async fn prove_in(snapshot: &Snapshot, seq: i64) -> Result<ProvedEntry> {
    let signed = find_checkpoint(snapshot, seq).await?;
    let entry = Entry::read(snapshot, seq).await?;
    let invalid = Error::invalid(OPERATION);
    let (index, size) = (leaf_index(seq)?, signed.checkpoint.checkpoint().size);
    // What a checkpoint below knows is enough: the parts to the left of the entry are made of its subtrees.
    let start = Point::at_most(snapshot, seq - 1).await?;
    let parts = inclusion_parts(index, size).unwrap_or_default();
    let mut collector = ProofCollector::new(parts, &start.tree).map_err(invalid)?;
    let mut tree = start.tree;

    let (first, last) = (start.seq + 1, signed.point.seq);
    let statement = audit_exports::read_audit_hashes();
    let tenant = snapshot.tenant();
    let blocks = statement.bind(snapshot.client(), &first, &last, tenant.as_uuid()).iter().await;
    let mut blocks = pin!(blocks.map_err(|error| snapshot.failed(error))?);
    while let Some(hashes) = blocks.try_next().await.map_err(|error| snapshot.failed(error))? {
        for hash in hashes.unwrap_or_default().chunks(32) {
            if tree.end() == index && hash != entry.hash.as_bytes() {
                return Err(entry.tampered("not at its place in the chain"));
            }
            let leaf = leaf_hash(hash);
            tree.push(leaf);
            collector.push(leaf);
        }
    }
    if tree.end() != size || tree.root() != signed.point.tree.root() {
        let fault =
            format!("the entries up to {last} are not those that the checkpoint was taken of");
        return Err(Error::Tampered { faults: vec![fault] });
    }
    let hashes = collector.finish().ok_or_else(|| entry.tampered("not in the tree"))?;
    let (prev_hash, checkpoint) = (entry.prev_hash, signed.checkpoint);
    Ok(ProvedEntry {
        record: entry.record,
        proof: EntryProof { index, prev_hash, hashes, checkpoint },
    })
}

fn leaf_index(seq: i64) -> Result<u64> {
    let index = seq.checked_sub(1).and_then(|index| u64::try_from(index).ok());
    index.ok_or_else(|| {
        let input = InvalidInput::new("seq", "expected the position of an entry, from 1 on");
        Error::InvalidInput { operation: OPERATION, input }
    })
}

/// The last checkpoint, if it covers the entry and the entry is still there.
async fn find_checkpoint(snapshot: &Snapshot, seq: i64) -> Result<Signed> {
    leaf_index(seq)?;
    let (last, pruned) = snapshot.ends().await?;
    if seq > last {
        return Err(Error::not_found(OPERATION, format!("entry {seq}; the last one is {last}")));
    }
    let conflict = |reason: String| Error::Conflict { operation: OPERATION, reason };
    if seq <= pruned {
        return Err(conflict(format!(
            "entries 1 to {pruned} were removed by retention; what proves entry {seq} is in the bundle that was \
             written then"
        )));
    }
    let signed = Signed::last(snapshot, None).await?;
    let covered = signed.as_ref().map_or(0, |signed| signed.point.seq);
    signed.filter(|_| covered >= seq).ok_or_else(|| {
        let so_far = if covered == 0 {
            "none was taken yet".to_owned()
        } else {
            format!("the last one covers 1 to {covered}")
        };
        conflict(format!(
            "no checkpoint covers entry {seq}: {so_far}; take one with `af audit checkpoint`"
        ))
    })
}

struct Entry {
    seq: i64,
    prev_hash: Sha256,
    hash: Sha256,
    record: String,
}

impl Entry {
    async fn read(snapshot: &Snapshot, seq: i64) -> Result<Self> {
        let tenant = snapshot.tenant();
        let statement = sql::read_audit_links();
        let rows = statement.bind(snapshot.client(), tenant.as_uuid(), &seq, &seq).all().await;
        let mut rows = rows.map_err(|error| snapshot.failed(error))?;
        let hash = |bytes: Option<Vec<u8>>| bytes.as_deref().and_then(Sha256::from_slice);
        let entry = match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => match (hash(row.prev_hash), hash(row.hash), row.record) {
                (Some(prev_hash), Some(hash), Some(record)) => {
                    Some(Self { seq, prev_hash, hash, record })
                }
                _ => None,
            },
            _ => None,
        };
        let entry = entry.filter(|entry| link_hash(&entry.prev_hash, &entry.record) == entry.hash);
        entry.ok_or_else(|| {
            let fault =
                format!("entry {seq} is missing, or its hash is not the hash of its record");
            Error::Tampered { faults: vec![fault] }
        })
    }

    fn tampered(&self, how: &str) -> Error {
        Error::Tampered { faults: vec![format!("entry {} is {how}", self.seq)] }
    }
}
