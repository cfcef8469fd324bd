use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::checkpoints as sql;
use jiff::{SignedDuration, Timestamp};

use super::{
    TAKE,
    round::{self, CheckpointSigner, RoundReport},
    sink::CheckpointSink,
};
use crate::{
    admin::Admin,
    error::{Error, Result},
};

/// How much longer than the last question the pause before the next is: with very many tenants, it takes a while.
const RESTRAINT: u32 = 10;
/// The longest time between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// When checkpoints are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointPolicy {
    /// So long a new entry waits at most, unless others make it wait less. Counted from when it came, not from the time that
    /// it bears.
    pub every: Duration,
    /// So many new entries of one tenant do not wait.
    pub entries: u64,
    /// How often the database is asked whether a checkpoint is due; less often if its answer takes more than a tenth of that.
    pub poll: Duration,
}

impl Default for CheckpointPolicy {
    /// Every ten seconds or thousand entries; asks once a second.
    fn default() -> Self {
        Self { every: Duration::from_secs(10), entries: 1_000, poll: Duration::from_secs(1) }
    }
}

/// Takes a round at once, and then one whenever it is due, until `shutdown` is done. A round under way is finished first.
pub(crate) async fn run(
    admin: &Admin,
    signer: CheckpointSigner<'_>,
    sinks: &[Arc<dyn CheckpointSink>],
    policy: CheckpointPolicy,
    observe: &(dyn Fn(&Result<RoundReport>) + Send + Sync),
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut shutdown = pin!(shutdown);
    // What this process signed it does not sign differently, whatever file it was given.
    let signer = signer.remembering();
    let mut watch = Watch::new(policy, admin.shared.now());
    // What a checkpointer before us left unpublished is due now.
    let mut is_due = true;
    loop {
        if is_due {
            let began = admin.shared.now();
            let taken = round::take(admin, signer.clone(), sinks, None).await;
            observe(&taken);
            watch.learn(&taken, began, admin.shared.now());
        }
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            () = tokio::time::sleep(watch.pause) => {}
        }
        is_due = match watch.is_due(admin).await {
            Ok(is_due) => is_due,
            Err(error) => {
                tracing::warn!(%error, "whether a checkpoint is due is not known");
                false
            }
        };
    }
}

/// What is known of the rounds so far.
struct Watch {
    policy: CheckpointPolicy,
    /// When there last was no entry without a checkpoint: none that waits is older. Not what the entries themselves say,
    /// whose times are those of their writers.
    covered_at: Timestamp,
    /// Until the database is asked again.
    pause: Duration,
    /// Tenants that nothing could be signed for. They are tried again after a pause, and make no round due before.
    refused: Vec<TenantId>,
    /// Whether the last round failed as a whole, so that there is nothing that could be done sooner.
    is_stopped: bool,
    /// Rounds in a row that were not complete.
    failures: u32,
    retry_at: Option<Timestamp>,
}

impl Watch {
    fn new(policy: CheckpointPolicy, covered_at: Timestamp) -> Self {
        Self {
            policy,
            covered_at,
            pause: policy.poll,
            refused: Vec::new(),
            is_stopped: false,
            failures: 0,
            retry_at: None,
        }
    }

    fn learn(&mut self, taken: &Result<RoundReport>, began: Timestamp, now: Timestamp) {
        self.is_stopped = taken.is_err();
        if taken.is_ok() {
            self.covered_at = began;
        }
        match taken {
            Ok(report) if report.is_complete() => {
                *self = Self::new(self.policy, began);
                return;
            }
            Ok(report) => {
                self.refused = report.refused.iter().map(|refusal| refusal.tenant_id).collect();
            }
            Err(error @ Error::Tampered { .. }) => {
                tracing::error!(%error, "no checkpoints were taken");
            }
            Err(error) => tracing::warn!(%error, "no checkpoints were taken"),
        }
        let pause = Duration::from_secs(1) * 2_u32.saturating_pow(self.failures.min(16));
        let pause = pause.min(LONGEST_PAUSE).max(self.policy.poll);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = now.checked_add(pause).ok();
    }

    async fn is_due(&mut self, admin: &Admin) -> Result<bool> {
        let now = admin.shared.now();
        match self.retry_at {
            Some(retry_at) if now >= retry_at => return Ok(true),
            Some(_) if self.is_stopped => return Ok(false),
            _ => {}
        }
        let every = SignedDuration::try_from(self.policy.every).unwrap_or(SignedDuration::MAX);
        let enough = if now.duration_since(self.covered_at) >= every {
            1
        } else {
            i64::try_from(self.policy.entries.max(1)).unwrap_or(i64::MAX)
        };
        let left_out: Vec<_> = self.refused.iter().map(|tenant| tenant.0).collect();
        let asked = Instant::now();
        let tx = admin.begin(TAKE).await?;
        let most = sql::get_most_uncovered().bind(tx.client(), &left_out, &enough).one().await;
        let most = tx.finish(TAKE, most).await?;
        self.pause = self.policy.poll.max(asked.elapsed() * RESTRAINT);
        if most == 0 {
            self.covered_at = now;
        }
        Ok(most >= enough)
    }
}
