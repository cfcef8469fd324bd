//! What every change of rules begins with.

use agentflow_core::{
    audit::{Actor, Event, Resource},
    rules::{FactSchema, Rule},
};
use agentflow_sql::queries::rules as sql;
use uuid::Uuid;

use super::{DerivedField, recompile::Vocabulary, rows};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// A transaction that changes what a tenant evaluates, and the only one of that tenant: the next begins when it ends.
pub(super) async fn begin(operation: &'static str, handle: &Handle) -> Result<TenantTx> {
    let tx = handle.begin(operation).await?;
    let locked = sql::lock_rules().bind(&tx, handle.tenant.as_uuid()).one().await;
    Ok(settle(operation, tx, locked).await?.0)
}

/// What rules can be about. Fails with [`Error::Inconsistent`] when the schema in force cannot be read.
pub(super) async fn vocabulary(
    operation: &'static str,
    tx: TenantTx,
    handle: &Handle,
) -> Result<(TenantTx, Vocabulary)> {
    let row =
        sql::get_active_schema().bind(&tx, handle.tenant.as_uuid()).map(rows::schema).opt().await;
    let (tx, row) = settle(operation, tx, row).await?;
    let (tx, schema) = settle_with(tx, row.transpose()).await?;
    let schema = schema.map_or_else(FactSchema::default, |it| it.schema);
    let (tx, derived) = derived_fields(operation, tx, handle).await?;
    Ok((tx, Vocabulary { schema, derived }))
}

pub(super) async fn derived_fields(
    operation: &'static str,
    tx: TenantTx,
    handle: &Handle,
) -> Result<(TenantTx, Vec<DerivedField>)> {
    let rows = sql::list_derived_fields()
        .bind(&tx, handle.tenant.as_uuid())
        .map(rows::derived_field)
        .all()
        .await;
    settle(operation, tx, rows).await
}

pub(super) async fn active_rules(
    operation: &'static str,
    tx: TenantTx,
    handle: &Handle,
) -> Result<(TenantTx, Vec<Rule>)> {
    let rows =
        sql::list_active_rules().bind(&tx, handle.tenant.as_uuid()).map(rows::rule).all().await;
    settle(operation, tx, rows).await
}

/// Compiling takes the time of a processor: a thread of its own keeps that from those who only wait.
pub(super) async fn compile<T: Send + 'static>(
    operation: &'static str,
    tx: TenantTx,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<(TenantTx, T)> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        let reason = format!("compiling was not finished: {error}");
        Err(Error::Unavailable { operation, reason, source: None })
    });
    settle_with(tx, done).await
}

pub(super) fn event(action: &str, kind: &'static str, id: &Uuid, by: &Actor) -> Event {
    Event::new(action, Resource::new(kind, id), by.clone())
}
