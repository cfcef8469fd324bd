//! What is sealed with which key.

use std::collections::{BTreeMap, BTreeSet};

use agentflow_core::{
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use agentflow_sql::queries::{audit::hides_tenants, key_rings as sql, tenancy::get_tenant};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    admin::{KeyRingAdmin, list, newest_and_current},
    canary,
    provider::KeyProvider,
};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

const STATUS: &str = "look at the key ring";
/// Tenants that are asked for at once.
const PAGE: i64 = 500;

/// How many values a key wraps, by table.
pub type SealedCounts = BTreeMap<String, u64>;

/// The key ring, and what is sealed with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRingStatus {
    /// Which it is.
    pub ring: String,
    /// The version of the shared key that is in use.
    pub current: u32,
    /// Why nothing is sealed or opened with it: it is not the one of this database.
    pub fault: Option<String>,
    /// The versions of the shared key, oldest first: those in the key ring, and those that the database knows.
    pub versions: Vec<KeyRingVersion>,
    /// The tenants with a key of their own, or values that were sealed with one.
    pub tenants: Vec<TenantKey>,
}

/// A version of the shared key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRingVersion {
    /// From 1.
    pub version: u32,
    /// What becomes of it.
    pub state: KeyRingVersionState,
    /// Who brought it into use for this database.
    pub created_by: Option<String>,
    /// When.
    pub created_at: Option<Timestamp>,
    /// Who retired it.
    pub retired_by: Option<String>,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// What is wrapped with it.
    pub sealed: SealedCounts,
}

/// What becomes of a version of the shared key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRingVersionState {
    /// Not in use yet.
    Staged,
    /// New values are wrapped with it.
    Current,
    /// Older values may be wrapped with it.
    Former,
    /// It was destroyed.
    Retired,
    /// The key ring does not have it, and it was not retired here.
    Missing,
}

impl KeyRingVersionState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Current => "current",
            Self::Former => "former",
            Self::Retired => "retired",
            Self::Missing => "missing",
        }
    }
}

/// The key of a tenant's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantKey {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Whether the tenant is not there any more, and its key still is.
    pub deleted: bool,
    /// Its versions in the key ring, oldest first. None after it was erased.
    pub versions: Vec<u32>,
    /// Since when it is erased, or about to be.
    pub erased_at: Option<Timestamp>,
    /// How many values are wrapped with which key: `tenant/1`, `shared/3`.
    pub sealed: SealedCounts,
}

impl KeyRingAdmin<'_> {
    /// The versions of the shared key and what is wrapped with each; the tenants with a key of their own. Also tells of a key ring
    /// that is not the one of this database.
    pub async fn status(&self) -> Result<KeyRingStatus> {
        let shared = &self.0.shared;
        let provider = shared.key_ring.provider(shared).await?;
        let (_, current) = newest_and_current(&**provider).await?;
        let tx = self.0.begin(STATUS).await?;
        let rows = list(STATUS, &tx).await;
        let rows = tx.settle(rows).await?;
        let fault = match canary::check(STATUS, &**provider, current, &rows).await {
            Ok(()) => None,
            Err(Error::Conflict { reason, .. } | Error::Corrupt { reason, .. }) => Some(reason),
            Err(error) => return Err(error),
        };

        let mut versions: BTreeMap<u32, KeyRingVersion> = BTreeMap::new();
        for version in provider.versions(KeyScope::Shared, super::admin::nobody()).await? {
            version_entry(&mut versions, version).state = state(version, current);
        }
        for row in rows {
            let Ok(version) = u32::try_from(row.version) else { continue };
            let entry = version_entry(&mut versions, version);
            (entry.created_by, entry.created_at) = (Some(row.created_by), Some(row.created_at));
            entry.retired_by = row.retired_by;
            entry.retired_at = row.retired_at;
            if entry.state == KeyRingVersionState::Missing && row.retired_at.is_some() {
                entry.state = KeyRingVersionState::Retired;
            }
        }

        let mut with_keys: BTreeSet<_> = provider.tenants().await?.into_iter().collect();
        let mut tenants = Vec::new();
        for tenant in self.list_tenants(STATUS, None).await? {
            with_keys.remove(&tenant);
            let mut own = own_key(&**provider, tenant, false).await?;
            own.erased_at = self.erased_at(STATUS, tenant).await?;
            let mut is_own = !own.versions.is_empty() || own.erased_at.is_some();
            for row in count_sealed(STATUS, self.0, tenant).await? {
                let count = u64::try_from(row.count).unwrap_or(0);
                match row.key_id.parse::<KeyId>() {
                    Ok(KeyId { scope: KeyScope::Shared, version }) => {
                        let sealed = &mut version_entry(&mut versions, version).sealed;
                        *sealed.entry(row.table_name).or_default() += count;
                    }
                    _ => is_own = true,
                }
                *own.sealed.entry(row.key_id).or_default() += count;
            }
            if is_own {
                tenants.push(own);
            }
        }
        for tenant in with_keys {
            tenants.push(own_key(&**provider, tenant, true).await?);
        }
        let versions = versions.into_values().collect();
        Ok(KeyRingStatus { ring: provider.ring(), current, fault, versions, tenants })
    }

    /// Since when the key of a tenant is erased, or about to be, as far as the database knows.
    pub(super) async fn erased_at(
        &self,
        operation: &'static str,
        tenant: TenantId,
    ) -> Result<Option<Timestamp>> {
        let rows = list_own(operation, self.0, tenant).await?;
        Ok(rows.into_iter().find_map(|row| row.erased_at))
    }

    /// The tenants, in the order of their ids; or one, which must be there.
    pub(super) async fn list_tenants(
        &self,
        operation: &'static str,
        only: Option<TenantId>,
    ) -> Result<Vec<TenantId>> {
        if let Some(tenant) = only {
            refuse_missing(operation, self.0, tenant).await?;
            return Ok(vec![tenant]);
        }
        let mut tenants = Vec::new();
        loop {
            let tx = self.0.begin(operation).await?;
            let page = page_of_tenants(operation, &tx, tenants.last().copied()).await;
            let page = tx.settle(page).await?;
            if page.is_empty() {
                return Ok(tenants);
            }
            tenants.extend(page);
        }
    }
}

