use agentflow_core::{
    InvalidInput,
    audit::Actor,
    ids::MemoryId,
    memory::{MemoryStatus, NewMemory, check_reason},
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;

use super::{
    Memories, Memory,
    again::again,
    expire::{is_over, making_place},
    rows::{event, failed, ids_of},
    write::{Batch, Fate, Vector},
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::settle_with,
};

const SUPERSEDE: &str = "supersede a memory";

impl Memories {
    /// Puts a new memory in the place of one that holds or is disputed, and gives both: the old one, which is superseded and
    /// cold now, and the new one, whose version is one higher. What the old one contradicted is contradicted by it no more.
    ///
    /// Fails with [`Error::NotFound`] when the old one is not there; with [`Error::Conflict`] when it does not hold any
    /// more, or when another memory says already what the new one says; with [`Error::InvalidInput`] when the new one
    /// belongs to another team; and otherwise as [`add`](Memories::add) does.
    pub async fn supersede(
        &self,
        id: MemoryId,
        with: NewMemory,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        with.validate(self.handle.shared.now()).map_err(Error::all_invalid(SUPERSEDE))?;
        check_reason(reason).map_err(Error::all_invalid(SUPERSEDE))?;
        let vector = [Vector::Known(self.embed_one(SUPERSEDE, &with.content).await?)];
        again(|| self.supersede_once(id, &with, &vector, reason, by)).await
    }

    async fn supersede_once(
        &self,
        id: MemoryId,
        with: &NewMemory,
        vector: &[Vector],
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(Memory, Memory)> {
        let (tx, now) = self.act(SUPERSEDE, reason, by).await?;
        let replaced = self.replace(&tx, id, with, vector, now).await;
        let (tx, (old, new, expired)) = settle_with(tx, replaced).await?;
        let event = event("memory.superseded", id, by)
            .with_detail("superseded_by", new.id.to_string())
            .with_detail("team_id", old.team_id.to_string());
        tx.audit_and_commit(&making_place(event, expired)).await?;
        Ok((old, new))
    }

    async fn replace(
        &self,
        tx: &TenantTx,
        id: MemoryId,
        with: &NewMemory,
        vectors: &[Vector],
        now: Timestamp,
    ) -> Result<(Memory, Memory, u64)> {
        let old = self.lock_with_contradicted(tx, SUPERSEDE, id).await?;
        check_holds(SUPERSEDE, &old, now)?;
        if old.team_id != with.team_id {
            let reason =
                format!("expected {}, the team of the memory that it replaces", old.team_id);
            return Err(Error::invalid(SUPERSEDE)(InvalidInput::new("team_id", reason)));
        }
        // First, so that the new one may say the same of somebody else, and be the only one that holds.
        self.end(tx, SUPERSEDE, &old, None).await?;
        let batch = Batch {
            memories: std::slice::from_ref(with),
            vectors,
            version: old.version.saturating_add(1),
        };
        let written = self.write(tx, SUPERSEDE, &batch, now).await?;
        let first = written.and_then(|it| Some((it.fates.first().copied()?, it.expired)));
        let (new, expired) = match first {
            Some((Fate::Created(new), expired)) => (new, expired),
            Some((Fate::There(other), _)) => {
                let reason = format!("memory {other} says the same already");
                return Err(Error::Conflict { operation: SUPERSEDE, reason });
            }
            None => return Err(super::write::in_the_way(SUPERSEDE)),
        };
        let tenant = self.handle.tenant.as_uuid();
        sql::name_successor()
            .bind(tx, new.as_uuid(), tenant, id.as_uuid())
            .await
            .map_err(|error| failed(SUPERSEDE, error))?;
        let (old, new) = self.read_two(tx, SUPERSEDE, (id, new)).await?;
        Ok((old, new, expired))
    }

    /// A memory that nobody else changes before the end of the transaction, nor what it contradicts.
    pub(super) async fn lock_with_contradicted(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        id: MemoryId,
    ) -> Result<Memory> {
        let tenant = self.handle.tenant.as_uuid();
        sql::lock_memory_and_contradicted()
            .bind(tx, tenant, &[id.0].as_slice())
            .all()
            .await
            .map_err(|error| failed(operation, error))?;
        self.read(tx, operation, id).await
    }

    /// Supersedes a memory that is locked. What it contradicted is free of it.
    pub(super) async fn end(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        old: &Memory,
        by: Option<MemoryId>,
    ) -> Result<()> {
        let tenant = self.handle.tenant.as_uuid();
        sql::supersede_memory()
            .bind(tx, &by.map(|id| id.0), tenant, old.id.as_uuid())
            .await
            .map_err(|error| failed(operation, error))?;
        self.release(tx, operation, old).await
    }

    /// Frees the others from the contradiction of a memory that does not hold any more.
    pub(super) async fn release(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        gone: &Memory,
    ) -> Result<()> {
        if gone.contradicts.is_empty() {
            return Ok(());
        }
        let (from, others) = ([gone.id.0], ids_of(&gone.contradicts));
        sql::release_memories()
            .bind(tx, &from.as_slice(), self.handle.tenant.as_uuid(), &others)
            .await
            .map(drop)
            .map_err(|error| failed(operation, error))
    }
}

/// Whether a memory is one that another can take the place of.
pub(super) fn check_holds(operation: &'static str, memory: &Memory, now: Timestamp) -> Result<()> {
    let what = match memory.status {
        MemoryStatus::Active | MemoryStatus::Disputed if is_over(memory, now) => {
            "it expired".to_owned()
        }
        MemoryStatus::Active | MemoryStatus::Disputed => return Ok(()),
        status => format!("it is {status}"),
    };
    let reason = format!("memory {} does not hold any more: {what}", memory.id);
    Err(Error::Conflict { operation, reason })
}
