use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// The names of the metrics.
pub mod metric {
    /// How long an operation had a connection to the database, in seconds: a histogram by `operation` and `outcome`.
    ///
    /// The outcome is `ok`, the [kind](crate::Error::kind) of an error, `rolled_back` where the transaction was given up
    /// on purpose, or `dropped` where nobody waited for the end.
    pub const OPERATION_DURATION: &str = "af_operation_duration_seconds";
    /// Errors by [`kind`](crate::Error::kind): of operations, of connections that could not be had, and refusals of
    /// credentials and permissions. Input that is refused before anything is asked of the database is not counted.
    pub const ERRORS: &str = "af_errors_total";
    /// Operations that took longer than [`Config::with_slow_after`](crate::Config::with_slow_after) allows.
    pub const SLOW_OPERATIONS: &str = "af_slow_operations_total";
    /// Connections of the pool by `state`: `idle` and `used`. As of the last call of
    /// [`Store::gauge_pool`](crate::Store::gauge_pool).
    pub const POOL_CONNECTIONS: &str = "af_pool_connections";
    /// How many connections the pool may have open.
    pub const POOL_LIMIT: &str = "af_pool_connections_limit";
    /// How long a call waited for a connection, in seconds, also where it got none: a histogram.
    pub const POOL_WAIT: &str = "af_pool_wait_seconds";
    /// How long attempts at steps of runs took here, in seconds: a histogram by `kind` of the step and `outcome`, which is
    /// `done`, `failed`, `out_of_time` or `stopped`.
    pub const STEP_DURATION: &str = "af_step_duration_seconds";
    /// Entries that were appended to audit chains, once they were committed.
    pub const AUDIT_ENTRIES: &str = "af_audit_entries_total";
    /// Reservations that a budget did not allow.
    pub const BUDGET_REFUSALS: &str = "af_budget_refusals_total";
    /// Runs of active tenants that are due, and that no worker has begun or holds any more. As of the last call of
    /// [`gauge_runs`](crate::observe::gauge_runs).
    pub const RUNS_DUE: &str = "af_runs_due";
    /// How long the first of them has been due, in seconds; 0 when there is none.
    pub const RUNS_OLDEST_DUE: &str = "af_runs_oldest_due_seconds";
    /// Audit entries that are in no checkpoint which every sink was given. As of the last call of
    /// [`gauge_audit_lag`](crate::observe::gauge_audit_lag).
    pub const AUDIT_UNPUBLISHED: &str = "af_audit_unpublished_entries";
    /// How long the first of them may have been waiting, in seconds; 0 when there is none.
    pub const AUDIT_LAG: &str = "af_audit_lag_seconds";
}

/// Tells the recorder that is installed what each metric means, and in which unit it is.
pub fn describe() {
    use metric as m;

    describe_histogram!(
        m::OPERATION_DURATION,
        Unit::Seconds,
        "How long an operation had a connection to the database."
    );
    describe_counter!(m::ERRORS, Unit::Count, "Errors by kind.");
    describe_counter!(
        m::SLOW_OPERATIONS,
        Unit::Count,
        "Operations that took longer than AF_SLOW_MS."
    );
    describe_gauge!(m::POOL_CONNECTIONS, Unit::Count, "Connections of the pool by state.");
    describe_gauge!(m::POOL_LIMIT, Unit::Count, "How many connections the pool may have open.");
    describe_histogram!(m::POOL_WAIT, Unit::Seconds, "How long a call waited for a connection.");
    describe_histogram!(m::STEP_DURATION, Unit::Seconds, "How long attempts at steps took.");
    describe_counter!(m::AUDIT_ENTRIES, Unit::Count, "Entries appended to audit chains.");
    describe_counter!(m::BUDGET_REFUSALS, Unit::Count, "Reservations that a budget refused.");
    describe_gauge!(m::RUNS_DUE, Unit::Count, "Runs that are due and not begun.");
    describe_gauge!(m::RUNS_OLDEST_DUE, Unit::Seconds, "How long the first of them has been due.");
    describe_gauge!(
        m::AUDIT_UNPUBLISHED,
        Unit::Count,
        "Audit entries in no checkpoint that every sink was given."
    );
    describe_gauge!(
        m::AUDIT_LAG,
        Unit::Seconds,
        "How long the first of them may have been waiting."
    );
}
