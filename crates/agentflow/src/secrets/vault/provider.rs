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
use futures::future::BoxFuture;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use vaultrs::api::{
    kv2::requests::{DeleteLatestSecretVersionRequest, ListSecretsRequest},
    token::requests::LookupTokenSelfRequest,
};
use zeroize::Zeroizing;

use super::{
    client::Client,
    kv::Kv,
    poll::Poller,
    replies::{Found, OnlyValue, gone_or_absent, not_found},
    request,
    settings::VaultOptions,
};
use crate::{
    error::{Error, Result},
    secrets::provider::{Capabilities, SecretValue, SecretsProvider, VersionSelector, Written},
};

const GET: &str = "read a secret";
const SET: &str = "store a secret";
const DELETE: &str = "delete a secret";
const ROTATE: &str = "rotate a secret";
const CHECK: &str = "check Vault";
/// How often changes are looked for, unless it is set.
const POLL: Duration = Duration::from_secs(30);

/// The secrets of a KV engine (version 2) of HashiCorp Vault or OpenBao.
///
/// A secret is the text field `value` of the KV secret `MOUNT/PREFIX/NAME`; other fields are kept as they are. What is in
/// folders below the prefix is not seen.
///
/// - `get` asks the server every time. A version that was deleted or destroyed is [`Error::NotFound`], and so is an empty value; one with a
///   NUL character is [`Error::Corrupt`].
/// - `set` and `rotate` make a new version, by check-and-set: no change of others is lost. They need `read` as well.
/// - `delete` is a soft one of the latest version: the secret is gone for `get` and `list`, older versions can be had by their
///   numbers, and `vault kv undelete` brings it back. `vault kv metadata delete` destroys it.
/// - `watch` looks at the metadata of the secrets that were read, every 30 s or so.
#[derive(Clone)]
pub struct VaultProvider(Arc<Kv>);

impl fmt::Debug for VaultProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultProvider")
            .field("client", &self.0.client)
            .field("mount", &self.0.mount)
            .field("prefix", &self.0.prefix)
            .finish_non_exhaustive()
    }
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
            let text = fields.value.0.expose_secret();
            if text.is_empty() {
                return Err(not_found(GET, key, pinned));
            }
            if text.contains('\0') {
                return Err(Error::Corrupt {
                    operation: GET,
                    what: format!("secret `{key}`"),
                    reason: format!("its value holds a NUL character, at {}", self.name()),
                });
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
            answer.accepted_change(DELETE)?;
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
