use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agentflow_core::{
    audit::Actor,
    clock::Clock,
    ids::{IdSource, TenantId},
};
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};

use super::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, InMemoryStore, MemoryScope,
    MemoryStore, NewEntry, StoreStats, SummarizeRequest, Summary, summarizer::summarize,
};
use crate::error::{Error, Result};

/// How a [`FallbackStore`] does without the store behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackOptions {
    /// The most entries that a tenant may have in memory meanwhile, and the most changes that may wait. By default 10,000.
    pub max_entries: u32,
    /// How long the store behind it is not asked again once it could not be reached. By default a second.
    pub retry_after: SignedDuration,
}

impl Default for FallbackOptions {
    fn default() -> Self {
        Self { max_entries: 10_000, retry_after: SignedDuration::from_secs(1) }
    }
}

/// What became of changes that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flushed {
    /// Changes that were made.
    pub written: u64,
    /// Changes that the store refused: they are lost, and each is logged as an error.
    pub refused: u64,
    /// Changes that still wait, because the store cannot be reached, or somebody else was in the way.
    pub pending: u64,
}

/// A store, and memory while it cannot be reached.
///
/// What is saved meanwhile is kept in memory, and written to the store in its order with the next call for the tenant, or the
/// next [`check`](MemoryStore::check) or [`flush`](FallbackStore::flush), once the store is back: over whatever others saved
/// there meanwhile. It is lost when the process ends before. What is asked meanwhile is answered from memory, which has nothing
/// but what was saved meanwhile; such answers say that they are `degraded`. Everything else that a store says, such as that a
/// team is not there, is passed on; of what was saved meanwhile it is said only when it is written, to the log.
pub struct FallbackStore {
    store: Arc<dyn MemoryStore>,
    memory: InMemoryStore,
    options: FallbackOptions,
    clock: Arc<dyn Clock>,
    /// Not to be asked before.
    away_until: Mutex<Option<Timestamp>>,
    tenants: Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<Waiting>>>>,
}

/// What a tenant changed that is not in the store yet, in its order.
#[derive(Debug, Default)]
struct Waiting {
    changes: VecDeque<Change>,
    refused: u64,
}

#[derive(Debug, Clone)]
struct Change {
    scope: MemoryScope,
    by: Actor,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Save(NewEntry),
    Delete(String),
}