/// The next tenants, in the order of their ids. None is the end.
pub(super) async fn page_of_tenants(
    operation: &'static str,
    tx: &AdminTx,
    after: Option<TenantId>,
) -> Result<Vec<TenantId>> {
    let read = async {
        let after = after.map(|it| *it.as_uuid());
        let hidden = hides_tenants().bind(tx.client()).one().await?;
        let page = sql::list_tenant_ids().bind(tx.client(), &after, &PAGE).all().await?;
        Ok((hidden, page))
    };
    let read: Result<_, tokio_postgres::Error> = read.await;
    let (hidden, page) = read.map_err(|error| Error::from_postgres(operation, error))?;
    if hidden {
        return Err(Error::tenants_hidden(operation));
    }
    Ok(page.into_iter().map(TenantId).collect())
}

async fn own_key(
    provider: &dyn KeyProvider,
    tenant_id: TenantId,
    deleted: bool,
) -> Result<TenantKey> {
    let versions = provider.versions(KeyScope::Tenant, tenant_id).await?;
    Ok(TenantKey { tenant_id, deleted, versions, erased_at: None, sealed: SealedCounts::new() })
}

/// What the database knows of a tenant's own key, in the order of versions.
pub(super) async fn list_own(
    operation: &'static str,
    admin: &Admin,
    tenant: TenantId,
) -> Result<Vec<sql::TenantKeyVersion>> {
    let tx = admin.begin(operation).await?;
    let rows = async {
        tx.enter(tenant).await?;
        let rows = sql::list_tenant_key_versions().bind(tx.client(), tenant.as_uuid()).all().await;
        rows.map_err(|error| Error::from_postgres(operation, error))
    };
    let rows = rows.await;
    tx.settle(rows).await
}

fn version_entry(
    versions: &mut BTreeMap<u32, KeyRingVersion>,
    version: u32,
) -> &mut KeyRingVersion {
    versions.entry(version).or_insert_with(|| KeyRingVersion {
        version,
        state: KeyRingVersionState::Missing,
        created_by: None,
        created_at: None,
        retired_by: None,
        retired_at: None,
        sealed: SealedCounts::new(),
    })
}

fn state(version: u32, current: u32) -> KeyRingVersionState {
    match version.cmp(&current) {
        std::cmp::Ordering::Less => KeyRingVersionState::Former,
        std::cmp::Ordering::Equal => KeyRingVersionState::Current,
        std::cmp::Ordering::Greater => KeyRingVersionState::Staged,
    }
}

/// Whether a tenant is there.
pub(super) async fn exists(
    operation: &'static str,
    admin: &Admin,
    tenant: TenantId,
) -> Result<bool> {
    let tx = admin.begin(operation).await?;
    let row = get_tenant().bind(tx.client(), tenant.as_uuid()).opt().await;
    Ok(tx.finish(operation, row).await?.is_some())
}

pub(super) async fn refuse_missing(
    operation: &'static str,
    admin: &Admin,
    tenant: TenantId,
) -> Result<()> {
    if exists(operation, admin, tenant).await? {
        return Ok(());
    }
    Err(Error::not_found(operation, format!("tenant {tenant}")))
}

/// How many values of a tenant are wrapped with which key.
pub(super) async fn count_sealed(
    operation: &'static str,
    admin: &Admin,
    tenant: TenantId,
) -> Result<Vec<sql::CountSealed>> {
    let tx = admin.begin(operation).await?;
    let counted = async {
        tx.enter(tenant).await?;
        let rows = sql::count_sealed().bind(tx.client(), tenant.as_uuid()).all().await;
        rows.map_err(|error| Error::from_postgres(operation, error))
    };
    let counted = counted.await;
    tx.settle(counted).await
}

/// `provider_keys 3, teams 1`.
pub(super) fn describe(counts: &SealedCounts) -> String {
    let counts: Vec<_> = counts.iter().map(|(table, count)| format!("{table} {count}")).collect();
    counts.join(", ")
}
