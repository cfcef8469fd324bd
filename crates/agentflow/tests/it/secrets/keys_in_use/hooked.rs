//! A key file, and something that is done before each use of it.

use std::{fmt, sync::Arc};

use agentflow::{
    Result, Store, TenantId,
    secrets::key_ring::{
        KeyCapabilities, KeyChange, KeyId, KeyProvider, KeyScope, LocalKeyProvider, Wrapping,
    },
};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::{secrets::sealed::Sealing, support::config};

type Hook = dyn Fn(&'static str) -> BoxFuture<'static, Result<()>> + Send + Sync;

/// A key file, and something that is done before each use of it.
struct Hooked {
    keys: Arc<LocalKeyProvider>,
    before: Box<Hook>,
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys.fmt(f)
    }
}

impl KeyProvider for Hooked {
    fn ring(&self) -> String {
        self.keys.ring()
    }
    fn capabilities(&self) -> KeyCapabilities {
        self.keys.capabilities()
    }
    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>> {
        Box::pin(async move {
            (self.before)("current").await?;
            self.keys.current(tenant).await
        })
    }
    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>> {
        Box::pin(async move {
            (self.before)("versions").await?;
            self.keys.versions(scope, tenant).await
        })
    }
    fn tenants(&self) -> BoxFuture<'_, Result<Vec<TenantId>>> {
        self.keys.tenants()
    }
    fn check(&self, change: KeyChange) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            (self.before)("check").await?;
            self.keys.check(change).await
        })
    }
    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>> {
        Box::pin(async move {
            (self.before)("wrap").await?;
            self.keys.wrap(wrapping, data_key).await
        })
    }
    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>> {
        Box::pin(async move {
            (self.before)("unwrap").await?;
            self.keys.unwrap(wrapping, wrapped).await
        })
    }
    fn stage(&self) -> BoxFuture<'_, Result<u32>> {
        Box::pin(async move {
            (self.before)("stage").await?;
            self.keys.stage().await
        })
    }
    fn activate(&self) -> BoxFuture<'_, Result<u32>> {
        Box::pin(async move {
            (self.before)("activate").await?;
            self.keys.activate().await
        })
    }
    fn retire(&self, version: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            (self.before)("retire").await?;
            self.keys.retire(version).await
        })
    }
    fn create_tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<u32>> {
        Box::pin(async move {
            (self.before)("create_tenant_key").await?;
            self.keys.create_tenant_key(tenant).await
        })
    }
    fn erase(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            (self.before)("erase").await?;
            self.keys.erase(tenant).await
        })
    }
}

/// A store whose provider does this before each use.
pub(super) fn hooked(
    at: &Sealing,
    before: impl Fn(&'static str) -> BoxFuture<'static, Result<()>> + Send + Sync + 'static,
) -> Store {
    let keys = Hooked { keys: Arc::clone(&at.keys), before: Box::new(before) };
    Store::connect(config(&at.database).with_key_provider(Arc::new(keys))).unwrap()
}
