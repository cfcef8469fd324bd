use std::collections::BTreeSet;

use agentflow_core::{InvalidInput, audit::Actor, ids::MemoryId, memory::check_tags};
use agentflow_sql::queries::memories as sql;
use serde_json::json;

use super::{
    Memories, Memory,
    again::again,
    rows::{event, failed},
};
use crate::{
    error::{Error, Result},
    settle::settle_with,
};

/// The most tags of a memory.
const MOST: usize = 50;

const TAG: &str = "tag a memory";
const UNTAG: &str = "untag a memory";

impl Memories {
    /// Gives a memory tags. Those that it has already are nothing new, and where all are, nothing is written.
    ///
    /// Fails with [`Error::InvalidInputs`] for tags that cannot be, and when there would be more than 50; and with
    /// [`Error::NotFound`] when the memory is not there.
    pub async fn tag(&self, id: MemoryId, tags: &[&str], by: &Actor) -> Result<Memory> {
        check_tags(tags).map_err(Error::all_invalid(TAG))?;
        again(|| self.tag_once(id, tags, by)).await
    }

    async fn tag_once(&self, id: MemoryId, tags: &[&str], by: &Actor) -> Result<Memory> {
        let (tx, now) = self.act(TAG, None, by).await?;
        let (tx, before) = self.lock_one(tx, TAG, id).await?;
        let wanted: BTreeSet<&str> = tags.iter().copied().collect();
        let had: BTreeSet<&str> = before.tags.iter().map(String::as_str).collect();
        let new: Vec<&str> = wanted.difference(&had).copied().collect();
        if new.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        if had.len() + new.len() > MOST {
            let reason =
                format!("it would have {} tags; at most {MOST} are kept", had.len() + new.len());
            let inputs = InvalidInput::new("tags", reason).into();
            return Err(tx.refuse(Error::InvalidInputs { operation: TAG, inputs }).await);
        }
        let rows = json!([{"memory_id": id, "tags": new}]).to_string();
        let tenant = self.handle.tenant.as_uuid();
        let tagged = sql::insert_memory_tags().bind(&tx, tenant, &now, &rows).await;
        let (tx, _) = settle_with(tx, tagged.map_err(|error| failed(TAG, error))).await?;
        let event = event("memory.tagged", id, by).with_detail("tags", new.len());
        self.finish(tx, TAG, id, event).await
    }

    /// Takes tags from a memory. Where it has none of them, nothing is written. Fails as [`tag`](Memories::tag) does.
    pub async fn untag(&self, id: MemoryId, tags: &[&str], by: &Actor) -> Result<Memory> {
        check_tags(tags).map_err(Error::all_invalid(UNTAG))?;
        again(|| self.untag_once(id, tags, by)).await
    }

    async fn untag_once(&self, id: MemoryId, tags: &[&str], by: &Actor) -> Result<Memory> {
        let (tx, _) = self.act(UNTAG, None, by).await?;
        let (tx, before) = self.lock_one(tx, UNTAG, id).await?;
        let gone: Vec<&str> =
            before.tags.iter().map(String::as_str).filter(|tag| tags.contains(tag)).collect();
        if gone.is_empty() {
            tx.rollback().await?;
            return Ok(before);
        }
        let tenant = self.handle.tenant.as_uuid();
        let untagged = sql::delete_memory_tags().bind(&tx, tenant, id.as_uuid(), &gone).await;
        let (tx, _) = settle_with(tx, untagged.map_err(|error| failed(UNTAG, error))).await?;
        let event = event("memory.untagged", id, by).with_detail("tags", gone.len());
        self.finish(tx, UNTAG, id, event).await
    }
}
