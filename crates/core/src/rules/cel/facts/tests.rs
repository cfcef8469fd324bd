use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(schema: &Value, facts: &Value) -> (Vec<Slot>, Vec<String>) {
    let schema = FactSchema::parse(schema).unwrap();
    let (slots, findings) = Plan::new(&schema).read(facts, 0).unwrap();
    (slots, findings.iter().map(ToString::to_string).collect())
}

/// `Thing.it` with a value of a type, or what is wrong with it.
fn value(of: &Value, it: &Value) -> Result<CelValue, String> {
    let (slots, findings) =
        read(&json!({ "Thing": { "it": of } }), &json!({ "Thing": { "it": it } }));
    let Slot::Value(CelValue::Map(thing)) = &slots[0] else { panic!("{slots:?}") };
    match thing.get(&"it".into()).unwrap() {
        CelValue::Error(error) => {
            assert_eq!(findings, std::slice::from_ref(&error.message));
            Err(error.message.clone())
        }
        value => Ok(value.clone()),
    }
}

#[test]
fn values_are_read_by_their_type() {
    let cases = [
        (json!("int"), json!(5), CelValue::Int(5)),
        (json!("int"), json!(5.0), CelValue::Int(5)),
        (json!("int"), json!(-0.0), CelValue::Int(0)),
        (json!("int"), json!(i64::MIN), CelValue::Int(i64::MIN)),
        (json!("int"), json!(9_007_199_254_740_992.0), CelValue::Int(1 << 53)),
        (json!("int"), json!(-9_007_199_254_740_992.0), CelValue::Int(-(1 << 53))),
        (json!("int"), json!(9_007_199_254_740_993_i64), CelValue::Int((1 << 53) + 1)),
        (json!("float"), json!(5), CelValue::Double(5.0)),
        (json!("float"), json!(u64::MAX), CelValue::Double(18_446_744_073_709_551_615.0)),
        (json!("string"), json!("é\u{0}"), "é\u{0}".into()),
        (json!("bool"), json!(true), true.into()),
        (json!("bytes"), json!("aGk="), b"hi"[..].into()),
        (json!("timestamp"), json!("1970-01-01T01:00:00+01:00"), CelValue::timestamp(0, 0)),
        (json!("timestamp"), json!("1970-01-01t00:00:00.5z"), CelValue::timestamp(0, 500_000_000)),
        (json!("timestamp"), json!("2016-12-31T23:59:60Z"), CelValue::timestamp(1_483_228_800, 0)),
        (json!("duration"), json!("1h30m"), CelValue::duration(5_400, 0)),
        (json!("duration"), json!("-1.5s"), CelValue::duration(-1, -500_000_000)),
        (json!("duration"), json!("250ms"), CelValue::duration(0, 250_000_000)),
        (json!("any"), json!(5), CelValue::Int(5)),
        (json!("any"), json!(5.0), CelValue::Double(5.0)),
        (json!("any"), json!(u64::MAX), CelValue::UInt(u64::MAX)),
        (json!("any"), json!(null), CelValue::Null),
        (json!("int?"), json!(null), CelValue::Null),
        (json!("int?"), json!(5), CelValue::Int(5)),
        (json!(["int"]), json!([1, 2]), CelValue::list([1, 2])),
        (json!(["int?"]), json!([null]), CelValue::list([CelValue::Null])),
        (json!("map<string, float>"), json!({ "a": 1 }), CelValue::map([("a", 1.0)])),
        (json!("object"), json!({ "a": { "b": [1] } }), free(&json!({ "a": { "b": [1] } }))),
        // A typed object is closed.
        (json!({ "a": "int" }), json!({ "a": 1, "b": 2 }), CelValue::map([("a", 1)])),
        (json!({ "a": "int" }), json!({}), CelValue::map::<&str, i64>([])),
    ];
    for (of, it, expected) in cases {
        assert_eq!(value(&of, &it), Ok(expected), "{of} {it}");
    }
}

