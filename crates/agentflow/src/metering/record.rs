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

/// How often events are sent when somebody else is in the way.
pub(crate) const TRIES: usize = 3;

/// How the keys begin that the library makes for what it meters itself.
const OWN_KEYS: [&str; 2] = ["step/", "message/"];

/// Who tells of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Teller {
    /// The library, of what it meters itself.
    Library,
    /// Whoever uses it.
    Others,
}

impl Teller {
    /// So that nobody takes the key of what a step or a message is going to use.
    fn check(self, key: &str) -> Result<(), InvalidInput> {
        match OWN_KEYS.iter().find(|own| self == Self::Others && key.starts_with(**own)) {
            None => Ok(()),
            Some(own) => {
                let reason = format!("keys that begin with {own} are made by the library");
                Err(InvalidInput::new("key", reason))
            }
        }
    }
}

/// Whether it may be otherwise when it is tried once more from the beginning.
pub(crate) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::Conflict { reason, .. } if reason.ends_with("try again"))
}

impl Metering {
    /// Records an event. Once: told again with the same key, it is a repeat, which is fine; another one with the same key
    /// is a [`Conflict`](Error::Conflict). What cannot be accepted, or names something that the tenant does not have, is
    /// [`InvalidInput`](Error::InvalidInput).
    ///
    /// Keys that begin with `step/` or `message/` are made by the library, for what it meters itself, and are refused here.
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
    /// is in the report with its reason, and everything else is stored. Of several with the same key the first counts; those
    /// that differ from it are refused, unless it is refused itself.
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
        let is_verbose = self.0.policy(RECORD).await?.is_verbose();
        let mut tries = 1;
        let batch = loop {
            let mut batch = Batch::check(&self.0.shared, events, Teller::Others);
            let recorded = self.send(&mut batch, events, is_verbose).await;
            match recorded {
                // Of what is not in one transaction, each was tried again by itself.
                Err(error) if is_verbose && tries < TRIES && is_passing(&error) => {
                    tries += 1;
                    self.0.shared.months.forget();
                }
                recorded => {
                    // Some of it may be stored, whatever comes after it.
                    warn_of(if is_verbose && recorded.is_err() {
                        &[]
                    } else {
                        &batch.report.alerts
                    });
                    recorded?;
                    break batch;
                }
            }
        };
        Ok(batch.into_report())
    }

    async fn send(
        &self,
        batch: &mut Batch<'_>,
        events: &[UsageEvent],
        is_verbose: bool,
    ) -> Result<()> {
        let (shared, tenant) = (&self.0.shared, self.0.tenant);
        let times = batch.waiting.iter().map(|it| it.occurred_at);
        ensure_months(shared, tenant, times).await?;
        if !is_verbose {
            return batch.record(&Way::Alone, shared, tenant).await;
        }
        let tx = self.0.begin(RECORD).await?;
        let recorded = batch.record(&Way::Within(&tx), shared, tenant).await;
        let (tx, ()) = settle_with(tx, recorded).await?;
        if batch.report.recorded == 0 {
            tx.commit().await
        } else {
            tx.audit_and_commit(&told(&batch.report, events)).await.map(drop)
        }
    }
}

/// Records events within a transaction of `tenant`, any number of them.
///
/// What is refused is in the report; it breaks nothing. The months are best seen to before, with [`ensure_months`]: making
/// one within a long transaction makes others wait. The alerts are to be told of once it is committed: see [`warn_of`].
pub(crate) async fn record_in(
    tx: &TenantTx,
    shared: &Shared,
    tenant: TenantId,
    events: &[UsageEvent],
    teller: Teller,
) -> Result<RecordReport> {
    let mut report = RecordReport::default();
    for (number, events) in events.chunks(BATCH).enumerate() {
        let mut batch = Batch::check(shared, events, teller);
        let times = batch.waiting.iter().map(|it| it.occurred_at);
        ensure_months_in(tx, shared, times).await?;
        batch.record(&Way::Within(tx), shared, tenant).await?;
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

/// Tells of thresholds that were reached, once what reached them is committed.
pub(crate) fn warn_of(alerts: &[BudgetAlert]) {
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
    fn check(shared: &Shared, events: &'e [UsageEvent], teller: Teller) -> Self {
        let now = shared.now();
        let mut batch =
            Self { waiting: Vec::with_capacity(events.len()), report: RecordReport::default() };
        for (index, event) in events.iter().enumerate() {
            let checked = teller.check(&event.key).and_then(|()| Checked::new(index, event, now));
            match checked {
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
    /// refused and another one differs, that one is sent too. And once more those whose key was removed meanwhile.
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
            let mut again = Vec::new();
            for (first, fate) in firsts.into_iter().zip(sent.fates) {
                match fate {
                    Fate::Gone => again.push(first),
                    fate => self.decide(&first, fate),
                }
            }
            // Before the others with their keys.
            self.waiting.splice(0..0, again);
        }
        Ok(())
    }

    fn decide(&mut self, checked: &Checked<'_>, fate: Fate) {
        match fate {
            Fate::Recorded => self.report.recorded += 1,
            // Nobody decides on it yet.
            Fate::Gone => {}
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
