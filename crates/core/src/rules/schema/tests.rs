use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn parse(definition: &Value) -> Result<FactSchema, String> {
    FactSchema::parse(definition).map_err(|errors| errors.to_string())
}

/// The type of `Thing.it` in a schema that says `definition`.
fn field(definition: &Value) -> FactType {
    let schema = parse(&json!({ "Thing": { "it": definition } })).unwrap();
    let FactType::Object(fields) = &schema.objects()["Thing"] else { panic!("not an object") };
    fields["it"].clone()
}

fn list(it: FactType) -> FactType {
    FactType::List(Box::new(it))
}

fn map(it: FactType) -> FactType {
    FactType::Map(Box::new(it))
}

fn optional(it: FactType) -> FactType {
    FactType::Optional(Box::new(it))
}

#[test]
fn reads_every_way_to_write_a_type() {
    let city = FactType::Object([("city".to_owned(), FactType::String)].into());
    let cases = [
        (json!("int"), FactType::Int),
        (json!("int64"), FactType::Int),
        (json!(" int "), FactType::Int),
        (json!("float"), FactType::Float),
        (json!("float64"), FactType::Float),
        (json!("double"), FactType::Float),
        (json!("string"), FactType::String),
        (json!("bool"), FactType::Bool),
        (json!("bytes"), FactType::Bytes),
        (json!("timestamp"), FactType::Timestamp),
        (json!("duration"), FactType::Duration),
        (json!("any"), FactType::Any),
        (json!("object"), map(FactType::Any)),
        (json!("map"), map(FactType::Any)),
        (json!("map<string, int>"), map(FactType::Int)),
        (json!("map<string,list<int>>"), map(list(FactType::Int))),
        (json!("map<string, map<string, int>>"), map(map(FactType::Int))),
        (json!("list"), list(FactType::Any)),
        (json!("list<int>"), list(FactType::Int)),
        (json!("list < int >"), list(FactType::Int)),
        (json!("list<list<int>>"), list(list(FactType::Int))),
        (json!("list<int?>"), list(optional(FactType::Int))),
        (json!("list<int>?"), optional(list(FactType::Int))),
        (json!("int?"), optional(FactType::Int)),
        (json!("optional<int>"), optional(FactType::Int)),
        (json!(["int"]), list(FactType::Int)),
        (json!([["int"]]), list(list(FactType::Int))),
        (json!({ "city": "string" }), city.clone()),
        (json!([{ "city": "string" }]), list(city.clone())),
        (json!({ "*": "int" }), map(FactType::Int)),
        (json!({ "*": { "city": "string" } }), map(city)),
        (json!({}), FactType::Object(BTreeMap::new())),
    ];
    for (definition, expected) in cases {
        assert_eq!(field(&definition), expected, "{definition}");
    }
}

#[test]
fn a_question_mark_behind_a_name_makes_the_field_optional() {
    let schema = parse(&json!({ "User": { "address?": { "city": "string" } } })).unwrap();
    let FactType::Object(user) = &schema.objects()["User"] else { panic!("not an object") };
    assert!(
        matches!(&user["address"], FactType::Optional(it) if matches!(**it, FactType::Object(_)))
    );
}

