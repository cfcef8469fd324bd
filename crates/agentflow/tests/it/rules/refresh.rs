//! How an engine takes over what its store has, and goes on while it cannot.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use agentflow::{
    Error, Result,
    audit::Actor,
    core::{
        clock::{Clock, ManualClock, SystemClock},
        ids::{RandomIds, RuleId},
        rules::{DerivedSpec, Rule, RuleSpec},
    },
    rules::{Book, Engine, MemoryRules, OnFailure, RuleStore},
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{
    ann,
    engine::{answers, named, users},
};

/// Rules in memory that can be made to wait, to fail, and to lie.
struct Scripted {
    rules: MemoryRules,
    /// Whether reading the book waits for a permit of `go`.
    is_held: AtomicBool,
    reached: Semaphore,
    go: Semaphore,
    failure: Mutex<Option<&'static str>>,
    revision: Mutex<Option<i64>>,
    asked: AtomicUsize,
    read: AtomicUsize,
}

impl Scripted {
    fn new() -> Self {
        let rules = MemoryRules::new(Arc::new(SystemClock), Arc::new(RandomIds::seeded(1)));
        rules.set_schema(users(), OnFailure::Refuse).unwrap();
        Self {
            rules,
            is_held: AtomicBool::new(false),
            reached: Semaphore::new(0),
            go: Semaphore::new(0),
            failure: Mutex::default(),
            revision: Mutex::default(),
            asked: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
        }
    }

    fn fail(&self, operation: Option<&'static str>) {
        *self.failure.lock().unwrap() = operation;
    }

    fn check(&self, operation: &'static str) -> Result<()> {
        match *self.failure.lock().unwrap() {
            Some(failing) if failing == operation => {
                Err(Error::Unavailable { operation, reason: "it is away".to_owned(), source: None })
            }
            _ => Ok(()),
        }
    }

    async fn add_directly(&self, name: &str, expression: &str) -> Rule {
        RuleStore::add(&self.rules, None, RuleSpec::new(name, expression), &ann()).await.unwrap()
    }

    fn counts(&self) -> (usize, usize) {
        (self.asked.load(Ordering::SeqCst), self.read.load(Ordering::SeqCst))
    }
}

impl RuleStore for Scripted {
    async fn add(&self, id: Option<RuleId>, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        RuleStore::add(&self.rules, id, spec, by).await
    }

    async fn get(&self, id: RuleId) -> Result<Rule> {
        RuleStore::get(&self.rules, id).await
    }

    async fn list_active(&self) -> Result<Vec<Rule>> {
        RuleStore::list_active(&self.rules).await
    }

    async fn update(&self, id: RuleId, spec: RuleSpec, by: &Actor) -> Result<Rule> {
        RuleStore::update(&self.rules, id, spec, by).await
    }

    async fn delete(&self, id: RuleId, by: &Actor) -> Result<()> {
        RuleStore::delete(&self.rules, id, by).await
    }

    async fn book(&self) -> Result<Book> {
        self.read.fetch_add(1, Ordering::SeqCst);
        let book = RuleStore::book(&self.rules).await;
        self.reached.add_permits(1);
        if self.is_held.load(Ordering::SeqCst) {
            self.go.acquire().await.unwrap().forget();
        }
        self.check("book")?;
        let revision = *self.revision.lock().unwrap();
        book.map(|book| Book { revision: revision.unwrap_or(book.revision), ..book })
    }

    async fn revision(&self) -> Result<i64> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.check("revision")?;
        let revision = *self.revision.lock().unwrap();
        Ok(revision.unwrap_or(RuleStore::revision(&self.rules).await?))
    }
}

/// An engine over a store that is held from now on, with rule `old` loaded and rule `new` stored.
async fn held() -> Arc<Engine<Scripted>> {
    let store = Scripted::new();
    store.add_directly("old", "User.age > 1").await;
    let engine = Arc::new(Engine::load(store).await.unwrap());
    let store = engine.store();
    store.reached.acquire().await.unwrap().forget();
    store.is_held.store(true, Ordering::SeqCst);
    store.add_directly("new", "User.age > 2").await;
    engine
}