#[test]
fn what_is_of_another_type_is_an_error_at_its_place() {
    let cases = [
        (json!("int"), json!("old"), "Thing.it: expected int, got \"old\""),
        (json!("int"), json!(1.5), "Thing.it: expected int, got 1.5"),
        (json!("int"), json!(null), "Thing.it: expected int, got null"),
        (json!("int"), json!(u64::MAX), "Thing.it: 18446744073709551615 is out of range for int"),
        (json!("int"), json!(1e30), "Thing.it: 1e+30 is out of range for int"),
        (
            json!("int"),
            json!(9.223_372_036_854_776e18),
            "Thing.it: 9.223372036854776e+18 is out of range for int",
        ),
        (
            json!("int"),
            json!(9_007_199_254_740_994.0),
            "Thing.it: expected int, got 9007199254740994.0, a float beyond 2^53, where floats are rounded; write it without a point and an exponent",
        ),
        (
            json!("int"),
            json!(-9.223_372_036_854_776e18),
            "Thing.it: expected int, got -9.223372036854776e+18, a float beyond 2^53, where floats are rounded; write it without a point and an exponent",
        ),
        (json!("float"), json!("1"), "Thing.it: expected float, got \"1\""),
        (json!("string"), json!(5), "Thing.it: expected string, got 5"),
        (json!("string"), json!(["a"]), "Thing.it: expected string, got a list"),
        (json!("bool"), json!({}), "Thing.it: expected bool, got an object"),
        (json!("bytes"), json!("hi"), "Thing.it: expected bytes as base64, got \"hi\""),
        (
            json!("timestamp"),
            json!("2024-01-01"),
            "Thing.it: expected a timestamp like 2026-01-31T12:00:00Z, got \"2024-01-01\"",
        ),
        (
            json!("timestamp"),
            json!(0),
            "Thing.it: expected a timestamp like 2026-01-31T12:00:00Z, got 0",
        ),
        (json!("duration"), json!("1 h"), "Thing.it: expected a duration like 1h30m, got \"1 h\""),
        (
            json!("duration"),
            json!(format!("{}h", "9".repeat(60))),
            "Thing.it: expected a duration like 1h30m, got \"9999999999999999999999999999999999999999\"…",
        ),
        (json!("int?"), json!("x"), "Thing.it: expected int, got \"x\""),
        (json!(["int"]), json!({}), "Thing.it: expected a list, got an object"),
        (json!({ "a": "int" }), json!([]), "Thing.it: expected an object, got a list"),
    ];
    for (of, it, expected) in cases {
        assert_eq!(value(&of, &it).unwrap_err(), expected, "{of} {it}");
    }
}

#[test]
fn findings_name_the_path_and_spoil_only_what_is_there() {
    let schema = json!({ "Order": { "items": [{ "price": "float", "sku": "string" }], "m": "map<string, int>" } });
    let facts = json!({ "Order": { "items": [{ "price": 1, "sku": "a" }, { "price": "x", "sku": "b" }], "m": { "a b": "c" } } });
    let (slots, findings) = read(&schema, &facts);
    assert_eq!(
        findings,
        ["Order.items[1].price: expected float, got \"x\"", "Order.m.a b: expected int, got \"c\"",]
    );
    let Slot::Value(CelValue::Map(order)) = &slots[0] else { panic!("{slots:?}") };
    let Some(CelValue::List(items)) = order.get(&"items".into()) else { panic!("{order:?}") };
    let CelValue::Map(second) = &items[1] else { panic!("{items:?}") };
    assert_eq!(second.get(&"sku".into()), Some(&"b".into()));
}

#[test]
fn missing_objects_and_fields_are_no_findings() {
    let (slots, findings) =
        read(&json!({ "A": { "x": "int" }, "B": "object" }), &json!({ "A": {}, "C": 5 }));
    assert!(findings.is_empty());
    assert!(matches!(&slots[..], [Slot::Value(CelValue::Map(_)), Slot::Missing]));
}

#[test]
fn lists_at_most_100_findings() {
    let (_, findings) =
        read(&json!({ "A": { "x": ["int"] } }), &json!({ "A": { "x": vec!["no"; 500] } }));
    assert_eq!(findings.len(), 101);
    assert_eq!(findings[100], "facts: there are more wrong values than these");
}

#[test]
fn facts_are_an_object_of_at_most_100_levels() {
    let plan = Plan::new(&FactSchema::default());
    assert_eq!(
        plan.read(&json!([]), 0).unwrap_err().to_string(),
        "facts: expected an object, got a list"
    );
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "a": inner }));
    plan.read(&nested(100), 0).unwrap();
    assert_eq!(
        plan.read(&nested(101), 0).unwrap_err().to_string(),
        "facts: is more than 100 levels deep"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "-?[0-9.]{0,40}(h|m|s|ms|us|µs|ns)?".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{0,8}Z?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-j]|.{0,4}", inner, 0..6)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read(inner in prop::collection::btree_map("[a-j]", any_json(), 0..8)) {
        static PLAN: std::sync::LazyLock<Plan> = std::sync::LazyLock::new(|| {
            let schema = json!({ "A": {
                "a": "int", "b": "float", "c": "string", "d": "bool", "e": "bytes", "f": "timestamp",
                "g": "duration", "h": "any?", "i": ["int?"], "j": { "a": "map<string, duration>" },
            } });
            Plan::new(&FactSchema::parse(&schema).unwrap())
        });
        let inner = Value::Object(inner.into_iter().collect());
        let (slots, findings) = PLAN.read(&json!({ "A": inner }), 0).unwrap();
        prop_assert_eq!(slots.len(), 1);
        prop_assert!(findings.iter().all(|it| it.field.starts_with("A.")));
    }
}
