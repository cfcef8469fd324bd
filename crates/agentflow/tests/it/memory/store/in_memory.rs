use std::sync::{Arc, Mutex};

use agentflow::{
    Error, Result,
    core::{clock::ManualClock, ids::RandomIds},
    memory::{
        Embedder, EntryQuery, InMemoryStore, MemoryStore, MemoryStoreBuilder, NewEntry,
        SummarizeRequest, Summarizer, SummaryText,
    },
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value, json};

use super::{Place, START, ann, enabled};

fn store(max_entries: u32) -> InMemoryStore {
    let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
    InMemoryStore::new(clock, Arc::new(RandomIds::seeded(7)), max_entries)
}

fn entry(n: usize) -> NewEntry {
    NewEntry::new(format!("k{n:03}"), n)
}

fn is_full(error: &Error) -> bool {
    let names_it = error.to_string().contains("AF_MEMORY_MAX_ENTRIES");
    matches!(error, Error::Conflict { .. }) && names_it
}

#[tokio::test]
async fn no_tenant_has_more_entries_than_it_may() {
    let store = store(3);
    let place = Place::anywhere();
    let (team, own) = (place.scope, place.scope.of_agent(place.agent));
    for (n, scope) in [team, team, own].iter().enumerate() {
        store.save(scope, entry(n), &ann()).await.unwrap();
    }
    for scope in [team, own, team.about_user(place.user)] {
        let error = store.save(&scope, entry(9), &ann()).await.unwrap_err();
        assert!(is_full(&error), "{error:?}");
    }
    // What is there may change, and others are not concerned.
    store.save(&team, NewEntry::new("k000", "changed"), &ann()).await.unwrap();
    store.save(&Place::anywhere().scope, entry(0), &ann()).await.unwrap();
    let stats = store.stats(&team).await.unwrap();
    assert_eq!((stats.entries, stats.entries_of_tenant, stats.max_entries), (2, Some(3), Some(3)));

    assert!(store.delete(&own, "k002", &ann()).await.unwrap());
    store.save(&team, entry(9), &ann()).await.unwrap();
    assert!(is_full(&store.save(&team, entry(10), &ann()).await.unwrap_err()));
    store.clear(team.tenant);
    assert_eq!(store.stats(&team).await.unwrap().entries_of_tenant, Some(0));
}

#[tokio::test]
async fn zero_entries_are_none() {
    let error = store(0).save(&Place::anywhere().scope, entry(0), &ann()).await.unwrap_err();
    assert!(is_full(&error), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_bound_holds_for_many_writers_at_once() {
    let store = Arc::new(store(40));
    let scope = Place::anywhere().scope;
    let save = |n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.save(&scope, entry(n), &ann()).await.is_ok() })
    };
    let tasks: Vec<_> = (0..200).map(save).collect();
    let mut saved = 0;
    for task in tasks {
        saved += usize::from(task.await.unwrap());
    }
    let page = store.query(&scope, EntryQuery::default()).await.unwrap();
    assert_eq!((saved, page.total), (40, 40));
}

#[tokio::test]
async fn the_same_calls_give_the_same_answers() {
    let place = Place::anywhere();
    let mut pages = Vec::new();
    for _ in 0..2 {
        let store = store(100);
        for n in [5, 3, 8, 3, 1] {
            store.save(&place.scope, entry(n), &ann()).await.unwrap();
        }
        pages.push(store.query(&place.scope, EntryQuery::default().limit(3)).await.unwrap());
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].entries[0].created_at, START.parse().unwrap());
}

/// Counts what it is asked to embed.
#[derive(Default)]
struct Counting(Mutex<Vec<String>>);

impl Embedder for Counting {
    fn model(&self) -> &'static str {
        "counting"
    }

    fn dimensions(&self) -> u32 {
        2
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Vec<f32>>>> {
        self.0.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        async { Ok(texts.iter().map(|_| vec![1.0, 0.0]).collect()) }.boxed()
    }
}

#[tokio::test]
async fn what_is_refused_or_embedded_already_is_not_embedded() {
    let embedder = Arc::new(Counting::default());
    let store = store(1).with_embedder(embedder.clone());
    let scope = Place::anywhere().scope;
    store.save(&scope, NewEntry::new("k", "one"), &ann()).await.unwrap();
    store.save(&scope, NewEntry::new("k", "one").with_metadata("a", 1), &ann()).await.unwrap();
    store.save(&scope, NewEntry::new("l", "two"), &ann()).await.unwrap_err();
    store.save(&scope, NewEntry::new("k", json!(null)), &ann()).await.unwrap_err();
    assert_eq!(*embedder.0.lock().unwrap(), ["one"]);
}

/// Says what it was given.
struct Echo;

impl Summarizer for Echo {
    fn summarize<'a>(
        &'a self,
        context: &'a str,
        data: &'a [Value],
    ) -> BoxFuture<'a, Result<SummaryText>> {
        let text = format!("{context}: {}", Value::Array(data.to_vec()));
        async move { Ok(SummaryText { text, metadata: Map::new() }) }.boxed()
    }
}

#[tokio::test]
async fn a_summarizer_is_given_the_entries_in_the_order_of_the_request_and_then_the_data() {
    let builder = MemoryStoreBuilder::new(enabled(10)).summarizer(Arc::new(Echo));
    let store = builder.build().unwrap();
    let scope = Place::anywhere().scope;
    for n in 0..3 {
        store.save(&scope, entry(n), &ann()).await.unwrap();
    }
    let keys = ["k002", "k000"].map(str::to_owned).to_vec();
    let request = SummarizeRequest { context: "all".to_owned(), keys, data: vec![json!("x")] };
    let summary = store.summarize(&scope, request).await.unwrap();
    assert_eq!(summary.summary, r#"all: [2,0,"x"]"#);
}
