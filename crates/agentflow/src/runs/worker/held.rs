//! The claims that a worker has, and renewing them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::runs::{Claim, Queue, RunId};

/// The claims of runs that a worker carries out.
#[derive(Clone, Default)]
pub(super) struct Held(Arc<Mutex<HashMap<Claim, Lease>>>);

struct Lease {
    /// When it ends, as far as this worker knows. The server may have begun to count a little later, never earlier.
    until: Instant,
    lost: CancellationToken,
}

/// A claim for as long as its run is carried out.
pub(super) struct HeldClaim {
    held: Held,
    pub(super) claim: Claim,
    /// Fired when it is lost, or the run was canceled.
    pub(super) lost: CancellationToken,
}

impl Held {
    fn lock(&self) -> MutexGuard<'_, HashMap<Claim, Lease>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds a claim until what is returned is dropped. `lost` is fired when it is lost.
    pub(super) fn hold(&self, claim: Claim, until: Instant, lost: CancellationToken) -> HeldClaim {
        self.lock().insert(claim, Lease { until, lost: lost.clone() });
        HeldClaim { held: self.clone(), claim, lost }
    }

    /// Those that are held now.
    pub(super) fn claims(&self) -> Vec<Claim> {
        self.lock().keys().copied().collect()
    }

    /// Fires what those hear who have no lease any more, as far as this worker knows.
    fn expire(&self, now: Instant) {
        for (claim, lease) in self.lock().iter().filter(|(_, lease)| lease.until <= now) {
            if !lease.lost.is_cancelled() {
                tracing::warn!(run = %claim.run_id, "the lease of a run ended before it could be renewed");
            }
            lease.lost.cancel();
        }
    }

    fn renewed(&self, asked: &[Claim], held: &HashSet<RunId>, until: Instant) {
        let mut leases = self.lock();
        for claim in asked {
            let Some(lease) = leases.get_mut(claim) else { continue };
            if held.contains(&claim.run_id) {
                lease.until = until;
            } else {
                tracing::debug!(run = %claim.run_id, "the claim of a run is lost, or the run has ended");
                lease.lost.cancel();
            }
        }
    }

    /// Renews leases for as long as it is polled.
    pub(super) async fn renew(&self, queue: &Queue, lease: Duration) {
        let every = lease / 3;
        loop {
            sleep(every).await;
            // Once it does not answer, it is asked again soon.
            while !self.renew_once(queue, lease).await {
                self.expire(Instant::now());
                sleep((every / 10).max(Duration::from_millis(10))).await;
            }
            self.expire(Instant::now());
        }
    }

    async fn renew_once(&self, queue: &Queue, lease: Duration) -> bool {
        let claims = self.claims();
        if claims.is_empty() {
            return true;
        }
        let until = Instant::now() + lease;
        match timeout(lease / 3, queue.renew(&claims, lease)).await {
            Ok(Ok(held)) => {
                self.renewed(&claims, &held.into_iter().collect(), until);
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "leases of runs could not be renewed");
                false
            }
            Err(_) => {
                tracing::warn!("leases of runs could not be renewed in time");
                false
            }
        }
    }
}

impl Drop for HeldClaim {
    fn drop(&mut self) {
        self.held.lock().remove(&self.claim);
    }
}
