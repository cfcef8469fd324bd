use serde::{Deserialize, Serialize};

use crate::{InvalidInput, canonical, hash::Sha256, ids::TenantId, merkle::leaf_hash};

/// An entry of the log of all tenants: a checkpoint that was taken of one, or the end of one.
///
/// The last entries of all tenants are the list of tenants with their heads, so that none can vanish unseen. As text it is
/// canonical JSON, which is the data of its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum TenantLogEntry {
    /// A checkpoint of the tenant's own log.
    Checkpoint {
        /// The tenant.
        tenant_id: TenantId,
        /// Its entries.
        size: u64,
        /// The root of their tree.
        root_hash: Sha256,
        /// The hash of the last of them.
        head_hash: Sha256,
    },
    /// The tenant was deleted, and left a tombstone.
    Deleted {
        /// The tenant.
        tenant_id: TenantId,
        /// The entries it had.
        size: u64,
        /// The hash of the last of them.
        head_hash: Sha256,
    },
}

impl TenantLogEntry {
    /// The tenant.
    pub fn tenant_id(&self) -> TenantId {
        match self {
            Self::Checkpoint { tenant_id, .. } | Self::Deleted { tenant_id, .. } => *tenant_id,
        }
    }

    /// The entries that the tenant had.
    pub fn size(&self) -> u64 {
        match self {
            Self::Checkpoint { size, .. } | Self::Deleted { size, .. } => *size,
        }
    }

    /// The canonical text. Fails for sizes beyond 2^53 - 1.
    pub fn to_text(&self) -> Result<String, InvalidInput> {
        let value = serde_json::to_value(self)
            .map_err(|error| InvalidInput::new("tenant log entry", error))?;
        canonical::to_string(&value, "tenant log entry")
    }

    /// An entry from its text, which must be as [`to_text`](Self::to_text) writes it.
    pub fn from_text(text: &str) -> Result<Self, InvalidInput> {
        let entry: Self = serde_json::from_str(text)
            .map_err(|error| InvalidInput::new("tenant log entry", error))?;
        if entry.to_text()? == text {
            Ok(entry)
        } else {
            Err(InvalidInput::new("tenant log entry", "expected canonical JSON"))
        }
    }

    /// The hash of the leaf that holds `text`.
    pub fn leaf(text: &str) -> Sha256 {
        leaf_hash(text.as_bytes())
    }
}