impl fmt::Debug for FallbackStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FallbackStore")
            .field("store", &self.store.name())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl FallbackStore {
    /// A store with memory behind it.
    pub fn new(
        store: Arc<dyn MemoryStore>,
        options: FallbackOptions,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self {
            store,
            memory: InMemoryStore::new(Arc::clone(&clock), ids, options.max_entries),
            options,
            clock,
            away_until: Mutex::default(),
            tenants: Mutex::default(),
        }
    }

    /// The same, with this store in memory instead of one that finds entries by their words alone.
    #[must_use]
    pub fn with_memory(mut self, memory: InMemoryStore) -> Self {
        self.memory = memory;
        self
    }

    /// Writes what waits, of all tenants.
    pub async fn flush(&self) -> Flushed {
        let tenants: BTreeMap<_, _> =
            self.tenants().iter().map(|(tenant, it)| (*tenant, Arc::clone(it))).collect();
        let mut all = Flushed::default();
        for (tenant, waiting) in tenants {
            let mut waiting = waiting.lock().await;
            let flushed = self.write(tenant, &mut waiting).await;
            all.written += flushed.written;
            all.refused += flushed.refused;
            all.pending += flushed.pending;
        }
        all
    }

    fn tenants(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<tokio::sync::Mutex<Waiting>>>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the changes that wait, until one cannot be made now.
    async fn write(&self, tenant: TenantId, waiting: &mut Waiting) -> Flushed {
        let mut flushed = Flushed::default();
        if waiting.changes.is_empty() {
            return flushed;
        }
        while let Some(change) = waiting.changes.front()
            && !self.is_away()
        {
            match self.make(change).await {
                Ok(()) => {
                    *self.away_until() = None;
                    flushed.written += 1;
                }
                Err(error) if error.is_unavailable() => {
                    self.went_away(&error);
                    break;
                }
                // Whoever was in the way is not there for long.
                Err(error) if error.is_in_the_way() => break,
                Err(error) => {
                    let (scope, key) = (change.scope, change.what.key());
                    tracing::error!(?scope, key, %error, "a change that was made in memory is lost: the memory store refuses it");
                    flushed.refused += 1;
                    waiting.refused += 1;
                }
            }
            waiting.changes.pop_front();
        }
        flushed.pending = waiting.changes.len() as u64;
        if waiting.changes.is_empty() {
            self.memory.clear(tenant);
            tracing::info!(%tenant, written = flushed.written, refused = flushed.refused, "the memory store is back");
        }
        flushed
    }

    async fn make(&self, change: &Change) -> Result<()> {
        match &change.what {
            What::Save(entry) => {
                self.store.save(&change.scope, entry.clone(), &change.by).await.map(drop)
            }
            What::Delete(key) => self.store.delete(&change.scope, key, &change.by).await.map(drop),
        }
    }

    fn away_until(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.away_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_away(&self) -> bool {
        self.away_until().is_some_and(|until| self.clock.now() < until)
    }

    fn went_away(&self, error: &Error) {
        let until = self.clock.now().saturating_add(self.options.retry_after);
        let before = self.away_until().replace(until.unwrap_or(Timestamp::MAX));
        if before.is_none() {
            tracing::warn!(%error, "the memory store cannot be reached: entries are kept in memory until it is back");
        }
    }

    /// Asks the store, after what waits for the tenant was written. `None` when that or the store is not possible now.
    async fn ask<T>(
        &self,
        tenant: TenantId,
        ask: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        let waiting = self.tenants().get(&tenant).map(Arc::clone);
        if let Some(waiting) = waiting {
            let mut waiting = waiting.lock().await;
            if self.write(tenant, &mut waiting).await.pending > 0 {
                return Ok(None);
            }
        }
        if self.is_away() {
            return Ok(None);
        }
        match ask.await {
            Ok(answer) => {
                *self.away_until() = None;
                Ok(Some(answer))
            }
            Err(error) if error.is_unavailable() => {
                self.went_away(&error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a change in memory, and remembers to make it in the store.
    async fn keep<T>(
        &self,
        operation: &'static str,
        change: Change,
        keep: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let waiting = Arc::clone(self.tenants().entry(change.scope.tenant).or_default());
        let mut waiting = waiting.lock().await;
        let most = self.options.max_entries as usize;
        if waiting.changes.len() >= most {
            let reason = format!(
                "the memory store cannot be reached, and {most} changes wait for it, which is as many as AF_MEMORY_MAX_ENTRIES allows"
            );
            return Err(Error::Conflict { operation, reason });
        }
        let kept = keep.await?;
        waiting.changes.push_back(change);
        Ok(kept)
    }

    async fn stats_in_memory(&self, scope: &MemoryScope) -> Result<StoreStats> {
        let stats = self.memory.stats(scope).await?;
        Ok(StoreStats { implementation: self.name().to_owned(), degraded: true, ..stats })
    }
}

impl What {
    fn key(&self) -> &str {
        match self {
            Self::Save(entry) => &entry.key,
            Self::Delete(key) => key,
        }
    }
}

impl MemoryStore for FallbackStore {
    fn name(&self) -> &str {
        self.store.name()
    }

    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>> {
        async move {
            let saved = self.ask(scope.tenant, self.store.save(scope, entry.clone(), by)).await?;
            if let Some(saved) = saved {
                return Ok(saved);
            }
            let what = What::Save(entry.clone());
            let change = Change { scope: *scope, by: by.clone(), what };
            let kept =
                self.keep("save an entry", change, self.memory.save(scope, entry, by)).await?;
            Ok(Entry { degraded: true, ..kept })
        }
        .boxed()
    }

    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>> {
        async move {
            let page = self.ask(scope.tenant, self.store.query(scope, query.clone())).await?;
            if let Some(page) = page {
                return Ok(page);
            }
            let mut page = self.memory.query(scope, query).await?;
            page.entries.iter_mut().for_each(|entry| entry.degraded = true);
            Ok(EntryPage { degraded: true, ..page })
        }
        .boxed()
    }

    fn search<'a>(
        &'a self,
        scope: &'a MemoryScope,
        search: EntrySearch,
    ) -> BoxFuture<'a, Result<FoundEntries>> {
        async move {
            let found = self.ask(scope.tenant, self.store.search(scope, search.clone())).await?;
            if let Some(found) = found {
                return Ok(found);
            }
            let mut found = self.memory.search(scope, search).await?;
            found.found.iter_mut().for_each(|found| found.entry.degraded = true);
            Ok(FoundEntries { degraded: true, ..found })
        }
        .boxed()
    }

    fn summarize<'a>(
        &'a self,
        scope: &'a MemoryScope,
        request: SummarizeRequest,
    ) -> BoxFuture<'a, Result<Summary>> {
        async move {
            let mut entries = Vec::with_capacity(request.keys.len());
            let mut degraded = false;
            for key in &request.keys {
                let page = self.query(scope, EntryQuery::key(key)).await?;
                degraded |= page.degraded;
                entries.extend(page.entries);
            }
            // Not by the store: that a model is away does not mean that the store is.
            let summarizer = self.memory.summarizer();
            let summary = summarize(summarizer, self.clock.as_ref(), request, &entries).await?;
            Ok(Summary { degraded, ..summary })
        }
        .boxed()
    }

    /// While the store cannot be reached, it says whether the entry was in memory.
    fn delete<'a>(
        &'a self,
        scope: &'a MemoryScope,
        key: &'a str,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>> {
        async move {
            let was_there = self.ask(scope.tenant, self.store.delete(scope, key, by)).await?;
            if let Some(was_there) = was_there {
                return Ok(was_there);
            }
            let what = What::Delete(key.to_owned());
            let change = Change { scope: *scope, by: by.clone(), what };
            self.keep("delete an entry", change, self.memory.delete(scope, key, by)).await
        }
        .boxed()
    }

    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>> {
        async move {
            let stats = self.ask(scope.tenant, self.store.stats(scope)).await?;
            let mut stats = match stats {
                Some(stats) => stats,
                None => self.stats_in_memory(scope).await?,
            };
            let waiting = self.tenants().get(&scope.tenant).map(Arc::clone);
            if let Some(waiting) = waiting {
                let waiting = waiting.lock().await;
                (stats.pending, stats.refused) = (waiting.changes.len() as u64, waiting.refused);
            }
            Ok(stats)
        }
        .boxed()
    }

    /// Whether the store behind it can be used now. If so, what waits is written.
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        async move {
            if let Err(error) = self.store.check().await {
                if error.is_unavailable() {
                    self.went_away(&error);
                }
                return Err(error);
            }
            *self.away_until() = None;
            self.flush().await;
            Ok(())
        }
        .boxed()
    }
}
