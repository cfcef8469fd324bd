//! A store of entries by their keys, for whoever plans and works: in memory, in PostgreSQL, or in one while the other is away.

mod builder;
mod content;
mod embed;
mod entry;
mod fallback;
mod in_memory;
mod logged;
mod postgres;
mod put;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod store;
mod stored;
mod summarizer;
mod words;

pub use builder::MemoryStoreBuilder;
pub use entry::{
    Entry, EntryPage, EntryQuery, EntrySearch, FoundEntries, FoundEntry, MemoryScope, NewEntry,
    StoreStats, SummarizeRequest, Summary,
};
pub use fallback::{FallbackOptions, FallbackStore, Flushed};
pub use in_memory::InMemoryStore;
pub use postgres::PostgresMemory;
pub use store::MemoryStore;
pub use summarizer::{NoopSummarizer, SUMMARY_PLACEHOLDER, Summarizer, SummaryText};
