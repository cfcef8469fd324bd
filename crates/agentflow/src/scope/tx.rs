mod audit;
mod statements;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use agentflow_core::{ids::TenantId, metering::UsageEvent};

use super::{COMMIT, ROLLBACK, entry::Entry, wire::Ready};
use crate::{
    audit::{APPEND, Policy, Ticket},
    error::{Error, Result},
    metering::{self, RecordReport, Teller},
    observe::{self, Operation},
    pool::Connection,
    store::Shared,
};

type PgResult<T> = Result<T, tokio_postgres::Error>;

const BEGIN: &str = "begin a transaction";

/// A transaction of several statements in the scope of a tenant.
///
/// Dropped without [`commit`](TenantTx::commit), it is rolled back. After a statement failed, or was dropped before its
/// answer came, nothing can be committed any more.
///
/// ```no_run
/// # async fn example(tenant: agentflow::Tenant) -> Result<(), agentflow::Error> {
/// use agentflow::audit::{Actor, Event, Resource};
///
/// let tx = tenant.begin().await?;
/// tx.execute("UPDATE workspaces SET description = $1 WHERE name = $2", &[&"billing", &"finance"]).await?;
/// tx.audit(&Event::new("workspace.updated", Resource::new("workspace", "finance"), Actor::user("ann"))).await?;
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
pub struct TenantTx {
    connection: Connection,
    shared: Arc<Shared>,
    /// Unset until an administrator's transaction enters one.
    tenant: OnceLock<TenantId>,
    ready: Ready,
    /// Statements of the caller run one after the other, each right behind its preparation.
    turn: tokio::sync::Mutex<()>,
    /// Set while a statement is under way, and left set when it failed or was dropped.
    broken: AtomicBool,
    /// Set once a statement of the caller ran, which may leave things in the session.
    ran_own_sql: AtomicBool,
    /// Set once the connection was used to learn statements: it is closed afterwards.
    taught: AtomicBool,
    /// What the tenant wants recorded, where it was read here. Others learn it when this is committed: before, it may be
    /// what only this transaction sees.
    read_policy: OnceLock<(Ticket, Arc<Policy>)>,
    /// Entries that were appended here, which count once they are committed.
    appended: AtomicU64,
    operation: Operation,
}

