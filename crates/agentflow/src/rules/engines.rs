use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use agentflow_core::ids::TenantId;
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        watch,
    },
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use super::{
    Engine, EngineStatus, RuleStore, Rules,
    engine::went_back,
    listen::{Heard, Listening, listen},
    loaded::Loaded,
};
use crate::{
    error::{Error, Result},
    store::{Handle, Shared},
};

/// So many engines are refreshed at once, that the pool has connections left for others.
const AT_ONCE: usize = 4;

/// What one of them may take, so that a few that do not get on do not stop the others.
const PATIENCE: Duration = Duration::from_secs(30);

const USUAL_POLL: Duration = Duration::from_secs(5);

/// The engines of many tenants: each is loaded when it is first asked for, and kept up to date while [`Engines::run`] runs.
/// Cheap to clone; clones share the engines.
///
/// Ask for the engine of a tenant each time it is needed, which costs next to nothing once it is loaded.
///
/// ```no_run
/// # async fn example(store: agentflow::Store, tenant: agentflow::TenantId) -> Result<(), agentflow::Error> {
/// use serde_json::json;
/// use tokio::sync::oneshot;
///
/// let engines = store.rule_engines();
/// let (stop, stopped) = oneshot::channel::<()>();
/// let running = tokio::spawn({
///     let engines = engines.clone();
///     async move { engines.run(async { stopped.await.unwrap_or_default() }).await }
/// });
///
/// let engine = engines.get(tenant).await?;
/// let verdicts = engine.evaluate_all(&json!({ "User": { "age": 21 } }))?;
/// println!("{} of {} rules match", verdicts.iter().filter(|it| it.matched).count(), verdicts.len());
///
/// drop(stop);
/// let _ = running.await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engines {
    kept: Arc<Kept>,
    poll: Duration,
    listens: bool,
}

struct Kept {
    shared: Arc<Shared>,
    loaded: Loaded<Rules>,
    listening: watch::Sender<Listening>,
}

/// How the engines are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EnginesStatus {
    /// How changes that others make are heard of.
    pub listening: Listening,
    /// The engines that are loaded.
    pub engines: BTreeMap<TenantId, EngineStatus>,
}

impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engines").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Engines {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (loaded, listening) = (Loaded::default(), watch::Sender::default());
        let kept = Arc::new(Kept { shared, loaded, listening });
        Self { kept, poll: USUAL_POLL, listens: true }
    }

    /// How often [`Engines::run`] asks the database for the revision of each engine, 5 seconds by default and 10 ms at least.
    /// That is one round trip for each loaded tenant. A change that was not heard of is evaluated after so long at the latest.
    #[must_use]
    pub fn with_poll(mut self, every: Duration) -> Self {
        self.poll = every.max(Duration::from_millis(10));
        self
    }

    /// Leaves out the connection over which [`Engines::run`] hears of changes, and finds them by polling alone.
    #[must_use]
    pub fn without_listening(mut self) -> Self {
        self.listens = false;
        self
    }

    /// The engine of a tenant. The first call loads it, and others for the same tenant wait for that; those for other tenants
    /// do not.
    ///
    /// Fails, and tries again at the next call, when the rules cannot be read: with [`Error::NotFound`] for a tenant that is
    /// not there, with [`Error::Denied`] for one that is suspended.
    pub async fn get(&self, tenant: TenantId) -> Result<Arc<Engine<Rules>>> {
        let shared = &self.kept.shared;
        let new = || {
            let handle = Handle { shared: Arc::clone(shared), tenant };
            Engine::empty(Rules::new(handle), Arc::clone(&shared.clock))
        };
        self.kept.loaded.get(tenant, new).await
    }

    /// Forgets the engine of a tenant, to make room; the next [`Engines::get`] loads another. Returns whether there was one.
    /// Whoever still holds it can go on with it, but nothing refreshes it any more.
    pub fn evict(&self, tenant: TenantId) -> bool {
        self.kept.loaded.remove(tenant).is_some()
    }

    /// How the engines are, and how changes are heard of.
    pub fn status(&self) -> EnginesStatus {
        let listening = self.kept.listening.borrow().clone();
        EnginesStatus { listening, engines: self.kept.loaded.statuses() }
    }

    /// Keeps the engines up to date until `until` is done. Run it once for each store.
    ///
    /// It listens for changes on a connection of its own, outside the pool, and polls for what it did not hear, for example
    /// behind a pooler in transaction mode. A lost connection is replaced, and everything is refreshed after that. What cannot
    /// be refreshed goes on with the rules it has; that is logged as a warning, and in [`Engines::status`]. What takes longer
    /// than 30 seconds counts as failed, and is tried again at the next poll. The first load of an engine is left to
    /// [`Engines::get`], however long it takes.
    ///
    /// The engine of a tenant that was deleted or suspended is forgotten, and refuses to evaluate; so is one whose store is
    /// back at an earlier revision, after a backup was restored.
    pub async fn run(&self, until: impl Future<Output = ()> + Send) {
        let (tell, heard) = unbounded_channel();
        let listening = async {
            if self.listens {
                listen(&self.kept.shared, self.poll, tell, &self.kept.listening).await;
            } else {
                self.kept.listening.send_replace(Listening::Polling);
                // The channel stays open, so that the other side is the same in both cases.
                let _tell = tell;
                std::future::pending::<()>().await;
            }
        };
        let keeper = Keeper { loaded: &self.kept.loaded, poll: self.poll };
        let _off = Off(&self.kept.listening);
        tokio::select! {
            () = until => {}
            () = listening => {}
            () = keeper.follow(heard) => {}
        }
    }
}

