use std::{
    fmt,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentflow_core::{
    clock::Clock,
    random::{Entropy, Generator},
    secret::SecretName,
};
use futures::{StreamExt, future::BoxFuture, stream};
use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio::sync::watch;
use vaultrs::api::{
    kv2::requests::{
        DeleteLatestSecretVersionRequest, ListSecretsRequest, ReadSecretMetadataRequest,
        ReadSecretRequest, SetSecretRequest, SetSecretRequestOptions,
    },
    token::requests::LookupTokenSelfRequest,
};
use zeroize::{Zeroize, Zeroizing};

use super::{
    client::{Answer, Client},
    poll::Poller,
    request,
    settings::VaultOptions,
    text::Text,
};
use crate::{
    error::{Error, Result},
    secrets::provider::{Capabilities, SecretValue, SecretsProvider, VersionSelector, Written},
};

const GET: &str = "read a secret";
const SET: &str = "store a secret";
const DELETE: &str = "delete a secret";
const LIST: &str = "list secrets";
const ROTATE: &str = "rotate a secret";
const CHECK: &str = "check Vault";
const WATCH: &str = "look for changes of secrets";
/// The field that holds a secret.
const FIELD: &str = "value";
/// How often a change is tried again because another was faster.
const ATTEMPTS: u32 = 8;
/// How many requests are under way at once when names are listed.
const AT_ONCE: usize = 8;
/// How often changes are looked for, unless it is set.
const POLL: Duration = Duration::from_secs(30);

/// The secrets of a KV engine (version 2) of HashiCorp Vault or OpenBao.
///
/// A secret is the text field `value` of the KV secret `MOUNT/PREFIX/NAME`; other fields are kept as they are. What is in
/// folders below the prefix is not seen.
///
/// - `get` asks the server every time. A version that was deleted or destroyed is [`Error::NotFound`].
/// - `set` and `rotate` make a new version, by check-and-set: no change of others is lost. They need `read` as well.
/// - `delete` is a soft one of the latest version: the secret is gone for `get` and `list`, older versions can be had by their
///   numbers, and `vault kv undelete` brings it back. `vault kv metadata delete` destroys it.
/// - `watch` looks at the metadata of the secrets that were read, every 30 s or so.
#[derive(Clone)]
pub struct VaultProvider(Arc<Kv>);

pub(super) struct Kv {
    client: Client,
    mount: String,
    prefix: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    poll: Duration,
    poller: Mutex<Option<Poller>>,
}

impl fmt::Debug for VaultProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultProvider")
            .field("client", &self.0.client)
            .field("mount", &self.0.mount)
            .field("prefix", &self.0.prefix)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Reply<T> {
    data: T,
}

/// What is read of a secret. Without fields for a version that is gone.
#[derive(Deserialize)]
struct Version<F> {
    data: Option<F>,
    metadata: VersionMetadata,
}

#[derive(Deserialize)]
struct VersionMetadata {
    version: u64,
    #[serde(default)]
    deletion_time: String,
}

/// The one field that is given.
#[derive(Deserialize)]
struct OnlyValue {
    value: Text,
}

/// All fields, wiped when they are dropped.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Fields(Map<String, Value>);

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

#[derive(Deserialize)]
struct Stored {
    version: u64,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    current_version: u64,
    #[serde(default)]
    versions: std::collections::BTreeMap<String, State>,
}

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

/// A version, or what there is instead.
enum Found<F> {
    Here {
        version: u64,
        deletion_time: String,
        fields: F,
    },
    /// Deleted or destroyed. New versions come after this one.
    Gone {
        version: u64,
    },
    Absent,
}

impl VaultProvider {
    /// The secrets of a server. Nothing is sent before the first call, so it need not be there yet.
    ///
    /// Errors: [`Error::InvalidSetting`] for settings that no request can be made of.
    pub fn connect(settings: VaultOptions, clock: Arc<dyn Clock>) -> Result<Self> {
        let client = Client::new(&settings, Arc::clone(&clock))?;
        Ok(Self(Arc::new(Kv {
            client,
            mount: settings.mount,
            prefix: settings.prefix,
            clock,
            entropy: Arc::new(Generator::from_os()),
            poll: POLL,
            poller: Mutex::new(None),
        })))
    }

    /// The same, with a source of its own for what [`rotate`](SecretsProvider::rotate) makes. Before the first call.
    #[must_use]
    pub fn with_entropy(self, entropy: Arc<dyn Entropy>) -> Self {
        self.rebuilt(|kv| kv.entropy = entropy)
    }

    /// The same, looking for changes so often. Before the first call.
    #[must_use]
    pub fn with_poll(self, poll: Duration) -> Self {
        self.rebuilt(|kv| kv.poll = poll)
    }

    fn rebuilt(self, change: impl FnOnce(&mut Kv)) -> Self {
        let mut kv = Kv {
            client: self.0.client.clone(),
            mount: self.0.mount.clone(),
            prefix: self.0.prefix.clone(),
            clock: Arc::clone(&self.0.clock),
            entropy: Arc::clone(&self.0.entropy),
            poll: self.0.poll,
            poller: Mutex::new(None),
        };
        change(&mut kv);
        Self(Arc::new(kv))
    }
}

impl Kv {
    fn path(&self, key: &SecretName) -> String {
        if self.prefix.is_empty() { key.to_string() } else { format!("{}/{key}", self.prefix) }
    }

    async fn read<F: DeserializeOwned>(
        &self,
        operation: &'static str,
        key: &SecretName,
        version: Option<u64>,
    ) -> Result<Found<F>> {
        let endpoint = ReadSecretRequest::builder()
            .mount(&self.mount)
            .path(self.path(key))
            .version(version)
            .build();
        let answer = self.client.call(operation, &request(operation, endpoint)?).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return gone_or_absent(operation, &answer);
        }
        let answer = answer.accepted(operation)?;
        let unreadable = |reason: &str| Error::Corrupt {
            operation,
            what: format!("secret `{key}`"),
            reason: format!("{reason} at {}", answer.place()),
        };
        if answer.try_read::<Reply<Version<serde::de::IgnoredAny>>>().is_none() {
            return Err(unreadable("there is no KV engine of version 2"));
        }
        let Some(read) = answer.try_read::<Reply<Version<F>>>() else {
            return Err(unreadable("there is no text field `value`"));
        };
        let VersionMetadata { version, deletion_time } = read.data.metadata;
        Ok(match read.data.data {
            Some(fields) => Found::Here { version, deletion_time, fields },
            None => Found::Gone { version },
        })
    }

    /// Stores a value. With `must_exist`, only where there is one.
    async fn store(
        &self,
        operation: &'static str,
        key: &SecretName,
        value: &SecretString,
        must_exist: bool,
    ) -> Result<Written> {
        for _ in 0..ATTEMPTS {
            let (before, mut fields) = match self.read::<Fields>(operation, key, None).await? {
                Found::Here { version, fields, .. } => (version, fields),
                _ if must_exist => return Err(not_found(operation, key, None)),
                Found::Gone { version } => (version, Fields::default()),
                Found::Absent => (0, Fields::default()),
            };
            let value = Value::String(value.expose_secret().to_owned());
            if let Some(mut replaced) = fields.0.insert(FIELD.to_owned(), value) {
                wipe(&mut replaced);
            }
            if let Some(version) = self.write(operation, key, fields, before).await? {
                self.changed(key, Some(version));
                return Ok(Written { version: Some(version) });
            }
        }
        let reason = format!("secret `{key}` was changed by others all the time; try again");
        Err(Error::Conflict { operation, reason })
    }

    /// Writes the version after `before`. `None` when there is another by now.
    async fn write(
        &self,
        operation: &'static str,
        key: &SecretName,
        mut fields: Fields,
        before: u64,
    ) -> Result<Option<u64>> {
        let cas = u32::try_from(before).map_err(|_| Error::Unsupported {
            operation,
            reason: format!("secret `{key}` has too many versions"),
        })?;
        let endpoint = SetSecretRequest::builder()
            .mount(&self.mount)
            .path(self.path(key))
            .data(Value::Object(std::mem::take(&mut fields.0)))
            .options(SetSecretRequestOptions { cas })
            .build();
        let mut endpoint = request(operation, endpoint)?;
        let answer = self.client.call(operation, &endpoint).await;
        wipe(&mut endpoint.data);
        let answer = answer?;
        if answer.status == StatusCode::BAD_REQUEST && answer.complaints().say("check-and-set") {
            return Ok(None);
        }
        let stored: Reply<Stored> = answer.accepted(operation)?.read(operation)?;
        Ok(Some(stored.data.version))
    }

    /// The latest version of a secret. `None` for one that is not there, or gone.
    pub(super) async fn latest(
        &self,
        operation: &'static str,
        key: &SecretName,
    ) -> Result<Option<u64>> {
        let endpoint =
            ReadSecretMetadataRequest::builder().mount(&self.mount).path(self.path(key)).build();
        let answer = self.client.call(operation, &request(operation, endpoint)?).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return gone_or_absent::<()>(operation, &answer).map(|_| None);
        }
        let metadata = answer.accepted(operation)?.read::<Reply<Metadata>>(operation)?.data;
        let state = metadata.versions.get(&metadata.current_version.to_string());
        Ok(state
            .filter(|it| !it.destroyed && !self.is_over(&it.deletion_time))
            .map(|_| metadata.current_version))
    }

    /// Whether a version was deleted: a time that is yet to come is when it will be.
    fn is_over(&self, deletion_time: &str) -> bool {
        let time = deletion_time.parse::<Timestamp>().ok();
        !deletion_time.is_empty() && time.is_none_or(|it| it <= self.clock.now())
    }

    async fn names(&self) -> Result<Vec<SecretName>> {
        let endpoint = ListSecretsRequest::builder().mount(&self.mount).path(&*self.prefix).build();
        let answer = self.client.call(LIST, &request(LIST, endpoint)?).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return gone_or_absent::<()>(LIST, &answer).map(|_| Vec::new());
        }
        let keys = answer.accepted(LIST)?.read::<Reply<Keys>>(LIST)?.data.keys;
        // Folders end with a slash, so they are no names.
        let names: Vec<SecretName> = keys.into_iter().filter_map(|it| it.parse().ok()).collect();
        // The list has deleted ones as well.
        let mut here = stream::iter(names)
            .map(|name| async move {
                match self.latest(LIST, &name).await {
                    Ok(latest) => Ok(latest.map(|_| name)),
                    // Whoever may not look is told all of them.
                    Err(Error::Denied { .. }) => Ok(Some(name)),
                    Err(error) => Err(error),
                }
            })
            .buffer_unordered(AT_ONCE);
        let mut names = Vec::new();
        while let Some(name) = here.next().await {
            names.extend(name?);
        }
        names.sort();
        Ok(names)
    }

    /// Keeps in mind what was read, and tells of it if it is not what was there before.
    fn read_latest(&self, key: &SecretName, version: Option<u64>) {
        if let Some(poller) = &*self.poller.lock().unwrap_or_else(PoisonError::into_inner) {
            poller.seen(key, version);
        }
    }

    fn changed(&self, key: &SecretName, version: Option<u64>) {
        if let Some(poller) = &*self.poller.lock().unwrap_or_else(PoisonError::into_inner) {
            poller.changed(key, version);
        }
    }

    /// Looks at one that was read.
    pub(super) async fn look(&self, key: &SecretName) -> Result<()> {
        let latest = self.latest(WATCH, key).await?;
        self.read_latest(key, latest);
        Ok(())
    }
}

