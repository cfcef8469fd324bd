use std::sync::Arc;

use agentflow_core::{
    InvalidInput,
    audit::{Event, Record},
    hash::Sha256,
    ids::TenantId,
};
use agentflow_sql::{
    client::GenericClient,
    queries::audit::{self as sql, AppendAuditsStmt},
};
use serde::Serialize;
use uuid::Uuid;

use super::Policy;
use crate::{
    error::{Error, Result},
    observe,
    store::Shared,
};

pub(crate) const APPEND: &str = "append to the audit chain";

/// Where appended entries went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Appended {
    /// Position of the first of them.
    pub first_seq: i64,
    /// Position of the last of them.
    pub last_seq: i64,
    /// The head of the chain when they were committed: the hash of the last of them, or of a later one that was
    /// committed together with them.
    pub head_hash: Sha256,
}

fn columns(records: &[Record]) -> (Vec<Uuid>, Vec<&str>) {
    records.iter().map(|record| (record.id().0, record.text())).unzip()
}

fn appended(row: &sql::AppendAudits) -> Result<Appended> {
    let head_hash = Sha256::from_slice(&row.head_hash).ok_or_else(|| Error::Inconsistent {
        table: "audit_heads",
        column: "hash",
        row: row.last_seq.to_string(),
    })?;
    Ok(Appended { first_seq: row.first_seq, last_seq: row.last_seq, head_hash })
}

/// Appends through a client that is in the scope of `tenant` already.
pub(crate) async fn append_in(
    client: &impl GenericClient,
    tenant: TenantId,
    records: &[Record],
) -> Result<Appended> {
    append_prepared(client, &sql::append_audits(), tenant, records).await
}

/// The statement, prepared ahead so that something can be sent right behind it.
pub(crate) async fn prepare_append(
    client: &impl GenericClient,
) -> Result<AppendAuditsStmt, tokio_postgres::Error> {
    sql::append_audits().prepare(client).await
}

pub(crate) async fn append_prepared(
    client: &impl GenericClient,
    statement: &AppendAuditsStmt,
    tenant: TenantId,
    records: &[Record],
) -> Result<Appended> {
    let (ids, texts) = columns(records);
    let row = statement.bind(client, tenant.as_uuid(), &ids, &texts).one().await;
    appended(&row.map_err(|error| Error::from_postgres(APPEND, error))?)
}

/// Appends records in one flight.
pub(super) async fn append_records(
    shared: &Arc<Shared>,
    tenant: TenantId,
    records: &[Record],
) -> Result<Appended> {
    let flight = shared.flight(APPEND, tenant).await?;
    let (ids, texts) = columns(records);
    let row = sql::append_audits().bind(&flight, tenant.as_uuid(), &ids, &texts).one().await;
    let appended = appended(&flight.land(row).await?)?;
    observe::audit_appended(records.len() as u64);
    Ok(appended)
}

/// Appends one event in a flight of its own.
pub(crate) async fn append_event(
    shared: &Arc<Shared>,
    tenant: TenantId,
    event: &Event,
) -> Result<Appended> {
    let record = shared.record(&*shared.policy(APPEND, tenant).await?, event)?;
    append_records(shared, tenant, std::slice::from_ref(&record)).await
}

pub(super) async fn append_many(
    shared: &Arc<Shared>,
    tenant: TenantId,
    events: &[Event],
) -> Result<Appended> {
    let policy = shared.policy(APPEND, tenant).await?;
    append_records(shared, tenant, &record_many(shared, &policy, events)?).await
}

/// Writes events down; none are an error.
pub(crate) fn record_many(
    shared: &Shared,
    policy: &Policy,
    events: &[Event],
) -> Result<Vec<Record>> {
    if events.is_empty() {
        let input = InvalidInput::new("events", "expected at least one");
        return Err(Error::InvalidInput { operation: APPEND, input });
    }
    events.iter().map(|event| shared.record(policy, event)).collect()
}
