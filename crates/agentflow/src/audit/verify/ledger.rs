//! Whether the checkpoints of a tenant and the log of all tenants say the same.

use agentflow_core::{audit::TenantLogEntry, ids::TenantId};
use agentflow_sql::queries::audit as sql;
use tokio_postgres::Client;

use super::claims::{Claim, Witness};
use crate::audit::segment::Fault;

/// How many differences are looked at. One is enough to know, and all of them could be too many.
const LIMIT: i64 = 1_000;

/// What only one of the two says.
#[derive(Debug, Default)]
pub(in crate::audit) struct Unlogged {
    /// What the log says, so that entries can be compared with it although their checkpoint is gone.
    pub(in crate::audit) claims: Vec<Claim>,
    /// The first difference.
    pub(in crate::audit) fault: Option<Fault>,
}

/// Compares the two, for one tenant that still is there.
pub(in crate::audit) async fn list_unlogged(
    client: &Client,
    tenant: TenantId,
) -> Result<Unlogged, tokio_postgres::Error> {
    let id = tenant.as_uuid();
    let rows = sql::compare_with_tenant_log().bind(client, id, &LIMIT).all().await?;
    let mut unlogged = Unlogged::default();
    for row in rows {
        let entry = row.record.as_deref().map(TenantLogEntry::from_text);
        let fault = match (row.seq, entry) {
            (Some(seq), _) => {
                let what = "is not what the log of all tenants says, or not in it";
                Fault::new(seq.max(1), format!("the checkpoint at entry {seq} {what}"))
            }
            (None, Some(Ok(TenantLogEntry::Checkpoint { size, root_hash, .. }))) => {
                let size = i64::try_from(size).unwrap_or(i64::MAX);
                let claim = Claim { size, root: Ok(root_hash), by: Witness::TenantLog };
                unlogged.claims.push(claim);
                let what = "is in the log of all tenants, and not in the database any more";
                Fault::new(size, format!("the checkpoint at entry {size} {what}"))
            }
            (None, Some(Ok(TenantLogEntry::Deleted { .. }))) => {
                Fault::new(1, "the log of all tenants says that the tenant was deleted")
            }
            (None, _) => Fault::new(1, "the log of all tenants has an entry that is none"),
        };
        if unlogged.fault.as_ref().is_none_or(|known| fault.seq < known.seq) {
            unlogged.fault = Some(fault);
        }
    }
    Ok(unlogged)
}
