use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentflow_core::{
    clock::{Clock, SystemClock},
    hash::Sha256,
    ids::TenantId,
    sealed::{KeyId, KeyScope},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::future::BoxFuture;
use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde::Deserialize;
use vaultrs::api::transit::{
    KeyType,
    requests::{
        CreateKeyRequest, DecryptDataRequest, DeleteKeyRequest, EncryptDataRequest, ReadKeyRequest,
        RotateKeyRequest, TrimKeyRequest, UpdateKeyConfigurationRequest,
    },
};
use zeroize::{Zeroize, Zeroizing};

use super::provider::{KeyCapabilities, KeyProvider, Wrapping};
use crate::{
    error::{Error, Result},
    secrets::{
        provider::unsupported,
        vault::{Answer, Client, Text, VaultOptions, invalid, is_path, request},
    },
};

const LOOK: &str = "look at a transit key";
const WRAP: &str = "wrap a data key";
const UNWRAP: &str = "unwrap a data key";
const STAGE: &str = "stage a version of a transit key";
const ROTATE: &str = "rotate a transit key";
const RETIRE: &str = "retire a version of a transit key";
const CREATE: &str = "create the key of a tenant";
const ERASE: &str = "erase the key of a tenant";

/// How long what is known of a key is taken for true.
const FRESH: Duration = Duration::from_secs(5);
/// Of how many keys it is kept.
const MAX_KNOWN: usize = 10_000;
/// The longest name of a transit key, so that there is room for a tenant behind it.
const MAX_NAME: usize = 100;
const DATA_KEY: usize = 32;
/// A data key and the SHA-256 of what it is bound to.
const WRAPPED_TEXT: usize = DATA_KEY + 32;
/// The kinds of keys that authenticate what they encrypt, and something more.
const KINDS: [&str; 4] =
    ["aes256-gcm96", "aes128-gcm96", "chacha20-poly1305", "xchacha20-poly1305"];

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

struct Transit {
    client: Client,
    ring: String,
    mount: String,
    key: String,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<String, Known>>,
}

impl fmt::Debug for TransitKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransitKeyProvider").field("ring", &self.0.ring).finish_non_exhaustive()
    }
}

/// What is known of a key; nothing for one that is not there.
#[derive(Clone)]
struct Known {
    until: Timestamp,
    key: Option<Arc<TransitKey>>,
}

#[derive(Deserialize)]
struct Reply<T> {
    data: T,
}

#[derive(Deserialize)]
struct TransitKey {
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
    fn versions(&self) -> Vec<u32> {
        self.keys.keys().copied().filter(|it| *it >= self.min_decryption_version).collect()
    }

    fn latest(&self) -> Option<u32> {
        self.keys.last_key_value().map(|(version, _)| *version)
    }
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: Text,
}

impl TransitKeyProvider {
    /// The keys of a server. Nothing is sent before the first call. Of the settings, the mount and the prefix of secrets are
    /// not used.
    ///
    /// Errors: [`Error::InvalidSetting`] for settings that no request can be made of.
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

impl Transit {
    fn name(&self, scope: KeyScope, tenant: TenantId) -> String {
        match scope {
            KeyScope::Shared => self.key.clone(),
            KeyScope::Tenant => format!("{}-{}", self.key, tenant.as_uuid()),
        }
    }

    fn erased_name(&self, tenant: TenantId) -> String {
        format!("{}-erased", self.name(KeyScope::Tenant, tenant))
    }

    /// What is known of a key, asked for if it is not fresh.
    async fn look(&self, operation: &'static str, name: &str) -> Result<Option<Arc<TransitKey>>> {
        let now = self.clock.now();
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name)
            && known.until > now
        {
            return Ok(known.key.clone());
        }
        self.look_again(operation, name).await
    }