#[test]
fn names_each_mistake_by_its_path() {
    let cases = [
        (json!(5), "schema: expected an object of objects, got a number"),
        (
            json!({ "User": { "a": "strin" } }),
            "User.a: unknown type `strin`; did you mean `string`?",
        ),
        (
            json!({ "User": { "a": "integer" } }),
            "User.a: unknown type `integer`; did you mean `int`?",
        ),
        (json!({ "User": { "a": "Int" } }), "User.a: unknown type `Int`; did you mean `int`?"),
        (
            json!({ "User": { "a": "whatever" } }),
            "User.a: unknown type `whatever`; expected int, float, string, bool, bytes, timestamp, duration, any, \
             object, list<T>, map<string, T>, optional<T>",
        ),
        (json!({ "User": { "a": "" } }), "User.a: expected the name of a type"),
        (json!({ "User": { "a": "list<>" } }), "User.a: expected the name of a type"),
        (json!({ "User": { "a": "list<int" } }), "User.a: expected `>` at the end of `list<int`"),
        (
            json!({ "User": { "a": "set<int>" } }),
            "User.a: only list, map and optional have a type in `<>`, not `set`",
        ),
        (json!({ "User": { "a": "map<int, int>" } }), "User.a: keys are strings, got `int`"),
        (
            json!({ "User": { "a": "map<int>" } }),
            "User.a: expected a type for keys and one for values: map<string, int>",
        ),
        (json!({ "User": { "a": "int??" } }), "User.a: is optional twice; once is enough"),
        (
            json!({ "User": { "a?": "int?" } }),
            "User.a: is optional by its name and by its type; one is enough",
        ),
        (
            json!({ "User": { "a": "int", "a?": "int" } }),
            "User.a: is there twice, once with and once without `?`",
        ),
        (json!({ "User": { "a": [] } }), "User.a: expected one type in the list: [\"string\"]"),
        (
            json!({ "User": { "a": ["int", "int"] } }),
            "User.a: expected one type in the list: [\"string\"]",
        ),
        (
            json!({ "User": { "a": { "*": "int", "b": "int" } } }),
            "User.a: `*` stands for any key, so no others can be named",
        ),
        (
            json!({ "User": { "a": null } }),
            "User.a: expected the name of a type, an object of fields, or a list of one type, got null",
        ),
        (
            json!({ "User": { "a": [{ "b": { "c": 5 } }] } }),
            "User.a[].b.c: expected the name of a type, an object of fields, or a list of one type, got a number",
        ),
        (
            json!({ "User": "int" }),
            "User: expected an object of fields, or \"object\" for any keys, got int",
        ),
        (json!({ "User?": {} }), "User?: an object cannot be optional; make its fields optional"),
        (
            json!({ "User": { "1st": "int" } }),
            "User.1st: expected a name of 1 to 255 letters, digits and `_`, with no digit in front",
        ),
        (
            json!({ "User": { "in": "int" } }),
            "User.in: `in` is a word of the expression language; take another name",
        ),
        (
            json!({ "for": {} }),
            "for: `for` is a word of the expression language; take another name",
        ),
        (
            json!({ "size": {} }),
            "size: `size` is a type or function of the expression language; take another name",
        ),
    ];
    for (definition, expected) in cases {
        assert_eq!(parse(&definition).unwrap_err(), expected, "{definition}");
    }
}

#[test]
fn names_all_mistakes_at_once() {
    let errors =
        parse(&json!({ "User": { "a": "x1", "b": "int", "c": [] }, "if": {} })).unwrap_err();
    let fields: Vec<_> = errors.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(fields, ["User.a", "User.c", "if"]);
}

#[test]
fn a_field_may_have_a_name_that_an_object_may_not() {
    for name in ["type", "size", "for", "package"] {
        parse(&json!({ "User": { name: "int" } })).unwrap();
    }
}

#[test]
fn names_have_at_most_255_characters() {
    parse(&json!({ "User": { "a".repeat(255): "int" } })).unwrap();
    parse(&json!({ "User": { "a".repeat(256): "int" } })).unwrap_err();
}

#[test]
fn there_are_at_most_1000_fields() {
    let fields = |count: usize| {
        let fields = (0..count).map(|index| (format!("f{index}"), json!("int")));
        json!({ "A": Value::Object(fields.collect()), "B": { "last": "int" } })
    };
    parse(&fields(999)).unwrap();
    let error = parse(&fields(1_000)).unwrap_err();
    assert_eq!(error, "B: the schema has more than 1000 fields");
}

