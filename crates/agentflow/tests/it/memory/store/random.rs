use agentflow::memory::{EntryPage, EntryQuery, NewEntry};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{Stage, ann};

#[derive(Debug, Clone)]
enum Step {
    Save(u8, NewEntry),
    Delete(u8, String),
    Query(u8, EntryQuery),
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(&["a", "a.b", "a.c", "A", "b", "ä", "%", "a_"][..]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let values =
        [json!(1), json!(1.0), json!("1"), json!(true), json!([1, null]), json!({ "x": 1 })];
    prop::sample::select(values.to_vec())
}

fn pairs() -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let name = prop::sample::select(&["m", "n"][..]).prop_map(str::to_owned);
    prop::collection::btree_map(name, value(), 0..=2).prop_map(|map| map.into_iter().collect())
}

fn step() -> impl Strategy<Value = Step> {
    let save = (0..3_u8, key(), value(), pairs()).prop_map(|(place, key, data, metadata)| {
        Step::Save(place, NewEntry { metadata, ..NewEntry::new(key, data) })
    });
    let delete = (0..3_u8, key()).prop_map(|(place, key)| Step::Delete(place, key));
    let query = (0..3_u8, prop::option::of(key()), prop::option::of(key()), pairs());
    let query =
        (query, prop::option::of(0..4_u32)).prop_map(|((place, key, prefix, filter), limit)| {
            let filter = if key.is_some() { serde_json::Map::new() } else { filter };
            Step::Query(place, EntryQuery { key, prefix, filter, limit })
        });
    prop_oneof![4 => save, 1 => delete, 3 => query]
}

/// Without what each chooses by itself.
fn told(page: EntryPage) -> (u64, Vec<(String, Value, Value)>) {
    let entries = page.entries.into_iter();
    (page.total, entries.map(|it| (it.key, it.data, json!(it.metadata))).collect())
}

#[tokio::test]
async fn both_stores_answer_alike_whatever_is_asked() {
    agentflow_postgres::needs_pgvector!();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let steps = prop::collection::vec(step(), 300).new_tree(&mut runner).unwrap().current();
    let (memory, postgres) = (Stage::in_memory(), Stage::postgres().await);
    let places = |stage: &Stage| {
        let scope = stage.here.scope;
        [scope, scope.of_agent(stage.here.agent), stage.elsewhere.scope]
    };
    let (left, right) = (places(&memory), places(&postgres));
    let mut found = 0;
    for step in steps {
        match step.clone() {
            Step::Save(place, entry) => {
                let place = usize::from(place);
                let one = memory.store.save(&left[place], entry.clone(), &ann()).await.unwrap();
                let other = postgres.store.save(&right[place], entry, &ann()).await.unwrap();
                assert_eq!((&one.key, &one.data), (&other.key, &other.data));
                assert_eq!(one.metadata, other.metadata);
            }
            Step::Delete(place, key) => {
                let place = usize::from(place);
                let one = memory.store.delete(&left[place], &key, &ann()).await.unwrap();
                let other = postgres.store.delete(&right[place], &key, &ann()).await.unwrap();
                assert_eq!(one, other, "{step:?}");
            }
            Step::Query(place, query) => {
                let place = usize::from(place);
                let one = memory.store.query(&left[place], query.clone()).await.unwrap();
                let other = postgres.store.query(&right[place], query).await.unwrap();
                found += one.entries.len();
                assert_eq!(told(one), told(other), "{step:?}");
            }
        }
    }
    assert!(found > 50, "it asked for nothing: {found}");
}
