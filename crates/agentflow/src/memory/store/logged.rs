use std::sync::Arc;

use agentflow_core::audit::Actor;
use futures::{FutureExt, future::BoxFuture};

use super::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, MemoryScope, MemoryStore, NewEntry,
    StoreStats, SummarizeRequest, Summary,
};
use crate::error::{Error, Result};

/// Tells the log what is asked of a store and what became of it: keys and numbers, no data.
pub(super) struct Logged(pub Arc<dyn MemoryStore>);

impl Logged {
    fn failed(&self, scope: &MemoryScope, what: &'static str, error: &Error) {
        tracing::debug!(store = self.name(), ?scope, %error, "{what} failed");
    }
}

impl MemoryStore for Logged {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>> {
        async move {
            let answer = self.0.save(scope, entry, by).await;
            match &answer {
                Ok(entry) => {
                    let (id, degraded) = (entry.id, entry.degraded);
                    tracing::debug!(store = self.name(), ?scope, key = entry.key, %id, %by, degraded, "saved an entry");
                }
                Err(error) => self.failed(scope, "saving an entry", error),
            }
            answer
        }
        .boxed()
    }

    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>> {
        async move {
            let (key, prefix) = (query.key.clone(), query.prefix.clone());
            let answer = self.0.query(scope, query).await;
            match &answer {
                Ok(page) => {
                    let (found, total, degraded) = (page.entries.len(), page.total, page.degraded);
                    tracing::debug!(
                        store = self.name(),
                        ?scope,
                        ?key,
                        ?prefix,
                        found,
                        total,
                        degraded,
                        "queried entries"
                    );
                }
                Err(error) => self.failed(scope, "querying entries", error),
            }
            answer
        }
        .boxed()
    }

    fn search<'a>(
        &'a self,
        scope: &'a MemoryScope,
        search: EntrySearch,
    ) -> BoxFuture<'a, Result<FoundEntries>> {
        async move {
            let answer = self.0.search(scope, search).await;
            match &answer {
                Ok(answer) => {
                    let (found, degraded) = (answer.found.len(), answer.degraded);
                    tracing::debug!(
                        store = self.name(),
                        ?scope,
                        found,
                        degraded,
                        "searched entries"
                    );
                }
                Err(error) => self.failed(scope, "searching entries", error),
            }
            answer
        }
        .boxed()
    }

    fn summarize<'a>(
        &'a self,
        scope: &'a MemoryScope,
        request: SummarizeRequest,
    ) -> BoxFuture<'a, Result<Summary>> {
        async move {
            let (keys, data) = (request.keys.len(), request.data.len());
            let answer = self.0.summarize(scope, request).await;
            match &answer {
                Ok(_) => tracing::debug!(store = self.name(), ?scope, keys, data, "summarized"),
                Err(error) => self.failed(scope, "summarizing", error),
            }
            answer
        }
        .boxed()
    }

    fn delete<'a>(
        &'a self,
        scope: &'a MemoryScope,
        key: &'a str,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>> {
        async move {
            let answer = self.0.delete(scope, key, by).await;
            match &answer {
                Ok(there) => {
                    tracing::debug!(store = self.name(), ?scope, key, there, %by, "deleted an entry");
                }
                Err(error) => self.failed(scope, "deleting an entry", error),
            }
            answer
        }
        .boxed()
    }

    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>> {
        self.0.stats(scope)
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        self.0.check()
    }
}
