//! Telling somebody that a provider cannot be asked, and that it can again: once each.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::{runtime::Handle, sync::watch};

use super::{AlertSink, NotifyAlerts, SecretAlert, SecretAlertKind, WebhookAlerts};
use crate::{
    config::AlertSetting,
    error::{Error, Result},
    store::Store,
    webhook::Webhook,
};

/// So many alerts wait at most for each of those who are told; the log has them all.
const MOST_WAITING: usize = 1_000;
/// The longest reason that is told, in characters: PostgreSQL takes less than 8000 bytes with a notification.
const MAX_REASON: usize = 400;
/// The pause before an alert is told once more; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So often one alert is told to one of them, which takes five minutes and what they take themselves.
const ATTEMPTS: u32 = 11;

/// Whom providers tell that they are bad, or good again. Cheap to clone; clones share what was told, so that several that notice the
/// same tell it once. The log is told always, others as well if there are any.
///
/// Nobody waits: each of the others is told in the background, one alert after the other, as long as there is a Tokio runtime. Whoever
/// cannot be reached is tried again for some minutes: an outage that a provider is part of may be one of theirs, too. A program that is about
/// to end calls [`flush`](Self::flush).
#[derive(Clone)]
pub struct Alerts {
    shared: Arc<SharedAlerts>,
}

struct SharedAlerts {
    sinks: Vec<Arc<dyn AlertSink>>,
    state: Mutex<State>,
    /// How many alerts wait, each for one of the sinks.
    untold: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    /// The providers that are bad.
    bad: HashMap<String, Bad>,
    /// What each of the sinks is to be told.
    lines: Vec<Line>,
}

struct Bad {
    since: Timestamp,
    told: HashSet<SecretAlertKind>,
}

#[derive(Default)]
struct Line {
    /// The first is being told. It stays here until it was, so that it is not lost with a runtime.
    waiting: VecDeque<SecretAlert>,
    is_telling: bool,
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
        let lines = sinks.iter().map(|_| Line::default()).collect();
        let state = Mutex::new(State { bad: HashMap::new(), lines });
        Self { shared: Arc::new(SharedAlerts { sinks, state, untold: watch::Sender::new(0) }) }
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

    /// Waits until everybody was told everything, or was given up, but not longer than `longest`. Whether all was told or given up.
    ///
    /// For a program that ends: alerts are told in the background, and end with it. To be called on the runtime that they are told on.
    pub async fn flush(&self, longest: Duration) -> bool {
        let mut untold = self.shared.untold.subscribe();
        tokio::time::timeout(longest, untold.wait_for(|count| *count == 0)).await.is_ok()
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
        self.send(state, &alert);
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
        self.send(state, &alert);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, mut state: MutexGuard<'_, State>, alert: &SecretAlert) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut idle = Vec::new();
        for (at, line) in state.lines.iter_mut().enumerate() {
            if line.waiting.len() < MOST_WAITING {
                line.waiting.push_back(alert.clone());
                self.shared.untold.send_modify(|count| *count += 1);
            }
            if !std::mem::replace(&mut line.is_telling, true) {
                idle.push(at);
            }
        }
        // A runtime that has ended drops the task here and now, and that takes the lock as well.
        drop(state);
        for at in idle {
            let telling = Telling { alerts: self.clone(), at, has_ended: false };
            runtime.spawn(telling.run());
        }
    }
}

/// The task that tells one of the sinks; another may begin when it ends, however it does.
struct Telling {
    alerts: Alerts,
    at: usize,
    has_ended: bool,
}

impl Telling {
    async fn run(mut self) {
        let sink = Arc::clone(&self.alerts.shared.sinks[self.at]);
        while let Some(alert) = self.first() {
            tell(sink.as_ref(), &alert).await;
            self.was_told();
        }
    }

    fn first(&mut self) -> Option<SecretAlert> {
        let mut state = self.alerts.state();
        let line = &mut state.lines[self.at];
        let first = line.waiting.front().cloned();
        line.is_telling = first.is_some();
        self.has_ended = first.is_none();
        first
    }

    fn was_told(&self) {
        self.alerts.state().lines[self.at].waiting.pop_front();
        self.alerts.shared.untold.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        // Dropped half way, with its runtime.
        if !self.has_ended {
            self.alerts.state().lines[self.at].is_telling = false;
        }
    }
}

/// Tells it until it is heard, or that is given up.
async fn tell(sink: &dyn AlertSink, alert: &SecretAlert) {
    let mut pause = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        let Err(error) = sink.tell(alert).await else { return };
        if attempt == ATTEMPTS || !error.is_unavailable() {
            tracing::warn!(target: "agentflow::secrets", %error, ?sink, attempt, "an alert was not delivered");
            return;
        }
        tracing::debug!(target: "agentflow::secrets", %error, ?sink, attempt, "an alert is told again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
