use std::{future::Future, pin::pin};

use agentflow_core::{
    audit::{Actor, Event, Resource},
    memory::Embedding,
};
use agentflow_sql::queries::{memories, memory_partitions as sql};
use futures::future::{Either, select};
use serde::Serialize;
use uuid::Uuid;

use super::{Embedder, Memories};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

const EMBED: &str = "embed memories anew";
/// Memories in one transaction at most.
const BATCH: usize = 500;

/// Which memories are embedded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EmbedAnew {
    /// Also those that the same model has embedded already with as many dimensions: for a model that changed without its name.
    /// What of them was done is not remembered, so that an interrupted call begins anew.
    pub everything: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EmbedProgress {
    /// Memories that were looked at.
    pub done: u64,
    /// Memories that there were to embed at the beginning; others may come and go meanwhile.
    pub total: u64,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmbedReport {
    /// The model.
    pub model: String,
    /// Numbers per vector.
    pub dimensions: u32,
    /// How many memories were embedded.
    pub embedded: u64,
    /// How many were not, because they changed or went away meanwhile. What changed has been embedded by whoever changed it.
    pub changed_meanwhile: u64,
    /// Whether all were looked at: not if it was stopped.
    pub is_complete: bool,
}

/// What there is to embed, and with what.
struct Task<'a> {
    embedder: &'a dyn Embedder,
    dimensions: i32,
    everything: bool,
}

impl Memories {
    /// Embeds what the [embedder](Self::with_embedder) has not embedded: what it is another model or number of dimensions of, and
    /// what was never embedded. From the beginning of this on the tenant's memories are embedded by it and nothing else, and
    /// searches find by their vectors what is done already, and the rest by its text.
    ///
    /// Done in batches, each of which is committed and recorded; what is done stays done when `stop` is, or an error interrupts
    /// it, and the next call goes on from there. Forgotten and superseded memories are embedded as well, for they may be
    /// restored. The vectors from before are in the histories. A partition of the tenant's own needs a new index afterwards
    /// if the number of dimensions changed: see [`MemoryAdmin::reindex`](super::MemoryAdmin::reindex).
    ///
    /// Errors: [`Error::Unsupported`] without an embedder; those of the embedder.
    pub async fn embed_anew(
        &self,
        options: EmbedAnew,
        by: &Actor,
        progress: &(dyn Fn(EmbedProgress) + Send + Sync),
        stop: impl Future<Output = ()> + Send,
    ) -> Result<EmbedReport> {
        let Some(embedder) = self.embedder.as_deref() else {
            let reason = "these memories have no embedder".to_owned();
            return Err(Error::Unsupported { operation: EMBED, reason });
        };
        let dimensions = i32::try_from(embedder.dimensions()).unwrap_or(i32::MAX);
        let task = Task { embedder, dimensions, everything: options.everything };
        let mut report = EmbedReport {
            model: embedder.model().to_owned(),
            dimensions: embedder.dimensions(),
            embedded: 0,
            changed_meanwhile: 0,
            is_complete: false,
        };
        let total = self.count_to_embed(&task).await?;
        if total == 0 && !self.is_embedded_otherwise(&task).await? {
            report.is_complete = true;
            return Ok(report);
        }
        self.set_embedding(&task, by).await?;
        let (mut stop, mut after, mut done) = (pin!(stop), None, 0);
        progress(EmbedProgress { done, total });
        loop {
            // A batch is given up only before it is written.
            let page = match select(stop.as_mut(), pin!(self.next_to_embed(&task, after))).await {
                Either::Left(_) => return Ok(report),
                Either::Right((page, _)) => page?,
            };
            let Some(last) = page.ids.last().copied() else { break };
            let looked_at = page.ids.len() as u64;
            let written = self.write_embedded(&task, &page, by).await?;
            report.embedded += written;
            report.changed_meanwhile += looked_at - written;
            done += looked_at;
            after = Some(last);
            progress(EmbedProgress { done, total: total.max(done) });
        }
        report.is_complete = true;
        Ok(report)
    }

