//! What triggers would have checked of the rows that were written.

use agentflow_core::ids::TenantId;
use agentflow_sql::queries::archive as sql;
use tokio_postgres::SimpleQueryMessage;

use super::IMPORT;
use crate::{
    error::{Error, Result},
    scope::TenantTx,
};

/// Checks every foreign key of every row of the tenant, and what is unique only at the end of a transaction.
pub(super) async fn check(client: &TenantTx, tenant: TenantId) -> Result<()> {
    let failed = |error| Error::from_postgres(IMPORT, error);
    let checks = sql::list_checks().bind(client, tenant.as_uuid()).all().await.map_err(failed)?;
    let mut faults = Vec::new();
    for check in checks {
        let counted = client.batch(&check.statement).await.map_err(failed)?;
        match count_of(&counted) {
            Some(0) => {}
            count => {
                let count = count.map_or("?".to_owned(), |count| count.to_string());
                let (table, name, kind) = (check.table_name, check.constraint_name, check.kind);
                faults.push(format!("{count} rows of {table} break the {kind} {name}"));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let what = "the archive".to_owned();
    Err(Error::Corrupt { operation: IMPORT, what, reason: faults.join("; ") })
}

/// The number that a statement answered with.
fn count_of(messages: &[SimpleQueryMessage]) -> Option<u64> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    })
}
