use agentflow::core::{
    backup::{
        BackupId, BindingError, MANIFEST_FILE, MAX_MANIFEST_BYTES, Manifest, NOTE_FILE, verify_note,
    },
    note::{KeyName, MAX_NOTE_BYTES},
};

use crate::{
    error::{Error, Fault, Result},
    store::BackupStore,
    trust::Trust,
};

/// A manifest that was read, and what is wrong with it.
pub(crate) struct Read {
    pub(crate) manifest: Manifest,
    /// Who signed it; none if nobody was asked.
    pub(crate) signed_by: Option<KeyName>,
    pub(crate) faults: Vec<Fault>,
}

/// Reads the manifest of a backup and its note. An error if there is no manifest to go by: no such backup, none that can be read, or, with keys, none
/// that one of them signed; with everything that is wrong.
pub(crate) async fn read(
    operation: &'static str,
    store: &BackupStore,
    id: &BackupId,
    trust: &Trust,
) -> Result<Read> {
    let mut faults = Vec::new();
    let path = |file: &str| format!("{id}/{file}");
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX);
    let note = or_fault(store.read(&path(NOTE_FILE), limit).await, &mut faults)?;
    let before = faults.len();
    let text = or_fault(store.read(&path(MANIFEST_FILE), MAX_MANIFEST_BYTES).await, &mut faults)?;
    if text.is_none() && faults.len() == before {
        if note.is_none() && faults.is_empty() && store.entries(id).await?.is_empty() {
            return Err(Error::NotFound {
                operation,
                what: format!("backup {id} in {}", store.location()),
            });
        }
        faults.push(Fault::new(
            MANIFEST_FILE,
            "it is missing: the backup was never finished, or is half removed",
        ));
    }
    let signed_by = match (&note, &text) {
        (Some(note), Some(text)) => check_note(note, id, text, trust, &mut faults),
        _ => None,
    };
    if note.is_none() && trust.keys().is_some() && !faults.iter().any(|it| it.place == NOTE_FILE) {
        faults.push(Fault::new(NOTE_FILE, "it is missing: nobody signed this backup"));
    }
    if trust.keys().is_some() && !faults.is_empty() {
        // What nobody who is trusted wrote is not even read.
        return Err(Error::Corrupt { operation, what: format!("backup {id}"), faults });
    }
    let manifest = text.and_then(|text| parse(text, id, &mut faults));
    match manifest {
        Some(manifest) => Ok(Read { manifest, signed_by, faults }),
        None => Err(Error::Corrupt { operation, what: format!("backup {id}"), faults }),
    }
}

/// A file that is no file, too long, or cannot be read, is one fault among others.
pub(crate) fn or_fault<T>(read: Result<Option<T>>, faults: &mut Vec<Fault>) -> Result<Option<T>> {
    match read {
        Err(Error::Corrupt { faults: found, .. }) => {
            faults.extend(found);
            Ok(None)
        }
        // A store that does not answer says nothing about a backup; a file that cannot be read is one fault among others.
        Err(Error::Io { place, source, .. }) => {
            faults.push(Fault::new(place, unreadable(&source)));
            Ok(None)
        }
        other => other,
    }
}

/// What is wrong with a file that is there and cannot be read.
pub(crate) fn unreadable(error: &std::io::Error) -> String {
    format!("it cannot be read: {error}")
}

fn check_note(
    note: &[u8],
    id: &BackupId,
    text: &[u8],
    trust: &Trust,
    faults: &mut Vec<Fault>,
) -> Option<KeyName> {
    let Ok(note) = std::str::from_utf8(note) else {
        faults.push(Fault::new(NOTE_FILE, "it is not UTF-8 text"));
        return None;
    };
    match verify_note(note, id, text, trust.keys()) {
        Ok(signed_by) => signed_by,
        Err(errors) => {
            faults.extend(errors.into_iter().map(|error| match error {
                BindingError::OtherManifest { .. } => Fault::new(MANIFEST_FILE, error),
                error => Fault::new(NOTE_FILE, error),
            }));
            None
        }
    }
}

fn parse(text: Vec<u8>, id: &BackupId, faults: &mut Vec<Fault>) -> Option<Manifest> {
    let Ok(text) = String::from_utf8(text) else {
        faults.push(Fault::new(MANIFEST_FILE, "it is not UTF-8 text"));
        return None;
    };
    let manifest = match Manifest::parse(&text) {
        Ok(manifest) => manifest,
        Err(error) => {
            faults.push(Fault::new(MANIFEST_FILE, error));
            return None;
        }
    };
    faults.extend(manifest.faults().into_iter().map(|error| Fault::new(MANIFEST_FILE, error)));
    if manifest.id != *id {
        let reason = format!("it is of backup {}, and in the folder of {id}", manifest.id);
        faults.push(Fault::new(MANIFEST_FILE, reason));
    }
    Some(manifest)
}
