//! Claiming runs while there are free slots.

use std::{cmp::Reverse, sync::Arc, sync::PoisonError, time::Duration};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{Crew, LAST_WORDS, pause::Pause};
use crate::{
    error::{Error, Result},
    runs::{Claim, ClaimRequest},
};

/// The most runs of one claim.
const MOST: u16 = 500;

/// The longest pause before a database that is away is asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Crew {
    /// Claims runs and has them carried out until `stop` is fired, or nothing is due where that is the end.
    pub(super) async fn claim_until(self: &Arc<Self>, stop: &CancellationToken) -> Result<()> {
        let mut poll = Pause::new(self.settings.poll.0, self.settings.poll.1);
        let mut failing = Pause::new(Duration::from_millis(100), LONGEST_PAUSE);
        loop {
            let slots = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                slots = self.free_slots() => slots,
            };
            let Some(slots) = slots else { return Ok(()) };
            // Whatever ends from here on may have made something due that the claim did not see.
            let asked = slots.num_permits();
            let is_alone = asked + self.slots.available_permits()
                == usize::from(self.settings.slots)
                && self.hooks.is_idle();
            let since = Instant::now();
            self.forget_retries(since);
            let claimed = tokio::select! {
                claimed = self.claim(asked) => claimed,
                () = async { stop.cancelled().await; sleep(LAST_WORDS).await } => return Ok(()),
            };
            let pause = match claimed {
                Ok(claims) if stop.is_cancelled() => {
                    // Nothing of them was begun. One may be what this worker has just given back.
                    self.left().extend(claims);
                    return Ok(());
                }
                Ok(claims) => {
                    failing.reset();
                    let count = claims.len();
                    if count > 0 {
                        poll.reset();
                        self.start(claims, since + self.settings.lease, slots);
                    } else if is_alone && self.settings.until_idle {
                        return Ok(());
                    }
                    if count == asked {
                        continue;
                    }
                    poll.next(self.entropy())
                }
                Err(error) if is_for_good(&error) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "runs could not be claimed");
                    failing.next(self.entropy())
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                () = self.due.notified() => {}
                () = sleep_until(self.wake_at(Instant::now() + pause)) => {}
            }
        }
    }

    /// All slots that are free, once one is.
    async fn free_slots(&self) -> Option<OwnedSemaphorePermit> {
        let mut slots = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        let others = self.slots.available_permits().min(usize::from(MOST - 1));
        let others = u32::try_from(others).unwrap_or_default();
        if let Ok(others) = Arc::clone(&self.slots).try_acquire_many_owned(others) {
            slots.merge(others);
        }
        Some(slots)
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Claim>> {
        let request = ClaimRequest {
            worker: self.settings.name.clone(),
            limit: u16::try_from(limit).unwrap_or(MOST),
            lease: self.settings.lease,
            tenants: self.settings.tenants.clone(),
        };
        self.queue.claim(&request).await
    }

    /// When to look again at the latest: earlier if an attempt is due before that. It stays noted, for something else may wake
    /// the loop before.
    fn wake_at(&self, latest: Instant) -> Instant {
        let retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
        retries.peek().map_or(latest, |Reverse(first)| latest.min(*first))
    }

    /// Attempts that are due by then: a claim after that finds them.
    fn forget_retries(&self, due: Instant) {
        let mut retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
        while retries.peek().is_some_and(|Reverse(first)| *first <= due) {
            retries.pop();
        }
    }
}

/// Whether an error will be the same for ever, as far as can be known.
fn is_for_good(error: &Error) -> bool {
    matches!(
        error,
        Error::NotConfigured
            | Error::InvalidSetting(_)
            | Error::InvalidInput { .. }
            | Error::SchemaMissing { .. }
            | Error::Denied { .. }
            | Error::Unsafe { .. }
    )
}
