//! Telling somebody that a provider cannot be asked, and that it can again: once each.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agentflow_sql::queries::audit as sql;
use futures::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::{
    config::AlertSetting,
    error::{Error, Result},
    store::Store,
    webhook::Webhook,
};

const OPERATION: &str = "send an alert about secrets";
/// So many alerts wait at most for those who are told; the log has them all.
const MOST_WAITING: usize = 1_000;
/// The longest reason that is told, in characters: PostgreSQL takes less than 8000 bytes with a notification.
const MAX_REASON: usize = 400;

/// What became of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretAlertKind {
    /// It cannot be asked.
    Unavailable,
    /// What it said last is given instead of asking it.
    Stale,
    /// What it has cannot be read.
    Corrupt,
    /// It can be asked again.
    Recovered,
}

impl SecretAlertKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Stale => "stale",
            Self::Corrupt => "corrupt",
            Self::Recovered => "recovered",
        }
    }
}

/// What is told: holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretAlert {
    /// What became of the provider.
    pub kind: SecretAlertKind,
    /// The name of the provider.
    pub provider: String,
    /// Why, in words.
    pub reason: String,
    /// Since when it is bad; of [`SecretAlertKind::Recovered`], since when it was.
    pub since: Timestamp,
}

impl SecretAlert {
    /// As JSON on one line, with a `type` such as `secrets.unavailable`. Less than 8000 bytes unless the name of the provider is longer.
    pub fn to_json(&self) -> String {
        let kind = format!("secrets.{}", self.kind.as_str());
        let (provider, reason, since) = (&self.provider, &self.reason, self.since.to_string());
        serde_json::json!({ "type": kind, "provider": provider, "reason": reason, "since": since })
            .to_string()
    }
}

/// Somebody who is told.
pub trait AlertSink: Send + Sync + fmt::Debug {
    /// Tells them. What fails is logged, and not tried again.
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>>;
}

/// A webhook that alerts are posted to.
#[derive(Debug)]
pub struct WebhookAlerts(Webhook);

impl WebhookAlerts {
    /// Posts to this webhook.
    pub fn new(webhook: Webhook) -> Self {
        Self(webhook)
    }
}

impl AlertSink for WebhookAlerts {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let json = alert.to_json();
            // The same for the same alert, so that a receiver can tell a repetition.
            let id = agentflow_core::hash::Sha256::of(&[json.as_bytes()]).to_string();
            self.0.post(&id[..32], "application/json", &json).await
        })
    }
}

/// A channel of PostgreSQL that alerts are sent on.
#[derive(Debug)]
pub struct NotifyAlerts {
    store: Store,
    channel: String,
}

impl NotifyAlerts {
    /// Sends on this channel, with `NOTIFY`.
    pub fn new(store: Store, channel: impl Into<String>) -> Self {
        Self { store, channel: channel.into() }
    }
}

impl AlertSink for NotifyAlerts {
    fn tell<'a>(&'a self, alert: &'a SecretAlert) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let json = alert.to_json();
            let client = self.store.admin().connect().await?;
            let told = sql::notify().bind(&client, &self.channel, &json).one().await;
            told.map(drop).map_err(|error| Error::from_postgres(OPERATION, error))
        })
    }
}

/// Whom providers tell that they are bad, or good again. Cheap to clone; clones share what was told, so that several that notice the
/// same tell it once. The log is told always, others as well if there are any.
///
/// Nobody waits: others than the log are told one after the other in the background, as long as there is a Tokio runtime.
#[derive(Clone)]
pub struct Alerts {
    shared: Arc<SharedAlerts>,
}

struct SharedAlerts {
    sinks: Vec<Arc<dyn AlertSink>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The providers that are bad.
    bad: HashMap<String, Bad>,
    waiting: VecDeque<SecretAlert>,
    is_telling: bool,
}

struct Bad {
    since: Timestamp,
    told: HashSet<SecretAlertKind>,
}

