use agentflow_core::audit::Actor;
use futures::future::BoxFuture;

use super::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, MemoryScope, NewEntry, StoreStats,
    SummarizeRequest, Summary,
};
use crate::error::Result;

/// Where agents keep entries by their keys. The same in memory and in PostgreSQL: whoever plans or works is handed one, and
/// does not know which.
///
/// Errors: [`Error::InvalidInput`] for what cannot be kept, which names the field; [`Error::NotFound`] when the team, agent or
/// user of the scope is not there, for those that know; [`Error::Unavailable`] when it cannot be reached: nothing was saved
/// then, as far as is known, and saving again does no harm; [`Error::Conflict`] when it is full, or its embedder is not the one
/// that the memories of the tenant are embedded by.
///
/// ```
/// use agentflow::{
///     MemoryStoreSettings, Result, TeamId, TenantId,
///     audit::Actor,
///     memory::{EntryQuery, MemoryScope, MemoryStore, MemoryStoreBuilder, NewEntry},
/// };
/// use uuid::Uuid;
///
/// # async fn example() -> Result<()> {
/// let settings = MemoryStoreSettings { enabled: true, ..MemoryStoreSettings::default() };
/// let store = MemoryStoreBuilder::new(settings).build()?;
///
/// let scope = MemoryScope::team(TenantId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(2)));
/// let entry = NewEntry::new("plan.step.1", "read the order").with_metadata("state", "done");
/// store.save(&scope, entry, &Actor::user("ann")).await?;
///
/// let page = store.query(&scope, EntryQuery::prefix("plan.").with("state", "done")).await?;
/// assert_eq!((page.total, page.entries[0].key.as_str()), (1, "plan.step.1"));
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
/// ```
///
/// [`Error::InvalidInput`]: crate::Error::InvalidInput
/// [`Error::NotFound`]: crate::Error::NotFound
/// [`Error::Unavailable`]: crate::Error::Unavailable
/// [`Error::Conflict`]: crate::Error::Conflict
pub trait MemoryStore: Send + Sync {
    /// What to call it: `in_memory`, `postgres`.
    fn name(&self) -> &str;

    /// Saves an entry, whether one with its key was there or not: id and time of creation stay. What is as it was is not
    /// written again.
    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>>;

    /// The entries that a query asks for, in the order of the bytes of their keys.
    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>>;

    /// The entries that have most to do with a text, by meaning and by words.
    fn search<'a>(
        &'a self,
        scope: &'a MemoryScope,
        search: EntrySearch,
    ) -> BoxFuture<'a, Result<FoundEntries>>;

    /// A summary of entries and other data. Fails with [`Error::NotFound`](crate::Error::NotFound) when one of the entries is
    /// not there.
    fn summarize<'a>(
        &'a self,
        scope: &'a MemoryScope,
        request: SummarizeRequest,
    ) -> BoxFuture<'a, Result<Summary>>;

    /// Deletes the entry with this key, and says whether it was there.
    fn delete<'a>(
        &'a self,
        scope: &'a MemoryScope,
        key: &'a str,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>>;

    /// What it holds of a scope.
    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>>;

    /// Whether it can be used now. Leaves nothing behind.
    fn check(&self) -> BoxFuture<'_, Result<()>>;
}