fn start_refresh(engine: &Arc<Engine<Scripted>>) -> tokio::task::JoinHandle<Result<()>> {
    let engine = Arc::clone(engine);
    tokio::spawn(async move { engine.refresh().await })
}

#[tokio::test]
async fn evaluating_does_not_wait_for_rules_being_loaded() {
    let engine = held().await;
    let facts = json!({ "User": { "age": 5 } });
    let (before, refresh) = (engine.rules().revision(), start_refresh(&engine));
    engine.store().reached.acquire().await.unwrap().forget();
    assert_eq!(answers(&engine, &facts), named(&[("old", true)]));
    engine.store().go.add_permits(1);
    let rules = engine.changed_since(before).await.unwrap();
    assert_eq!(rules.revision(), before + 1);
    assert_eq!(answers(&engine, &facts), named(&[("old", true), ("new", true)]));
    refresh.await.unwrap().unwrap();
}

#[tokio::test]
async fn refreshes_that_come_while_one_is_under_way_share_the_next() {
    let engine = held().await;
    let (asked, read) = engine.store().counts();
    let first = start_refresh(&engine);
    engine.store().reached.acquire().await.unwrap().forget();
    // What was read is out of date already, so the first is no answer to the others.
    engine.store().add_directly("newest", "User.age > 3").await;
    let others: Vec<_> = (0..50).map(|_| start_refresh(&engine)).collect();
    tokio::task::yield_now().await;
    engine.store().go.add_permits(2);
    for refresh in others.into_iter().chain([first]) {
        refresh.await.unwrap().unwrap();
    }
    assert_eq!(engine.store().counts(), (asked + 2, read + 2));
    let names = [("old", true), ("new", true), ("newest", true)];
    assert_eq!(answers(&engine, &json!({ "User": { "age": 5 } })), named(&names));
}

#[tokio::test]
async fn a_refresh_that_was_given_up_stands_in_nobody_s_way() {
    let engine = held().await;
    let given_up = start_refresh(&engine);
    engine.store().reached.acquire().await.unwrap().forget();
    let next = start_refresh(&engine);
    tokio::task::yield_now().await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    engine.store().go.add_permits(1);
    next.await.unwrap().unwrap();
    assert_eq!(engine.rules().rules().len(), 2);
}

#[tokio::test]
async fn a_refresh_that_fails_keeps_the_rules_and_is_told() {
    let clock = Arc::new(ManualClock::at("2026-01-02T03:04:05Z".parse().unwrap()));
    let store = Scripted::new();
    store.add_directly("old", "User.age > 1").await;
    let engine =
        Engine::load_with_clock(store, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
    let loaded = engine.status();
    assert_eq!((loaded.failures, loaded.refreshed_at), (0, Some(clock.now())));
    engine.store().add_directly("new", "User.age > 2").await;
    clock.set("2026-01-02T03:04:06Z".parse().unwrap());

    for (failures, operation) in [(1, "revision"), (2, "book")] {
        engine.store().fail(Some(operation));
        let error = engine.refresh().await.unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
        let status = engine.status();
        assert_eq!((status.failures, status.revision), (failures, loaded.revision));
        assert_eq!(status.refreshed_at, loaded.refreshed_at);
        assert_eq!(status.error.unwrap().to_string(), error.to_string());
        assert_eq!(answers(&engine, &json!({ "User": { "age": 5 } })), named(&[("old", true)]));
    }
    engine.store().fail(None);
    engine.refresh().await.unwrap();
    let status = engine.status();
    assert_eq!((status.failures, status.revision), (0, loaded.revision + 1));
    assert!(status.error.is_none() && status.refreshed_at == Some(clock.now()), "{status:?}");
}

#[tokio::test]
async fn a_stored_change_that_cannot_be_read_back_stands_and_is_caught_up_with() {
    let engine = Engine::load(Scripted::new()).await.unwrap();
    engine.store().fail(Some("book"));
    let rule = engine.add(None, RuleSpec::new("new", "User.age > 2"), &ann()).await.unwrap();
    let facts = json!({ "User": { "age": 5 } });
    assert!(engine.evaluate(rule.id, &facts).is_err());
    assert!(engine.status().error.is_some());
    engine.store().fail(None);
    engine.refresh().await.unwrap();
    assert!(engine.evaluate(rule.id, &facts).unwrap().matched);
}

#[tokio::test]
async fn an_earlier_revision_replaces_nothing() {
    let store = Scripted::new();
    store.add_directly("old", "User.age > 1").await;
    let engine = Engine::load(store).await.unwrap();
    let before = engine.rules();
    *engine.store().revision.lock().unwrap() = Some(before.revision() - 1);
    let error = engine.refresh().await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains("load another engine"), "{error}");
    assert!(Arc::ptr_eq(&engine.rules(), &before));
}

