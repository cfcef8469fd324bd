use agentflow_core::{
    ids::{AgentId, ConversationId, MemoryId, MessageId, PrincipalId, TeamId},
    memory::{Embedding, LogAction, MemorySource, MemoryStatus, MemoryTier, MemoryType},
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Memories, Memory,
    rows::{self, to_micros},
};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
};

const LOGS: &str = "memory_logs";

/// A change of a memory, as its history has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemoryLogEntry {
    /// Counts the changes of the memory, from 1.
    pub seq: u64,
    /// What happened.
    pub action: LogAction,
    /// What was remembered before; none if that did not change. So it is with the next seven.
    pub old_content: Option<String>,
    /// What was remembered after.
    pub new_content: Option<String>,
    /// The importance before.
    pub old_importance: Option<u8>,
    /// The importance after.
    pub new_importance: Option<u8>,
    /// The tier before.
    pub old_tier: Option<MemoryTier>,
    /// The tier after.
    pub new_tier: Option<MemoryTier>,
    /// The status before.
    pub old_status: Option<MemoryStatus>,
    /// The status after.
    pub new_status: Option<MemoryStatus>,
    /// What else was different before, by column.
    pub old_values: Map<String, Value>,
    /// What else is different after, by column; `tags` are all that it has then, and in `old_values` all that it had.
    pub new_values: Map<String, Value>,
    /// Whether the embedding became another, or went with the memory. Not when the memory was made: there was none before.
    pub embedding_changed: bool,
    /// Who changed it: `user:ann`.
    pub changed_by: String,
    /// Why.
    pub reason: Option<String>,
    /// The conversation that the memory was taken from.
    pub conversation_id: Option<ConversationId>,
    /// Those that contradict it after, and the one that took its place.
    pub related: Vec<MemoryId>,
    /// When.
    pub at: Timestamp,
}

/// What a memory was at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastMemory {
    /// The id.
    pub id: MemoryId,
    /// The team that remembered.
    pub team_id: TeamId,
    /// Whose it was.
    pub agent_id: Option<AgentId>,
    /// Whom it was about.
    pub user_id: Option<PrincipalId>,
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// The key of an entry of a memory store; other memories have none.
    pub entry_key: Option<String>,
    /// What was remembered.
    pub content: String,
    /// What it was about.
    pub subject: Option<String>,
    /// The model that had embedded it.
    pub embedding_model: Option<String>,
    /// Numbers of the embedding.
    pub embedding_dimensions: Option<u32>,
    /// 1 to 10.
    pub importance: u8,
    /// 0 to 1.
    pub confidence: f64,
    /// Whether it was kept in mind always.
    pub is_pinned: bool,
    /// Where it came from.
    pub source_type: MemorySource,
    /// The conversation that it was taken from.
    pub source_conversation_id: Option<ConversationId>,
    /// The messages that it was taken from.
    pub source_message_ids: Vec<MessageId>,
    /// The model that took it out of them.
    pub extraction_model: Option<String>,
    /// Counts the contents, from 1.
    pub version: u32,
    /// The memory that had taken its place.
    pub superseded_by: Option<MemoryId>,
    /// Those that could not hold if it did.
    pub contradicts: Vec<MemoryId>,
    /// Those that it had to do with.
    pub related_to: Vec<MemoryId>,
    /// Whatever else was known of it.
    pub metadata: Map<String, Value>,
    /// How near at hand it was kept.
    pub tier: MemoryTier,
    /// Whether it held.
    pub status: MemoryStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was to be forgotten.
    pub expires_at: Option<Timestamp>,
}

/// A memory as it was at a moment. Of one that was deleted by then: as it was before that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemoryAt {
    /// The memory.
    #[serde(flatten)]
    pub memory: PastMemory,
    /// Its tags, in their order.
    pub tags: Vec<String>,
    /// Its embedding.
    #[serde(skip)]
    pub embedding: Option<Embedding>,
    /// The last change that is in it.
    pub seq: u64,
    /// When that was.
    pub as_of: Timestamp,
    /// When it was deleted, if it was by then.
    pub deleted_at: Option<Timestamp>,
}

impl Memories {
    /// What happened to a memory, the oldest first: at most `limit` changes, behind `after`. Of one that was deleted as
    /// well; empty for one that never was.
    pub async fn history(
        &self,
        id: MemoryId,
        after: Option<u64>,
        limit: u16,
    ) -> Result<Vec<MemoryLogEntry>> {
        let after = i64::try_from(after.unwrap_or_default()).unwrap_or(i64::MAX);
        let flight = self.handle.flight("read the history of a memory").await?;
        let rows = sql::list_memory_logs()
            .bind(&flight, self.handle.tenant.as_uuid(), id.as_uuid(), &after, &i64::from(limit))
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(|row| entry(id, row)).collect()
    }

