//! Usage: what was used, what it cost, and sums of it by hour, day and month.

mod decimal;
mod item;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod metering;
mod months;
mod prices;
mod record;
mod recorded;
mod refresh;
mod report;
mod rerate;
mod retention;
mod send;

pub use agentflow_core::metering::{
    MetricType, Price, PriceBook, Priced, ReportPeriod, Unit, UsageEvent,
};
pub use metering::Metering;
pub(crate) use months::{Months, ensure_months};
pub use prices::{Prices, PublishedPrices};
pub(crate) use record::{TRIES, Teller, is_passing, record_in, warn_of};
pub use recorded::{RecordReport, Recorded, Refusal, Refused};
pub use refresh::{RefreshProgress, RefreshReport};
pub use report::{Group, GroupBy, MAX_REPORT_ROWS, ReportQuery, UsageReport, UsageRow};
pub use rerate::{RerateProgress, RerateReport, Rerating, TooCostly};
pub use retention::{Maintenance, MaintenanceReport, MeteringAdmin, UsageMonth};
