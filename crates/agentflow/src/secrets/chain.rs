//! Several providers, asked one after the other, and what they said last while they cannot be asked.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agentflow_core::{InvalidInput, clock::Clock, secret::SecretName};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::{runtime::Handle, sync::watch, task::JoinSet};

use super::{
    Alerts, Capabilities, SecretAlertKind, SecretValue, SecretsProvider, VersionSelector, Written,
};
use crate::error::{Error, Result};

const GET: &str = "get a secret";
const SET: &str = "set a secret";
const DELETE: &str = "delete a secret";
const ROTATE: &str = "rotate a secret";

/// Providers that are asked in their order: the first that has a secret gives it.
///
/// A provider that cannot be asked, or whose secrets cannot be read, is not passed over in silence. If it gave the secret before, what
/// it said then is given once more, as [stale](SecretValue::stale_since), for at most `max_stale` after it said so; then the error is,
/// for a later provider may have another value under the same name. If it never did, the next one is asked. Somebody is told each time
/// that a provider goes bad, and once when it is good again. A provider that denies ends it.
///
/// A secret is stored in the first provider that keeps what it is told, or else in the first that takes it at all; it is refused if an
/// earlier one has a secret of that name, which would be given instead. It is removed from, and rotated in, the first provider that has
/// it, so that a later one may give another from then on.
pub struct ChainProvider {
    links: Vec<Arc<dyn SecretsProvider>>,
    max_stale: SignedDuration,
    clock: Arc<dyn Clock>,
    alerts: Alerts,
    memory: Mutex<Memory>,
    /// How many changes were made through this chain: what was read meanwhile is not remembered.
    writes: AtomicU64,
    changes: Option<Arc<watch::Sender<u64>>>,
    _watching: JoinSet<()>,
}

/// What providers said last.
#[derive(Default)]
struct Memory {
    /// By the place of the provider.
    seen: HashMap<(usize, SecretName), Seen>,
    /// All names of a provider, and when it said so.
    names: HashMap<usize, (Vec<SecretName>, Timestamp)>,
    /// Since when providers cannot be asked.
    down: HashMap<usize, Timestamp>,
}

/// What a provider said of a secret.
enum Seen {
    /// This, at that time.
    Value(Box<SecretValue>, Timestamp),
    /// That it has it; what it is, is not known here.
    There,
}

impl fmt::Debug for ChainProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainProvider").field("links", &self.links).finish_non_exhaustive()
    }
}

