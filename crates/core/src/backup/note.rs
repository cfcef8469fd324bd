use std::{fmt, str::FromStr};

use super::{BackupId, FORMAT, Manifest};
use crate::{
    InvalidInput,
    audit::TrustedKeys,
    hash::Sha256,
    note::{KeyName, NoteError, SignedNote, SigningKey},
};

const HASH_PREFIX: &str = "sha256:";

/// What the note of a backup says: which backup, and the hash of its manifest. Three lines:
///
/// ```text
/// agentflow.dev/backup@v1
/// 20261122T080000Z-7f3a9c21
/// sha256:<64 hexadecimal digits>
/// ```
///
/// The first line tells it from whatever else the same key signs: no log is called that, and the second line of a checkpoint is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Which backup.
    pub id: BackupId,
    /// The hash of `manifest.json`, byte for byte.
    pub manifest: Sha256,
}

/// Why a note does not vouch for a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// It is no note of a backup.
    #[error("{0}")]
    Malformed(InvalidInput),
    /// Who signed it is not trusted, or did not sign that.
    #[error(transparent)]
    Signature(#[from] NoteError),
    /// It is of another backup.
    #[error("it is the note of backup {found}, not of {expected}")]
    OtherBackup {
        /// The backup that was asked for.
        expected: BackupId,
        /// The one it is of.
        found: BackupId,
    },
    /// The manifest was changed after it was signed.
    #[error(
        "the manifest is not the one that was signed: its SHA-256 is {found}, signed was {signed}"
    )]
    OtherManifest {
        /// The hash that was signed.
        signed: Sha256,
        /// The hash of what is there.
        found: Sha256,
    },
}

impl Binding {
    /// Of a manifest, by its text.
    pub fn new(id: BackupId, manifest: &str) -> Self {
        Self { id, manifest: Sha256::of(&[manifest.as_bytes()]) }
    }

    /// Signs it.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, InvalidInput> {
        key.sign(self.to_string())
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORMAT}\n{}\n{HASH_PREFIX}{}", self.id, self.manifest)
    }
}

impl FromStr for Binding {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let malformed = || {
            let reason = "expected three lines: agentflow.dev/backup@v1, the backup, and sha256: with a hash";
            InvalidInput::new("note", reason)
        };
        let lines = text.strip_suffix('\n').ok_or_else(malformed)?;
        let lines: Vec<_> = lines.splitn(4, '\n').collect();
        let &[FORMAT, id, hash] = lines.as_slice() else { return Err(malformed()) };
        let hash = hash.strip_prefix(HASH_PREFIX).ok_or_else(malformed)?;
        let binding = Self {
            id: id.parse().map_err(|_| malformed())?,
            manifest: Sha256::from_hex(hash).map_err(|_| malformed())?,
        };
        // Two spellings of a hash would be two notes for one manifest.
        if binding.to_string() == text { Ok(binding) } else { Err(malformed()) }
    }
}

impl Manifest {
    /// Signs its canonical text, under its own id. The text of the note is to be stored as `manifest.note`.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, InvalidInput> {
        Binding::new(self.id.clone(), &self.to_text()?).sign(key)
    }
}

/// Checks the note of a backup, and names everything that is wrong with it; else says by which of the trusted keys it is signed.
///
/// Without keys the signature is not looked at, and nobody is named: then the note says no more than that nothing was changed by accident.
pub fn verify_note(
    note: &str,
    id: &BackupId,
    manifest: &[u8],
    keys: Option<&TrustedKeys>,
) -> Result<Option<KeyName>, Vec<BindingError>> {
    let malformed = |error| vec![BindingError::Malformed(error)];
    let note: SignedNote = note.parse().map_err(malformed)?;
    let mut errors = Vec::new();
    let signed_by = match keys.map(|keys| signer(&note, keys)) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(error)) => {
            errors.push(error.into());
            None
        }
    };
    match note.text().parse::<Binding>() {
        Err(error) => errors.push(BindingError::Malformed(error)),
        Ok(binding) => {
            let found = Sha256::of(&[manifest]);
            if binding.manifest != found {
                errors.push(BindingError::OtherManifest { signed: binding.manifest, found });
            }
            if binding.id != *id {
                errors.push(BindingError::OtherBackup { expected: id.clone(), found: binding.id });
            }
        }
    }
    if errors.is_empty() { Ok(signed_by) } else { Err(errors) }
}

fn signer(note: &SignedNote, trusted: &TrustedKeys) -> Result<KeyName, NoteError> {
    let keys = trusted.keys();
    note.verify(keys)?;
    let one = keys.iter().find(|key| note.verify(std::slice::from_ref(*key)).is_ok());
    one.map(|key| key.name().clone()).ok_or(NoteError::UnknownKeys(Vec::new()))
}