    async fn count_to_embed(&self, task: &Task<'_>) -> Result<u64> {
        let flight = self.handle.flight().await?;
        let count = sql::count_to_embed()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                &task.everything,
                &task.embedder.model(),
                &task.dimensions,
            )
            .one()
            .await;
        Ok(flight.land(EMBED, count).await?.unsigned_abs())
    }

    /// Whether what comes next would be embedded by another one.
    async fn is_embedded_otherwise(&self, task: &Task<'_>) -> Result<bool> {
        let flight = self.handle.flight().await?;
        let found =
            sql::get_memory_storage().bind(&flight, self.handle.tenant.as_uuid()).opt().await;
        let found = flight.land(EMBED, found).await?;
        Ok(found.is_some_and(|it| {
            it.embedding_model.is_some_and(|model| model != task.embedder.model())
                || it.embedding_dimensions.is_some_and(|count| count != task.dimensions)
        }))
    }

    async fn set_embedding(&self, task: &Task<'_>, by: &Actor) -> Result<()> {
        let tx = self.handle.begin().await?;
        let model = task.embedder.model();
        let set = sql::set_embedding()
            .bind(&tx, self.handle.tenant.as_uuid(), &model, &task.dimensions)
            .one()
            .await;
        let (tx, set) = settle(EMBED, tx, set).await?;
        if set.written == 0 {
            return tx.rollback().await;
        }
        let event = Event::new("memories.embedding_changed", tenant_of(self), by.clone())
            .with_detail("old_model", set.old_model)
            .with_detail("old_dimensions", set.old_dimensions)
            .with_detail("model", model)
            .with_detail("dimensions", task.dimensions);
        tx.audit_and_commit(&event).await.map(drop)
    }

    async fn next_to_embed(&self, task: &Task<'_>, after: Option<Uuid>) -> Result<Page> {
        let limit = task.embedder.batch_size().clamp(1, BATCH);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let flight = self.handle.flight().await?;
        let rows = sql::list_to_embed()
            .bind(
                &flight,
                self.handle.tenant.as_uuid(),
                &after,
                &task.everything,
                &task.embedder.model(),
                &task.dimensions,
                &limit,
            )
            .all()
            .await;
        let rows = flight.land(EMBED, rows).await?;
        let texts: Vec<_> = rows.iter().map(|row| row.content.as_str()).collect();
        let vectors = if texts.is_empty() {
            Vec::new()
        } else {
            check_vectors(task.embedder, texts.len(), task.embedder.embed(&texts).await?)?
        };
        Ok(Page {
            ids: rows.iter().map(|row| row.id).collect(),
            digests: rows.into_iter().map(|row| row.digest).collect(),
            vectors,
        })
    }

    async fn write_embedded(&self, task: &Task<'_>, page: &Page, by: &Actor) -> Result<u64> {
        let tx = self.handle.begin().await?;
        let written = self.write_page(&tx, task, page, by).await;
        let (tx, written) = settle_with(tx, written).await?;
        if written == 0 {
            return tx.rollback().await.map(|()| 0);
        }
        let event = Event::new("memories.embedded", tenant_of(self), by.clone())
            .with_detail("count", written)
            .with_detail("model", task.embedder.model())
            .with_detail("dimensions", task.dimensions);
        tx.audit_and_commit(&event).await.map(|_| written)
    }

    async fn write_page(
        &self,
        tx: &TenantTx,
        task: &Task<'_>,
        page: &Page,
        by: &Actor,
    ) -> Result<u64> {
        let (now, reason) = (self.handle.shared.now(), None::<&str>);
        let written = async {
            memories::act_on_memories().bind(tx, &by.to_string(), &reason, &now).one().await?;
            sql::embed_memories()
                .bind(
                    tx,
                    &page.vectors,
                    &task.dimensions,
                    &task.embedder.model(),
                    &page.ids,
                    &page.digests,
                    self.handle.tenant.as_uuid(),
                )
                .await
        };
        written.await.map_err(|error| Error::from_postgres(EMBED, error))
    }
}

/// What is embedded at once.
struct Page {
    ids: Vec<Uuid>,
    digests: Vec<String>,
    /// One vector behind the other.
    vectors: Vec<f32>,
}

fn tenant_of(memories: &Memories) -> Resource {
    Resource::new("tenant", memories.handle.tenant)
}

/// Whoever wrote the embedder promised so many vectors of so many numbers.
fn check_vectors(
    embedder: &dyn Embedder,
    count: usize,
    vectors: Vec<Vec<f32>>,
) -> Result<Vec<f32>> {
    let corrupt = |reason: String| {
        let what = format!("what `{}` made", embedder.model());
        Error::Corrupt { operation: EMBED, what, reason }
    };
    if vectors.len() != count {
        return Err(corrupt(format!(
            "{count} texts were given, and {} vectors came",
            vectors.len()
        )));
    }
    let dimensions = embedder.dimensions() as usize;
    let mut numbers = Vec::with_capacity(count * dimensions);
    for vector in vectors {
        if vector.len() != dimensions {
            let found = vector.len();
            return Err(corrupt(format!(
                "a vector has {found} dimensions, and {dimensions} are expected"
            )));
        }
        let vector = Embedding::new(embedder.model(), vector);
        let vector = vector.map_err(|input| corrupt(input.to_string()))?;
        numbers.extend_from_slice(vector.vector());
    }
    Ok(numbers)
}
