//! What is sealed with which key.

use std::collections::BTreeMap;

use agentflow_core::{
    audit::Actor,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use agentflow_sql::queries::{audit::hides_tenants, key_rings as sql, tenancy::get_tenant};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    admin::{KeyRingAdmin, list, lock, newest_and_current, stored},
    canary,
};
use crate::{
    admin::Admin,
    error::{Error, Result},
};

const STATUS: &str = "look at the key ring";
const RETIRE: &str = "retire a version of the shared key";
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
    /// When it was brought into use for this database.
    pub created_at: Option<Timestamp>,
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
    /// Its versions, oldest first. None after it was erased.
    pub versions: Vec<u32>,
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
        let tx = self.0.begin().await?;
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
            entry.created_at = Some(row.created_at);
            entry.retired_at = row.retired_at;
            if entry.state == KeyRingVersionState::Missing && row.retired_at.is_some() {
                entry.state = KeyRingVersionState::Retired;
            }
        }

        let own_keys = provider.capabilities().tenant_keys;
        let mut tenants = Vec::new();
        for tenant in self.list_tenants(STATUS, None).await? {
            let mut own =
                TenantKey { tenant_id: tenant, versions: Vec::new(), sealed: BTreeMap::new() };
            if own_keys {
                own.versions = provider.versions(KeyScope::Tenant, tenant).await?;
            }
            let mut is_own = !own.versions.is_empty();
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
        let versions = versions.into_values().collect();
        Ok(KeyRingStatus { ring: provider.ring(), current, fault, versions, tenants })
    }

    /// Destroys a version of the shared key with which nothing is wrapped any more.
    ///
    /// Fails with [`Error::Conflict`] while something is, and for the version in use. Every process must have seen the later version
    /// before: one that has not may still be sealing with this one, and what it seals would be lost.
    pub async fn retire(&self, version: u32, by: &Actor) -> Result<()> {
        let shared = &self.0.shared;
        let ring = shared.key_ring(RETIRE).await?;
        let tx = self.0.begin().await?;
        let marked = async {
            lock(RETIRE, &tx).await?;
            let (_, current) = newest_and_current(&**ring.provider()).await?;
            if version >= current {
                let reason = format!(
                    "version {version} is in use, or about to be; the current one is {current}"
                );
                return Err(Error::Conflict { operation: RETIRE, reason });
            }
            self.refuse_used(&tx, version).await?;
            let stored = stored(RETIRE, version)?;
            let marked =
                sql::retire_key_ring_version().bind(tx.client(), &shared.now(), &stored).await;
            let marked = marked.map_err(|error| Error::from_postgres(RETIRE, error))?;
            let rows = list(RETIRE, &tx).await?;
            let is_known = rows.iter().any(|row| row.version == stored);
            Ok((is_known, marked > 0))
        };
        let marked = marked.await;
        let (is_known, is_first) = tx.settle(marked).await?;
        match ring.provider().retire(version).await {
            // It was retired before, and only the answer was lost.
            Err(Error::NotFound { .. }) if is_known && !is_first => {}
            done => done?,
        }
        tracing::info!(ring = ring.provider().ring(), version, %by, "a version of the shared key was retired");
        Ok(())
    }

    async fn refuse_used(&self, tx: &crate::admin::AdminTx, version: u32) -> Result<()> {
        let key = KeyId::shared(version).to_string();
        let mut used = SealedCounts::new();
        for tenant in self.list_tenants(RETIRE, None).await? {
            tx.enter(tenant).await?;
            let rows = sql::count_sealed().bind(tx.client(), tenant.as_uuid()).all().await;
            let rows = rows.map_err(|error| Error::from_postgres(RETIRE, error))?;
            for row in rows.into_iter().filter(|row| row.key_id == key) {
                *used.entry(row.table_name).or_default() += u64::try_from(row.count).unwrap_or(0);
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
        let mut after = None;
        loop {
            let tx = self.0.begin().await?;
            let read = async {
                let hidden = hides_tenants().bind(tx.client()).one().await?;
                let page = sql::list_tenant_ids().bind(tx.client(), &after, &PAGE).all().await?;
                Ok((hidden, page))
            };
            let read = read.await;
            let (hidden, page) = tx.finish(operation, read).await?;
            if hidden {
                return Err(Error::tenants_hidden(operation));
            }
            let Some(last) = page.last() else { return Ok(tenants) };
            after = Some(*last);
            tenants.extend(page.into_iter().map(TenantId));
        }
    }
}

fn version_entry(
    versions: &mut BTreeMap<u32, KeyRingVersion>,
    version: u32,
) -> &mut KeyRingVersion {
    versions.entry(version).or_insert_with(|| KeyRingVersion {
        version,
        state: KeyRingVersionState::Missing,
        created_at: None,
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
    let tx = admin.begin().await?;
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
    let tx = admin.begin().await?;
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
