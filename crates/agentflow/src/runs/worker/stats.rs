use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What a worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct WorkerStats {
    /// Claims: a run is claimed again after each wait.
    pub claimed: u64,
    /// Steps that were recorded as done, with gates and branches.
    pub steps: u64,
    /// Attempts that failed and are followed by another.
    pub retries: u64,
    /// Runs that succeeded.
    pub succeeded: u64,
    /// Runs that failed for good.
    pub failed: u64,
    /// Gates at which people are asked.
    pub held: u64,
    /// Runs that others took over, or that were canceled, while they were carried out.
    pub lost: u64,
    /// Runs that were given back at the end.
    pub given_back: u64,
}

/// The same, being counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) claimed: AtomicU64,
    pub(super) steps: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) succeeded: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) held: AtomicU64,
    pub(super) lost: AtomicU64,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn stats(&self, given_back: usize) -> WorkerStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WorkerStats {
            claimed: get(&self.claimed),
            steps: get(&self.steps),
            retries: get(&self.retries),
            succeeded: get(&self.succeeded),
            failed: get(&self.failed),
            held: get(&self.held),
            lost: get(&self.lost),
            given_back: given_back as u64,
        }
    }
}
