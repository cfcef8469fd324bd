//! Seals and opens values.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use agentflow_core::{
    ids::TenantId,
    random::Entropy,
    sealed::{DataKey, KeyId, KeyScope, Place, Sealed, Unreadable},
};
use agentflow_sql::queries::{key_rings as sql, tenancy::name_tenant};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    canary,
    provider::{KeyProvider, Wrapping},
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    store::Shared,
};

/// Of how many tenants it is kept in mind that the canary of their own key was opened.
const MAX_CHECKED: usize = 10_000;

/// The key ring of a database, after the canary was seen to open.
///
/// Get it with [`Shared::key_ring`], which may need a connection, before one is held; [`open`](Self::open)
/// needs none, and [`seal`](Self::seal) only for the first value of a tenant with a key of its own, and in the moment after a rotation.
///
/// What was opened once is not asked for again: should the version be retired meanwhile, the database refuses what was sealed with it.
pub(crate) struct KeyRing {
    provider: Arc<dyn KeyProvider>,
    entropy: Arc<dyn Entropy>,
    shared: Weak<Shared>,
    /// The ring and the version of the shared key of which the canary was opened last.
    checked: Mutex<Option<(String, u32)>>,
    /// The same, of the keys of tenants' own.
    checked_own: Mutex<HashMap<TenantId, (String, u32)>>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl KeyRing {
    pub(super) fn new(provider: Arc<dyn KeyProvider>, shared: &Arc<Shared>) -> Self {
        Self {
            provider,
            entropy: Arc::clone(&shared.entropy),
            shared: Arc::downgrade(shared),
            checked: Mutex::new(None),
            checked_own: Mutex::default(),
        }
    }

    pub(super) fn provider(&self) -> &Arc<dyn KeyProvider> {
        &self.provider
    }

    /// Encrypts a value for a place.
    pub(crate) async fn seal(
        &self,
        operation: &'static str,
        place: &Place,
        value: &[u8],
    ) -> Result<Vec<u8>> {
        let key = self.current(operation, place.tenant).await?;
        seal_with(operation, &*self.provider, &*self.entropy, key, place, value).await
    }

    /// Decrypts a value that is at a place. What does not open is [`Error::Corrupt`], and what is wrapped with an erased key
    /// [`Error::Denied`]; never an empty value.
    pub(crate) async fn open(
        &self,
        operation: &'static str,
        place: &Place,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        open_with(operation, &*self.provider, place, sealed).await
    }

    /// The same value, its data key wrapped with `key`, which is to be the [current](Self::current) one; `None` where it already is.
    /// What does not open is not rewrapped.
    pub(super) async fn rewrap(
        &self,
        operation: &'static str,
        key: KeyId,
        place: &Place,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let provider = &*self.provider;
        let sealed = parse(operation, place, sealed)?;
        if sealed.key() == key {
            return Ok(None);
        }
        let data_key = unwrap(operation, provider, place, &sealed).await?;
        data_key.open(place, &sealed).map_err(|error| unreadable(operation, place, error))?;
        let wrapped = wrap(operation, provider, key, place, &data_key).await?;
        let rewrapped = sealed.rewrapped(key, wrapped);
        let rewrapped = rewrapped.map_err(|error| unreadable(operation, place, error))?;
        Ok(Some(rewrapped.to_bytes()))
    }

    /// The key for new values of a tenant. A key is used only after its canary was opened.
    pub(super) async fn current(&self, operation: &'static str, tenant: TenantId) -> Result<KeyId> {
        let key = self.provider.current(tenant).await;
        let key = key.map_err(|error| during(operation, error))?;
        match key.scope {
            KeyScope::Shared => self.check(operation, key.version).await?,
            KeyScope::Tenant => self.check_own(operation, tenant, key.version).await?,
        }
        Ok(key)
    }

    /// Opens the canary of the current version, unless that was done.
    pub(super) async fn check_current(&self, operation: &'static str) -> Result<()> {
        self.current(operation, TenantId(Uuid::nil())).await.map(drop)
    }

    async fn check(&self, operation: &'static str, version: u32) -> Result<()> {
        let this = (self.provider.ring(), version);
        if self.checked.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&this) {
            return Ok(());
        }
        let rows = list_versions(operation, &self.shared(operation)?).await?;
        canary::check(operation, &*self.provider, version, &rows).await?;
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(this);
        Ok(())
    }

    async fn check_own(
        &self,
        operation: &'static str,
        tenant: TenantId,
        version: u32,
    ) -> Result<()> {
        let this = (self.provider.ring(), version);
        let checked = || self.checked_own.lock().unwrap_or_else(PoisonError::into_inner);
        if checked().get(&tenant) == Some(&this) {
            return Ok(());
        }
        let rows = list_own_versions(operation, &self.shared(operation)?, tenant).await?;
        canary::check_own(operation, &*self.provider, tenant, version, &rows).await?;
        let mut checked = checked();
        if checked.len() >= MAX_CHECKED {
            checked.clear();
        }
        checked.insert(tenant, this);
        Ok(())
    }

