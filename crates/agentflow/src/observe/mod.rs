//! What is told about the work: metrics, spans and slow operations, without any value that was worked on.
//!
//! Metrics go through the facade of the crate [`metrics`]: a program installs a recorder, such as that of
//! `metrics-exporter-prometheus`, and calls [`describe`]. Without one, nothing is counted. Spans and events go through
//! `tracing`: each operation on the database is a span `operation` of the target `agentflow::operation`, each attempt at a step of a
//! run a span `step` of the target `agentflow::step`, both at level debug.
//!
//! No metric has a tenant as a label, for there may be any number of them; spans and events name it.

mod gauges;
mod names;
mod operation;
mod step;

pub use gauges::{gauge_audit_lag, gauge_runs};
pub use names::{describe, metric};

pub(crate) use gauges::gauge_pool;
pub(crate) use operation::{
    Operation, audit_appended, failed, refused, refused_by_budget, waited_for_connection,
};
pub(crate) use step::{ended as step_ended, span as step_span};
