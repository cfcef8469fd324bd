use std::time::Duration;

use agentflow_core::{
    InvalidInput,
    ids::{RunId, TenantId},
    run::RunStatus,
};
use agentflow_sql::queries::runs as sql;
use serde::Serialize;
use uuid::Uuid;

use super::Queue;
use crate::{
    error::{Error, Result},
    input::known,
    scope::TenantTx,
    settle::{settle, settle_with},
};

/// A run that a worker has until its lease ends. Only the latest claim of a run may record anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Claim {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The run.
    pub run_id: RunId,
    /// How often it was claimed, with this time.
    pub fencing: i64,
    /// Where it stood. A run that stood at [`RunStatus::WaitingApproval`] goes on waiting: look whether it still has to before its
    /// next step is begun. One that stood at [`RunStatus::Running`] had a worker who was lost.
    pub was: RunStatus,
}

/// Who claims, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The name of the worker, 1 to 255 characters: who did it in what is recorded.
    pub worker: String,
    /// How many runs at most, 1 to 10,000.
    pub limit: u16,
    /// How long it has them, 100 ms to a day, in whole milliseconds; see [`Queue::renew`] for more time.
    pub lease: Duration,
    /// Of these tenants only.
    pub tenants: Option<Vec<TenantId>>,
}

const CLAIM: &str = "claim runs";

impl ClaimRequest {
    fn check(&self) -> Result<(), InvalidInput> {
        let name = &self.worker;
        if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
            let reason = "expected 1 to 255 characters, not only blanks";
            return Err(InvalidInput::new("worker", reason));
        }
        if !(1..=10_000).contains(&self.limit) {
            return Err(InvalidInput::new("limit", "expected 1 to 10000"));
        }
        lease_ms(self.lease).map(drop)
    }
}

/// A lease in milliseconds.
pub(super) fn lease_ms(lease: Duration) -> Result<i64, InvalidInput> {
    let millis = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    if (100..=86_400_000).contains(&millis) {
        Ok(millis)
    } else {
        Err(InvalidInput::new("lease", "expected 100 ms to a day"))
    }
}

impl Queue {
    /// Claims runs that are due: queued, to be tried again, waiting for an approval that was decided, or left by a worker whose lease
    /// ended. Tenants take turns, the one whose turn is longest ago first, each with an equal share of `limit`; what some leave goes
    /// to those who have more. Suspended tenants have no turn. Empty when nothing is due, and when others claim it at this moment.
    ///
    /// When the answer is lost, so are the claims: the runs are due again when their leases end.
    pub async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>> {
        request.check().map_err(Error::invalid(CLAIM))?;
        let lease_ms = lease_ms(request.lease).map_err(Error::invalid(CLAIM))?;
        let tenants: Option<Vec<Uuid>> =
            request.tenants.as_ref().map(|tenants| tenants.iter().map(|id| id.0).collect());
        let connection = self.0.checked_connection().await?;
        let tx = TenantTx::begin_nowhere(CLAIM, connection, self.0.clone()).await?;
        let rows = sql::claim_runs()
            .bind(&tx, &request.worker.as_str(), &i32::from(request.limit), &lease_ms, &tenants)
            .all()
            .await;
        let (tx, rows) = settle(CLAIM, tx, rows).await?;
        let claims = rows.into_iter().map(|row| claim(&row)).collect();
        let (tx, claims) = settle_with(tx, claims).await?;
        tx.commit().await?;
        Ok(claims)
    }
}

fn claim(row: &sql::ClaimRuns) -> Result<Claim> {
    Ok(Claim {
        tenant_id: TenantId(row.tenant_id),
        run_id: RunId(row.run_id),
        fencing: row.fencing,
        was: known("runs", "status", row.run_id, &row.was)?,
    })
}
