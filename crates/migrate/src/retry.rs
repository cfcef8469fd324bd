//! Waiting between attempts, so that several who wait do not try at the same moment.

use rand::random_range;
use std::time::Duration;
use tokio_postgres::error::SqlState;

/// The longest pause before another attempt at a lock on a table.
const LONGEST: Duration = Duration::from_secs(15);

/// A pause before attempt `attempt` (from 1): anything up to a limit that doubles each time (full
/// jitter).
pub(crate) fn full_jitter(base: Duration, attempt: u32) -> Duration {
    let limit = base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST);
    random_range(Duration::ZERO..=limit)
}

/// Pauses for polling: doubling from `first` to `longest`, each between half and the whole of it.
pub(crate) struct Polling {
    next: Duration,
    longest: Duration,
}

impl Polling {
    pub(crate) fn new(first: Duration, longest: Duration) -> Polling {
        Polling { next: first, longest }
    }

    pub(crate) fn pause(&mut self) -> Duration {
        let pause = random_range(self.next / 2..=self.next);
        self.next = (self.next * 2).min(self.longest);
        pause
    }
}

/// Whether the statement gave up waiting for a lock (lock_timeout, or NOWAIT).
pub(crate) fn is_lock_timeout(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_never_passes_its_limit() {
        for attempt in [1, 2, 5, 40, u32::MAX] {
            let pause = full_jitter(Duration::from_millis(100), attempt);
            let doubled = Duration::from_millis(100 << attempt.saturating_sub(1).min(16));
            assert!(pause <= doubled.min(LONGEST), "{attempt}: {pause:?}");
        }
    }

    #[test]
    fn polling_slows_down_to_the_longest_pause() {
        let mut polling = Polling::new(Duration::from_millis(50), Duration::from_secs(2));
        let pauses: Vec<_> = (0..10).map(|_| polling.pause()).collect();
        assert!(pauses[0] <= Duration::from_millis(50) && pauses[0] >= Duration::from_millis(25));
        assert!(pauses[9] <= Duration::from_secs(2) && pauses[9] >= Duration::from_secs(1));
    }
}
