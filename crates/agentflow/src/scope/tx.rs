use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use agentflow_core::{
    audit::{Event, Record},
    ids::TenantId,
    metering::UsageEvent,
};
use agentflow_sql::client::GenericClient;
use futures::join;
use tokio_postgres::{
    CopyInSink, Row, RowStream, SimpleQueryMessage, Statement, ToStatement,
    types::{BorrowToSql, ToSql},
};
use tokio_util::bytes::Bytes;

use super::{
    COMMIT, ROLLBACK,
    control::refuse_control,
    entry::Entry,
    wire::{Ready, Wire},
};
use crate::{
    audit::{self, Appended, Policy, Ticket},
    config::Statements,
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
        let operation = Operation::begin(&connection, Some(operation), Some(tenant));
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
        let operation = Operation::begin(&connection, Some(operation), None);
        Self::open(connection, shared, &Entry::Admin, operation).await
    }

    /// A transaction in the runtime role and in no tenant, for what is recorded of a tenant that cannot be entered.
    pub(crate) async fn begin_nowhere(
        operation: &'static str,
        connection: Connection,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let operation = Operation::begin(&connection, Some(operation), None);
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
        self.tenant
            .get()
            .copied()
            .ok_or_else(|| Error::not_found(audit::APPEND, "a tenant to append for"))
    }

    /// Runs a statement of yours and returns how many rows it touched. The text is `'static` because it is kept
    /// prepared: text made at run time would fill that memory without end. Statements that would leave the scope, such
    /// as COMMIT and SET, are refused.
    pub async fn execute(&self, sql: &'static str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        refuse_control("run a statement", sql)?;
        self.ran_own_sql.store(true, Ordering::Relaxed);
        let _turn = self.turn.lock().await;
        let run = async {
            let statement = GenericClient::prepare(self, sql).await?;
            GenericClient::execute(self, &statement, params).await
        };
        run.await.map_err(|error| Error::from_postgres("run a statement", error))
    }

    /// Runs a query of yours and returns its rows.
    pub async fn query(
        &self,
        sql: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        refuse_control("run a query", sql)?;
        self.ran_own_sql.store(true, Ordering::Relaxed);
        let _turn = self.turn.lock().await;
        let run = async {
            let statement = GenericClient::prepare(self, sql).await?;
            GenericClient::query(self, &statement, params).await
        };
        run.await.map_err(|error| Error::from_postgres("run a query", error))
    }

    /// Appends an event to the audit chain, to be committed with everything else or not at all.
    ///
    /// From here to the end of the transaction other appends to this tenant's chain wait, so do it last.
    pub async fn audit(&self, event: &Event) -> Result<Appended> {
        let record = self.shared.record(&*self.policy().await?, event)?;
        self.append(std::slice::from_ref(&record)).await
    }

    /// Appends events in their order, about a thousand a call. An empty slice fails with `InvalidInput`.
    ///
    /// Like [`audit`](TenantTx::audit) this takes the chain for the rest of the transaction: when a long file is
    /// appended in many calls, other appends to this tenant's chain wait until it is committed.
    pub async fn audit_many(&self, events: &[Event]) -> Result<Appended> {
        let records = audit::record_many(&self.shared, &*self.policy().await?, events)?;
        self.append(&records).await
    }

    async fn append(&self, records: &[Record]) -> Result<Appended> {
        let appended = audit::append_in(self, self.tenant()?, records).await?;
        self.appended.fetch_add(records.len() as u64, Ordering::Relaxed);
        Ok(appended)
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

    /// Appends an event and commits, in one round trip.
    pub async fn audit_and_commit(self, event: &Event) -> Result<Appended> {
        self.refuse_if_broken(audit::APPEND)?;
        let record = self.shared.record(&*self.policy().await?, event)?;
        self.append_and_commit(&record).await
    }

    /// What the tenant wants recorded. Read over this connection where it has to be read: whoever holds one and waits
    /// for another may wait for ever.
    async fn policy(&self) -> Result<Arc<Policy>> {
        if let Some((_, policy)) = self.read_policy.get() {
            return Ok(Arc::clone(policy));
        }
        let tenant = self.tenant()?;
        let ticket = match self.shared.policies.find(tenant, self.shared.now()) {
            Ok(policy) => return Ok(policy),
            Err(ticket) => ticket,
        };
        let policy = Arc::new(audit::read_policy(self, tenant).await?);
        let _ = self.read_policy.set((ticket, Arc::clone(&policy)));
        Ok(policy)
    }

    /// Lets others know what was read here, once it is what everybody sees.
    fn keep_policy(&self) {
        if let (Some(tenant), Some((ticket, policy))) = (self.tenant.get(), self.read_policy.get())
        {
            self.shared.policies.keep(*tenant, *ticket, policy);
        }
    }

    async fn append_and_commit(self, record: &Record) -> Result<Appended> {
        let operation = audit::APPEND;
        let tenant = self.tenant()?;
        let statement =
            audit::prepare_append(&self).await.map_err(|e| Error::from_postgres(operation, e))?;
        let records = std::slice::from_ref(record);
        let (appended, committed) = join!(
            audit::append_prepared(&self, &statement, tenant, records),
            self.send_end(COMMIT)
        );
        self.end(committed.is_ok());
        let appended = appended.inspect_err(|error| self.operation.failed(error))?;
        self.appended.fetch_add(1, Ordering::Relaxed);
        self.committed(operation, committed)?;
        Ok(appended)
    }

    /// Runs text that the schema made: no parameters, nothing prepared. What it would leave behind ends with the transaction.
    pub(crate) async fn batch(&self, sql: &str) -> PgResult<Vec<SimpleQueryMessage>> {
        self.operation.stop_counting_rows();
        self.watch(self.connection.simple_query(sql)).await
    }

    /// Begins a COPY into the server, whose text the schema made. What is sent counts only once it is finished; a COPY that is
    /// dropped ends the transaction.
    pub(crate) async fn copy_in(&self, sql: &str) -> PgResult<CopyInSink<Bytes>> {
        // The driver gives the statement a name.
        let clear = self.shared.statements.mode() == Statements::Typed
            && !self.taught.swap(true, Ordering::Relaxed);
        if clear {
            self.watch(self.connection.batch_execute("DEALLOCATE ALL")).await?;
        }
        self.operation.stop_counting_rows();
        self.watch(self.connection.copy_in(sql)).await
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

    fn wire(&self) -> Wire<'_> {
        self.ready.wire(&self.connection)
    }

    async fn watch<T>(&self, statement: impl Future<Output = PgResult<T>>) -> PgResult<T> {
        let broken_before = self.broken.swap(true, Ordering::Relaxed);
        let answer = statement.await.inspect_err(|it| self.operation.failed_in_postgres(it))?;
        self.broken.store(broken_before, Ordering::Relaxed);
        Ok(answer)
    }
}

