use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agentflow_core::{InvalidInput, clock::Clock, secret::SecretName};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::{sync::watch, task::JoinSet};

use super::{ChainLink, ChainRole, memory::Memory, watching::watch_all};
use crate::{
    error::{Error, Result},
    secrets::{
        Alerts, Capabilities, SecretAlertKind, SecretValue, VersionSelector, Written,
        provider::unsupported,
    },
};

const GET: &str = "get a secret";
const SET: &str = "set a secret";

/// Providers that are asked in their order: the first that has a secret gives it.
///
/// A provider that cannot be asked, or whose secrets cannot be read, is not passed over, for a later one may have another value under
/// the same name. If it gave the secret before, what it said then is given once more, as [stale](SecretValue::stale_since), for at most
/// `max_stale` after it said so. Otherwise it is an error, unless a later one is a [fallback](ChainRole::Fallback): that one is asked, with
/// an alert and a warning, and [`SecretValue::provider`] says whose value it is. Somebody is told each time that a provider goes bad, and
/// once when it is good again. A provider that denies ends it.
///
/// A secret is stored in the first provider that keeps what it is told, or else in the first that takes it at all; it is refused if an
/// earlier one has a secret of that name, which would be given instead, or cannot be asked. It is removed from, and rotated in, the first
/// provider that has it, so that a later one may give another from then on. A list has the names of all of them; it is an error if one
/// cannot be asked, fallback or not, that did not list them within `max_stale`.
pub struct ChainProvider {
    pub(super) links: Vec<ChainLink>,
    max_stale: SignedDuration,
    clock: Arc<dyn Clock>,
    alerts: Alerts,
    memory: Mutex<Memory>,
    /// Held while something is changed, so that what is remembered is what was stored last.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// How many changes were made through this chain: what was read meanwhile is not remembered.
    writes: AtomicU64,
    pub(super) changes: Option<Arc<watch::Sender<u64>>>,
    _watching: JoinSet<()>,
}

impl fmt::Debug for ChainProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainProvider").field("links", &self.links).finish_non_exhaustive()
    }
}

