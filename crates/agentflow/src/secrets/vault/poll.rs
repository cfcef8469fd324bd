use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use agentflow_core::{random::Entropy, secret::SecretName};
use tokio::{runtime::Handle, sync::watch, task::AbortHandle};

use super::kv::Kv;
use crate::error::Error;

/// How many secrets are looked at, at most. Others are seen when they are read.
const MAX_SEEN: usize = 10_000;

/// Looks at the secrets that were read, now and then. Ends when it is dropped.
pub(super) struct Poller {
    state: Arc<State>,
    task: AbortHandle,
}

struct State {
    /// The latest version of each; `None` for one that is gone.
    seen: Mutex<BTreeMap<SecretName, Option<u64>>>,
    changes: watch::Sender<u64>,
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Poller {
    /// `None` outside of a tokio runtime.
    pub(super) fn start(kv: Weak<Kv>, every: Duration, entropy: Arc<dyn Entropy>) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let state = Arc::new(State { seen: Mutex::default(), changes: watch::Sender::new(0) });
        let shared = Arc::clone(&state);
        let task = runtime.spawn(async move {
            let mut warned = false;
            loop {
                tokio::time::sleep(jittered(every, entropy.as_ref())).await;
                let Some(kv) = kv.upgrade() else { return };
                match shared.look_at_all(&kv).await {
                    Err(Error::Denied { .. } | Error::Corrupt { .. }) if warned => {}
                    Err(error @ (Error::Denied { .. } | Error::Corrupt { .. })) => {
                        warned = true;
                        tracing::warn!(%error, "changes of some secrets are seen only when they are read");
                    }
                    Err(error) => tracing::debug!(%error, "changes of secrets could not be looked for"),
                    Ok(()) => {}
                }
            }
        });
        Some(Self { state, task: task.abort_handle() })
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.state.changes.subscribe()
    }

    /// A version was seen. Another than before is told.
    pub(super) fn seen(&self, key: &SecretName, version: Option<u64>) {
        if self.state.insert(key, version) {
            self.state.changes.send_modify(|count| *count += 1);
        }
    }

    /// A version was made, or deleted, by us.
    pub(super) fn changed(&self, key: &SecretName, version: Option<u64>) {
        self.state.insert(key, version);
        self.state.changes.send_modify(|count| *count += 1);
    }
}

impl State {
    /// Whether there was another version before.
    fn insert(&self, key: &SecretName, version: Option<u64>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_SEEN && !seen.contains_key(key) {
            return false;
        }
        seen.insert(key.clone(), version).is_some_and(|before| before != version)
    }

    /// Looks at each. What is wrong with one does not keep us from the others; a server that cannot be asked does.
    async fn look_at_all(&self, kv: &Kv) -> Result<(), Error> {
        let keys: Vec<SecretName> = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.keys().cloned().collect()
        };
        let mut outcome = Ok(());
        for key in keys {
            match kv.look(&key).await {
                Ok(()) => {}
                Err(error) if error.is_unavailable() => return Err(error),
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }
}

/// Up to a fifth more or less, so that many processes do not ask at once.
fn jittered(every: Duration, entropy: &dyn Entropy) -> Duration {
    let mut byte = [0_u8; 1];
    entropy.fill(&mut byte);
    every.mul_f64(0.8 + 0.4 * f64::from(byte[0]) / 255.0)
}
