use agentflow_core::{
    audit::Actor,
    ids::{PrincipalId, ProviderKeyId},
};
use agentflow_sql::queries::provider_keys as sql;

use super::{ProviderKey, ProviderKeys};
use crate::{error::Result, scope::TenantTx, secrets::services::share_service, settle::settle};

impl ProviderKeys {
    /// Lets a service open a key. Fails with [`Error::InvalidInput`](crate::Error::InvalidInput) for a person, with
    /// [`Error::NotFound`](crate::Error::NotFound) when the key or the service is not there, and with
    /// [`Error::Conflict`](crate::Error::Conflict) when the service is inactive.
    pub async fn grant(
        &self,
        id: ProviderKeyId,
        service: PrincipalId,
        by: &Actor,
    ) -> Result<ProviderKey> {
        const OPERATION: &str = "grant a provider key";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        if before.services.contains(&service) {
            tx.rollback().await?;
            return Ok(before);
        }
        let tx = share_service(OPERATION, &self.0, tx, service).await?;
        let (tx, ()) = self.insert_grant(OPERATION, tx, id, service).await?;
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let event =
            key.event("provider_key.granted", by).with_detail("service", service.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(key)
    }

    /// Lets a service open a key no more. What it has opened before, it may still have: rotate the key if it should not.
    pub async fn ungrant(
        &self,
        id: ProviderKeyId,
        service: PrincipalId,
        by: &Actor,
    ) -> Result<ProviderKey> {
        const OPERATION: &str = "withdraw a provider key";
        let tx = self.0.begin(OPERATION).await?;
        let (tx, before) = self.lock(OPERATION, tx, id).await?;
        let deleted = sql::ungrant_provider_key()
            .bind(&tx, self.0.tenant.as_uuid(), id.as_uuid(), service.as_uuid())
            .await;
        let (tx, deleted) = settle(OPERATION, tx, deleted).await?;
        if deleted == 0 {
            tx.rollback().await?;
            return Ok(before);
        }
        let (tx, key) = self.reread(OPERATION, tx, id).await?;
        let event =
            key.event("provider_key.ungranted", by).with_detail("service", service.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(key)
    }

    pub(super) async fn insert_grant(
        &self,
        operation: &'static str,
        tx: TenantTx,
        id: ProviderKeyId,
        service: PrincipalId,
    ) -> Result<(TenantTx, ())> {
        let inserted = sql::grant_provider_key()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                service.as_uuid(),
                &self.0.shared.now(),
            )
            .await;
        Ok((settle(operation, tx, inserted).await?.0, ()))
    }
}
