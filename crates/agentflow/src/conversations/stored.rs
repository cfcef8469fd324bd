use agentflow_core::{
    InvalidInput,
    envelope::{Envelope, EnvelopeHash, SealedEnvelope, Turn},
    ids::{AgentId, ConversationId, MessageId},
};
use agentflow_sql::queries::messages as sql;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Rating,
    columns::{Columns, JsonTexts, micros},
    position::{Position, instant},
};
use crate::error::{Error, Result};

/// A message as it is stored. Reading it recomputed its hash: [`verdict`](StoredMessage::verdict) says what came of that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredMessage {
    /// The id.
    pub id: MessageId,
    /// What it says. Absent where somebody changed the row so that it breaks the contract; present, but not to be
    /// trusted, where the hash is not its own.
    pub envelope: Option<Envelope>,
    /// The hash beside it, as it is stored.
    pub envelope_hash: Option<String>,
    /// The conversation it is a turn of.
    pub conversation_id: Option<ConversationId>,
    /// The agent who speaks, in a turn of one.
    pub agent_id: Option<AgentId>,
    /// What somebody thought of it. Not hashed.
    pub feedback_rating: Option<Rating>,
    /// And why.
    pub feedback_comment: Option<String>,
    /// When it was stored. Not hashed.
    pub created_at: Timestamp,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip)]
    texts: Option<JsonTexts>,
    #[serde(skip)]
    micros: i64,
}

impl StoredMessage {
    /// Whether the row is what was hashed, or why not: which field breaks the contract, or both hashes.
    pub fn verdict(&self) -> Result<(), &str> {
        self.fault.as_deref().map_or(Ok(()), Err)
    }

    /// Payload, metadata and cost as they are stored, for whoever checks the hash without this library. There where the
    /// envelope is.
    pub fn texts(&self) -> Option<&JsonTexts> {
        self.texts.as_ref()
    }

    /// The envelope and its hash, which agree. Fails with [`Error::InvalidInput`] where they do not.
    pub fn sealed(&self) -> Result<SealedEnvelope> {
        const OPERATION: &str = "open a message";
        let bad = |reason: &str| {
            Error::invalid(OPERATION)(InvalidInput::new(format!("message {}", self.id), reason))
        };
        self.verdict().map_err(bad)?;
        let hash = self.envelope_hash.as_deref().unwrap_or_default().parse::<EnvelopeHash>();
        let (Some(envelope), Ok(hash)) = (self.envelope.clone(), hash) else {
            return Err(bad("is no envelope"));
        };
        SealedEnvelope::new(envelope, hash).map_err(Error::invalid(OPERATION))
    }

    /// What is said, for a turn of a conversation; `None` for other messages, and for what is no turn any more.
    pub fn turn(&self) -> Option<Turn> {
        let envelope = self.envelope.as_ref().filter(|_| self.conversation_id.is_some())?;
        Turn::from_payload(&envelope.payload).ok()
    }

    /// Where the page after it begins.
    pub(super) fn next_position(&self) -> Option<Position> {
        Position::after(self.micros, self.id.0)
    }

    /// Reads and verifies a row. `buffer` is for the canonical text, of which nothing is kept.
    pub(super) fn read(mut row: sql::Message, buffer: &mut String) -> Self {
        let columns = Columns::from(&mut row);
        let (id, time) = (columns.id, columns.micros.unwrap_or(i64::MIN));
        let envelope_hash = columns.envelope_hash.clone();
        let (envelope, verdict) = columns.verify(buffer);
        let (envelope, texts) = envelope.unzip();
        Self {
            id,
            envelope,
            envelope_hash,
            conversation_id: row.conversation_id.map(ConversationId),
            agent_id: row.agent_id.map(AgentId),
            feedback_rating: row.feedback_rating.and_then(|word| word.parse().ok()),
            feedback_comment: row.feedback_comment,
            created_at: micros(row.created_bytes.as_deref())
                .and_then(instant)
                .unwrap_or(Timestamp::UNIX_EPOCH),
            fault: verdict.err().map(|error| error.to_string()),
            texts,
            micros: time,
        }
    }
}

impl From<sql::Message> for StoredMessage {
    fn from(row: sql::Message) -> Self {
        Self::read(row, &mut String::new())
    }
}
