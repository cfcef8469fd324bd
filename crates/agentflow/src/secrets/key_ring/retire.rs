//! The end of a version of the shared key.

use agentflow_core::{audit::Actor, ids::TenantId, sealed::KeyId};
use agentflow_sql::queries::key_rings as sql;

use super::{
    admin::{KeyRingAdmin, check, list, lock, newest_and_current, stored},
    provider::KeyChange,
    survey::{SealedCounts, describe, page_of_tenants},
};
use crate::{
    admin::AdminTx,
    error::{Error, Result},
};

const RETIRE: &str = "retire a version of the shared key";

impl KeyRingAdmin<'_> {
    /// Destroys a version of the shared key with which nothing in this database is wrapped any more. What another database sealed
    /// with it, and what is in backups from before it was rewrapped, is lost.
    ///
    /// Fails with [`Error::Conflict`] while something is, and for the version in use. Whoever is sealing with it at this moment is waited for;
    /// whoever would afterwards, from an old copy of the key ring, is refused by the database.
    pub async fn retire(&self, version: u32, by: &Actor) -> Result<()> {
        let shared = &self.0.shared;
        let ring = shared.key_ring(RETIRE).await?;
        let provider = ring.provider();
        let (_, current) = newest_and_current(&**provider).await?;
        if version >= current {
            let reason = format!(
                "version {version} is in use, or about to be; the current one is {current}"
            );
            return Err(Error::Conflict { operation: RETIRE, reason });
        }
        let is_gone = match check(RETIRE, &**provider, KeyChange::Retire(version)).await {
            Ok(()) => false,
            Err(Error::NotFound { .. }) => true,
            Err(error) => return Err(error),
        };
        let tx = self.0.begin(RETIRE).await?;
        let marked = self.mark_retired(&tx, version, is_gone, by).await;
        tx.settle(marked).await?;
        match provider.retire(version).await {
            // It was retired before, and only the answer was lost.
            Err(Error::NotFound { .. }) if is_gone => {}
            done => done?,
        }
        tracing::info!(ring = provider.ring(), version, %by, "a version of the shared key was retired");
        Ok(())
    }

    /// Marking comes first: it waits for those who sealed with it and are not done, and those who come later are refused. So
    /// whatever is counted then is all that there ever will be.
    async fn mark_retired(
        &self,
        tx: &AdminTx,
        version: u32,
        is_gone: bool,
        by: &Actor,
    ) -> Result<()> {
        lock(RETIRE, tx).await?;
        let (row, by) = (stored(RETIRE, version)?, by.to_string());
        let now = self.0.shared.now();
        let marked = sql::retire_key_ring_version().bind(tx.client(), &now, &by, &row).await;
        let marked = marked.map_err(|error| Error::from_postgres(RETIRE, error))?;
        let is_known = list(RETIRE, tx).await?.iter().any(|it| it.version == row);
        if is_gone && !is_known {
            return Err(Error::not_found(RETIRE, format!("version {version} of the shared key")));
        }
        tracing::debug!(version, marked, "counting what is wrapped with it");
        refuse_used(tx, version).await
    }
}

/// In the same transaction, and through its connection: there may be no other.
async fn refuse_used(tx: &AdminTx, version: u32) -> Result<()> {
    let key = KeyId::shared(version).to_string();
    let (mut used, mut after) = (SealedCounts::new(), None);
    loop {
        let tenants: Vec<TenantId> = page_of_tenants(RETIRE, tx, after).await?;
        let Some(last) = tenants.last() else { break };
        after = Some(*last);
        for tenant in tenants {
            tx.enter(tenant).await?;
            let rows = sql::count_sealed().bind(tx.client(), tenant.as_uuid()).all().await;
            let rows = rows.map_err(|error| Error::from_postgres(RETIRE, error))?;
            for row in rows.into_iter().filter(|row| row.key_id == key) {
                *used.entry(row.table_name).or_default() += u64::try_from(row.count).unwrap_or(0);
            }
        }
    }
    if used.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "values are still wrapped with version {version}: {}; rewrap them first with `af key-ring rewrap`",
        describe(&used)
    );
    Err(Error::Conflict { operation: RETIRE, reason })
}
