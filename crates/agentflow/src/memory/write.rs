use std::collections::HashMap;

use agentflow_core::{
    ids::MemoryId,
    memory::{Embedding, NewMemory},
};
use agentflow_sql::queries::memories as sql;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Memories, Memory,
    rows::{failed, to_micros},
};
use crate::{
    error::{Error, Result},
    scope::TenantTx,
};

/// How often it is tried anew when others add and forget the same at this moment.
pub(super) const TRIES: usize = 8;

/// What became of one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is new.
    Created(MemoryId),
    /// One holds that says the same.
    There(MemoryId),
}

impl Fate {
    pub(super) fn id(self) -> MemoryId {
        match self {
            Self::Created(id) | Self::There(id) => id,
        }
    }
}

/// What a memory is embedded by.
#[derive(Debug, Clone)]
pub(super) enum Vector {
    /// This, or nothing.
    Known(Option<Embedding>),
    /// It was not asked for, for a memory was there that says the same.
    Spared,
}

/// Memories to be, with what they are embedded by and which version they are.
pub(super) struct Batch<'a> {
    pub(super) memories: &'a [NewMemory],
    pub(super) vectors: &'a [Vector],
    pub(super) version: u32,
}

/// What became of all of them.
pub(super) struct Written {
    pub(super) fates: Vec<Fate>,
    /// How many that said the same had expired, and were archived.
    pub(super) expired: u64,
}

impl Written {
    /// How many are new.
    pub(super) fn created(&self) -> usize {
        self.fates.iter().filter(|fate| matches!(fate, Fate::Created(_))).count()
    }
}

impl Memories {
    /// Writes memories that are not there yet, and their tags. What says the same and has expired is archived. None if one that was there, and so was not embedded, is gone.
    pub(super) async fn write(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        batch: &Batch<'_>,
        now: jiff::Timestamp,
    ) -> Result<Option<Written>> {
        let known = |vector: &Vector| match vector {
            Vector::Known(Some(embedding)) => {
                Some((embedding.model().to_owned(), embedding.dimensions()))
            }
            _ => None,
        };
        if let Some((model, dimensions)) = batch.vectors.iter().find_map(known) {
            self.claim_model(tx, operation, &model, dimensions).await?;
        }
        let mut fates = vec![None; batch.memories.len()];
        let mut expired = 0;
        for _ in 0..TRIES {
            self.insert_missing(tx, operation, batch, now, &mut fates).await?;
            expired += self.find_others(tx, operation, batch, now, &mut fates).await?;
            if let Some(fates) = fates.iter().copied().collect::<Option<Vec<_>>>() {
                self.write_tags(tx, operation, batch, now, &fates).await?;
                return Ok(Some(Written { fates, expired }));
            }
            // Whatever held it is gone. It can be made, unless it has to be embedded first.
            let is_spared = |(fate, vector): (&Option<Fate>, &Vector)| {
                fate.is_none() && matches!(vector, Vector::Spared)
            };
            if fates.iter().zip(batch.vectors).any(is_spared) {
                return Ok(None);
            }
        }
        Err(in_the_way(operation))
    }

    async fn insert_missing(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        batch: &Batch<'_>,
        now: jiff::Timestamp,
        fates: &mut [Option<Fate>],
    ) -> Result<()> {
        let mut rows = Rows::default();
        let mut places = HashMap::new();
        // Those of one instant are random otherwise, and a list is in the order of ids.
        let mut ids: Vec<Uuid> = fates.iter().map(|_| self.handle.shared.next_id()).collect();
        ids.sort_unstable();
        for (place, (memory, vector)) in batch.memories.iter().zip(batch.vectors).enumerate() {
            if let (None, Vector::Known(embedding)) = (fates[place], vector) {
                let id = ids[place];
                places.insert(id, place);
                rows.push(id, memory, embedding.as_ref(), batch.version);
            }
        }
        if places.is_empty() {
            return Ok(());
        }
        let inserted = sql::insert_memories()
            .bind(
                tx,
                self.handle.tenant.as_uuid(),
                &rows.vectors,
                &rows.dimensions,
                &rows.model.as_deref(),
                &now,
                &Value::Array(rows.list).to_string(),
            )
            .all()
            .await
            .map_err(|error| failed(operation, error))?;
        for id in inserted {
            if let Some(place) = places.get(&id) {
                fates[*place] = Some(Fate::Created(MemoryId(id)));
            }
        }
        Ok(())
    }

