use agentflow::core::{
    backup::{BackupId, BackupKind, Manifest, NOTE_FILE},
    note::{MAX_NOTE_BYTES, SignedNote},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::{Error, Fault, Result},
    manifest,
    store::BackupStore,
    trust::Trust,
};

const OPERATION: &str = "list the backups";
const READ_AT_ONCE: usize = 4;
/// Longer manifests, which may have hundreds of MiB, are read one after the other.
const SMALL_BYTES: u64 = 8 * 1024 * 1024;

/// A backup that is there.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Its name.
    pub id: BackupId,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What its manifest says, which nobody has verified; none if the manifest cannot be read.
    pub summary: Option<Summary>,
    /// What is wrong with its manifest, as far as that can be told without its parts.
    pub faults: Vec<Fault>,
}

/// What a manifest says in short.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// What it holds.
    pub kind: BackupKind,
    /// The name of the database.
    pub database: String,
    /// The version of the server.
    pub postgres_version: String,
    /// The newest migration; 0 if none was applied.
    pub migration_version: u64,
    /// The number of tables whose rows it holds.
    pub tables: u64,
    /// Their rows.
    pub rows: u64,
    /// The number of parts.
    pub parts: u64,
    /// The length of all parts as they are stored.
    pub bytes: u64,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Who is said to have signed it, which nobody has checked. Empty if nobody did.
    pub signed_by: Vec<String>,
}

/// The backups that are there, from the oldest to the newest. Reads their manifests and notes, and none of their parts.
pub async fn list(store: &BackupStore) -> Result<Vec<Listed>> {
    list_trusted(store, &Trust::Unsigned).await
}

/// The same, where it is a fault too if none of the keys that are trusted signed one: then nothing else is said of it.
pub async fn list_trusted(store: &BackupStore, trust: &Trust) -> Result<Vec<Listed>> {
    let manifests = store.manifests().await?;
    let (small, large): (Vec<_>, Vec<_>) =
        manifests.into_iter().partition(|(_, length)| *length <= SMALL_BYTES);
    let mut listed: Vec<Listed> = stream::iter(small)
        .map(|(id, _)| one(store, id, trust))
        .buffered(READ_AT_ONCE)
        .try_collect()
        .await?;
    for (id, _) in large {
        listed.push(one(store, id, trust).await?);
    }
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(listed)
}

/// One of them. [`Error::NotFound`] if it is not there.
pub async fn look_up(store: &BackupStore, id: &BackupId, trust: &Trust) -> Result<Listed> {
    let (id, begun_at) = (id.clone(), id.begun_at());
    match manifest::read(OPERATION, store, &id, trust).await {
        Ok(read) => {
            let summary = Summary::new(&read.manifest, signers(store, &id).await?);
            Ok(Listed { id, begun_at, summary: Some(summary), faults: read.faults })
        }
        Err(Error::Corrupt { faults, .. }) => Ok(Listed { id, begun_at, summary: None, faults }),
        Err(error) => Err(error),
    }
}

async fn one(store: &BackupStore, id: BackupId, trust: &Trust) -> Result<Listed> {
    match look_up(store, &id, trust).await {
        // Somebody removed it meanwhile.
        Err(error @ Error::NotFound { .. }) => {
            let faults = vec![Fault::new(&id, error)];
            Ok(Listed { begun_at: id.begun_at(), id, summary: None, faults })
        }
        other => other,
    }
}

async fn signers(store: &BackupStore, id: &BackupId) -> Result<Vec<String>> {
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX);
    let note =
        manifest::or_fault(store.read(&format!("{id}/{NOTE_FILE}"), limit).await, &mut Vec::new())?;
    let note = note.and_then(|note| String::from_utf8(note).ok());
    let note = note.and_then(|note| note.parse::<SignedNote>().ok());
    Ok(note.map(|note| note.signers().map(ToString::to_string).collect()).unwrap_or_default())
}

impl Summary {
    fn new(manifest: &Manifest, signed_by: Vec<String>) -> Self {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        Self {
            kind: manifest.kind,
            database: manifest.database.clone(),
            postgres_version: manifest.postgres_version.clone(),
            migration_version: manifest.migration_version,
            tables: count(manifest.tables.len()),
            rows: manifest.tables.iter().fold(0, |sum, table| sum.saturating_add(table.rows)),
            parts: count(manifest.parts.len()),
            bytes: manifest.bytes(),
            encrypted: manifest.encryption.is_some(),
            signed_by,
        }
    }
}
