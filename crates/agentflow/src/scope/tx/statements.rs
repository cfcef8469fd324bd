//! Statements: generated ones, those of the caller, and those the schema made.

use std::sync::atomic::Ordering;

use agentflow_sql::client::GenericClient;
use tokio_postgres::{
    CopyInSink, Row, RowStream, SimpleQueryMessage, Statement, ToStatement,
    types::{BorrowToSql, ToSql},
};
use tokio_util::bytes::Bytes;

use super::{PgResult, TenantTx};
use crate::{
    config::Statements,
    error::{Error, Result},
    scope::{control::refuse_control, wire::Wire},
};

impl TenantTx {
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
