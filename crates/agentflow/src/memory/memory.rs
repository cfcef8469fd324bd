use agentflow_core::{
    ids::{AgentId, ConversationId, MemoryId, MessageId, PrincipalId, TeamId},
    memory::{MemorySource, MemoryStatus, MemoryTier, MemoryType},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// A memory, without its embedding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memory {
    /// The id.
    pub id: MemoryId,
    /// The team that remembers.
    pub team_id: TeamId,
    /// Whose it is.
    pub agent_id: Option<AgentId>,
    /// Whom it is about.
    pub user_id: Option<PrincipalId>,
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// The key of an entry of a [memory store](super); other memories have none.
    pub entry_key: Option<String>,
    /// What is remembered.
    pub content: String,
    /// What it is about.
    pub subject: Option<String>,
    /// The model that embedded it; none if it was not embedded.
    pub embedding_model: Option<String>,
    /// Numbers of the embedding.
    pub embedding_dimensions: Option<u32>,
    /// 1 to 10.
    pub importance: u8,
    /// 0 to 1.
    pub confidence: f64,
    /// Whether it is kept in mind always.
    pub is_pinned: bool,
    /// Where it comes from.
    pub source_type: MemorySource,
    /// The conversation that it was taken from, while there is such a one.
    pub source_conversation_id: Option<ConversationId>,
    /// The messages that it was taken from.
    pub source_message_ids: Vec<MessageId>,
    /// The model that took it out of them.
    pub extraction_model: Option<String>,
    /// Counts the contents, from 1.
    pub version: u32,
    /// The memory that took its place.
    pub superseded_by: Option<MemoryId>,
    /// Those that cannot hold if this one does.
    pub contradicts: Vec<MemoryId>,
    /// Those that it has to do with.
    pub related_to: Vec<MemoryId>,
    /// Whatever else is known of it.
    pub metadata: Map<String, Value>,
    /// How near at hand it is kept.
    pub tier: MemoryTier,
    /// Whether it holds.
    pub status: MemoryStatus,
    /// Its tags, in their order.
    pub tags: Vec<String>,
    /// How often it was read.
    pub access_count: u64,
    /// When it was read last; when it was made, if it never was.
    pub last_accessed_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it is to be forgotten.
    pub expires_at: Option<Timestamp>,
}
