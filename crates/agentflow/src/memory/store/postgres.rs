use std::{fmt, sync::Arc};

use agentflow_core::{
    audit::Actor,
    ids::MemoryId,
    memory::{Embedding, Hit, SearchMode, fuse},
};
use agentflow_sql::queries::memory_entries as sql;
use futures::{FutureExt, future::BoxFuture};
use tokio_postgres::types::Json;

use super::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, MemoryScope, MemoryStore, NewEntry,
    NoopSummarizer, StoreStats, SummarizeRequest, Summarizer, Summary,
    embed::embed_one,
    put::{SAVE, put},
    stored::{Columns, Stored, found, listed},
    summarizer::summarize,
};
use crate::{
    error::{Error, Result},
    memory::{
        Embedder, Memories,
        again::again,
        rows::{event, to_micros},
    },
    settle::settle,
    store::Store,
};

const SEARCH: &str = "search entries";

/// How often an entry is saved again that others save and delete at once.
const TRIES: usize = 5;

/// Entries in PostgreSQL: each is a [memory](crate::memory::Memory) with a key, of type `agent_private` when the scope has an
/// agent, and else `shared`; so it has a history, and searches of memories find it as well. Its content is the data as text.
/// Every change is recorded in the tenant's audit chain.
pub struct PostgresMemory {
    store: Store,
    embedder: Option<Arc<dyn Embedder>>,
    summarizer: Arc<dyn Summarizer>,
}

impl fmt::Debug for PostgresMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresMemory").field("store", &self.store).finish_non_exhaustive()
    }
}

impl PostgresMemory {
    /// Entries of the tenants of this store. They are found by their words alone, unless there is an embedder.
    pub fn new(store: Store) -> Self {
        Self { store, embedder: None, summarizer: Arc::new(NoopSummarizer) }
    }

    /// The same, whose entries are embedded as well: by what the other memories of the tenants are embedded by.
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

    fn memories(&self, scope: &MemoryScope) -> Memories {
        self.store.tenant(scope.tenant).memories()
    }

    async fn save_entry(&self, scope: &MemoryScope, entry: &NewEntry, by: &Actor) -> Result<Entry> {
        let new = entry.check(SAVE)?;
        let memories = self.memories(scope);
        let mut embedding = None;
        for _ in 0..TRIES {
            if let Some(known) = self.find(&memories, scope, &new.key).await?
                && known.is(&new)
            {
                return Ok(known.entry());
            }
            if let (Some(embedder), None) = (&self.embedder, &embedding) {
                let (model, dimensions) = (embedder.model(), embedder.dimensions() as usize);
                memories.check_model(SAVE, model, dimensions).await?;
                embedding = embed_one(SAVE, embedder.as_ref(), new.content.as_str()).await?;
            }
            let saved = again(|| put(&memories, scope, &new, embedding.as_ref(), by));
            if let Some(saved) = saved.await? {
                return Ok(saved);
            }
        }
        let reason = "others save and delete it again and again; try again".to_owned();
        Err(Error::Conflict { operation: SAVE, reason })
    }

    async fn find(
        &self,
        memories: &Memories,
        scope: &MemoryScope,
        key: &str,
    ) -> Result<Option<Stored>> {
        let columns = Columns::of(scope);
        let now = to_micros(memories.handle.shared.now());
        let flight = memories.handle.flight(SAVE).await?;
        let row = sql::find_memory_entry()
            .bind(
                &flight,
                &columns.tenant,
                &columns.team,
                &columns.agent,
                &columns.user,
                &columns.memory_type,
                &key,
                &now,
            )
            .opt()
            .await;
        flight.land(row).await?.map(Stored::try_from).transpose()
    }

