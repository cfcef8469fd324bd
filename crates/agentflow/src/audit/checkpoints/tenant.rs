//! The checkpoint of one tenant.

use agentflow_core::{
    audit::{Checkpoint, TenantLogEntry, genesis_hash, tenant_origin},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::KeyName,
};
use agentflow_sql::queries::{checkpoints as sql, tenancy::get_tenant};

use super::{
    TAKE,
    outside::{Log, Outside},
    round::CheckpointSigner,
    stored::{StoredCheckpoint, is_ours, to_bytes},
    tampered_tenant,
};
use crate::{
    admin::{Admin, AdminTx},
    audit::segment::Segment,
    error::{Error, Result},
};

/// Entries that are asked for at once.
const SEGMENT: i64 = 20_000;

/// A checkpoint that was taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// Entries that no checkpoint had covered before.
    pub(super) entries: i64,
}

/// Takes a checkpoint of a tenant, in one transaction. None if there is nothing new, or the tenant is gone.
pub(super) async fn take(
    admin: &Admin,
    signer: &CheckpointSigner<'_>,
    tenant: TenantId,
    published: &[Outside],
) -> Result<Option<Taken>> {
    let origin = tenant_origin(signer.name(), tenant).map_err(Error::invalid(TAKE))?;
    let tx = admin.begin(TAKE).await?;
    let chain = Chain { tx: &tx, signer, tenant, origin };
    let taken = chain.checkpoint(published).await;
    match taken {
        Ok(Some(taken)) => tx.commit().await.map(|()| Some(taken)),
        Ok(None) => tx.rollback().await.map(|()| None),
        Err(error) => Err(tx.refuse(error).await),
    }
}

struct Chain<'a> {
    tx: &'a AdminTx,
    signer: &'a CheckpointSigner<'a>,
    tenant: TenantId,
    origin: KeyName,
}

/// The end of the chain, as its head says.
struct End {
    seq: i64,
    hash: Sha256,
    pruned_seq: i64,
}

/// Where verification goes on.
struct Start {
    /// The tree over the entries before.
    range: CompactRange,
    /// The hash that the first entry follows.
    hash: Sha256,
    /// A checkpoint further on whose root must come out as well: one that we did not sign.
    on_the_way: Option<StoredCheckpoint>,
}