impl ChainProvider {
    /// A chain of at least one provider, of which the first is no fallback. `max_stale` is how long what one of them said is good while it
    /// cannot be asked; zero is not at all. It tells of changes if it is made on a Tokio runtime and one of the providers does.
    pub fn new(
        links: Vec<ChainLink>,
        max_stale: Duration,
        clock: Arc<dyn Clock>,
        alerts: Alerts,
    ) -> Result<Self> {
        let invalid =
            |reason: &str| Err(Error::InvalidSetting(InvalidInput::new("secrets", reason)));
        match links.first() {
            None => return invalid("expected at least one provider"),
            Some(first) if first.role == ChainRole::Fallback => {
                return invalid("the first provider is no fallback, for there is none before it");
            }
            Some(_) => {}
        }
        let mut watching = JoinSet::new();
        let changes = watch_all(&links, &mut watching);
        Ok(Self {
            links,
            max_stale: SignedDuration::try_from(max_stale).unwrap_or(SignedDuration::MAX),
            clock,
            alerts,
            memory: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            writes: AtomicU64::new(0),
            changes,
            _watching: watching,
        })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name_of(&self, at: usize) -> String {
        self.links[at].provider.name()
    }

    pub(super) async fn get_first(
        &self,
        key: &SecretName,
        version: VersionSelector,
    ) -> Result<SecretValue> {
        self.memory().expire(self.clock.now(), self.max_stale);
        let mut bad: Option<(usize, Error)> = None;
        let mut other = None;
        for (at, link) in self.links.iter().enumerate() {
            if bad.is_some() && link.role == ChainRole::Primary {
                continue;
            }
            let before = self.writes.load(Ordering::SeqCst);
            let found = match link.provider.get(key, version).await {
                Ok(value) => {
                    self.learn(at, key, version, &value, before);
                    Some(value)
                }
                Err(Error::NotFound { .. }) => {
                    self.is_up(at);
                    if version == VersionSelector::Latest {
                        self.memory().forget(at, key);
                    }
                    None
                }
                // It keeps no versions, say.
                Err(error @ Error::Unsupported { .. }) => {
                    other.get_or_insert(error);
                    None
                }
                Err(error) if is_bad(&error) => {
                    let since = self.is_down(at, &error);
                    let stale = self.recall(at, key, version, since, &error);
                    bad.get_or_insert((at, error));
                    stale
                }
                Err(error) => return Err(error),
            };
            if let Some(value) = found {
                match &bad {
                    Some((failed, error)) if *failed != at => {
                        self.fell_back(*failed, at, key, error);
                    }
                    _ => {}
                }
                return Ok(value);
            }
        }
        // That one cannot be asked says more than that another keeps no versions: it may well be there.
        Err(bad.map(|(_, error)| error).or(other).unwrap_or_else(|| not_found(GET, key)))
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
        if value.stale_since.is_none() {
            self.is_up(at);
        }
        if version == VersionSelector::Latest && self.max_stale > SignedDuration::ZERO {
            let mut memory = self.memory();
            if self.writes.load(Ordering::SeqCst) == before {
                memory.learn(at, key, value, self.clock.now());
            }
        }
    }

    /// What a provider that cannot be asked said last, if that is not too long ago.
    fn recall(
        &self,
        at: usize,
        key: &SecretName,
        version: VersionSelector,
        since: Timestamp,
        error: &Error,
    ) -> Option<SecretValue> {
        let now = self.clock.now();
        let mut value = self.memory().recall(at, key, version, now, self.max_stale)?;
        let since = value.stale_since.unwrap_or(since);
        let name = self.name_of(at);
        self.alerts.bad(SecretAlertKind::Stale, &name, &error.to_string(), now);
        tracing::warn!(
            target: "agentflow::secrets",
            %error, provider = name, key = key.as_str(), stale_since = %since,
            "a provider of secrets cannot be asked, and what it said last is given"
        );
        value.stale_since = Some(since);
        Some(*value)
    }

    /// Says that a fallback gave what another could not be asked for.
    fn fell_back(&self, failed: usize, at: usize, key: &SecretName, error: &Error) {
        let (name, fallback) = (self.name_of(failed), self.name_of(at));
        let reason = format!("{fallback} is asked instead, which may have other values: {error}");
        self.alerts.bad(SecretAlertKind::Fallback, &name, &reason, self.clock.now());
        tracing::warn!(
            target: "agentflow::secrets",
            %error, provider = name, fallback, key = key.as_str(),
            "a provider of secrets cannot be asked, and the value of its fallback is given"
        );
    }

    fn is_up(&self, at: usize) {
        self.memory().is_up(at);
        self.alerts.good(&self.name_of(at));
    }

    /// Notes that a provider cannot be asked, and gives since when.
    pub(super) fn is_down(&self, at: usize, error: &Error) -> Timestamp {
        let now = self.clock.now();
        let since = self.memory().is_down(at, now);
        let kind = match error {
            Error::Corrupt { .. } => SecretAlertKind::Corrupt,
            _ => SecretAlertKind::Unavailable,
        };
        self.alerts.bad(kind, &self.name_of(at), &error.to_string(), now);
        since
    }

    /// The place of the provider that a secret is stored in.
    fn store_in(&self) -> Result<usize> {
        let can = |is_wanted: fn(Capabilities) -> bool| {
            self.links.iter().position(|link| is_wanted(link.provider.capabilities()))
        };
        can(|it| it.writable && it.durable)
            .or_else(|| can(|it| it.writable))
            .ok_or_else(|| unsupported(SET, "none of the providers of secrets can store one"))
    }

    /// The place of the first provider that has a secret. One that cannot be asked is not passed over: it may have it.
    pub(super) async fn find(&self, operation: &'static str, key: &SecretName) -> Result<usize> {
        for (at, link) in self.links.iter().enumerate() {
            match link.provider.get(key, VersionSelector::Latest).await {
                Ok(_) => return Ok(at),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(not_found(operation, key))
    }

    pub(super) async fn set_in_first(
        &self,
        key: &SecretName,
        value: SecretString,
    ) -> Result<Written> {
        let _changing = self.changing.lock().await;
        let at = self.store_in()?;
        for link in &self.links[..at] {
            match link.provider.get(key, VersionSelector::Latest).await {
                Err(Error::NotFound { .. } | Error::Unsupported { .. }) => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    let reason = format!(
                        "{} has a secret of that name and comes before {}, so that it would still be given",
                        link.provider.name(),
                        self.name_of(at)
                    );
                    return Err(Error::Conflict { operation: SET, reason });
                }
            }
        }
        let provider = &self.links[at].provider;
        let written = self.change(at, key, provider.set(key, value.clone())).await?;
        let value = SecretValue {
            value,
            provider: provider.name(),
            version: written.version,
            not_after: None,
            stale_since: None,
        };
        if self.max_stale > SignedDuration::ZERO {
            self.memory().learn(at, key, &value, self.clock.now());
        }
        Ok(written)
    }

    /// Changes a secret. Nothing that was read before or meanwhile is remembered of it.
    pub(super) async fn change<T>(
        &self,
        at: usize,
        key: &SecretName,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // Also when it fails or is dropped half way: then nobody knows what there is.
        let forget = || {
            self.writes.fetch_add(1, Ordering::SeqCst);
            self.memory().forget_changed(at, key);
        };
        forget();
        let done = work.await;
        forget();
        done
    }

    pub(super) async fn list_all(&self) -> Result<Vec<SecretName>> {
        let mut all = BTreeSet::new();
        for (at, link) in self.links.iter().enumerate() {
            match link.provider.list().await {
                Ok(names) => {
                    self.memory().learn_names(at, names.clone(), self.clock.now());
                    all.extend(names);
                }
                // A list that lacks some would be a lie, but for what was said a while ago.
                Err(error) if is_bad(&error) => {
                    self.is_down(at, &error);
                    let memory = self.memory();
                    match memory.recall_names(at, self.clock.now(), self.max_stale) {
                        Some(names) => all.extend(names.iter().cloned()),
                        None => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all.into_iter().collect())
    }
}

/// Whether a provider cannot be asked, or what it has cannot be read.
pub(super) fn is_bad(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Corrupt { .. })
}

fn not_found(operation: &'static str, key: &SecretName) -> Error {
    Error::not_found(operation, format!("secret {key}"))
}

#[cfg(test)]
mod tests {
    use agentflow_core::clock::ManualClock;

    use super::*;
    use crate::secrets::{EnvProvider, SecretsProvider};

    #[tokio::test]
    async fn a_value_is_not_kept_in_memory_for_longer_than_it_may_be_given() {
        let provider: Arc<dyn SecretsProvider> = Arc::new(EnvProvider::new("CARGO_"));
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let links = vec![ChainLink::primary(provider)];
        let hour = Duration::from_secs(3_600);
        let chain = ChainProvider::new(links, hour, clock.clone(), Alerts::default()).unwrap();
        let get = async |name: &str| {
            chain.get(&name.parse().unwrap(), VersionSelector::Latest).await.map(drop)
        };
        get("pkg_name").await.unwrap();
        clock.set(clock.now() + SignedDuration::from_hours(1));
        get("missing").await.unwrap_err();
        assert_eq!(chain.memory().count(), 1);
        clock.set(clock.now() + SignedDuration::from_secs(1));
        get("missing").await.unwrap_err();
        assert_eq!(chain.memory().count(), 0);
    }
}
