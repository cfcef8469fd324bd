//! How transactions end in which a statement failed.

use crate::{
    error::{Error, Result},
    scope::TenantTx,
};

/// What a statement of a transaction answered, and the transaction to go on with.
///
/// After an error the transaction is rolled back: one that is dropped takes its connection with it, and a duplicate
/// should not cost one.
pub(crate) async fn settle<T>(
    operation: &'static str,
    tx: TenantTx,
    answer: Result<T, tokio_postgres::Error>,
) -> Result<(TenantTx, T)> {
    settle_with(tx, answer.map_err(|error| Error::from_postgres(operation, error))).await
}

/// The same for an error that was read already.
pub(crate) async fn settle_with<T>(tx: TenantTx, answer: Result<T>) -> Result<(TenantTx, T)> {
    match answer {
        Ok(value) => Ok((tx, value)),
        Err(error) => Err(tx.refuse(error).await),
    }
}
