use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{MemorySource, MemoryType};
use crate::ids::{AgentId, ConversationId, MemoryId, MessageId, PrincipalId, TeamId};

/// A memory to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMemory {
    /// The team that remembers.
    pub team_id: TeamId,
    /// Whose it is; nobody's in particular if absent. `agent_private`, `identity` and `procedural` ones need an agent.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// Whom it is about. `user_profile` ones need a user.
    #[serde(default)]
    pub user_id: Option<PrincipalId>,
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// What is remembered: 1 to 65,536 characters, not only blanks.
    pub content: String,
    /// What it is about, in parts with dots between them: `user.preference.language`; 1 to 255 characters.
    #[serde(default)]
    pub subject: Option<String>,
    /// 1 to 10.
    #[serde(default = "five")]
    pub importance: u8,
    /// How sure it is, 0 to 1.
    #[serde(default = "sure")]
    pub confidence: f64,
    /// Whether it is kept in mind always.
    #[serde(default)]
    pub is_pinned: bool,
    /// Where it comes from.
    #[serde(default = "extraction")]
    pub source_type: MemorySource,
    /// The conversation that it was taken from.
    #[serde(default)]
    pub source_conversation_id: Option<ConversationId>,
    /// The messages that it was taken from, at most 100.
    #[serde(default)]
    pub source_message_ids: Vec<MessageId>,
    /// The model that took it out of them, 1 to 255 characters.
    #[serde(default)]
    pub extraction_model: Option<String>,
    /// Other memories that it has to do with, at most 100. They need not be there.
    #[serde(default)]
    pub related_to: Vec<MemoryId>,
    /// Whatever else is to be known of it: at most 64 kB.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Words to find it by: at most 50, each 1 to 100 characters; the same word twice is one.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it is to be forgotten; never if absent. In the future.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

fn five() -> u8 {
    5
}

fn sure() -> f64 {
    1.0
}

fn extraction() -> MemorySource {
    MemorySource::Extraction
}

impl NewMemory {
    /// A memory of a team: importance 5, sure, and extracted.
    pub fn new(team_id: TeamId, memory_type: MemoryType, content: impl Into<String>) -> Self {
        Self {
            team_id,
            agent_id: None,
            user_id: None,
            memory_type,
            content: content.into(),
            subject: None,
            importance: five(),
            confidence: sure(),
            is_pinned: false,
            source_type: extraction(),
            source_conversation_id: None,
            source_message_ids: Vec::new(),
            extraction_model: None,
            related_to: Vec::new(),
            metadata: Map::new(),
            tags: Vec::new(),
            expires_at: None,
        }
    }
}
