//! Summing up: every hour in which something changed is made anew from its events, its day from the hours, its month from the
//! days.
//!
//! Whoever stores usage marks its hour in the same transaction. Whoever sums up removes the marks that it sees and then reads the
//! events: of a mark that it sees, it sees the events. A mark that comes later stays, and the hour is made once more.

use agentflow_core::ids::TenantId;
use agentflow_sql::{client::GenericClient, queries::usage as sql};
use jiff::Timestamp;
use serde::Serialize;

use super::Metering;
use crate::{error::Result, settle::settle};

/// The most hours of workspaces in one transaction.
const PAGE: i64 = 50;

const OPERATION: &str = "sum up usage";

/// How far summing up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshProgress {
    /// How many hours of workspaces were made anew.
    pub done: u64,
    /// How many there are, as far as is known.
    pub total: u64,
}

/// What was summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RefreshReport {
    /// How many hours of workspaces had changed. Those of months that were dropped keep the summaries they have.
    pub hours: u64,
}

impl Metering {
    /// Makes the summaries of all hours anew in which something changed, and of their days and months. Beside it, usage can be
    /// recorded and summed up by others; what is recorded meanwhile may be left for the next time. When it is interrupted, what
    /// was done is done.
    pub async fn refresh(
        &self,
        progress: &(dyn Fn(RefreshProgress) + Send + Sync),
    ) -> Result<RefreshReport> {
        let flight = self.0.flight(OPERATION).await?;
        let counted = sql::count_changed_hours().bind(&flight, self.0.tenant.as_uuid()).one().await;
        let mut left = flight.land(counted).await?.unsigned_abs();
        let (mut report, total) = (RefreshReport::default(), left);
        // What comes in faster than it is summed up must not keep it here for ever.
        while left > 0 {
            let tx = self.0.begin(OPERATION).await?;
            let page = sum_up_page(&tx, self.0.tenant, self.0.shared.now(), None).await;
            let (tx, hours) = settle(OPERATION, tx, page).await?;
            tx.commit().await?;
            report.hours += hours;
            progress(RefreshProgress { done: report.hours, total: total.max(report.hours) });
            left = if hours == 0 { 0 } else { left.saturating_sub(hours) };
        }
        Ok(report)
    }
}

/// Sums up some hours of a tenant, only of those `before` if that is told, within a transaction that does nothing else, and
/// says how many had changed.
pub(super) async fn sum_up_page(
    client: &impl GenericClient,
    tenant: TenantId,
    now: Timestamp,
    before: Option<Timestamp>,
) -> Result<u64, tokio_postgres::Error> {
    let tenant = tenant.as_uuid();
    sql::lock_usage_summaries().bind(client, tenant).one().await?;
    sql::hold_months().bind(client).await?;
    let changed = sql::take_changed_hours().bind(client, tenant, &before, &PAGE).one().await?;
    let (workspaces, hours) = (&changed.workspaces, &changed.starts);
    if !hours.is_empty() {
        sql::forget_summaries().bind(client, tenant, &"hour", workspaces, hours, &"hourly").await?;
        sql::sum_up_hours().bind(client, tenant, &now, workspaces, hours).await?;
        for (unit, period, of_period) in [("day", "daily", "hourly"), ("month", "monthly", "daily")]
        {
            sql::forget_summaries().bind(client, tenant, &unit, workspaces, hours, &period).await?;
            sql::sum_up_summaries()
                .bind(client, tenant, &period, &now, &unit, workspaces, hours, &of_period)
                .await?;
        }
    }
    Ok(changed.hours.unsigned_abs())
}
