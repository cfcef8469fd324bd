use std::{fmt, str::FromStr};

use crate::{
    InvalidInput,
    hash::Sha256,
    ids::TenantId,
    note::{KeyName, NoteError, SignedNote, SigningKey, VerifyingKey},
};

/// What a log was at one size (C2SP tlog-checkpoint): its name, its number of entries, and the root of the RFC 6962 tree
/// over them.
///
/// The log of a tenant has the origin `<name of the key>/t/<tenant id>`, and its leaves are the 32-byte hashes of the
/// audit entries. The log of all tenants has the origin `<name of the key>/tenants`; see
/// [`TenantLogEntry`](super::TenantLogEntry). A checkpoint is signed by the key under the name of its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: KeyName,
    /// How many entries it had.
    pub size: u64,
    /// The root of their tree.
    pub root: Sha256,
}

/// The origin of a tenant's log.
pub fn tenant_origin(log: &KeyName, tenant: TenantId) -> Result<KeyName, InvalidInput> {
    log.below(format_args!("t/{tenant}"))
}

/// The origin of the log of all tenants.
pub fn tenant_log_origin(log: &KeyName) -> Result<KeyName, InvalidInput> {
    log.below("tenants")
}

impl Checkpoint {
    /// Signs it, with the key under the name of the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, InvalidInput> {
        key.named(self.origin.clone()).sign(self.to_string())
    }

    /// The tenant whose log this is. None for other logs.
    pub fn tenant(&self) -> Option<TenantId> {
        let (_, text) = self.origin.as_str().rsplit_once("/t/")?;
        // One spelling only: with two of them a tenant could have two logs.
        text.parse().ok().filter(|tenant: &TenantId| tenant.to_string() == text)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())
    }
}

impl FromStr for Checkpoint {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let malformed = |what: &str| InvalidInput::new("checkpoint", format!("expected {what}"));
        let lines = text.strip_suffix('\n').ok_or_else(|| malformed("lines that end"))?;
        let mut lines = lines.split('\n');
        let [Some(origin), Some(size), Some(root)] = [lines.next(), lines.next(), lines.next()]
        else {
            return Err(malformed("a name, a size and a root, one on each line"));
        };
        // Extensions may follow, which nobody needs to understand.
        if lines.any(str::is_empty) {
            return Err(malformed("no empty lines"));
        }
        Ok(Self {
            origin: origin.parse()?,
            size: decimal(size).ok_or_else(|| malformed("a size in decimal on the second line"))?,
            root: Sha256::from_base64(root)
                .ok_or_else(|| malformed("a root of 32 bytes in base64 on the third line"))?,
        })
    }
}

/// A number in decimal, without a sign or leading zeros.
pub(super) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// A checkpoint together with the note that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

impl SignedCheckpoint {
    /// Reads a note. Nobody has checked its signatures yet.
    pub fn read(note: &str) -> Result<Self, InvalidInput> {
        let note: SignedNote = note.parse()?;
        Ok(Self { checkpoint: note.text().parse()?, note })
    }

    /// What it says, whoever signed it.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Checks that it was signed by one of the trusted keys, under the name of its origin.
    pub fn verify(&self, trusted: &TrustedKeys) -> Result<(), NoteError> {
        self.note.verify(&trusted.for_origin(&self.checkpoint.origin))
    }
}

impl From<SignedCheckpoint> for Checkpoint {
    fn from(signed: SignedCheckpoint) -> Self {
        signed.checkpoint
    }
}

/// Keys that were obtained from elsewhere, and not along with what they are to verify.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKeys(Vec<VerifyingKey>);

impl TrustedKeys {
    /// Trusts these keys: each for the log of its own name, and for the logs below it.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The keys.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that may sign for `origin`, under its name.
    fn for_origin(&self, origin: &KeyName) -> Vec<VerifyingKey> {
        let is_above = |key: &&VerifyingKey| {
            let rest = origin.as_str().strip_prefix(key.name().as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0.iter().filter(is_above).map(|key| key.named(origin.clone())).collect()
    }
}
