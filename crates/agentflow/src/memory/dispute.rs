use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event},
    ids::MemoryId,
    memory::check_reason,
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;

use super::{
    Memories, Memory,
    again::again,
    rows::{event, failed},
    supersede::check_holds,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

const DISPUTE: &str = "dispute a memory";
const RESOLVE: &str = "resolve a dispute";

/// How it ends that two memories contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// This one of them holds, and takes the place of the other.
    Keep(MemoryId),
    /// Both hold: they did not contradict each other after all.
    Coexist,
}

impl Memories {
    /// Says that two memories of a team contradict each other: both are disputed then, and name each other. Where they do
    /// already, nothing is written.
    ///
    /// Fails with [`Error::InvalidInput`] for a memory and itself, or one of another team; with [`Error::NotFound`] when
    /// one is not there; and with [`Error::Conflict`] when one does not hold any more.
    pub async fn dispute(
        &self,
        one: MemoryId,
        other: MemoryId,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        check(DISPUTE, one, other, reason)?;
        again(|| self.dispute_once(one, other, reason, by)).await
    }

    async fn dispute_once(
        &self,
        one: MemoryId,
        other: MemoryId,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        let (tx, now) = self.act(DISPUTE, reason, by).await?;
        let locked = self.lock_both(&tx, DISPUTE, (one, other)).await;
        let locked = locked.and_then(|both| check_disputable(both, other, now));
        let (tx, both) = settle_with(tx, locked).await?;
        if both.0.contradicts.contains(&other) && both.1.contradicts.contains(&one) {
            tx.rollback().await?;
            return Ok(both);
        }
        let tenant = self.handle.tenant.as_uuid();
        let disputed =
            sql::dispute_memories().bind(&tx, one.as_uuid(), other.as_uuid(), tenant).await;
        let (tx, _) = settle_with(tx, disputed.map_err(|error| failed(DISPUTE, error))).await?;
        self.finish_both(tx, DISPUTE, (one, other), event("memory.disputed", one, by)).await
    }

    /// Ends that two memories contradict each other. Of the one that is kept, and of both when they coexist: they hold
    /// again, unless others contradict them still. The one that is not kept is superseded by the other.
    ///
    /// Fails with [`Error::InvalidInput`] when neither is to be kept; with [`Error::NotFound`] when one is not there;
    /// and with [`Error::Conflict`] when they do not contradict each other.
    pub async fn resolve(
        &self,
        one: MemoryId,
        other: MemoryId,
        resolution: Resolution,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        check(RESOLVE, one, other, reason)?;
        let loser = match resolution {
            Resolution::Keep(kept) if kept == one => Some(other),
            Resolution::Keep(kept) if kept == other => Some(one),
            Resolution::Keep(kept) => {
                let reason = format!("memory {kept} is neither of the two");
                return Err(Error::invalid(RESOLVE)(InvalidInput::new("keep", reason)));
            }
            Resolution::Coexist => None,
        };
        again(|| self.resolve_once((one, other), loser, reason, by)).await
    }

    async fn resolve_once(
        &self,
        (one, other): (MemoryId, MemoryId),
        loser: Option<MemoryId>,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        let (tx, _) = self.act(RESOLVE, reason, by).await?;
        let resolved = self.resolve_in(&tx, (one, other), loser).await;
        let (tx, ()) = settle_with(tx, resolved).await?;
        let event = event("memory.resolved", one, by);
        let event = match loser {
            Some(loser) => event
                .with_detail("kept", if loser == one { other } else { one }.to_string())
                .with_detail("superseded", loser.to_string()),
            None => event.with_detail("kept", "both"),
        };
        self.finish_both(tx, RESOLVE, (one, other), event).await
    }

    async fn resolve_in(
        &self,
        tx: &TenantTx,
        (one, other): (MemoryId, MemoryId),
        loser: Option<MemoryId>,
    ) -> Result<()> {
        let both = self.lock_both(tx, RESOLVE, (one, other)).await?;
        if !(both.0.contradicts.contains(&other) && both.1.contradicts.contains(&one)) {
            let reason = format!("memory {one} and memory {other} do not contradict each other");
            return Err(Error::Conflict { operation: RESOLVE, reason });
        }
        let Some(loser) = loser else {
            let pair = [one.0, other.0];
            return sql::release_memories()
                .bind(tx, &pair.as_slice(), self.handle.tenant.as_uuid(), &pair.as_slice())
                .await
                .map(drop)
                .map_err(|error| failed(RESOLVE, error));
        };
        let (kept, old) = if loser == one { (other, &both.0) } else { (one, &both.1) };
        self.end(tx, RESOLVE, old, Some(kept)).await
    }

    async fn lock_both(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        (one, other): (MemoryId, MemoryId),
    ) -> Result<(Memory, Memory)> {
        sql::lock_memory_and_contradicted()
            .bind(tx, self.handle.tenant.as_uuid(), &[one.0, other.0].as_slice())
            .all()
            .await
            .map_err(|error| failed(operation, error))?;
        self.read_two(tx, operation, (one, other)).await
    }

    async fn finish_both(
        &self,
        tx: TenantTx,
        operation: &'static str,
        (one, other): (MemoryId, MemoryId),
        event: Event,
    ) -> Result<(Memory, Memory)> {
        let read = self.read_two(&tx, operation, (one, other)).await;
        let (tx, both) = settle_with(tx, read).await?;
        let event = event
            .with_detail("with", other.to_string())
            .with_detail("team_id", both.0.team_id.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(both)
    }
}

fn check(
    operation: &'static str,
    one: MemoryId,
    other: MemoryId,
    reason: Option<&str>,
) -> Result<()> {
    check_reason(reason).map_err(Error::all_invalid(operation))?;
    if one == other {
        let input = InvalidInput::new("other", "a memory does not contradict itself; name two");
        return Err(Error::invalid(operation)(input));
    }
    Ok(())
}

fn check_disputable(
    both: (Memory, Memory),
    other: MemoryId,
    now: Timestamp,
) -> Result<(Memory, Memory)> {
    check_holds(DISPUTE, &both.0, now)?;
    check_holds(DISPUTE, &both.1, now)?;
    if both.0.team_id != both.1.team_id {
        let reason = format!("memory {other} belongs to another team");
        return Err(Error::invalid(DISPUTE)(InvalidInput::new("other", reason)));
    }
    Ok(both)
}