    async fn look_again(
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

    fn check(&self, operation: &'static str, name: &str, key: &TransitKey) -> Result<()> {
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

    fn forget(&self, name: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    async fn shared(&self, operation: &'static str) -> Result<Arc<TransitKey>> {
        self.look(operation, &self.key).await?.ok_or_else(|| self.missing(operation, &self.key))
    }

    fn missing(&self, operation: &'static str, name: &str) -> Error {
        Error::not_found(operation, format!("transit key `{name}` at `{}`", self.mount))
    }

    /// A tenant's own key, if it has one. One that was erased is an error.
    async fn own(
        &self,
        operation: &'static str,
        tenant: TenantId,
    ) -> Result<Option<Arc<TransitKey>>> {
        if self.is_erased(operation, tenant).await? {
            return Err(erased(operation, tenant));
        }
        self.look(operation, &self.name(KeyScope::Tenant, tenant)).await
    }

    async fn is_erased(&self, operation: &'static str, tenant: TenantId) -> Result<bool> {
        Ok(self.look(operation, &self.erased_name(tenant)).await?.is_some())
    }

    async fn current(&self, tenant: TenantId) -> Result<KeyId> {
        if let Some(own) = self.own(LOOK, tenant).await? {
            let name = self.name(KeyScope::Tenant, tenant);
            return own.latest().map(KeyId::tenant).ok_or_else(|| self.missing(LOOK, &name));
        }
        let shared = self.shared(LOOK).await?;
        shared.latest().map(KeyId::shared).ok_or_else(|| self.missing(LOOK, &self.key))
    }

    /// A new version of a key, or the key itself. Returns the version.
    async fn advance(&self, operation: &'static str, name: &str) -> Result<u32> {
        let answer = if self.look_again(operation, name).await?.is_some() {
            let endpoint = RotateKeyRequest::builder().mount(&self.mount).name(name).build();
            self.client.call(operation, &request(operation, endpoint)?).await
        } else {
            let endpoint = CreateKeyRequest::builder()
                .mount(&self.mount)
                .name(name)
                .key_type(KeyType::Aes256Gcm96)
                .build();
            self.client.call(operation, &request(operation, endpoint)?).await
        };
        // Whatever came of it, what was known may not be so any more.
        self.forget(name);
        answer?.accepted(operation)?;
        let key = self.look_again(operation, name).await?;
        key.and_then(|it| it.latest()).ok_or_else(|| self.missing(operation, name))
    }

    async fn configure(
        &self,
        operation: &'static str,
        endpoint: UpdateKeyConfigurationRequest,
    ) -> Result<()> {
        let name = endpoint.name.clone();
        let answer = self.client.call(operation, &endpoint).await;
        self.forget(&name);
        answer?.accepted(operation).map(|_| ())
    }

    async fn retire(&self, version: u32) -> Result<()> {
        let key = self.look_again(RETIRE, &self.key).await?;
        let versions = key.map(|it| it.versions()).unwrap_or_default();
        let conflict = |reason| Err(Error::Conflict { operation: RETIRE, reason });
        match versions.as_slice() {
            [] => return Err(self.missing(RETIRE, &self.key)),
            [oldest, ..] if version < *oldest => {
                return Err(Error::not_found(
                    RETIRE,
                    format!("version {version} of the shared key"),
                ));
            }
            [.., latest] if version >= *latest => {
                return conflict(format!(
                    "version {latest} is the newest; rotate the key ring first"
                ));
            }
            [oldest, ..] if version > *oldest => {
                return conflict(format!(
                    "a transit key loses its versions from the oldest on; retire version {oldest} first"
                ));
            }
            _ => {}
        }
        let next = u64::from(version) + 1;
        let endpoint = UpdateKeyConfigurationRequest::builder()
            .mount(&self.mount)
            .name(&self.key)
            .min_decryption_version(next)
            .min_encryption_version(next)
            .build();
        self.configure(RETIRE, request(RETIRE, endpoint)?).await?;
        let endpoint = TrimKeyRequest::builder()
            .mount(&self.mount)
            .name(&self.key)
            .min_available_version(next)
            .build();
        self.client.call(RETIRE, &request(RETIRE, endpoint)?).await?.accepted(RETIRE).map(|_| ())
    }

    /// Can be done again from the beginning, wherever it was interrupted.
    async fn erase(&self, tenant: TenantId) -> Result<()> {
        let (name, mark) = (self.name(KeyScope::Tenant, tenant), self.erased_name(tenant));
        let is_here = self.look_again(ERASE, &name).await?.is_some();
        let is_marked = self.look_again(ERASE, &mark).await?.is_some();
        if !is_here && !is_marked {
            return Err(Error::not_found(ERASE, format!("a key of tenant {}", tenant.as_uuid())));
        }
        if !is_marked {
            // Before the key is gone: a tenant without either would get the shared key again.
            self.advance(ERASE, &mark).await?;
        }
        if is_here {
            let endpoint = UpdateKeyConfigurationRequest::builder()
                .mount(&self.mount)
                .name(&name)
                .deletion_allowed(true)
                .build();
            self.configure(ERASE, request(ERASE, endpoint)?).await?;
            let endpoint = DeleteKeyRequest::builder().mount(&self.mount).name(&name).build();
            let answer = self.client.call(ERASE, &request(ERASE, endpoint)?).await;
            self.forget(&name);
            answer?.accepted(ERASE)?;
        }
        Ok(())
    }

    async fn wrap(&self, wrapping: Wrapping<'_>, data_key: &[u8; DATA_KEY]) -> Result<Vec<u8>> {
        let version = wrapping.key.version;
        if wrapping.key.scope == KeyScope::Tenant && self.is_erased(WRAP, wrapping.tenant).await? {
            return Err(erased(WRAP, wrapping.tenant));
        }
        let mut text = Zeroizing::new([0_u8; WRAPPED_TEXT]);
        text[..DATA_KEY].copy_from_slice(data_key);
        text[DATA_KEY..].copy_from_slice(&digest(wrapping.context));
        let name = self.name(wrapping.key.scope, wrapping.tenant);
        let endpoint = EncryptDataRequest::builder()
            .mount(&self.mount)
            .name(&name)
            .plaintext(STANDARD.encode(&text[..]))
            .associated_data(STANDARD.encode(wrapping.context))
            .key_version(u64::from(version))
            .build();
        let mut endpoint = request(WRAP, endpoint)?;
        let answer = self.client.call(WRAP, &endpoint).await;
        endpoint.plaintext.zeroize();
        let answer = self.used(WRAP, wrapping, answer?)?;
        let wrapped = answer.read::<Reply<Encrypted>>(WRAP)?.data.ciphertext;
        if version_of(&wrapped) != Some(version) {
            return Err(Error::Corrupt {
                operation: WRAP,
                what: format!("the answer of transit key `{name}`"),
                reason: format!("it is not encrypted with version {version}"),
            });
        }
        Ok(wrapped.into_bytes())
    }

    async fn unwrap(
        &self,
        wrapping: Wrapping<'_>,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; DATA_KEY]>> {
        let corrupt = |reason: &str| Error::Corrupt {
            operation: UNWRAP,
            what: format!("a data key wrapped with {}", wrapping.key),
            reason: reason.to_owned(),
        };
        let text = std::str::from_utf8(wrapped).ok();
        let Some(text) = text.filter(|it| version_of(it) == Some(wrapping.key.version)) else {
            return Err(corrupt("it was not wrapped by a transit engine with this version"));
        };
        if wrapping.key.scope == KeyScope::Tenant && self.is_erased(UNWRAP, wrapping.tenant).await?
        {
            return Err(erased(UNWRAP, wrapping.tenant));
        }
        let endpoint = DecryptDataRequest::builder()
            .mount(&self.mount)
            .name(self.name(wrapping.key.scope, wrapping.tenant))
            .ciphertext(text)
            .associated_data(STANDARD.encode(wrapping.context))
            .build();
        let answer = self.client.call(UNWRAP, &request(UNWRAP, endpoint)?).await?;
        let answer = self.used(UNWRAP, wrapping, answer)?;
        let plaintext = answer.read::<Reply<Decrypted>>(UNWRAP)?.data.plaintext;
        let plaintext = STANDARD.decode(plaintext.0.expose_secret()).map(Zeroizing::new);
        let plaintext = plaintext.map_err(|_| corrupt("it holds no data key"))?;
        let Some((data_key, bound)) = plaintext.split_first_chunk::<DATA_KEY>() else {
            return Err(corrupt("it holds no data key"));
        };
        verify_slices_are_equal(bound, &digest(wrapping.context))
            .map_err(|_| corrupt("it was wrapped for another place"))?;
        Ok(Zeroizing::new(*data_key))
    }

    /// Reads the refusals of encrypting and decrypting.
    fn used(
        &self,
        operation: &'static str,
        wrapping: Wrapping<'_>,
        answer: Answer,
    ) -> Result<Answer> {
        if answer.status != StatusCode::BAD_REQUEST {
            return answer.accepted(operation);
        }
        let complaints = answer.complaints();
        let KeyId { scope, version } = wrapping.key;
        if complaints.say("key not found") {
            return Err(self.missing(operation, &self.name(scope, wrapping.tenant)));
        }
        if complaints.say("version") {
            let what = format!("version {version} of the {} key", scope.as_str());
            return Err(Error::not_found(operation, what));
        }
        if operation == WRAP {
            return answer.accepted(operation);
        }
        Err(Error::Corrupt {
            operation,
            what: format!("a data key wrapped with {}", wrapping.key),
            reason: "it is damaged, or was wrapped for another place, or with another key"
                .to_owned(),
        })
    }
}

impl KeyProvider for TransitKeyProvider {
    fn ring(&self) -> String {
        self.0.ring.clone()
    }

    fn capabilities(&self) -> KeyCapabilities {
        KeyCapabilities { rotate: true, tenant_keys: true }
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

fn digest(context: &[u8]) -> [u8; 32] {
    Sha256::of(&[context]).0
}

/// The version in `vault:v3:…`, as OpenBao writes it as well.
fn version_of(wrapped: &str) -> Option<u32> {
    let (version, _) = wrapped.strip_prefix("vault:v")?.split_once(':')?;
    version.parse().ok()
}

fn erased(operation: &'static str, tenant: TenantId) -> Error {
    Error::Denied {
        operation,
        reason: format!("the key of tenant {} was erased", tenant.as_uuid()),
    }
}
