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
    /// How many of them would cost 10^14 cents or more by these prices. They keep what they cost.
    pub too_costly: u64,
    /// The first of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_too_costly: Option<TooCostly>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// An event that would cost more than there is room for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TooCostly {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its key.
    pub key: String,
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
    /// It goes on in parts, each in a transaction of its own with an entry of the audit, if something changed: when it is interrupted,
    /// what was done is done and told of, and done again it does the rest. What is recorded meanwhile with the prices of before may be missed.
    ///
    /// An event that would cost 10^14 cents or more is left as it is, and counted. Fails with [`Error::InvalidInput`] for a period
    /// that is empty or begins before that from which usage is kept.
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
        for part in parts {
            self.rerate_part(rerating, &part, by, &mut report).await?;
            progress(RerateProgress { done: report.events, total: total.max(report.events) });
        }
        Ok(report)
    }

    async fn check(&self, rerating: &Rerating) -> Result<()> {
        if rerating.from >= rerating.to {
            let input = InvalidInput::new("to", "expected a time after `from`");
            return Err(Error::invalid(OPERATION)(input));
        }
        let flight = self.0.flight(OPERATION).await?;
        let retained_from = months::retained_from().bind(&flight).one().await;
        let retained_from = flight.land(retained_from).await?;
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
        let flight = self.0.flight(OPERATION).await?;
        let hours = sql::list_hours()
            .bind(&flight, self.0.tenant.as_uuid(), &first, &to, &workspace)
            .all()
            .await;
        let hours = flight.land(hours).await?;
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
        by: &Actor,
        report: &mut RerateReport,
    ) -> Result<()> {
        let (tenant, workspace) = (self.0.tenant.as_uuid(), rerating.workspace_id.map(|id| id.0));
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_rating().bind(&tx, tenant).one().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let rated = sql::rerate_events()
            .bind(&tx, tenant, &part.from, &part.to, &workspace, &rerating.dry_run)
            .one()
            .await;
        let (tx, rated) = settle(OPERATION, tx, rated).await?;
        let (tx, done) = settle_with(tx, part.report(rated)).await?;
        if done.changed > 0 && !rerating.dry_run {
            tx.audit_and_commit(&event(rerating, part, &done, by)).await?;
        } else {
            tx.commit().await?;
        }
        report.add(part, done)
    }
}

impl Part {
    fn report(&self, rated: sql::Rerated) -> Result<RerateReport> {
        let cents =
            |text: &str| stored_decimal("metering_events", "cost_in_cents", self.from, text);
        let first = rated.too_costly_at.zip(rated.too_costly_key);
        Ok(RerateReport {
            events: rated.events.unsigned_abs(),
            changed: rated.changed.unsigned_abs(),
            before_cents: cents(&rated.before_cents)?,
            after_cents: cents(&rated.after_cents)?,
            unpriced: rated.unpriced.unsigned_abs(),
            too_costly: rated.too_costly.unsigned_abs(),
            first_too_costly: first.map(|(occurred_at, key)| TooCostly { occurred_at, key }),
            dry_run: false,
        })
    }
}

impl RerateReport {
    /// With what was done in a later part.
    fn add(&mut self, part: &Part, done: Self) -> Result<()> {
        let sum = |one: Decimal, other: Decimal| {
            let too_large = || Error::Inconsistent {
                table: "metering_events",
                column: "cost_in_cents",
                row: part.from.to_string(),
            };
            one.checked_add(other).ok_or_else(too_large)
        };
        self.events += done.events;
        self.changed += done.changed;
        self.unpriced += done.unpriced;
        self.too_costly += done.too_costly;
        self.before_cents = sum(self.before_cents, done.before_cents)?;
        self.after_cents = sum(self.after_cents, done.after_cents)?;
        self.first_too_costly = self.first_too_costly.take().or(done.first_too_costly);
        Ok(())
    }
}

fn event(rerating: &Rerating, part: &Part, done: &RerateReport, by: &Actor) -> Event {
    Event::new("usage.rerated", Resource::kind("usage"), by.clone())
        .with_detail("from", part.from.to_string())
        .with_detail("to", part.to.to_string())
        .with_detail("workspace_id", rerating.workspace_id.map(|id| id.to_string()))
        .with_detail("events", done.events)
        .with_detail("changed", done.changed)
        .with_detail("before_cents", done.before_cents.to_string())
        .with_detail("after_cents", done.after_cents.to_string())
        .with_detail("unpriced", done.unpriced)
        .with_detail("too_costly", done.too_costly)
}
