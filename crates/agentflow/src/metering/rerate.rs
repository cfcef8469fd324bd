use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::WorkspaceId,
    metering::ReportPeriod,
};
use agentflow_sql::queries::{metering as months, usage as sql};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use tokio_postgres::error::SqlState;

use super::{Metering, decimal::stored_decimal};
use crate::{
    error::{Error, Result},
    settle::{settle, settle_with},
};

/// About so many events are rated in one transaction.
const EVENTS: u64 = 20_000;

const OPERATION: &str = "rate usage anew";

/// What is to be rated anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rerating {
    /// From when on.
    pub from: Timestamp,
    /// Until before when.
    pub to: Timestamp,
    /// Only in this workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// Whether it is only told what would change.
    pub dry_run: bool,
}

impl Rerating {
    /// Everything from one moment to before another.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, workspace_id: None, dry_run: false }
    }
}

/// What came of rating anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RerateReport {
    /// How many events were looked at: all but levels, and those whose cost was given.
    pub events: u64,
    /// Of how many the cost or the version of the prices changed, or would change.
    pub changed: u64,
    /// What those that were looked at cost before, in cents.
    pub before_cents: Decimal,
    /// What they cost now, or would cost.
    pub after_cents: Decimal,
    /// For how many of them there is no price.
    pub unpriced: u64,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// How far rating anew is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RerateProgress {
    /// How many events were looked at.
    pub done: u64,
    /// About how many there are.
    pub total: u64,
}

/// A part of the period that is rated in one transaction.
struct Part {
    from: Timestamp,
    to: Timestamp,
}

impl Metering {
    /// Gives everything that happened in a period the prices that hold now for its time: after a book was published for the
    /// past, say. Costs that were given stay as they are, and so does what budgets were charged. The summaries are right again after the next
    /// [refresh](Metering::refresh).
    ///
    /// It goes on in parts, each in a transaction of its own: when it is interrupted, what was done is done, and done again it does the
    /// rest. What is recorded meanwhile with the prices of before may be missed.
    ///
    /// Fails with [`Error::InvalidInput`] for a period that is empty or begins before that from which usage is kept, and with
    /// [`Error::Conflict`] when an event would cost more than 10^14 cents.
    pub async fn rerate(
        &self,
        rerating: &Rerating,
        by: &Actor,
        progress: &(dyn Fn(RerateProgress) + Send + Sync),
    ) -> Result<RerateReport> {
        self.check(rerating).await?;
        // How many events there are, the summaries know.
        self.refresh(&|_| ()).await?;
        let (parts, total) = self.parts(rerating).await?;
        let mut report = RerateReport { dry_run: rerating.dry_run, ..RerateReport::default() };
        let mut outcome = Ok(());
        for part in parts {
            outcome = self.rerate_part(rerating, &part, &mut report).await;
            if outcome.is_err() {
                break;
            }
            progress(RerateProgress { done: report.events, total: total.max(report.events) });
        }
        if report.changed > 0 && !rerating.dry_run {
            // What was changed before it failed was changed as well.
            let event = event(rerating, &report, by);
            self.0.record(&if outcome.is_err() { event.failed() } else { event }).await?;
        }
        outcome.map(|()| report)
    }

    async fn check(&self, rerating: &Rerating) -> Result<()> {
        if rerating.from >= rerating.to {
            let input = InvalidInput::new("to", "expected a time after `from`");
            return Err(Error::invalid(OPERATION)(input));
        }
        let flight = self.0.flight().await?;
        let retained_from = months::retained_from().bind(&flight).one().await;
        let retained_from = flight.land(OPERATION, retained_from).await?;
        if rerating.from < retained_from {
            let reason = format!("usage before {retained_from} is no longer kept");
            return Err(Error::invalid(OPERATION)(InvalidInput::new("from", reason)));
        }
        Ok(())
    }

    /// All of the period, in parts of whole hours with about as many events each.
    async fn parts(&self, rerating: &Rerating) -> Result<(Vec<Part>, u64)> {
        let Rerating { from, to, workspace_id, .. } = *rerating;
        let (first, workspace) = (ReportPeriod::Hour.start_of(from), workspace_id.map(|id| id.0));
        let flight = self.0.flight().await?;
        let hours = sql::list_hours()
            .bind(&flight, self.0.tenant.as_uuid(), &first, &to, &workspace)
            .all()
            .await;
        let hours = flight.land(OPERATION, hours).await?;
        let (mut parts, mut begin, mut events, mut total) = (Vec::new(), from, 0, 0);
        for hour in hours {
            events += hour.events.unsigned_abs();
            total += hour.events.unsigned_abs();
            let end = ReportPeriod::Hour.end_of(hour.hour).min(to);
            if events >= EVENTS && end > begin {
                parts.push(Part { from: begin, to: end });
                (begin, events) = (end, 0);
            }
        }
        if begin < to {
            parts.push(Part { from: begin, to });
        }
        Ok((parts, total))
    }

    async fn rerate_part(
        &self,
        rerating: &Rerating,
        part: &Part,
        report: &mut RerateReport,
    ) -> Result<()> {
        let (tenant, workspace) = (self.0.tenant.as_uuid(), rerating.workspace_id.map(|id| id.0));
        let tx = self.0.begin().await?;
        let locked = sql::lock_rating().bind(&tx, tenant).one().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let rated = sql::rerate_events()
            .bind(&tx, tenant, &part.from, &part.to, &workspace, &rerating.dry_run)
            .one()
            .await;
        let (tx, rated) = settle_with(tx, rated.map_err(refused)).await?;
        tx.commit().await?;
        let cents =
            |text: &str| stored_decimal("metering_events", "cost_in_cents", part.from, text);
        let sum = |one: Decimal, other: Decimal| {
            let too_large = || Error::Inconsistent {
                table: "metering_events",
                column: "cost_in_cents",
                row: part.from.to_string(),
            };
            one.checked_add(other).ok_or_else(too_large)
        };
        report.events += rated.events.unsigned_abs();
        report.changed += rated.changed.unsigned_abs();
        report.unpriced += rated.unpriced.unsigned_abs();
        report.before_cents = sum(report.before_cents, cents(&rated.before_cents)?)?;
        report.after_cents = sum(report.after_cents, cents(&rated.after_cents)?)?;
        Ok(())
    }
}

fn refused(error: tokio_postgres::Error) -> Error {
    if error.code() == Some(&SqlState::NUMERIC_VALUE_OUT_OF_RANGE) {
        let reason = "by these prices, a single event costs more than 10^14 cents; nothing of its part was changed";
        return Error::Conflict { operation: OPERATION, reason: reason.to_owned() };
    }
    Error::from_postgres(OPERATION, error)
}

fn event(rerating: &Rerating, report: &RerateReport, by: &Actor) -> Event {
    Event::new("usage.rerated", Resource::kind("usage"), by.clone())
        .with_detail("from", rerating.from.to_string())
        .with_detail("to", rerating.to.to_string())
        .with_detail("workspace_id", rerating.workspace_id.map(|id| id.to_string()))
        .with_detail("events", report.events)
        .with_detail("changed", report.changed)
        .with_detail("before_cents", report.before_cents.to_string())
        .with_detail("after_cents", report.after_cents.to_string())
        .with_detail("unpriced", report.unpriced)
}
