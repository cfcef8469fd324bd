//! Checkpoints as the database has them, which is not to say that they are right.

use agentflow_core::{
    audit::{Checkpoint, SignedCheckpoint, TrustedKeys},
    hash::Sha256,
    merkle::{CompactRange, leaf_hash},
    note::{KeyName, NoteError},
};
use agentflow_sql::queries::checkpoints as sql;

/// The checkpoint of a chain, read from its row.
#[derive(Debug)]
pub(super) struct StoredCheckpoint {
    pub(super) head_hash: Sha256,
    pub(super) signed: SignedCheckpoint,
    /// The tree over all entries it covers.
    pub(super) range: CompactRange,
}

/// What is wrong with a row.
pub(super) type Wrong = &'static str;

const NO_HASH: Wrong = "a hash of it is gone";
const NO_NOTE: Wrong = "its note cannot be read";
const OTHER_NOTE: Wrong = "its note says something else than its row";
const OTHER_ROOT: Wrong = "its hashes do not make its root";

impl StoredCheckpoint {
    /// Reads a row of `audit_checkpoints`, whose parts must agree with each other.
    pub(super) fn read(origin: &KeyName, row: &sql::LastCheckpoint) -> Result<Self, Wrong> {
        let head_hash = hash(row.head_hash.as_deref())?;
        let signed = note(origin, row.seq, row.root_hash.as_deref(), row.note.as_deref())?;
        let before = u64::try_from(row.seq - 1).map_err(|_| OTHER_NOTE)?;
        let mut range = range(before, row.compact_range.as_deref())?;
        range.push(leaf_hash(head_hash.as_bytes()));
        agree(&range, &signed)?;
        Ok(Self { head_hash, signed, range })
    }
}

/// Reads a row of `tenant_log_checkpoints`: the note, and the tree it is about.
pub(super) fn read_tenant_log(
    origin: &KeyName,
    row: &sql::GetTenantLogCheckpoint,
) -> Result<(SignedCheckpoint, CompactRange), Wrong> {
    let signed = note(origin, row.size, row.root_hash.as_deref(), row.note.as_deref())?;
    let range = range(signed.checkpoint().size, row.compact_range.as_deref())?;
    agree(&range, &signed)?;
    Ok((signed, range))
}

/// Whether we signed it ourselves. False where another key did; an error where somebody only claims that we did.
pub(super) fn is_ours(
    signed: &SignedCheckpoint,
    origin: &KeyName,
    own: &TrustedKeys,
) -> Result<bool, Wrong> {
    match signed.verify(own) {
        Ok(()) => Ok(signed.checkpoint().origin == *origin),
        Err(NoteError::UnknownKeys(_)) => Ok(false),
        Err(NoteError::WrongSignature(_)) => Err("its signature is wrong"),
    }
}

/// The hashes of a range, one after the other.
pub(super) fn to_bytes(range: &CompactRange) -> Vec<u8> {
    range.hashes().flat_map(|hash| hash.0).collect()
}

fn hash(bytes: Option<&[u8]>) -> Result<Sha256, Wrong> {
    bytes.and_then(Sha256::from_slice).ok_or(NO_HASH)
}

fn range(size: u64, bytes: Option<&[u8]>) -> Result<CompactRange, Wrong> {
    let (hashes, []) = bytes.ok_or(NO_HASH)?.as_chunks() else { return Err(NO_HASH) };
    CompactRange::from_hashes(0, size, hashes.iter().map(|hash| Sha256(*hash)))
        .map_err(|_| OTHER_ROOT)
}

fn note(
    origin: &KeyName,
    size: i64,
    root: Option<&[u8]>,
    note: Option<&str>,
) -> Result<SignedCheckpoint, Wrong> {
    let signed = SignedCheckpoint::read(note.ok_or(NO_NOTE)?).map_err(|_| NO_NOTE)?;
    let Checkpoint { origin: said, size: said_size, root: said_root } = signed.checkpoint();
    // A log that was signed under another name before is a log of another name; its size and root are the same.
    let is_same_log =
        said == origin || said.as_str().rsplit('/').next() == origin.as_str().rsplit('/').next();
    if is_same_log && i64::try_from(*said_size) == Ok(size) && *said_root == hash(root)? {
        Ok(signed)
    } else {
        Err(OTHER_NOTE)
    }
}

fn agree(range: &CompactRange, signed: &SignedCheckpoint) -> Result<(), Wrong> {
    if range.root() == Some(signed.checkpoint().root) { Ok(()) } else { Err(OTHER_ROOT) }
}
