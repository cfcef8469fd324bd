use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::WorkspaceId,
};
use agentflow_sql::queries::runs as sql;

use super::Runs;
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle,
};

impl Runs {
    /// How many runs have ended longer ago than their workspace keeps them, `retention_days` of its settings: of one workspace,
    /// or of all.
    pub async fn count_old(&self, workspace: Option<WorkspaceId>) -> Result<u64> {
        let flight = self.0.flight("count old runs").await?;
        let count = sql::count_old_runs()
            .bind(&flight, self.0.tenant.as_uuid(), &workspace.map(|id| id.0))
            .one()
            .await;
        Ok(flight.land(count).await?.unsigned_abs())
    }

    /// Deletes the runs that have ended longer ago than their workspace keeps them, with their steps, tool calls and requests for
    /// approval, and tells how many. Decisions of policies stay, without the run they were about and what it was given; decisions
    /// of the same age that no run came of forget that too.
    ///
    /// At most `batch` of them go in one transaction, 1 to 10,000. It can be cut short anywhere, and several can do it at once.
    pub async fn prune(
        &self,
        workspace: Option<WorkspaceId>,
        batch: u16,
        by: &Actor,
    ) -> Result<u64> {
        const OPERATION: &str = "prune runs";
        if !(1..=10_000).contains(&batch) {
            let input = InvalidInput::new("batch", "expected 1 to 10000");
            return Err(Error::invalid(OPERATION)(input));
        }
        while self.forget_batch(OPERATION, workspace, batch, by).await? == u64::from(batch) {}
        let mut total = 0;
        loop {
            let deleted = self.prune_batch(OPERATION, workspace, batch, by).await?;
            total += deleted;
            if deleted < u64::from(batch) {
                return Ok(total);
            }
        }
    }

    async fn prune_batch(
        &self,
        operation: &'static str,
        workspace: Option<WorkspaceId>,
        batch: u16,
        by: &Actor,
    ) -> Result<u64> {
        let tx = self.0.begin(operation).await?;
        let deleted = sql::delete_old_runs()
            .bind(&tx, &i64::from(batch), self.0.tenant.as_uuid(), &workspace.map(|id| id.0))
            .all()
            .await;
        let (tx, deleted) = settle(operation, tx, deleted).await?;
        let event = Event::new("run.pruned", Resource::kind("run"), by.clone());
        counted(tx, deleted.len() as u64, event, workspace).await
    }

    /// Decisions without a run forget what they were about.
    async fn forget_batch(
        &self,
        operation: &'static str,
        workspace: Option<WorkspaceId>,
        batch: u16,
        by: &Actor,
    ) -> Result<u64> {
        let tx = self.0.begin(operation).await?;
        let forgotten = sql::forget_old_inputs()
            .bind(&tx, self.0.tenant.as_uuid(), &workspace.map(|id| id.0), &i64::from(batch))
            .all()
            .await;
        let (tx, forgotten) = settle(operation, tx, forgotten).await?;
        let resource = Resource::kind("policy_decision");
        let event = Event::new("policy.inputs_forgotten", resource, by.clone());
        counted(tx, forgotten.len() as u64, event, workspace).await
    }
}

/// Commits what was done to so many, with its entry; or nothing.
async fn counted(
    tx: TenantTx,
    count: u64,
    event: Event,
    workspace: Option<WorkspaceId>,
) -> Result<u64> {
    if count == 0 {
        tx.rollback().await?;
        return Ok(0);
    }
    let mut event = event.with_detail("count", count);
    event.workspace_id = workspace.map(|id| id.0);
    tx.audit_and_commit(&event).await?;
    Ok(count)
}