impl Chain<'_> {
    async fn checkpoint(&self, published: &[Outside]) -> Result<Option<Taken>> {
        let (client, fail) = (self.tx.client(), |error| Error::from_postgres(TAKE, error));
        sql::lock_tenant_log().bind(client).await.map_err(fail)?;
        self.tx.enter(self.tenant).await?;
        sql::read_in_order().bind(client).one().await.map_err(fail)?;
        let Some(end) = self.end().await? else { return Ok(None) };
        let last = sql::get_last_checkpoint().bind(client, self.tenant.as_uuid()).opt().await;
        let last = last.map_err(fail)?;
        let last = last.map(|row| {
            StoredCheckpoint::read(&self.origin, &row).map_err(|wrong| {
                self.tampered(format_args!("the checkpoint at entry {}: {wrong}", row.seq))
            })
        });
        let last = last.transpose()?;
        let last_size = last.as_ref().map_or(0, |last| last.range.end());
        Log::Tenant(self.tenant).hold_against(self.tx, published, last_size).await?;
        self.refuse_rewind(&end, last.as_ref())?;
        let covered = i64::try_from(last_size).unwrap_or(i64::MAX);
        if covered >= end.seq {
            return Ok(None);
        }
        let start = self.start(&end, last)?;
        let before = self.verify(start, &end).await?;
        self.store(&end, before).await?;
        Ok(Some(Taken { entries: end.seq - covered }))
    }

    /// The end of the chain. None if the tenant is gone.
    async fn end(&self) -> Result<Option<End>> {
        let (client, fail) = (self.tx.client(), |error| Error::from_postgres(TAKE, error));
        let tenant = self.tenant.as_uuid();
        let head = sql::hold_audit_head().bind(client, tenant).opt().await.map_err(fail)?;
        let Some(head) = head else {
            let is_there = get_tenant().bind(client, tenant).opt().await.map_err(fail)?.is_some();
            let missing = || self.tampered("the head of the chain is missing");
            return if is_there { Err(missing()) } else { Ok(None) };
        };
        let hash = head.hash.as_deref().and_then(Sha256::from_slice);
        match (head.seq, hash, head.pruned_seq) {
            (Some(seq), Some(hash), Some(pruned_seq)) if 0 <= pruned_seq && pruned_seq <= seq => {
                Ok(Some(End { seq, hash, pruned_seq }))
            }
            _ => Err(self.tampered("the head of the chain is not a head")),
        }
    }

    fn refuse_rewind(&self, end: &End, last: Option<&StoredCheckpoint>) -> Result<()> {
        let Some(last) = last else { return Ok(()) };
        let size = last.signed.checkpoint().size;
        let head = u64::try_from(end.seq).unwrap_or(0);
        if head < size {
            let what =
                format!("the chain ends at entry {head}, and a checkpoint was taken of {size}");
            return Err(self.tampered(what));
        }
        if head == size && end.hash != last.head_hash {
            return Err(
                self.tampered(format!("entry {size} is not the one a checkpoint was taken of"))
            );
        }
        Ok(())
    }

    fn start(&self, end: &End, last: Option<StoredCheckpoint>) -> Result<Start> {
        let begin = |on_the_way| Start {
            range: CompactRange::new(),
            hash: genesis_hash(self.tenant),
            on_the_way,
        };
        let Some(last) = last else {
            if end.pruned_seq > 0 {
                let what = format!(
                    "entries 1 to {} are gone, and no checkpoint covers them",
                    end.pruned_seq
                );
                return Err(self.tampered(what));
            }
            return Ok(begin(None));
        };
        let size = last.signed.checkpoint().size;
        let is_ours = is_ours(&last.signed, &self.origin, self.signer.own()).map_err(|wrong| {
            self.tampered(format_args!("the checkpoint at entry {size}: {wrong}"))
        })?;
        if is_ours {
            return Ok(Start { range: last.range, hash: last.head_hash, on_the_way: None });
        }
        // What another key signed, ours does not vouch for: everything is verified again.
        if end.pruned_seq > 0 {
            let reason = format!(
                "the last checkpoint of tenant {} was signed by another key, and entries before it were removed, so it \
                 cannot be verified from the beginning",
                self.tenant
            );
            return Err(Error::Conflict { operation: TAKE, reason });
        }
        Ok(begin(Some(last)))
    }

    /// Verifies the entries that are not in the tree yet. Returns the tree over all but the last.
    async fn verify(&self, start: Start, end: &End) -> Result<CompactRange> {
        let Start { mut range, hash, on_the_way } = start;
        let mut follows = Some(hash);
        let checked = on_the_way.as_ref().map(|checkpoint| checkpoint.signed.checkpoint());
        let stop = checked.and_then(|checkpoint| i64::try_from(checkpoint.size).ok());
        for until in stop.into_iter().chain([end.seq - 1]) {
            self.fold(&mut range, until, &mut follows).await?;
            if let Some(checkpoint) = checked.filter(|checkpoint| checkpoint.size == range.end())
                && range.root() != Some(checkpoint.root)
            {
                let size = checkpoint.size;
                return Err(self.tampered(format!(
                    "the entries do not make the root of the checkpoint at entry {size}"
                )));
            }
        }
        let before = range.clone();
        self.fold(&mut range, end.seq, &mut follows).await?;
        let mut by_head = before.clone();
        by_head.push(leaf_hash(end.hash.as_bytes()));
        if by_head == range {
            return Ok(before);
        }
        let what = format!(
            "the head of the chain does not hold the hash of entry {}: entries were rewritten",
            end.seq
        );
        Err(self.tampered(what))
    }

    /// Verifies entries up to `last`, and adds them to the tree.
    async fn fold(
        &self,
        range: &mut CompactRange,
        last: i64,
        follows: &mut Option<Sha256>,
    ) -> Result<()> {
        loop {
            let done = i64::try_from(range.end()).unwrap_or(i64::MAX);
            if done >= last {
                return Ok(());
            }
            let first = done + 1;
            let segment = Segment {
                tenant: self.tenant,
                first,
                last: last.min(done.saturating_add(SEGMENT)),
                start: follows.take(),
            };
            let verified = segment.fold(self.tx.client(), range).await;
            let verified = verified.map_err(|error| Error::from_postgres(TAKE, error))?;
            if let Some(fault) = verified.fault {
                return Err(self.tampered(fault.reason));
            }
        }
    }

    async fn store(&self, end: &End, before: CompactRange) -> Result<()> {
        let (client, fail) = (self.tx.client(), |error| Error::from_postgres(TAKE, error));
        let invalid = Error::invalid(TAKE);
        let hashes = to_bytes(&before);
        let mut range = before;
        range.push(leaf_hash(end.hash.as_bytes()));
        let root = range.root().unwrap_or_else(agentflow_core::merkle::empty_root);
        let (size, head_hash) = (range.end(), end.hash);
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root };
        let note = self.signer.sign(&checkpoint)?;
        let tenant = self.tenant.as_uuid();
        sql::insert_checkpoint()
            .bind(client, tenant, &end.seq, &head_hash.as_bytes(), &root.as_bytes(), &hashes, &note)
            .await
            .map_err(fail)?;
        let entry =
            TenantLogEntry::Checkpoint { tenant_id: self.tenant, size, root_hash: root, head_hash };
        let record = entry.to_text().map_err(invalid)?;
        sql::append_tenant_log().bind(client, tenant, &record).one().await.map_err(fail)?;
        Ok(())
    }

    fn tampered(&self, what: impl std::fmt::Display) -> Error {
        tampered_tenant(self.tenant, what)
    }
}
