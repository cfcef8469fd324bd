use std::collections::{BTreeMap, BTreeSet};

use agentflow::{
    core::{
        InvalidInput,
        backup::{BackupId, MANIFEST_FILE, Manifest, NOTE_FILE, Part, PartName},
        note::KeyName,
    },
    secrets::AgeIdentity,
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    error::{Error, Fault, Result},
    manifest,
    parts::{self, Trouble},
    progress::{Meter, OnProgress, Phase},
    store::{BackupStore, Entry, EntryKind, PartReader},
    trust::Trust,
};

const OPERATION: &str = "verify the backup";
/// So many parts are read at once: hashing keeps a processor busy, and an object store answers late.
const PARTS_AT_ONCE: usize = 4;

/// What became of a backup.
#[derive(Debug, Clone)]
pub struct Verification {
    /// What it says of itself. To be believed only if there are no faults.
    pub manifest: Manifest,
    /// The trusted key that signed it; none if it was not asked for, or none did.
    pub signed_by: Option<KeyName>,
    /// Everything that is wrong. Empty if the backup is what was made.
    pub faults: Vec<Fault>,
    /// The number of parts in the manifest.
    pub parts: u64,
    /// The length of all of them as they are stored.
    pub bytes: u64,
}

impl Verification {
    /// The manifest, if nothing is wrong; else an error that names everything.
    pub fn into_manifest(self, operation: &'static str) -> Result<Manifest> {
        if self.faults.is_empty() {
            return Ok(self.manifest);
        }
        let what = format!("backup {}", self.manifest.id);
        Err(Error::Corrupt { operation, what, faults: self.faults })
    }
}

/// Reads all of a backup and compares it with its manifest, and that with its note. Names every fault, and not only the first. Memory is flat.
///
/// With an identity each part of an encrypted backup is decrypted as well. What is wrong with the backup is in the result; an error is what kept
/// from finding out, and [`Error::Corrupt`] if there is no manifest to go by, or, with keys, none that one of them signed.
pub async fn verify(
    store: &BackupStore,
    id: &BackupId,
    trust: &Trust,
    identity: Option<&AgeIdentity>,
    progress: OnProgress<'_>,
) -> Result<Verification> {
    let manifest::Read { manifest, signed_by, mut faults } =
        manifest::read(OPERATION, store, id, trust).await?;
    if faults.is_empty() {
        require_identity(&manifest, identity)?;
    }
    let bytes = manifest.bytes();
    let (known, strays) = compare(&manifest, store.entries(id).await?);
    let meter = Meter::default();
    let identity = identity.filter(|_| manifest.encryption.is_some());
    let checks = stream::iter(known)
        .map(|known| check(store, id, known, identity, &meter))
        .buffered(PARTS_AT_ONCE)
        .try_collect::<Vec<_>>();
    let checked = meter.watch(Phase::Verify, bytes, progress, checks).await?;
    faults.extend(checked.into_iter().flatten());
    faults.extend(strays);
    let parts = u64::try_from(manifest.parts.len()).unwrap_or(u64::MAX);
    Ok(Verification { manifest, signed_by, faults, parts, bytes })
}

/// Fails if what is given opens nothing of it: every part would be called damaged.
fn require_identity(manifest: &Manifest, identity: Option<&AgeIdentity>) -> Result<()> {
    let (Some(encryption), Some(identity)) = (&manifest.encryption, identity) else {
        return Ok(());
    };
    let own = identity.public_keys();
    if own.iter().any(|key| encryption.recipients.contains(key)) {
        return Ok(());
    }
    let reason = format!(
        "the backup is encrypted for {}, and the identity that is given is {}",
        encryption.recipients.join(", "),
        own.join(", ")
    );
    Err(Error::invalid(OPERATION)(InvalidInput::new("identity", reason)))
}

/// A part and what is in its place.
struct Known {
    part: Part,
    name: PartName,
    entry: Option<Entry>,
}

/// The parts whose names can be relied on, and what is wrong beside them.
fn compare(manifest: &Manifest, entries: Vec<Entry>) -> (Vec<Known>, Vec<Fault>) {
    let mut entries: BTreeMap<String, Entry> =
        entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let mut seen = BTreeSet::new();
    let mut known = Vec::new();
    for part in &manifest.parts {
        // The others are among the faults of the manifest already.
        let Ok(name) = part.path() else { continue };
        if seen.insert(name.clone()) {
            let entry = entries.remove(name.as_str());
            known.push(Known { part: part.clone(), name, entry });
        }
    }
    let strays = entries.keys().filter(|name| ![MANIFEST_FILE, NOTE_FILE].contains(&name.as_str()));
    let strays = strays.map(|name| {
        // Shown escaped, for it may be called anything.
        let shown: String = name.chars().flat_map(char::escape_debug).collect();
        Fault::new(shown, "it is not in the manifest")
    });
    (known, strays.collect())
}

/// What is wrong with a part.
async fn check(
    store: &BackupStore,
    id: &BackupId,
    known: Known,
    identity: Option<&AgeIdentity>,
    meter: &Meter,
) -> Result<Vec<Fault>> {
    let Known { part, name, entry } = known;
    let one = |reason: String| Ok(vec![Fault::new(&name, reason)]);
    match entry {
        Some(Entry { kind: EntryKind::Link, .. }) => {
            return one("it is a symbolic link; links are not followed".to_owned());
        }
        Some(Entry { kind: EntryKind::Special, .. }) => {
            return one("it is no regular file".to_owned());
        }
        Some(Entry { bytes, .. }) if bytes != part.bytes => {
            return one(format!("it has {bytes} bytes, and {} in the manifest", part.bytes));
        }
        // A link in the way down to it hides it from the list, and is named by the reader.
        Some(_) | None => {}
    }
    let path = format!("{id}/{name}");
    let mut faults = Vec::new();
    let reader = manifest::or_fault(store.reader(&path).await, &mut faults)?;
    let Some(reader) = reader else {
        if faults.is_empty() {
            return one("it is missing".to_owned());
        }
        return Ok(faults);
    };
    let (identity, meter) = (identity.cloned(), meter.clone());
    let work = move || parts::check(reader, &part, identity.as_ref(), &mut std::io::sink(), &meter);
    let reasons = tokio::task::spawn_blocking(work).await.map_err(Error::lost(OPERATION))?;
    match reasons {
        Ok(reasons) => Ok(reasons.into_iter().map(|reason| Fault::new(&name, reason)).collect()),
        Err(Trouble::Read(error) | Trouble::Write(error)) => {
            match PartReader::error(&path, error) {
                Error::Io { source, .. } => one(manifest::unreadable(&source)),
                error => Err(error),
            }
        }
    }
}
