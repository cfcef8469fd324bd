//! What is told about the work: metrics, spans and slow operations, and that no value is in any of it.

mod counted;
mod gauges;
mod metrics;
mod refusals;
mod slow;
mod spans;
