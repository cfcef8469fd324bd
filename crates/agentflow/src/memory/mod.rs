//! What agents remember: memories with their history, tags and uses, how they are found, and where they are kept.

mod add;
mod again;
mod batch;
mod candidates;
mod change;
mod cursor;
mod dispute;
mod embed_anew;
mod embedder;
mod embedders;
mod expire;
mod filter;
mod forget;
mod found;
mod history;
mod http_embedder;
mod index;
mod local_embedder;
mod memories;
#[expect(clippy::module_inception, reason = "the noun of the module is the noun of the domain")]
mod memory;
mod partitions;
mod recall;
mod reindex;
mod request;
mod rows;
mod search;
mod settings;
mod similar;
mod store;
mod supersede;
mod sweep;
mod tags;
mod write;

pub use add::Added;
pub use agentflow_core::memory::{Adjustment, Ranking, SearchMode, Section, Signal};
pub use agentflow_core::{
    ids::MemoryId,
    memory::{
        Embedding, LogAction, MemoryChange, MemorySource, MemoryStatus, MemoryTier, MemoryType,
        NewMemory,
    },
};
pub use batch::AddReport;
pub use cursor::SearchCursor;
pub use dispute::Resolution;
pub use embed_anew::{EmbedAnew, EmbedProgress, EmbedReport};
pub use embedder::Embedder;
pub use embedders::embedder_from;
pub use filter::MemoryFilter;
pub use found::{Explained, Found, SearchPage, Unembedded};
pub use history::{MemoryAt, MemoryLogEntry, PastMemory};
pub use http_embedder::{HttpEmbedder, HttpEmbedderOptions};
pub use index::{IndexKind, IndexProgress, IndexReport, IndexSpec, VectorIndex};
pub use local_embedder::LocalEmbedder;
pub use memories::Memories;
pub use memory::Memory;
pub use partitions::{MemoryAdmin, MemoryPartition, PromoteProgress, PromoteReport};
pub use recall::{Packed, RecallRequest, Recalled};
pub use request::SearchRequest;
pub use settings::MemorySettings;
pub use store::{
    Entry, EntryPage, EntryQuery, EntrySearch, FallbackOptions, FallbackStore, Flushed,
    FoundEntries, FoundEntry, InMemoryStore, MemoryScope, MemoryStore, MemoryStoreBuilder,
    NewEntry, NoopSummarizer, PostgresMemory, SUMMARY_PLACEHOLDER, StoreStats, SummarizeRequest,
    Summarizer, Summary, SummaryText,
};
pub use sweep::SweepReport;