impl std::fmt::Debug for TenantTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantTx").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl TenantTx {
    /// The operation is what the transaction is called where it is told how long it took.
    pub(crate) async fn begin(
        operation: &'static str,
        connection: Connection,
        shared: Arc<Shared>,
        tenant: TenantId,
    ) -> Result<Self> {
        let operation = Operation::begin(&connection, operation, Some(tenant));
        let entry = Entry::prepare(&connection, shared.statements.mode(), tenant, true)
            .await
            .inspect_err(|error| operation.failed_in_postgres(error))
            .map_err(|error| Error::from_postgres(BEGIN, error))?;
        let tx = Self::open(connection, shared, &entry, operation).await?;
        tx.set_tenant(tenant);
        Ok(tx)
    }

    /// A transaction in the role of the connection string and in no tenant.
    pub(crate) async fn begin_as_admin(
        operation: &'static str,
        connection: Connection,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let operation = Operation::begin(&connection, operation, None);
        Self::open(connection, shared, &Entry::Admin, operation).await
    }

    /// A transaction in the runtime role and in no tenant, for what is recorded of a tenant that cannot be entered.
    pub(crate) async fn begin_nowhere(
        operation: &'static str,
        connection: Connection,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let operation = Operation::begin(&connection, operation, None);
        Self::open(connection, shared, &Entry::Nowhere, operation).await
    }

    async fn open(
        connection: Connection,
        shared: Arc<Shared>,
        entry: &Entry,
        operation: Operation,
    ) -> Result<Self> {
        connection.take_off();
        if let Err(error) = entry.send(&connection).await {
            operation.failed_in_postgres(&error);
            if connection.batch_execute(ROLLBACK).await.is_ok() {
                connection.touch_down();
            }
            return Err(Error::from_postgres(BEGIN, error));
        }
        Ok(Self {
            connection,
            shared,
            tenant: OnceLock::new(),
            ready: Ready::default(),
            turn: tokio::sync::Mutex::default(),
            broken: AtomicBool::new(false),
            taught: AtomicBool::new(false),
            ran_own_sql: AtomicBool::new(false),
            read_policy: OnceLock::new(),
            appended: AtomicU64::new(0),
            operation,
        })
    }

    pub(crate) fn set_tenant(&self, tenant: TenantId) {
        let _ = self.tenant.set(tenant);
        self.operation.enter(tenant);
    }

    /// Undoes everything because of this error, which no statement need have had, and hands it back: what went wrong first
    /// is what is told.
    pub(crate) async fn refuse(self, error: Error) -> Error {
        self.operation.failed(&error);
        let _ = self.rollback().await;
        error
    }

    /// A statement appended one entry to the chain by itself.
    pub(crate) fn appended_in_sql(&self) {
        self.appended.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn tenant(&self) -> Result<TenantId> {
        self.tenant.get().copied().ok_or_else(|| Error::not_found(APPEND, "a tenant to append for"))
    }

    /// Records usage, to be committed with everything else or not at all. What is refused is in the report and breaks
    /// nothing; what would make a budget go beyond its limit is recorded all the same.
    ///
    /// From here to the end of the transaction others wait who record events with the same keys, or for the same budgets.
    /// Thresholds of budgets that are reached are in the report, and not logged: nobody knows yet whether it is committed.
    ///
    /// A [`Conflict`](crate::Error::Conflict) that ends with `try again` breaks the transaction: somebody was in the way, or
    /// a month or a workspace went away meanwhile.
    pub async fn record_usage(&self, events: &[UsageEvent]) -> Result<RecordReport> {
        metering::record_in(self, &self.shared, self.tenant()?, events, Teller::Others).await
    }

    /// Makes everything permanent.
    pub async fn commit(self) -> Result<()> {
        const OPERATION: &str = "commit a transaction";
        self.refuse_if_broken(OPERATION)?;
        let committed = self.send_end(COMMIT).await;
        self.end(committed.is_ok());
        self.committed(OPERATION, committed)
    }

    fn committed(&self, operation: &'static str, committed: PgResult<()>) -> Result<()> {
        committed
            .map_err(|error| Error::from_postgres(operation, error))
            .inspect_err(|error| self.operation.failed(error))?;
        self.operation.succeeded();
        match self.appended.load(Ordering::Relaxed) {
            0 => {}
            entries => observe::audit_appended(entries),
        }
        self.keep_policy();
        Ok(())
    }

    /// Undoes everything. Dropping does the same, at the price of the connection.
    pub async fn rollback(self) -> Result<()> {
        self.operation.rolled_back();
        let undone = self.send_end(ROLLBACK).await;
        self.end(undone.is_ok());
        undone.map_err(|error| Error::from_postgres("roll back a transaction", error))
    }

    /// PostgreSQL answers COMMIT of a failed transaction with success, after rolling it back.
    fn refuse_if_broken(&self, operation: &'static str) -> Result<()> {
        if self.broken.load(Ordering::Relaxed) {
            let reason = "an earlier statement of the transaction failed or was dropped; nothing was changed";
            return Err(Error::Conflict { operation, reason: reason.to_owned() });
        }
        Ok(())
    }

    /// In one message: after the end of the transaction, the next one reaches another server connection.
    async fn send_end(&self, end: &'static str) -> PgResult<()> {
        if self.ran_own_sql.load(Ordering::Relaxed) {
            let mut end = self.shared.statements.forgetting(end);
            if self.taught.load(Ordering::Relaxed) {
                end.push_str("; DEALLOCATE ALL");
            }
            return self.connection.batch_execute(&end).await;
        }
        if self.taught.load(Ordering::Relaxed) {
            return self.connection.batch_execute(&format!("{end}; DEALLOCATE ALL")).await;
        }
        self.connection.batch_execute(end).await
    }

    fn end(&self, answered: bool) {
        if answered && !self.taught.load(Ordering::Relaxed) {
            self.connection.touch_down();
        }
    }
}
