use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use agentflow_core::{
    InvalidInput,
    clock::{Clock, SystemClock},
    random::{Entropy, Generator},
    secret::SecretName,
};
use futures::{FutureExt, future::BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{
    age::AgeIdentity,
    change::refuse_value,
    format::{Entries, Format},
    reload::Watching,
    state::Shared,
};
use crate::{
    error::{Error, Result},
    secrets::{
        Alerts, Capabilities, SecretValue, SecretsProvider, VersionSelector, Written,
        provider::unsupported,
    },
};

/// A file is not looked at more often, whatever is asked for.
const LEAST_POLL: Duration = Duration::from_millis(10);

const OPEN: &str = "open the file of secrets";
const GET: &str = "get a secret";
const SET: &str = "set a secret";
const DELETE: &str = "delete a secret";
const LIST: &str = "list secrets";
const ROTATE: &str = "rotate a secret";
const CHECK: &str = "check the file of secrets";

/// How a file of secrets is read.
#[derive(Clone)]
pub struct FileOptions {
    /// How long what the file held last is given while it cannot be read: 1 h by default.
    pub max_stale: Duration,
    /// How often the file is looked at, whatever the system tells of: 1 s by default.
    pub poll: Duration,
    /// Says since when a file cannot be read.
    pub clock: Arc<dyn Clock>,
    /// Makes new secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Opens an encrypted file.
    pub age: Option<AgeIdentity>,
    /// Who is told when the file goes bad, and when it is good again.
    pub alerts: Alerts,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            max_stale: Duration::from_secs(3600),
            poll: Duration::from_secs(1),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(Generator::from_os()),
            age: None,
            alerts: Alerts::default(),
        }
    }
}

impl fmt::Debug for FileOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOptions")
            .field("max_stale", &self.max_stale)
            .field("poll", &self.poll)
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}

/// Secrets in a file: a flat object of names and texts.
///
/// The ending of its name says how it is written: `.json`, `.yaml` or `.yml`, `.env` (a file called `.env` too); with `.age` behind it, it
/// is encrypted as a whole (see [`AgeIdentity`]). It has at most 4 MiB. A name must be there once; every value is a text. An empty text is
/// as if it were not there. In a `.env` file nothing is substituted from the environment.
///
/// Nobody but this user and root may read or write it (mode 0600 or stricter), nor may everybody write in its folder, unless that is
/// sticky; the folder belongs to this user or root. A group that may write in it is taken to be meant. An empty file is refused, for it is what a file looks like that is being written; an empty set is `{}` or a comment.
///
/// A change is seen within 2 s, however it was made: in place, by rename, by replacing a link, whatever its times and size. Once it was
/// read, a file that goes bad or missing leaves what it held in use for [`FileOptions::max_stale`], marked with
/// [`SecretValue::stale_since`]; so does one that never rests, and one that cannot be looked at any more. Replace the file by rename: one that is
/// written in place is read once it was the same for 50 ms, and changed once it was for 500 ms, so that a writer that pauses for longer may be taken
/// to be done.
///
/// Changes are made under a lock on `PATH.lock`, which all processes of this library take, to what the file holds then; they are on the disk
/// as a whole or not at all, and in memory only afterwards. A file that cannot be read is left as it is, and a link is not replaced. JSON and
/// YAML are written anew, without comments; in a `.env` file all other lines stay. An encrypted file is encrypted anew for the
/// recipients of its [`AgeIdentity`], and for nobody else who could read it before.
///
/// Cheap to clone; clones share what was read, and the watching ends with the last one.
#[derive(Clone)]
pub struct FileProvider(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    _watching: Watching,
}

impl fmt::Debug for FileProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileProvider").field("path", &self.0.shared.path).finish_non_exhaustive()
    }
}

impl FileProvider {
    /// Opens a file, which must be there and good.
    pub fn open(path: impl Into<PathBuf>, options: FileOptions) -> Result<Self> {
        let shared = prepare(path.into(), options)?;
        shared.load();
        shared.trouble(OPEN)?;
        Self::start(shared)
    }

    /// Opens a file, and makes it first if it is missing: with nothing in it, and its folder too.
    pub fn create(path: impl Into<PathBuf>, options: FileOptions) -> Result<Self> {
        let shared = prepare(path.into(), options)?;
        shared.create(OPEN)?;
        shared.load();
        shared.trouble(OPEN)?;
        Self::start(shared)
    }

    /// Opens a file that may be missing or bad: then all reading fails with what [`open`](Self::open) would have failed with, until the file is
    /// good. If it is missing, [`set`](SecretsProvider::set) makes it, and its folder too.
    pub fn open_later(path: impl Into<PathBuf>, options: FileOptions) -> Result<Self> {
        let shared = prepare(path.into(), options)?;
        shared.load();
        Self::start(shared)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.shared.path
    }

