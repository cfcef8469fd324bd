//! What the operator does with the key ring.

use agentflow_core::{
    audit::Actor,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use agentflow_sql::queries::key_rings as sql;
use uuid::Uuid;

use super::{
    canary,
    provider::{KeyChange, KeyProvider},
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

const STAGE: &str = "make a version of the shared key";
const ROTATE: &str = "rotate the shared key";

/// The key ring of all tenants, for the operator. Get it with [`Admin::key_ring`].
///
/// What concerns one tenant is recorded in its audit chain; of the ring as a whole, `status` tells who brought each version into use and
/// who retired it.
#[derive(Debug, Clone, Copy)]
pub struct KeyRingAdmin<'a>(pub(crate) &'a Admin);

impl KeyRingAdmin<'_> {
    /// Makes a version of the shared key that is not used yet, so that it can be brought to all machines before it is. Returns
    /// the one that was made before, if that was not brought into use.
    pub async fn stage(&self, by: &Actor) -> Result<u32> {
        let ring = self.0.shared.key_ring(STAGE).await?;
        let provider = ring.provider();
        let (newest, current) = newest_and_current(&**provider).await?;
        let version = if newest > current {
            newest
        } else {
            check(STAGE, &**provider, KeyChange::Rotate).await?;
            provider.stage().await?
        };
        self.ensure_canary(&**provider, version, by).await?;
        tracing::info!(ring = provider.ring(), version, %by, "a version of the shared key was made");
        Ok(version)
    }

    /// Seals with a new version of the shared key from now on: the one that was [staged](Self::stage), or else one that is made
    /// here. Values that are sealed already stay as they are until they are [rewrapped](Self::rewrap).
    ///
    /// Whatever interrupted it, doing it again finishes it; it also brings into use for this database what is the current version of
    /// the key ring and was not brought into use here.
    pub async fn rotate(&self, by: &Actor) -> Result<u32> {
        let shared = &self.0.shared;
        let ring = shared.key_ring.unchecked(shared).await?;
        let provider = &**ring.provider();
        let known = self.check_known(provider).await?;
        let (newest, current) = newest_and_current(provider).await?;
        let version = if current > known {
            self.ensure_canary(provider, current, by).await?;
            current
        } else {
            check(ROTATE, provider, KeyChange::Rotate).await?;
            // The canary comes first: a version that is in use without one would stop every process.
            if newest > current {
                self.ensure_canary(provider, newest, by).await?;
            } else if provider.capabilities().stages {
                self.ensure_canary(provider, provider.stage().await?, by).await?;
            }
            let version = provider.activate().await?;
            if version <= current {
                let reason = format!(
                    "the key ring says that version {version} is in use now, and version {current} was before; nothing was rotated"
                );
                return Err(Error::Conflict { operation: ROTATE, reason });
            }
            // It may be a later one than that which was prepared, where somebody staged one meanwhile.
            self.ensure_canary(provider, version, by).await?;
            version
        };
        tracing::info!(ring = provider.ring(), version, %by, "the shared key was rotated");
        Ok(version)
    }

    /// The newest version that the database knows, after its canary was opened: before anything is changed, for it may be the wrong
    /// key ring.
    async fn check_known(&self, provider: &dyn KeyProvider) -> Result<u32> {
        let rows = self.list_versions().await?;
        let known = rows.last().and_then(|row| u32::try_from(row.version).ok()).unwrap_or(0);
        let (_, current) = newest_and_current(provider).await?;
        let is_there = provider.versions(KeyScope::Shared, nobody()).await?.contains(&known);
        let is_ours = rows.last().is_some_and(|row| row.ring == provider.ring());
        if is_ours && !is_there && current > known {
            // A database from before that version was retired. What was sealed with it does not open, and the rest is to go on.
            tracing::warn!(
                ring = provider.ring(),
                known,
                current,
                "the newest version that this database knows is destroyed"
            );
            return Ok(known);
        }
        canary::check(ROTATE, provider, known, &rows).await?;
        Ok(known)
    }

    async fn list_versions(&self) -> Result<Vec<sql::KeyRingVersion>> {
        let tx = self.0.begin(ROTATE).await?;
        let rows = list(ROTATE, &tx).await;
        tx.settle(rows).await
    }

    /// Nothing is locked while the keys are asked for.
    async fn ensure_canary(
        &self,
        provider: &dyn KeyProvider,
        version: u32,
        by: &Actor,
    ) -> Result<()> {
        let is_known = |rows: &[sql::KeyRingVersion]| {
            rows.iter().any(|row| u32::try_from(row.version) == Ok(version))
        };
        let mut rows = self.list_versions().await?;
        if !is_known(&rows) {
            let canary = canary::make(ROTATE, provider, version, &*self.0.shared.entropy).await?;
            let tx = self.0.begin(ROTATE).await?;
            let done = async {
                lock(ROTATE, &tx).await?;
                let rows = list(ROTATE, &tx).await?;
                if is_known(&rows) {
                    return Ok(Some(rows));
                }
                self.insert_canary(ROTATE, &tx, provider.ring(), version, &canary, by).await?;
                Ok(None)
            };
            let done = done.await;
            match tx.settle(done).await? {
                // Somebody else was faster: with the same key, or with that of another copy of the key ring.
                Some(theirs) => rows = theirs,
                None => return Ok(()),
            }
        }
        canary::check(ROTATE, provider, version, &rows).await
    }

    pub(super) async fn insert_canary(
        &self,
        operation: &'static str,
        tx: &AdminTx,
        ring: String,
        version: u32,
        canary: &[u8],
        by: &Actor,
    ) -> Result<()> {
        let (version, by, now) = (stored(operation, version)?, by.to_string(), self.0.shared.now());
        let inserted = sql::insert_key_ring_version()
            .bind(tx.client(), &version, &ring, &canary, &by, &now)
            .await;
        inserted.map(drop).map_err(|error| Error::from_postgres(operation, error))
    }
}

