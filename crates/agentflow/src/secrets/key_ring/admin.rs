//! What the operator does with the key ring.

use agentflow_core::{
    audit::Actor,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use agentflow_sql::queries::key_rings as sql;
use serde::Serialize;
use uuid::Uuid;

use super::{
    canary,
    local::{LocalKeyProvider, run_blocking},
    provider::KeyProvider,
    ring::KeyRing,
};
use crate::{
    admin::{Admin, AdminTx},
    config::KeyRingSetting,
    error::{Error, Result},
};

const INIT: &str = "bring a key ring into use";
const STAGE: &str = "make a version of the shared key";
const ROTATE: &str = "rotate the shared key";

/// The key ring of all tenants, for the operator. Get it with [`Admin::key_ring`].
///
/// What concerns one tenant is recorded in its audit chain; what concerns the ring as a whole is of no tenant, and in the log only.
#[derive(Debug, Clone, Copy)]
pub struct KeyRingAdmin<'a>(pub(crate) &'a Admin);

/// A key ring that was brought into use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InitializedKeyRing {
    /// Which it is.
    pub ring: String,
    /// The version of the shared key that values are sealed with from now on.
    pub version: u32,
    /// The key file that was made for it; none where there were keys already.
    pub created: Option<std::path::PathBuf>,
}

