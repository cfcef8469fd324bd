//! Months of usage: made ahead, and dropped when their time is over.

use std::time::Duration;

use agentflow_core::{InvalidInput, ids::TenantId, metering::ReportPeriod};
use agentflow_sql::queries::{budgets, metering as months, usage as sql};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::refresh::sum_up_page;
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
    scope::TenantTx,
};

/// How long to wait for a table at once: whoever waits for one makes all others wait behind.
const WAIT: &str = "2s";

/// How often to try.
const TRIES: u32 = 10;

/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Keys that are looked at in one transaction.
const KEYS: i64 = 10_000;

/// Reservations, and periods of budgets, that are deleted in one transaction.
const PAGE: i64 = 1_000;

/// How long reservations are kept after they ended: their keys cannot be used again meanwhile.
const RESERVATIONS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is violated when what is not to be kept has not happened yet.
const NOT_AHEAD: &str = "metering_retention_not_ahead";

const OPERATION: &str = "maintain usage";

/// The usage of all tenants, for the operator. Made by [`Admin::metering`].
#[derive(Debug, Clone, Copy)]
pub struct MeteringAdmin<'a>(pub(crate) &'a Admin);

/// What is to be seen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maintenance {
    /// For how many months to come room is made, besides that of now: at most 24.
    pub ahead: u8,
    /// How many whole months before that of now are kept; all of them when absent.
    pub keep: Option<u16>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MaintenanceReport {
    /// The months that there was no room for.
    pub created: Vec<String>,
    /// The months that were dropped, and what there was of them was summed up before.
    pub dropped: Vec<String>,
    /// How many keys of events of such months were forgotten.
    pub keys: u64,
    /// How many hours of workspaces were summed up.
    pub hours: u64,
    /// How many reservations were deleted, which ended more than 30 days ago.
    pub reservations: u64,
    /// How many periods of budgets that ended before that were deleted, when months are not kept for ever.
    pub budget_periods: u64,
    /// From when on usage is kept and taken.
    pub retained_from: Timestamp,
}

/// A month that there is room for, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsageMonth {
    /// The name of its table.
    pub name: String,
    /// When it begins.
    pub month: Timestamp,
    /// How much room it takes on the disk, with its index.
    pub bytes: u64,
    /// Whether it is kept.
    pub is_retained: bool,
}

