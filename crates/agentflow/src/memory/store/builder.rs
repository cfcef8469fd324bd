use std::{fmt, sync::Arc};

use agentflow_core::{
    clock::{Clock, SystemClock},
    ids::{IdSource, RandomIds},
};
use jiff::SignedDuration;

use super::{
    FallbackOptions, FallbackStore, InMemoryStore, MemoryStore, NoopSummarizer, PostgresMemory,
    Summarizer, logged::Logged,
};
use crate::{
    config::{MemoryImplementation, MemoryStoreSettings},
    error::{Error, Result},
    memory::{Embedder, LocalEmbedder},
    store::Store,
};

const OPERATION: &str = "build a memory store";

/// Numbers per vector of what is in memory only.
const LOCAL_DIMENSIONS: u32 = 512;

/// Makes a [`MemoryStore`], to be handed to whoever plans and works. See [`Store::memory_store`].
#[must_use]
pub struct MemoryStoreBuilder {
    settings: MemoryStoreSettings,
    store: Option<Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    embedder: Option<Arc<dyn Embedder>>,
    summarizer: Arc<dyn Summarizer>,
    fallback: Option<SignedDuration>,
}

impl fmt::Debug for MemoryStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStoreBuilder")
            .field("settings", &self.settings)
            .field("store", &self.store)
            .field("fallback", &self.fallback)
            .finish_non_exhaustive()
    }
}

impl MemoryStoreBuilder {
    /// For a program without a database.
    pub fn new(settings: MemoryStoreSettings) -> Self {
        Self {
            settings,
            store: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds::from_os()),
            embedder: None,
            summarizer: Arc::new(NoopSummarizer),
            fallback: None,
        }
    }

    /// With a database.
    pub(crate) fn over(
        store: Store,
        settings: MemoryStoreSettings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { store: Some(store), clock, ids, ..Self::new(settings) }
    }

    /// This implementation, whatever the settings say.
    pub fn implementation(mut self, implementation: MemoryImplementation) -> Self {
        self.settings.implementation = Some(implementation);
        self
    }

    /// What embeds entries. Without one those in PostgreSQL are found by their words alone; those in memory are embedded by a
    /// [`LocalEmbedder`].
    pub fn embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// What makes summaries; by default [`NoopSummarizer`], which does not.
    pub fn summarizer(mut self, summarizer: Arc<dyn Summarizer>) -> Self {
        self.summarizer = summarizer;
        self
    }

    /// The clock and the ids of what is in memory: for tests and replays.
    pub fn sources(mut self, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        (self.clock, self.ids) = (clock, ids);
        self
    }

    /// Whether entries are kept in memory while PostgreSQL cannot be reached; see [`FallbackStore`]. Not unless it is asked
    /// for.
    pub fn fallback(mut self, fallback: bool) -> Self {
        self.fallback = fallback.then_some(FallbackOptions::default().retry_after);
        self
    }

    /// The same, and how long PostgreSQL is not asked again once it could not be reached.
    pub fn fallback_retrying_after(mut self, retry_after: SignedDuration) -> Self {
        self.fallback = Some(retry_after);
        self
    }

    /// The store. Nothing connects yet.
    ///
    /// Fails with [`Error::Unsupported`] for the one in memory, unless `AF_MEMORY_ENABLED` allows it, and with
    /// [`Error::NotConfigured`] for the one in PostgreSQL without a database.
    pub fn build(self) -> Result<Arc<dyn MemoryStore>> {
        let default = match self.store {
            Some(_) => MemoryImplementation::Postgres,
            None => MemoryImplementation::InMemory,
        };
        let debug = self.settings.debug;
        let store: Arc<dyn MemoryStore> = match self.settings.implementation.unwrap_or(default) {
            MemoryImplementation::InMemory if !self.settings.enabled => {
                let reason =
                    "memory store is disabled (experimental feature flag AF_MEMORY_ENABLED=false)";
                return Err(Error::Unsupported { operation: OPERATION, reason: reason.to_owned() });
            }
            MemoryImplementation::InMemory => Arc::new(self.in_memory()?),
            MemoryImplementation::Postgres => self.postgres()?,
        };
        Ok(if debug { Arc::new(Logged(store)) } else { store })
    }

    fn in_memory(&self) -> Result<InMemoryStore> {
        let embedder = match &self.embedder {
            Some(embedder) => Arc::clone(embedder),
            None => Arc::new(LocalEmbedder::new(LOCAL_DIMENSIONS)?),
        };
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        Ok(InMemoryStore::new(clock, ids, self.settings.max_entries)
            .with_embedder(embedder)
            .with_summarizer(Arc::clone(&self.summarizer)))
    }

    fn postgres(self) -> Result<Arc<dyn MemoryStore>> {
        let store = self.store.clone().ok_or(Error::NotConfigured)?;
        let mut postgres = PostgresMemory::new(store).with_summarizer(Arc::clone(&self.summarizer));
        if let Some(embedder) = &self.embedder {
            postgres = postgres.with_embedder(Arc::clone(embedder));
        }
        let Some(retry_after) = self.fallback else { return Ok(Arc::new(postgres)) };
        let options = FallbackOptions { max_entries: self.settings.max_entries, retry_after };
        // What embeds may be away as well, and what is in memory is gone soon.
        let memory = Self { embedder: None, ..self };
        let (clock, ids) = (Arc::clone(&memory.clock), Arc::clone(&memory.ids));
        let fallback = FallbackStore::new(Arc::new(postgres), options, clock, ids);
        Ok(Arc::new(fallback.with_memory(memory.in_memory()?)))
    }
}