#[tokio::test]
async fn a_store_that_cannot_be_read_gives_no_engine() {
    let store = Scripted::new();
    store.fail(Some("book"));
    assert!(Engine::load(store).await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn only_another_schema_or_derived_field_makes_another_language() {
    let engine = Engine::load(Scripted::new()).await.unwrap();
    let rules = &engine.store().rules;
    let derived = |expression: &str| DerivedSpec {
        name: "doubled".to_owned(),
        expression: expression.to_owned(),
        dependencies: None,
    };
    let is_kept = async || {
        let before = engine.rules();
        engine.refresh().await.unwrap();
        let now = engine.rules();
        assert!(now.revision() > before.revision());
        now.language().is(before.language())
    };
    engine.store().add_directly("one", "User.age > 1").await;
    assert!(is_kept().await, "a rule");
    rules.set_derived_field(derived("User.age * 2")).unwrap();
    assert!(!is_kept().await, "a derived field");
    engine.store().add_directly("two", "doubled > 1").await;
    assert!(is_kept().await, "a rule");
    rules.set_derived_field(derived("User.age + User.age")).unwrap();
    assert!(!is_kept().await, "a derived field");
    let mut schema = users();
    schema["User"]["more"] = json!("int");
    rules.set_schema(schema, OnFailure::Refuse).unwrap();
    assert!(!is_kept().await, "a schema");
    assert_eq!(
        answers(&engine, &json!({ "User": { "age": 1 } })),
        named(&[("one", false), ("two", true)])
    );
}

/// On one thread, so that the compilation is not finished where the refresh is given up.
#[tokio::test]
async fn what_a_refresh_that_was_given_up_compiles_is_taken_over_by_the_next() {
    let engine = Arc::new(Engine::load(Scripted::new()).await.unwrap());
    engine.store().reached.acquire().await.unwrap().forget();
    for number in 0..300 {
        let expression = format!("User.age > {number} && User.name != ''");
        engine.store().add_directly(&format!("r{number}"), &expression).await;
    }
    let (asked, read) = engine.store().counts();
    let given_up = start_refresh(&engine);
    engine.store().reached.acquire().await.unwrap().forget();
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    assert_eq!(engine.rules().rules().len(), 0);

    engine.refresh().await.unwrap();
    assert_eq!(engine.rules().rules().len(), 300);
    assert_eq!(engine.store().counts(), (asked + 2, read + 1), "read and compiled once");
    engine.store().add_directly("late", "User.age > 1").await;
    engine.refresh().await.unwrap();
    assert_eq!(engine.rules().rules().len(), 301);
}

/// On one thread, so that compiling in place would let nothing else happen.
#[tokio::test]
async fn compiling_many_rules_leaves_the_thread_to_others() {
    let engine = Engine::load(Scripted::new()).await.unwrap();
    let store = engine.store();
    store.reached.acquire().await.unwrap().forget();
    for number in 0..300 {
        let expression = format!("User.age > {number} && User.name != ''");
        store.add_directly(&format!("r{number}"), &expression).await;
    }
    let order = Mutex::new(Vec::new());
    let refresh = async {
        engine.refresh().await.unwrap();
        order.lock().unwrap().push("refreshed");
    };
    // Goes on once the rules are read, which is right before they are compiled.
    let other = async {
        store.reached.acquire().await.unwrap().forget();
        order.lock().unwrap().push("other");
    };
    futures::join!(refresh, other);
    assert_eq!(*order.lock().unwrap(), ["other", "refreshed"]);
    assert_eq!(engine.rules().rules().len(), 300);
}
