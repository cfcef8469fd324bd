use agentflow_core::{
    audit::{Actor, Event},
    ids::MemoryId,
    memory::{MemoryStatus, check_reason},
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;

use super::{
    Memories, Memory,
    add::described,
    again::again,
    expire::{is_over, making_place},
    rows::{event, failed},
    write::in_the_way,
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

const FORGET: &str = "forget a memory";
const RESTORE: &str = "restore a memory";
const DELETE: &str = "delete a memory";

impl Memories {
    /// Forgets a memory: it is archived, and found no more, until it is restored. That ends its disputes: what it
    /// contradicted, and nothing else does, holds again; the audit entry names those as `released`. Where it is archived
    /// already, nothing is written. Fails with [`Error::NotFound`] when it is not there.
    pub async fn forget(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        check_reason(reason).map_err(Error::all_invalid(FORGET))?;
        again(|| self.forget_once(id, reason, by)).await
    }

    async fn forget_once(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        let (tx, _) = self.act(FORGET, reason, by).await?;
        let before = self.lock_with_contradicted(&tx, FORGET, id).await;
        let (tx, before) = settle_with(tx, before).await?;
        if before.status == MemoryStatus::Archived {
            tx.rollback().await?;
            return Ok(before);
        }
        let archived = self.archive(&tx, FORGET, &before).await;
        let (tx, ()) = settle_with(tx, archived).await?;
        let event = releasing(described(event("memory.archived", id, by), &before), &before);
        self.finish(tx, FORGET, id, event).await
    }

    async fn archive(&self, tx: &TenantTx, operation: &'static str, old: &Memory) -> Result<()> {
        let tenant = self.handle.tenant.as_uuid();
        let archived = sql::archive_memory().bind(tx, tenant, old.id.as_uuid()).await;
        archived.map_err(|error| failed(operation, error))?;
        self.release(tx, operation, old).await
    }

    /// Lets a memory hold again that was forgotten, expired or was superseded; one that expired does not any more. Where
    /// it holds, nothing is written. Another that says the same and has expired is archived.
    ///
    /// Fails with [`Error::NotFound`] when it is not there, and with [`Error::Conflict`], which names it, when another
    /// says the same meanwhile.
    pub async fn restore(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        check_reason(reason).map_err(Error::all_invalid(RESTORE))?;
        again(|| self.restore_once(id, reason, by)).await
    }

    async fn restore_once(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        let (tx, now) = self.act(RESTORE, reason, by).await?;
        let (tx, before) = self.lock_one(tx, RESTORE, id).await?;
        let holds = matches!(before.status, MemoryStatus::Active | MemoryStatus::Disputed);
        if holds && !is_over(&before, now) {
            tx.rollback().await?;
            return Ok(before);
        }
        let restored = self.restore_in(&tx, &before, now).await;
        let (tx, (from, expired)) = settle_with(tx, restored).await?;
        let event =
            described(event("memory.restored", id, by), &before).with_detail("from", from.as_str());
        self.finish(tx, RESTORE, id, making_place(event, expired)).await
    }

    /// Gives what it was, and how many expired were archived to make place.
    async fn restore_in(
        &self,
        tx: &TenantTx,
        before: &Memory,
        now: Timestamp,
    ) -> Result<(MemoryStatus, u64)> {
        let tenant = self.handle.tenant.as_uuid();
        let mut from = before.status;
        if matches!(from, MemoryStatus::Active | MemoryStatus::Disputed) {
            // It expired, and no sweep was there yet.
            self.expire_named(tx, RESTORE, &[before.id.0], now).await?;
            from = MemoryStatus::Archived;
        }
        let (holder, expired) = self.make_place(tx, RESTORE, before, now).await?;
        if let Some(other) = holder {
            let reason = format!("memory {other} says the same, and holds; forget that one first");
            return Err(Error::Conflict { operation: RESTORE, reason });
        }
        let restored = sql::restore_memory().bind(tx, &now, tenant, before.id.as_uuid()).await;
        restored.map_err(|error| match failed(RESTORE, error) {
            // Nothing else of it is unique, and a moment ago none was there.
            Error::AlreadyExists { operation, .. } => in_the_way(operation),
            error => error,
        })?;
        Ok((from, expired))
    }

    /// Deletes a memory, with its tags and the count of its uses. Its history stays. That ends its disputes, as
    /// [`forget`](Memories::forget) does. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<()> {
        check_reason(reason).map_err(Error::all_invalid(DELETE))?;
        again(|| self.delete_once(id, reason, by)).await
    }

    async fn delete_once(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<()> {
        let (tx, _) = self.act(DELETE, reason, by).await?;
        let before = self.lock_with_contradicted(&tx, DELETE, id).await;
        let (tx, before) = settle_with(tx, before).await?;
        let released = self.release(&tx, DELETE, &before).await;
        let (tx, ()) = settle_with(tx, released).await?;
        let tenant = self.handle.tenant.as_uuid();
        let deleted = sql::delete_memory().bind(&tx, tenant, id.as_uuid()).await;
        let (tx, _) = settle_with(tx, deleted.map_err(|error| failed(DELETE, error))).await?;
        let event = releasing(described(event("memory.deleted", id, by), &before), &before);
        tx.audit_and_commit(&event).await?;
        Ok(())
    }
}

/// An event with those whose dispute with a memory ends as it goes.
fn releasing(event: Event, gone: &Memory) -> Event {
    if gone.contradicts.is_empty() {
        return event;
    }
    let released: Vec<String> = gone.contradicts.iter().map(ToString::to_string).collect();
    event.with_detail("released", released)
}
