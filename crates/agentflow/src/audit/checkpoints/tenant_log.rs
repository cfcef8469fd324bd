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
        let tx = admin.begin(TAKE).await?;
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
    let tx = admin.begin(TAKE).await?;
    let held = async {
        let (client, fail) = (tx.client(), |error| Error::from_postgres(TAKE, error));
        // In this order, for each of them only grows, and never beyond the next.
        let given = sql::get_most_published().bind(client).one().await.map_err(fail)?;
        let last = sql::get_tenant_log_checkpoint().bind(client).opt().await.map_err(fail)?;
        let signed = last.map_or(0, |row| row.size);
        let end = sql::get_tenant_log_end().bind(client).one().await.map_err(fail)?;
        if end < signed {
            return Err(cut_off(end, signed));
        }
        refuse_forgotten(given, signed)?;
        // Before an entry is added behind what is no end.
        let gap = sql::get_tenant_log_gap().bind(client, &signed).one().await.map_err(fail)?;
        if let Some(position) = gap {
            return Err(tampered(format!("the log of all tenants: entry {position} is missing")));
        }
        Log::Tenants.hold_against(&tx, published, u64::try_from(signed).unwrap_or(0)).await
    };
    let held = held.await;
    tx.settle(held).await
}

/// Refuses a log of which a sink was given more than was ever signed of it. What a sink cannot tell itself, this tells.
pub(super) fn refuse_forgotten(given: i64, signed: i64) -> Result<()> {
    if given <= signed {
        return Ok(());
    }
    Err(tampered(format!(
        "the database forgot what was published: a sink was given {given} entries of the log of all tenants, and its last \
         checkpoint here is at {signed}"
    )))
}

fn cut_off(end: i64, signed: i64) -> Error {
    tampered(format!(
        "the log of all tenants ends at entry {end}, and a checkpoint was taken of {signed}"
    ))
}

/// What the log is at the end of a round.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) size: i64,
    /// Its last checkpoint, if we signed it, now or before.
    pub(super) by_us: Option<SignedCheckpoint>,
}

/// Signs the log, if it has new entries.
pub(super) async fn sign(admin: &Admin, signer: &CheckpointSigner<'_>) -> Result<Signed> {
    let origin = origin(signer)?;
    let tx = admin.begin(TAKE).await?;
    let size = extend(&tx, signer, origin).await;
    tx.settle(size).await
}

async fn extend(tx: &AdminTx, signer: &CheckpointSigner<'_>, origin: KeyName) -> Result<Signed> {
    let (client, fail) = (tx.client(), |error| Error::from_postgres(TAKE, error));
    sql::lock_tenant_log().bind(client).await.map_err(fail)?;
    let last = sql::get_tenant_log_checkpoint().bind(client).opt().await.map_err(fail)?;
    let wrong = |size: i64, wrong: &str| {
        tampered(format!("the checkpoint of the log of all tenants at size {size}: {wrong}"))
    };
    let (mut range, mut on_the_way, mut size, mut by_us) = (CompactRange::new(), None, 0, None);
    if let Some(row) = last {
        let (note, stored) =
            read_tenant_log(&origin, &row).map_err(|reason| wrong(row.size, reason))?;
        let is_ours =
            is_ours(&note, &origin, signer.own()).map_err(|reason| wrong(row.size, reason))?;
        size = row.size;
        // What another key signed, ours does not vouch for: everything is verified again.
        if is_ours {
            (range, by_us) = (stored, Some(note));
        } else {
            on_the_way = Some(stored);
        }
    }
    let signed_size = size;
    // Again, behind the lock, for what was looked at before the round may be gone since.
    let remembered: Vec<_> = signer.last(&origin).into_iter().collect();
    Log::Tenants.hold_against(tx, &remembered, u64::try_from(signed_size).unwrap_or(0)).await?;
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
        by_us = Some(store(tx, signer, origin, &range).await?);
    }
    Ok(Signed { size, by_us })
}

async fn store(
    tx: &AdminTx,
    signer: &CheckpointSigner<'_>,
    origin: KeyName,
    range: &CompactRange,
) -> Result<SignedCheckpoint> {
    let root = range.root().unwrap_or_else(empty_root);
    let note = signer.sign(&Checkpoint { origin, size: range.end(), root })?;
    let size = i64::try_from(range.end()).unwrap_or(i64::MAX);
    sql::insert_tenant_log_checkpoint()
        .bind(tx.client(), &size, &root.as_bytes(), &to_bytes(range), &note)
        .await
        .map_err(|error| Error::from_postgres(TAKE, error))?;
    SignedCheckpoint::read(&note).map_err(Error::invalid(TAKE))
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

/// What a sink must have that was given everything up to an entry: the checkpoint of the log at that size, or where there
/// is none, that of the entry itself.
pub(super) async fn proof_of(tx: &AdminTx, size: i64) -> Result<Option<SignedCheckpoint>> {
    let row = sql::get_tenant_log_checkpoint_at().bind(tx.client(), &size).opt().await;
    let row = row.map_err(|error| Error::from_postgres(TAKE, error))?;
    if let Some(note) = row.and_then(|row| row.note) {
        return Ok(SignedCheckpoint::read(&note).ok());
    }
    let entry = read(tx, size.saturating_sub(1), size).await?.pop();
    Ok(entry.and_then(|entry| entry.note))
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
