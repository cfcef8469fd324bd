use std::{fmt, sync::Arc};

use agentflow_core::{ids::MemoryId, memory::Embedding};
use agentflow_sql::queries::memories as sql;

use super::{Embedder, Memory, MemoryFilter, rows};
use crate::{error::Result, store::Handle};

/// The memories of a tenant. Every change of a memory is in its history, by whom and why, and recorded in the tenant's audit
/// chain.
#[derive(Clone)]
pub struct Memories {
    pub(super) handle: Handle,
    pub(super) embedder: Option<Arc<dyn Embedder>>,
}

impl fmt::Debug for Memories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let embedder = self.embedder.as_ref().map(|embedder| embedder.model().to_owned());
        f.debug_struct("Memories")
            .field("tenant", &self.handle.tenant)
            .field("embedder", &embedder)
            .finish()
    }
}

impl Memories {
    pub(crate) fn new(handle: Handle) -> Self {
        Self { handle, embedder: None }
    }

    /// The same, whose memories and queries are embedded by `embedder`. Without one they are found by their texts only.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// The memory with this id, whether it holds or not.
    pub async fn get(&self, id: MemoryId) -> Result<Option<Memory>> {
        let flight = self.handle.flight("get a memory").await?;
        let row =
            sql::get_memory().bind(&flight, self.handle.tenant.as_uuid(), id.as_uuid()).opt().await;
        flight.land(row).await?.map(Memory::try_from).transpose()
    }

    /// The embedding of a memory; none if it has none, or is not there.
    pub async fn embedding(&self, id: MemoryId) -> Result<Option<Embedding>> {
        let flight = self.handle.flight("get the embedding of a memory").await?;
        let row = sql::get_memory_embedding()
            .bind(&flight, self.handle.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let row = flight.land(row).await?;
        row.map_or(Ok(None), |row| rows::embedding(id.0, row.embedding_model, row.embedding))
    }

    /// A page of at most `limit` memories in order of their ids, behind `after`. What expired is in it only where it is
    /// asked for by the status that a sweep gave it.
    pub async fn list(
        &self,
        filter: &MemoryFilter,
        after: Option<MemoryId>,
        limit: u16,
    ) -> Result<Vec<Memory>> {
        const OPERATION: &str = "list memories";
        filter.validate(OPERATION)?;
        let values = filter.values();
        let flight = self.handle.flight(OPERATION).await?;
        let rows = sql::list_memories()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                filter.team.as_uuid(),
                &values.statuses,
                &rows::to_micros(self.handle.shared.now()),
                &values.agent,
                &values.user,
                &values.types,
                &values.tiers,
                &values.min_importance,
                &filter.created_from,
                &filter.created_until,
                &values.metadata,
                &values.path,
                &values.tags,
                &after.map(|id| id.0),
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await.map_err(|error| filter.explain(error))?;
        rows.into_iter().map(Memory::try_from).collect()
    }

    /// How many memories a list would have.
    pub async fn count(&self, filter: &MemoryFilter) -> Result<u64> {
        const OPERATION: &str = "count memories";
        filter.validate(OPERATION)?;
        let values = filter.values();
        let flight = self.handle.flight(OPERATION).await?;
        let count = sql::count_memories()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                filter.team.as_uuid(),
                &values.statuses,
                &rows::to_micros(self.handle.shared.now()),
                &values.agent,
                &values.user,
                &values.types,
                &values.tiers,
                &values.min_importance,
                &filter.created_from,
                &filter.created_until,
                &values.metadata,
                &values.path,
                &values.tags,
            )
            .one()
            .await;
        let count = flight.land(count).await.map_err(|error| filter.explain(error))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
