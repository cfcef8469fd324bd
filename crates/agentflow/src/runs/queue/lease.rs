use std::time::Duration;

use agentflow_core::ids::RunId;
use agentflow_sql::queries::runs as sql;

use super::{Claim, Queue, claim::lease_ms, columns};
use crate::error::{Error, Result};

impl Queue {
    /// Lets these claims last for `lease` from now, 100 ms to a day. Gives the runs that are still held and run; the others are
    /// lost, ended, or wait for approval.
    pub async fn renew(&self, claims: &[Claim], lease: Duration) -> Result<Vec<RunId>> {
        const OPERATION: &str = "renew leases of runs";
        let lease_ms = lease_ms(lease).map_err(Error::invalid(OPERATION))?;
        self.for_each_tenant(claims, async |handle, claims| {
            let (runs, fencings) = columns(&claims);
            let flight = handle.flight(OPERATION).await?;
            let held = sql::renew_leases()
                .bind(&flight, &runs, &fencings, handle.tenant.as_uuid(), &lease_ms)
                .map(RunId)
                .all()
                .await;
            flight.land(held).await
        })
        .await
    }

    /// Gives runs back, for others to claim at once. A step of them that was begun runs again, which is no
    /// interruption, and takes no report of this claim any more. Gives those that were still held.
    pub async fn release(&self, claims: &[Claim]) -> Result<Vec<RunId>> {
        const OPERATION: &str = "give runs back";
        self.for_each_tenant(claims, async |handle, claims| {
            let (runs, fencings) = columns(&claims);
            let flight = handle.flight(OPERATION).await?;
            let released = sql::release_runs()
                .bind(&flight, &runs, &fencings, handle.tenant.as_uuid())
                .map(RunId)
                .all()
                .await;
            flight.land(released).await
        })
        .await
    }
}
