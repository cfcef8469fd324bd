use std::{
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Phase {
    /// `pg_dump` runs.
    Dump,
    /// Parts are hashed and encrypted.
    Seal,
    /// Parts are brought to the store.
    Upload,
    /// Parts are read and compared with the manifest.
    Verify,
    /// Parts are copied from the store.
    Fetch,
    /// `pg_restore` runs.
    Restore,
    /// What was restored is compared with the manifest.
    Check,
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes that are done; tables in [`Phase::Dump`], [`Phase::Restore`] and [`Phase::Check`].
    pub done: u64,
    /// Of so many; 0 if nobody knows.
    pub total: u64,
}

/// Who is told.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);

const TICK: Duration = Duration::from_millis(100);

/// Counts what threads do that cannot hold what is told, and tells them to stop.
#[derive(Debug, Default, Clone)]
pub(crate) struct Meter(Arc<State>);

#[derive(Debug, Default)]
struct State {
    done: AtomicU64,
    is_stopped: AtomicBool,
}

/// Stops the threads when whoever waits for them goes away.
struct Stop(Meter);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.0.is_stopped.store(true, Ordering::Relaxed);
    }
}

impl Meter {
    /// Counts so many bytes. Fails if nobody waits for them anymore.
    pub(crate) fn add(&self, bytes: usize) -> io::Result<()> {
        if self.0.is_stopped.load(Ordering::Relaxed) {
            return Err(io::Error::other("it was given up"));
        }
        self.0.done.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(())
    }

    /// Waits for `work`, and tells from time to time how far it is; the whole at the end, whatever was counted.
    pub(crate) async fn watch<T>(
        &self,
        phase: Phase,
        total: u64,
        on: OnProgress<'_>,
        work: impl Future<Output = T>,
    ) -> T {
        let _stop = Stop(self.clone());
        let mut work = pin!(work);
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let result = loop {
            tokio::select! {
                biased;
                result = &mut work => break result,
                _ = ticks.tick() => {
                    let done = self.0.done.load(Ordering::Relaxed).min(total);
                    on(Progress { phase, done, total });
                }
            }
        };
        on(Progress { phase, done: total, total });
        result
    }
}
