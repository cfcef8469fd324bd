//! Keys of tenants' own, and their end.

use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use agentflow_sql::queries::key_rings as sql;

use super::{
    admin::{KeyRingAdmin, stored},
    canary,
    provider::{KeyChange, KeyProvider},
    survey::{SealedCounts, describe, exists, list_own, refuse_missing},
};
use crate::{
    admin::AdminTx,
    error::{Error, Result},
};

const CREATE: &str = "make a key of a tenant's own";
const ERASE: &str = "erase the key of a tenant";

/// A version of a tenant's own key that the database does not know yet.
struct NewVersion {
    version: u32,
    canary: Vec<u8>,
}

impl KeyRingAdmin<'_> {
    /// Gives a tenant a key of its own, or a new version of it, and returns the version. What it seals from now on is wrapped
    /// with that; what is sealed already, after it was [rewrapped](Self::rewrap).
    ///
    /// That it is wanted is recorded in the audit chain of the tenant before it is done, and then that it was done. Where that was
    /// interrupted, doing it again brings into use the version that is there. Fails with [`Error::Conflict`] where this copy of the key
    /// ring does not have the version that the database knows, or another copy made the same version.
    pub async fn create_tenant_key(&self, tenant: TenantId, by: &Actor) -> Result<u32> {
        let ring = self.0.shared.key_ring(CREATE).await?;
        let provider = &**ring.provider();
        refuse_missing(CREATE, self.0, tenant).await?;
        provider.check(KeyChange::CreateTenantKey(tenant)).await?;
        refuse_without_keys(CREATE, provider)?;
        let known = self.known_version(provider, tenant).await?;
        let there = provider.versions(KeyScope::Tenant, tenant).await?.last().copied();
        let requested = event("key_ring.tenant_key_requested", provider, by);
        self.record(CREATE, tenant, &requested).await?;
        let version = match there {
            Some(version) if version > known => version,
            _ => provider.create_tenant_key(tenant).await?,
        };
        let new = self.new_version(CREATE, provider, tenant, version).await?;
        let tx = self.0.begin(CREATE).await?;
        let created = async {
            tx.enter(tenant).await?;
            self.insert_version(CREATE, &tx, tenant, &new).await?;
            let event = event("key_ring.tenant_key_created", provider, by)
                .with_detail("key", KeyId::tenant(version).to_string());
            tx.audit(&event).await.map(drop)
        };
        let created = created.await;
        match tx.settle(created).await {
            Err(Error::AlreadyExists { .. }) => Err(Error::Conflict {
                operation: CREATE,
                reason: format!(
                    "version {version} of tenant {tenant}'s own key was made with another copy of the key ring meanwhile; bring that \
                     copy here"
                ),
            }),
            done => done.map(|()| version),
        }
    }

    /// The newest version that the database knows, after it was seen to be the one in this key ring; 0 for none.
    async fn known_version(&self, provider: &dyn KeyProvider, tenant: TenantId) -> Result<u32> {
        let rows = list_own(CREATE, self.0, tenant).await?;
        let Some(newest) = rows.last().and_then(|row| u32::try_from(row.version).ok()) else {
            return Ok(0);
        };
        canary::check_own(CREATE, provider, tenant, newest, &rows).await?;
        Ok(newest)
    }

    async fn new_version(
        &self,
        operation: &'static str,
        provider: &dyn KeyProvider,
        tenant: TenantId,
        version: u32,
    ) -> Result<NewVersion> {
        let entropy = &*self.0.shared.entropy;
        let canary = canary::make_own(operation, provider, tenant, version, entropy).await?;
        Ok(NewVersion { version, canary })
    }

    async fn insert_version(
        &self,
        operation: &'static str,
        tx: &AdminTx,
        tenant: TenantId,
        new: &NewVersion,
    ) -> Result<()> {
        let (version, canary) = (stored(operation, new.version)?, new.canary.as_slice());
        let (id, now) = (tenant.as_uuid(), self.0.shared.now());
        let inserted =
            sql::insert_tenant_key_version().bind(tx.client(), id, &version, &canary, &now).await;
        inserted.map(drop).map_err(|error| Error::from_postgres(operation, error))
    }

    /// Destroys the key of a tenant's own, for ever: what it sealed can be opened nowhere any more, in no backup either. Other
    /// tenants are not touched. Copies of the key ring must be erased as well.
    ///
    /// Fails with [`Error::Conflict`] while something of the tenant is wrapped with another key, for that would stay readable. From the
    /// moment in which the database knows of it, nothing of the tenant is sealed any more. It is recorded in the audit chain of the
    /// tenant before it is done, and then that it was. The tenant may be deleted already.
    pub async fn erase(&self, tenant: TenantId, by: &Actor) -> Result<()> {
        let ring = self.0.shared.key_ring(ERASE).await?;
        let provider = &**ring.provider();
        provider.check(KeyChange::Erase(tenant)).await?;
        refuse_without_keys(ERASE, provider)?;
        let versions = provider.versions(KeyScope::Tenant, tenant).await?;
        let exists = exists(ERASE, self.0, tenant).await?;
        if versions.is_empty() {
            return self.refuse_erasing(provider, tenant, exists).await;
        }
        let keys: Vec<_> = versions.iter().map(|it| KeyId::tenant(*it).to_string()).collect();
        if exists {
            let unknown = self.unknown_versions(provider, tenant, &versions).await?;
            let requested = event("key_ring.erase_requested", provider, by);
            self.record(ERASE, tenant, &requested.with_detail("keys", keys.clone())).await?;
            self.mark_erased(tenant, &unknown).await?;
        }
        provider.erase(tenant).await?;
        if exists {
            let erased = event("key_ring.tenant_erased", provider, by).with_detail("keys", keys);
            self.record(ERASE, tenant, &erased).await?;
        }
        tracing::warn!(ring = provider.ring(), %tenant, %by, "the key of a tenant was erased");
        Ok(())
    }

    /// Versions that are there and not known here: the database is to know that they are erased. Those that it knows must be the same, lest the
    /// key that is in use stays behind in another copy of the key ring.
    async fn unknown_versions(
        &self,
        provider: &dyn KeyProvider,
        tenant: TenantId,
        versions: &[u32],
    ) -> Result<Vec<NewVersion>> {
        let rows = list_own(ERASE, self.0, tenant).await?;
        let mut unknown = Vec::new();
        for version in versions.iter().copied() {
            if !rows.iter().any(|row| u32::try_from(row.version) == Ok(version)) {
                unknown.push(self.new_version(ERASE, provider, tenant, version).await?);
                continue;
            }
            match canary::check_own(ERASE, provider, tenant, version, &rows).await {
                // Marked by one that was interrupted.
                Ok(()) | Err(Error::Denied { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(unknown)
    }

    /// Marking comes first: whoever sealed something and is not done is waited for, and who comes later is refused. So whatever is
    /// counted then is all that there ever will be.
    async fn mark_erased(&self, tenant: TenantId, unknown: &[NewVersion]) -> Result<()> {
        let tx = self.0.begin(ERASE).await?;
        let marked = async {
            tx.enter(tenant).await?;
            let id = tenant.as_uuid();
            let locked = sql::lock_sealing_of_tenant().bind(tx.client(), id).await;
            locked.map_err(|error| Error::from_postgres(ERASE, error))?;
            for new in unknown {
                self.insert_version(ERASE, &tx, tenant, new).await?;
            }
            let now = self.0.shared.now();
            let erased = sql::erase_tenant_key_versions().bind(tx.client(), &now, id).await;
            erased.map_err(|error| Error::from_postgres(ERASE, error))?;
            refuse_readable(&tx, tenant).await
        };
        let marked = marked.await;
        tx.settle(marked).await
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

    async fn record(&self, operation: &'static str, tenant: TenantId, event: &Event) -> Result<()> {
        let tx = self.0.begin(operation).await?;
        let recorded = async {
            tx.enter(tenant).await?;
            tx.audit(event).await.map(drop)
        };
        let recorded = recorded.await;
        tx.settle(recorded).await
    }
}

fn refuse_without_keys(operation: &'static str, provider: &dyn KeyProvider) -> Result<()> {
    if provider.capabilities().tenant_keys {
        return Ok(());
    }
    let reason = format!(
        "key ring {} cannot make or destroy keys of tenants' own; do it where its keys are kept",
        provider.ring()
    );
    Err(Error::Unsupported { operation, reason })
}

/// What is wrapped with the shared key would stay readable.
async fn refuse_readable(tx: &AdminTx, tenant: TenantId) -> Result<()> {
    let rows = sql::count_sealed().bind(tx.client(), tenant.as_uuid()).all().await;
    let rows = rows.map_err(|error| Error::from_postgres(ERASE, error))?;
    let mut readable = SealedCounts::new();
    for row in rows {
        if !matches!(row.key_id.parse(), Ok(KeyId { scope: KeyScope::Tenant, .. })) {
            *readable.entry(row.table_name).or_default() += u64::try_from(row.count).unwrap_or(0);
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

fn event(action: &str, provider: &dyn KeyProvider, by: &Actor) -> Event {
    Event::new(action, Resource::new("key_ring", provider.ring()), by.clone())
}
