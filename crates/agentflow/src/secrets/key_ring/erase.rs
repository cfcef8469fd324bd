//! Keys of tenants' own, and their end.

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};

use super::{
    admin::KeyRingAdmin,
    provider::KeyProvider,
    survey::{SealedCounts, count_sealed, describe, exists, refuse_missing},
};
use crate::error::{Error, Result};

const CREATE: &str = "make a key of a tenant's own";
const ERASE: &str = "erase the key of a tenant";

impl KeyRingAdmin<'_> {
    /// Gives a tenant a key of its own, or a new version of it, and returns the version. What it seals from now on is wrapped
    /// with that; what is sealed already, after it was [rewrapped](Self::rewrap). Recorded in its audit chain.
    pub async fn create_tenant_key(&self, tenant: TenantId, by: &Actor) -> Result<u32> {
        let ring = self.0.shared.key_ring(CREATE).await?;
        refuse_missing(CREATE, self.0, tenant).await?;
        let version = ring.provider().create_tenant_key(tenant).await?;
        let event = event("key_ring.tenant_key_created", &**ring.provider(), by)
            .with_detail("key", KeyId::tenant(version).to_string());
        self.record(tenant, &event).await?;
        Ok(version)
    }

    /// Destroys the key of a tenant's own, for ever: what it sealed can be opened nowhere any more, in no backup either. Other
    /// tenants are not touched. Copies of the key ring must be erased as well.
    ///
    /// Fails with [`Error::Conflict`] while something of the tenant is wrapped with another key, for that would stay readable. It is
    /// recorded in the audit chain of the tenant before it is done. The tenant may be deleted already.
    pub async fn erase(&self, tenant: TenantId, by: &Actor) -> Result<()> {
        let ring = self.0.shared.key_ring(ERASE).await?;
        let provider = ring.provider();
        let versions = provider.versions(KeyScope::Tenant, tenant).await?;
        let exists = exists(ERASE, self.0, tenant).await?;
        if versions.is_empty() {
            return self.refuse_erasing(&**provider, tenant, exists).await;
        }
        if exists {
            self.refuse_readable(tenant).await?;
            let versions: Vec<_> =
                versions.iter().map(|it| KeyId::tenant(*it).to_string()).collect();
            let event =
                event("key_ring.tenant_erased", &**provider, by).with_detail("keys", versions);
            self.record(tenant, &event).await?;
        }
        provider.erase(tenant).await?;
        tracing::warn!(ring = provider.ring(), %tenant, %by, "the key of a tenant was erased");
        Ok(())
    }

    /// There is no key to erase: because that was done, or because there never was one.
    async fn refuse_erasing(
        &self,
        provider: &dyn KeyProvider,
        tenant: TenantId,
        exists: bool,
    ) -> Result<()> {
        // Erased before: that it is, is what was wanted.
        if matches!(provider.current(tenant).await, Err(Error::Denied { .. })) {
            return Ok(());
        }
        if !exists {
            return Err(Error::not_found(ERASE, format!("tenant {tenant}")));
        }
        let reason = format!(
            "tenant {tenant} has no key of its own; make one with `af key-ring tenant-key`, and `af key-ring rewrap` what it \
             sealed"
        );
        Err(Error::Conflict { operation: ERASE, reason })
    }

    /// What is wrapped with the shared key would stay readable.
    async fn refuse_readable(&self, tenant: TenantId) -> Result<()> {
        let mut readable = SealedCounts::new();
        for row in count_sealed(ERASE, self.0, tenant).await? {
            if !matches!(row.key_id.parse(), Ok(KeyId { scope: KeyScope::Tenant, .. })) {
                *readable.entry(row.table_name).or_default() +=
                    u64::try_from(row.count).unwrap_or(0);
            }
        }
        if readable.is_empty() {
            return Ok(());
        }
        let reason = format!(
            "values of tenant {tenant} are not wrapped with its own key and would stay readable: {}; rewrap them first with \
             `af key-ring rewrap --tenant {tenant}`",
            describe(&readable)
        );
        Err(Error::Conflict { operation: ERASE, reason })
    }

    async fn record(&self, tenant: TenantId, event: &Event) -> Result<()> {
        let tx = self.0.begin().await?;
        let recorded = async {
            tx.enter(tenant).await?;
            tx.audit(event).await.map(drop)
        };
        let recorded = recorded.await;
        tx.settle(recorded).await
    }
}

fn event(action: &str, provider: &dyn KeyProvider, by: &Actor) -> Event {
    Event::new(action, Resource::new("key_ring", provider.ring()), by.clone())
}
