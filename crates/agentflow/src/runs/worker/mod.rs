//! Workers: processes that claim runs and do their steps.

mod attempt;
mod builder;
mod carry;
mod claims;
mod context;
mod definitions;
mod handler;
mod held;
mod hooks;
mod pause;
mod recorder;
mod start;
mod stats;
mod steps;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agentflow_core::{audit::Actor, ids::TenantId, random::Entropy};
use tokio::{
    sync::{Notify, Semaphore, mpsc::unbounded_channel, watch},
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    builder::WorkerBuilder,
    context::{RunContext, StepContext},
    handler::{StepFailure, StepHandler, StepOutput, StepResult},
    stats::WorkerStats,
};
use self::{
    context::Provided,
    definitions::Definitions,
    handler::Handlers,
    held::Held,
    hooks::Hooks,
    recorder::{Recorder, Recording},
    stats::Counters,
};
use super::{
    Claim, Queue,
    wake::{DUE, wake_now},
};
use crate::{
    error::{Error, Result},
    listen::{Listening, listen},
    secrets::Secrets,
    store::Store,
    webhook::Webhook,
};

/// How often a connection that listens is asked whether it still does.
const LISTENING_CHECK: Duration = Duration::from_secs(10);
/// How long what is under way may take to end once it was stopped.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A process that claims runs and does their steps. Made by [`Store::run_worker`].
pub struct Worker {
    settings: Arc<Settings>,
    listening: watch::Sender<Listening>,
}

/// What a worker is told when it is built.
#[derive(Debug)]
struct Settings {
    store: Store,
    name: String,
    handlers: Handlers,
    provided: Provided,
    secrets: Option<Secrets>,
    slots: u16,
    lease: Duration,
    grace: Duration,
    poll: (Duration, Duration),
    listens: bool,
    until_idle: bool,
    tenants: Option<Vec<TenantId>>,
    hook: Option<Webhook>,
    meters_tool_calls: bool,
}

/// What the tasks of a worker share while it runs.
struct Crew {
    settings: Arc<Settings>,
    queue: Queue,
    actor: Actor,
    definitions: Definitions,
    recorder: Recorder,
    /// Runs that are carried out.
    held: Held,
    /// Runs that wait for approval, while it is looked whether they still have to.
    looked_at: Held,
    slots: Arc<Semaphore>,
    hooks: Hooks,
    tasks: TaskTracker,
    /// Fired when something may be due.
    due: Notify,
    /// Runs that are given back, which may not have been heard of.
    left: Mutex<HashSet<Claim>>,
    /// When attempts are due that this worker put off.
    retries: Mutex<BinaryHeap<Reverse<Instant>>>,
    counters: Counters,
    /// Fired when no further step is to be begun.
    leaves: CancellationToken,
    /// Fired when steps are to be given up.
    gives_up: CancellationToken,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Worker {
    /// How it hears of runs that are due.
    pub fn listening(&self) -> Listening {
        self.listening.borrow().clone()
    }

    /// Claims runs and does their steps until `stop` is fired, or until nothing is due if it was built so.
    ///
    /// It hears of runs that are due over a connection of its own, and polls for what it does not hear of. While the database
    /// is away, it goes on asking, and what was done is recorded once it is back. When it stops, it claims nothing more, lets
    /// running steps go on for its grace, and gives the rest back, for others to claim at once; so it does before it fails.
    /// When the future is dropped, steps are dropped where they are, and their runs are due again when their leases end.
    ///
    /// Fails when it can never claim anything: with [`Error::InvalidInput`] for a name or a lease that is none, with
    /// [`Error::SchemaMissing`], [`Error::Denied`] and the like.
    pub async fn run(&self, stop: CancellationToken) -> Result<WorkerStats> {
        let (crew, recording) = Crew::new(Arc::clone(&self.settings), &stop);
        let crew = Arc::new(crew);
        let _dropped = crew.gives_up.clone().drop_guard();
        let _off = Off(&self.listening);
        let mut services = JoinSet::new();
        services.spawn(recording.run());
        services.spawn({
            let crew = Arc::clone(&crew);
            async move { crew.held.renew(&crew.queue, crew.settings.lease).await }
        });
        services.spawn(hear(Arc::clone(&crew), self.listening.clone()));
        let claimed = crew.claim_until(&stop).await;
        crew.wind_up().await;
        // Nothing is renewed from here on.
        services.shutdown().await;
        let given_back = crew.give_back_all().await;
        claimed.map(|()| crew.counters.stats(given_back))
    }
}

/// Passes on that something is due, for as long as it is polled.
async fn hear(crew: Arc<Crew>, state: watch::Sender<Listening>) {
    if !crew.settings.listens {
        state.send_replace(Listening::Polling);
        return;
    }
    let (tell, mut heard) = unbounded_channel();
    let pass_on = async {
        while heard.recv().await.is_some() {
            crew.due.notify_one();
        }
    };
    tokio::join!(listen(&crew.queue.0, &DUE, LISTENING_CHECK, tell, &state), pass_on);
}

impl Crew {
    fn new(settings: Arc<Settings>, stop: &CancellationToken) -> (Self, Recording) {
        let queue = settings.store.run_queue();
        let (recorder, recording) = Recorder::new(queue.clone(), Arc::clone(&queue.0.entropy));
        let crew = Self {
            actor: Actor::service(&settings.name),
            definitions: Definitions::default(),
            recorder,
            held: Held::default(),
            looked_at: Held::default(),
            slots: Arc::new(Semaphore::new(settings.slots.into())),
            hooks: Hooks::new(),
            tasks: TaskTracker::new(),
            due: Notify::new(),
            left: Mutex::default(),
            retries: Mutex::default(),
            counters: Counters::default(),
            leaves: stop.child_token(),
            gives_up: CancellationToken::new(),
            queue,
            settings,
        };
        (crew, recording)
    }

