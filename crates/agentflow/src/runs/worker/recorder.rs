//! Recording what became of steps, of many runs at once.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use agentflow_core::{ids::TenantId, random::Entropy};
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    time::sleep,
};

use super::{may_pass, pause::Pause};
use crate::runs::{Queue, Recorded, RecordedKind, StepOutcome, StepReport, StepStatus};

/// The most steps of one batch.
const BATCH: usize = 500;
/// So many tenants have a batch under way at once, that the pool has connections left for others.
const AT_ONCE: usize = 4;
/// How often a report is tried that the database refuses, and does not only fail to take.
const ATTEMPTS: u32 = 3;

/// Where finished steps go.
#[derive(Clone)]
pub(super) struct Recorder(UnboundedSender<Pending>);

struct Pending {
    report: StepReport,
    answer: oneshot::Sender<Answer>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) kind: RecordedKind,
    /// What is recorded, if it is: the failure of what could not be.
    pub(super) status: StepStatus,
}

impl From<&Recorded> for Answer {
    fn from(recorded: &Recorded) -> Self {
        Self { kind: recorded.kind, status: recorded.status }
    }
}

impl Answer {
    const LOST: Self = Self { kind: RecordedKind::Lost, status: StepStatus::Canceled };
}

/// Gathers finished steps, and records those of each tenant together: whatever came while the last batch was under way.
pub(super) struct Recording {
    queue: Queue,
    entropy: Arc<dyn Entropy>,
    reports: UnboundedReceiver<Pending>,
}

impl Recorder {
    pub(super) fn new(queue: Queue, entropy: Arc<dyn Entropy>) -> (Self, Recording) {
        let (tell, reports) = unbounded_channel();
        (Self(tell), Recording { queue, entropy, reports })
    }

    /// Whether a step is recorded. While the database is away, this waits for it.
    pub(super) async fn record(&self, report: StepReport) -> Answer {
        let (answer, recorded) = oneshot::channel();
        // When nobody records any more, the worker is ending.
        let _ = self.0.send(Pending { report, answer });
        recorded.await.unwrap_or(Answer::LOST)
    }
}

impl Recording {
    /// Records for as long as it is polled.
    pub(super) async fn run(mut self) {
        let mut gathered = Gathered::default();
        let mut batches = FuturesUnordered::new();
        loop {
            while batches.len() < AT_ONCE
                && let Some((tenant, batch)) = gathered.next()
            {
                let (queue, entropy) = (self.queue.clone(), Arc::clone(&self.entropy));
                batches.push(async move {
                    record(&queue, &entropy, batch).await;
                    tenant
                });
            }
            tokio::select! {
                Some(pending) = self.reports.recv() => {
                    gathered.add(pending);
                    while let Ok(pending) = self.reports.try_recv() {
                        gathered.add(pending);
                    }
                }
                Some(tenant) = batches.next() => gathered.land(tenant),
                else => return,
            }
        }
    }
}

/// What waits to be recorded. Each tenant has one batch under way at most.
#[derive(Default)]
struct Gathered {
    waiting: HashMap<TenantId, VecDeque<Pending>>,
    /// Tenants that have something and no batch under way.
    turns: VecDeque<TenantId>,
    /// Tenants that have a batch under way.
    busy: Vec<TenantId>,
}

impl Gathered {
    fn add(&mut self, pending: Pending) {
        let tenant = pending.report.claim.tenant_id;
        let waiting = self.waiting.entry(tenant).or_default();
        waiting.push_back(pending);
        if waiting.len() == 1 && !self.busy.contains(&tenant) {
            self.turns.push_back(tenant);
        }
    }

    fn next(&mut self) -> Option<(TenantId, Vec<Pending>)> {
        let tenant = self.turns.pop_front()?;
        let mut batch: Vec<_> = self.waiting.remove(&tenant)?.into();
        if batch.len() > BATCH {
            self.waiting.insert(tenant, batch.split_off(BATCH).into());
        }
        self.busy.push(tenant);
        Some((tenant, batch))
    }

    fn land(&mut self, tenant: TenantId) {
        self.busy.retain(|busy| *busy != tenant);
        if self.waiting.contains_key(&tenant) {
            self.turns.push_back(tenant);
        }
    }
}

/// Records a batch, however long the database is away: only its answer says for sure whether a claim is lost.
async fn record(queue: &Queue, entropy: &Arc<dyn Entropy>, batch: Vec<Pending>) {
    let (reports, answers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|pending| (pending.report, pending.answer)).unzip();
    let mut pause = Pause::for_retries();
    loop {
        let error = match queue.finish(reports.clone()).await {
            Ok(recorded) => {
                for (answer, recorded) in answers.into_iter().zip(recorded) {
                    let _ = answer.send(Answer::from(&recorded));
                }
                return;
            }
            Err(error) => error,
        };
        if !may_pass(&error) {
            tracing::warn!(%error, steps = reports.len(), "steps could not be recorded together");
            break;
        }
        tracing::debug!(%error, steps = reports.len(), "steps could not be recorded for now");
        sleep(pause.next(&**entropy)).await;
    }
    for (report, answer) in reports.into_iter().zip(answers) {
        let recorded = record_alone(queue, entropy, report).await;
        let _ = answer.send(recorded);
    }
}

/// Records one that may be what the database refuses; then it is recorded that it was refused.
async fn record_alone(queue: &Queue, entropy: &Arc<dyn Entropy>, mut report: StepReport) -> Answer {
    let mut pause = Pause::for_retries();
    let (mut refusals, mut is_replaced) = (0, false);
    loop {
        match queue.finish(vec![report.clone()]).await {
            Ok(recorded) => {
                return recorded.first().map_or(Answer::LOST, Answer::from);
            }
            Err(error) if may_pass(&error) => {}
            Err(error) if refusals < ATTEMPTS => {
                refusals += 1;
                tracing::warn!(%error, run = %report.claim.run_id, step = report.step.name, "a step could not be recorded");
            }
            Err(error) if !is_replaced => {
                (refusals, is_replaced) = (0, true);
                let mut message = "what became of it could not be recorded".to_owned();
                // The database may quote what it refuses.
                if report.keeps_contents {
                    message = format!("{message}: {error}");
                }
                report.outcome = StepOutcome::Failed { error: message };
                report.tool_calls.clear();
            }
            Err(error) => {
                tracing::error!(%error, run = %report.claim.run_id, step = report.step.name, "a step could not be recorded at all");
                return Answer::LOST;
            }
        }
        sleep(pause.next(&**entropy)).await;
    }
}
