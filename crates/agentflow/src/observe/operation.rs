use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use agentflow_core::ids::TenantId;
use tracing::{Span, field};

use super::metric;
use crate::{error::Error, pool::Connection};

/// As long as no rows were counted.
const NONE_YET: u64 = u64::MAX;

/// Once some arrived that nobody counts, as those of a stream: the others alone would be a wrong number.
const UNKNOWN: u64 = u64::MAX - 1;

const OK: &str = "ok";
const ROLLED_BACK: &str = "rolled_back";
const DROPPED: &str = "dropped";

/// One flight or one transaction, from when it has its connection until it is dropped. Then it is told.
pub(crate) struct Operation {
    name: &'static str,
    tenant: OnceLock<TenantId>,
    outcome: OnceLock<&'static str>,
    /// [`NONE_YET`], [`UNKNOWN`], or how many.
    rows: AtomicU64,
    started: Instant,
    slow_after: Option<Duration>,
    span: Span,
}

impl Operation {
    pub(crate) fn begin(
        connection: &Connection,
        name: &'static str,
        tenant: Option<TenantId>,
    ) -> Self {
        let span = tracing::debug_span!(
            target: "agentflow::operation",
            "operation",
            otel.name = name,
            otel.kind = "client",
            db.system.name = "postgresql",
            operation = name,
            tenant = field::Empty,
            rows = field::Empty,
            outcome = field::Empty,
        );
        let operation = Self {
            name,
            tenant: OnceLock::new(),
            outcome: OnceLock::new(),
            rows: AtomicU64::new(NONE_YET),
            started: Instant::now(),
            slow_after: connection.slow_after(),
            span,
        };
        if let Some(tenant) = tenant {
            operation.enter(tenant);
        }
        operation
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The tenant it turned out to be for.
    pub(crate) fn enter(&self, tenant: TenantId) {
        if self.tenant.set(tenant).is_ok() && !self.span.is_disabled() {
            self.span.record("tenant", field::display(tenant));
        }
    }

    /// So many rows were read or changed.
    pub(crate) fn add_rows(&self, rows: impl TryInto<u64>) {
        let rows = rows.try_into().unwrap_or(0);
        let add = |before| match before {
            UNKNOWN => None,
            NONE_YET => Some(rows.min(UNKNOWN - 1)),
            before => Some(before.saturating_add(rows).min(UNKNOWN - 1)),
        };
        let _ = self.rows.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Rows were read or changed that nobody counts.
    pub(crate) fn stop_counting_rows(&self) {
        self.rows.store(UNKNOWN, Ordering::Relaxed);
    }

    pub(crate) fn succeeded(&self) {
        let _ = self.outcome.set(OK);
    }

    pub(crate) fn rolled_back(&self) {
        let _ = self.outcome.set(ROLLED_BACK);
    }

    /// What failed first is what counts.
    pub(crate) fn failed(&self, error: &Error) {
        let _ = self.outcome.set(error.kind());
    }

    /// The same, before the error is read.
    pub(crate) fn failed_in_postgres(&self, error: &tokio_postgres::Error) {
        let _ = self.outcome.set(Error::kind_of_postgres(error));
    }

    fn tell(&self) {
        let took = self.started.elapsed();
        let name = self.name;
        let outcome = self.outcome.get().copied().unwrap_or(DROPPED);
        let rows = Some(self.rows.load(Ordering::Relaxed)).filter(|rows| *rows < UNKNOWN);
        metrics::histogram!(metric::OPERATION_DURATION, "operation" => name, "outcome" => outcome)
            .record(took);
        if ![OK, ROLLED_BACK, DROPPED].contains(&outcome) {
            failed(outcome);
        }
        if !self.span.is_disabled() {
            if let Some(rows) = rows {
                self.span.record("rows", rows);
            }
            self.span.record("outcome", outcome);
        }
        if self.slow_after.is_some_and(|limit| took >= limit) {
            metrics::counter!(metric::SLOW_OPERATIONS, "operation" => name).increment(1);
            tracing::warn!(
                target: "agentflow::slow",
                operation = name,
                tenant = self.tenant.get().map(field::display),
                duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                rows,
                outcome,
                "a slow operation"
            );
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.tell();
    }
}

/// Counts an error of this kind.
pub(crate) fn failed(kind: &'static str) {
    metrics::counter!(metric::ERRORS, "kind" => kind).increment(1);
}

/// Counts an error that is found only after the operation it belongs to is over.
pub(crate) fn refused(error: Error) -> Error {
    failed(error.kind());
    error
}

/// Counts entries of audit chains that were committed.
pub(crate) fn audit_appended(entries: u64) {
    metrics::counter!(metric::AUDIT_ENTRIES).increment(entries);
}

/// Counts a reservation that a budget did not allow.
pub(crate) fn refused_by_budget() {
    metrics::counter!(metric::BUDGET_REFUSALS).increment(1);
}

/// A call waited so long for a connection, and has it or gave up.
pub(crate) fn waited_for_connection(wait: Duration) {
    metrics::histogram!(metric::POOL_WAIT).record(wait);
}
