use std::fmt;

use agentflow_core::{
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::error::Result;

/// How a data key is wrapped.
#[derive(Debug, Clone, Copy)]
pub struct Wrapping<'a> {
    /// The key that wraps it.
    pub key: KeyId,
    /// The tenant that the value is of; with [`KeyScope::Tenant`] the key is its own.
    pub tenant: TenantId,
    /// What the wrapped key is authenticated with: another makes unwrapping fail.
    pub context: &'a [u8],
}

/// What a key provider can do besides wrapping and unwrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct KeyCapabilities {
    /// New versions can be made.
    pub rotate: bool,
    /// A new version can be made without being used at once: [`KeyProvider::stage`].
    pub stages: bool,
    /// Tenants can have a key of their own, which can be destroyed.
    pub tenant_keys: bool,
}

/// A change of the keys, before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// [`KeyProvider::stage`] and [`KeyProvider::activate`].
    Rotate,
    /// [`KeyProvider::retire`].
    Retire(u32),
    /// [`KeyProvider::create_tenant_key`].
    CreateTenantKey(TenantId),
    /// [`KeyProvider::erase`].
    Erase(TenantId),
}

/// Keeps the keys that wrap data keys. They never leave it.
///
/// Errors: [`Error::Unavailable`](crate::Error::Unavailable) when it cannot be asked; [`Error::Corrupt`](crate::Error::Corrupt) when a wrapped key
/// does not unwrap; [`Error::NotFound`](crate::Error::NotFound) when there is no such version here; [`Error::Denied`](crate::Error::Denied) for a key that was
/// erased, or a provider that refuses; [`Error::Unsupported`](crate::Error::Unsupported) for what it cannot do.
pub trait KeyProvider: Send + Sync + fmt::Debug {
    /// Which key ring it is, the same in all processes that share it. At most 255 characters; holds no secret.
    fn ring(&self) -> String;

    /// What it can do, besides wrapping and unwrapping.
    fn capabilities(&self) -> KeyCapabilities;

    /// What new values of a tenant are wrapped with: the latest version of its own key, if it has one, else of the shared one.
    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>>;

    /// All versions of the shared key, or of a tenant's own, oldest first. Empty for a tenant that has none.
    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>>;

    /// The tenants that have a key of their own, whether or not a database still knows them. None for a provider that cannot tell.
    fn tenants(&self) -> BoxFuture<'_, Result<Vec<TenantId>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Fails where a change would be refused, and changes nothing: asked before anything is recorded of it. It may fail
    /// nevertheless.
    fn check(&self, _change: KeyChange) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Wraps a data key. At most 65,535 bytes come back.
    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>>;

    /// Unwraps a data key.
    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>>;

    /// Makes a new version of the shared key, with which nothing is wrapped before [`activate`](Self::activate).
    fn stage(&self) -> BoxFuture<'_, Result<u32>>;

    /// Wraps with the newest version of the shared key from now on.
    fn activate(&self) -> BoxFuture<'_, Result<u32>>;

    /// Destroys a version of the shared key that is not in use any more.
    fn retire(&self, version: u32) -> BoxFuture<'_, Result<()>>;

    /// Gives a tenant a key of its own, or a new version of it.
    fn create_tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<u32>>;

    /// Destroys all versions of a tenant's own key, for ever, and keeps in mind that it did.
    fn erase(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>>;
}
