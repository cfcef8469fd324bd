use std::collections::HashMap;

use agentflow_core::{
    audit::{Actor, Event},
    ids::MemoryId,
    memory::{Embedding, NewMemory},
};
use agentflow_sql::queries::memories as sql;
use serde::Serialize;

use super::{
    Memories, Memory,
    again::again,
    expire::making_place,
    rows::{event, to_micros},
    settings::embed_all,
    write::{Batch, Fate, TRIES, Vector, in_the_way, sought},
};
use crate::{
    error::{Error, Result},
    settle::settle_with,
};

const ADD: &str = "add a memory";

/// What became of a memory that was to be added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Added {
    /// The memory: the new one, or the one that says the same already.
    pub memory: Memory,
    /// Whether it was made now.
    pub created: bool,
}

impl Memories {
    /// Remembers something.
    ///
    /// The same content counts once for a team, type, agent and user: if a memory holds that says the same, it is given
    /// back, and nothing is written. One that expired and was not swept yet is archived, and makes place for the new one.
    ///
    /// Embedded by the embedder, before the transaction begins; a text of which no vector can be made, or one of zeros only,
    /// which points nowhere, is kept without and found by its words. Fails with [`Error::InvalidInputs`], which names every bad field; with [`Error::NotFound`] when the team, the
    /// agent, the user or the conversation is not there; with [`Error::Conflict`] when the memories of the tenant are
    /// embedded by another model; and with whatever the embedder fails with.
    pub async fn add(&self, memory: NewMemory, by: &Actor) -> Result<Added> {
        memory.validate(self.handle.shared.now()).map_err(Error::all_invalid(ADD))?;
        for _ in 0..TRIES {
            let memories = std::slice::from_ref(&memory);
            let (vectors, found) = self.embed_new(ADD, memories).await?;
            if let [Some(id)] = found[..]
                && let Some(memory) = self.get(id).await?
            {
                return Ok(Added { memory, created: false });
            }
            if let Some(added) = again(|| self.add_one(&memory, &vectors, by)).await? {
                return Ok(added);
            }
        }
        Err(in_the_way(ADD))
    }

    /// Remembers something that was embedded elsewhere, or is to be found by its text only.
    ///
    /// Fails as [`add`](Memories::add) does, and with [`Error::Conflict`] for an embedding by another model or of another
    /// size than those that the tenant has.
    pub async fn add_embedded(
        &self,
        memory: NewMemory,
        embedding: Option<Embedding>,
        by: &Actor,
    ) -> Result<Added> {
        memory.validate(self.handle.shared.now()).map_err(Error::all_invalid(ADD))?;
        let vectors = [Vector::Known(embedding)];
        for _ in 0..TRIES {
            if let Some(added) = again(|| self.add_one(&memory, &vectors, by)).await? {
                return Ok(added);
            }
        }
        Err(in_the_way(ADD))
    }

    /// None if it has to be tried anew.
    async fn add_one(
        &self,
        memory: &NewMemory,
        vectors: &[Vector],
        by: &Actor,
    ) -> Result<Option<Added>> {
        let (tx, now) = self.act(ADD, None, by).await?;
        let batch = Batch { memories: std::slice::from_ref(memory), vectors, version: 1 };
        let written = self.write(&tx, ADD, &batch, now).await;
        let (tx, written) = settle_with(tx, written).await?;
        let first = written.and_then(|it| Some((it.fates.first().copied()?, it.expired)));
        let Some((fate, expired)) = first else {
            tx.rollback().await?;
            return Ok(None);
        };
        let read = self.read(&tx, ADD, fate.id()).await;
        let event = match fate {
            Fate::There(_) => {
                tx.rollback().await?;
                // Nothing held it: it may be gone by now.
                return match read {
                    Ok(memory) => Ok(Some(Added { memory, created: false })),
                    Err(Error::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                };
            }
            Fate::Created(id) => making_place(event("memory.created", id, by), expired),
        };
        let (tx, read) = settle_with(tx, read).await?;
        tx.audit_and_commit(&described(event, &read)).await?;
        Ok(Some(Added { memory: read, created: true }))
    }

    /// Embeds what is not there yet, each content once. Gives what was found instead of the others.
    pub(super) async fn embed_new(
        &self,
        operation: &'static str,
        memories: &[NewMemory],
    ) -> Result<(Vec<Vector>, Vec<Option<MemoryId>>)> {
        let nothing = vec![None; memories.len()];
        let Some(embedder) = &self.embedder else {
            return Ok((vec![Vector::Known(None); memories.len()], nothing));
        };
        self.check_model(operation, embedder.model(), embedder.dimensions() as usize).await?;
        let flight = self.handle.flight(operation).await?;
        let places: Vec<usize> = (0..memories.len()).collect();
        let same = sql::find_same_memories()
            .bind(
                &flight,
                &sought(memories, &places),
                &to_micros(self.handle.shared.now()),
                self.handle.tenant.as_uuid(),
            )
            .all()
            .await;
        let mut found = nothing;
        for row in flight.land(same).await? {
            if !row.is_over {
                found[usize::try_from(row.place).unwrap_or_default()] = Some(MemoryId(row.id));
            }
        }
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut texts = Vec::new();
        for (memory, found) in memories.iter().zip(&found) {
            if found.is_none() {
                places.entry(&memory.content).or_insert_with(|| {
                    texts.push(memory.content.as_str());
                    texts.len() - 1
                });
            }
        }
        let made = embed_all(operation, &**embedder, &texts).await?;
        let vector = |memory: &NewMemory| match places.get(memory.content.as_str()) {
            Some(place) => Vector::Known(made[*place].clone()),
            None => Vector::Spared,
        };
        Ok((memories.iter().map(vector).collect(), found))
    }
}

/// An event with what a memory is, but nothing of what it says.
pub(super) fn described(event: Event, memory: &Memory) -> Event {
    let event = event
        .with_detail("team_id", memory.team_id.to_string())
        .with_detail("memory_type", memory.memory_type.as_str());
    match memory.agent_id {
        Some(agent) => event.with_detail("agent_id", agent.to_string()),
        None => event,
    }
}
