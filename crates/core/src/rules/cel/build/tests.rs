use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::rules::{FactSchema, Fault, FaultKind, Limits};

fn derived(name: &str, expression: &str) -> DerivedSpec {
    DerivedSpec { name: name.into(), expression: expression.into(), dependencies: None }
}

fn language(fields: &[DerivedSpec]) -> Arc<Language> {
    let schema = json!({
        "User": { "age": "int", "address": { "city": "string", "zip": "string" } },
        "Order": { "items": [{ "price": "float" }], "total": "float" },
    });
    let schema = FactSchema::parse(&schema).unwrap();
    Arc::new(Language::new(schema, fields, Limits::default()))
}

fn faults(fields: &[DerivedSpec]) -> Vec<String> {
    language(fields).faults().iter().map(ToString::to_string).collect()
}

fn names(language: &Language) -> Vec<&str> {
    language.derived().iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn fields_are_computed_behind_what_they_depend_on() {
    let language = language(&[
        derived("c", "a + b"),
        derived("b", "a * 2"),
        derived("a", "User.age + 1"),
        derived("d", "c > 5"),
    ]);
    assert_eq!(names(&language), ["a", "b", "c", "d"]);
    assert!(language.faults().is_empty());
    let facts = language.facts(&json!({ "User": { "age": 1 } })).unwrap();
    let program = language.compile("a == 2 && b == 4 && c == 6 && d").unwrap();
    assert_eq!(program.evaluate(&facts), Ok(true));
}

#[test]
fn dependencies_are_found_out() {
    let cases = [
        ("User.age + 1", vec!["User.age"]),
        ("User.address.city + User.address.zip", vec!["User.address.city", "User.address.zip"]),
        ("User.address.city + string(User.address)", vec!["User.address"]),
        ("has(User.address) ? User.age : 1", vec!["User.address", "User.age"]),
        ("User.?age.orValue(1)", vec!["User.age"]),
        ("Order.items[0].price", vec!["Order.items"]),
        ("Order.items.map(it, it.price)", vec!["Order.items"]),
        ("Order.items.map(Order, Order.price)", vec!["Order.items"]),
        ("cel.bind(User, Order.total, User + 1.0)", vec!["Order.total"]),
        ("[1].map(x, x + User.age)", vec!["User.age"]),
        ("User.address.city.startsWith('x')", vec!["User.address.city"]),
        (".User.age", vec!["User.age"]),
        ("base + 1", vec!["base"]),
        ("base + User.age", vec!["User.age", "base"]),
        ("math.abs(1)", vec![]),
    ];
    for (expression, expected) in cases {
        let language = language(&[derived("base", "1"), derived("it", expression)]);
        let it = language.derived().iter().find(|it| it.name == "it");
        // What does not check has no dependencies either.
        let found = it.and_then(|it| it.dependencies.clone());
        if expression.contains("string(User.address)") {
            assert_eq!(found, None);
        } else {
            assert_eq!(
                found,
                Some(expected.iter().map(ToString::to_string).collect()),
                "{expression}"
            );
        }
    }
}

#[test]
fn declared_dependencies_must_be_what_is_read() {
    let with = |dependencies: &[&str]| {
        let dependencies = Some(dependencies.iter().map(ToString::to_string).collect());
        let it = DerivedSpec { dependencies, ..derived("it", "User.address.city + string(base)") };
        faults(&[derived("base", "1"), it])
    };
    assert!(with(&["User.address.city", "base"]).is_empty());
    assert!(with(&["base", "User.address"]).is_empty());
    assert!(with(&["User", "base"]).is_empty());
    assert_eq!(
        with(&["base"]),
        ["derived field `it`: reads User.address.city, which its dependencies do not name"]
    );
    assert_eq!(
        with(&["User.address.ci", "User.age", "base"]),
        [
            "derived field `it`: reads User.address.city, which its dependencies do not name; its dependencies name \
             User.address.ci, User.age, which it does not read"
        ]
    );
}

#[test]
fn declared_dependencies_are_kept_as_they_are() {
    let dependencies = Some(vec!["User".to_owned()]);
    let language = language(&[DerivedSpec {
        dependencies: dependencies.clone(),
        ..derived("it", "User.age")
    }]);
    assert_eq!(language.derived()[0].dependencies, dependencies);
}

#[test]
fn circles_are_named_around_and_the_others_are_kept() {
    let fields = [
        derived("a", "b + 1"),
        derived("b", "c + 1"),
        derived("c", "a + 1"),
        derived("self", "self + 1"),
        derived("fine", "User.age"),
        derived("leaning", "a + 1"),
    ];
    let language = language(&fields);
    assert_eq!(names(&language), ["fine"]);
    assert_eq!(
        language.faults()[0],
        DerivedFault::Cycle(["a", "b", "c", "a"].map(String::from).into())
    );
    assert_eq!(
        language.faults()[1],
        DerivedFault::Cycle(["self", "self"].map(String::from).into())
    );
    assert_eq!(
        language.faults()[2].to_string(),
        "derived field `leaning`: line 1, column 1: derived field `a` depends on itself: a -> b -> c -> a"
    );
}

#[test]
fn names_may_not_be_taken() {
    let cases = [
        ("User", "derived field `User`: the schema has an object of this name"),
        (
            "for",
            "derived field `for`: `for` is a word of the expression language; take another name",
        ),
        (
            "size",
            "derived field `size`: `size` is a type or function of the expression language; take another name",
        ),
        (
            "a-b",
            "derived field `a-b`: expected a name of 1 to 255 letters, digits and `_`, with no digit in front",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(faults(&[derived(name, "1")]), [expected]);
    }
    assert_eq!(
        faults(&[derived("a", "1"), derived("a", "2")]),
        ["derived field `a`: there is another derived field of this name"]
    );
}

#[test]
fn what_does_not_compile_takes_along_what_depends_on_it() {
    let language = language(&[
        derived("a", "User.agee"),
        derived("b", "a + 1"),
        derived("c", "b + 1"),
        derived("d", "("),
    ]);
    assert!(language.derived().is_empty());
    let faults: Vec<_> = language.faults().iter().map(ToString::to_string).collect();
    let unknown = "line 1, column 1: unknown field `agee` of User; did you mean `age`?";
    assert_eq!(
        faults,
        [
            format!("derived field `a`: {unknown}"),
            format!(
                "derived field `b`: line 1, column 1: derived field `a` does not compile: {unknown}"
            ),
            format!(
                "derived field `c`: line 1, column 1: derived field `a` does not compile: {unknown}"
            ),
            "derived field `d`: line 1, column 2: expected a value, found end of text".to_owned(),
        ]
    );
}

#[test]
fn a_fault_is_the_fault_of_whoever_reads_it() {
    let language = language(&[derived("a", "1 / User.age"), derived("b", "a + 1")]);
    let facts =
        language.facts(&json!({ "User": { "age": 0 }, "Order": { "total": 1.0 } })).unwrap();
    assert_eq!(language.compile("Order.total == 1.0").unwrap().evaluate(&facts), Ok(true));
    for source in ["a > 1", "b > 1"] {
        let Fault { kind, message } =
            language.compile(source).unwrap().evaluate(&facts).unwrap_err();
        assert_eq!(kind, FaultKind::Arithmetic);
        assert!(message.starts_with("derived field a: "), "{message}");
    }
    let facts = language.facts(&json!({})).unwrap();
    let fault = language.compile("b > 1").unwrap().evaluate(&facts).unwrap_err();
    assert_eq!(fault, Fault::new(FaultKind::Missing, "derived field a: User is missing"));
}

#[test]
fn all_fields_of_one_fact_set_share_one_budget() {
    let fields = [
        derived("a", "[1, 2, 3, 4, 5, 6, 7, 8, 9].map(x, x + 1)"),
        derived("b", "[1, 2, 3, 4, 5, 6, 7, 8, 9].map(x, x + 2)"),
        derived("c", "1"),
        derived("d", "b[0]"),
    ];
    let fault = |cost, field: &str| {
        let schema = FactSchema::parse(&json!({})).unwrap();
        let language = Arc::new(Language::new(schema, &fields, Limits { cost }));
        assert!(language.faults().is_empty());
        let facts = language.facts(&json!({})).unwrap();
        let result = language.compile(&format!("{field} == {field}")).unwrap().evaluate(&facts);
        result.err().map(|it| (it.kind, it.message))
    };
    let used_up = |field: &str| {
        let message = "stopped; the derived fields together used up the steps that they may take for one fact set";
        Some((FaultKind::Limit, format!("derived field {field}: {message}")))
    };
    // Enough for one of the lists, and for comparing it.
    assert_eq!(fault(100, "a"), None);
    assert_eq!(fault(100, "b"), used_up("b"));
    assert_eq!(fault(100, "c"), used_up("c"));
    assert_eq!(fault(1_000, "c"), None);
    assert_eq!(fault(1_000, "d"), None);
    // What the first one uses, it uses alone.
    let (kind, message) = fault(10, "a").unwrap();
    assert_eq!(kind, FaultKind::Limit);
    assert!(message.starts_with("derived field a: stopped after 10 steps"), "{message}");
}

#[test]
fn a_language_has_at_most_1000_fields() {
    let fields: Vec<_> = (0..1_002).map(|it| derived(&format!("f{it}"), "1")).collect();
    let language = language(&fields);
    assert_eq!(language.derived().len(), 1_000);
    let faults: Vec<_> = language.faults().iter().map(ToString::to_string).collect();
    let reason = "there are 1002 derived fields; 1000 is the most";
    assert_eq!(faults, ["f1000", "f1001"].map(|it| format!("derived field `{it}`: {reason}")));
    let problems = language.compile("f1001 == 1").unwrap_err();
    assert_eq!(problems.0[0].message, faults[1]);
}

#[test]
fn a_long_chain_of_fields_needs_no_stack() {
    let mut fields = vec![derived("f0", "1")];
    fields.extend(
        (1..400).map(|index| derived(&format!("f{index}"), &format!("f{} + 1", index - 1))),
    );
    fields.reverse();
    let language = language(&fields);
    assert_eq!(language.derived().len(), 400);
    let facts = language.facts(&json!({})).unwrap();
    assert_eq!(language.compile("f399 == 400").unwrap().evaluate(&facts), Ok(true));
}
