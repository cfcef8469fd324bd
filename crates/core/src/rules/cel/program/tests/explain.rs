use cel_core::Value;
use serde_json::json;

use super::World;
use crate::rules::{Clause, Explanation, Read};

fn explain(world: &World, source: &str) -> Explanation {
    let program = world.program(source);
    let explanation = program.explain(&world.slots);
    assert_eq!(explanation.result, program.evaluate(&world.slots), "{source}");
    assert_eq!(explanation.clauses.len(), program.clauses().len(), "{source}");
    explanation
}

fn clause(text: &str, line: u32, column: u32) -> Clause {
    Clause { text: text.into(), line, column }
}

#[test]
fn clauses_are_the_conditions_with_their_places() {
    let world = World::new();
    let source =
        "User.age >= 18\n  && !(User.active || x in [1, 2])\n  && (x > 1 ? User.active : x < 0)";
    let expected = [
        clause("User.age >= 18", 1, 1),
        clause("User.active", 2, 8),
        clause("x in [1, 2]", 2, 23),
        clause("x > 1", 3, 7),
        clause("User.active", 3, 15),
        clause("x < 0", 3, 29),
    ];
    assert_eq!(world.program(source).clauses(), expected);
    let cases = [
        ("true", vec![clause("true", 1, 1)]),
        ("(x + 1) * 2 > 3 * (x - 1)", vec![clause("(x + 1) * 2 > 3 * (x - 1)", 1, 1)]),
        (
            "'(' == text && ((x) > ((1)))",
            vec![clause("'(' == text", 1, 1), clause("(x) > ((1))", 1, 17)],
        ),
        ("'ä' != text || x > 1", vec![clause("'ä' != text", 1, 1), clause("x > 1", 1, 16)]),
        ("[1].all(i, i > 0 && i < 9)", vec![clause("[1].all(i, i > 0 && i < 9)", 1, 1)]),
        ("cel.bind(a, x, a > 1 && a < 9)", vec![clause("cel.bind(a, x, a > 1 && a < 9)", 1, 1)]),
        ("has(User.age)", vec![clause("has(User.age)", 1, 1)]),
    ];
    for (source, expected) in cases {
        assert_eq!(world.program(source).clauses(), expected, "{source}");
    }
}

#[test]
fn outcomes_are_those_of_the_clauses_that_were_evaluated() {
    let world = World::new();
    let cases: &[(&str, &[Option<bool>])] = &[
        ("x > 1 && x > 2", &[Some(true), Some(true)]),
        ("x > 9 && x > 2", &[Some(false), None]),
        ("x > 1 || x > 2", &[Some(true), None]),
        ("1 / 0 > 1 || x > 2", &[None, Some(true)]),
        ("!(x > 9)", &[Some(false)]),
        ("x > 9 ? x > 1 : x > 2", &[Some(false), None, Some(true)]),
    ];
    for (source, expected) in cases {
        assert_eq!(explain(&world, source).clauses, *expected, "{source}");
    }
}

#[test]
fn reasons_name_the_clauses_that_decided() {
    let world = World::new();
    let cases = [
        ("Order.total > 1000.0 && x > 1", "`Order.total > 1000.0` is false (Order.total is 250.0)"),
        (
            "Order.total > 100.0 && User.tier in ['gold', 'silver']",
            "`Order.total > 100.0` is true (Order.total is 250.0); `User.tier in ['gold', 'silver']` is true (User.tier is \"gold\")",
        ),
        ("x > 9 || x == 7 || x == 8", "`x == 7` is true (x is 7)"),
        ("x > 9 || x > 8", "`x > 9` is false (x is 7); `x > 8` is false (x is 7)"),
        ("!User.active", "`User.active` is true"),
        (
            "x > 1 ? User.age > 30 : false",
            "`x > 1` is true (x is 7); `User.age > 30` is false (User.age is 21)",
        ),
        (
            "x > 1 && x > 2 && x > 3 && x > 4 && x > 5",
            "`x > 1` is true (x is 7); `x > 2` is true (x is 7); `x > 3` is true (x is 7); and 2 more",
        ),
        ("has(User.nothing)", "`has(User.nothing)` is false (User.nothing is missing)"),
        (
            "Order.items.exists(i, i.price > 100.0)",
            "`Order.items.exists(i, i.price > 100.0)` is true (Order.items[0].price is 10.0, Order.items[1].price is 240.0)",
        ),
        (
            "big.all(i, i < 2000)",
            "`big.all(i, i < 2000)` is true (big[0] is 0, big[1] is 1, big[2] is 2, …)",
        ),
        ("User.nothing > 1 && x > 1", "User.nothing is missing"),
        ("true", "`true` is true"),
    ];
    for (source, expected) in cases {
        assert_eq!(explain(&world, source).reason, expected, "{source}");
    }
}

