//! Metrics of commands that go on until they are stopped, for Prometheus.

mod gauges;
mod page;
mod server;
mod serving;

pub(crate) use gauges::Gauges;
#[cfg(feature = "otel")]
pub(crate) use page::SECONDS;
pub(crate) use page::{describe, recorder};
pub(crate) use serving::Serving;