impl Default for Alerts {
    /// Tells the log alone.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts").field("sinks", &self.shared.sinks).finish_non_exhaustive()
    }
}

impl Alerts {
    /// Tells these besides the log.
    pub fn new(sinks: Vec<Arc<dyn AlertSink>>) -> Self {
        Self { shared: Arc::new(SharedAlerts { sinks, state: Mutex::default() }) }
    }

    /// Those of a setting. Posts are signed with `secret`. A channel of PostgreSQL needs a store, and is refused without one.
    pub fn open(
        setting: Option<&AlertSetting>,
        secret: Option<&SecretString>,
        store: Option<&Store>,
    ) -> Result<Self> {
        let sink: Option<Arc<dyn AlertSink>> = match setting {
            None | Some(AlertSetting::Log) => None,
            Some(AlertSetting::Webhook(url)) => Some(Arc::new(WebhookAlerts::new(Webhook::new(
                url.expose_secret(),
                secret.cloned(),
            )?))),
            Some(AlertSetting::Notify(channel)) => {
                let store = store.ok_or(Error::NotConfigured)?;
                Some(Arc::new(NotifyAlerts::new(store.clone(), channel.clone())))
            }
        };
        Ok(Self::new(sink.into_iter().collect()))
    }

    /// Says that a provider is bad. Tells each kind once, until it is good again. `reason` must hold no secret.
    pub fn bad(&self, kind: SecretAlertKind, provider: &str, reason: &str, now: Timestamp) {
        let mut state = self.state();
        let bad = state
            .bad
            .entry(provider.to_owned())
            .or_insert_with(|| Bad { since: now, told: HashSet::new() });
        if !bad.told.insert(kind) {
            return;
        }
        let reason = reason.chars().take(MAX_REASON).collect();
        let alert = SecretAlert { kind, provider: provider.to_owned(), reason, since: bad.since };
        tracing::error!(
            target: "agentflow::secrets",
            provider, kind = kind.as_str(), since = %alert.since,
            "secrets: {provider}: {}", alert.reason
        );
        self.send(state, alert);
    }

    /// Says that a provider is good. Tells it if it was bad.
    pub fn good(&self, provider: &str) {
        let mut state = self.state();
        let Some(bad) = state.bad.remove(provider) else { return };
        let alert = SecretAlert {
            kind: SecretAlertKind::Recovered,
            provider: provider.to_owned(),
            reason: "it can be read again".to_owned(),
            since: bad.since,
        };
        tracing::warn!(
            target: "agentflow::secrets",
            provider, kind = "recovered", since = %alert.since,
            "secrets: {provider} can be read again"
        );
        self.send(state, alert);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, mut state: MutexGuard<'_, State>, alert: SecretAlert) {
        if self.shared.sinks.is_empty() || state.waiting.len() >= MOST_WAITING {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        state.waiting.push_back(alert);
        if !std::mem::replace(&mut state.is_telling, true) {
            let telling = Telling { alerts: self.clone(), has_ended: false };
            runtime.spawn(async move { telling.run().await });
        }
    }
}

/// The task that tells; another may begin when it ends, however it does.
struct Telling {
    alerts: Alerts,
    has_ended: bool,
}

impl Telling {
    async fn run(mut self) {
        while let Some(alert) = self.next() {
            for sink in &self.alerts.shared.sinks {
                if let Err(error) = sink.tell(&alert).await {
                    tracing::warn!(target: "agentflow::secrets", %error, ?sink, "an alert was not delivered");
                }
            }
        }
    }

    fn next(&mut self) -> Option<SecretAlert> {
        let mut state = self.alerts.state();
        let next = state.waiting.pop_front();
        state.is_telling = next.is_some();
        self.has_ended = next.is_none();
        next
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        // Dropped half way, with its runtime.
        if !self.has_ended {
            self.alerts.state().is_telling = false;
        }
    }
}
