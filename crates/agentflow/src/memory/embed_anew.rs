use std::{future::Future, pin::pin};

use agentflow_core::audit::{Actor, Event, Resource};
use agentflow_sql::queries::{memories, memory_partitions as sql};
use futures::future::{Either, select};
use serde::Serialize;
use uuid::Uuid;

use super::{Embedder, Memories, settings::embed_all};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
    settle::{settle, settle_with},
};

const EMBED: &str = "embed memories anew";
/// Memories in one transaction at most.
const BATCH: usize = 500;
/// What is embedded where there is nothing, to see that it can be done before it is what is expected.
const PROBE: &str = "The customer prefers email.";

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
    /// How many have no embedding, because nothing can be made of their texts: a vector without a direction is near to nothing.
    /// They are found by their words.
    pub without_direction: u64,
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
    /// what was never embedded. As soon as the first of them are embedded, the tenant's memories are embedded by it and nothing
    /// else, and searches find by their vectors what is done already, and the rest by its text. If that fails, nothing has
    /// changed.
    ///
    /// Done in batches, each of which is committed and recorded; what is done stays done when `stop` is, or an error interrupts
    /// it, and the next call goes on from there. Forgotten and superseded memories are embedded as well, for they may be
    /// restored. The vectors from before are in the histories. A partition of the tenant's own needs a new index afterwards
    /// if the number of dimensions changed: see [`MemoryAdmin::reindex`](super::MemoryAdmin::reindex).
    ///
    /// Errors: [`Error::Unsupported`] without an embedder; [`Error::Conflict`] when somebody embeds them by another model
    /// meanwhile; those of the embedder.
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
            without_direction: 0,
            is_complete: false,
        };
        let total = self.count_to_embed(&task).await?;
        let mut is_switched = !self.is_embedded_otherwise(&task).await?;
        if total == 0 {
            if !is_switched {
                // Nothing is there that could fail later on.
                embed_all(EMBED, embedder, &[PROBE]).await?;
                self.set_embedding(&task, by).await?;
            }
            report.is_complete = true;
            return Ok(report);
        }
        let (mut stop, mut after, mut done) = (pin!(stop), None, 0);
        progress(EmbedProgress { done, total });
        loop {
            // A batch is given up only before it is written.
            let page = match select(stop.as_mut(), pin!(self.next_to_embed(&task, after))).await {
                Either::Left(_) => return Ok(report),
                Either::Right((page, _)) => page,
            };
            let page = page.map_err(|error| report.told_with(error, total))?;
            let Some(last) = page.last else { break };
            if !is_switched {
                self.set_embedding(&task, by).await?;
                is_switched = true;
            }
            let written = self.write_embedded(&task, &page, by).await;
            let written = written.map_err(|error| report.told_with(error, total))?;
            report.embedded += written;
            report.changed_meanwhile += page.ids.len() as u64 - written;
            report.without_direction += page.without_direction.len() as u64;
            done += (page.ids.len() + page.without_direction.len()) as u64;
            after = Some(last);
            progress(EmbedProgress { done, total: total.max(done) });
        }
        if self.is_embedded_otherwise(&task).await? {
            return Err(report.told_with(somebody_else(), total));
        }
        report.is_complete = true;
        Ok(report)
    }

    async fn count_to_embed(&self, task: &Task<'_>) -> Result<u64> {
        let flight = self.handle.flight(EMBED).await?;
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
        Ok(flight.land(count).await?.unsigned_abs())
    }

    /// Whether what comes next would be embedded by another one.
    async fn is_embedded_otherwise(&self, task: &Task<'_>) -> Result<bool> {
        let flight = self.handle.flight(EMBED).await?;
        let found =
            sql::get_memory_storage().bind(&flight, self.handle.tenant.as_uuid()).opt().await;
        let found = flight.land(found).await?;
        Ok(found.is_some_and(|it| {
            it.embedding_model.is_some_and(|model| model != task.embedder.model())
                || it.embedding_dimensions.is_some_and(|count| count != task.dimensions)
        }))
    }

    async fn set_embedding(&self, task: &Task<'_>, by: &Actor) -> Result<()> {
        let tx = self.handle.begin(EMBED).await?;
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
        let flight = self.handle.flight(EMBED).await?;
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
        let rows = flight.land(rows).await?;
        let texts: Vec<_> = rows.iter().map(|row| row.content.as_str()).collect();
        let embeddings = embed_all(EMBED, task.embedder, &texts).await?;
        let mut page = Page { last: rows.last().map(|row| row.id), ..Page::default() };
        for (row, embedding) in rows.into_iter().zip(embeddings) {
            if let Some(embedding) = embedding {
                page.ids.push(row.id);
                page.digests.push(row.digest);
                page.vectors.extend_from_slice(embedding.vector());
            } else {
                page.without_direction.push(row.id);
                page.their_digests.push(row.digest);
            }
        }
        Ok(page)
    }

    async fn write_embedded(&self, task: &Task<'_>, page: &Page, by: &Actor) -> Result<u64> {
        let tx = self.handle.begin(EMBED).await?;
        let written = self.write_page(&tx, task, page, by).await;
        let (tx, (written, cleared)) = settle_with(tx, written).await?;
        if written + cleared == 0 {
            return tx.rollback().await.map(|()| 0);
        }
        let event = Event::new("memories.embedded", tenant_of(self), by.clone())
            .with_detail("count", written)
            .with_detail("model", task.embedder.model())
            .with_detail("dimensions", task.dimensions);
        tx.audit_and_commit(&event).await.map(|_| written)
    }

    /// How many were written, and of how many the vector of another model was taken away.
    async fn write_page(
        &self,
        tx: &TenantTx,
        task: &Task<'_>,
        page: &Page,
        by: &Actor,
    ) -> Result<(u64, u64)> {
        let lost = |error| Error::from_postgres(EMBED, error);
        let (now, reason) = (self.handle.shared.now(), None::<&str>);
        memories::act_on_memories()
            .bind(tx, &by.to_string(), &reason, &now)
            .one()
            .await
            .map_err(lost)?;
        let tenant = self.handle.tenant.as_uuid();
        let (mut written, mut cleared) = (0, 0);
        if !page.ids.is_empty() {
            let model = task.embedder.model();
            let claimed =
                self.claim_model(tx, EMBED, model, task.embedder.dimensions() as usize).await;
            claimed.map_err(|error| match error {
                Error::Conflict { .. } => somebody_else(),
                error => error,
            })?;
            let (vectors, dimensions) = (&page.vectors, &task.dimensions);
            written = sql::embed_memories()
                .bind(tx, vectors, dimensions, &model, &page.ids, &page.digests, tenant)
                .await
                .map_err(lost)?;
        }
        if !page.without_direction.is_empty() {
            cleared = sql::clear_embeddings()
                .bind(tx, &page.without_direction, &page.their_digests, tenant)
                .await
                .map_err(lost)?;
        }
        Ok((written, cleared))
    }
}