    fn start(shared: Shared) -> Result<Self> {
        let shared = Arc::new(shared);
        let poll = shared.options.poll.max(LEAST_POLL);
        let watching = Watching::start(Arc::clone(&shared), poll);
        let watching = watching.map_err(|error| Error::Unavailable {
            operation: OPEN,
            reason: format!("{}: it cannot be watched: {error}", shared.path.display()),
            source: None,
        })?;
        Ok(Self(Arc::new(Inner { shared, _watching: watching })))
    }

    /// Changes a secret outside of the threads that must not wait.
    async fn change(
        &self,
        operation: &'static str,
        key: &SecretName,
        decide: impl FnOnce(&Entries) -> Result<Option<SecretString>> + Send + 'static,
    ) -> Result<Written> {
        let (shared, key) = (Arc::clone(&self.0.shared), key.clone());
        self.blocking(operation, move || shared.change(operation, &key, decide)).await?;
        Ok(Written { version: None })
    }

    async fn blocking(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Result<()> {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            let reason = format!("{}: the work was not finished: {error}", self.path().display());
            Err(Error::Unavailable { operation, reason, source: None })
        })
    }
}

fn prepare(path: PathBuf, options: FileOptions) -> Result<Shared> {
    let invalid = |reason: &str| {
        let field = path.display().to_string();
        Err(Error::InvalidInput { operation: OPEN, input: InvalidInput::new(field, reason) })
    };
    let Some(format) = Format::of(&path) else {
        return invalid(
            "the ending says how a file of secrets is written; expected .json, .yaml, .yml or .env, with .age behind it if it \
             is encrypted",
        );
    };
    if format.is_encrypted && options.age.is_none() {
        return invalid(
            "it is encrypted, and no identity is configured; set AF_SECRETS_AGE_IDENTITY_FILE, or AF_SECRETS_AGE_IDENTITY",
        );
    }
    Ok(Shared::new(path, format, options))
}

/// The value of a secret that is there.
fn present<'e>(entries: &'e Entries, key: &SecretName) -> Option<&'e SecretString> {
    entries.get(key).filter(|value| !value.expose_secret().is_empty())
}

fn not_found(operation: &'static str, key: &SecretName) -> Error {
    Error::not_found(operation, format!("secret {key}"))
}

/// 32 random bytes as 64 hexadecimal digits.
fn random_value(entropy: &dyn Entropy) -> SecretString {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut());
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in bytes.iter() {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    SecretString::from(text.as_str())
}

impl SecretsProvider for FileProvider {
    fn name(&self) -> String {
        self.0.shared.name.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            writable: true,
            rotatable: true,
            versions: false,
            watchable: true,
        }
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        async move {
            if let VersionSelector::Pinned(_) = version {
                return Err(unsupported(GET, "a file keeps no versions of its secrets"));
            }
            let shared = &self.0.shared;
            let known = shared.known(GET)?;
            match present(&known.entries, key) {
                Some(value) => Ok(SecretValue {
                    value: value.clone(),
                    provider: shared.name.clone(),
                    version: None,
                    not_after: None,
                    stale_since: known.trouble.map(|trouble| trouble.since),
                }),
                None => Err(match known.trouble {
                    // The file may have it now.
                    Some(trouble) => shared.error(GET, trouble.fault),
                    None => not_found(GET, key),
                }),
            }
        }
        .boxed()
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        async move {
            refuse_value(SET, key, &value)?;
            self.change(SET, key, move |_| Ok(Some(value))).await
        }
        .boxed()
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        let name = key.clone();
        let decide = move |entries: &Entries| match present(entries, &name) {
            Some(_) => Ok(None),
            None => Err(not_found(DELETE, &name)),
        };
        self.change(DELETE, key, decide).map(|changed| changed.map(drop)).boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        async move {
            let known = self.0.shared.known(LIST)?;
            let names = known.entries.keys().filter(|name| present(&known.entries, name).is_some());
            Ok(names.cloned().collect())
        }
        .boxed()
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        let (name, entropy) = (key.clone(), Arc::clone(&self.0.shared.options.entropy));
        let decide = move |entries: &Entries| match present(entries, &name) {
            Some(_) => Ok(Some(random_value(entropy.as_ref()))),
            None => Err(not_found(ROTATE, &name)),
        };
        self.change(ROTATE, key, decide).boxed()
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        Some(self.0.shared.changes.subscribe())
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        async move {
            let shared = Arc::clone(&self.0.shared);
            self.blocking(CHECK, move || {
                shared.reload();
                shared.trouble(CHECK)
            })
            .await
        }
        .boxed()
    }
}
