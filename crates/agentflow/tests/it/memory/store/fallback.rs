use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use agentflow::{
    Error, Result,
    audit::Actor,
    core::{InvalidInput, clock::ManualClock, ids::RandomIds},
    memory::{
        Entry, EntryPage, EntryQuery, EntrySearch, FallbackOptions, FallbackStore, Flushed,
        FoundEntries, InMemoryStore, MemoryScope, MemoryStore, NewEntry, StoreStats,
        SummarizeRequest, Summary,
    },
};
use futures::{FutureExt, future::BoxFuture};
use jiff::SignedDuration;

use super::{Place, START, ann};

/// A store that can be taken away.
struct Absent {
    inner: InMemoryStore,
    /// After so many calls, if any.
    away_after: Mutex<Option<u32>>,
    /// What was asked while it was here, and whether it was.
    asked: Mutex<Vec<String>>,
    /// So many saves fail because of another transaction.
    deadlocks: AtomicU32,
}

impl Absent {
    fn here(&self, asked: String) -> Result<()> {
        let mut left = self.away_after.lock().unwrap();
        match left.as_mut() {
            Some(0) => {
                self.asked.lock().unwrap().push("away".to_owned());
                let (operation, reason) = ("ask", "it is away".to_owned());
                return Err(Error::Unavailable { operation, reason, source: None });
            }
            Some(left) => *left -= 1,
            None => {}
        }
        self.asked.lock().unwrap().push(asked);
        Ok(())
    }

    fn goes_away_after(&self, calls: u32) {
        *self.away_after.lock().unwrap() = Some(calls);
    }

    fn is_back(&self) {
        *self.away_after.lock().unwrap() = None;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl MemoryStore for Absent {
    fn name(&self) -> &'static str {
        "absent"
    }

    fn save<'a>(
        &'a self,
        scope: &'a MemoryScope,
        entry: NewEntry,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Entry>> {
        async move {
            self.here(format!("save {} {}", entry.key, entry.data))?;
            let deadlocks = self.deadlocks.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
            if deadlocks.is_ok() {
                let reason = "another transaction was in the way; try again".to_owned();
                return Err(Error::Conflict { operation: "save", reason });
            }
            if entry.key == "refused" {
                let input = InvalidInput::new("key", "it is refused");
                return Err(Error::InvalidInput { operation: "save", input });
            }
            self.inner.save(scope, entry, by).await
        }
        .boxed()
    }

    fn query<'a>(
        &'a self,
        scope: &'a MemoryScope,
        query: EntryQuery,
    ) -> BoxFuture<'a, Result<EntryPage>> {
        async move {
            self.here("query".to_owned())?;
            self.inner.query(scope, query).await
        }
        .boxed()
    }

    fn search<'a>(
        &'a self,
        scope: &'a MemoryScope,
        search: EntrySearch,
    ) -> BoxFuture<'a, Result<FoundEntries>> {
        self.inner.search(scope, search)
    }

    fn summarize<'a>(
        &'a self,
        scope: &'a MemoryScope,
        request: SummarizeRequest,
    ) -> BoxFuture<'a, Result<Summary>> {
        self.inner.summarize(scope, request)
    }

    fn delete<'a>(
        &'a self,
        scope: &'a MemoryScope,
        key: &'a str,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<bool>> {
        async move {
            self.here(format!("delete {key}"))?;
            self.inner.delete(scope, key, by).await
        }
        .boxed()
    }

    fn stats<'a>(&'a self, scope: &'a MemoryScope) -> BoxFuture<'a, Result<StoreStats>> {
        async move {
            self.here("stats".to_owned())?;
            self.inner.stats(scope).await
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        async move { self.here("check".to_owned()) }.boxed()
    }
}

struct Stage {
    absent: Arc<Absent>,
    store: Arc<FallbackStore>,
    clock: Arc<ManualClock>,
    scope: MemoryScope,
}

impl Stage {
    fn new(max_entries: u32, retry_after: SignedDuration) -> Self {
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        let ids = Arc::new(RandomIds::seeded(3));
        let inner = InMemoryStore::new(clock.clone(), ids.clone(), 1000);
        let asked = Mutex::default();
        let absent = Arc::new(Absent {
            inner,
            away_after: Mutex::default(),
            asked,
            deadlocks: AtomicU32::default(),
        });
        let options = FallbackOptions { max_entries, retry_after };
        let store = FallbackStore::new(absent.clone(), options, clock.clone(), ids);
        Self { absent, store: Arc::new(store), clock, scope: Place::anywhere().scope }
    }

    async fn save(&self, key: &str, n: i32) -> Result<Entry> {
        self.store.save(&self.scope, NewEntry::new(key, n), &ann()).await
    }

    async fn total(&self) -> (u64, bool) {
        let page = self.store.query(&self.scope, EntryQuery::default()).await.unwrap();
        (page.total, page.degraded)
    }
}

#[tokio::test]
async fn while_the_store_is_here_it_is_asked_and_nothing_else() {
    let stage = Stage::new(10, SignedDuration::ZERO);
    assert!(!stage.save("a", 1).await.unwrap().degraded);
    assert_eq!(stage.total().await, (1, false));
    assert_eq!(stage.absent.asked(), ["save a 1", "query"]);
    let error = stage.save("refused", 1).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }));
    assert_eq!(stage.store.stats(&stage.scope).await.unwrap().pending, 0);
    assert_eq!(stage.store.flush().await, Flushed::default());
}