impl SecretsProvider for VaultProvider {
    fn name(&self) -> String {
        format!("vault:{}", self.0.client.origin())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            writable: true,
            rotatable: true,
            versions: true,
            watchable: true,
        }
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        Box::pin(async move {
            let pinned = match version {
                VersionSelector::Latest => None,
                // The server takes 0 for the latest.
                VersionSelector::Pinned(0) => return Err(not_found(GET, key, Some(0))),
                VersionSelector::Pinned(version) => Some(version),
            };
            let found = self.0.read::<OnlyValue>(GET, key, pinned).await?;
            let Found::Here { version, deletion_time, fields } = found else {
                if pinned.is_none() {
                    self.0.read_latest(key, None);
                }
                return Err(not_found(GET, key, pinned));
            };
            if pinned.is_none() {
                self.0.read_latest(key, Some(version));
            }
            Ok(SecretValue {
                value: fields.value.0,
                provider: self.name(),
                version: Some(version),
                not_after: deletion_time.parse().ok(),
                stale_since: None,
            })
        })
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move { self.0.store(SET, key, &value, false).await })
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let kv = &self.0;
            let Found::Here { .. } = kv.read::<serde::de::IgnoredAny>(DELETE, key, None).await?
            else {
                return Err(not_found(DELETE, key, None));
            };
            let endpoint = DeleteLatestSecretVersionRequest::builder()
                .mount(&kv.mount)
                .path(kv.path(key))
                .build();
            let answer = kv.client.call(DELETE, &request(DELETE, endpoint)?).await?;
            answer.accepted(DELETE)?;
            kv.changed(key, None);
            Ok(())
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        Box::pin(self.0.names())
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move {
            let mut bytes = Zeroizing::new([0_u8; 32]);
            self.0.entropy.fill(bytes.as_mut());
            let mut digits = String::with_capacity(64);
            for byte in bytes.iter() {
                // Writing to a text does not fail.
                let _ = write!(digits, "{byte:02x}");
            }
            self.0.store(ROTATE, key, &SecretString::from(digits), true).await
        })
    }

    /// Starts to look for changes of what is read from now on. `None` outside of a tokio runtime.
    fn watch(&self) -> Option<watch::Receiver<u64>> {
        let mut poller = self.0.poller.lock().unwrap_or_else(PoisonError::into_inner);
        if poller.is_none() {
            let (kv, entropy) = (Arc::downgrade(&self.0), Arc::clone(&self.0.entropy));
            *poller = Some(Poller::start(kv, self.0.poll, entropy)?);
        }
        poller.as_ref().map(Poller::subscribe)
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let token = request(CHECK, LookupTokenSelfRequest::builder().build())?;
            self.0.client.call(CHECK, &token).await?.accepted(CHECK)?;
            let list =
                ListSecretsRequest::builder().mount(&self.0.mount).path(&*self.0.prefix).build();
            match self.0.client.call(CHECK, &request(CHECK, list)?).await {
                Ok(answer) if answer.status == StatusCode::NOT_FOUND => {
                    gone_or_absent::<()>(CHECK, &answer).map(|_| ())
                }
                Ok(answer) => answer.accepted(CHECK).map(|_| ()),
                // Who may read need not be allowed to list.
                Err(Error::Denied { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }
}

/// Reads a 404: a version that is gone comes with its metadata, a wrong mount with a complaint.
fn gone_or_absent<F>(operation: &'static str, answer: &Answer) -> Result<Found<F>> {
    if let Some(gone) = answer.try_read::<Reply<Version<serde::de::IgnoredAny>>>() {
        return Ok(Found::Gone { version: gone.data.metadata.version });
    }
    match answer.refusal(operation) {
        Error::NotFound { .. } => Ok(Found::Absent),
        error => Err(error),
    }
}

fn not_found(operation: &'static str, key: &SecretName, version: Option<u64>) -> Error {
    Error::not_found(
        operation,
        match version {
            Some(version) => format!("version {version} of secret `{key}`"),
            None => format!("secret `{key}`"),
        },
    )
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
