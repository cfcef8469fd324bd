use std::collections::HashMap;

use agentflow::core::{
    InvalidInput,
    backup::{BackupId, BackupKind, Keep, MANIFEST_FILE, Manifest, NOTE_FILE},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    manifest,
    store::{BackupStore, Entry, EntryKind},
    trust::Trust,
};

const OPERATION: &str = "prune the backups";
const REMOVED_AT_ONCE: usize = 8;
/// Clocks of different machines differ by less.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// More would be said of one backup than anybody reads.
const MAX_NAMED: usize = 3;

/// What a prune did, or would do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pruned {
    /// Those that are kept, from the oldest to the newest.
    pub kept: Vec<BackupId>,
    /// Those that are gone, or would be, from the oldest to the newest.
    pub removed: Vec<BackupId>,
    /// What their manifests say they take.
    pub bytes: u64,
    /// What is not touched, and why.
    pub left: Vec<Left>,
}

/// Something that a prune does not touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The folder.
    pub id: BackupId,
    /// Why.
    pub reason: String,
}

/// Backups that can stand in for each other: only an older one of the same is not needed any longer.
#[derive(PartialEq, Eq)]
struct Group {
    database: String,
    kind: BackupKind,
    /// Whose rows it holds, by name; empty where it is not about single tables.
    tables: Vec<String>,
}

impl Group {
    fn of(manifest: &Manifest) -> Self {
        let mut tables = match manifest.kind {
            BackupKind::Tables => manifest.tables.iter().map(|it| it.name.clone()).collect(),
            BackupKind::Full | BackupKind::Schema => Vec::new(),
        };
        tables.sort();
        Self { database: manifest.database.clone(), kind: manifest.kind, tables }
    }
}

/// Removes the backups that `keep` does not keep. Those of each database, of each kind and of each set of tables are counted by themselves, so that
/// none takes the place of one that holds something else; the newest of each is always kept.
///
/// Only what counts can push another one out, so a backup counts if one of the trusted keys signed its manifest, if each of its parts is
/// there with its length, and if it was not begun after `now` (give or take an hour). Others are left and told, and so are folders without a manifest,
/// or with one of another backup. Hashes are not looked at: do that with [`verify`](crate::verify) before.
///
/// Only what a manifest names is removed, the manifest first: what is half removed is no backup anymore.
pub async fn prune(
    store: &BackupStore,
    keep: &Keep,
    trust: &Trust,
    now: Timestamp,
    dry_run: bool,
) -> Result<Pruned> {
    if keep.is_empty() {
        let reason =
            "expected at least one rule: how many of the newest, daily, weekly or monthly ones";
        return Err(Error::invalid(OPERATION)(InvalidInput::new("keep", reason)));
    }
    let mut pruned = Pruned::default();
    for id in store.unfinished().await? {
        let reason = format!(
            "it has no manifest: it is being made, was never finished, or is half removed; if nobody works on it any longer, remove {}",
            store.shown(&id)
        );
        pruned.left.push(Left { id, reason });
    }
    let (mut groups, mut bytes) = (Vec::<(Group, Vec<BackupId>)>::new(), HashMap::new());
    // One manifest at a time is in memory.
    for id in store.ids().await? {
        match candidate(store, &id, trust, now).await? {
            Ok(manifest) => {
                bytes.insert(id.clone(), manifest.bytes());
                let group = Group::of(&manifest);
                match groups.iter_mut().find(|(it, _)| *it == group) {
                    Some((_, ids)) => ids.push(id),
                    None => groups.push((group, vec![id])),
                }
            }
            Err(reason) => pruned.left.push(Left { id, reason }),
        }
    }
    let mut surplus = Vec::new();
    for (_, ids) in groups {
        let kept = keep.choose(&ids);
        surplus.extend(ids.into_iter().filter(|id| !kept.contains(id)));
        pruned.kept.extend(kept);
    }
    pruned.kept.sort();
    surplus.sort();
    for id in surplus {
        if !dry_run && !removed(store, &id, trust, &mut pruned.left).await? {
            continue;
        }
        pruned.bytes = pruned.bytes.saturating_add(bytes.get(&id).copied().unwrap_or_default());
        pruned.removed.push(id);
    }
    pruned.left.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(pruned)
}

