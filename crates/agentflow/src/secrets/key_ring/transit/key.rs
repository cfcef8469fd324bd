use std::{
    collections::BTreeMap,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentflow_core::{
    clock::Clock,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use vaultrs::api::transit::requests::ReadKeyRequest;

use crate::{
    error::{Error, Result},
    secrets::{
        provider::unsupported,
        vault::{Client, request},
    },
};

pub(super) const LOOK: &str = "look at a transit key";
/// How long what is known of a key is taken for true.
const FRESH: Duration = Duration::from_secs(5);
/// Of how many keys it is kept.
const MAX_KNOWN: usize = 10_000;
/// The kinds of keys that authenticate what they encrypt, and something more.
const KINDS: [&str; 4] =
    ["aes256-gcm96", "aes128-gcm96", "chacha20-poly1305", "xchacha20-poly1305"];

/// The keys of an engine, and what is known of them.
pub(super) struct Transit {
    pub(super) client: Client,
    pub(super) ring: String,
    pub(super) mount: String,
    pub(super) key: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) known: Mutex<HashMap<String, Known>>,
}

/// What is known of a key; nothing for one that is not there.
#[derive(Clone)]
pub(super) struct Known {
    until: Timestamp,
    key: Option<Arc<TransitKey>>,
}

#[derive(Deserialize)]
pub(super) struct Reply<T> {
    pub(super) data: T,
}

#[derive(Deserialize)]
pub(super) struct TransitKey {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    derived: bool,
    keys: BTreeMap<u32, serde_json::Value>,
    #[serde(default)]
    min_decryption_version: u32,
}

impl TransitKey {
    /// What can be decrypted with, oldest first.
    pub(super) fn versions(&self) -> Vec<u32> {
        self.keys.keys().copied().filter(|it| *it >= self.min_decryption_version).collect()
    }

    pub(super) fn latest(&self) -> Option<u32> {
        self.keys.last_key_value().map(|(version, _)| *version)
    }
}

impl Transit {
    pub(super) fn name(&self, scope: KeyScope, tenant: TenantId) -> String {
        match scope {
            KeyScope::Shared => self.key.clone(),
            KeyScope::Tenant => format!("{}-{}", self.key, tenant.as_uuid()),
        }
    }

    pub(super) fn erased_name(&self, tenant: TenantId) -> String {
        format!("{}-erased", self.name(KeyScope::Tenant, tenant))
    }

    /// What is known of a key, asked for if it is not fresh.
    pub(super) async fn look(
        &self,
        operation: &'static str,
        name: &str,
    ) -> Result<Option<Arc<TransitKey>>> {
        let now = self.clock.now();
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name)
            && known.until > now
        {
            return Ok(known.key.clone());
        }
        self.look_again(operation, name).await
    }

    pub(super) async fn look_again(
        &self,
        operation: &'static str,
        name: &str,
    ) -> Result<Option<Arc<TransitKey>>> {
        let endpoint = ReadKeyRequest::builder().mount(&self.mount).name(name).build();
        let answer = self.client.call(operation, &request(operation, endpoint)?).await?;
        let key = if answer.status == StatusCode::NOT_FOUND {
            match answer.refusal(operation) {
                Error::NotFound { .. } => None,
                error => return Err(error),
            }
        } else {
            let key = answer.accepted(operation)?.read::<Reply<TransitKey>>(operation)?.data;
            self.check(operation, name, &key)?;
            Some(Arc::new(key))
        };
        let until = self.clock.now().saturating_add(FRESH).unwrap_or(Timestamp::MAX);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(name.to_owned(), Known { until, key: key.clone() });
        Ok(key)
    }

    pub(super) fn check(
        &self,
        operation: &'static str,
        name: &str,
        key: &TransitKey,
    ) -> Result<()> {
        if key.derived || !KINDS.contains(&key.kind.as_str()) {
            return Err(unsupported(
                operation,
                format!(
                    "transit key `{name}` at `{}` is of no use for wrapping keys: it must be of type {}, and not derived",
                    self.mount,
                    KINDS.join(", ")
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn forget(&self, name: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    pub(super) async fn shared(&self, operation: &'static str) -> Result<Arc<TransitKey>> {
        self.look(operation, &self.key).await?.ok_or_else(|| self.missing(operation, &self.key))
    }

    pub(super) fn missing(&self, operation: &'static str, name: &str) -> Error {
        Error::not_found(operation, format!("transit key `{name}` at `{}`", self.mount))
    }

    /// A tenant's own key, if it has one. One that was erased is an error.
    pub(super) async fn own(
        &self,
        operation: &'static str,
        tenant: TenantId,
    ) -> Result<Option<Arc<TransitKey>>> {
        if self.is_erased(operation, tenant).await? {
            return Err(erased(operation, tenant));
        }
        self.look(operation, &self.name(KeyScope::Tenant, tenant)).await
    }

    pub(super) async fn is_erased(
        &self,
        operation: &'static str,
        tenant: TenantId,
    ) -> Result<bool> {
        Ok(self.look(operation, &self.erased_name(tenant)).await?.is_some())
    }

    pub(super) async fn current(&self, tenant: TenantId) -> Result<KeyId> {
        if let Some(own) = self.own(LOOK, tenant).await? {
            let name = self.name(KeyScope::Tenant, tenant);
            return own.latest().map(KeyId::tenant).ok_or_else(|| self.missing(LOOK, &name));
        }
        let shared = self.shared(LOOK).await?;
        shared.latest().map(KeyId::shared).ok_or_else(|| self.missing(LOOK, &self.key))
    }
}

pub(super) fn erased(operation: &'static str, tenant: TenantId) -> Error {
    Error::Denied {
        operation,
        reason: format!("the key of tenant {} was erased", tenant.as_uuid()),
    }
}
