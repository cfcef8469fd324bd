//! What others say that a chain was at some size: its checkpoints, the log of all tenants, copies kept elsewhere.

use agentflow_core::{
    audit::{SignedCheckpoint, TrustedKeys},
    hash::Sha256,
    ids::TenantId,
    merkle::{CompactRange, leaf_hash},
    note::{NoteError, SignedNote},
};
use agentflow_sql::{
    client::GenericClient,
    queries::audit::{self as sql, CheckpointRow},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::TryStreamExt;

/// That the first entries of a chain have this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::audit) struct Claim {
    pub(in crate::audit) size: i64,
    /// Or why nothing can be believed about them.
    pub(in crate::audit) root: Result<Sha256, String>,
    pub(in crate::audit) by: Witness,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::audit) enum Witness {
    /// A checkpoint in the database.
    Checkpoint,
    /// The log of all tenants, whose checkpoint is gone.
    TenantLog,
    /// A copy that was kept elsewhere.
    Copy,
    /// Two copies that do not agree with each other, of which this is one.
    SplitView,
}

impl Claim {
    /// What is wrong when the entries up to `size` have another root, and those up to `agreed` were right.
    pub(in crate::audit) fn refute(&self, agreed: i64) -> String {
        let size = self.size;
        let entries = entries(agreed.saturating_add(1), size);
        match self.by {
            Witness::Checkpoint => format!("{entries} not what was signed at {size}"),
            Witness::TenantLog => {
                format!("{entries} not what the log of all tenants says was signed at {size}")
            }
            Witness::Copy => {
                format!("{entries} not what was signed at {size} and kept elsewhere")
            }
            Witness::SplitView => format!(
                "{entries} in doubt: copies were signed at {size} that do not agree, so somebody was shown another history"
            ),
        }
    }
}

/// "entry 5 is", "entries 5 to 7 are".
pub(super) fn entries(first: i64, last: i64) -> String {
    if first >= last {
        format!("entry {last} is")
    } else {
        format!("entries {first} to {last} are")
    }
}

/// A checkpoint of a chain that holds together: its hashes make its root, and its note says the same.
pub(in crate::audit) struct Checkpoint {
    pub(in crate::audit) seq: i64,
    pub(in crate::audit) head_hash: Sha256,
    pub(in crate::audit) root: Sha256,
    /// The tree over the entries that it covers.
    pub(in crate::audit) range: CompactRange,
}

impl Checkpoint {
    /// Checks a row. The signature is checked if there are keys.
    pub(in crate::audit) fn read(
        row: &CheckpointRow,
        tenant: TenantId,
        keys: &TrustedKeys,
    ) -> Result<Self, String> {
        Self::check(row, tenant, keys)
            .map_err(|what| format!("the checkpoint at entry {} {what}", row.seq))
    }

    fn check(row: &CheckpointRow, tenant: TenantId, keys: &TrustedKeys) -> Result<Self, String> {
        let size = u64::try_from(row.seq).ok().filter(|size| *size > 0);
        let size = size.ok_or("is of no entries")?;
        let head_hash = hash(row.head_hash.as_deref()).ok_or("has no hash of its last entry")?;
        let root = hash(row.root_hash.as_deref()).ok_or("has no root")?;
        let mut range = row
            .compact_range
            .as_deref()
            .and_then(|bytes| compact_range(size - 1, bytes))
            .ok_or("has no compact range of its size")?;
        range.push(leaf_hash(head_hash.as_bytes()));
        if range.root() != Some(root) {
            return Err("has hashes that do not make its root".to_owned());
        }
        let signed = read_note(row.note.as_deref(), keys)?;
        let checkpoint = signed.checkpoint();
        if checkpoint.tenant() != Some(tenant) {
            return Err("has the note of another log".to_owned());
        }
        if (checkpoint.size, checkpoint.root) != (size, root) {
            return Err("is not what its note says".to_owned());
        }
        Ok(Self { seq: row.seq, head_hash, root, range })
    }
}

/// The note of a checkpoint, whose signature is checked if there are keys.
pub(super) fn read_note(
    note: Option<&str>,
    keys: &TrustedKeys,
) -> Result<SignedCheckpoint, String> {
    let note = note.ok_or("has no note")?;
    let signed = SignedCheckpoint::read(note)
        .map_err(|error| format!("has a note that cannot be read: {error}"))?;
    if !keys.is_empty() {
        signed.verify(keys).map_err(|error| doubt(signed.note(), &error))?;
    }
    Ok(signed)
}

/// Why a note is not believed. Whoever signed with a key that nobody knows may be an attacker, or its owner before a
/// rotation: only the reader can tell, by the name and the id of the key.
fn doubt(note: &SignedNote, error: &NoteError) -> String {
    match error {
        NoteError::UnknownKeys(_) => format!(
            "is signed by a key that was not given ({}); give it with --key if it is yours",
            signers(note)
        ),
        NoteError::WrongSignature(_) => format!("is not to be believed: {error}"),
    }
}

/// Who signed a note, as keys are written: a name and an id. Of many signatures, the first few.
fn signers(note: &SignedNote) -> String {
    const NAMED: usize = 3;
    let note = note.to_string();
    let signatures = note.rsplit_once("\n\n").map_or("", |(_, signatures)| signatures);
    let signers = signatures.lines().filter_map(|line| {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let signature = STANDARD.decode(signature).ok()?;
        let (id, _) = signature.split_first_chunk()?;
        Some(format!("{name}+{:08x}", u32::from_be_bytes(*id)))
    });
    signers.take(NAMED).collect::<Vec<_>>().join(", ")
}

pub(super) fn hash(bytes: Option<&[u8]>) -> Option<Sha256> {
    bytes.and_then(Sha256::from_slice)
}

/// A compact range over the first `end` leaves from its bytes.
pub(super) fn compact_range(end: u64, bytes: &[u8]) -> Option<CompactRange> {
    let (hashes, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return None;
    }
    CompactRange::from_hashes(0, end, hashes.iter().copied().map(Sha256)).ok()
}

/// What the checkpoints of a stretch of a chain say, in order.
pub(in crate::audit) async fn read_claims(
    client: &impl GenericClient,
    tenant: TenantId,
    (first, last): (i64, i64),
    keys: &TrustedKeys,
) -> Result<Vec<Claim>, tokio_postgres::Error> {
    let statement = sql::read_checkpoints();
    let rows = statement.bind(client, tenant.as_uuid(), &first, &last).iter().await?;
    rows.map_ok(|row| {
        let root = Checkpoint::read(&row, tenant, keys).map(|checkpoint| checkpoint.root);
        Claim { size: row.seq, root, by: Witness::Checkpoint }
    })
    .try_collect()
    .await
}

/// In order of their sizes, and the database first.
pub(in crate::audit) fn sort(claims: &mut [Claim]) {
    claims.sort_by_key(|claim| (claim.size, claim.by));
}
