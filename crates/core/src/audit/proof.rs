use std::{fmt, str::FromStr};

use super::{SignedCheckpoint, TrustedKeys, checkpoint::decimal, link_hash};
use crate::{
    InvalidInput,
    hash::Sha256,
    ids::TenantId,
    merkle::{leaf_hash, verify_inclusion},
    note::{KeyName, MAX_NOTE_BYTES, NoteError},
};

const FORMAT: &str = "c2sp.org/tlog-proof@v1";
/// A tree that needs more would have over 2^63 leaves.
const MAX_HASHES: usize = 63;
/// What stands before the checkpoint at most: two numbers and the hashes, 45 bytes to a line.
const MAX_HEAD_BYTES: usize = (MAX_HASHES + 4) * 45;

/// That an entry is in the log of a tenant, to be checked by anybody who has its record and the key of the log (C2SP
/// tlog-proof).
///
/// ```text
/// c2sp.org/tlog-proof@v1
/// extra base64(the hash of the entry before)
/// index 6
/// base64(the root of a part of the tree) ...
///
/// the signed checkpoint
/// ```
///
/// The leaf is the hash of the entry, `SHA-256(extra || record)`: nothing else of the chain is needed. The index counts
/// from 0, and the numbers of entries from 1. Source: <https://c2sp.org/tlog-proof>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProof {
    /// The entry, counted from 0.
    pub index: u64,
    /// The hash of the entry before it, or the genesis hash.
    pub prev_hash: Sha256,
    /// The roots of the parts of the tree that the entry is not in, from the leaf to the root.
    pub hashes: Vec<Sha256>,
    /// A checkpoint of the log, as it was when it had at least this entry.
    pub checkpoint: SignedCheckpoint,
}

/// What a proof says when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenEntry {
    /// Whose log it is.
    pub tenant_id: TenantId,
    /// The number of the entry, counted from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: Sha256,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The checkpoint is not believed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint is of a log that holds something else.
    #[error("the checkpoint is of {0}, which is not the log of a tenant")]
    AnotherLog(KeyName),
    /// The log had fewer entries.
    #[error("there is no entry {index}, counted from 0, in a log of {size}")]
    NoSuchEntry {
        /// The entry, counted from 0.
        index: u64,
        /// The size that the checkpoint states.
        size: u64,
    },
    /// The hashes do not lead from the record to the root.
    #[error("the record is not entry {seq} of {origin}: the record or its proof was changed")]
    NotInTree {
        /// The number of the entry, counted from 1.
        seq: u64,
        /// The name of the log.
        origin: KeyName,
    },
}

impl EntryProof {
    /// Checks that `record` is the entry, byte for byte, and that the checkpoint was signed by one of the trusted keys.
    pub fn verify(&self, record: &str, trusted: &TrustedKeys) -> Result<ProvenEntry, ProofError> {
        self.checkpoint.verify(trusted)?;
        let checkpoint = self.checkpoint.checkpoint();
        let another_log = || ProofError::AnotherLog(checkpoint.origin.clone());
        let tenant_id = checkpoint.tenant().ok_or_else(another_log)?;
        let (index, size) = (self.index, checkpoint.size);
        if index >= size {
            return Err(ProofError::NoSuchEntry { index, size });
        }
        let (seq, hash) = (index + 1, link_hash(&self.prev_hash, record));
        let leaf = leaf_hash(hash.as_bytes());
        if !verify_inclusion(leaf, index, size, &self.hashes, &checkpoint.root) {
            return Err(ProofError::NotInTree { seq, origin: checkpoint.origin.clone() });
        }
        Ok(ProvenEntry { tenant_id, seq, hash })
    }
}

impl fmt::Display for EntryProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORMAT}\nextra {}\nindex {}", self.prev_hash.to_base64(), self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint.note())
    }
}

impl FromStr for EntryProof {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let malformed = |what: &str| InvalidInput::new("proof", format!("expected {what}"));
        if text.len() > MAX_HEAD_BYTES + MAX_NOTE_BYTES {
            return Err(malformed("fewer bytes: no proof is that long"));
        }
        let (head, note) = text
            .split_once("\n\n")
            .ok_or_else(|| malformed("an empty line between the hashes and the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FORMAT) {
            return Err(malformed("c2sp.org/tlog-proof@v1 on the first line"));
        }
        let prev_hash = lines
            .next()
            .and_then(|line| line.strip_prefix("extra "))
            .and_then(Sha256::from_base64)
            .ok_or_else(|| malformed("`extra` and a hash in base64 on the second line"))?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(decimal)
            .ok_or_else(|| malformed("`index` and a number in decimal on the third line"))?;
        let hashes: Vec<_> = lines
            .map(Sha256::from_base64)
            .collect::<Option<_>>()
            .ok_or_else(|| malformed("hashes of 32 bytes in base64, one on each line"))?;
        if hashes.len() > MAX_HASHES {
            return Err(malformed("at most 63 hashes"));
        }
        Ok(Self { index, prev_hash, hashes, checkpoint: SignedCheckpoint::read(note)? })
    }
}
