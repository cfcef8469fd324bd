use agentflow_core::{
    audit::{Actor, Event, Resource},
    ids::{AgentId, ConversationId, MemoryId, MessageId, PrincipalId, TeamId},
    memory::Embedding,
};
use agentflow_sql::queries::memories as sql;
use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::{Memories, Memory};
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
    scope::TenantTx,
};

pub(super) const TABLE: &str = "memories";

impl TryFrom<sql::Memory> for Memory {
    type Error = Error;

    fn try_from(row: sql::Memory) -> Result<Self> {
        let id = row.id;
        let bad = |column| Error::Inconsistent { table: TABLE, column, row: id.to_string() };
        let dimensions = row.embedding_dimensions.map(u32::try_from).transpose();
        Ok(Self {
            id: MemoryId(id),
            team_id: TeamId(row.team_id),
            agent_id: row.agent_id.map(AgentId),
            user_id: row.user_id.map(PrincipalId),
            memory_type: known(TABLE, "memory_type", id, &row.memory_type)?,
            entry_key: row.entry_key,
            content: row.content,
            subject: row.subject,
            embedding_model: row.embedding_model,
            embedding_dimensions: dimensions.map_err(|_| bad("embedding_dimensions"))?,
            importance: u8::try_from(row.importance).map_err(|_| bad("importance"))?,
            confidence: row.confidence,
            is_pinned: row.is_pinned,
            source_type: known(TABLE, "source_type", id, &row.source_type)?,
            source_conversation_id: row.source_conversation_id.map(ConversationId),
            source_message_ids: row.source_message_ids.into_iter().map(MessageId).collect(),
            extraction_model: row.extraction_model,
            version: u32::try_from(row.version).map_err(|_| bad("version"))?,
            superseded_by: row.superseded_by.map(MemoryId),
            contradicts: row.contradicts.into_iter().map(MemoryId).collect(),
            related_to: row.related_to.into_iter().map(MemoryId).collect(),
            metadata: stored_json(TABLE, "metadata", id, &row.metadata)?,
            tier: known(TABLE, "tier", id, &row.tier)?,
            status: known(TABLE, "status", id, &row.status)?,
            tags: row.tags,
            access_count: u64::try_from(row.access_count).map_err(|_| bad("access_count"))?,
            last_accessed_at: row.last_accessed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
        })
    }
}

/// An embedding as the database keeps it.
pub(super) fn embedding(
    id: Uuid,
    model: Option<String>,
    vector: Option<Vec<f32>>,
) -> Result<Option<Embedding>> {
    let (Some(model), Some(vector)) = (model, vector) else { return Ok(None) };
    let column = "embedding";
    let bad = |_| Error::Inconsistent { table: TABLE, column, row: id.to_string() };
    Embedding::new(model, vector).map(Some).map_err(bad)
}

/// The time at a microsecond: the database keeps no more.
pub(super) fn to_micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Reads an error of a statement that writes memories: in a partition, tables and constraints have other names.
pub(super) fn failed(operation: &'static str, error: tokio_postgres::Error) -> Error {
    let is_missing = error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION);
    let constraint = error.as_db_error().and_then(|db| db.constraint()).unwrap_or_default();
    let targets = [
        ("agent", "the agent, in this team,"),
        ("user", "the user"),
        ("conversation", "the conversation"),
        ("team", "the team"),
    ];
    match targets.iter().find(|(word, _)| is_missing && constraint.contains(word)) {
        Some((_, target)) => Error::not_found(operation, target),
        None => Error::from_postgres(operation, error),
    }
}

pub(super) fn not_found(operation: &'static str, id: MemoryId) -> Error {
    Error::not_found(operation, format!("memory {id}"))
}

pub(super) fn event(action: &str, id: MemoryId, by: &Actor) -> Event {
    Event::new(action, Resource::new("memory", id), by.clone())
}

pub(super) fn ids_of(ids: &[MemoryId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}

impl Memories {
    /// A transaction that changes memories: who, why and when is in their history.
    pub(super) async fn act(
        &self,
        operation: &'static str,
        reason: Option<&str>,
        by: &Actor,
    ) -> Result<(TenantTx, Timestamp)> {
        let now = to_micros(self.handle.shared.now());
        let tx = self.handle.begin(operation).await?;
        let told = sql::act_on_memories().bind(&tx, &by.to_string(), &reason, &now).one().await;
        let (tx, _) = crate::settle::settle(operation, tx, told).await?;
        Ok((tx, now))
    }

    /// A memory in a transaction, which has locked it if it is to stay as it is.
    pub(super) async fn read(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        id: MemoryId,
    ) -> Result<Memory> {
        let tenant = self.handle.tenant.as_uuid();
        let row = sql::get_memory().bind(tx, tenant, id.as_uuid()).opt().await;
        row.map_err(|error| Error::from_postgres(operation, error))?
            .ok_or_else(|| not_found(operation, id))?
            .try_into()
    }

    /// Two memories in a transaction.
    pub(super) async fn read_two(
        &self,
        tx: &TenantTx,
        operation: &'static str,
        (one, other): (MemoryId, MemoryId),
    ) -> Result<(Memory, Memory)> {
        Ok((self.read(tx, operation, one).await?, self.read(tx, operation, other).await?))
    }
}
