use metrics::gauge;

use super::metric;
use crate::{audit::AuditLag, runs::RunsWaiting};

/// Sets the gauges of the runs that wait.
pub fn gauge_runs(waiting: &RunsWaiting) {
    gauge!(metric::RUNS_DUE).set(of(waiting.runs));
    gauge!(metric::RUNS_OLDEST_DUE).set(waiting.longest.as_secs_f64());
}

/// Sets the gauges of the audit that waits to be published.
pub fn gauge_audit_lag(lag: &AuditLag) {
    gauge!(metric::AUDIT_UNPUBLISHED).set(of(lag.entries));
    let waited = lag.since.map_or(0.0, |since| lag.measured_at.duration_since(since).as_secs_f64());
    gauge!(metric::AUDIT_LAG).set(waited.max(0.0));
}

/// Sets the gauges of a pool.
pub(crate) fn gauge_pool((open, idle): (usize, usize), limit: usize) {
    gauge!(metric::POOL_CONNECTIONS, "state" => "idle").set(of(idle));
    gauge!(metric::POOL_CONNECTIONS, "state" => "used").set(of(open.saturating_sub(idle)));
    gauge!(metric::POOL_LIMIT).set(of(limit));
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and 2^53 are enough")]
fn of(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}