#[tokio::test]
async fn what_waits_is_written_in_its_order_before_anything_else_is_asked() {
    let stage = Stage::new(10, SignedDuration::ZERO);
    stage.absent.goes_away_after(0);
    for (key, n) in [("b", 1), ("a", 2), ("b", 3)] {
        assert!(stage.save(key, n).await.unwrap().degraded);
    }
    assert!(stage.store.delete(&stage.scope, "a", &ann()).await.unwrap());
    assert!(!stage.store.delete(&stage.scope, "c", &ann()).await.unwrap());
    assert_eq!(stage.total().await, (1, true));
    assert!(stage.absent.asked().iter().all(|asked| asked == "away"));

    // It is back for two calls, and then away again.
    stage.absent.goes_away_after(2);
    assert_eq!(stage.total().await, (1, true));
    assert_eq!(stage.absent.asked(), ["save b 1", "save a 2", "away"]);
    assert_eq!(stage.store.stats(&stage.scope).await.unwrap().pending, 3);
    stage.absent.asked();

    stage.absent.is_back();
    assert!(!stage.save("d", 4).await.unwrap().degraded);
    assert_eq!(stage.absent.asked(), ["save b 3", "delete a", "delete c", "save d 4"]);
    assert_eq!(stage.total().await, (2, false));
    // What was in memory is not there the next time.
    stage.absent.goes_away_after(0);
    assert_eq!(stage.total().await, (0, true));
}

#[tokio::test]
async fn what_another_transaction_was_in_the_way_of_is_not_lost() {
    let stage = Stage::new(10, SignedDuration::ZERO);
    stage.absent.goes_away_after(0);
    for (key, n) in [("a", 1), ("b", 2)] {
        assert!(stage.save(key, n).await.unwrap().degraded);
    }
    stage.absent.is_back();
    stage.absent.deadlocks.store(1, SeqCst);
    assert_eq!(stage.store.flush().await, Flushed { pending: 2, ..Flushed::default() });
    assert_eq!(stage.store.flush().await, Flushed { written: 2, ..Flushed::default() });
    assert_eq!(stage.total().await, (2, false));
}

#[tokio::test]
async fn a_store_that_is_away_is_left_alone_for_a_while() {
    let stage = Stage::new(10, SignedDuration::from_secs(5));
    stage.absent.goes_away_after(0);
    for n in 0..3 {
        stage.save("a", n).await.unwrap();
    }
    assert_eq!(stage.absent.asked(), ["away"]);
    stage.absent.is_back();
    let start: jiff::Timestamp = START.parse().unwrap();
    stage.clock.set(start + SignedDuration::from_millis(4_999));
    assert!(stage.save("a", 3).await.unwrap().degraded);
    assert!(stage.absent.asked().is_empty());
    stage.clock.set(start + SignedDuration::from_secs(5));
    assert_eq!(stage.total().await, (1, false));
    assert_eq!(stage.absent.asked().len(), 5);

    // A check asks at once.
    stage.absent.goes_away_after(0);
    stage.save("b", 1).await.unwrap();
    stage.absent.is_back();
    stage.store.check().await.unwrap();
    assert_eq!(stage.absent.asked(), ["away", "check", "save b 1"]);
}

#[tokio::test]
async fn what_the_store_refuses_when_it_is_back_holds_nothing_up_and_is_counted() {
    let stage = Stage::new(10, SignedDuration::ZERO);
    stage.absent.goes_away_after(0);
    for key in ["a", "refused", "b"] {
        stage.save(key, 1).await.unwrap();
    }
    stage.absent.is_back();
    let expected = Flushed { written: 2, refused: 1, pending: 0 };
    assert_eq!(stage.store.flush().await, expected);
    let stats = stage.store.stats(&stage.scope).await.unwrap();
    assert_eq!((stats.pending, stats.refused, stats.entries), (0, 1, 2));
}

#[tokio::test]
async fn memory_is_bounded_by_entries_and_by_changes() {
    let stage = Stage::new(3, SignedDuration::ZERO);
    stage.absent.goes_away_after(0);
    for _ in 0..2 {
        for n in 0..3 {
            // The same key each time: one entry, and three changes.
            stage.save("a", n).await.unwrap();
        }
        for error in [
            stage.save("a", 3).await.unwrap_err(),
            stage.store.delete(&stage.scope, "a", &ann()).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
            assert!(error.to_string().contains("AF_MEMORY_MAX_ENTRIES"), "{error}");
        }
        // Another tenant has room of its own.
        let entry = NewEntry::new("a", 1);
        stage.store.save(&Place::anywhere().scope, entry, &ann()).await.unwrap();
        stage.absent.is_back();
        assert_eq!(stage.store.flush().await.pending, 0);
        stage.absent.goes_away_after(0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_overtaken_when_the_store_comes_and_goes_under_many_writers() {
    let stage = Arc::new(Stage::new(1000, SignedDuration::ZERO));
    let write = |writer: usize| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move {
            for n in 0..25 {
                if writer == 0 {
                    stage.absent.goes_away_after(n);
                }
                stage.save(&format!("k{writer}"), i32::try_from(n).unwrap()).await.unwrap();
                if writer == 0 && n % 3 == 0 {
                    stage.absent.is_back();
                }
            }
        })
    };
    let tasks: Vec<_> = (0..16).map(write).collect();
    for task in tasks {
        task.await.unwrap();
    }
    stage.absent.is_back();
    let flushed = stage.store.flush().await;
    assert_eq!((flushed.refused, flushed.pending), (0, 0));
    // Whatever a writer saved last is what is there.
    let page = stage.store.query(&stage.scope, EntryQuery::default()).await.unwrap();
    assert_eq!((page.total, page.degraded), (16, false));
    assert!(page.entries.iter().all(|entry| entry.data == 24), "{page:?}");
}
