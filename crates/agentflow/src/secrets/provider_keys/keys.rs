use agentflow_core::{
    ids::{ProviderKeyId, WorkspaceId},
    sealed::Place,
};
use agentflow_sql::queries::provider_keys as sql;

use super::rows::{KeyCheck, ProviderKey, TABLE};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// Which keys to list. By default all of them, the revoked ones as well.
#[derive(Debug, Clone, Default)]
pub struct ProviderKeyFilter {
    /// Only of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Only for this provider.
    pub provider_type: Option<String>,
    /// Only those that are called so.
    pub name: Option<String>,
}

/// The keys of a tenant for providers of models. Every change is recorded in the tenant's audit chain, in the same transaction;
/// what changes nothing is not.
///
/// What seals or opens a key needs a key ring, and fails without one.
#[derive(Debug, Clone)]
pub struct ProviderKeys(pub(super) Handle);

impl ProviderKeys {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The key with this id.
    pub async fn get(&self, id: ProviderKeyId) -> Result<Option<ProviderKey>> {
        let flight = self.0.flight("get a provider key").await?;
        let row = sql::get_provider_key()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        flight.land(row).await?.map(ProviderKey::try_from).transpose()
    }

    /// A page of keys in order of their ids, which is the order in which they were added, after the last one of the page before.
    pub async fn list(
        &self,
        filter: &ProviderKeyFilter,
        after: Option<ProviderKeyId>,
        limit: u16,
    ) -> Result<Vec<ProviderKey>> {
        let flight = self.0.flight("list provider keys").await?;
        let rows = sql::list_provider_keys()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &after.map(|id| id.0),
                &filter.workspace.map(|id| id.0),
                &filter.provider_type,
                &filter.name,
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(ProviderKey::try_from).collect()
    }

    /// What the latest checks of a key came to, the newest first.
    pub async fn checks(&self, id: ProviderKeyId, limit: u16) -> Result<Vec<KeyCheck>> {
        let flight = self.0.flight("list checks of a provider key").await?;
        let rows = sql::list_validation_results()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid(), &i64::from(limit))
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(KeyCheck::try_from).collect()
    }

    /// Where the key is sealed.
    pub(super) fn place(&self, id: ProviderKeyId) -> Place {
        self.column("encrypted_key", id)
    }

    /// Where the one before is sealed.
    pub(super) fn previous_place(&self, id: ProviderKeyId) -> Place {
        self.column("previous_encrypted_key", id)
    }

    fn column(&self, column: &'static str, id: ProviderKeyId) -> Place {
        Place { table: TABLE, column, tenant: self.0.tenant, row: id.0 }
    }

    /// The key as it is until the transaction ends.
    pub(super) async fn lock(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ProviderKeyId,
    ) -> Result<(TenantTx, ProviderKey)> {
        let row =
            sql::lock_provider_key().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        let key = row.map_or_else(|| Err(missing(operation, id)), ProviderKey::try_from);
        settle_with(tx, key).await
    }

    /// The key as it is now, in the transaction that changed it.
    pub(super) async fn reread(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ProviderKeyId,
    ) -> Result<(TenantTx, ProviderKey)> {
        let row =
            sql::get_provider_key().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).one().await;
        let (tx, row) = settle(operation, tx, row).await?;
        settle_with(tx, row.try_into()).await
    }
}

pub(super) fn missing(operation: &'static str, id: ProviderKeyId) -> Error {
    Error::not_found(operation, format!("provider key {id}"))
}

pub(super) fn revoked(operation: &'static str) -> Error {
    let reason = "the key was revoked; add another one".to_owned();
    Error::Conflict { operation, reason }
}

/// Somebody else changes the key again and again.
pub(super) fn too_busy(operation: &'static str) -> Error {
    let reason = "it was changed by others meanwhile, several times; try again".to_owned();
    Error::Conflict { operation, reason }
}
