use std::collections::BTreeSet;

use agentflow_core::{
    audit::{Actor, Event, Resource},
    memory::check_reason,
};
use agentflow_sql::queries::memories as sql;
use serde::Serialize;
use uuid::Uuid;

use super::{Memories, rows::failed};
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
            let (tx, now) = self.act(SWEEP, reason, by).await?;
            let expired = self.expire(&tx, now).await;
            let (tx, expired) = settle_with(tx, expired).await?;
            if expired == 0 {
                tx.rollback().await?;
                break;
            }
            report.expired += expired;
            record(tx, SweepReport { expired, ..SweepReport::default() }, by).await?;
        }
        let mut after = None;
        loop {
            let (tx, now) = self.act(SWEEP, reason, by).await?;
            let moved = sql::move_memories_between_tiers()
                .bind(&tx, &now, self.handle.tenant.as_uuid(), &after, &BATCH)
                .all()
                .await;
            let (tx, moved) = settle_with(tx, moved.map_err(|error| failed(SWEEP, error))).await?;
            if moved.is_empty() {
                tx.rollback().await?;
                return Ok(report);
            }
            after = moved.iter().map(|row| row.id).max();
            let promoted = moved.iter().filter(|row| row.is_nearer).count() as u64;
            let demoted = moved.len() as u64 - promoted;
            report.promoted += promoted;
            report.demoted += demoted;
            record(tx, SweepReport { expired: 0, promoted, demoted }, by).await?;
        }
    }

    async fn expire(&self, tx: &TenantTx, now: jiff::Timestamp) -> Result<u64> {
        let tenant = self.handle.tenant.as_uuid();
        let lost = |error| failed(SWEEP, error);
        let expired =
            sql::expire_memories().bind(tx, tenant, &now, &BATCH).all().await.map_err(lost)?;
        let ids: Vec<Uuid> = expired.iter().map(|row| row.id).collect();
        let others: BTreeSet<Uuid> =
            expired.iter().flat_map(|row| row.contradicts.iter().copied()).collect();
        if !others.is_empty() {
            let others: Vec<Uuid> = others.into_iter().collect();
            sql::release_memories().bind(tx, &ids, tenant, &others).await.map_err(lost)?;
        }
        Ok(ids.len() as u64)
    }
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
