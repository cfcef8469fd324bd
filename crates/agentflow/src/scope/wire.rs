use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio_postgres::{
    Row, RowStream, ToStatement,
    types::{BorrowToSql, ToSql, Type},
};

use super::statements::{Learned, Prepared};
use crate::pool::Connection;

type PgResult<T> = Result<T, tokio_postgres::Error>;

/// What was prepared and is about to be sent.
///
/// A statement that was not prepared would be prepared on the way: a COMMIT that was sent with it overtakes it, and it runs
/// outside the scope. The type of a call does not tell the two apart, so each preparation is good for one call.
#[derive(Default)]
pub(crate) struct Ready {
    calls: AtomicUsize,
    /// The statement that was prepared last, for servers where its text is sent again.
    last: Mutex<Option<Prepared>>,
}

impl Ready {
    pub(crate) fn put(&self, prepared: Prepared) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(prepared);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// What the next call sends; an error for one that nothing was prepared for.
    pub(crate) fn wire<'a>(&self, connection: &'a Connection) -> Wire<'a> {
        let spend = |calls: usize| calls.checked_sub(1);
        let is_ready = self.calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok();
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Wire { connection, prepared: is_ready.then(last).flatten() }
    }
}

/// The driver has no error of its own for this, and lets nobody make one; what is no connection string gives one.
#[expect(clippy::expect_used, reason = "the text is fixed")]
fn unprepared() -> tokio_postgres::Error {
    let text = "a statement was not prepared before it was sent";
    text.parse::<tokio_postgres::Config>().expect_err("it is no connection string")
}

/// Sends one prepared statement, by name or with its text. The first poll of every future here hands the message to the
/// connection: that is what lets a flight fix the order of its messages.
pub(crate) struct Wire<'a> {
    connection: &'a Connection,
    prepared: Option<Prepared>,
}

impl Wire<'_> {
    fn learned(&self) -> PgResult<Option<&Learned>> {
        match &self.prepared {
            Some(Prepared::Typed(learned)) => Ok(Some(learned)),
            Some(Prepared::Named(_)) => Ok(None),
            None => Err(unprepared()),
        }
    }

    /// The same, where a statement with other parameters than those that are sent cannot be the one.
    fn learned_with(&self, params: usize) -> PgResult<Option<&Learned>> {
        match self.learned()? {
            Some(learned) if learned.types.len() != params => Err(unprepared()),
            learned => Ok(learned),
        }
    }

    pub(crate) async fn execute<T>(
        &self,
        named: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> PgResult<u64>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        match self.learned_with(params.len())? {
            Some(learned) => {
                self.connection.execute_typed(&learned.sql, &with_types(learned, params)).await
            }
            None => self.connection.execute(named, params).await,
        }
    }

    pub(crate) async fn query_one<T>(
        &self,
        named: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> PgResult<Row>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        match self.learned_with(params.len())? {
            Some(learned) => {
                self.connection.query_typed_one(&learned.sql, &with_types(learned, params)).await
            }
            None => self.connection.query_one(named, params).await,
        }
    }

    pub(crate) async fn query_opt<T>(
        &self,
        named: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> PgResult<Option<Row>>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        match self.learned_with(params.len())? {
            Some(learned) => {
                self.connection.query_typed_opt(&learned.sql, &with_types(learned, params)).await
            }
            None => self.connection.query_opt(named, params).await,
        }
    }

    pub(crate) async fn query<T>(
        &self,
        named: &T,
        params: &[&(dyn ToSql + Sync)],
    ) -> PgResult<Vec<Row>>
    where
        T: ?Sized + ToStatement + Sync + Send,
    {
        match self.learned_with(params.len())? {
            Some(learned) => {
                self.connection.query_typed(&learned.sql, &with_types(learned, params)).await
            }
            None => self.connection.query(named, params).await,
        }
    }

    pub(crate) async fn query_raw<T, I>(&self, named: &T, params: I) -> PgResult<RowStream>
    where
        T: ?Sized + ToStatement + Sync + Send,
        I: IntoIterator + Sync + Send,
        I::IntoIter: ExactSizeIterator,
        I::Item: BorrowToSql,
    {
        match self.learned()? {
            Some(learned) => {
                let params = WithTypes { params, types: Arc::clone(&learned.types) };
                self.connection.query_typed_raw(&learned.sql, params).await
            }
            None => self.connection.query_raw(named, params).await,
        }
    }
}

/// Parameters that are paired with their types only when the message is written: their items need not be `Send`.
struct WithTypes<I> {
    params: I,
    types: Arc<[Type]>,
}

impl<I: IntoIterator> IntoIterator for WithTypes<I> {
    type Item = (I::Item, Type);
    type IntoIter = std::iter::Zip<I::IntoIter, std::vec::IntoIter<Type>>;

    fn into_iter(self) -> Self::IntoIter {
        self.params.into_iter().zip(self.types.to_vec())
    }
}

fn with_types<'p>(
    learned: &Learned,
    params: &[&'p (dyn ToSql + Sync)],
) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    params.iter().copied().zip(learned.types.iter().cloned()).collect()
}
