use agentflow_core::{
    audit::{Actor, Event, Resource},
    memory::check_reason,
};
use agentflow_sql::queries::memories as sql;
use serde::Serialize;
use uuid::Uuid;

use super::{Memories, again::again, rows::failed};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

const SWEEP: &str = "sweep memories";
/// How many memories are changed in one transaction.
const BATCH: i64 = 1_000;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SweepReport {
    /// Memories that were forgotten because their time was over.
    pub expired: u64,
    /// Memories that came to a tier nearer at hand.
    pub promoted: u64,
    /// Memories that came to a tier farther off.
    pub demoted: u64,
}

impl Memories {
    /// Forgets what expired, and moves memories to the [tier](agentflow_core::memory::TierFacts::tier_at) that they belong
    /// in. Works in batches, each of which is recorded with its counts; what is done when it is interrupted stays done.
    /// What somebody changes at this moment is left to the next sweep.
    pub async fn sweep(&self, by: &Actor, reason: Option<&str>) -> Result<SweepReport> {
        check_reason(reason).map_err(Error::all_invalid(SWEEP))?;
        let mut report = SweepReport::default();
        loop {
            let expired = again(|| self.expire(reason, by)).await?;
            if expired == 0 {
                break;
            }
            report.expired += expired;
        }
        let mut after = None;
        loop {
            let Some(moved) = again(|| self.move_tiers(after, reason, by)).await? else {
                return Ok(report);
            };
            after = Some(moved.last);
            report.promoted += moved.promoted;
            report.demoted += moved.demoted;
        }
    }

    /// Moves a batch behind `after`. None if there is none.
    async fn move_tiers(
        &self,
        after: Option<Uuid>,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<Option<Moved>> {
        let (tx, now) = self.act(SWEEP, reason, by).await?;
        let moved = sql::move_memories_between_tiers()
            .bind(&tx, &now, self.handle.tenant.as_uuid(), &after, &BATCH)
            .all()
            .await;
        let (tx, moved) = settle_with(tx, moved.map_err(|error| failed(SWEEP, error))).await?;
        let Some(last) = moved.iter().map(|row| row.id).max() else {
            tx.rollback().await?;
            return Ok(None);
        };
        let promoted = moved.iter().filter(|row| row.is_nearer).count() as u64;
        let demoted = moved.len() as u64 - promoted;
        record(tx, SweepReport { expired: 0, promoted, demoted }, by).await?;
        Ok(Some(Moved { last, promoted, demoted }))
    }

    /// Archives a batch of what expired, and counts it.
    async fn expire(&self, reason: Option<&str>, by: &Actor) -> Result<u64> {
        let (tx, now) = self.act(SWEEP, reason, by).await?;
        let expired = self.expire_in(&tx, now).await;
        let (tx, expired) = settle_with(tx, expired).await?;
        if expired == 0 {
            tx.rollback().await?;
        } else {
            record(tx, SweepReport { expired, ..SweepReport::default() }, by).await?;
        }
        Ok(expired)
    }

    async fn expire_in(&self, tx: &TenantTx, now: jiff::Timestamp) -> Result<u64> {
        let tenant = self.handle.tenant.as_uuid();
        let expired = sql::expire_memories()
            .bind(tx, tenant, &now, &BATCH)
            .all()
            .await
            .map_err(|error| failed(SWEEP, error))?;
        let expired = expired.into_iter().map(|row| (row.id, row.contradicts)).collect();
        self.release_expired(tx, SWEEP, expired).await
    }
}

/// A batch of memories that came to other tiers.
struct Moved {
    last: Uuid,
    promoted: u64,
    demoted: u64,
}

async fn record(tx: TenantTx, report: SweepReport, by: &Actor) -> Result<()> {
    let mut event = Event::new("memories.swept", Resource::kind("memory"), by.clone());
    for (count, memories) in
        [("expired", report.expired), ("promoted", report.promoted), ("demoted", report.demoted)]
    {
        if memories > 0 {
            event = event.with_detail(count, memories);
        }
    }
    tx.audit_and_commit(&event).await.map(drop)
}
