//! Something to open for each version of a key, so that a process with the wrong key ring is stopped before it seals
//! anything.

use agentflow_core::{
    ids::TenantId,
    random::Entropy,
    sealed::{KeyId, Place},
};
use agentflow_sql::queries::key_rings::{KeyRingVersion, TenantKeyVersion};
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

/// Where the canary of a version of a tenant's own key is.
fn tenant_place(tenant: TenantId, version: u32) -> Place {
    Place {
        table: "tenant_key_versions",
        column: "canary",
        tenant,
        row: Uuid::from_u128(version.into()),
    }
}

/// A canary for a version of a tenant's own key.
pub(super) async fn make_own(
    operation: &'static str,
    provider: &dyn KeyProvider,
    tenant: TenantId,
    version: u32,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>> {
    let (key, place) = (KeyId::tenant(version), tenant_place(tenant, version));
    seal_with(operation, provider, entropy, key, &place, TEXT).await
}

/// Whether `version` of a tenant's own key is the one that the database knows. `rows` is all that it knows of that tenant's.
pub(super) async fn check_own(
    operation: &'static str,
    provider: &dyn KeyProvider,
    tenant: TenantId,
    version: u32,
    rows: &[TenantKeyVersion],
) -> Result<()> {
    if let Some(at) = rows.iter().find_map(|row| row.erased_at) {
        let reason = format!("the key of tenant {tenant} is erased, since {at}");
        return Err(Error::Denied { operation, reason });
    }
    let Some(row) = rows.iter().find(|row| u32::try_from(row.version) == Ok(version)) else {
        return Err(Error::Conflict {
            operation,
            reason: format!(
                "version {version} of tenant {tenant}'s own key was not brought into use for this database; do so with \
                 `af key-ring tenant-key {tenant}`"
            ),
        });
    };
    let place = tenant_place(tenant, version);
    let what = format!("the canary of version {version} of tenant {tenant}'s own key");
    opens(operation, provider, &place, what, &row.canary).await
}

async fn opens(
    operation: &'static str,
    provider: &dyn KeyProvider,
    place: &Place,
    what: String,
    canary: &[u8],
) -> Result<()> {
    let wrong = |reason: &str| Error::Corrupt {
        operation,
        what,
        reason: format!(
            "{reason}; the key ring is not the one that this database was sealed with, or another copy of it: bring the right \
             one here. Nothing is sealed or opened with this one"
        ),
    };
    match open_with(operation, provider, place, canary).await {
        Ok(text) if text.as_slice() == TEXT => Ok(()),
        Ok(_) => Err(wrong("it says something else")),
        Err(Error::Corrupt { reason, .. }) => Err(wrong(&reason)),
        Err(error) => Err(error),
    }
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
    let what = format!("the canary of version {version} of the shared key");
    opens(operation, provider, &place(version), what, &row.canary).await
}
