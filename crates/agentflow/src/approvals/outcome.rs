use agentflow_core::ids::RunId;
use agentflow_sql::queries::approvals as sql;

use crate::{error::Result, scope::TenantTx, settle::settle, store::Handle};

/// What is told of a run whose approval was rejected.
pub(super) const REJECTED: &str = "the approval it waited for was rejected";
/// The same where nobody decided in time.
pub(super) const EXPIRED: &str = "the approval it waited for expired";

/// Ends a run that waits, with its gate.
pub(super) async fn refuse_run(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    run: RunId,
    message: &str,
) -> Result<TenantTx> {
    let refused =
        sql::refuse_run().bind(&tx, &message, handle.tenant.as_uuid(), run.as_uuid()).opt().await;
    Ok(settle(operation, tx, refused).await?.0)
}

/// Has a worker go on with a run that was approved.
pub(super) async fn wake_run(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    run: RunId,
) -> Result<TenantTx> {
    let woken = sql::wake_run().bind(&tx, handle.tenant.as_uuid(), run.as_uuid()).await;
    Ok(settle(operation, tx, woken).await?.0)
}
