use agentflow_sql::queries::runs as sql;

use super::{Claim, Queue, finish::ended, report::message, unless_left};
use crate::{error::Result, settle::settle, store::Handle};

impl Queue {
    /// Ends a run whose steps cannot be done: the one that runs or waits failed for good, the later ones are canceled, and so is an
    /// open request for approval. The message is cut at [`MAX_ERROR_CHARS`](super::MAX_ERROR_CHARS). Says whether the claim was the
    /// latest one and the run had not ended.
    pub async fn fail(&self, claim: &Claim, error: &str) -> Result<bool> {
        let failed = fail(&self.handle(claim.tenant_id), claim, &message(error)).await;
        Ok(unless_left(failed)?.unwrap_or(false))
    }
}

async fn fail(handle: &Handle, claim: &Claim, error: &str) -> Result<bool> {
    const OPERATION: &str = "fail a run";
    let tx = handle.begin(OPERATION).await?;
    let failed = sql::fail_run()
        .bind(&tx, &error, handle.tenant.as_uuid(), claim.run_id.as_uuid(), &claim.fencing)
        .opt()
        .await;
    let (tx, failed) = settle(OPERATION, tx, failed).await?;
    let Some(failed) = failed else {
        tx.rollback().await?;
        return Ok(false);
    };
    let event =
        ended(claim, failed.workspace_id.into(), failed.worker.as_deref(), Err((None, error)));
    tx.audit_and_commit(&event).await?;
    Ok(true)
}
