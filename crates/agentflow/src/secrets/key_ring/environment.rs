use agentflow_core::{
    ids::TenantId,
    random::Entropy,
    sealed::{KeyId, KeyScope},
};
use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

use super::{
    keys::Keys,
    provider::{KeyCapabilities, KeyChange, KeyProvider, Wrapping},
};
use crate::error::{Error, Result};

const ROTATE: &str = "rotate the shared key";
const RETIRE: &str = "retire a version of the shared key";
const CREATE_TENANT_KEY: &str = "make a key of a tenant's own";
const ERASE: &str = "erase the key of a tenant";

/// The keys of a key file whose text is in a variable of the environment. Cannot change them.
pub struct EnvironmentKeyProvider {
    variable: String,
    keys: Keys,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for EnvironmentKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("EnvironmentKeyProvider");
        shown.field("variable", &self.variable).finish_non_exhaustive()
    }
}

impl EnvironmentKeyProvider {
    /// Reads the text of a key file. `variable` is what it is called in errors, which quote nothing of it.
    pub fn new(
        variable: impl Into<String>,
        text: &SecretString,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let variable = variable.into();
        let keys = Keys::parse(text.expose_secret().as_bytes());
        let keys = keys.map_err(|reason| Error::Corrupt {
            operation: "read the key ring",
            what: format!("the variable {variable}"),
            reason,
        })?;
        Ok(Self { variable, keys, entropy })
    }

    fn unsupported<T>(&self, operation: &'static str) -> Result<T> {
        Err(Error::Unsupported {
            operation,
            reason: format!(
                "the key ring is in the variable {}, which a process cannot change for others; change the key file that \
                 its text comes from, with AF_KEY_RING=file:PATH, and set the variable anew",
                self.variable
            ),
        })
    }

    fn refuse<T: Send + 'static>(&self, operation: &'static str) -> BoxFuture<'_, Result<T>> {
        futures::future::ready(self.unsupported(operation)).boxed()
    }
}

impl KeyProvider for EnvironmentKeyProvider {
    fn ring(&self) -> String {
        self.keys.ring()
    }

    fn capabilities(&self) -> KeyCapabilities {
        KeyCapabilities::default()
    }

    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>> {
        async move { self.keys.current(tenant) }.boxed()
    }

    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>> {
        async move { Ok(self.keys.versions(scope, tenant)) }.boxed()
    }

    fn tenants(&self) -> BoxFuture<'_, Result<Vec<TenantId>>> {
        async move { Ok(self.keys.tenants()) }.boxed()
    }

    fn check(&self, change: KeyChange) -> BoxFuture<'_, Result<()>> {
        match change {
            KeyChange::Rotate => self.refuse(ROTATE),
            KeyChange::Retire(_) => self.refuse(RETIRE),
            KeyChange::CreateTenantKey(_) => self.refuse(CREATE_TENANT_KEY),
            KeyChange::Erase(_) => self.refuse(ERASE),
        }
    }

    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>> {
        async move { self.keys.wrap(wrapping, data_key, &*self.entropy) }.boxed()
    }

    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>> {
        async move { self.keys.unwrap(wrapping, wrapped) }.boxed()
    }

    fn stage(&self) -> BoxFuture<'_, Result<u32>> {
        self.refuse("make a version of the shared key")
    }

    fn activate(&self) -> BoxFuture<'_, Result<u32>> {
        self.refuse(ROTATE)
    }

    fn retire(&self, _: u32) -> BoxFuture<'_, Result<()>> {
        self.refuse(RETIRE)
    }

    fn create_tenant_key(&self, _: TenantId) -> BoxFuture<'_, Result<u32>> {
        self.refuse(CREATE_TENANT_KEY)
    }

    fn erase(&self, _: TenantId) -> BoxFuture<'_, Result<()>> {
        self.refuse(ERASE)
    }
}
