use agentflow_core::{
    audit::{SignedCheckpoint, genesis_hash},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
};
use agentflow_sql::queries::audit_exports as sql;

use super::snapshot::Snapshot;
use crate::error::{Error, Result};

/// A place in a chain, with all that must be known of the entries before to go on from there.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Point {
    /// The last of those entries; 0 at the beginning.
    pub(in crate::audit) seq: i64,
    /// Its hash, or what stands in for it.
    pub(in crate::audit) hash: Sha256,
    /// The tree over them.
    pub(in crate::audit) tree: CompactRange,
}

impl Point {
    /// The greatest one that is known and not above `seq`: the beginning, or where a checkpoint was taken.
    pub(in crate::audit) async fn at_most(snapshot: &Snapshot, seq: i64) -> Result<Self> {
        let tenant = snapshot.tenant();
        let signed = Signed::last(snapshot, Some(seq)).await?;
        let beginning = || Self { seq: 0, hash: genesis_hash(tenant), tree: CompactRange::new() };
        Ok(signed.map_or_else(beginning, |signed| signed.point))
    }
}

/// A checkpoint that was taken of a chain, whose row agrees with its note. Its signature is for others to check, who
/// hold the key.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Signed {
    pub(in crate::audit) point: Point,
    pub(in crate::audit) checkpoint: SignedCheckpoint,
}

impl Signed {
    /// The last checkpoint there is, or the last of those that are no larger than `at_most`.
    pub(in crate::audit) async fn last(
        snapshot: &Snapshot,
        at_most: Option<i64>,
    ) -> Result<Option<Self>> {
        let tenant = snapshot.tenant();
        let row = sql::get_last_checkpoint()
            .bind(snapshot.client(), tenant.as_uuid(), &at_most)
            .opt()
            .await
            .map_err(|error| snapshot.failed(error))?;
        row.map(|row| Self::read(tenant, &row)).transpose()
    }

    fn read(tenant: TenantId, row: &sql::SignedRange) -> Result<Self> {
        Self::parse(tenant, row).ok_or_else(|| {
            let fault = format!(
                "the checkpoint at entry {} of tenant {tenant} is not what its note says",
                row.seq
            );
            Error::Tampered { faults: vec![fault] }
        })
    }

    fn parse(tenant: TenantId, row: &sql::SignedRange) -> Option<Self> {
        let size = u64::try_from(row.seq).ok()?;
        let checkpoint = SignedCheckpoint::read(&row.note).ok()?;
        let hash = Sha256::from_slice(&row.head_hash)?;
        let hashes: Option<Vec<_>> = row.compact_range.chunks(32).map(Sha256::from_slice).collect();
        let mut tree = CompactRange::from_hashes(0, size.checked_sub(1)?, hashes?).ok()?;
        tree.push(leaf_hash(hash.as_bytes()));
        let root = Sha256::from_slice(&row.root_hash)?;
        let says = checkpoint.checkpoint();
        let agrees = says.tenant() == Some(tenant)
            && says.size == size
            && says.root == root
            && tree.root() == Some(root);
        agrees.then_some(Self { point: Point { seq: row.seq, hash, tree }, checkpoint })
    }
}