    fn shared(&self, operation: &'static str) -> Result<Arc<Shared>> {
        self.shared.upgrade().ok_or_else(|| Error::Unavailable {
            operation,
            reason: "the store of the key ring was closed".to_owned(),
            source: None,
        })
    }
}

/// What the database knows of a tenant's own key, in the order of versions. The tenant may be suspended.
async fn list_own_versions(
    operation: &'static str,
    shared: &Arc<Shared>,
    tenant: TenantId,
) -> Result<Vec<sql::TenantKeyVersion>> {
    let connection = shared.checked_connection().await?;
    let tx = TenantTx::begin_nowhere(operation, connection, Arc::clone(shared)).await?;
    let rows = async {
        name_tenant().bind(&tx, tenant.as_uuid()).one().await?;
        sql::list_tenant_key_versions().bind(&tx, tenant.as_uuid()).all().await
    };
    let rows = rows.await;
    tx.rollback().await?;
    rows.map_err(|error| Error::from_postgres(operation, error))
}

/// What the database knows of the key ring, in the order of versions.
async fn list_versions(
    operation: &'static str,
    shared: &Arc<Shared>,
) -> Result<Vec<sql::KeyRingVersion>> {
    let connection = shared.checked_connection().await?;
    let tx = TenantTx::begin_nowhere(operation, connection, Arc::clone(shared)).await?;
    let rows = sql::list_key_ring_versions().bind(&tx).all().await;
    tx.rollback().await?;
    rows.map_err(|error| Error::from_postgres(operation, error))
}

pub(super) async fn seal_with(
    operation: &'static str,
    provider: &dyn KeyProvider,
    entropy: &dyn Entropy,
    key: KeyId,
    place: &Place,
    value: &[u8],
) -> Result<Vec<u8>> {
    let data_key = DataKey::generate(entropy);
    let wrapped = wrap(operation, provider, key, place, &data_key).await?;
    let sealed = data_key.seal(place, key, wrapped, value, entropy);
    Ok(sealed.map_err(|error| unreadable(operation, place, error))?.to_bytes())
}

pub(super) async fn open_with(
    operation: &'static str,
    provider: &dyn KeyProvider,
    place: &Place,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let sealed = parse(operation, place, sealed)?;
    let data_key = unwrap(operation, provider, place, &sealed).await?;
    data_key.open(place, &sealed).map_err(|error| unreadable(operation, place, error))
}

fn parse(operation: &'static str, place: &Place, sealed: &[u8]) -> Result<Sealed> {
    Sealed::parse(sealed).map_err(|error| unreadable(operation, place, error))
}

async fn wrap(
    operation: &'static str,
    provider: &dyn KeyProvider,
    key: KeyId,
    place: &Place,
    data_key: &DataKey,
) -> Result<Vec<u8>> {
    let context = place.key_context(key);
    let wrapping = Wrapping { key, tenant: place.tenant, context: &context };
    let wrapped = provider.wrap(wrapping, data_key.as_bytes()).await;
    wrapped.map_err(|error| during(operation, error))
}

async fn unwrap(
    operation: &'static str,
    provider: &dyn KeyProvider,
    place: &Place,
    sealed: &Sealed,
) -> Result<DataKey> {
    let key = sealed.key();
    let context = place.key_context(key);
    let wrapping = Wrapping { key, tenant: place.tenant, context: &context };
    let data_key = provider.unwrap(wrapping, sealed.wrapped_key()).await;
    data_key.map(DataKey::from).map_err(|error| match error {
        Error::Corrupt { reason, .. } => corrupt(operation, place, reason),
        Error::NotFound { what, .. } => corrupt(operation, place, format!("there is no {what}")),
        Error::Denied { reason, .. } => Error::Denied {
            operation,
            reason: format!("{} cannot be opened: {reason}", describe(place)),
        },
        other => during(operation, other),
    })
}

/// The error of a provider, as one of whatever it was asked for.
fn during(operation: &'static str, error: Error) -> Error {
    match error {
        Error::Corrupt { what, reason, .. } => Error::Corrupt { operation, what, reason },
        Error::NotFound { what, .. } => Error::NotFound { operation, what },
        Error::Denied { reason, .. } => Error::Denied { operation, reason },
        Error::Unsupported { reason, .. } => Error::Unsupported { operation, reason },
        Error::Unavailable { reason, source, .. } => {
            Error::Unavailable { operation, reason, source }
        }
        other => other,
    }
}

fn unreadable(operation: &'static str, place: &Place, error: Unreadable) -> Error {
    corrupt(operation, place, error.to_string())
}

fn corrupt(operation: &'static str, place: &Place, reason: String) -> Error {
    Error::Corrupt { operation, what: describe(place), reason }
}

pub(super) fn describe(place: &Place) -> String {
    format!("{}.{} of row {}", place.table, place.column, place.row)
}
