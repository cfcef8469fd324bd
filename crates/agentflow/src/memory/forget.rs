use agentflow_core::{
    audit::Actor,
    ids::MemoryId,
    memory::{MemoryStatus, check_reason},
};
use agentflow_sql::queries::memories as sql;

use super::{
    Memories, Memory,
    add::described,
    rows::{event, failed},
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

impl Memories {
    /// Forgets a memory: it is archived, and found no more, until it is restored. What it contradicted is free of it. Where
    /// it is archived already, nothing is written. Fails with [`Error::NotFound`] when it is not there.
    pub async fn forget(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        const OPERATION: &str = "forget a memory";
        check_reason(reason).map_err(Error::all_invalid(OPERATION))?;
        let (tx, _) = self.act(OPERATION, reason, by).await?;
        let before = self.lock_with_contradicted(&tx, OPERATION, id).await;
        let (tx, before) = settle_with(tx, before).await?;
        if before.status == MemoryStatus::Archived {
            tx.rollback().await?;
            return Ok(before);
        }
        let archived = self.archive(&tx, OPERATION, &before).await;
        let (tx, ()) = settle_with(tx, archived).await?;
        let event = described(event("memory.archived", id, by), &before);
        self.finish(tx, OPERATION, id, event).await
    }

    async fn archive(&self, tx: &TenantTx, operation: &'static str, old: &Memory) -> Result<()> {
        let tenant = self.handle.tenant.as_uuid();
        let archived = sql::archive_memory().bind(tx, tenant, old.id.as_uuid()).await;
        archived.map_err(|error| failed(operation, error))?;
        self.release(tx, operation, old).await
    }

    /// Lets a memory hold again that was forgotten, expired or was superseded; one that expired does not any more. Where
    /// it holds, nothing is written.
    ///
    /// Fails with [`Error::NotFound`] when it is not there, and with [`Error::Conflict`] when another says the same
    /// meanwhile.
    pub async fn restore(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<Memory> {
        const OPERATION: &str = "restore a memory";
        check_reason(reason).map_err(Error::all_invalid(OPERATION))?;
        let (tx, now) = self.act(OPERATION, reason, by).await?;
        let (tx, before) = self.lock_one(tx, OPERATION, id).await?;
        if matches!(before.status, MemoryStatus::Active | MemoryStatus::Disputed) {
            tx.rollback().await?;
            return Ok(before);
        }
        let tenant = self.handle.tenant.as_uuid();
        let restored = sql::restore_memory().bind(&tx, &now, tenant, id.as_uuid()).await;
        let restored = restored.map_err(|error| match failed(OPERATION, error) {
            // Nothing else of it is unique.
            Error::AlreadyExists { operation, .. } => {
                let reason = format!("another memory says the same as memory {id}, and holds");
                Error::Conflict { operation, reason }
            }
            error => error,
        });
        let (tx, _) = settle_with(tx, restored).await?;
        let event = described(event("memory.restored", id, by), &before)
            .with_detail("from", before.status.as_str());
        self.finish(tx, OPERATION, id, event).await
    }

    /// Deletes a memory, with its tags and the count of its uses. Its history stays. Fails with [`Error::NotFound`] when it
    /// is not there.
    pub async fn delete(&self, id: MemoryId, reason: Option<&str>, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a memory";
        check_reason(reason).map_err(Error::all_invalid(OPERATION))?;
        let (tx, _) = self.act(OPERATION, reason, by).await?;
        let before = self.lock_with_contradicted(&tx, OPERATION, id).await;
        let (tx, before) = settle_with(tx, before).await?;
        let released = self.release(&tx, OPERATION, &before).await;
        let (tx, ()) = settle_with(tx, released).await?;
        let tenant = self.handle.tenant.as_uuid();
        let deleted = sql::delete_memory().bind(&tx, tenant, id.as_uuid()).await;
        let (tx, _) = settle_with(tx, deleted.map_err(|error| failed(OPERATION, error))).await?;
        tx.audit_and_commit(&described(event("memory.deleted", id, by), &before)).await?;
        Ok(())
    }
}
