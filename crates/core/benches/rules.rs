//! Rules on one core. Targets: 400,000 evaluations a second of a rule of 4 clauses; 1,000 rules with their reasons in
//! less than 4 ms.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a benchmark, not an interface"
)]

use std::hint::black_box;

use agentflow_core::{
    ids::RuleId,
    rules::{FactSchema, Facts, Language, Rule, RuleSet, RuleSpec},
};
use cel_core::{CelType, Env, MapActivation, Value as CelValue};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

const RULE: &str = "User.age >= 18 && User.country in ['DE', 'FR', 'NL'] && Order.total > 100.0 && Order.express == false";

fn language() -> Language {
    let definition = json!({
        "User": { "id": "string", "age": "int", "country": "string", "email": "string?", "tags": ["string"] },
        "Order": {
            "total": "float", "express": "bool", "placed_at": "timestamp",
            "items": [{ "sku": "string", "price": "float", "count": "int" }],
        },
    });
    Language::new(FactSchema::parse(&definition).unwrap(), &[])
}

fn facts() -> Value {
    let item =
        |number: usize| json!({ "sku": format!("sku-{number}"), "price": 12.5, "count": number });
    json!({
        "User": {
            "id": "u-4711", "age": 42, "country": "NL", "email": "ann@example.com",
            "tags": ["new", "gold", "newsletter"],
        },
        "Order": {
            "total": 250.0, "express": false, "placed_at": "2026-11-21T04:41:00Z",
            "items": (1..=5).map(item).collect::<Vec<_>>(),
        },
    })
}

/// No two alike; most are of 4 clauses, every tenth looks at each item.
fn expression(number: usize) -> String {
    let age = 18 + number * 7 % 50;
    let total = 50 + number;
    if number.is_multiple_of(10) {
        return format!("Order.items.exists(it, it.price * double(it.count) > {total}.0)");
    }
    format!(
        "User.age >= {age} && User.country in ['DE', 'FR', 'NL'] && Order.total > {total}.0 && Order.express == false"
    )
}

fn rules(language: &Language, count: usize) -> RuleSet {
    let at = "2026-11-21T04:41:00Z".parse().unwrap();
    let rule = |number: usize| {
        let id: RuleId = format!("01890a5d-ac96-774b-bcce-{number:012x}").parse().unwrap();
        let spec = RuleSpec::new(format!("rule {number}"), expression(number));
        Rule { id, spec, created_at: at, updated_at: at }
    };
    let set = RuleSet::new(language.clone(), (0..count).map(rule).collect(), 1, None);
    assert_eq!(set.broken().count(), 0);
    set
}

fn to_cel(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(it) => CelValue::Bool(*it),
        Value::Number(it) => it
            .as_i64()
            .map_or_else(|| CelValue::Double(it.as_f64().unwrap_or_default()), CelValue::Int),
        Value::String(it) => CelValue::String(it.as_str().into()),
        Value::Array(it) => CelValue::List(it.iter().map(to_cel).collect()),
        Value::Object(it) => CelValue::map(it.iter().map(|(key, it)| (key.clone(), to_cel(it)))),
    }
}

fn one_rule(criterion: &mut Criterion) {
    let language = language();
    let facts = language.facts(&facts()).unwrap();
    let program = language.compile(RULE).unwrap();
    assert_eq!(program.evaluate(&facts), Ok(true));

    let mut group = criterion.benchmark_group("rule of 4 clauses");
    group.throughput(Throughput::Elements(1));
    group.bench_function("evaluate", |b| b.iter(|| program.evaluate(black_box(&facts))));
    group.bench_function("explain", |b| b.iter(|| program.explain(black_box(&facts))));
    group.bench_function("compile", |b| b.iter(|| language.compile(black_box(RULE)).unwrap()));
    group.finish();
}

/// The evaluator of the library that parses and checks.
fn library(criterion: &mut Criterion) {
    let object = CelType::map(CelType::String, CelType::Dyn);
    let env = Env::with_standard_library()
        .with_all_extensions()
        .with_variable("User", object.clone())
        .with_variable("Order", object);
    let program = env.program(&env.compile(RULE).unwrap()).unwrap();
    let mut values = MapActivation::new();
    for (name, value) in facts().as_object().unwrap() {
        values.insert(name, to_cel(value));
    }
    assert_eq!(program.eval(&values), CelValue::Bool(true));

    let mut group = criterion.benchmark_group("rule of 4 clauses, the library's own evaluator");
    group.throughput(Throughput::Elements(1));
    group.bench_function("evaluate", |b| b.iter(|| program.eval(black_box(&values))));
    group.bench_function("compile", |b| {
        b.iter(|| env.program(&env.compile(black_box(RULE)).unwrap()).unwrap());
    });
    group.finish();
}

fn many_rules(criterion: &mut Criterion) {
    let language = language();
    let facts = language.facts(&facts()).unwrap();
    let decide = |set: &RuleSet, facts: &Facts| {
        set.decide_all(facts).filter(|(_, result)| *result == Ok(true)).count()
    };
    let mut group = criterion.benchmark_group("rules");
    for count in [10, 100, 1000] {
        let set = rules(&language, count);
        let matched = decide(&set, &facts);
        assert!(matched > 0 && matched < count);
        let verdicts = set.evaluate_all(&facts);
        assert_eq!(verdicts.iter().filter(|it| it.matched).count(), matched);
        assert!(verdicts.iter().all(|it| it.error.is_none()));
        group.throughput(Throughput::Elements(u64::try_from(count).unwrap()));
        group.bench_with_input(BenchmarkId::new("decide all", count), &set, |b, set| {
            b.iter(|| decide(set, black_box(&facts)));
        });
        group.bench_with_input(BenchmarkId::new("evaluate all", count), &set, |b, set| {
            b.iter(|| set.evaluate_all(black_box(&facts)));
        });
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let language = language();
    let facts = facts();
    assert!(language.facts(&facts).unwrap().findings().is_empty());
    let mut group = criterion.benchmark_group("facts");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read", |b| b.iter(|| language.facts(black_box(&facts)).unwrap()));
    group.finish();
}

criterion_group!(benches, one_rule, library, many_rules, reading);
criterion_main!(benches);