impl ChainProvider {
    /// A chain of at least one provider. `max_stale` is how long what one of them said is good while it cannot be asked; zero is not at
    /// all. It tells of changes if it is made on a Tokio runtime and one of the providers does.
    pub fn new(
        links: Vec<Arc<dyn SecretsProvider>>,
        max_stale: Duration,
        clock: Arc<dyn Clock>,
        alerts: Alerts,
    ) -> Result<Self> {
        if links.is_empty() {
            let input = InvalidInput::new("secrets", "expected at least one provider");
            return Err(Error::InvalidSetting(input));
        }
        let mut watching = JoinSet::new();
        let changes = watch_all(&links, &mut watching);
        Ok(Self {
            links,
            max_stale: SignedDuration::try_from(max_stale).unwrap_or(SignedDuration::MAX),
            clock,
            alerts,
            memory: Mutex::default(),
            writes: AtomicU64::new(0),
            changes,
            _watching: watching,
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get_first(&self, key: &SecretName, version: VersionSelector) -> Result<SecretValue> {
        let mut passed_over = None;
        for (at, link) in self.links.iter().enumerate() {
            let before = self.writes.load(Ordering::SeqCst);
            match link.get(key, version).await {
                Ok(value) => {
                    self.learn(at, key, version, &value, before);
                    return Ok(value);
                }
                Err(Error::NotFound { .. }) => {
                    self.is_up(at);
                    if version == VersionSelector::Latest {
                        self.memory().seen.remove(&(at, key.clone()));
                    }
                }
                // It keeps no versions, say.
                Err(error @ Error::Unsupported { .. }) => {
                    passed_over.get_or_insert(error);
                }
                Err(error) if is_bad(&error) => {
                    let since = self.is_down(at, &error);
                    if let Some(stale) = self.recall(at, key, version, since, &error)? {
                        return Ok(stale);
                    }
                    tracing::warn!(
                        target: "agentflow::secrets",
                        %error, provider = link.name(), key = key.as_str(),
                        "a provider of secrets cannot be asked, and the next one is"
                    );
                    // That one cannot be asked says more than that another keeps no versions.
                    if !matches!(&passed_over, Some(error) if is_bad(error)) {
                        passed_over = Some(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        // It may well be where nobody could ask.
        Err(passed_over.unwrap_or_else(|| not_found(GET, key)))
    }

    /// Remembers what a provider said, unless something was changed meanwhile.
    fn learn(
        &self,
        at: usize,
        key: &SecretName,
        version: VersionSelector,
        value: &SecretValue,
        before: u64,
    ) {
        // What it said earlier is no news of it.
        if value.stale_since.is_some() {
            return;
        }
        self.is_up(at);
        if version == VersionSelector::Latest && self.max_stale > SignedDuration::ZERO {
            let mut memory = self.memory();
            if self.writes.load(Ordering::SeqCst) == before {
                let seen = Seen::Value(Box::new(value.clone()), self.clock.now());
                memory.seen.insert((at, key.clone()), seen);
            }
        }
    }

    /// What a provider that cannot be asked said last. None if it never said that it has this secret; the error if it did, and that
    /// is too long ago.
    fn recall(
        &self,
        at: usize,
        key: &SecretName,
        version: VersionSelector,
        since: Timestamp,
        error: &Error,
    ) -> Result<Option<SecretValue>> {
        let stale = {
            let memory = self.memory();
            let lists_it = |(names, _): &(Vec<SecretName>, _)| names.binary_search(key).is_ok();
            match memory.seen.get(&(at, key.clone())) {
                Some(Seen::Value(value, said)) => {
                    let is_wanted = match version {
                        VersionSelector::Latest => true,
                        VersionSelector::Pinned(version) => value.version == Some(version),
                    };
                    let now = self.clock.now();
                    let is_good = now.duration_since(*said) <= self.max_stale
                        && value.not_after.is_none_or(|end| now < end);
                    Some((is_wanted && is_good).then(|| value.clone()))
                }
                Some(Seen::There) => Some(None),
                None => memory.names.get(&at).is_some_and(lists_it).then_some(None),
            }
        };
        let Some(stale) = stale else { return Ok(None) };
        let Some(mut value) = stale else { return Err(error.clone()) };
        let name = self.links[at].name();
        self.alerts.bad(SecretAlertKind::Stale, &name, &error.to_string(), self.clock.now());
        tracing::warn!(
            target: "agentflow::secrets",
            %error, provider = name, key = key.as_str(), stale_since = %since,
            "a provider of secrets cannot be asked, and what it said last is given"
        );
        value.stale_since = Some(since);
        Ok(Some(*value))
    }

    fn is_up(&self, at: usize) {
        self.memory().down.remove(&at);
        self.alerts.good(&self.links[at].name());
    }

    /// Notes that a provider cannot be asked, and gives since when.
    fn is_down(&self, at: usize, error: &Error) -> Timestamp {
        let now = self.clock.now();
        let since = *self.memory().down.entry(at).or_insert(now);
        let kind = match error {
            Error::Corrupt { .. } => SecretAlertKind::Corrupt,
            _ => SecretAlertKind::Unavailable,
        };
        self.alerts.bad(kind, &self.links[at].name(), &error.to_string(), now);
        since
    }

    /// The place of the provider that a secret is stored in.
    fn store_in(&self) -> Result<usize> {
        let can = |is_wanted: fn(Capabilities) -> bool| {
            self.links.iter().position(|link| is_wanted(link.capabilities()))
        };
        can(|it| it.writable && it.durable).or_else(|| can(|it| it.writable)).ok_or_else(|| {
            super::provider::unsupported(SET, "none of the providers of secrets can store one")
        })
    }

    /// The place of the first provider that has a secret. One that cannot be asked is not passed over: it may have it.
    async fn find(&self, operation: &'static str, key: &SecretName) -> Result<usize> {
        for (at, link) in self.links.iter().enumerate() {
            match link.get(key, VersionSelector::Latest).await {
                Ok(_) => return Ok(at),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(not_found(operation, key))
    }

    async fn set_in_first(&self, key: &SecretName, value: SecretString) -> Result<Written> {
        let at = self.store_in()?;
        for link in &self.links[..at] {
            match link.get(key, VersionSelector::Latest).await {
                Err(Error::NotFound { .. } | Error::Unsupported { .. }) => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    let reason = format!(
                        "{} has a secret of that name and comes before {}, so that it would still be given",
                        link.name(),
                        self.links[at].name()
                    );
                    return Err(Error::Conflict { operation: SET, reason });
                }
            }
        }
        let link = &self.links[at];
        let written = self.change(at, key, link.set(key, value.clone())).await?;
        let value = SecretValue {
            value,
            provider: link.name(),
            version: written.version,
            not_after: None,
            stale_since: None,
        };
        let seen = Seen::Value(Box::new(value), self.clock.now());
        self.memory().seen.insert((at, key.clone()), seen);
        Ok(written)
    }

    /// Changes a secret. Nothing that was read before or meanwhile is remembered of it.
    async fn change<T>(
        &self,
        at: usize,
        key: &SecretName,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // Also when it fails or is dropped half way: then nobody knows what there is.
        let forget = |seen: Seen| {
            self.writes.fetch_add(1, Ordering::SeqCst);
            let mut memory = self.memory();
            memory.names.remove(&at);
            memory.seen.insert((at, key.clone()), seen);
        };
        forget(Seen::There);
        let done = work.await;
        forget(Seen::There);
        if matches!(done, Err(Error::NotFound { .. })) {
            self.memory().seen.remove(&(at, key.clone()));
        }
        done
    }

    async fn list_all(&self) -> Result<Vec<SecretName>> {
        let mut all = HashSet::new();
        for (at, link) in self.links.iter().enumerate() {
            match link.list().await {
                Ok(names) => {
                    let mut sorted = names.clone();
                    sorted.sort_unstable();
                    self.memory().names.insert(at, (sorted, self.clock.now()));
                    all.extend(names);
                }
                // A list that lacks some would be a lie, but for what was said a while ago.
                Err(error) if is_bad(&error) => {
                    self.is_down(at, &error);
                    let now = self.clock.now();
                    let memory = self.memory();
                    let said = memory.names.get(&at);
                    let is_good = |said: Timestamp| now.duration_since(said) <= self.max_stale;
                    let Some((names, _)) = said.filter(|(_, said)| is_good(*said)) else {
                        return Err(error);
                    };
                    all.extend(names.iter().cloned());
                }
                Err(error) => return Err(error),
            }
        }
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_unstable();
        Ok(all)
    }
}

impl SecretsProvider for ChainProvider {
    /// The only provider's name, or `chain(env, file:PATH)`.
    fn name(&self) -> String {
        let names: Vec<_> = self.links.iter().map(|link| link.name()).collect();
        match names.as_slice() {
            [only] => only.clone(),
            _ => format!("chain({})", names.join(", ")),
        }
    }

    /// What one of them can do.
    fn capabilities(&self) -> Capabilities {
        let all = self.links.iter().map(|link| link.capabilities());
        let mut any = all.fold(Capabilities::default(), |any, it| Capabilities {
            durable: any.durable || (it.durable && it.writable),
            writable: any.writable || it.writable,
            rotatable: any.rotatable || it.rotatable,
            versions: any.versions || it.versions,
            watchable: any.watchable || it.watchable,
        });
        any.watchable &= self.changes.is_some();
        any
    }

    fn get<'a>(
        &'a self,
        key: &'a SecretName,
        version: VersionSelector,
    ) -> BoxFuture<'a, Result<SecretValue>> {
        Box::pin(self.get_first(key, version))
    }

    fn set<'a>(
        &'a self,
        key: &'a SecretName,
        value: SecretString,
    ) -> BoxFuture<'a, Result<Written>> {
        Box::pin(self.set_in_first(key, value))
    }

    fn delete<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let at = self.find(DELETE, key).await?;
            self.change(at, key, self.links[at].delete(key)).await?;
            self.memory().seen.remove(&(at, key.clone()));
            Ok(())
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<SecretName>>> {
        Box::pin(self.list_all())
    }

    fn rotate<'a>(&'a self, key: &'a SecretName) -> BoxFuture<'a, Result<Written>> {
        Box::pin(async move {
            let at = self.find(ROTATE, key).await?;
            self.change(at, key, self.links[at].rotate(key)).await
        })
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        self.changes.as_ref().map(|changes| changes.subscribe())
    }

    /// Asks all of them; the first error is what comes of it.
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            for (at, link) in self.links.iter().enumerate() {
                match link.check().await {
                    Ok(()) => {}
                    Err(error) => {
                        if is_bad(&error) {
                            self.is_down(at, &error);
                        }
                        return Err(error);
                    }
                }
            }
            Ok(())
        })
    }
}

/// Whether a provider cannot be asked, or what it has cannot be read.
fn is_bad(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Corrupt { .. })
}

fn not_found(operation: &'static str, key: &SecretName) -> Error {
    Error::not_found(operation, format!("secret {key}"))
}

/// Passes on what the providers tell of changes.
fn watch_all(
    links: &[Arc<dyn SecretsProvider>],
    watching: &mut JoinSet<()>,
) -> Option<Arc<watch::Sender<u64>>> {
    let runtime = Handle::try_current().ok()?;
    let told: Vec<_> = links.iter().filter_map(|link| link.watch()).collect();
    if told.is_empty() {
        return None;
    }
    let changes = Arc::new(watch::Sender::new(0));
    for told in told {
        watching.spawn_on(pass_on(told, Arc::downgrade(&changes)), &runtime);
    }
    Some(changes)
}

async fn pass_on(mut told: watch::Receiver<u64>, changes: Weak<watch::Sender<u64>>) {
    while told.changed().await.is_ok() {
        let Some(changes) = changes.upgrade() else { return };
        changes.send_modify(|count| *count += 1);
    }
}
