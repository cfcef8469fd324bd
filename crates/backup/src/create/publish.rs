//! Bringing a finished backup to its place.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use agentflow::core::backup::{MANIFEST_FILE, Manifest, NOTE_FILE, Part};

use super::{OPERATION, staging::Staging};
use crate::{
    Error, Phase, Result,
    progress::{Meter, OnProgress},
    store::BackupStore,
};

/// So often parts are brought to a place that does not have them afterwards.
const ROUNDS: usize = 3;

/// In the same folder it only gets another name. To an object store it is copied part by part, its manifest last; what fails on the
/// way can be gone on with.
pub(super) async fn publish(
    mut staging: Staging,
    parent: &Path,
    store: &BackupStore,
    manifest: &Manifest,
    progress: OnProgress<'_>,
) -> Result<()> {
    if store.folder().is_some() {
        return staging.publish(parent);
    }
    staging.is_kept = true;
    let meter = Meter::default();
    let uploading = upload(&staging, store, manifest, &meter);
    let uploaded = meter.watch(Phase::Upload, manifest.bytes(), progress, uploading).await;
    match uploaded {
        Ok(()) => {
            staging.done();
            Ok(())
        }
        // What is damaged here is not gone on with.
        Err(error @ Error::Corrupt { .. }) => Err(error),
        Err(error) => Err(Error::NotUploaded {
            id: staging.id().clone(),
            staging: staging.dir().to_owned(),
            source: Box::new(error),
        }),
    }
}

async fn upload(
    staging: &Staging,
    store: &BackupStore,
    manifest: &Manifest,
    meter: &Meter,
) -> Result<()> {
    let count = |bytes: u64| {
        // Whoever gave up is not waited for.
        let _ = meter.add(usize::try_from(bytes).unwrap_or(usize::MAX));
    };
    let mut lacking = lacking(staging, store, manifest).await?;
    for part in manifest.parts.iter().filter(|part| !lacking.contains(&part.name)) {
        count(part.bytes);
    }
    for _ in 0..ROUNDS {
        for part in manifest.parts.iter().filter(|part| lacking.contains(&part.name)) {
            let local = staging.backup().join(&part.name);
            store
                .put_part(staging.id(), part, &local, &count)
                .await
                .map_err(|error| not_what_was_made(staging, error))?;
            staging.note_uploaded(&part.name)?;
        }
        lacking = self::lacking(staging, store, manifest).await?;
        if lacking.is_empty() {
            return put_manifest(staging, store).await;
        }
    }
    let first = lacking.into_iter().next().unwrap_or_default();
    let reason = format!("{} does not have what was put there: {first}", store.location());
    Err(Error::Unavailable { operation: OPERATION, reason })
}

/// The parts that are not at their place: we never brought them there, or somebody removed or replaced them since.
async fn lacking(
    staging: &Staging,
    store: &BackupStore,
    manifest: &Manifest,
) -> Result<BTreeSet<String>> {
    let noted = staging.uploaded();
    let entries = store.entries(staging.id()).await?.into_iter();
    let there: HashMap<String, u64> = entries.map(|it| (it.name, it.bytes)).collect();
    let is_there =
        |part: &Part| noted.contains(&part.name) && there.get(&part.name) == Some(&part.bytes);
    Ok(manifest.parts.iter().filter(|part| !is_there(part)).map(|it| it.name.clone()).collect())
}

async fn put_manifest(staging: &Staging, store: &BackupStore) -> Result<()> {
    let text = |name: &str| {
        let path = staging.backup().join(name);
        std::fs::read_to_string(&path).map_err(Error::io(OPERATION, &path))
    };
    let note =
        if staging.backup().join(NOTE_FILE).is_file() { Some(text(NOTE_FILE)?) } else { None };
    store.put_manifest(staging.id(), &text(MANIFEST_FILE)?, note.as_deref()).await
}

/// No other attempt brings a file that was changed to its place.
fn not_what_was_made(staging: &Staging, error: Error) -> Error {
    match error {
        Error::Corrupt { faults, .. } => Error::Corrupt {
            operation: OPERATION,
            what: format!(
                "what was staged in {} (remove it, and make another backup)",
                staging.dir().display()
            ),
            faults,
        },
        other => other,
    }
}
