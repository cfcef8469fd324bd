//! One engine: what it evaluates while rules come, change and go.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use agentflow::{
    Error, Store, Tenant,
    core::{
        ids::RuleId,
        rules::{FaultKind, RuleSpec},
    },
    rules::{Engine, OnFailure, Rules},
};
use serde_json::{Value, json};

use super::{ann, inactive};
use crate::support::{World, config};

/// A tenant whose facts are like this.
pub async fn tenant_with(world: &World, name: &str, schema: Value) -> Tenant {
    let tenant = world.tenant(name).await;
    tenant.rule_schemas().set(schema, OnFailure::Refuse, &ann()).await.unwrap();
    tenant
}

pub fn users() -> Value {
    json!({ "User": { "age": "int", "name": "string" } })
}

/// The name of each active rule, and whether it matches.
pub fn answers<S>(engine: &Engine<S>, facts: &Value) -> Vec<(String, bool)> {
    let verdicts = engine.evaluate_all(facts).unwrap();
    verdicts.into_iter().map(|verdict| (verdict.name, verdict.matched)).collect()
}

pub fn named(answers: &[(&str, bool)]) -> Vec<(String, bool)> {
    answers.iter().map(|(name, matched)| ((*name).to_owned(), *matched)).collect()
}

#[tokio::test]
async fn two_tenants_evaluate_their_own_rules_over_their_own_facts() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let beta = tenant_with(&world, "Beta", json!({ "Order": { "total": "float" } })).await;
    let (a, b) = (acme.rule_engine().await.unwrap(), beta.rule_engine().await.unwrap());
    let (user, order) =
        (json!({ "User": { "age": 21, "name": "Bo" } }), json!({ "Order": { "total": 10.5 } }));

    let adult = a.add(None, RuleSpec::new("adult", "User.age >= 18"), &ann()).await.unwrap();
    let large = b.add(None, RuleSpec::new("large", "Order.total > 10.0"), &ann()).await.unwrap();
    assert_eq!(answers(&a, &user), named(&[("adult", true)]));
    assert_eq!(answers(&b, &order), named(&[("large", true)]));
    assert!(a.evaluate(adult.id, &user).unwrap().matched);

    for foreign in [a.evaluate(large.id, &user), b.evaluate(adult.id, &order)] {
        let error = foreign.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
    let told = a.evaluate(large.id, &user).unwrap_err().to_string();
    assert!(told.ends_with(&format!("rule {} not found", large.id)), "{told}");
    let refused = [
        a.update(large.id, RuleSpec::new("mine", "true"), &ann()).await.unwrap_err(),
        a.delete(large.id, &ann()).await.unwrap_err(),
        a.add(None, RuleSpec::new("large", "Order.total > 1.0"), &ann()).await.unwrap_err(),
    ];
    assert!(refused[2].to_string().contains("Order"), "not of this tenant's schema: {refused:?}");

    let retired = RuleSpec::new("retired", "User.age >= 65");
    a.update(adult.id, retired, &ann()).await.unwrap();
    assert_eq!(answers(&a, &user), named(&[("retired", false)]));
    assert!(!a.evaluate(adult.id, &user).unwrap().matched);
    a.delete(adult.id, &ann()).await.unwrap();
    assert_eq!(answers(&a, &user), []);
    assert!(a.evaluate(adult.id, &user).is_err());
    assert_eq!(answers(&b, &order), named(&[("large", true)]), "nothing of it touched the other");
}

#[tokio::test]
async fn a_change_that_the_store_refuses_leaves_the_rules_as_they_were() {
    let world = World::new().await;
    let engine = tenant_with(&world, "Acme", users()).await.rule_engine().await.unwrap();
    let adult = engine.add(None, RuleSpec::new("adult", "User.age >= 18"), &ann()).await.unwrap();
    engine.add(None, RuleSpec::new("bo", "User.name == 'Bo'"), &ann()).await.unwrap();
    let before = engine.rules();

    let unknown = RuleId(uuid::Uuid::from_u128(7));
    let never = |name| RuleSpec::new(name, "User.age > 200");
    let broken = RuleSpec::new("adult", "User.age >= 'old'");
    for (id, spec) in [(adult.id, broken), (adult.id, never("bo")), (unknown, never("other"))] {
        let error = engine.update(id, spec.clone(), &ann()).await.unwrap_err();
        assert!(error.to_string().starts_with("failed to update rule"), "{error}");
    }
    for (id, spec) in [
        (None, RuleSpec::new("odd", "User.years > 3")),
        (None, never("bo")),
        (Some(adult.id), never("other")),
    ] {
        engine.add(id, spec, &ann()).await.unwrap_err();
    }
    engine.delete(unknown, &ann()).await.unwrap_err();

    engine.refresh().await.unwrap();
    assert!(Arc::ptr_eq(&engine.rules(), &before), "nothing was loaded again");
    let facts = json!({ "User": { "age": 21, "name": "Bo" } });
    assert_eq!(answers(&engine, &facts), named(&[("adult", true), ("bo", true)]));
}

#[tokio::test]
async fn an_inactive_rule_is_not_evaluated_until_it_is_active_again() {
    let world = World::new().await;
    let tenant = tenant_with(&world, "Acme", users()).await;
    let engine = tenant.rule_engine().await.unwrap();
    let facts = json!({ "User": { "age": 21, "name": "Bo" } });
    let rule = engine.add(None, inactive("adult", "User.age >= 18"), &ann()).await.unwrap();
    assert_eq!(answers(&engine, &facts), []);
    let error = engine.evaluate(rule.id, &facts).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("rule {} is not active", rule.id)), "{error}");

    // By somebody else, in a pool of their own.
    let other = Store::connect(config(&world.database)).unwrap();
    let rules = other.tenant(tenant.id()).rules();
    rules.update(rule.id, RuleSpec::new("adult", "User.age >= 18"), &ann()).await.unwrap();
    engine.refresh().await.unwrap();
    assert!(engine.evaluate(rule.id, &facts).unwrap().matched);
    rules.update(rule.id, inactive("adult", "User.age >= 18"), &ann()).await.unwrap();
    engine.refresh().await.unwrap();
    assert_eq!(answers(&engine, &facts), []);
}