#[test]
fn reads_are_listed_once_in_order_with_their_values() {
    let world = World::new();
    let read = |path: &str, value| Read { path: path.into(), value: Some(value), fault: None };
    let missing = |path: &str| Read { path: path.into(), value: None, fault: None };
    let wrong = |path: &str, fault: &str| Read {
        path: path.into(),
        value: None,
        fault: Some(fault.into()),
    };
    let cases = [
        ("x > 1 && User.age > 1 && x > 2", vec![read("x", json!(7)), read("User.age", json!(21))]),
        ("Order.items[1].sku == 'y'", vec![read("Order.items[1].sku", json!("y"))]),
        ("User['age'] > 1", vec![read("User.age", json!(21))]),
        (
            "Order.items.exists(i, i.sku == 'y')",
            vec![read("Order.items[0].sku", json!("x")), read("Order.items[1].sku", json!("y"))],
        ),
        ("Order.none.all(i, i > 1)", vec![read("Order.none", json!([]))]),
        ("size(User.tags) == 2", vec![read("User.tags", json!(["a", "b"]))]),
        ("cel.bind(u, User, u.age > 1)", vec![read("User.age", json!(21))]),
        ("has(User.email) && User.email == null", vec![read("User.email", json!(null))]),
        ("User.?nothing.?deeper.orValue(1) == 1", vec![missing("User.nothing.deeper")]),
        ("User.?age.orValue(1) == 21", vec![read("User.age", json!(21))]),
        ("User.?tags.optMap(t, t[0]).orValue('') == 'a'", vec![read("User.tags[0]", json!("a"))]),
        ("User.nothing == 1 || x == 7", vec![missing("User.nothing"), read("x", json!(7))]),
        ("Absent.a.b == 1", vec![missing("Absent")]),
        ("User.broken == 1", vec![wrong("User.broken", "expected int, got \"old\"")]),
        ("has(User.broken)", vec![wrong("User.broken", "expected int, got \"old\"")]),
        ("[1, 2].exists(i, i == 2)", vec![]),
        (
            "{'a': User}.a.age == 21",
            vec![read(
                "User",
                json!({"active": true, "age": 21, "broken": "(User.broken: expected int, got \"old\")", "email": null, "tags": ["a", "b"], "tier": "gold"}),
            )],
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(explain(&world, source).read, expected, "{source}");
    }
}

#[test]
fn long_values_are_cut() {
    let mut world = World::new();
    let slot = world.names.iter().position(|it| *it == "text").unwrap();
    world.slots[slot] = super::Slot::Value(Value::from("ä".repeat(300)));
    let read = explain(&world, "text != '' && big != []").read;
    assert_eq!(read[0].value, Some(json!(format!("{}…", "ä".repeat(200)))));
    let mut beginning: Vec<_> = (0..20).map(|it| json!(it)).collect();
    beginning.push(json!("…"));
    assert_eq!(read[1].value, Some(json!(beginning)));
    let many = explain(&world, "big.all(a, big.all(b, a + b >= 0)) || true");
    assert!(many.read.len() <= 1_000, "{}", many.read.len());
}

#[test]
fn long_keys_that_are_shown_alike_are_read_each() {
    let mut world = World::new();
    let key = |end: &str| "x".repeat(100) + end;
    let inner = |value: i64| Value::map([(key("c"), value), (key("d"), value + 1)]);
    let slot = world.names.iter().position(|it| *it == "Order").unwrap();
    let order = Value::map([(key("a"), inner(1)), (key("b"), inner(3))]);
    world.slots[slot] = super::Slot::Value(order);
    let entry = |outer: &str, inner: &str| format!("Order['{}']['{}'] > 0", key(outer), key(inner));
    let (ac, ad, bc) = (entry("a", "c"), entry("a", "d"), entry("b", "c"));
    // Twice the first one, of which the second has the key from another literal.
    let read = explain(&world, &[ac.clone(), ad, bc, ac].join(" && ")).read;
    let shown = format!("{}…", key(""));
    let path = format!("Order.{shown}.{shown}");
    let expected =
        [1, 2, 3].map(|value| Read { path: path.clone(), value: Some(json!(value)), fault: None });
    assert_eq!(read, expected);
    // So many that they are found by their hash, and all of them twice.
    let order = Value::map((0..1_000).map(|it| (key(&it.to_string()), it)));
    world.slots[slot] = super::Slot::Value(order);
    let each = format!("big.all(i, i > 50 || Order['{}' + string(i)] == i)", key(""));
    let read = explain(&world, &format!("{each} && {each}")).read;
    let values: Vec<_> =
        read.iter().filter(|it| it.path.starts_with("Order")).map(|it| it.value.clone()).collect();
    assert_eq!(values, (0..=50).map(|it| Some(json!(it))).collect::<Vec<_>>());
}

#[test]
fn explaining_costs_the_same_steps() {
    let world = World::new();
    let first = explain(&world, "x > 1 && User.age in [1, 2]");
    assert_eq!(first.cost, explain(&world, "x > 1 && User.age in [1, 2]").cost);
    assert!(first.cost > 0);
    let enough = crate::rules::Limits { cost: first.cost };
    let program = world.limited("x > 1 && User.age in [1, 2]", enough);
    assert_eq!(program.evaluate(&world.slots), Ok(false));
    let short = crate::rules::Limits { cost: first.cost - 1 };
    let program = world.limited("x > 1 && User.age in [1, 2]", short);
    let fault = program.evaluate(&world.slots).unwrap_err();
    assert_eq!(fault.kind, crate::rules::FaultKind::Limit);
    assert_eq!(program.explain(&world.slots).result, Err(fault));
}