/// Removes a backup, if it still is what it was. Whether it did; what stays is told.
async fn removed(
    store: &BackupStore,
    id: &BackupId,
    trust: &Trust,
    left: &mut Vec<Left>,
) -> Result<bool> {
    let manifest = match own(store, id, trust).await? {
        Ok(manifest) => manifest,
        Err(reason) => {
            left.push(Left { id: id.clone(), reason });
            return Ok(false);
        }
    };
    if remove(store, id, manifest).await? {
        let reason = format!(
            "its parts are removed; what else is there is not of the backup, and is in {}",
            store.shown(id)
        );
        left.push(Left { id: id.clone(), reason });
    }
    Ok(true)
}

/// The manifest of a backup that counts, or why it does not.
async fn candidate(
    store: &BackupStore,
    id: &BackupId,
    trust: &Trust,
    now: Timestamp,
) -> Result<Result<Manifest, String>> {
    let manifest = match own(store, id, trust).await? {
        Ok(manifest) => manifest,
        Err(reason) => return Ok(Err(reason)),
    };
    if id.begun_at().duration_since(now) > AHEAD {
        let reason =
            format!("it was begun in the future, at {}: somebody's clock is wrong", id.begun_at());
        return Ok(Err(reason));
    }
    let missing = missing(&manifest, store.entries(id).await?);
    match missing.as_slice() {
        [] => Ok(Ok(manifest)),
        [first, ..] => Ok(Err(format!(
            "it is not whole: {first}{}",
            match missing.len() {
                1 => String::new(),
                many => format!(", and so it is with {} more parts", many - 1),
            }
        ))),
    }
}

/// The parts that are not there as they must be.
fn missing(manifest: &Manifest, entries: Vec<Entry>) -> Vec<String> {
    let entries: HashMap<String, Entry> =
        entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let wrong = |name: &str, bytes: u64| match entries.get(name) {
        None => Some("is missing".to_owned()),
        Some(entry) if entry.kind != EntryKind::File => Some("is no regular file".to_owned()),
        Some(entry) if entry.bytes != bytes => {
            Some(format!("has {} bytes, and {bytes} in the manifest", entry.bytes))
        }
        Some(_) => None,
    };
    let parts = manifest.parts.iter();
    parts.filter_map(|it| Some(format!("{} {}", it.name, wrong(&it.name, it.bytes)?))).collect()
}

/// A manifest that says that the folder is that backup, or why not.
async fn own(
    store: &BackupStore,
    id: &BackupId,
    trust: &Trust,
) -> Result<Result<Manifest, String>> {
    match manifest::read(OPERATION, store, id, trust).await {
        Ok(read) if read.faults.is_empty() => Ok(Ok(read.manifest)),
        Ok(manifest::Read { faults, .. }) | Err(Error::Corrupt { faults, .. }) => {
            let faults: Vec<_> = faults.iter().take(MAX_NAMED).map(ToString::to_string).collect();
            Ok(Err(faults.join("; ")))
        }
        Err(error @ Error::NotFound { .. }) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Whether anything is left in its folder.
async fn remove(store: &BackupStore, id: &BackupId, manifest: Manifest) -> Result<bool> {
    store.remove(&format!("{id}/{MANIFEST_FILE}")).await?;
    store.remove(&format!("{id}/{NOTE_FILE}")).await?;
    // By value: a stream over references keeps the future from moving between threads.
    stream::iter(manifest.parts)
        .map(|part| async move {
            let name = part.path().map_err(Error::invalid(OPERATION))?;
            store.remove(&format!("{id}/{name}")).await
        })
        .buffer_unordered(REMOVED_AT_ONCE)
        .try_collect::<()>()
        .await?;
    store.remove_empty(id).await
}