/// The tenant of what belongs to none: it has no key of its own.
pub(super) fn nobody() -> TenantId {
    TenantId(Uuid::nil())
}

/// Fails where the versions of the shared key cannot be changed, before anything is.
pub(super) async fn check(
    operation: &'static str,
    provider: &dyn KeyProvider,
    change: KeyChange,
) -> Result<()> {
    provider.check(change).await?;
    if provider.capabilities().rotate {
        return Ok(());
    }
    let reason = format!(
        "key ring {} cannot make or destroy versions of its key; do it where its keys are kept",
        provider.ring()
    );
    Err(Error::Unsupported { operation, reason })
}

/// The newest version of the shared key, and the one in use.
pub(super) async fn newest_and_current(provider: &dyn KeyProvider) -> Result<(u32, u32)> {
    let KeyId { version: current, .. } = provider.current(nobody()).await?;
    let newest = provider.versions(KeyScope::Shared, nobody()).await?.last().copied();
    Ok((newest.unwrap_or(current), current))
}

pub(super) async fn lock(operation: &'static str, tx: &AdminTx) -> Result<()> {
    let locked = sql::lock_key_ring_versions().bind(tx.client()).await;
    locked.map(drop).map_err(|error| Error::from_postgres(operation, error))
}

/// What the database knows of the key ring, in the order of versions.
pub(super) async fn list(
    operation: &'static str,
    tx: &AdminTx,
) -> Result<Vec<sql::KeyRingVersion>> {
    let rows = sql::list_key_ring_versions().bind(tx.client()).all().await;
    rows.map_err(|error| Error::from_postgres(operation, error))
}

/// A version as its column takes it.
pub(super) fn stored(operation: &'static str, version: u32) -> Result<i32> {
    i32::try_from(version).map_err(|_| Error::Unsupported {
        operation,
        reason: "a key has 2,147,483,647 versions at most".to_owned(),
    })
}
