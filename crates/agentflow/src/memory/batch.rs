use std::collections::BTreeSet;

use agentflow_core::{
    InvalidInput, InvalidInputs,
    audit::{Actor, Event, Resource},
    ids::MemoryId,
    memory::NewMemory,
};
use serde::Serialize;

use super::{
    Memories,
    again::again,
    expire::making_place,
    write::{Batch, Fate, Vector, in_the_way},
};
use crate::{
    error::{Error, Result},
    settle::settle_with,
};

const ADD_MANY: &str = "add memories";
/// The most memories of one transaction.
const BATCH: usize = 500;
const TRIES: usize = 8;
/// The most faults that are named.
const MOST_NAMED: usize = 100;

/// What became of memories that were to be added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AddReport {
    /// The memory that each of them is now, in their order, and whether it was made now. The same content counts once:
    /// of two that say the same, the second is the first.
    pub ids: Vec<(MemoryId, bool)>,
    /// How many were made now.
    pub created: usize,
}

impl Memories {
    /// Remembers several things, as [`add`](Memories::add) does each: in transactions of at most 500, so that a part is
    /// there when another fails. Adding them again makes none of them twice, and embeds none of them twice.
    ///
    /// All are checked before any is written: fails with [`Error::InvalidInputs`], which names the bad fields of all of
    /// them, as `memories[3].content`. Otherwise fails as `add` does.
    pub async fn add_many(&self, memories: Vec<NewMemory>, by: &Actor) -> Result<AddReport> {
        self.check_all(&memories)?;
        let mut report = AddReport::default();
        for batch in memories.chunks(BATCH) {
            let fates = self.add_batch(batch, by).await?;
            for fate in fates {
                let is_new = matches!(fate, Fate::Created(_));
                report.ids.push((fate.id(), is_new));
                report.created += usize::from(is_new);
            }
        }
        Ok(report)
    }

    fn check_all(&self, memories: &[NewMemory]) -> Result<()> {
        let now = self.handle.shared.now();
        let mut faults = Vec::new();
        for (index, memory) in memories.iter().enumerate() {
            let Err(InvalidInputs(found)) = memory.validate(now) else { continue };
            faults.extend(found.into_iter().map(|fault| {
                InvalidInput::new(format!("memories[{index}].{}", fault.field), fault.reason)
            }));
            if faults.len() > MOST_NAMED {
                faults.truncate(MOST_NAMED);
                faults.push(InvalidInput::new("memories", "there are more that are wrong"));
                break;
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::InvalidInputs { operation: ADD_MANY, inputs: InvalidInputs(faults) })
    }

    async fn add_batch(&self, memories: &[NewMemory], by: &Actor) -> Result<Vec<Fate>> {
        for _ in 0..TRIES {
            let (vectors, _) = self.embed_new(ADD_MANY, memories).await?;
            if let Some(fates) = again(|| self.write_batch(memories, &vectors, by)).await? {
                return Ok(fates);
            }
        }
        Err(in_the_way(ADD_MANY))
    }

    async fn write_batch(
        &self,
        memories: &[NewMemory],
        vectors: &[Vector],
        by: &Actor,
    ) -> Result<Option<Vec<Fate>>> {
        let (tx, now) = self.act(ADD_MANY, None, by).await?;
        let batch = Batch { memories, vectors, version: 1 };
        let written = self.write(&tx, ADD_MANY, &batch, now).await;
        let (tx, written) = settle_with(tx, written).await?;
        let Some(written) = written else {
            tx.rollback().await?;
            return Ok(None);
        };
        let (created, expired, fates) = (written.created(), written.expired, written.fates);
        if created == 0 {
            tx.rollback().await?;
            return Ok(Some(fates));
        }
        let new = memories.iter().zip(&fates).filter(|(_, fate)| matches!(fate, Fate::Created(_)));
        let teams: BTreeSet<String> = new.map(|(new, _)| new.team_id.to_string()).collect();
        let event = Event::new("memories.created", Resource::kind("memory"), by.clone())
            .with_detail("memories", created)
            .with_detail("teams", teams.into_iter().collect::<Vec<_>>());
        tx.audit_and_commit(&making_place(event, expired)).await?;
        Ok(Some(fates))
    }
}