impl EmbedReport {
    /// The error that interrupted it, which tells how far it came and how it goes on. Before anything was embedded nothing has
    /// changed, and there is nothing to tell.
    fn told_with(&self, mut error: Error, total: u64) -> Error {
        if self.embedded == 0 {
            return error;
        }
        let (Error::Conflict { reason, .. }
        | Error::Denied { reason, .. }
        | Error::Unavailable { reason, .. }
        | Error::Corrupt { reason, .. }
        | Error::Unsupported { reason, .. }) = &mut error
        else {
            return error;
        };
        let Self { embedded, model, .. } = self;
        *reason = format!(
            "{reason}; {embedded} of {total} are embedded by `{model}` now, and the others are found by their words: do it again \
             for the rest"
        );
        error
    }
}

/// What is embedded at once.
#[derive(Default)]
struct Page {
    /// The last one that was looked at; none where there were no more.
    last: Option<Uuid>,
    ids: Vec<Uuid>,
    digests: Vec<String>,
    /// One vector behind the other.
    vectors: Vec<f32>,
    /// Those of which nothing can be made.
    without_direction: Vec<Uuid>,
    their_digests: Vec<String>,
}

fn somebody_else() -> Error {
    let reason = "somebody embeds them by another model".to_owned();
    Error::Conflict { operation: EMBED, reason }
}

fn tenant_of(memories: &Memories) -> Resource {
    Resource::new("tenant", memories.handle.tenant)
}