#[test]
fn there_are_at_most_20_levels() {
    let nested = |levels: usize| (0..levels).fold(json!("int"), |inner, _| json!({ "f": inner }));
    parse(&json!({ "A": nested(19) })).unwrap();
    let error = parse(&json!({ "A": nested(20) })).unwrap_err();
    assert!(error.ends_with("is more than 20 levels deep"), "{error}");
    let lists = |levels: usize| format!("{}int{}", "list<".repeat(levels), ">".repeat(levels));
    parse(&json!({ "A": { "f": lists(18) } })).unwrap();
    let error = parse(&json!({ "A": { "f": lists(19) } })).unwrap_err();
    assert_eq!(error, "A.f: is more than 20 levels deep");
    parse(&json!({ "A": { "f": lists(30_000) } })).unwrap_err();
}

#[test]
fn a_definition_has_at_most_64_kilobytes() {
    let fields = |count: usize| {
        let fields = (0..count).map(|index| (format!("f{index:0>100}"), json!("int")));
        json!({ "A": Value::Object(fields.collect()) })
    };
    parse(&fields(500)).unwrap();
    assert_eq!(parse(&fields(900)).unwrap_err(), "schema: is more than 65536 bytes of JSON");
}

#[test]
fn lists_at_most_100_mistakes() {
    let fields = (0..900).map(|index| (format!("f{index}"), json!("nothing")));
    let error = parse(&json!({ "A": Value::Object(fields.collect()) })).unwrap_err();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 101);
    assert_eq!(lines[100], "schema: there are more mistakes than these");
}

/// Types that a schema can write.
fn any_type() -> impl Strategy<Value = FactType> {
    let leaf = prop_oneof![
        Just(FactType::Any),
        Just(FactType::Int),
        Just(FactType::Float),
        Just(FactType::String),
        Just(FactType::Bool),
        Just(FactType::Bytes),
        Just(FactType::Timestamp),
        Just(FactType::Duration),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            inner.clone().prop_map(list),
            inner.clone().prop_map(map),
            any_fields(inner.clone()).prop_map(FactType::Object),
            // An optional type inside of another has no way to write it when it is an object.
            inner.prop_filter_map("an optional object", |it| match it {
                FactType::Optional(_) => None,
                it if it.is_plain() => Some(optional(it)),
                _ => None,
            }),
        ]
    })
}

fn any_fields(
    types: impl Strategy<Value = FactType>,
) -> impl Strategy<Value = BTreeMap<String, FactType>> {
    let it = (types, any::<bool>()).prop_map(|(it, is_optional)| match it {
        FactType::Optional(_) => it,
        it if is_optional => optional(it),
        it => it,
    });
    prop::collection::btree_map("f_[a-zA-Z0-9_]{0,8}", it, 0..5)
}

proptest! {
    #[test]
    fn the_canonical_form_reads_back_to_the_same_schema(
        objects in prop::collection::btree_map(
            "O_[a-zA-Z0-9]{1,8}",
            prop_oneof![any_fields(any_type()).prop_map(FactType::Object), any_type().prop_map(map)],
            0..4,
        )
    ) {
        let is_writable = objects.values().all(|it| match it {
            FactType::Map(it) => !matches!(&**it, FactType::Optional(it) if !it.is_plain()),
            _ => true,
        });
        prop_assume!(is_writable);
        let schema = FactSchema { objects };
        let json = schema.to_json();
        let again = FactSchema::parse(&json).unwrap();
        prop_assert_eq!(&again, &schema);
        prop_assert_eq!(again.to_json(), json);
    }

    #[test]
    fn any_text_is_a_type_or_an_error(text in "[ a-z<>,?*]{0,40}|.{0,40}") {
        if let Ok(it) = parse_type(&text, 1) {
            prop_assert_eq!(parse_type(&it.to_string(), 1), Ok(it));
        }
    }
}

#[test]
fn a_type_that_is_optional_over_and_over_is_no_depth() {
    for many in [format!("int{}", "?".repeat(60_000)), "optional<".repeat(6_000) + "int"] {
        let errors = FactSchema::parse(&json!({ "User": { "age": many } })).unwrap_err();
        assert!(errors.to_string().contains("User.age: "), "{errors}");
    }
}
