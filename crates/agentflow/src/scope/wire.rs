use std::sync::Arc;

use tokio_postgres::{
    Row, RowStream, ToStatement,
    types::{BorrowToSql, ToSql, Type},
};

use super::statements::{Learned, Prepared};
use crate::pool::Connection;

type PgResult<T> = Result<T, tokio_postgres::Error>;

/// Sends one prepared statement, by name or with its text. The first poll of every future here hands the message to the
/// connection: that is what lets a flight fix the order of its messages.
pub(crate) struct Wire<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) prepared: Option<Prepared>,
}

impl Wire<'_> {
    fn learned(&self) -> Option<&Learned> {
        match &self.prepared {
            Some(Prepared::Typed(learned)) => Some(learned),
            _ => None,
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
        match self.learned() {
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
        match self.learned() {
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
        match self.learned() {
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
        match self.learned() {
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
        match self.learned() {
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