    /// A memory as it was at a moment, every field of it: as the last change at that time or before left it. None if it
    /// was not there yet; of one that was deleted by then, how it was before.
    pub async fn at(&self, id: MemoryId, at: Timestamp) -> Result<Option<MemoryAt>> {
        let flight = self.handle.flight("read a memory as it was").await?;
        let row = sql::reconstruct_memory().bind(&flight, id.as_uuid(), &to_micros(at)).opt().await;
        let row = flight.land(row).await?;
        row.map(past).transpose()
    }
}

fn word<T: std::str::FromStr>(
    column: &'static str,
    id: MemoryId,
    word: Option<&str>,
) -> Result<Option<T>> {
    word.map(|word| known(LOGS, column, id, word)).transpose()
}

fn entry(id: MemoryId, row: sql::ListMemoryLogs) -> Result<MemoryLogEntry> {
    let bad = |column| Error::Inconsistent { table: LOGS, column, row: id.to_string() };
    let importance =
        |column, value: Option<i32>| value.map(u8::try_from).transpose().map_err(|_| bad(column));
    Ok(MemoryLogEntry {
        seq: u64::try_from(row.seq).map_err(|_| bad("seq"))?,
        action: known(LOGS, "action", id, &row.action)?,
        old_content: row.old_content,
        new_content: row.new_content,
        old_importance: importance("old_importance", row.old_importance)?,
        new_importance: importance("new_importance", row.new_importance)?,
        old_tier: word("old_tier", id, row.old_tier.as_deref())?,
        new_tier: word("new_tier", id, row.new_tier.as_deref())?,
        old_status: word("old_status", id, row.old_status.as_deref())?,
        new_status: word("new_status", id, row.new_status.as_deref())?,
        old_values: stored_json(LOGS, "old_values", id, &row.old_values)?,
        new_values: stored_json(LOGS, "new_values", id, &row.new_values)?,
        embedding_changed: row.embedding_changed,
        changed_by: row.changed_by,
        reason: row.reason,
        conversation_id: row.conversation_id.map(ConversationId),
        related: row.related_memory_ids.into_iter().map(MemoryId).collect(),
        at: row.created_at,
    })
}

fn past(row: sql::ReconstructMemory) -> Result<MemoryAt> {
    let bad = |column| Error::Inconsistent { table: LOGS, column, row: row.id.to_string() };
    let seq = u64::try_from(row.seq).map_err(|_| bad("seq"))?;
    let (as_of, deleted_at) = (row.as_of, row.deleted_at);
    let embedding = rows::embedding(row.id, row.embedding_model.clone(), row.embedding)?;
    let memory = Memory::try_from(sql::Memory {
        id: row.id,
        team_id: row.team_id,
        agent_id: row.agent_id,
        user_id: row.user_id,
        memory_type: row.memory_type,
        entry_key: row.entry_key,
        content: row.content,
        subject: row.subject,
        embedding_model: row.embedding_model,
        embedding_dimensions: row.embedding_dimensions,
        importance: row.importance,
        confidence: row.confidence,
        is_pinned: row.is_pinned,
        source_type: row.source_type,
        source_conversation_id: row.source_conversation_id,
        source_message_ids: row.source_message_ids,
        extraction_model: row.extraction_model,
        version: row.version,
        superseded_by: row.superseded_by,
        contradicts: row.contradicts,
        related_to: row.related_to,
        metadata: row.metadata,
        tier: row.tier,
        status: row.status,
        tags: row.tags,
        // How often it was read then, nobody wrote down.
        access_count: 0,
        last_accessed_at: row.created_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
        expires_at: row.expires_at,
    })?;
    let tags = memory.tags.clone();
    Ok(MemoryAt { memory: memory.into(), tags, embedding, seq, as_of, deleted_at })
}

impl From<Memory> for PastMemory {
    fn from(memory: Memory) -> Self {
        Self {
            id: memory.id,
            team_id: memory.team_id,
            agent_id: memory.agent_id,
            user_id: memory.user_id,
            memory_type: memory.memory_type,
            entry_key: memory.entry_key,
            content: memory.content,
            subject: memory.subject,
            embedding_model: memory.embedding_model,
            embedding_dimensions: memory.embedding_dimensions,
            importance: memory.importance,
            confidence: memory.confidence,
            is_pinned: memory.is_pinned,
            source_type: memory.source_type,
            source_conversation_id: memory.source_conversation_id,
            source_message_ids: memory.source_message_ids,
            extraction_model: memory.extraction_model,
            version: memory.version,
            superseded_by: memory.superseded_by,
            contradicts: memory.contradicts,
            related_to: memory.related_to,
            metadata: memory.metadata,
            tier: memory.tier,
            status: memory.status,
            created_at: memory.created_at,
            updated_at: memory.updated_at,
            expires_at: memory.expires_at,
        }
    }
}
