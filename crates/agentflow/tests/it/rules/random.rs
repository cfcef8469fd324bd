//! Random changes, in PostgreSQL and in memory: both come to the same.

use agentflow::{
    Error, RuleId,
    core::rules::{Rule, RuleSpec},
    rules::{OnFailure, RuleStore, SchemaUpdate},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    ann, field,
    place::{Memory, Place, Postgres},
};

const ROUNDS: u32 = 6;
const LENGTH: usize = 60;

#[derive(Debug, Clone)]
enum Change {
    Add(RuleId, RuleSpec),
    Update(RuleId, RuleSpec),
    Delete(RuleId),
    SetSchema(Value, OnFailure),
    RollBack(i32, OnFailure),
    SetDerived(&'static str, &'static str),
    DeleteDerived(&'static str),
}

fn id() -> impl Strategy<Value = RuleId> {
    (1_u128..8).prop_map(|number| RuleId(Uuid::from_u128(number)))
}

/// Few names, so that they meet; expressions of which some never compile, and some under some schemas.
fn spec() -> impl Strategy<Value = RuleSpec> {
    let expressions = [
        "User.age >= 18",
        "User.name == 'Ann'",
        "Order.total > 10.0",
        "a > 1",
        "b > 1",
        "true",
        "1 +",
        "Usr.age > 1",
        "",
    ];
    let names = ["one", "two", "three", "four", "five", ""];
    (
        prop::sample::select(names.to_vec()),
        prop::sample::select(expressions.to_vec()),
        prop::bool::weighted(0.7),
    )
        .prop_map(|(name, expression, active)| RuleSpec {
            active,
            ..RuleSpec::new(name, expression)
        })
}

fn schema() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({ "User": { "age": "int", "name": "string" }, "Order": { "total": "float" } }),
        json!({ "User": { "age": "int", "name": "string" } }),
        json!({ "User": { "age": "string", "name": "string" }, "Order": { "total": "float" } }),
        json!({ "Order": { "total": "float" } }),
        json!({ "Order": { "total": "number" } }),
    ])
}

fn change() -> impl Strategy<Value = Change> {
    let on = || prop::sample::select(vec![OnFailure::Refuse, OnFailure::Deactivate]);
    let derived = ["User.age * 2", "a + 1", "b + 1", "User.name", "Order.total", "1 +"];
    prop_oneof![
        4 => (id(), spec()).prop_map(|(id, spec)| Change::Add(id, spec)),
        4 => (id(), spec()).prop_map(|(id, spec)| Change::Update(id, spec)),
        1 => id().prop_map(Change::Delete),
        2 => (schema(), on()).prop_map(|(schema, on)| Change::SetSchema(schema, on)),
        1 => (1..4, on()).prop_map(|(version, on)| Change::RollBack(version, on)),
        3 => (prop::sample::select(vec!["a", "b"]), prop::sample::select(derived.to_vec()))
            .prop_map(|(name, expression)| Change::SetDerived(name, expression)),
        1 => prop::sample::select(vec!["a", "b"]).prop_map(Change::DeleteDerived),
    ]
}

/// What a change came to, as far as it does not tell times and ids that were made up.
async fn make(place: &impl Place, change: &Change) -> Result<String, String> {
    let rules = place.rules();
    place.later();
    let told: Result<String, Error> = match change.clone() {
        Change::Add(id, spec) => {
            rules.add(Some(id), spec, &ann()).await.map(|it| format!("{} {:?}", it.id, it.spec))
        }
        Change::Update(id, spec) => {
            rules.update(id, spec, &ann()).await.map(|it| format!("{} {:?}", it.id, it.spec))
        }
        Change::Delete(id) => rules.delete(id, &ann()).await.map(|()| String::new()),
        Change::SetSchema(definition, on) => {
            place.set_schema(definition, on).await.as_ref().map(told).map_err(Clone::clone)
        }
        Change::RollBack(version, on) => {
            place.roll_back(version, on).await.as_ref().map(told).map_err(Clone::clone)
        }
        Change::SetDerived(name, expression) => {
            place.set_derived(field(name, expression)).await.map(|it| format!("{:?}", it.spec))
        }
        Change::DeleteDerived(name) => place.delete_derived(name).await.map(|()| String::new()),
    };
    told.map_err(|error| error.to_string())
}

fn told(update: &SchemaUpdate) -> String {
    let failed: Vec<_> =
        update.report.failed.iter().map(|it| (it.kind, &it.name, &it.problems)).collect();
    let recompiled = update.report.recompiled;
    format!("{} {} {recompiled} {failed:?}", update.schema.version, update.changed)
}

/// Everything that is there, without times.
async fn state(place: &impl Place) -> String {
    let book = place.rules().book().await.unwrap();
    let specs = |rules: Vec<Rule>| -> Vec<_> {
        rules.into_iter().map(|rule| (rule.id.0.as_u128(), rule.spec)).collect()
    };
    let active = specs(place.rules().list_active().await.unwrap());
    let derived: Vec<_> =
        place.derived().await.into_iter().map(|it| (it.spec, it.active)).collect();
    let version = place.schema().await.map(|schema| schema.version);
    format!("{version:?} {:?} {:#?} {active:?} {derived:?}", book.schema, specs(book.rules))
}

#[tokio::test]
async fn random_changes_come_to_the_same_in_both_places() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let (mut made, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let (postgres, memory) = (Postgres::new().await, Memory::new());
        let changes = prop::collection::vec(change(), LENGTH);
        let changes = changes.new_tree(&mut runner).unwrap().current();
        for (index, change) in changes.iter().enumerate() {
            let before = [postgres.rules().revision().await, memory.rules().revision().await];
            let (there, here) = (make(&postgres, change).await, make(&memory, change).await);
            let so_far = &changes[..=index];
            assert_eq!(there, here, "{so_far:#?}");
            assert_eq!(state(&postgres).await, state(&memory).await, "{so_far:#?}");
            let after = [postgres.rules().revision().await, memory.rules().revision().await];
            let moved = [0, 1].map(|it| after[it].as_ref().unwrap() > before[it].as_ref().unwrap());
            assert_eq!(moved[0], moved[1], "{so_far:#?}");
            // What is active compiles, always.
            let book = postgres.rules().book().await.unwrap();
            let language = agentflow::core::rules::Language::new(book.schema, &book.derived);
            assert_eq!(language.faults(), [], "{so_far:#?}");
            for rule in book.rules.iter().filter(|rule| rule.spec.active) {
                let problems = language.compile(&rule.spec.expression).err();
                assert_eq!(problems, None, "{so_far:#?}");
            }
            match there {
                Ok(_) => made += 1,
                Err(error) => {
                    assert!(!moved[0], "{error}");
                    refused += 1;
                }
            }
        }
    }
    // Neither all right nor all wrong would tell much.
    assert!(made > 50 && refused > 50, "{made} made, {refused} refused");
}