    async fn list(&self, scope: &MemoryScope, query: &EntryQuery) -> Result<EntryPage> {
        const OPERATION: &str = "query entries";
        let filter = query.stored_filter(OPERATION)?;
        let never = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
        if never(&query.key) || (query.key.is_none() && never(&query.prefix)) {
            return Ok(EntryPage::default());
        }
        let columns = Columns::of(scope);
        let handle = self.memories(scope).handle;
        let prefix = query.prefix.as_deref().filter(|_| query.key.is_none());
        let flight = handle.flight(OPERATION).await?;
        let rows = sql::list_memory_entries()
            .bind(
                &flight,
                &columns.tenant,
                &columns.team,
                &columns.agent,
                &columns.user,
                &columns.memory_type,
                &query.key.as_deref(),
                &prefix,
                &to_micros(handle.shared.now()),
                &Json(&filter),
                &query.limit.map(i64::from),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        let total = rows.first().map_or(0, |row| row.total);
        let entries = rows.into_iter().filter_map(listed).map(|row| Ok(row?.entry()));
        Ok(EntryPage {
            entries: entries.collect::<Result<_>>()?,
            total: u64::try_from(total).unwrap_or_default(),
            degraded: false,
        })
    }

    async fn find_like(&self, scope: &MemoryScope, search: &EntrySearch) -> Result<FoundEntries> {
        search.check(SEARCH)?;
        let memories = self.memories(scope);
        let embedding = match &self.embedder {
            Some(embedder) => {
                let (model, dimensions) = (embedder.model(), embedder.dimensions() as usize);
                memories.check_model(SEARCH, model, dimensions).await?;
                embed_one(SEARCH, embedder.as_ref(), &search.query).await?
            }
            None => None,
        };
        let columns = Columns::of(scope);
        let flight = memories.handle.flight(SEARCH).await?;
        let rows = sql::search_memory_entries()
            .bind(
                &flight,
                &embedding.as_ref().map(Embedding::model),
                &embedding.as_ref().map(Embedding::vector),
                &columns.tenant,
                &columns.team,
                &columns.agent,
                &columns.user,
                &columns.memory_type,
                &to_micros(memories.handle.shared.now()),
                &search.min_similarity.unwrap_or(-1.0),
                &i64::from(search.limit.saturating_mul(4).max(200)),
                &search.query.as_str(),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        // They come in the order of their keys, which decides between those of the same score.
        let hits: Vec<_> = rows
            .iter()
            .enumerate()
            .map(|(id, row)| Hit { id, similarity: row.similarity, text_score: row.text_score })
            .collect();
        let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
        let best = fuse(SearchMode::Hybrid, &hits).into_iter().take(search.limit as usize);
        let found = best.filter_map(|hit| rows[hit.id].take().map(|row| found(&hit, row)));
        Ok(FoundEntries { found: found.collect::<Result<_>>()?, degraded: false })
    }

    async fn summary(&self, scope: &MemoryScope, request: SummarizeRequest) -> Result<Summary> {
        let mut entries = Vec::with_capacity(request.keys.len());
        for key in &request.keys {
            entries.extend(self.list(scope, &EntryQuery::key(key)).await?.entries);
        }
        let clock = &self.memories(scope).handle.shared.clock;
        summarize(self.summarizer.as_ref(), clock.as_ref(), request, &entries).await
    }

    async fn remove(&self, scope: &MemoryScope, key: &str, by: &Actor) -> Result<bool> {
        if key.contains('\0') {
            return Ok(false);
        }
        again(|| self.remove_once(scope, key, by)).await
    }

    async fn remove_once(&self, scope: &MemoryScope, key: &str, by: &Actor) -> Result<bool> {
        const OPERATION: &str = "delete an entry";
        let columns = Columns::of(scope);
        let (tx, now) = self.memories(scope).act(OPERATION, None, by).await?;
        let gone = sql::delete_memory_entry()
            .bind(
                &tx,
                &columns.tenant,
                &columns.team,
                &columns.agent,
                &columns.user,
                &columns.memory_type,
                &key,
                &now,
            )
            .opt()
            .await;
        let (tx, gone) = settle(OPERATION, tx, gone).await?;
        let Some(id) = gone else {
            tx.rollback().await?;
            return Ok(false);
        };
        let event = event("memory.deleted", MemoryId(id), by);
        tx.audit_and_commit(&event.with_detail("team_id", scope.team.to_string())).await?;
        Ok(true)
    }

    async fn statistics(&self, scope: &MemoryScope) -> Result<StoreStats> {
        let columns = Columns::of(scope);
        let handle = self.memories(scope).handle;
        let flight = handle.flight("count entries").await?;
        let count = sql::count_memory_entries()
            .bind(
                &flight,
                &columns.tenant,
                &columns.team,
                &columns.agent,
                &columns.user,
                &columns.memory_type,
                &to_micros(handle.shared.now()),
            )
            .one()
            .await;
        let count = flight.land(count).await?;
        Ok(StoreStats {
            implementation: self.name().to_owned(),
            entries: u64::try_from(count).unwrap_or_default(),
            entries_of_tenant: None,
            max_entries: None,
            pending: 0,
            refused: 0,
            degraded: false,
        })
    }
}

impl MemoryStore for PostgresMemory {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>> {
        async move { self.save_entry(scope, &entry, by).await }.boxed()
    }

    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>> {
        async move { self.list(scope, &query).await }.boxed()
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
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>> {
        self.remove(scope, key, by).boxed()
    }

    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>> {
        self.statistics(scope).boxed()
    }

    /// Whether the server can be reached, and tenants are isolated there.
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        self.store.check().boxed()
    }
}
