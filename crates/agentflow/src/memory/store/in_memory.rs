use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use agentflow_core::{
    audit::Actor,
    clock::Clock,
    ids::{IdSource, TenantId},
    memory::{Embedding, Fused, Hit, SearchMode, fuse},
};
use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, FoundEntry, MemoryScope, MemoryStore,
    NewEntry, NoopSummarizer, StoreStats, SummarizeRequest, Summarizer, Summary,
    content::Content,
    embed::embed_one,
    entry::Checked,
    summarizer::summarize,
    words::{scores, terms, words},
};
use crate::{
    error::{Error, Result},
    memory::Embedder,
};

const SAVE: &str = "save an entry";

/// Entries in memory, for tests and for programs without a database: gone with the process, seen by no other process, without
/// history, and recorded nowhere. Actors are not looked at, and whether a tenant, team, agent or user is there is not known.
pub struct InMemoryStore {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    max_entries: u32,
    embedder: Option<Arc<dyn Embedder>>,
    summarizer: Arc<dyn Summarizer>,
    tenants: RwLock<HashMap<TenantId, Scopes>>,
}

type Scopes = BTreeMap<MemoryScope, BTreeMap<String, Kept>>;

#[derive(Debug, Clone)]
struct Kept {
    id: Uuid,
    content: Content,
    metadata: Map<String, Value>,
    words: BTreeSet<String>,
    embedding: Option<Embedding>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Kept {
    fn entry(&self, key: &str) -> Entry {
        Entry {
            id: self.id,
            key: key.to_owned(),
            data: self.content.data(),
            metadata: self.metadata.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            degraded: false,
        }
    }

    fn passes(&self, filter: &Map<String, Value>) -> bool {
        filter.iter().all(|(name, value)| self.metadata.get(name) == Some(value))
    }
}

impl fmt::Debug for InMemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryStore")
            .field("tenants", &self.read().len())
            .field("max_entries", &self.max_entries)
            .finish_non_exhaustive()
    }
}

