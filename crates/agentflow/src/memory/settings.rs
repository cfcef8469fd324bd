use agentflow_core::{InvalidInput, memory::Embedding};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Embedder, Memories};
use crate::{
    error::{Error, Result},
    input::stored_json,
    scope::TenantTx,
};

/// How the memories of a tenant are embedded, and where they are kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemorySettings {
    /// The model that embeds them; none until the first one is embedded.
    pub embedding_model: Option<String>,
    /// Numbers per embedding.
    pub embedding_dimensions: Option<u32>,
    /// When they got a partition of their own; none while they share one.
    pub promoted_at: Option<Timestamp>,
    /// The kind of the index of embeddings, `hnsw` or `ivfflat`; none if there is no index, and searches compare them all.
    pub index_kind: Option<String>,
    /// What the index was made with.
    pub index_options: Map<String, Value>,
    /// When the index was made.
    pub indexed_at: Option<Timestamp>,
    /// When the first of this became known.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Memories {
    /// How the memories of the tenant are embedded and kept; none before the first one is embedded.
    pub async fn settings(&self) -> Result<Option<MemorySettings>> {
        self.read_settings("get the settings of memories").await
    }

    async fn read_settings(&self, operation: &'static str) -> Result<Option<MemorySettings>> {
        const TABLE: &str = "memory_settings";
        let tenant = self.handle.tenant;
        let flight = self.handle.flight(operation).await?;
        let row = sql::get_memory_settings().bind(&flight, tenant.as_uuid()).opt().await;
        let Some(row) = flight.land(row).await? else { return Ok(None) };
        let column = "embedding_dimensions";
        let bad = |_| Error::Inconsistent { table: TABLE, column, row: tenant.to_string() };
        Ok(Some(MemorySettings {
            embedding_model: row.embedding_model,
            embedding_dimensions: row
                .embedding_dimensions
                .map(u32::try_from)
                .transpose()
                .map_err(bad)?,
            promoted_at: row.promoted_at,
            index_kind: row.index_kind,
            index_options: stored_json(TABLE, "index_options", tenant, &row.index_options)?,
            indexed_at: row.indexed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }))
    }

    /// Whether vectors of a model can be compared with those that the tenant has. Asked before anything is embedded, for
    /// that costs time and money.
    pub(super) async fn check_model(
        &self,
        operation: &'static str,
        model: &str,
        dimensions: usize,
    ) -> Result<()> {
        let Some(settings) = self.read_settings(operation).await? else { return Ok(()) };
        let (Some(known), Some(size)) = (&settings.embedding_model, settings.embedding_dimensions)
        else {
            return Ok(());
        };
        fits(operation, (known, u64::from(size)), (model, dimensions))
    }

    /// Makes sure of the same in a transaction that writes vectors, until it ends. The first vectors of a tenant decide.
    pub(super) async fn claim_model(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        model: &str,
        dimensions: usize,
    ) -> Result<()> {
        let tenant = self.handle.tenant.as_uuid();
        let lost = |error| Error::from_postgres(operation, error);
        loop {
            let held = sql::hold_memory_embedding().bind(tx, tenant).opt().await.map_err(lost)?;
            let known = held.and_then(|row| row.embedding_model.zip(row.embedding_dimensions));
            if let Some((known, size)) = known {
                let size = u64::try_from(size).unwrap_or_default();
                return fits(operation, (&known, size), (model, dimensions));
            }
            let size = i32::try_from(dimensions).unwrap_or(i32::MAX);
            sql::claim_memory_embedding().bind(tx, tenant, &model, &size).await.map_err(lost)?;
        }
    }
}

/// Whether vectors of a model and size can be among those of another.
pub(super) fn fits(
    operation: &'static str,
    (known, size): (&str, u64),
    (model, dimensions): (&str, usize),
) -> Result<()> {
    if known == model && size == dimensions as u64 {
        return Ok(());
    }
    let reason = format!(
        "the memories of this tenant are embedded by `{known}` ({size} dimensions), not by `{model}` ({dimensions}); embed \
         them anew first, with `af memory reindex --embed`"
    );
    Err(Error::Conflict { operation, reason })
}

/// Embeds texts in batches, in their order. A text of which nothing can be made has none: a vector without a direction is
/// near to nothing.
pub(super) async fn embed_all(
    operation: &'static str,
    embedder: &dyn Embedder,
    texts: &[&str],
) -> Result<Vec<Option<Embedding>>> {
    let mut embeddings = Vec::with_capacity(texts.len());
    for batch in texts.chunks(embedder.batch_size().max(1)) {
        let vectors = embedder.embed(batch).await?;
        if vectors.len() != batch.len() {
            let reason = format!("{} vectors for {} texts", vectors.len(), batch.len());
            return Err(corrupt(operation, embedder, reason));
        }
        for vector in vectors {
            if vector.len() != embedder.dimensions() as usize {
                let reason =
                    format!("{} numbers instead of {}", vector.len(), embedder.dimensions());
                return Err(corrupt(operation, embedder, reason));
            }
            embeddings.push(embedding(operation, embedder, vector)?);
        }
    }
    Ok(embeddings)
}

fn embedding(
    operation: &'static str,
    embedder: &dyn Embedder,
    vector: Vec<f32>,
) -> Result<Option<Embedding>> {
    let is_without_direction = vector.iter().map(|number| number * number).sum::<f32>() == 0.0;
    if is_without_direction {
        return Ok(None);
    }
    let made = Embedding::new(embedder.model(), vector);
    made.map(Some).map_err(|fault: InvalidInput| corrupt(operation, embedder, fault.to_string()))
}

fn corrupt(operation: &'static str, embedder: &dyn Embedder, reason: String) -> Error {
    let what = format!("the answer of the embedder `{}`", embedder.model());
    Error::Corrupt { operation, what, reason }
}
