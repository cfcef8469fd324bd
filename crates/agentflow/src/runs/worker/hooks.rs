//! Telling the hook of requests for approval: beside the slots, so that a hook that does not answer keeps no run waiting.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agentflow_core::random::Entropy;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{Crew, pause::Pause, start::Leaves};
use crate::{
    approvals::{Notice, TELLING, Told, tell},
    runs::Claim,
};

/// How long the hook may take to answer.
pub(super) const LONGEST: Duration = Duration::from_secs(5);

/// How many notices are posted at once.
const TELLERS: usize = 2;
/// How many are there at once, posted and waiting for that.
const ROOM: usize = 500;
/// How long to leave a notice for which there is no room.
const FULL: Duration = Duration::from_secs(2);
/// How old a notice is posted. Then others may post it.
const OLDEST: Duration = TELLING.checked_div(2).unwrap();
/// How long a hook is left alone that failed: the first time, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// What a worker has for telling the hook.
pub(super) struct Hooks {
    tellers: Semaphore,
    room: Arc<Semaphore>,
    failing: Mutex<Failing>,
}

/// Whether the hook failed.
struct Failing {
    until: Option<Instant>,
    pause: Pause,
}

/// A place among the notices.
pub(super) struct Place {
    /// Given back before the claim loop is told.
    _room: OwnedSemaphorePermit,
    _leaves: Leaves,
}

impl Hooks {
    pub(super) fn new() -> Self {
        Self {
            tellers: Semaphore::new(TELLERS),
            room: Arc::new(Semaphore::new(ROOM)),
            failing: Mutex::new(Failing { until: None, pause: Pause::new(PAUSE.0, PAUSE.1) }),
        }
    }

    fn failing(&self) -> MutexGuard<'_, Failing> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is being told.
    pub(super) fn is_idle(&self) -> bool {
        self.room.available_permits() == ROOM
    }

    /// How long the hook is to be left alone yet.
    fn rest(&self) -> Option<Duration> {
        let left = self.failing().until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    fn note(&self, is_told: bool, entropy: &dyn Entropy) -> Told {
        let mut failing = self.failing();
        if is_told {
            failing.until = None;
            failing.pause.reset();
            return Told::Yes;
        }
        let pause = failing.pause.next(entropy);
        failing.until = Some(Instant::now() + pause);
        Told::No { pause }
    }
}

impl Crew {
    /// A place for another notice; or else what is to become of it.
    pub(super) fn place(self: &Arc<Self>) -> Result<Place, Told> {
        if let Some(pause) = self.hooks.rest() {
            return Err(Told::No { pause });
        }
        let room = Arc::clone(&self.hooks.room).try_acquire_owned();
        let room = room.map_err(|_| Told::NotTried { pause: FULL })?;
        Ok(Place { _room: room, _leaves: Leaves(Arc::clone(self)) })
    }

    /// Tells the hook once its turn comes, and notes what became of that.
    pub(super) async fn tell(self: Arc<Self>, claim: Claim, notice: Notice, _place: Place) {
        let Some(told) = self.told(&notice, Instant::now()).await else { return };
        let approvals = self.settings.store.tenant(claim.tenant_id).approvals();
        let noted = self.persist(|| approvals.note_told(&claim, told, &self.actor)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, run = %claim.run_id, "what the hook was told is not noted; it may be told again");
        }
    }

    /// None if the worker ended meanwhile.
    async fn told(&self, notice: &Notice, since: Instant) -> Option<Told> {
        let hook = self.settings.hook.as_ref()?;
        let teller = tokio::select! {
            biased;
            () = self.leaves.cancelled() => None,
            teller = self.hooks.tellers.acquire() => teller.ok(),
        };
        if teller.is_none() || since.elapsed() > OLDEST {
            return Some(Told::NotTried { pause: Duration::ZERO });
        }
        if let Some(pause) = self.hooks.rest() {
            return Some(Told::No { pause });
        }
        tokio::select! {
            () = self.gives_up.cancelled() => None,
            is_told = tell(hook, notice) => Some(self.hooks.note(is_told, self.entropy())),
        }
    }
}
