//! Recording: events go in once, however often they are told of.

use std::collections::{HashMap, HashSet};

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    hash::Sha256,
    ids::TenantId,
    metering::UsageEvent,
};

use super::{
    Metering,
    item::Checked,
    months::{ensure_months, ensure_months_in},
    recorded::{RecordReport, Recorded, Refusal, Refused},
    send::{Fate, Way},
};
use crate::{
    budgets::BudgetAlert,
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
    store::Shared,
};

pub(super) const RECORD: &str = "record usage";

/// Events in one transaction, at most.
const BATCH: usize = 1_000;

impl Metering {
    /// Records an event. Once: told again with the same key, it is a repeat, which is fine; another one with the same key
    /// is a [`Conflict`](Error::Conflict). What cannot be accepted, or names something that the tenant does not have, is
    /// [`InvalidInput`](Error::InvalidInput).
    ///
    /// What is used is used: a budget that it goes beyond does not refuse it.
    pub async fn record(&self, event: &UsageEvent) -> Result<Recorded> {
        let report = self.record_many(std::slice::from_ref(event)).await?;
        match report.refused.into_iter().next().map(|it| it.reason) {
            None => Ok(Recorded { is_repeated: report.repeated > 0, alerts: report.alerts }),
            Some(Refusal::Invalid(input)) => Err(Error::InvalidInput { operation: RECORD, input }),
            Some(reason @ Refusal::Conflict) => {
                Err(Error::Conflict { operation: RECORD, reason: reason.to_string() })
            }
            Some(Refusal::Missing { field, id }) => {
                let what = field.strip_suffix("_id").unwrap_or(field);
                let input =
                    InvalidInput::new(field, format!("there is no {what} {id} in this tenant"));
                Err(Error::InvalidInput { operation: RECORD, input })
            }
        }
    }

    /// Records events, any number of them, in transactions of 1,000: each is committed or not as a whole. What is refused
    /// is in the report with its reason, and everything else is stored.
    ///
    /// When it fails on the way, what was committed stays; told of again, it counts once.
    pub async fn record_many(&self, events: &[UsageEvent]) -> Result<RecordReport> {
        let mut report = RecordReport::default();
        for (number, batch) in events.chunks(BATCH).enumerate() {
            match self.record_batch(batch).await {
                Ok(recorded) => report.add(number * BATCH, recorded),
                Err(error) => {
                    self.0.shared.months.forget();
                    return Err(error);
                }
            }
        }
        Ok(report)
    }

    async fn record_batch(&self, events: &[UsageEvent]) -> Result<RecordReport> {
        let (shared, tenant) = (&self.0.shared, self.0.tenant);
        let mut batch = Batch::check(shared, events);
        let times = batch.waiting.iter().map(|it| it.occurred_at);
        ensure_months(shared, tenant, times).await?;
        if self.0.policy(RECORD).await?.is_verbose() {
            let tx = self.0.begin().await?;
            let recorded = batch.record(&Way::Within(&tx), shared, tenant).await;
            let (tx, ()) = settle_with(tx, recorded).await?;
            if batch.report.recorded == 0 {
                tx.commit().await?;
            } else {
                tx.audit_and_commit(&told(&batch.report, events)).await?;
            }
        } else {
            batch.record(&Way::Alone, shared, tenant).await?;
        }
        warn_of(&batch.report.alerts);
        Ok(batch.into_report())
    }
}

/// Records events within a transaction of `tenant`, any number of them.
///
/// What is refused is in the report; it breaks nothing. The months are best seen to before, with [`ensure_months`]: making
/// one within a long transaction makes others wait.
pub(crate) async fn record_in(
    tx: &TenantTx,
    shared: &Shared,
    tenant: TenantId,
    events: &[UsageEvent],
) -> Result<RecordReport> {
    let mut report = RecordReport::default();
    for (number, events) in events.chunks(BATCH).enumerate() {
        let mut batch = Batch::check(shared, events);
        let times = batch.waiting.iter().map(|it| it.occurred_at);
        ensure_months_in(tx, shared, times).await?;
        batch.record(&Way::Within(tx), shared, tenant).await?;
        warn_of(&batch.report.alerts);
        report.add(number * BATCH, batch.into_report());
    }
    Ok(report)
}