    async fn find_others(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        batch: &Batch<'_>,
        now: jiff::Timestamp,
        fates: &mut [Option<Fate>],
    ) -> Result<u64> {
        let open = fates.iter().enumerate().filter(|(_, fate)| fate.is_none());
        let places: Vec<usize> = open.map(|(place, _)| place).collect();
        if places.is_empty() {
            return Ok(0);
        }
        let same = sql::find_same_memories()
            .bind(tx, &sought(batch.memories, &places), &now, self.handle.tenant.as_uuid())
            .all()
            .await
            .map_err(|error| failed(operation, error))?;
        let mut over = Vec::new();
        for row in same {
            let place = usize::try_from(row.place).unwrap_or_default();
            if !row.is_over {
                fates[place] = Some(Fate::There(MemoryId(row.id)));
            } else if matches!(batch.vectors[place], Vector::Known(_)) {
                over.push(row.id);
            }
        }
        if over.is_empty() {
            return Ok(0);
        }
        self.expire_named(tx, operation, &over, now).await
    }

    async fn write_tags(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        batch: &Batch<'_>,
        now: jiff::Timestamp,
        fates: &[Fate],
    ) -> Result<()> {
        let mut tagged: Vec<(MemoryId, &NewMemory)> = Vec::new();
        for (memory, fate) in batch.memories.iter().zip(fates) {
            if let Fate::Created(id) = fate
                && !memory.tags.is_empty()
            {
                tagged.push((*id, memory));
            }
        }
        if tagged.is_empty() {
            return Ok(());
        }
        let rows = tagged.iter().map(|(id, memory)| json!({"memory_id": id, "tags": memory.tags}));
        let rows = Value::Array(rows.collect()).to_string();
        sql::insert_memory_tags()
            .bind(tx, self.handle.tenant.as_uuid(), &now, &rows)
            .await
            .map(drop)
            .map_err(|error| failed(operation, error))
    }
}

/// Memories as the statement takes that inserts them.
#[derive(Default)]
struct Rows {
    list: Vec<Value>,
    vectors: Vec<f32>,
    count: usize,
    dimensions: i32,
    model: Option<String>,
}

impl Rows {
    fn push(&mut self, id: Uuid, memory: &NewMemory, embedding: Option<&Embedding>, version: u32) {
        let place = embedding.map(|embedding| {
            self.vectors.extend_from_slice(embedding.vector());
            self.dimensions = i32::try_from(embedding.dimensions()).unwrap_or(i32::MAX);
            self.model = Some(embedding.model().to_owned());
            self.count += 1;
            self.count - 1
        });
        let mut row = scope(memory);
        for (column, value) in [
            ("place", json!(self.list.len())),
            ("id", json!(id)),
            ("subject", json!(memory.subject)),
            ("vector", json!(place)),
            ("importance", json!(memory.importance)),
            ("confidence", json!(memory.confidence)),
            ("is_pinned", json!(memory.is_pinned)),
            ("source_type", json!(memory.source_type)),
            ("source_conversation_id", json!(memory.source_conversation_id)),
            ("source_message_ids", json!(memory.source_message_ids)),
            ("extraction_model", json!(memory.extraction_model)),
            ("version", json!(version)),
            ("related_to", json!(memory.related_to)),
            ("metadata", Value::Object(memory.metadata.clone())),
            ("expires_at", json!(memory.expires_at.map(to_micros))),
        ] {
            row.insert(column.to_owned(), value);
        }
        self.list.push(Value::Object(row));
    }
}

/// What makes a memory the same as another.
fn scope(memory: &NewMemory) -> Map<String, Value> {
    let scope = [
        ("team_id", json!(memory.team_id)),
        ("agent_id", json!(memory.agent_id)),
        ("user_id", json!(memory.user_id)),
        ("memory_type", json!(memory.memory_type)),
        ("content", json!(memory.content)),
    ];
    scope.into_iter().map(|(column, value)| (column.to_owned(), value)).collect()
}

pub(super) fn sought(memories: &[NewMemory], places: &[usize]) -> String {
    let row = |place: &usize| {
        let mut row = scope(&memories[*place]);
        row.insert("place".to_owned(), json!(place));
        Value::Object(row)
    };
    Value::Array(places.iter().map(row).collect()).to_string()
}

/// What is the same as a memory that is there.
pub(super) fn sought_again(memory: &Memory) -> String {
    json!([{
        "place": 0,
        "team_id": memory.team_id,
        "agent_id": memory.agent_id,
        "user_id": memory.user_id,
        "memory_type": memory.memory_type,
        "entry_key": memory.entry_key,
        "content": memory.content,
    }])
    .to_string()
}

pub(super) fn in_the_way(operation: &'static str) -> Error {
    let reason = "others add and forget the same at this moment; try again".to_owned();
    Error::Conflict { operation, reason }
}
