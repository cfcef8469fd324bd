//! From a claim to its run being carried out.

use std::{collections::HashMap, sync::Arc};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep},
};

use super::{Crew, held::HeldClaim, may_pass, pause::Pause, stats::count};
use crate::{
    approvals::{Glance, Looked, PassedGate, Telling},
    error::{Error, Result},
    runs::{Begun, Claim, RunStatus},
};

/// A run that has a slot of the worker.
pub(super) struct Taken {
    pub(super) held: HeldClaim,
    /// Given back when the run leaves.
    _slot: OwnedSemaphorePermit,
    /// Tells the claim loop then.
    _leaves: Leaves,
}

/// Tells the claim loop when it is dropped that somebody left.
pub(super) struct Leaves(pub(super) Arc<Crew>);

impl Drop for Leaves {
    fn drop(&mut self) {
        if self.0.settings.until_idle {
            self.0.due.notify_one();
        }
    }
}

impl Crew {
    /// Has these runs carried out, each in a slot; slots that are not needed are free again.
    pub(super) fn start(
        self: &Arc<Self>,
        claims: Vec<Claim>,
        until: Instant,
        mut slots: OwnedSemaphorePermit,
    ) {
        let mut running = HashMap::new();
        for claim in claims {
            count(&self.counters.claimed);
            let Some(slot) = slots.split(1) else { continue };
            let waits = claim.was == RunStatus::WaitingApproval;
            let held = if waits { &self.looked_at } else { &self.held };
            let held = held.hold(claim, until, self.gives_up.child_token());
            let taken = Taken { held, _slot: slot, _leaves: Leaves(Arc::clone(self)) };
            if waits {
                let crew = Arc::clone(self);
                self.tasks.spawn(Box::pin(async move { crew.look(taken).await }));
            } else {
                running.insert(claim, taken);
            }
        }
        if !running.is_empty() {
            let crew = Arc::clone(self);
            self.tasks.spawn(async move { crew.begin(running).await });
        }
    }

    /// Begins the next steps of these runs, and carries them out.
    async fn begin(self: Arc<Self>, mut running: HashMap<Claim, Taken>) {
        let claims: Vec<_> = running.keys().copied().collect();
        let begun = match self.persist(|| self.queue.begin(&claims)).await {
            Ok(begun) => begun,
            Err(error) => {
                tracing::warn!(%error, runs = claims.len(), "the steps of runs could not be begun together");
                let mut begun = Vec::new();
                for claim in claims {
                    begun.extend(self.begin_alone(claim).await);
                }
                begun
            }
        };
        for begun in begun {
            if let Some(taken) = running.remove(&begun.claim) {
                let crew = Arc::clone(&self);
                self.tasks.spawn(async move { crew.carry(begun, taken, None).await });
            }
        }
        // Of the others, the claim is lost or the run was canceled.
        for _ in running {
            count(&self.counters.lost);
        }
    }

    /// Begins the next step of a run, which may be what the others failed of: it ends then, for no other worker reads it either.
    async fn begin_alone(&self, claim: Claim) -> Option<Begun> {
        let claims = [claim];
        let begun = self.persist(|| self.queue.begin(&claims)).await;
        match begun {
            Ok(mut begun) => begun.pop(),
            Err(error) => {
                self.fail_if_unreadable(&claim, &error).await;
                None
            }
        }
    }

    /// Ends a run of which something is stored that nobody can read. After any other error it is due again when its lease ends.
    pub(super) async fn fail_if_unreadable(&self, claim: &Claim, error: &Error) {
        tracing::error!(%error, run = %claim.run_id, "a run could not be carried out");
        if matches!(error, Error::Inconsistent { .. }) {
            self.fail(claim, &error.to_string()).await;
        }
    }

    pub(super) async fn fail(&self, claim: &Claim, message: &str) {
        match self.persist(|| self.queue.fail(claim, message)).await {
            Ok(true) => count(&self.counters.failed),
            Ok(false) => count(&self.counters.lost),
            Err(error) => tracing::error!(%error, run = %claim.run_id, "a run could not be ended"),
        }
    }

    /// Looks whether a run still waits for approval, and carries it out if it does not.
    async fn look(self: Arc<Self>, taken: Taken) {
        let claim = taken.held.claim;
        let claims = [claim];
        let approvals = self.settings.store.tenant(claim.tenant_id).approvals();
        let mut is_repeated = false;
        let (telling, place) = match self.settings.hook.as_ref().map(|_| self.place()) {
            None => (Telling::Nobody, None),
            Some(Ok(place)) => (Telling::Due, Some(place)),
            Some(Err(told)) => (Telling::Is(told), None),
        };
        let looked = self.persist(|| {
            let is_first = !std::mem::replace(&mut is_repeated, true);
            // Boxed, because it is large.
            let looked = Box::pin(approvals.glance(&claim, telling, &self.actor));
            async move { Ok((looked.await?, is_first)) }
        });
        let passed: Option<PassedGate> = match (looked.await, place) {
            (Ok((Glance::Done(Looked::Passed { gate }), _)), _) => gate,
            // An answer may have been lost that said otherwise.
            (Ok((Glance::Done(Looked::Ended), false)), _) => None,
            (Ok((Glance::Tell(notice), _)), Some(place)) => {
                // Its slot is free while that is told.
                drop(taken);
                return self.tell(claim, notice, place).await;
            }
            (Ok(_), _) => return,
            (Err(error), _) => return self.fail_if_unreadable(&claim, &error).await,
        };
        // The database may have been away for longer than the lease.
        let until = Instant::now() + self.settings.lease;
        let held = self.held.hold(claim, until, taken.held.lost.clone());
        let taken = Taken { held, ..taken };
        let renewed = self.persist(|| self.queue.renew(&claims, self.settings.lease)).await;
        if !renewed.is_ok_and(|held| held.contains(&claim.run_id)) {
            return count(&self.counters.lost);
        }
        if let Some(begun) = self.begin_alone(claim).await {
            self.carry(begun, taken, passed).await;
        }
    }

    /// Does something again for as long as it fails because the database is away or somebody is in the way, and steps are not
    /// given up.
    pub(super) async fn persist<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut pause = Pause::for_retries();
        loop {
            let error = match work().await {
                Err(error) if may_pass(&error) && !self.gives_up.is_cancelled() => error,
                done => return done,
            };
            tracing::debug!(%error, "this is tried again");
            tokio::select! {
                () = sleep(pause.next(self.entropy())) => {}
                () = self.gives_up.cancelled() => {}
            }
        }
    }
}
