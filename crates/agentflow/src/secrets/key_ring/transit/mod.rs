//! Keys of the transit engine of HashiCorp Vault and OpenBao.

mod change;
mod key;
mod wrap;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use agentflow_core::{
    clock::{Clock, SystemClock},
    hash::Sha256,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use super::provider::{KeyCapabilities, KeyProvider, Wrapping};
use crate::{
    error::Result,
    secrets::{
        provider::unsupported,
        vault::{Client, VaultOptions, invalid, is_path},
    },
};
use key::{LOOK, Transit, erased};

const STAGE: &str = "stage a version of a transit key";
const ROTATE: &str = "rotate a transit key";
const CREATE: &str = "create the key of a tenant";
/// The longest name of a transit key, so that there is room for a tenant behind it.
const MAX_NAME: usize = 100;

/// Keys of the transit engine of HashiCorp Vault or OpenBao. They never leave the server.
///
/// The shared key is the transit key `KEY`; a tenant's own is `KEY-TENANT`. The context is given to the server as associated
/// data; its SHA-256 is encrypted with the data key as well and compared, for servers from before associated data.
///
/// - [`stage`](KeyProvider::stage) is not supported: a version of a transit key is the newest as soon as it is there.
/// - [`activate`](KeyProvider::activate) rotates the shared key, or creates it.
/// - [`retire`](KeyProvider::retire) takes the oldest version only, and trims it: it is destroyed.
/// - [`erase`](KeyProvider::erase) leaves the transit key `KEY-TENANT-erased` behind, which is what keeps it in mind.
///
/// Other processes see a new version, a new key, and an erased one within 5 s. The policies of the token should give
/// `update`, not `create`, on `encrypt`: with `create`, the server makes a key that it does not find.
#[derive(Clone)]
pub struct TransitKeyProvider(Arc<Transit>);

impl fmt::Debug for TransitKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransitKeyProvider").field("ring", &self.0.ring).finish_non_exhaustive()
    }
}

impl TransitKeyProvider {
    /// The keys of a server. Nothing is sent before the first call. Of the settings, the mount and the prefix of secrets are
    /// not used.
    ///
    /// Errors: [`Error::InvalidSetting`](crate::Error::InvalidSetting) for settings that no request can be made of.
    pub fn new(settings: VaultOptions, transit_mount: &str, key_name: &str) -> Result<Self> {
        Self::with_clock(settings, transit_mount, key_name, Arc::new(SystemClock))
    }

    /// The same, with a clock of its own.
    pub fn with_clock(
        settings: VaultOptions,
        transit_mount: &str,
        key_name: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        if !is_path(transit_mount) {
            return Err(invalid("key_ring", "the mount of the transit engine is no path"));
        }
        if key_name.contains('/') || key_name.len() > MAX_NAME || !is_path(key_name) {
            let reason = format!(
                "the name of the transit key is invalid: expected up to {MAX_NAME} letters, digits, `_`, `.` and `-`"
            );
            return Err(invalid("key_ring", reason));
        }
        let client = Client::new(&settings, Arc::clone(&clock))?;
        let namespace = settings.namespace.map(|it| format!("{it}/")).unwrap_or_default();
        Ok(Self(Arc::new(Transit {
            client,
            // Without the address: one server has several.
            ring: ring(&format!("{namespace}{transit_mount}/{key_name}")),
            mount: transit_mount.to_owned(),
            key: key_name.to_owned(),
            clock,
            known: Mutex::default(),
        })))
    }
}

/// At most 255 characters, so the hash of what is longer.
fn ring(path: &str) -> String {
    if path.len() > 200 {
        return format!("transit:{}", Sha256::of(&[path.as_bytes()]));
    }
    format!("transit:{path}")
}

impl KeyProvider for TransitKeyProvider {
    fn ring(&self) -> String {
        self.0.ring.clone()
    }

    fn capabilities(&self) -> KeyCapabilities {
        KeyCapabilities { rotate: true, stages: false, tenant_keys: true }
    }

    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>> {
        Box::pin(self.0.current(tenant))
    }

    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>> {
        Box::pin(async move {
            let name = self.0.name(scope, tenant);
            Ok(self.0.look(LOOK, &name).await?.map(|it| it.versions()).unwrap_or_default())
        })
    }

    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>> {
        Box::pin(self.0.wrap(wrapping, data_key))
    }

    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>> {
        Box::pin(self.0.unwrap(wrapping, wrapped))
    }

    fn stage(&self) -> BoxFuture<'_, Result<u32>> {
        let reason = "a version of a transit key is used as soon as it is there; rotate the key ring instead";
        Box::pin(async move { Err(unsupported(STAGE, reason)) })
    }

    fn activate(&self) -> BoxFuture<'_, Result<u32>> {
        Box::pin(self.0.advance(ROTATE, &self.0.key))
    }

    fn retire(&self, version: u32) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.retire(version))
    }

    fn create_tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<u32>> {
        Box::pin(async move {
            if self.0.look_again(CREATE, &self.0.erased_name(tenant)).await?.is_some() {
                return Err(erased(CREATE, tenant));
            }
            self.0.advance(CREATE, &self.0.name(KeyScope::Tenant, tenant)).await
        })
    }

    fn erase(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.0.erase(tenant))
    }
}
