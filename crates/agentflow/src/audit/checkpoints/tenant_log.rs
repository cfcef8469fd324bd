//! The log of all tenants: what is added to it, and the signature over it.

use agentflow_core::{
    audit::{Checkpoint, SignedCheckpoint, TenantLogEntry, tenant_log_origin},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, empty_root},
    note::KeyName,
};
use agentflow_sql::queries::{checkpoints as sql, tenancy::get_tombstone};

use super::{
    TAKE,
    outside::{Log, Outside},
    round::CheckpointSigner,
    stored::{is_ours, read_tenant_log, to_bytes},
    tampered, tampered_tenant,
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

/// Tombstones that are added in one transaction.
const TOMBSTONES: i64 = 1_000;
/// Entries that are read at once.
const PAGE: i64 = 500;

/// An entry that was found to be true.
#[derive(Debug)]
pub(super) struct LoggedEntry {
    pub(super) position: i64,
    pub(super) text: String,
    /// The checkpoint that it tells of. None for the end of a tenant, and for checkpoints that went with theirs.
    pub(super) note: Option<SignedCheckpoint>,
}

/// Adds the end of every deleted tenant that the log does not tell of yet. Returns how many there were.
pub(super) async fn add_tombstones(admin: &Admin) -> Result<u64> {
    let fail = |error| Error::from_postgres(TAKE, error);
    let mut added = 0;
    loop {
        let tx = admin.begin().await?;
        let (client, page) = (tx.client(), sql::list_unlogged_tombstones());
        if page.bind(client, &1).opt().await.map_err(fail)?.is_none() {
            tx.rollback().await?;
            return Ok(added);
        }
        sql::lock_tenant_log().bind(client).await.map_err(fail)?;
        // Again, behind the lock: somebody else may have added them meanwhile.
        for row in page.bind(client, &TOMBSTONES).all().await.map_err(fail)? {
            let tenant_id = TenantId(row.tenant_id);
            let wrong = || tampered_tenant(tenant_id, "its tombstone is no end of a chain");
            let entry = TenantLogEntry::Deleted {
                tenant_id,
                size: u64::try_from(row.last_seq).map_err(|_| wrong())?,
                head_hash: Sha256::from_slice(&row.last_hash).ok_or_else(wrong)?,
            };
            let record = entry.to_text().map_err(Error::invalid(TAKE))?;
            sql::append_tenant_log()
                .bind(client, tenant_id.as_uuid(), &record)
                .one()
                .await
                .map_err(fail)?;
            added += 1;
        }
        tx.commit().await?;
    }
}

/// The origin of the log under the name of a key.
pub(super) fn origin(signer: &CheckpointSigner<'_>) -> Result<KeyName> {
    tenant_log_origin(signer.name()).map_err(Error::invalid(TAKE))
}

/// Refuses to go on where the log contradicts what was published or signed of it.
pub(super) async fn hold_against(admin: &Admin, published: &[Outside]) -> Result<()> {
    let tx = admin.begin().await?;
    let held = async {
        let fail = |error| Error::from_postgres(TAKE, error);
        let last = sql::get_tenant_log_checkpoint().bind(tx.client()).opt().await.map_err(fail)?;
        let signed = last.map_or(0, |row| row.size);
        // Asked for second: the log only grows.
        let end = sql::get_tenant_log_end().bind(tx.client()).one().await.map_err(fail)?;
        if end < signed {
            return Err(cut_off(end, signed));
        }
        Log::Tenants.hold_against(&tx, published, u64::try_from(signed).unwrap_or(0)).await
    };
    let held = held.await;
    tx.settle(held).await
}

fn cut_off(end: i64, signed: i64) -> Error {
    tampered(format!(
        "the log of all tenants ends at entry {end}, and a checkpoint was taken of {signed}"
    ))
}

/// Signs the log, if it has new entries. Returns its size.
pub(super) async fn sign(admin: &Admin, signer: &CheckpointSigner<'_>) -> Result<i64> {
    let origin = origin(signer)?;
    let tx = admin.begin().await?;
    let size = extend(&tx, signer, origin).await;
    tx.settle(size).await
}

async fn extend(tx: &AdminTx, signer: &CheckpointSigner<'_>, origin: KeyName) -> Result<i64> {
    let (client, fail) = (tx.client(), |error| Error::from_postgres(TAKE, error));
    sql::lock_tenant_log().bind(client).await.map_err(fail)?;
    let last = sql::get_tenant_log_checkpoint().bind(client).opt().await.map_err(fail)?;
    let wrong = |size: i64, wrong: &str| {
        tampered(format!("the checkpoint of the log of all tenants at size {size}: {wrong}"))
    };
    let (mut range, mut on_the_way, mut size) = (CompactRange::new(), None, 0);
    if let Some(row) = last {
        let (note, stored) =
            read_tenant_log(&origin, &row).map_err(|reason| wrong(row.size, reason))?;
        let is_ours =
            is_ours(&note, &origin, signer.own()).map_err(|reason| wrong(row.size, reason))?;
        size = row.size;
        // What another key signed, ours does not vouch for: everything is verified again.
        if is_ours {
            range = stored;
        } else {
            on_the_way = Some(stored);
        }
    }
    let signed_size = size;
    size = i64::try_from(range.end()).unwrap_or(i64::MAX);
    loop {
        let page = read(tx, size, i64::MAX).await?;
        let Some(end) = page.last() else { break };
        size = end.position;
        for entry in &page {
            range.push(TenantLogEntry::leaf(&entry.text));
            if let Some(stored) = on_the_way.take_if(|stored| stored.end() == range.end())
                && stored != range
            {
                return Err(wrong(entry.position, "its entries do not make its root"));
            }
        }
    }
    if size < signed_size {
        return Err(cut_off(size, signed_size));
    }
    if size > signed_size {
        store(tx, signer, origin, &range).await?;
    }
    Ok(size)
}

async fn store(
    tx: &AdminTx,
    signer: &CheckpointSigner<'_>,
    origin: KeyName,
    range: &CompactRange,
) -> Result<()> {
    let root = range.root().unwrap_or_else(empty_root);
    let note = signer.sign(&Checkpoint { origin, size: range.end(), root })?;
    let size = i64::try_from(range.end()).unwrap_or(i64::MAX);
    sql::insert_tenant_log_checkpoint()
        .bind(tx.client(), &size, &root.as_bytes(), &to_bytes(range), &note)
        .await
        .map_err(|error| Error::from_postgres(TAKE, error))?;
    Ok(())
}

/// A page of the entries after one position, up to another, each held against what it tells of.
pub(super) async fn read(tx: &AdminTx, after: i64, until: i64) -> Result<Vec<LoggedEntry>> {
    let rows = sql::list_tenant_log().bind(tx.client(), &after, &until, &PAGE).all().await;
    let rows = rows.map_err(|error| Error::from_postgres(TAKE, error))?;
    let mut entries = Vec::with_capacity(rows.len());
    for (row, expected) in rows.into_iter().zip(after + 1..) {
        let wrong =
            |what: &str| tampered(format!("the log of all tenants: entry {expected} {what}"));
        if row.position != expected {
            return Err(wrong("is missing"));
        }
        let text = row.record.ok_or_else(|| wrong("is gone"))?;
        let entry = TenantLogEntry::from_text(&text).map_err(|_| wrong("is no entry"))?;
        let Some(note) = confirm(tx, &entry).await? else {
            return Err(wrong("tells of what never was"));
        };
        entries.push(LoggedEntry { position: expected, text, note });
    }
    Ok(entries)
}

/// Whether what an entry tells is so. Some with the checkpoint, if it still is there.
async fn confirm(tx: &AdminTx, entry: &TenantLogEntry) -> Result<Option<Option<SignedCheckpoint>>> {
    let fail = |error| Error::from_postgres(TAKE, error);
    let tenant = entry.tenant_id();
    let Ok(size) = i64::try_from(entry.size()) else { return Ok(None) };
    if let TenantLogEntry::Checkpoint { root_hash, head_hash, .. } = entry {
        tx.enter(tenant).await?;
        let row = sql::get_checkpoint().bind(tx.client(), tenant.as_uuid(), &size).opt().await;
        if let Some(row) = row.map_err(fail)? {
            let is_same = row.root_hash.as_deref() == Some(root_hash.as_bytes())
                && row.head_hash.as_deref() == Some(head_hash.as_bytes());
            let signed = row.note.and_then(|note| SignedCheckpoint::read(&note).ok());
            let signed = signed.filter(|signed| {
                let Checkpoint { size, root, .. } = signed.checkpoint();
                is_same && *size == entry.size() && root == root_hash
            });
            return Ok(signed.map(Some));
        }
    }
    let tombstone = get_tombstone().bind(tx.client(), tenant.as_uuid()).opt().await;
    let Some(tombstone) = tombstone.map_err(fail)? else { return Ok(None) };
    let is_so = match entry {
        TenantLogEntry::Checkpoint { .. } => size <= tombstone.last_seq,
        TenantLogEntry::Deleted { head_hash, .. } => {
            size == tombstone.last_seq && tombstone.last_hash == head_hash.as_bytes()
        }
    };
    Ok(is_so.then_some(None))
}

/// The last checkpoint of the log, for publishing.
pub(super) async fn last(tx: &AdminTx) -> Result<Option<SignedCheckpoint>> {
    let row = sql::get_tenant_log_checkpoint().bind(tx.client()).opt().await;
    let row = row.map_err(|error| Error::from_postgres(TAKE, error))?;
    let Some(row) = row else { return Ok(None) };
    let note = row.note.as_deref().and_then(|note| SignedCheckpoint::read(note).ok());
    let note = note.filter(|note| i64::try_from(note.checkpoint().size) == Ok(row.size));
    let wrong = || tampered("the last checkpoint of the log of all tenants cannot be read");
    note.map(Some).ok_or_else(wrong)
}
