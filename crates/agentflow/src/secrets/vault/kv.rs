use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentflow_core::{clock::Clock, random::Entropy, secret::SecretName};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use vaultrs::api::kv2::requests::{
    ListSecretsRequest, ReadSecretMetadataRequest, ReadSecretRequest, SetSecretRequest,
    SetSecretRequestOptions,
};

use super::{
    client::Client,
    poll::Poller,
    replies::{
        Fields, Found, Keys, Metadata, Reply, Stored, Version, VersionMetadata, gone_or_absent,
        not_found, wipe,
    },
    request,
};
use crate::{
    error::{Error, Result},
    secrets::provider::Written,
};

const LIST: &str = "list secrets";
const WATCH: &str = "look for changes of secrets";
/// The field that holds a secret.
const FIELD: &str = "value";
/// How often a change is tried again because another was faster.
const ATTEMPTS: u32 = 8;
/// How many requests are under way at once when names are listed.
const AT_ONCE: usize = 8;

/// The secrets of an engine, and the requests to it.
pub(super) struct Kv {
    pub(super) client: Client,
    pub(super) mount: String,
    pub(super) prefix: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) poll: Duration,
    pub(super) poller: Mutex<Option<Poller>>,
}

impl Kv {
    pub(super) fn path(&self, key: &SecretName) -> String {
        if self.prefix.is_empty() { key.to_string() } else { format!("{}/{key}", self.prefix) }
    }

    pub(super) async fn read<F: DeserializeOwned>(
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
        let VersionMetadata { version, deletion_time, .. } = read.data.metadata;
        Ok(match read.data.data {
            Some(fields) => Found::Here { version, deletion_time, fields },
            None => Found::Gone { version },
        })
    }

    /// Stores a value. With `must_exist`, only where there is one.
    pub(super) async fn store(
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
        let stored: Reply<Stored> = answer.accepted_change(operation)?.read(operation)?;
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

    pub(super) async fn names(&self) -> Result<Vec<SecretName>> {
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
    pub(super) fn read_latest(&self, key: &SecretName, version: Option<u64>) {
        if let Some(poller) = &*self.poller.lock().unwrap_or_else(PoisonError::into_inner) {
            poller.seen(key, version);
        }
    }

    pub(super) fn changed(&self, key: &SecretName, version: Option<u64>) {
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
