use super::{ArchiveManifest, FORMAT};
use crate::{
    InvalidInput,
    audit::TrustedKeys,
    hash::Sha256,
    ids::TenantId,
    note::{KeyName, NoteError, SignedNote, SigningKey},
};

/// Why a note does not vouch for a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveNoteError {
    /// It is about something else, or about another text of the manifest.
    #[error(
        "the note is not of this manifest: the manifest was changed, or the note is of another archive"
    )]
    OtherManifest,
    /// Nobody who is trusted signed it.
    #[error(transparent)]
    NotTrusted(#[from] NoteError),
}

impl ArchiveManifest {
    /// The note that binds the manifest to its tenant and to the key.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, InvalidInput> {
        key.sign(note_text(self.source.id, &self.to_text()?))
    }
}

/// Checks that a note is of a manifest, given as its text, and signed by a trusted key. Returns the name of that key, or `None` if no
/// keys were given: then signatures are not looked at.
pub fn verify_note(
    note: &SignedNote,
    source: TenantId,
    manifest: &str,
    trusted: Option<&TrustedKeys>,
) -> Result<Option<KeyName>, ArchiveNoteError> {
    if note.text() != note_text(source, manifest) {
        return Err(ArchiveNoteError::OtherManifest);
    }
    let Some(trusted) = trusted else { return Ok(None) };
    note.verify(trusted.keys())?;
    let signer = trusted.keys().iter().find(|key| note.verify(std::slice::from_ref(key)).is_ok());
    Ok(signer.map(|key| key.name().clone()))
}

fn note_text(source: TenantId, manifest: &str) -> String {
    format!("{FORMAT}\n{source}\nsha256:{}\n", Sha256::of(&[manifest.as_bytes()]))
}