/// Keeps engines up to date.
struct Keeper<'k, S> {
    loaded: &'k Loaded<S>,
    poll: Duration,
}

impl<S: RuleStore> Keeper<'_, S> {
    /// Refreshes what is heard of, and everything now and then.
    async fn follow(&self, mut heard: UnboundedReceiver<Heard>) {
        let mut polls = interval_at(Instant::now() + self.poll, self.poll);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut queue, mut refreshes) = (Queue::default(), FuturesUnordered::new());
        loop {
            while refreshes.len() < AT_ONCE
                && let Some(tenant) = queue.next()
            {
                refreshes.push(self.refresh(tenant));
            }
            tokio::select! {
                Some(heard) = heard.recv() => self.queue_heard(heard, &mut queue),
                () = self.loaded.arrived() => {
                    for tenant in std::mem::take(&mut queue.early) {
                        self.queue_heard(Heard::Changed(tenant), &mut queue);
                    }
                }
                _ = polls.tick() => {
                    self.loaded.remove_abandoned();
                    self.queue_loaded(&mut queue);
                }
                Some(tenant) = refreshes.next() => queue.finish(tenant),
            }
        }
    }

    /// Whoever loads an engine reads what is newest then, so that there is nothing to refresh before.
    fn queue_loaded(&self, queue: &mut Queue) {
        let loaded = self.loaded.all().into_iter().filter(|(_, engine)| engine.is_loaded());
        loaded.for_each(|(tenant, _)| queue.add(tenant));
    }

    /// What is being loaded may have been read before the change, so that it is refreshed once it is there.
    fn queue_heard(&self, heard: Heard, queue: &mut Queue) {
        let engines = match heard {
            Heard::Began => self.loaded.all(),
            Heard::Changed(tenant) => {
                self.loaded.find(tenant).map(|engine| (tenant, engine)).into_iter().collect()
            }
        };
        for (tenant, engine) in engines {
            if engine.is_loaded() {
                queue.add(tenant);
            } else {
                queue.early.insert(tenant);
            }
        }
    }

    async fn refresh(&self, tenant: TenantId) -> TenantId {
        // One that is being loaded came after what was queued, and what is loaded into it is newer.
        let engine = self.loaded.find(tenant).filter(|engine| engine.is_loaded());
        let Some(engine) = engine else { return tenant };
        let refreshed = timeout(PATIENCE, engine.refresh()).await.unwrap_or_else(|_| {
            // A refresh that is dropped cannot count itself.
            let given_up = Err(took_too_long());
            engine.learn(&given_up);
            given_up
        });
        let Err(error) = refreshed else { return tenant };
        if is_gone(tenant, &error) || went_back(&error) {
            tracing::info!(%tenant, %error, "the rules of a tenant are evaluated no more");
            self.loaded.remove_this(tenant, &engine);
            engine.close(error);
            return tenant;
        }
        // With many tenants and a database that is away, every attempt would be a flood.
        let EngineStatus { revision, failures, .. } = engine.status();
        if failures <= 1 || failures.is_power_of_two() {
            tracing::warn!(%tenant, %error, revision, failures, "the rules of a tenant stay as they were");
        }
        tenant
    }
}

/// Whether nothing may be done for the tenant any more. Without the grants on a table, [`Error::Denied`] is something else.
fn is_gone(tenant: TenantId, error: &Error) -> bool {
    match error {
        Error::NotFound { what, .. } => what == "the tenant",
        Error::Denied { reason, .. } => *reason == format!("tenant {tenant} is suspended"),
        _ => false,
    }
}

fn took_too_long() -> Error {
    Error::Unavailable {
        operation: "refresh the rules",
        reason: format!("it took longer than {} seconds", PATIENCE.as_secs()),
        source: None,
    }
}

/// Says that nothing listens any more, however it ended.
struct Off<'l>(&'l watch::Sender<Listening>);

impl Drop for Off<'_> {
    fn drop(&mut self) {
        self.0.send_replace(Listening::Off);
    }
}

/// Tenants whose engines are to be refreshed: each once, and none while it is being refreshed.
#[derive(Default)]
struct Queue {
    order: VecDeque<TenantId>,
    waiting: HashSet<TenantId>,
    busy: HashSet<TenantId>,
    /// What was heard of while its engine was being loaded.
    early: HashSet<TenantId>,
}

impl Queue {
    fn add(&mut self, tenant: TenantId) {
        if self.waiting.insert(tenant) && !self.busy.contains(&tenant) {
            self.order.push_back(tenant);
        }
    }

    fn next(&mut self) -> Option<TenantId> {
        let tenant = self.order.pop_front()?;
        self.waiting.remove(&tenant);
        self.busy.insert(tenant);
        Some(tenant)
    }

    fn finish(&mut self, tenant: TenantId) {
        self.busy.remove(&tenant);
        if self.waiting.contains(&tenant) {
            self.order.push_back(tenant);
        }
    }
}

#[cfg(test)]
mod tests;
