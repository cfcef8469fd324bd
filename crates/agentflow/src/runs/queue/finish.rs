use std::collections::{HashMap, HashSet};

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::{RunId, StepId, WorkspaceId},
    run::StepStatus,
};
use agentflow_sql::queries::runs as sql;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{
    Claim, Queue, StepReport, TENANTS_AT_ONCE, by_tenant, meter,
    report::{Item, MAX_REPORT_BYTES},
    unless_left,
};
use crate::{
    error::{Error, Result},
    metering::{self, TRIES, is_passing},
    runs::worker::may_pass,
    settle::{settle, settle_with},
    store::Handle,
};

const FINISH: &str = "record steps of runs";
/// How many steps are recorded in one transaction.
const BATCH: usize = 500;
/// What their contents may take together.
const BATCH_BYTES: u64 = 2 * MAX_REPORT_BYTES;

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step_id: StepId,
    /// Whether it is recorded.
    pub kind: RecordedKind,
    /// What is recorded of the step, unless the report is lost: as it was reported, or that it failed for good where that cannot be
    /// stored.
    pub status: StepStatus,
}

/// Whether a report is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedKind {
    /// By this call.
    Now {
        /// The step that began with it. Without one the claim is over: the run ended, or is to be claimed again.
        next_step_id: Option<StepId>,
    },
    /// By an earlier call with the same claim, whose answer was lost.
    Before {
        /// The step that began with it, if it runs by this claim.
        next_step_id: Option<StepId>,
    },
    /// It is not: others claimed the run since, or it was ended by somebody else. Nothing more may be done for it.
    Lost,
}

type Row = sql::FinishSteps;

impl Queue {
    /// Records what became of steps, exactly once: what they put out and called, and where their runs go from here. With the end of
    /// a run it is in the audit chain. The answers are in the order of the reports.
    ///
    /// After an error some may be recorded and others not. Once more by the same claim, it changes nothing that is recorded and
    /// gives [`RecordedKind::Before`]. Fails with [`Error::InvalidInput`] for two reports of one step.
    pub async fn finish(&self, reports: Vec<StepReport>) -> Result<Vec<Recorded>> {
        let mut steps = HashSet::new();
        if let Some(twice) =
            reports.iter().position(|it| !steps.insert((it.claim.tenant_id, it.step.id)))
        {
            let reason = "the step was reported before in the same call";
            let input = InvalidInput::new(format!("reports[{twice}]"), reason);
            return Err(Error::InvalidInput { operation: FINISH, input });
        }
        let next_id = || self.0.next_id();
        let items: Vec<_> = reports.iter().map(|report| Item::of(report, &next_id)).collect();
        let statuses: Vec<_> = items.iter().map(|item| item.status).collect();
        // Boxed, because the compiler cannot see otherwise that threads may pass it on.
        let mut work = Vec::new();
        for (tenant, items) in by_tenant(items, |item| item.claim.tenant_id) {
            work.push(finish_of(self.handle(tenant), items).boxed());
        }
        let answers: Vec<HashMap<Uuid, RecordedKind>> =
            stream::iter(work).buffer_unordered(TENANTS_AT_ONCE).try_collect().await?;
        let kind = |report: &StepReport| {
            answers.iter().find_map(|kinds| kinds.get(&report.step.id.0)).copied()
        };
        let recorded = reports.iter().zip(statuses).map(|(report, status)| Recorded {
            run_id: report.claim.run_id,
            step_id: report.step.id,
            kind: kind(report).unwrap_or(RecordedKind::Lost),
            status,
        });
        Ok(recorded.collect())
    }
}

/// Of the steps of one tenant, what is recorded; the others are lost.
async fn finish_of(handle: Handle, items: Vec<Item<'_>>) -> Result<HashMap<Uuid, RecordedKind>> {
    let mut kinds = HashMap::new();
    let mut rest = &items[..];
    while !rest.is_empty() {
        let batch;
        (batch, rest) = rest.split_at(batch_of(rest));
        let Some(now) = unless_left(record(&handle, batch).await)? else { break };
        let missing: Vec<_> =
            batch.iter().filter(|item| !now.contains_key(&item.step_id)).collect();
        kinds.extend(now);
        if !missing.is_empty() {
            let Some(before) = unless_left(recorded_before(&handle, &missing).await)? else {
                break;
            };
            kinds.extend(before);
        }
    }
    Ok(kinds)
}