/// The entry for events that were stored in one transaction, where a tenant wants everything recorded.
fn told(report: &RecordReport, events: &[UsageEvent]) -> Event {
    let key = |event: Option<&UsageEvent>| event.map(|it| it.key.clone());
    Event::new("usage.recorded", Resource::kind("usage"), Actor::system())
        .with_detail("recorded", report.recorded)
        .with_detail("repeated", report.repeated)
        .with_detail("refused", report.refused.len())
        .with_detail("first_key", key(events.first()))
        .with_detail("last_key", key(events.last()))
}

fn warn_of(alerts: &[BudgetAlert]) {
    for alert in alerts {
        tracing::warn!(
            budget = %alert.name, measure = %alert.measure, percent = alert.percent, spent = %alert.spent,
            allowed = %alert.allowed, "a budget reached a threshold"
        );
    }
}

/// Events on their way.
struct Batch<'e> {
    /// Checked, and not decided on yet.
    waiting: Vec<Checked<'e>>,
    report: RecordReport,
}

impl<'e> Batch<'e> {
    fn check(shared: &Shared, events: &'e [UsageEvent]) -> Self {
        let now = shared.now();
        let mut batch =
            Self { waiting: Vec::with_capacity(events.len()), report: RecordReport::default() };
        for (index, event) in events.iter().enumerate() {
            match Checked::new(index, event, now) {
                Ok(checked) => batch.waiting.push(checked),
                Err(input) => batch.refuse(index, event, Refusal::Invalid(input)),
            }
        }
        batch
    }

    fn refuse(&mut self, index: usize, event: &UsageEvent, reason: Refusal) {
        self.report.refused.push(Refused { index, key: event.key.clone(), reason });
    }

    /// Records what waits. Of those with the same key the first is sent, and decides about the others; only when it is
    /// refused and another one differs, that one is sent too.
    async fn record(&mut self, way: &Way<'_>, shared: &Shared, tenant: TenantId) -> Result<()> {
        while !self.waiting.is_empty() {
            let (firsts, others) = first_of_each_key(std::mem::take(&mut self.waiting));
            let sent = way.send(shared, tenant, &firsts).await?;
            self.report.alerts.extend(sent.alerts);
            let mut fates: HashMap<_, (Sha256, &Fate)> = HashMap::with_capacity(others.len());
            if !others.is_empty() {
                let decided = firsts.iter().zip(&sent.fates);
                fates.extend(decided.map(|(it, fate)| (it.key(), (it.fingerprint, fate))));
            }
            for other in others {
                match fates
                    .get(&other.key())
                    .map(|(first, fate)| fate.of_twin(*first, other.fingerprint))
                {
                    Some(Some(fate)) => self.decide(&other, fate),
                    _ => self.waiting.push(other),
                }
            }
            for (first, fate) in firsts.iter().zip(sent.fates) {
                self.decide(first, fate);
            }
        }
        Ok(())
    }

    fn decide(&mut self, checked: &Checked<'_>, fate: Fate) {
        match fate {
            Fate::Recorded => self.report.recorded += 1,
            Fate::Known(known) if known == checked.fingerprint => self.report.repeated += 1,
            Fate::Known(_) => self.refuse(checked.index, checked.event, Refusal::Conflict),
            Fate::Refused(reason) => self.refuse(checked.index, checked.event, reason),
        }
    }

    fn into_report(mut self) -> RecordReport {
        self.report.refused.sort_by_key(|it| it.index);
        self.report
    }
}

type Split<'e> = (Vec<Checked<'e>>, Vec<Checked<'e>>);

fn first_of_each_key(events: Vec<Checked<'_>>) -> Split<'_> {
    let mut seen = HashSet::with_capacity(events.len());
    events.into_iter().partition(|event| seen.insert(event.key()))
}