impl InMemoryStore {
    /// No entries yet, and at most so many for each tenant. Entries are found by their words alone, unless there is an
    /// embedder.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>, max_entries: u32) -> Self {
        Self {
            clock,
            ids,
            max_entries,
            embedder: None,
            summarizer: Arc::new(NoopSummarizer),
            tenants: RwLock::default(),
        }
    }

    /// The same, whose entries are embedded as well.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// The same with another summarizer.
    #[must_use]
    pub fn with_summarizer(mut self, summarizer: Arc<dyn Summarizer>) -> Self {
        self.summarizer = summarizer;
        self
    }

    pub(super) fn summarizer(&self) -> &dyn Summarizer {
        self.summarizer.as_ref()
    }

    /// Forgets everything of a tenant.
    pub fn clear(&self, tenant: TenantId) {
        self.write().remove(&tenant);
    }

    /// Every change is made as a whole or not at all, so what another thread left is sound.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<TenantId, Scopes>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<TenantId, Scopes>> {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn find<T>(&self, scope: &MemoryScope, key: &str, read: impl FnOnce(&Kept) -> T) -> Option<T> {
        let tenants = self.read();
        tenants.get(&scope.tenant)?.get(scope)?.get(key).map(read)
    }

    async fn save_entry(&self, scope: &MemoryScope, entry: &NewEntry) -> Result<Entry> {
        let new = entry.check(SAVE)?;
        self.refuse_when_full(scope, &new.key)?;
        let known = self.find(scope, &new.key, |kept| {
            kept.embedding.clone().filter(|_| kept.content == new.content)
        });
        let embedding = match (&self.embedder, known.flatten()) {
            (Some(embedder), None) => {
                embed_one(SAVE, embedder.as_ref(), new.content.as_str()).await?
            }
            (_, known) => known,
        };
        self.put(scope, new, embedding)
    }

    /// Before it is embedded, which may cost something.
    fn refuse_when_full(&self, scope: &MemoryScope, key: &str) -> Result<()> {
        let tenants = self.read();
        let is_there = |scopes: &Scopes| scopes.get(scope).is_some_and(|it| it.contains_key(key));
        match tenants.get(&scope.tenant) {
            Some(scopes) if is_there(scopes) => Ok(()),
            scopes => self.refuse_beyond(scopes.map_or(0, count)),
        }
    }

    fn refuse_beyond(&self, count: u64) -> Result<()> {
        if count < u64::from(self.max_entries) {
            return Ok(());
        }
        let reason = format!(
            "the memory store is full: the tenant has {count} entries, and AF_MEMORY_MAX_ENTRIES allows {}; delete some, or raise it",
            self.max_entries
        );
        Err(Error::Conflict { operation: SAVE, reason })
    }

    fn put(
        &self,
        scope: &MemoryScope,
        new: Checked,
        embedding: Option<Embedding>,
    ) -> Result<Entry> {
        let now = self.clock.now();
        let words = words(new.content.as_str());
        let mut tenants = self.write();
        let scopes = tenants.entry(scope.tenant).or_default();
        let count = count(scopes);
        let Checked { key, content, metadata } = new;
        if let Some(kept) = scopes.get_mut(scope).and_then(|entries| entries.get_mut(&key)) {
            if kept.content != content || kept.metadata != metadata {
                let (id, created_at) = (kept.id, kept.created_at);
                *kept =
                    Kept { id, content, metadata, words, embedding, created_at, updated_at: now };
            }
            return Ok(kept.entry(&key));
        }
        self.refuse_beyond(count)?;
        let id = self.ids.next_id(now);
        let kept =
            Kept { id, content, metadata, words, embedding, created_at: now, updated_at: now };
        let entry = kept.entry(&key);
        scopes.entry(*scope).or_default().insert(key, kept);
        Ok(entry)
    }

    fn list(&self, scope: &MemoryScope, query: &EntryQuery) -> Result<EntryPage> {
        let filter = query.stored_filter("query entries")?;
        let tenants = self.read();
        let Some(entries) = tenants.get(&scope.tenant).and_then(|scopes| scopes.get(scope)) else {
            return Ok(EntryPage::default());
        };
        let asked = |key: &str| match (&query.key, &query.prefix) {
            (Some(wanted), _) => key == wanted,
            (None, Some(prefix)) => key.starts_with(prefix.as_str()),
            (None, None) => true,
        };
        let passing = || entries.iter().filter(|(key, kept)| asked(key) && kept.passes(&filter));
        let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
        Ok(EntryPage {
            entries: passing().take(limit).map(|(key, kept)| kept.entry(key)).collect(),
            total: passing().count() as u64,
            degraded: false,
        })
    }

    async fn find_like(&self, scope: &MemoryScope, search: &EntrySearch) -> Result<FoundEntries> {
        const OPERATION: &str = "search entries";
        search.check(OPERATION)?;
        let embedding = match &self.embedder {
            Some(embedder) => embed_one(OPERATION, embedder.as_ref(), &search.query).await?,
            None => None,
        };
        let tenants = self.read();
        let Some(entries) = tenants.get(&scope.tenant).and_then(|scopes| scopes.get(scope)) else {
            return Ok(FoundEntries::default());
        };
        let entries: Vec<_> = entries.iter().collect();
        let texts: Vec<_> = entries.iter().map(|(_, kept)| &kept.words).collect();
        let text_scores = scores(&terms(&search.query), &texts);
        let least = search.min_similarity.unwrap_or(-1.0);
        let hits =
            entries.iter().zip(text_scores).enumerate().map(|(id, ((_, kept), text_score))| {
                let pair = embedding.as_ref().zip(kept.embedding.as_ref());
                let similarity = pair.and_then(|(query, other)| query.similarity(other));
                Hit { id, similarity: similarity.filter(|it| *it >= least), text_score }
            });
        let found = fuse(SearchMode::Hybrid, &hits.collect::<Vec<_>>());
        let found = found.into_iter().take(search.limit as usize).map(|hit: Fused<usize>| {
            let (key, kept) = entries[hit.id];
            FoundEntry { entry: kept.entry(key), score: hit.relevance, similarity: hit.similarity }
        });
        Ok(FoundEntries { found: found.collect(), degraded: false })
    }

    async fn summary(&self, scope: &MemoryScope, request: SummarizeRequest) -> Result<Summary> {
        let entries =
            request.keys.iter().filter_map(|key| self.find(scope, key, |kept| kept.entry(key)));
        let entries: Vec<_> = entries.collect();
        summarize(self.summarizer.as_ref(), self.clock.as_ref(), request, &entries).await
    }

    fn remove(&self, scope: &MemoryScope, key: &str) -> bool {
        let mut tenants = self.write();
        let Some(scopes) = tenants.get_mut(&scope.tenant) else { return false };
        let Some(entries) = scopes.get_mut(scope) else { return false };
        let was_there = entries.remove(key).is_some();
        if entries.is_empty() {
            scopes.remove(scope);
        }
        was_there
    }

    fn statistics(&self, scope: &MemoryScope) -> StoreStats {
        let tenants = self.read();
        let scopes = tenants.get(&scope.tenant);
        let entries = scopes.and_then(|scopes| scopes.get(scope)).map_or(0, BTreeMap::len);
        StoreStats {
            implementation: self.name().to_owned(),
            entries: entries as u64,
            entries_of_tenant: Some(scopes.map_or(0, count)),
            max_entries: Some(self.max_entries.into()),
            pending: 0,
            refused: 0,
            degraded: false,
        }
    }
}

fn count(scopes: &Scopes) -> u64 {
    scopes.values().map(|entries| entries.len() as u64).sum()
}

impl MemoryStore for InMemoryStore {
    fn name(&self) -> &'static str {
        "in_memory"
    }

    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        _: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>> {
        async move { self.save_entry(scope, &entry).await }.boxed()
    }

    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>> {
        async move { self.list(scope, &query) }.boxed()
    }

    fn search<'a>(
        &'a self,
        scope: &'a MemoryScope,
        search: EntrySearch,
    ) -> BoxFuture<'a, Result<FoundEntries>> {
        async move { self.find_like(scope, &search).await }.boxed()
    }

    fn summarize<'a>(
        &'a self,
        scope: &'a MemoryScope,
        request: SummarizeRequest,
    ) -> BoxFuture<'a, Result<Summary>> {
        self.summary(scope, request).boxed()
    }

    fn delete<'a>(
        &'a self,
        scope: &'a MemoryScope,
        key: &'a str,
        _: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>> {
        async move { Ok(self.remove(scope, key)) }.boxed()
    }

    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>> {
        async move { Ok(self.statistics(scope)) }.boxed()
    }

    /// There is nothing that it could not reach.
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        async { Ok(()) }.boxed()
    }
}
