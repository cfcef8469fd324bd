use agentflow_core::{
    ids::AgentId,
    memory::{Fused, MemoryType},
};
use agentflow_sql::queries::memory_entries as sql;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Entry, FoundEntry, MemoryScope, content::Content, entry::Checked};
use crate::{
    error::{Error, Result},
    input::stored_json,
    memory::rows::TABLE,
};

/// A scope in columns.
pub(super) struct Columns {
    pub tenant: Uuid,
    pub team: Uuid,
    pub agent: Option<Uuid>,
    pub user: Option<Uuid>,
    pub memory_type: &'static str,
}

impl Columns {
    pub(super) fn of(scope: &MemoryScope) -> Self {
        let agent = scope.agent.map(|AgentId(id)| id);
        let memory_type =
            if agent.is_some() { MemoryType::AgentPrivate } else { MemoryType::Shared };
        Self {
            tenant: scope.tenant.0,
            team: scope.team.0,
            agent,
            user: scope.user.map(|id| id.0),
            memory_type: memory_type.as_str(),
        }
    }
}

/// An entry as the database has it.
pub(super) struct Stored {
    pub id: Uuid,
    key: String,
    content: Content,
    metadata: Map<String, Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Stored {
    pub(super) fn is(&self, new: &Checked) -> bool {
        self.content == new.content && self.metadata == new.metadata
    }

    pub(super) fn entry(self) -> Entry {
        Entry {
            id: self.id,
            key: self.key,
            data: self.content.data(),
            metadata: self.metadata,
            created_at: self.created_at,
            updated_at: self.updated_at,
            degraded: false,
        }
    }
}

impl TryFrom<sql::MemoryEntry> for Stored {
    type Error = Error;

    fn try_from(row: sql::MemoryEntry) -> Result<Self> {
        Ok(Self {
            id: row.id,
            key: row.entry_key,
            content: Content::kept(row.content),
            metadata: stored_json(TABLE, "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// None of a row that is there for the total alone.
pub(super) fn listed(row: sql::ListMemoryEntries) -> Option<Result<Stored>> {
    Some(Stored::try_from(sql::MemoryEntry {
        id: row.id?,
        entry_key: row.entry_key?,
        content: row.content?,
        metadata: row.metadata?,
        created_at: row.created_at?,
        updated_at: row.updated_at?,
    }))
}

pub(super) fn found(hit: &Fused<usize>, row: sql::FoundMemoryEntry) -> Result<FoundEntry> {
    let entry = Stored::try_from(sql::MemoryEntry {
        id: row.id,
        entry_key: row.entry_key,
        content: row.content,
        metadata: row.metadata,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })?;
    Ok(FoundEntry { entry: entry.entry(), score: hit.relevance, similarity: hit.similarity })
}
