use agentflow_core::{audit::Actor, ids::MemoryId, memory::Embedding};
use agentflow_sql::queries::memory_entries as sql;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{
    Entry, MemoryScope,
    entry::Checked,
    stored::{Columns, Stored},
};
use crate::{
    error::Result,
    input::stored_json,
    memory::{
        Memories,
        expire::making_place,
        rows::{TABLE, event},
    },
    scope::TenantTx,
    settle::{settle, settle_with},
};

pub(super) const SAVE: &str = "save an entry";

/// Writes an entry, unless it is as it should be by now.
pub(super) async fn put(
    memories: &Memories,
    scope: &MemoryScope,
    new: &Checked,
    embedding: Option<&Embedding>,
    by: &Actor,
) -> Result<Option<Entry>> {
    let (tx, now) = memories.act(SAVE, None, by).await?;
    let tx = match embedding {
        Some(embedding) => {
            let (model, dimensions) = (embedding.model(), embedding.dimensions());
            let claimed = memories.claim_model(&tx, SAVE, model, dimensions).await;
            settle_with(tx, claimed).await?.0
        }
        None => tx,
    };
    // After the model, as everybody else does it: who holds one and waits for the other would meet in the middle.
    let (tx, before) = hold(tx, scope, &new.key, now).await?;
    let (tx, before, expired) = match before {
        Some(before) if before.is_over => {
            let expired = memories.expire_named(&tx, SAVE, &[before.id], now).await;
            let (tx, expired) = settle_with(tx, expired).await?;
            (tx, None, expired)
        }
        before => (tx, before, 0),
    };
    let columns = Columns::of(scope);
    let id = memories.handle.shared.next_id();
    let saved = sql::save_memory_entry()
        .bind(
            &tx,
            &columns.tenant,
            &id,
            &columns.team,
            &columns.agent,
            &columns.user,
            &columns.memory_type,
            &new.key.as_str(),
            &new.content.as_str(),
            &Json(&new.metadata),
            &embedding.map(Embedding::vector),
            &embedding.map(Embedding::model),
            &now,
        )
        .opt()
        .await;
    let (tx, saved) = settle(SAVE, tx, saved).await?;
    let saved = saved.map(Stored::try_from).transpose();
    let (tx, saved) = settle_with(tx, saved).await?;
    let Some(saved) = saved else {
        tx.rollback().await?;
        return Ok(None);
    };
    let action = if saved.id == id { "memory.created" } else { "memory.updated" };
    let mut event = event(action, MemoryId(saved.id), by)
        .with_detail("team_id", scope.team.to_string())
        .with_detail("memory_type", columns.memory_type);
    if saved.id != id {
        event = event.with_detail("changed", changed(before.as_ref(), new));
    }
    tx.audit_and_commit(&making_place(event, expired)).await?;
    Ok(Some(saved.entry()))
}

/// An entry before it is saved.
struct Before {
    id: Uuid,
    content: String,
    metadata: Map<String, Value>,
    /// It has expired, and was not swept yet.
    is_over: bool,
}

/// What an entry is until the transaction ends.
async fn hold(
    tx: TenantTx,
    scope: &MemoryScope,
    key: &str,
    now: Timestamp,
) -> Result<(TenantTx, Option<Before>)> {
    let columns = Columns::of(scope);
    let held = sql::lock_memory_entry()
        .bind(
            &tx,
            &now,
            &columns.tenant,
            &columns.team,
            &columns.agent,
            &columns.user,
            &columns.memory_type,
            &key,
        )
        .opt()
        .await;
    let (tx, held) = settle(SAVE, tx, held).await?;
    let held = held.map(|row| {
        let metadata = stored_json(TABLE, "metadata", key, &row.metadata)?;
        Ok(Before { id: row.id, content: row.content, metadata, is_over: row.is_over })
    });
    settle_with(tx, held.transpose()).await
}

/// The fields that are different now: both, of what others made a moment ago.
fn changed(before: Option<&Before>, new: &Checked) -> Value {
    let mut fields = Vec::new();
    if before.is_none_or(|before| before.content != new.content.as_str()) {
        fields.push("content");
    }
    if before.is_none_or(|before| before.metadata != new.metadata) {
        fields.push("metadata");
    }
    json!(fields)
}