/// How many of them, from the first, fit into one transaction: at least one.
fn batch_of(items: &[Item<'_>]) -> usize {
    let mut bytes = 0;
    let fit = items.iter().take(BATCH).take_while(|item| {
        bytes += item.bytes;
        bytes <= BATCH_BYTES
    });
    fit.count().max(1)
}

/// Those that are recorded by this.
async fn record(handle: &Handle, items: &[Item<'_>]) -> Result<HashMap<Uuid, RecordedKind>> {
    if meter::prepare(handle, items).await? {
        match record_patiently(handle, items, true).await {
            // Nothing was recorded, for what one of them used could not be. The others are metered, and it is recorded.
            Err(Failure::Usage(_)) => {
                let mut now = HashMap::new();
                for item in items {
                    now.extend(record_alone(handle, item).await?);
                }
                return Ok(now);
            }
            answer => return answer.map_err(Failure::into),
        }
    } else if items.iter().all(|item| item.ends().is_none()) {
        let flight = handle.flight(FINISH).await?;
        let (tenant, parameter) = (handle.tenant.as_uuid(), Json(items));
        let rows = sql::finish_steps().bind(&flight, &parameter, tenant).all().await;
        return Ok(now(&flight.land(rows).await?));
    }
    record_patiently(handle, items, false).await.map_err(Failure::into)
}

/// Records a step, and what it used if that can be.
async fn record_alone(handle: &Handle, item: &Item<'_>) -> Result<HashMap<Uuid, RecordedKind>> {
    let items = std::slice::from_ref(item);
    match record_patiently(handle, items, true).await {
        Err(Failure::Usage(error)) => {
            meter::warn_of(&error, items);
            record_patiently(handle, items, false).await.map_err(Failure::into)
        }
        answer => answer.map_err(Failure::into),
    }
}

/// Again, where others were in the way.
async fn record_patiently(
    handle: &Handle,
    items: &[Item<'_>],
    meters: bool,
) -> Result<HashMap<Uuid, RecordedKind>, Failure> {
    for _ in 1..TRIES {
        match record_at_once(handle, items, meters).await {
            Err(Failure::Step(error)) if is_passing(&error) => {
                handle.shared.months.forget();
                if meters {
                    meter::prepare(handle, items).await?;
                }
            }
            answer => return answer,
        }
    }
    record_at_once(handle, items, meters).await
}

/// Why nothing is recorded.
enum Failure {
    Step(Error),
    /// What was used could not be recorded, and never will be.
    Usage(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Step(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Step(error) | Failure::Usage(error) => error,
        }
    }
}

/// Records them together with the end of their runs and what was used, or nothing of it.
async fn record_at_once(
    handle: &Handle,
    items: &[Item<'_>],
    meters: bool,
) -> Result<HashMap<Uuid, RecordedKind>, Failure> {
    let tx = handle.begin(FINISH).await?;
    let rows = sql::finish_steps().bind(&tx, &Json(items), handle.tenant.as_uuid()).all().await;
    let (tx, rows) = settle(FINISH, tx, rows).await?;
    let (tx, alerts) = if meters {
        let recorded = rows.iter().filter_map(|row| row.step_id).collect();
        let metered = meter::record(&tx, handle, items, &recorded).await;
        let settled = settle_with(tx, metered).await.map_err(|error| {
            if may_pass(&error) { Failure::Step(error) } else { Failure::Usage(error) }
        });
        settled?
    } else {
        (tx, Vec::new())
    };
    let events = events(items, &rows);
    let tx = if events.is_empty() {
        tx
    } else {
        let appended = tx.audit_many(&events).await;
        settle_with(tx, appended).await?.0
    };
    tx.commit().await?;
    metering::warn_of(&alerts);
    Ok(now(&rows))
}

fn now(rows: &[Row]) -> HashMap<Uuid, RecordedKind> {
    let begun: HashMap<_, _> =
        rows.iter().filter_map(|row| Some((row.run_id, StepId(row.next_step_id?)))).collect();
    let recorded = rows.iter().filter_map(|row| {
        let next_step_id = begun.get(&row.run_id).copied();
        Some((row.step_id?, RecordedKind::Now { next_step_id }))
    });
    recorded.collect()
}

async fn recorded_before(
    handle: &Handle,
    items: &[&Item<'_>],
) -> Result<HashMap<Uuid, RecordedKind>> {
    let steps: Vec<_> = items.iter().map(|item| item.step_id).collect();
    let fencings: Vec<_> = items.iter().map(|item| item.claim.fencing).collect();
    let statuses: Vec<_> = items.iter().map(|item| item.status.as_str()).collect();
    // There is no step 0.
    let next: Vec<_> = items.iter().map(|item| item.next_sequence.unwrap_or(0)).collect();
    let flight = handle.flight(FINISH).await?;
    let rows = sql::list_recorded_steps()
        .bind(&flight, &steps, &fencings, &statuses, &next, handle.tenant.as_uuid())
        .all()
        .await;
    let rows = flight.land(rows).await?;
    let before = rows.into_iter().map(|row| {
        let next_step_id = row.next_step_id.map(StepId);
        (row.step_id, RecordedKind::Before { next_step_id })
    });
    Ok(before.collect())
}

/// What is recorded of the runs that end with these steps.
fn events(items: &[Item<'_>], rows: &[Row]) -> Vec<Event> {
    let workers: HashMap<_, _> =
        rows.iter().filter_map(|row| Some((row.step_id?, row.worker.as_deref()))).collect();
    let event = |item: &Item<'_>| {
        let worker = workers.get(&item.step_id)?;
        let how = item.ends()?.map_err(|error| (Some(item.step_name), error));
        Some(ended(item.claim, item.workspace_id, *worker, how))
    };
    items.iter().filter_map(event).collect()
}

/// That a run ended: without an error, or with one, of a step or of none.
pub(super) fn ended(
    claim: &Claim,
    workspace: WorkspaceId,
    worker: Option<&str>,
    how: Result<(), (Option<&str>, &str)>,
) -> Event {
    let actor = worker.map_or_else(Actor::system, Actor::service);
    let action = if how.is_ok() { "run.succeeded" } else { "run.failed" };
    let mut event = Event::new(action, Resource::new("run", claim.run_id), actor)
        .from_source("worker")
        .with_detail("fencing", claim.fencing);
    event.workspace_id = Some(workspace.0);
    if let Err((step, error)) = how {
        event = event.failed().with_detail("error", error);
        if let Some(step) = step {
            event = event.with_detail("step", step);
        }
    }
    event
}