impl MeteringAdmin<'_> {
    /// The months that there is room for, in their order.
    pub async fn months(&self) -> Result<Vec<UsageMonth>> {
        let tx = self.0.begin("list the months of usage").await?;
        let rows = sql::list_months().bind(tx.client()).all().await;
        let rows = tx.finish("list the months of usage", rows).await?;
        let month = |row: sql::ListMonths| UsageMonth {
            name: row.name,
            month: row.month,
            bytes: row.bytes.unsigned_abs(),
            is_retained: row.is_retained,
        };
        Ok(rows.into_iter().map(month).collect())
    }

    /// Makes room for the months ahead, so that nobody has to who records, and drops those whose time is over. Sums up what
    /// changed in all tenants, and deletes their reservations that ended more than 30 days ago.
    ///
    /// Months that are dropped are summed up before: their summaries stay, and usage of them is refused from the beginning of this on.
    /// Others go on meanwhile, but for moments. When it is interrupted, it can be done again, and does the rest.
    ///
    /// Fails with [`Error::Unavailable`] when somebody keeps a month locked for too long, and with [`Error::Conflict`] when
    /// by the clock of the database the months that are not to be kept are still to come.
    pub async fn maintain(&self, maintenance: Maintenance) -> Result<MaintenanceReport> {
        if maintenance.ahead > 24 {
            let input = InvalidInput::new("ahead", "expected at most 24 months");
            return Err(Error::invalid(OPERATION)(input));
        }
        let now = self.0.shared.now();
        let mut report = MaintenanceReport {
            created: self.make_ahead(now, maintenance.ahead).await?,
            ..Default::default()
        };
        if let Some(keep) = maintenance.keep {
            self.retain(months_later(now, -i64::from(keep))).await?;
        }
        let tx = self.0.begin(OPERATION).await?;
        let retained_from = months::retained_from().bind(tx.client()).one().await;
        report.retained_from = tx.finish(OPERATION, retained_from).await?;
        let mut tenants = Vec::new();
        self.0.tenants().for_each(|tenant| tenants.push(tenant.id)).await?;
        if maintenance.keep.is_some() {
            self.drop_past(&tenants, &mut report).await?;
        }
        for tenant in tenants {
            report.hours += self.sum_up(tenant, None).await?;
            report.reservations += self.prune_reservations(tenant, now).await?;
            if maintenance.keep.is_some() {
                report.budget_periods += self.prune_periods(tenant, report.retained_from).await?;
            }
        }
        Ok(report)
    }

    async fn make_ahead(&self, now: Timestamp, ahead: u8) -> Result<Vec<String>> {
        let before = self.months().await?;
        for later in 0..=ahead {
            let tx = self.0.begin(OPERATION).await?;
            let at = months_later(now, later.into());
            let made = months::create_month().bind(tx.client(), &at).one().await;
            tx.finish(OPERATION, made).await?;
        }
        let after = self.months().await?.into_iter();
        let is_new = |month: &UsageMonth| before.iter().all(|it| it.name != month.name);
        Ok(after.filter(is_new).map(|month| month.name).collect())
    }

    async fn retain(&self, from: Timestamp) -> Result<()> {
        let tx = self.0.begin(OPERATION).await?;
        let retained = sql::retain_from().bind(tx.client(), &from).one().await;
        let constraint = |error: &tokio_postgres::Error| {
            error.as_db_error().and_then(|error| error.constraint()).map(str::to_owned)
        };
        if retained.as_ref().err().and_then(constraint).as_deref() == Some(NOT_AHEAD) {
            let reason = format!(
                "usage before {from} is not to be kept, which by the clock of the database is still to come; \
                 compare it with the clock of this machine"
            );
            return Err(tx.refuse(Error::Conflict { operation: OPERATION, reason }).await);
        }
        tx.finish(OPERATION, retained).await.map(drop)
    }

    async fn drop_past(&self, tenants: &[TenantId], report: &mut MaintenanceReport) -> Result<()> {
        let past = self.months().await?.into_iter().filter(|month| !month.is_retained);
        let past: Vec<_> = past.map(|month| month.name).collect();
        for name in &past {
            // Whoever was storing something is done then, and nobody does any more: what is summed up now is all.
            self.patiently(name, Change::Freeze).await?;
        }
        if !past.is_empty() {
            for tenant in tenants {
                report.hours += self.sum_up(*tenant, Some(report.retained_from)).await?;
            }
        }
        for name in past {
            self.patiently(&name, Change::Drop).await?;
            tracing::info!(month = %name, "dropped a month of usage");
            report.dropped.push(name);
        }
        for tenant in tenants {
            report.keys += self.forget_keys(*tenant).await?;
        }
        Ok(())
    }

    /// Sums up what changed in a tenant, also in one that is suspended: all of it that was `before`, where nothing changes any
    /// more, or as many hours as have changed by now. What comes in faster must not keep it here for ever.
    async fn sum_up(&self, tenant: TenantId, before: Option<Timestamp>) -> Result<u64> {
        let (mut done, mut left) = (0, u64::MAX);
        if before.is_none() {
            let counted = self.of_tenant(tenant, async |tx| {
                sql::count_changed_hours().bind(tx, tenant.as_uuid()).one().await
            });
            left = counted.await?.unsigned_abs();
        }
        while done < left {
            let now = self.0.shared.now();
            let page =
                self.of_tenant(tenant, async |tx| sum_up_page(tx, tenant, now, before).await);
            match page.await? {
                0 => break,
                hours => done += hours,
            }
        }
        Ok(done)
    }

    async fn prune_reservations(&self, tenant: TenantId, now: Timestamp) -> Result<u64> {
        let before = now.checked_sub(RESERVATIONS_KEPT).unwrap_or(Timestamp::MIN);
        let mut deleted = 0;
        loop {
            let page = self.of_tenant(tenant, async |tx| {
                let statement = budgets::delete_ended_reservations();
                statement.bind(tx, tenant.as_uuid(), &before, &PAGE).await
            });
            match page.await? {
                0 => return Ok(deleted),
                page => deleted += page,
            }
        }
    }

    async fn prune_periods(&self, tenant: TenantId, before: Timestamp) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let page = self.of_tenant(tenant, async |tx| {
                budgets::delete_old_periods().bind(tx, &before, &PAGE).one().await
            });
            match page.await?.unsigned_abs() {
                0 => return Ok(deleted),
                page => deleted += page,
            }
        }
    }

    async fn forget_keys(&self, tenant: TenantId) -> Result<u64> {
        let (mut forgotten, mut after): (u64, Option<(Uuid, String)>) = (0, None);
        loop {
            let (workspace, key) = after.unzip();
            let page = self.of_tenant(tenant, async |tx| {
                let statement = sql::forget_keys();
                statement.bind(tx, tenant.as_uuid(), &key, &workspace, &KEYS).opt().await
            });
            let Some(last) = page.await? else { return Ok(forgotten) };
            forgotten += last.forgotten.unsigned_abs();
            after = Some((last.workspace_id, last.event_key));
        }
    }

    /// Does something in a transaction in the scope of a tenant, also of one that is suspended.
    async fn of_tenant<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFnOnce(&TenantTx) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T> {
        let tx = self.0.begin(OPERATION).await?;
        let done = match tx.enter(tenant).await {
            Ok(()) => {
                work(tx.client()).await.map_err(|error| Error::from_postgres(OPERATION, error))
            }
            Err(error) => Err(error),
        };
        tx.settle(done).await
    }

    /// Changes a month, which takes a moment in which nobody else uses it.
    async fn patiently(&self, name: &str, change: Change) -> Result<()> {
        for _ in 0..TRIES {
            let tx = self.0.begin(OPERATION).await?;
            let changed = change.make(&tx, name).await;
            match &changed {
                Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                    tx.rollback().await?;
                    tokio::time::sleep(PAUSE).await;
                }
                _ => return tx.finish(OPERATION, changed).await,
            }
        }
        let reason = format!("{name} was in use all the time; nothing is lost, try again later");
        Err(Error::Unavailable { operation: OPERATION, reason, source: None })
    }
}

#[derive(Clone, Copy)]
enum Change {
    Freeze,
    Drop,
}

impl Change {
    async fn make(self, tx: &AdminTx, name: &str) -> Result<(), tokio_postgres::Error> {
        sql::wait_briefly().bind(tx.client(), &WAIT).one().await?;
        match self {
            Self::Freeze => sql::freeze_month().bind(tx.client(), &name).one().await?,
            Self::Drop => sql::drop_month().bind(tx.client(), &name).one().await?,
        };
        Ok(())
    }
}

/// The beginning of the month so many months after that of `at`.
fn months_later(at: Timestamp, months: i64) -> Timestamp {
    let month = ReportPeriod::Month.start_of(at).to_zoned(TimeZone::UTC);
    month.checked_add(months.months()).map_or(at, |later| later.timestamp())
}
