//! Something to open for each version of the shared key, so that a process with the wrong key ring is stopped before it
//! seals anything.

use agentflow_core::{
    ids::TenantId,
    random::Entropy,
    sealed::{KeyId, Place},
};
use agentflow_sql::queries::key_rings::KeyRingVersion;
use uuid::Uuid;

use super::{
    provider::KeyProvider,
    ring::{open_with, seal_with},
};
use crate::error::{Error, Result};

const TEXT: &[u8] = b"agentflow key ring canary";

/// Where the canary of a version is. It belongs to no tenant.
fn place(version: u32) -> Place {
    Place {
        table: "key_ring_versions",
        column: "canary",
        tenant: TenantId(Uuid::nil()),
        row: Uuid::from_u128(version.into()),
    }
}

/// A canary for a version of the shared key, which need not be in use yet.
pub(super) async fn make(
    operation: &'static str,
    provider: &dyn KeyProvider,
    version: u32,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>> {
    seal_with(operation, provider, entropy, KeyId::shared(version), &place(version), TEXT).await
}

/// Whether `version` of the shared key is the one that the database was sealed with. `rows` is all that the database knows.
pub(super) async fn check(
    operation: &'static str,
    provider: &dyn KeyProvider,
    version: u32,
    rows: &[KeyRingVersion],
) -> Result<()> {
    let conflict = |reason: String| Err(Error::Conflict { operation, reason });
    let Some(newest) = rows.last() else {
        return conflict(
            "no key ring was brought into use for this database; do so with `af key-ring init`"
                .to_owned(),
        );
    };
    let ring = provider.ring();
    if newest.ring != ring {
        let theirs = &newest.ring;
        return conflict(format!(
            "this database was sealed with key ring {theirs}, and AF_KEY_RING leads to {ring}; set it to the other one"
        ));
    }
    let Some(row) = rows.iter().find(|row| u32::try_from(row.version) == Ok(version)) else {
        return conflict(format!(
            "version {version} of the shared key was not brought into use for this database; do so with `af key-ring rotate`"
        ));
    };
    if let Some(at) = row.retired_at {
        return conflict(format!(
            "version {version} of the shared key was retired on {at}: this is an old copy of the key ring; bring the new one here"
        ));
    }
    let wrong = |reason: &str| Error::Corrupt {
        operation,
        what: format!("the canary of version {version} of the shared key"),
        reason: format!(
            "{reason}; the key ring is not the one that this database was sealed with, so nothing is sealed or opened with it"
        ),
    };
    match open_with(operation, provider, &place(version), &row.canary).await {
        Ok(text) if text.as_slice() == TEXT => Ok(()),
        Ok(_) => Err(wrong("it says something else")),
        Err(Error::Corrupt { reason, .. }) => Err(wrong(&reason)),
        Err(error) => Err(error),
    }
}
