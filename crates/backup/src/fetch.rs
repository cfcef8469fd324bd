use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use agentflow::{
    core::{
        InvalidInput,
        backup::{Manifest, Part, PartName},
    },
    secrets::AgeIdentity,
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    error::{Error, Fault, Result},
    files,
    parts::{self, Trouble},
    progress::{Meter, OnProgress, Phase},
    store::{BackupStore, PartReader},
};

const OPERATION: &str = "fetch the backup";
const PARTS_AT_ONCE: usize = 4;
/// What the names of encrypted parts end with.
const ENCRYPTED: &str = ".age";

/// Copies the parts of a backup to below `into`, as they were before they were encrypted: `data/4021.dat.zst.age` becomes `into/data/4021.dat.zst`.
/// The manifest must have been [verified](crate::verify).
///
/// Each part is compared with the manifest as it is copied, so nothing can be put in its place in between: one that differs is removed again, and
/// is an [`Error::Corrupt`]. Nothing of it was there before; folders and files are private to their owner.
pub async fn fetch(
    store: &BackupStore,
    manifest: &Manifest,
    identity: Option<&AgeIdentity>,
    into: &Path,
    progress: OnProgress<'_>,
) -> Result<()> {
    let faults = manifest.faults();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(Fault::from).collect();
        return Err(corrupt(manifest, faults));
    }
    let identity = match (&manifest.encryption, identity) {
        (None, _) => None,
        (Some(_), Some(identity)) => Some(identity),
        (Some(_), None) => {
            let reason = "expected one, for the backup is encrypted";
            return Err(Error::invalid(OPERATION)(InvalidInput::new("identity", reason)));
        }
    };
    let meter = Meter::default();
    // By value: a stream over references keeps the future from moving between threads.
    let copies = stream::iter(manifest.parts.clone())
        .map(|part| copy(store, manifest, part, identity, into, &meter))
        .buffer_unordered(PARTS_AT_ONCE)
        .try_collect::<()>();
    meter.watch(Phase::Fetch, manifest.bytes(), progress, copies).await
}

fn corrupt(manifest: &Manifest, faults: Vec<Fault>) -> Error {
    Error::Corrupt { operation: OPERATION, what: format!("backup {}", manifest.id), faults }
}

async fn copy(
    store: &BackupStore,
    manifest: &Manifest,
    part: Part,
    identity: Option<&AgeIdentity>,
    into: &Path,
    meter: &Meter,
) -> Result<()> {
    let name = part.path().map_err(Error::invalid(OPERATION))?;
    let path = format!("{}/{name}", manifest.id);
    let Some(reader) = store.reader(&path).await? else {
        return Err(corrupt(manifest, vec![Fault::new(&name, "it is missing")]));
    };
    let place = place_of(into, &name, identity.is_some());
    let (identity, meter) = (identity.cloned(), meter.clone());
    let to = place.clone();
    // Not by the thread, which may still be at work when all of it was given up and removed.
    if let Some(folder) = to.parent() {
        files::make_private(folder).map_err(Error::io(OPERATION, folder))?;
    }
    let work = move || write(reader, &part, identity.as_ref(), &to, &meter);
    let written = tokio::task::spawn_blocking(work).await.map_err(Error::lost(OPERATION))?;
    match written {
        Ok(reasons) if reasons.is_empty() => Ok(()),
        Ok(reasons) => {
            let faults = reasons.into_iter().map(|reason| Fault::new(&name, reason)).collect();
            Err(corrupt(manifest, faults))
        }
        Err(Trouble::Read(error)) => Err(PartReader::error(&path, error)),
        Err(Trouble::Write(error)) => Err(Error::io(OPERATION, &place)(error)),
    }
}

fn place_of(into: &Path, name: &PartName, is_encrypted: bool) -> PathBuf {
    let name = name.as_str();
    let plain = if is_encrypted { name.strip_suffix(ENCRYPTED).unwrap_or(name) } else { name };
    into.join(plain)
}

fn write(
    reader: PartReader,
    part: &Part,
    identity: Option<&AgeIdentity>,
    to: &Path,
    meter: &Meter,
) -> Result<Vec<String>, Trouble> {
    let mut file = parts::create(to).map_err(Trouble::Write)?;
    let checked = parts::check(reader, part, identity, &mut file, meter);
    let checked = checked.and_then(|reasons| {
        file.flush().map_err(Trouble::Write)?;
        Ok(reasons)
    });
    if !matches!(&checked, Ok(reasons) if reasons.is_empty()) {
        // What differs is not left where something could use it.
        let _ = fs::remove_file(to);
    }
    checked
}
