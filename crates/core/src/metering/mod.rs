//! Usage, as far as that needs no database: what is used, what it is counted in, and what it costs.

mod book;
mod event;
mod fingerprint;
mod line;
mod metric;
mod period;
mod price;
mod validate;

pub use event::UsageEvent;
pub use fingerprint::stored_time;
pub use line::UsageLineError;
pub use metric::{MetricType, Unit};
pub use period::ReportPeriod;
pub use price::{COST_PLACES, Price, PriceBook, Priced};