impl KeyRingAdmin<'_> {
    /// Brings the configured key ring into use for a database that has none: puts a canary there, and makes the key file where
    /// one is configured and missing.
    ///
    /// Fails with [`Error::Conflict`] where a key ring is in use already.
    pub async fn init(&self, by: &Actor) -> Result<InitializedKeyRing> {
        let shared = &self.0.shared;
        // Looked at first, for no file is to be made in vain; and again under the lock.
        let tx = self.0.begin().await?;
        let rows = list(INIT, &tx).await;
        refuse_second(&tx.settle(rows).await?)?;

        let created = match shared.key_ring.setting()? {
            KeyRingSetting::File(path) if std::fs::symlink_metadata(path).is_err() => {
                self.create_file(path.clone()).await?
            }
            _ => None,
        };
        let provider = shared.key_ring.provider(shared).await?;
        let version = provider.current(nobody()).await?.version;

        let tx = self.0.begin().await?;
        let done = async {
            lock(INIT, &tx).await?;
            refuse_second(&list(INIT, &tx).await?)?;
            self.insert_canary(INIT, &tx, &**provider, version).await
        };
        let done = done.await;
        tx.settle(done).await?;
        let ring = provider.ring();
        tracing::info!(%ring, version, %by, "a key ring was brought into use");
        Ok(InitializedKeyRing { ring, version, created })
    }

    async fn create_file(&self, path: std::path::PathBuf) -> Result<Option<std::path::PathBuf>> {
        let shared = &self.0.shared;
        let (clock, entropy) =
            (std::sync::Arc::clone(&shared.clock), std::sync::Arc::clone(&shared.entropy));
        let new = path.clone();
        let create = move || LocalKeyProvider::create(new, clock, entropy).map(drop);
        match run_blocking(INIT, create).await {
            Ok(()) => Ok(Some(path)),
            // Somebody else who does the same was faster.
            Err(Error::AlreadyExists { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a version of the shared key that is not used yet, so that it can be brought to all machines before it is. Returns
    /// the one that was made before, if that was not brought into use.
    pub async fn stage(&self, by: &Actor) -> Result<u32> {
        let ring = self.0.shared.key_ring(STAGE).await?;
        let provider = ring.provider();
        let (newest, current) = newest_and_current(&**provider).await?;
        if newest > current {
            return Ok(newest);
        }
        let version = provider.stage().await?;
        tracing::info!(ring = provider.ring(), version, %by, "a version of the shared key was made");
        Ok(version)
    }

    /// Seals with a new version of the shared key from now on: the one that was [staged](Self::stage), or else one that is made
    /// here. Values that are sealed already stay as they are until they are [rewrapped](Self::rewrap).
    ///
    /// Also brings into use for this database what was brought into use for another one that shares the key ring. Whatever
    /// interrupted it, doing it again finishes it.
    pub async fn rotate(&self, by: &Actor) -> Result<u32> {
        let shared = &self.0.shared;
        let ring = shared.key_ring.unchecked(shared).await?;
        let tx = self.0.begin().await?;
        let prepared = self.prepare_rotation(&tx, ring).await;
        let next = tx.settle(prepared).await?;
        let provider = &**ring.provider();
        let version = match next {
            Rotation::Adopted(version) => version,
            Rotation::Prepared => {
                let version = provider.activate().await?;
                // It may be a later one than that which was prepared, where somebody staged one meanwhile.
                let tx = self.0.begin().await?;
                let done = async {
                    lock(ROTATE, &tx).await?;
                    self.ensure_canary(&tx, provider, version).await
                };
                let done = done.await;
                tx.settle(done).await?;
                version
            }
        };
        tracing::info!(ring = provider.ring(), version, %by, "the shared key was rotated");
        Ok(version)
    }

    /// The canary comes first: a version that is in use without one would stop every process.
    async fn prepare_rotation(&self, tx: &AdminTx, ring: &KeyRing) -> Result<Rotation> {
        lock(ROTATE, tx).await?;
        let rows = list(ROTATE, tx).await?;
        let provider = &**ring.provider();
        let known = rows.last().and_then(|row| u32::try_from(row.version).ok()).unwrap_or(0);
        canary::check(ROTATE, provider, known, &rows).await?;
        let (newest, current) = newest_and_current(provider).await?;
        if current > known {
            self.ensure_canary(tx, provider, current).await?;
            return Ok(Rotation::Adopted(current));
        }
        let next = if newest > current { Ok(newest) } else { provider.stage().await };
        match next {
            Ok(version) => self.ensure_canary(tx, provider, version).await?,
            // It cannot make one without using it.
            Err(Error::Unsupported { .. }) if provider.capabilities().rotate => {}
            Err(error) => return Err(error),
        }
        Ok(Rotation::Prepared)
    }

    async fn ensure_canary(
        &self,
        tx: &AdminTx,
        provider: &dyn KeyProvider,
        version: u32,
    ) -> Result<()> {
        let rows = list(ROTATE, tx).await?;
        if rows.iter().any(|row| u32::try_from(row.version) == Ok(version)) {
            return canary::check(ROTATE, provider, version, &rows).await;
        }
        self.insert_canary(ROTATE, tx, provider, version).await
    }

    async fn insert_canary(
        &self,
        operation: &'static str,
        tx: &AdminTx,
        provider: &dyn KeyProvider,
        version: u32,
    ) -> Result<()> {
        let shared = &self.0.shared;
        let canary = canary::make(operation, provider, version, &*shared.entropy).await?;
        let inserted = sql::insert_key_ring_version()
            .bind(
                tx.client(),
                &stored(operation, version)?,
                &provider.ring(),
                &canary.as_slice(),
                &shared.now(),
            )
            .await;
        inserted.map(drop).map_err(|error| Error::from_postgres(operation, error))
    }
}

enum Rotation {
    /// Its canary is there, and it is not in use yet.
    Prepared,
    /// It was in use before it had a canary here.
    Adopted(u32),
}

fn refuse_second(rows: &[sql::KeyRingVersion]) -> Result<()> {
    let Some(row) = rows.last() else { return Ok(()) };
    Err(Error::Conflict {
        operation: INIT,
        reason: format!(
            "key ring {} is in use for this database; `af key-ring rotate` gives it a new version of its key",
            row.ring
        ),
    })
}

/// The tenant of what belongs to none: it has no key of its own.
pub(super) fn nobody() -> TenantId {
    TenantId(Uuid::nil())
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