    fn entropy(&self) -> &dyn Entropy {
        &*self.queue.0.entropy
    }

    /// Lets running steps end, and stops those that do not.
    async fn wind_up(&self) {
        self.leaves.cancel();
        self.tasks.close();
        if timeout(self.settings.grace, self.tasks.wait()).await.is_err() {
            for claim in self.held.claims().into_iter().chain(self.looked_at.claims()) {
                self.left().insert(claim);
            }
            self.gives_up.cancel();
            // What is done may yet be recorded.
            let _ = timeout(LAST_WORDS, self.tasks.wait()).await;
        }
    }

    fn left(&self) -> MutexGuard<'_, HashSet<Claim>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a run back between two steps.
    async fn give_back(&self, claim: Claim) {
        self.left().insert(claim);
        match self.queue.release(&[claim]).await {
            Ok(_) => self.queue.0.wake_workers(),
            Err(error) => tracing::debug!(%error, run = %claim.run_id, "a run is given back later"),
        }
    }

    /// Gives back what is left, also what was before: its lease may have been renewed at that moment. Gives how many runs it was.
    async fn give_back_all(&self) -> usize {
        let claims: Vec<_> = self.left().drain().collect();
        if claims.is_empty() {
            return 0;
        }
        let given_back = timeout(LAST_WORDS, async {
            if !self.queue.release(&claims).await?.is_empty() {
                wake_now(&self.queue.0.pool).await?;
            }
            Ok::<_, Error>(())
        });
        let reason = match given_back.await {
            Ok(Ok(())) => return claims.iter().map(|it| it.run_id).collect::<HashSet<_>>().len(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the database did not answer".to_owned(),
        };
        tracing::warn!(
            reason,
            runs = claims.len(),
            "runs could not be given back; they are due again when their leases end"
        );
        0
    }

    fn retry_at(&self, when: Instant) {
        const MOST: usize = 10_000;
        let mut retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
        // Polling finds the others.
        if retries.len() < MOST {
            retries.push(Reverse(when));
        }
        drop(retries);
        self.due.notify_one();
    }
}

/// Whether an error may pass: the database is away, or somebody was in the way.
pub(super) fn may_pass(error: &Error) -> bool {
    match error {
        Error::Unavailable { .. } => true,
        // Any other conflict would be there again.
        Error::Conflict { reason, .. } => reason.ends_with("try again"),
        _ => false,
    }
}

/// Says that nothing listens any more, however it ended.
struct Off<'l>(&'l watch::Sender<Listening>);

impl Drop for Off<'_> {
    fn drop(&mut self) {
        self.0.send_replace(Listening::Off);
    }
}
