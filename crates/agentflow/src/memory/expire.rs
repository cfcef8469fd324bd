use agentflow_core::{audit::Event, ids::MemoryId};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Memories, Memory, rows::failed, write::sought_again};
use crate::{error::Result, scope::TenantTx};

/// Whether the time of a memory is over, though no sweep was there yet.
pub(super) fn is_over(memory: &Memory, now: Timestamp) -> bool {
    memory.expires_at.is_some_and(|end| end <= now)
}

/// An event that says how many expired were archived to make place.
pub(super) fn making_place(event: Event, expired: u64) -> Event {
    if expired == 0 { event } else { event.with_detail("expired", expired) }
}

impl Memories {
    /// Archives those of these memories that are over, as a sweep does. What they contradicted is free of them.
    pub(super) async fn expire_named(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        ids: &[Uuid],
        now: Timestamp,
    ) -> Result<u64> {
        let tenant = self.handle.tenant.as_uuid();
        let lost = |error| failed(operation, error);
        let locked = sql::lock_memory_and_contradicted().bind(tx, tenant, &ids).all().await;
        locked.map_err(lost)?;
        let expired =
            sql::expire_named_memories().bind(tx, tenant, &ids, &now).all().await.map_err(lost)?;
        let expired = expired.into_iter().map(|row| (row.id, row.contradicts)).collect();
        self.release_expired(tx, operation, expired).await
    }

    /// Frees what was contradicted by memories that expired just now, and counts those.
    pub(super) async fn release_expired(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        expired: Vec<(Uuid, Vec<Uuid>)>,
    ) -> Result<u64> {
        let ids: Vec<Uuid> = expired.iter().map(|(id, _)| *id).collect();
        let mut others: Vec<Uuid> = expired.into_iter().flat_map(|(_, others)| others).collect();
        others.sort_unstable();
        others.dedup();
        if !others.is_empty() {
            sql::release_memories()
                .bind(tx, &ids, self.handle.tenant.as_uuid(), &others)
                .await
                .map_err(|error| failed(operation, error))?;
        }
        Ok(ids.len() as u64)
    }

    /// Archives what says the same as a memory would and is over. Gives the other that holds and says the same, if there is
    /// one, and how many were archived.
    pub(super) async fn make_place(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        memory: &Memory,
        now: Timestamp,
    ) -> Result<(Option<MemoryId>, u64)> {
        let same = sql::find_same_memories()
            .bind(tx, &sought_again(memory), &now, self.handle.tenant.as_uuid())
            .all()
            .await
            .map_err(|error| failed(operation, error))?;
        let others = || same.iter().filter(|row| row.id != memory.id.0);
        let over: Vec<Uuid> = others().filter(|row| row.is_over).map(|row| row.id).collect();
        let holder = others().find(|row| !row.is_over).map(|row| MemoryId(row.id));
        if over.is_empty() {
            return Ok((holder, 0));
        }
        Ok((holder, self.expire_named(tx, operation, &over, now).await?))
    }
}
