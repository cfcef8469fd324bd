use agentflow_core::{InvalidInput, audit::Actor, ids::RunId, run::RunStatus};
use agentflow_sql::queries::runs as sql;

use super::{Run, Runs, insert::event, rows};
use crate::{
    error::{Error, Result},
    input::known,
    settle::{settle, settle_with},
};

const OPERATION: &str = "cancel a run";

/// The longest reason, in characters.
const MAX_REASON: usize = 2000;

impl Runs {
    /// Stops a run: whatever is not done of it is not done any more, and people need not decide about it. A worker that is at a
    /// step of it learns so when it wants to record what came of it, or to keep the run; what the step did outside is done.
    /// A run that is canceled already stays as it is.
    ///
    /// `reason` is 1 to 2,000 characters. Fails with [`Error::Conflict`] when the run succeeded or failed already, and with
    /// [`Error::NotFound`] when it is not there.
    pub async fn cancel(&self, id: RunId, reason: &str, by: &Actor) -> Result<Run> {
        check_reason(reason)?;
        let tenant = self.0.tenant.as_uuid();
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_run().bind(&tx, tenant, id.as_uuid()).opt().await;
        let (tx, locked) = settle(OPERATION, tx, locked).await?;
        let was = locked
            .ok_or_else(|| Error::not_found(OPERATION, format!("run {id}")))
            .and_then(|row| known("runs", "status", id, &row.status));
        let (tx, was) = settle_with(tx, was).await?;
        let (tx, is_new) = settle_with(tx, may_cancel(id, was)).await?;
        let tx = if is_new {
            let done = sql::cancel_run().bind(&tx, &reason, tenant, id.as_uuid()).opt().await;
            settle(OPERATION, tx, done).await?.0
        } else {
            tx
        };
        let run = sql::get_run().bind(&tx, tenant, id.as_uuid()).map(rows::run).one().await;
        let (tx, run) = settle(OPERATION, tx, run).await?;
        let (tx, run) = settle_with(tx, run).await?;
        if !is_new {
            tx.rollback().await?;
            return Ok(run);
        }
        let event = event("run.canceled", &run, by)
            .with_detail("was", was.as_str())
            .with_detail("reason", reason);
        tx.audit_and_commit(&event).await?;
        Ok(run)
    }
}

/// Whether there is something to do.
fn may_cancel(id: RunId, was: RunStatus) -> Result<bool> {
    if was == RunStatus::Canceled {
        return Ok(false);
    }
    if was.may_become(RunStatus::Canceled) {
        return Ok(true);
    }
    let reason = format!("run {id} has ended: it is {was}");
    Err(Error::Conflict { operation: OPERATION, reason })
}

fn check_reason(reason: &str) -> Result<()> {
    if reason.trim().is_empty() || reason.chars().count() > MAX_REASON || reason.contains('\0') {
        let expected = format!("expected 1 to {MAX_REASON} characters, not only blanks");
        return Err(Error::invalid(OPERATION)(InvalidInput::new("reason", expected)));
    }
    Ok(())
}
