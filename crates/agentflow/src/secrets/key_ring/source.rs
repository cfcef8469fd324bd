//! From the settings to a key ring.

use std::{fmt, sync::Arc};

use agentflow_core::InvalidInput;
use tokio::sync::OnceCell;

use super::{
    environment::EnvironmentKeyProvider, local::LocalKeyProvider, provider::KeyProvider,
    ring::KeyRing, transit::TransitKeyProvider,
};
use crate::{
    config::{Config, KeyRingSetting, VaultSettings},
    error::{Error, Result},
    secrets::vault,
    store::Shared,
};

/// The key ring of a store: opened when it is first needed.
pub(crate) struct KeyRingSource {
    setting: Option<KeyRingSetting>,
    vault: VaultSettings,
    provider: OnceCell<Arc<dyn KeyProvider>>,
    ring: OnceCell<Arc<KeyRing>>,
}

impl fmt::Debug for KeyRingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRingSource").field("setting", &self.setting).finish_non_exhaustive()
    }
}

impl KeyRingSource {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            setting: config.key_ring.clone(),
            vault: config.secrets.vault.clone(),
            provider: OnceCell::new(),
            ring: OnceCell::new(),
        }
    }

    pub(super) fn setting(&self) -> Result<&KeyRingSetting> {
        self.setting.as_ref().ok_or_else(|| {
            Error::InvalidSetting(InvalidInput::new(
                "AF_KEY_RING",
                "no key ring is configured, and this needs one; set it to file:PATH, env:VARIABLE or transit:MOUNT/KEY, \
                 and bring it into use with `af key-ring init`",
            ))
        })
    }

    /// The keys, whatever the database knows of them.
    pub(super) async fn provider(&self, shared: &Shared) -> Result<&Arc<dyn KeyProvider>> {
        self.provider.get_or_try_init(|| self.open(shared)).await
    }

    async fn open(&self, shared: &Shared) -> Result<Arc<dyn KeyProvider>> {
        let entropy = Arc::clone(&shared.entropy);
        Ok(match self.setting()?.clone() {
            KeyRingSetting::Provider(provider) => provider,
            KeyRingSetting::File(path) => {
                let clock = Arc::clone(&shared.clock);
                let open = move || LocalKeyProvider::open(path, clock, entropy);
                Arc::new(super::local::run_blocking("read the key ring", open).await?)
            }
            KeyRingSetting::Environment { variable, text } => {
                Arc::new(EnvironmentKeyProvider::new(variable, &text, entropy)?)
            }
            KeyRingSetting::Transit { mount, key } => {
                let vault = vault::VaultOptions::from_settings(&self.vault, None)?;
                let clock = Arc::clone(&shared.clock);
                Arc::new(TransitKeyProvider::with_clock(vault, &mount, &key, clock)?)
            }
        })
    }

    /// The key ring, whatever the database knows of it.
    pub(super) async fn unchecked(&self, shared: &Arc<Shared>) -> Result<&Arc<KeyRing>> {
        let open = || async {
            let provider = Arc::clone(self.provider(shared).await?);
            Ok(Arc::new(KeyRing::new(provider, shared)))
        };
        self.ring.get_or_try_init(open).await
    }
}

impl Shared {
    /// The key ring, after the canary of its current version was opened. Nobody may ask who holds a connection.
    pub(crate) async fn key_ring(
        self: &Arc<Self>,
        operation: &'static str,
    ) -> Result<Arc<KeyRing>> {
        let ring = self.key_ring.unchecked(self).await?;
        ring.check_current(operation).await?;
        Ok(Arc::clone(ring))
    }
}
