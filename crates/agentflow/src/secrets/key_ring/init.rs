//! Brings a key ring into use for a database.

use std::{path::PathBuf, sync::Arc};

use agentflow_core::audit::Actor;
use agentflow_sql::queries::key_rings as sql;
use serde::Serialize;

use super::{
    admin::{KeyRingAdmin, list, lock, nobody},
    canary,
    local::{LocalKeyProvider, run_blocking},
    provider::KeyProvider,
    walk::Opened,
};
use crate::{
    config::KeyRingSetting,
    error::{Error, Result},
};

const INIT: &str = "bring a key ring into use";

/// A key ring that was brought into use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InitializedKeyRing {
    /// Which it is.
    pub ring: String,
    /// The version of the shared key that values are sealed with from now on.
    pub version: u32,
    /// The key file that was made for it; none where there were keys already.
    pub created: Option<PathBuf>,
}

impl KeyRingAdmin<'_> {
    /// Brings the configured key ring into use for a database that has none: puts a canary there, and makes the key file where
    /// one is configured and missing.
    ///
    /// Fails with [`Error::Conflict`] where a key ring is in use already; where the key file, or the variable, has keys, which belong
    /// to whatever they were made for: see [`adopt`](Self::adopt); and where the database has sealed values.
    pub async fn init(&self, by: &Actor) -> Result<InitializedKeyRing> {
        self.bring_into_use(by, false).await
    }

    /// The same with keys that are there already, for a database that has none or lost what it knew of them. Every sealed value in
    /// the database is opened before: where one does not open, the error is [`Error::Corrupt`].
    ///
    /// One key ring belongs to one database. What another one sealed with it can be lost by [`retire`](Self::retire) here, which looks into
    /// this one only.
    pub async fn adopt(&self, by: &Actor) -> Result<InitializedKeyRing> {
        self.bring_into_use(by, true).await
    }

    async fn bring_into_use(&self, by: &Actor, adopts: bool) -> Result<InitializedKeyRing> {
        let shared = &self.0.shared;
        // Looked at first, for no file is to be made in vain; and again under the lock.
        let tx = self.0.begin(INIT).await?;
        let rows = list(INIT, &tx).await;
        refuse_second(&tx.settle(rows).await?)?;
        if !adopts {
            self.refuse_sealed().await?;
        }
        let created = self.prepare_file(adopts).await?;
        let provider = shared.key_ring.provider(shared).await?;
        if adopts {
            self.refuse_unreadable(&**provider).await?;
        }
        let version = provider.current(nobody()).await?.version;
        let canary = canary::make(INIT, &**provider, version, &*shared.entropy).await?;

        let tx = self.0.begin(INIT).await?;
        let done = async {
            lock(INIT, &tx).await?;
            refuse_second(&list(INIT, &tx).await?)?;
            self.insert_canary(INIT, &tx, provider.ring(), version, &canary, by).await
        };
        let done = done.await;
        tx.settle(done).await?;
        let ring = provider.ring();
        tracing::info!(%ring, version, %by, "a key ring was brought into use");
        Ok(InitializedKeyRing { ring, version, created })
    }

    /// Makes the key file where one is configured and missing. Keys that are there belong to something.
    async fn prepare_file(&self, adopts: bool) -> Result<Option<PathBuf>> {
        let place = match self.0.shared.key_ring.setting()? {
            KeyRingSetting::File(path) => {
                let is_missing = std::fs::symlink_metadata(path).is_err();
                if is_missing
                    && !adopts
                    && let Some(made) = self.create_file(path.clone()).await?
                {
                    return Ok(Some(made));
                }
                path.display().to_string()
            }
            KeyRingSetting::Environment { variable, .. } => format!("the variable {variable}"),
            KeyRingSetting::Transit { .. } | KeyRingSetting::Provider(_) => return Ok(None),
        };
        if adopts {
            return Ok(None);
        }
        let reason = format!(
            "{place} has keys already, and a key ring belongs to one database: retiring a version for one destroys what another \
             still needs. If they are the keys of this database, or of none, use them with `af key-ring init --adopt`"
        );
        Err(Error::Conflict { operation: INIT, reason })
    }

    async fn create_file(&self, path: PathBuf) -> Result<Option<PathBuf>> {
        let shared = &self.0.shared;
        let (clock, entropy) = (Arc::clone(&shared.clock), Arc::clone(&shared.entropy));
        let new = path.clone();
        let create = move || LocalKeyProvider::create(new, clock, entropy).map(drop);
        match run_blocking(INIT, create).await {
            Ok(()) => Ok(Some(path)),
            // Somebody else who does the same was faster.
            Err(Error::AlreadyExists { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// New keys open nothing of what is sealed.
    async fn refuse_sealed(&self) -> Result<()> {
        for tenant in self.list_tenants(INIT, None).await? {
            if !super::survey::count_sealed(INIT, self.0, tenant).await?.is_empty() {
                let reason = format!(
                    "the database has sealed values (of tenant {tenant}), which the keys that they were sealed with are needed for; \
                     lead AF_KEY_RING to them, and use them with `af key-ring init --adopt`"
                );
                return Err(Error::Conflict { operation: INIT, reason });
            }
        }
        Ok(())
    }

    async fn refuse_unreadable(&self, provider: &dyn KeyProvider) -> Result<()> {
        let Opened { failures, failed, .. } = self.open_all(INIT, provider, None, 100).await?;
        let Some(first) = failures.first() else { return Ok(()) };
        Err(Error::Corrupt {
            operation: INIT,
            what: format!("{}.{} of row {}", first.table, first.column, first.row),
            reason: format!(
                "it does not open with these keys ({}), like {failed} of the sealed values in all: they are not, or not all of, the \
                 keys of this database",
                first.reason
            ),
        })
    }
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
