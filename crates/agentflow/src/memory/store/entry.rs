use agentflow_core::{
    InvalidInput,
    ids::{AgentId, PrincipalId, TeamId, TenantId},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::content::{self, Content};
use crate::{
    error::{Error, Result},
    input::{check_json, check_name},
};

/// Whose entries: two scopes that differ in anything share none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct MemoryScope {
    /// The tenant.
    pub tenant: TenantId,
    /// The team.
    pub team: TeamId,
    /// The agent whose they are; those of the team, which all its agents may find, if absent.
    pub agent: Option<AgentId>,
    /// The user whom they are about; nobody in particular if absent.
    pub user: Option<PrincipalId>,
}

impl MemoryScope {
    /// What the whole team shares.
    pub fn team(tenant: TenantId, team: TeamId) -> Self {
        Self { tenant, team, agent: None, user: None }
    }

    /// What is for this agent alone.
    #[must_use]
    pub fn of_agent(self, agent: AgentId) -> Self {
        Self { agent: Some(agent), ..self }
    }

    /// What is about this user.
    #[must_use]
    pub fn about_user(self, user: PrincipalId) -> Self {
        Self { user: Some(user), ..self }
    }
}

/// An entry to be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// What it is found by: 1 to 255 characters, not only blanks.
    pub key: String,
    /// Anything but null. As text it takes at most 65,536 characters.
    pub data: Value,
    /// Whatever else is to be known of it, which queries can ask for: at most 64 kB.
    pub metadata: Map<String, Value>,
}

impl NewEntry {
    /// An entry without metadata.
    pub fn new(key: impl Into<String>, data: impl Into<Value>) -> Self {
        Self { key: key.into(), data: data.into(), metadata: Map::new() }
    }

    /// The same with one more member of its metadata.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// What every store keeps of it.
    pub(super) fn check(&self, operation: &'static str) -> Result<Checked> {
        check_name(operation, "key", &self.key)?;
        let content = Content::of(&self.data).map_err(Error::invalid(operation))?;
        check_json(operation, "metadata", &self.metadata)?;
        let metadata = content::as_stored(&self.metadata).map_err(Error::invalid(operation))?;
        Ok(Checked { key: self.key.clone(), content, metadata })
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    pub key: String,
    pub content: Content,
    pub metadata: Map<String, Value>,
}

/// An entry, with a copy of what was saved: to change it changes nothing in the store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its id, which stays when it is saved again. In PostgreSQL the id of a [memory](crate::memory::Memory).
    pub id: Uuid,
    /// What it is found by.
    pub key: String,
    /// What was saved last. Numbers are doubles, so 1.0 comes back as 1.
    pub data: Value,
    /// Whatever else is known of it.
    pub metadata: Map<String, Value>,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When it was saved last as something else than it was.
    pub updated_at: Timestamp,
    /// Whether it is kept by a [`FallbackStore`](super::FallbackStore) alone until the store behind it is back, which gives it
    /// another id then.
    pub degraded: bool,
}

/// Which entries of a scope. Without key and prefix all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryQuery {
    /// The one with this very key. Then the prefix is not looked at.
    pub key: Option<String>,
    /// Those whose keys begin with this, in upper and lower case as it is.
    pub prefix: Option<String>,
    /// Those whose metadata have each of these members, with an equal value.
    pub filter: Map<String, Value>,
    /// At most so many, those whose keys come first; 0 gives none, and tells how many there are. All if absent.
    pub limit: Option<u32>,
}

impl EntryQuery {
    /// The one with this key.
    pub fn key(key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..Self::default() }
    }

    /// Those whose keys begin with this.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::default() }
    }

    /// Those of them with this in their metadata.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.filter.insert(name.into(), value.into());
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The filter as metadata are kept. What no entry can have is not asked for.
    pub(super) fn stored_filter(&self, operation: &'static str) -> Result<Map<String, Value>> {
        check_json(operation, "filter", &self.filter)?;
        content::as_stored(&self.filter).map_err(Error::invalid(operation))
    }
}

/// Entries, in the order of the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct EntryPage {
    /// At most as many as were asked for.
    pub entries: Vec<Entry>,
    /// How many there are without the limit.
    pub total: u64,
    /// Whether this is only what was saved since the store behind a [`FallbackStore`](super::FallbackStore) went away.
    pub degraded: bool,
}

/// What entries are to be about.
#[derive(Debug, Clone, PartialEq)]
pub struct EntrySearch {
    /// In words: 1 to 10,000 characters, not only blanks.
    pub query: String,
    /// At most so many, 1 to 1000.
    pub limit: u32,
    /// Entries that are less similar than this, −1 to 1, are found by their words alone. Without it the nearest are found,
    /// however far they are.
    pub min_similarity: Option<f64>,
}

impl EntrySearch {
    /// At most 20 entries that have to do with this.
    pub fn new(query: impl Into<String>) -> Self {
        Self { query: query.into(), limit: 20, min_similarity: None }
    }

    /// At most so many.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    /// No less similar than this, unless it has words of the query.
    #[must_use]
    pub fn min_similarity(self, similarity: f64) -> Self {
        Self { min_similarity: Some(similarity), ..self }
    }

    pub(super) fn check(&self, operation: &'static str) -> Result<()> {
        let bad = |field, reason: &str| {
            Err(Error::InvalidInput { operation, input: InvalidInput::new(field, reason) })
        };
        let query = &self.query;
        if query.trim().is_empty() || query.chars().count() > 10_000 || query.contains('\0') {
            return bad("query", "expected 1 to 10,000 characters, not only blanks");
        }
        if !(1..=1000).contains(&self.limit) {
            return bad("limit", "expected 1 to 1000");
        }
        if !self.min_similarity.is_none_or(|least| (-1.0..=1.0).contains(&least)) {
            return bad("min_similarity", "expected −1 to 1");
        }
        Ok(())
    }
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundEntry {
    /// The entry.
    pub entry: Entry,
    /// How well it fits among those that were found, 0 to 1: reciprocal ranks by similarity and by words, fused.
    pub score: f64,
    /// The cosine of query and entry, −1 to 1; none if it is not embedded, or was not among the nearest.
    pub similarity: Option<f64>,
}

/// What was found: the best first, those of the same score in the order of their keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FoundEntries {
    /// At most as many as were asked for.
    pub found: Vec<FoundEntry>,
    /// As in [`EntryPage::degraded`].
    pub degraded: bool,
}

/// What is to be summarized.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SummarizeRequest {
    /// What for.
    pub context: String,
    /// Entries of the scope. Each must be there.
    pub keys: Vec<String>,
    /// Whatever is to be summarized besides, behind the entries.
    pub data: Vec<Value>,
}

/// A summary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// What it says.
    pub summary: String,
    /// What the summarizer tells of it.
    pub metadata: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// As in [`EntryPage::degraded`].
    pub degraded: bool,
}

/// What a store holds of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreStats {
    /// The store: `in_memory`, `postgres`.
    pub implementation: String,
    /// Entries of the scope.
    pub entries: u64,
    /// Entries of the tenant, where they are bounded.
    pub entries_of_tenant: Option<u64>,
    /// The most entries that the tenant may have, where they are bounded.
    pub max_entries: Option<u64>,
    /// Changes of the tenant that are not in the store behind a [`FallbackStore`](super::FallbackStore) yet.
    pub pending: u64,
    /// Changes of the tenant that the store behind it refused when it was back, so that they are lost.
    pub refused: u64,
    /// As in [`EntryPage::degraded`].
    pub degraded: bool,
}
