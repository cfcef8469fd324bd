use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use agentflow_core::ids::TenantId;
use agentflow_sql::client::GenericClient;
use futures::{FutureExt, future::BoxFuture, future::join, join};
use tokio_postgres::{
    Row, RowStream, Statement, ToStatement,
    types::{BorrowToSql, ToSql},
};

use super::{
    COMMIT,
    entry::Entry,
    statements::StatementCache,
    wire::{Ready, Wire},
};
use crate::{
    error::{Error, Result},
    observe::Operation,
    pool::Connection,
};

type PgError = tokio_postgres::Error;
type PgResult<T> = Result<T, PgError>;

/// One statement in the scope of a tenant, sent with its transaction in one round trip.
///
/// Generated queries take it as their client. Each call is a transaction of its own; whoever makes it hands the result
/// to [`Flight::land`], which learns whether the transaction was committed.
///
/// A future dropped on the way closes the connection; a statement that was sent by then may still be committed.
pub(crate) struct Flight {
    connection: Arc<Connection>,
    statements: Arc<StatementCache>,
    tenant: TenantId,
    /// Calls are sent one after the other: the messages of two must not mix.
    gate: tokio::sync::Mutex<()>,
    ready: Ready,
    /// Whether its statement is the caller's: names in it are pinned, and its session is cleaned after it.
    for_caller: bool,
    /// The COMMIT behind a stream of rows, which can only be answered after them.
    pending: Mutex<Option<BoxFuture<'static, PgResult<()>>>>,
    operation: Operation,
}

impl Flight {
    pub(crate) fn new(
        name: &'static str,
        connection: Connection,
        statements: Arc<StatementCache>,
        tenant: TenantId,
    ) -> Self {
        let operation = Operation::begin(&connection, name, Some(tenant));
        Self {
            connection: Arc::new(connection),
            statements,
            tenant,
            gate: tokio::sync::Mutex::default(),
            ready: Ready::default(),
            for_caller: false,
            pending: Mutex::default(),
            operation,
        }
    }

    /// A flight for a statement of the caller, which may leave things in the session.
    pub(crate) fn for_caller(
        name: &'static str,
        connection: Connection,
        statements: Arc<StatementCache>,
        tenant: TenantId,
    ) -> Self {
        Self { for_caller: true, ..Self::new(name, connection, statements, tenant) }
    }

    /// Ends the flight: waits for a COMMIT that is still under way, and reads the errors.
    ///
    /// Takes the flight, for its connection goes back with it: whoever keeps one and waits for another may wait for ever.
    pub(crate) async fn land<T>(self, result: PgResult<T>) -> Result<T> {
        let landed = self.touch_down(result).await;
        self.told(landed)
    }

    /// The same where a row has to be there: that there is none is what came of the flight, too.
    pub(crate) async fn land_found<T>(
        self,
        result: PgResult<Option<T>>,
        missing: impl FnOnce() -> Error,
    ) -> Result<T> {
        let landed = self.touch_down(result).await;
        self.told(landed.and_then(|found| found.ok_or_else(missing)))
    }

    async fn touch_down<T>(&self, result: PgResult<T>) -> Result<T> {
        let committed = self.finish_pending().await;
        let landed = result.and_then(|value| committed.map(|()| value));
        landed.map_err(|error| Error::from_postgres(self.operation.name(), error))
    }

    fn told<T>(&self, landed: Result<T>) -> Result<T> {
        match &landed {
            Ok(_) => self.operation.succeeded(),
            Err(error) => self.operation.failed(error),
        }
        landed
    }

    /// Ends a flight that was refused the way into its tenant, where that is an answer and no error.
    pub(crate) fn turn_back(self) {
        self.operation.rolled_back();
    }

    /// How its transactions end.
    fn end(&self) -> Cow<'static, str> {
        if self.for_caller { self.statements.forgetting(COMMIT).into() } else { COMMIT.into() }
    }

    async fn finish_pending(&self) -> PgResult<()> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        match pending {
            Some(commit) => {
                let committed = commit.await;
                if committed.is_ok() {
                    self.connection.touch_down();
                }
                committed
            }
            None => Ok(()),
        }
    }

    fn wire(&self) -> Wire<'_> {
        self.ready.wire(&self.connection)
    }

    /// Sends BEGIN, the entry, `statement` and COMMIT without waiting in between.
    async fn fly<T>(&self, statement: impl Future<Output = PgResult<T>>) -> PgResult<T> {
        let _turn = self.gate.lock().await;
        self.finish_pending().await?;
        let entry =
            Entry::prepare(&self.connection, self.statements.mode(), self.tenant, self.for_caller)
                .await?;
        self.connection.take_off();
        let end = self.end();
        // join! polls in order, and a prepared statement is sent by the first poll.
        let (opened, answer, committed) =
            join!(entry.send(&self.connection), statement, self.connection.batch_execute(&end));
        if committed.is_ok() {
            self.connection.touch_down();
        }
        opened?;
        let answer = answer?;
        committed?;
        Ok(answer)
    }
}

impl GenericClient for Flight {
    /// Makes the generated code prepare first, always.
    fn stmt_cache() -> bool {
        true
    }

    async fn prepare(&self, query: &str) -> PgResult<Statement> {
        let prepared = self.statements.prepare(&self.connection, query).await?;
        let statement = prepared.statement().clone();
        self.ready.put(prepared);
        Ok(statement)
    }

    async fn execute<T>(&self, query: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<u64>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let rows = self.fly(self.wire().execute(query, params)).await?;
        self.operation.add_rows(rows);
        Ok(rows)
    }

    async fn query_one<T>(&self, statement: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<Row>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let row = self.fly(self.wire().query_one(statement, params)).await?;
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
        let row = self.fly(self.wire().query_opt(statement, params)).await?;
        self.operation.add_rows(u64::from(row.is_some()));
        Ok(row)
    }

    async fn query<T>(&self, query: &T, params: &[&(dyn ToSql + Sync)]) -> PgResult<Vec<Row>>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        let rows = self.fly(self.wire().query(query, params)).await?;
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
        self.stream(self.wire().query_raw(statement, params)).await
    }
}

impl Flight {
    /// The same as [`Flight::fly`] for a stream of rows: COMMIT is sent now, and its answer comes after the rows.
    async fn stream(
        &self,
        statement: impl Future<Output = PgResult<RowStream>>,
    ) -> PgResult<RowStream> {
        let _turn = self.gate.lock().await;
        self.finish_pending().await?;
        let entry =
            Entry::prepare(&self.connection, self.statements.mode(), self.tenant, self.for_caller)
                .await?;
        self.connection.take_off();

        let connection = Arc::clone(&self.connection);
        let end = self.end();
        let mut commit = async move { connection.batch_execute(&end).await }.boxed();
        let mut committed = None;
        let mut ahead = pin!(join(entry.send(&self.connection), statement));
        let (opened, rows) = poll_fn(|context| {
            let ahead = ahead.as_mut().poll(context);
            if committed.is_none()
                && let Poll::Ready(answer) = commit.poll_unpin(context)
            {
                committed = Some(answer);
            }
            ahead
        })
        .await;

        let rest = match committed {
            Some(answer) => futures::future::ready(answer).boxed(),
            None => commit,
        };
        *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        if opened.is_err() || rows.is_err() {
            // There are no rows to wait for, so the transaction can end here.
            let ended = self.finish_pending().await;
            opened?;
            return rows.and_then(|rows| ended.map(|()| rows));
        }
        rows
    }
}