impl GenericClient for TenantTx {
    fn stmt_cache() -> bool {
        true
    }

    async fn prepare(&self, query: &str) -> PgResult<Statement> {
        let statements = &self.shared.statements;
        let prepared = statements.prepare_inside(&self.connection, &self.taught, query);
        let prepared = self.watch(prepared).await?;
        let statement = prepared.statement().clone();
        self.ready.put(prepared);
        Ok(statement)
    }

    async fn execute<T>(&self, query: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<u64>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let rows = self.watch(self.wire().execute(query, params)).await?;
        self.operation.add_rows(rows);
        Ok(rows)
    }

    async fn query_one<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<Row>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let row = self.watch(self.wire().query_one(statement, params)).await?;
        self.operation.add_rows(1_u64);
        Ok(row)
    }

    async fn query_opt<T>(
        &self,
        statement: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> PgResult<Option<Row>>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let row = self.watch(self.wire().query_opt(statement, params)).await?;
        self.operation.add_rows(u64::from(row.is_some()));
        Ok(row)
    }

    async fn query<T>(&self, query: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<Vec<Row>>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let rows = self.watch(self.wire().query(query, params)).await?;
        self.operation.add_rows(rows.len());
        Ok(rows)
    }

    async fn query_raw<T, I>(&self, statement: &T, params: I) -> PgResult<RowStream>
    where
        T: ?Sized + ToStatement + Sync + Send,
        I: IntoIterator + Sync + Send,
        I::IntoIter: ExactSizeIterator,
        I::Item: BorrowToSql,
    {
        self.operation.stop_counting_rows();
        self.watch(self.wire().query_raw(statement, params)).await
    }
}