#[tokio::test]
async fn a_stored_rule_that_does_not_compile_stops_no_other() {
    let world = World::new().await;
    let tenant = tenant_with(&world, "Acme", users()).await;
    let rules = tenant.rules();
    rules.add(None, RuleSpec::new("first", "User.age >= 18"), &ann()).await.unwrap();
    let insert = "INSERT INTO rules (tenant_id, name, expression) VALUES ($1, 'broken', 'User.agee >') RETURNING id";
    let broken = world.superuser().await.query_one(insert, &[&tenant.id().0]).await.unwrap();
    let broken = RuleId(broken.get(0));
    rules.add(None, RuleSpec::new("last", "User.age < 18"), &ann()).await.unwrap();

    let engine = tenant.rule_engine().await.unwrap();
    let facts = json!({ "User": { "age": 21, "name": "Bo" } });
    assert_eq!(
        answers(&engine, &facts),
        named(&[("first", true), ("broken", false), ("last", false)])
    );
    let verdict = engine.evaluate(broken, &facts).unwrap();
    assert_eq!(verdict.error.unwrap().kind, FaultKind::NotCompiled);
    assert!(verdict.reason.contains("line 1"), "{}", verdict.reason);
    let status = engine.status();
    assert_eq!((status.rules, status.broken), (3, 1));

    engine.update(broken, RuleSpec::new("mended", "User.name == 'Bo'"), &ann()).await.unwrap();
    assert_eq!(answers(&engine, &facts)[1], ("mended".to_owned(), true));
    assert_eq!(engine.status().broken, 0);
}

#[tokio::test]
async fn verdicts_come_in_order_of_creation_and_a_fault_stops_none() {
    let world = World::new().await;
    let schema = json!({ "User": { "age": "int", "name": "string", "extra": "object" } });
    let engine = tenant_with(&world, "Acme", schema).await.rule_engine().await.unwrap();
    let specs = [
        ("z", "User.age >= 18"),
        ("nothing there", "User.name == 'Bo'"),
        ("divided", "100 / (User.age - 21) > 1"),
        ("no answer", "User.extra.score"),
        ("a", "User.age < 18"),
    ];
    for (name, expression) in specs {
        engine.add(None, RuleSpec::new(name, expression), &ann()).await.unwrap();
    }
    let facts = json!({ "User": { "age": 21, "extra": { "score": 3 } } });
    let verdicts = engine.evaluate_all(&facts).unwrap();
    let names: Vec<_> = verdicts.iter().map(|verdict| verdict.name.as_str()).collect();
    assert_eq!(names, specs.map(|(name, _)| name));
    let matched: Vec<_> = verdicts.iter().map(|verdict| verdict.matched).collect();
    assert_eq!(matched, [true, false, false, false, false]);
    let faults: Vec<_> =
        verdicts.into_iter().map(|verdict| verdict.error.map(|fault| fault.kind)).collect();
    let expected = [FaultKind::Missing, FaultKind::Arithmetic, FaultKind::NotBoolean];
    assert_eq!(faults[1..4], expected.map(Some));
    assert_eq!((faults[0], faults[4]), (None, None));
    assert!(matches!(engine.evaluate_all(&json!([1])), Err(Error::InvalidInput { .. })));
}

/// Evaluates one rule until it is told to stop, and returns the versions that it saw.
fn evaluate_until(engine: &Engine<Rules>, id: RuleId, stop: &AtomicBool) -> BTreeSet<i64> {
    let mut seen = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        let verdict = engine.evaluate(id, &json!({ "User": { "age": 100 } })).unwrap();
        assert_eq!(verdict.error, None);
        let version: i64 = verdict.name.strip_prefix('v').unwrap().parse().unwrap();
        // The expression of the same version, and no other.
        assert!(verdict.reason.contains(&format!("User.age > {version}`")), "{verdict:?}");
        assert_eq!(verdict.matched, version < 100, "{verdict:?}");
        assert!(seen.last() <= Some(&version), "{seen:?} and then {version}");
        seen.insert(version);
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_rule_changes_every_verdict_is_of_the_old_or_the_new() {
    let world = World::new().await;
    let engine = tenant_with(&world, "Acme", users()).await.rule_engine().await.unwrap();
    let engine = Arc::new(engine);
    let version = |number: i64| RuleSpec::new(format!("v{number}"), format!("User.age > {number}"));
    let rule = engine.add(None, version(0), &ann()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (engine, stop) = (Arc::clone(&engine), Arc::clone(&stop));
            std::thread::spawn(move || evaluate_until(&engine, rule.id, &stop))
        })
        .collect();
    for number in 1..=200 {
        engine.update(rule.id, version(number), &ann()).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    let mut seen = BTreeSet::new();
    for task in tasks {
        seen.extend(tokio::task::spawn_blocking(|| task.join().unwrap()).await.unwrap());
    }
    assert!(seen.len() > 20, "evaluated while it changed: {seen:?}");
    let last = engine.evaluate(rule.id, &json!({ "User": { "age": 100 } })).unwrap();
    assert_eq!(last.name, "v200");
}
