mod words;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::rules::MAX_EXPRESSION_BYTES;

fn language(schema: &Value, derived: &[DerivedSpec]) -> Arc<Language> {
    let schema = FactSchema::parse(schema).unwrap();
    Arc::new(Language::new(schema, derived, Limits::default()))
}

fn derived(name: &str, expression: &str) -> DerivedSpec {
    DerivedSpec { name: name.into(), expression: expression.into(), dependencies: None }
}

fn shop() -> Arc<Language> {
    let schema = json!({
        "User": {
            "age": "int", "name": "string", "score": "float", "email": "string?", "vip": "bool?",
            "born": "timestamp", "left?": "timestamp", "wait": "duration", "key": "bytes",
            "tags": ["string"], "limits": "map<string, float>", "any": "any", "note": "object",
            "address?": { "city": "string", "zip": "string" },
        },
        "Order": { "items": [{ "sku": "string", "price": "float", "count": "int" }], "total": "float" },
        "Context": "object",
    });
    let fields = [
        derived("total", "Order.total * 2.0"),
        derived("broken", "Order.totl"),
        derived("leaning", "broken + 1"),
        derived("one", "other"),
        derived("other", "one"),
    ];
    language(&schema, &fields)
}

fn problems(language: &Arc<Language>, source: &str) -> String {
    match language.compile(source) {
        Ok(_) => "compiles".to_owned(),
        Err(problems) => {
            let each = problems.0.iter();
            let each: Vec<_> =
                each.map(|it| format!("{}:{} {}", it.line, it.column, it.message)).collect();
            each.join(" | ")
        }
    }
}

#[test]
fn expressions_that_are_fine_compile() {
    let language = shop();
    let sources = [
        "User.age >= 18",
        "User.age >= 18.5 && User.score > 1",
        "User.age == 1.0",
        "User.email == null",
        "has(User.email) && User.email != null && User.email.endsWith('@x')",
        "User.left == null || User.left > User.born",
        "User.address == null || User.address.city == 'B'",
        "has(User.address.city)",
        "User.?address.?city.orValue('none') == 'B'",
        "User.vip",
        "User.any",
        "User.any == 5 || User.any.x[0].y == 'z'",
        "User.note.anything.at.all == 1",
        "Context.x == 1",
        "Order.items.exists(it, it.price > 10.0 && it.count in [1, 2])",
        "Order.items.map(it, it.price).size() > 2",
        "User.limits['day'] > 10.0 && 'x' in User.limits",
        "User.limits.day > 10.0",
        "total > 10.0",
        "cel.bind(x, User.age, x > 1 && x < 10)",
        "User.tags.all(tag, tag.matches(r'^\\d+$'))",
        "math.greatest(User.age, 3) == 3",
        "User.born > timestamp('2024-01-01T00:00:00Z') && User.wait < duration('1h')",
        "base64.encode(User.key) == 'aGk='",
        "optional.of(User.age).optMap(age, age + 1).orValue(0) > 1",
        "type(User.age) == int",
        "// a comment\nUser.age > 1 // another",
        "User == User",
        "User.address == {'city': 'B', 'zip': '1'}",
        "-9223372036854775808 < User.age",
        "'😀' == User.name",
        "User.`name` == 'x'",
        ".User.age > 1",
    ];
    for source in sources {
        assert_eq!(problems(&language, source), "compiles", "{source}");
    }
}

/// Source of `levels` levels.
fn deep_sources(levels: usize) -> Vec<(&'static str, String)> {
    let wrapped = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    vec![
        ("parentheses", wrapped("(", "true", ")")),
        ("lists", wrapped("[", "", "]")),
        ("maps", wrapped("{1:", "1", "}")),
        ("nots", wrapped("!", "true", "")),
        ("minuses", wrapped("- ", "1", "")),
        ("choices", wrapped("true?true:", "true", "")),
        ("choices in the middle", wrapped("true?", "true", ":true")),
        ("calls", wrapped("size(", "''", ")")),
        ("selects", wrapped("", "User", ".a")),
        ("indexes", wrapped("", "User", "[0]")),
        ("methods", wrapped("", "''", ".trim()")),
        ("sums", wrapped("1+", "1", "")),
        ("macros", wrapped("[1].map(x,", "x", ")")),
        ("chained macros", wrapped("", "[1]", ".map(x,x)")),
        ("chained optMap", wrapped("", "optional.of(1)", ".optMap(x,x)")),
        ("maps of maps", wrapped("cel.bind(x,{x:x},", "x", ")")),
        ("unclosed", "(".repeat(levels)),
        ("unclosed choices", "a?".repeat(levels)),
        ("closed only", ")".repeat(levels)),
        ("optional selects", wrapped("", "User", ".?a")),
        ("prefixes and brackets", wrapped("!(", "true", ")")),
    ]
}

#[test]
fn what_is_nested_too_deep_is_refused_without_using_up_the_stack() {
    let language = shop();
    // A thread of the size that the runtime gives them, in a debug build.
    let thread = std::thread::Builder::new().stack_size(2 * 1_024 * 1_024);
    let run = move || {
        for levels in [251, 900, 4_999] {
            for (name, source) in deep_sources(levels) {
                if source.len() > MAX_EXPRESSION_BYTES {
                    continue;
                }
                let problems = language.compile(&source).unwrap_err();
                let message = &problems.0[0].message;
                let is_deep = message.starts_with("the expression is more than 250 levels deep");
                assert!(is_deep || name == "closed only", "{levels} {name}: {message}");
            }
        }
    };
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn maps_with_computed_keys_are_few_and_their_types_are_cut() {
    let nested = |levels: usize| {
        format!("cel.bind(x, 1, {}x{})", "cel.bind(x, {x: x}, ".repeat(levels), ")".repeat(levels))
    };
    let language = shop();
    let problem = problems(&language, &nested(12));
    assert!(problem.starts_with("1:1 the rule gives map<map<"), "{problem}");
    assert!(problem.chars().count() < 150, "{problem}");
    let problem = problems(&language, &nested(13));
    assert!(
        problem.ends_with("at most 12 keys of maps may be computed in one expression"),
        "{problem}"
    );
}

#[test]
fn the_place_where_it_becomes_too_deep_is_named() {
    let source = format!("{}1{} > 1", "(".repeat(251), ")".repeat(251));
    assert_eq!(
        problems(&shop(), &source),
        "1:251 the expression is more than 250 levels deep; split it, or move parts into derived fields"
    );
}

#[test]
fn long_chains_of_and_and_or_are_not_deep() {
    let language = shop();
    let and = vec!["User.age > 1"; 600].join("&&");
    let or = vec!["User.age > 1"; 600].join("||");
    assert_eq!(problems(&language, &and), "compiles");
    assert_eq!(problems(&language, &or), "compiles");
    let facts = language.facts(&json!({ "User": { "age": 2 } })).unwrap();
    assert_eq!(language.compile(&and).unwrap().evaluate(&facts), Ok(true));
    let last = format!("{and} && User.age == 3");
    assert_eq!(language.compile(&last).unwrap().evaluate(&facts), Ok(false));
}

#[test]
fn an_expression_has_at_most_10000_bytes() {
    let language = shop();
    let padded = |length: usize| format!("{:<length$}", "true");
    assert_eq!(problems(&language, &padded(10_000)), "compiles");
    assert_eq!(
        problems(&language, &padded(10_001)),
        "1:1 the expression is 10001 bytes long; at most 10000 fit"
    );
}

#[test]
fn facts_without_a_type_can_be_used_everywhere() {
    let language = shop();
    let sources = [
        "Context.a + Context.b > 5",
        "Context.a - Context.b > -5",
        "Context.list[0] > 5",
        "Context.list[1].b == 1",
        "Context.list[0] + Context.list[0] == 14",
        "Context.nested[0][1].x",
        "Context.list.exists(x, type(x) == int && x > 6)",
        "Context.names[0].startsWith('x')",
        "Context.names.map(x, x + 'y')[0] == 'xy'",
        "Context.nested.exists(x, x[1].x)",
        "math.greatest(Context.a, 1) == 3",
        "(Context.flag ? 1 : Context.a) == 1",
        "(Context.a + Context.b) * 2 == 16",
        "Context['a'] == 3",
    ];
    let facts = json!({ "Context": {
        "a": 3, "b": 5, "list": [7, { "b": 1 }], "nested": [[0, { "x": true }]], "names": ["x"], "flag": true,
    } });
    let facts = language.facts(&facts).unwrap();
    for source in sources {
        assert_eq!(problems(&language, source), "compiles", "{source}");
        assert_eq!(language.compile(source).unwrap().evaluate(&facts), Ok(true), "{source}");
    }
    let language = self::language(
        &json!({ "Context": "object" }),
        &[derived("sum", "Context.a + Context.b"), derived("first", "Context.list[0]")],
    );
    let facts = language.facts(&json!({ "Context": { "a": 3, "b": 5, "list": ["x"] } })).unwrap();
    let program = language.compile("sum == 8 && sum > 7 && first.startsWith('x')").unwrap();
    assert_eq!(program.evaluate(&facts), Ok(true));
}

/// Each of these kept the checker of the library busy for ever, or had a type that it does not have.
#[test]
fn sums_of_what_has_no_type_are_checked_at_once() {
    let language = shop();
    for fine in [
        "cel.bind(a, User.any + User.any, a + a) == []",
        "User.any + User.any > 3",
        "User.note.l.map(x, x + x).all(y, y + y > 1)",
        "User.any.x[0] + User.any.x[0] == 2",
        "User.note.a - User.note.b == 0",
        "math.least(User.age, optional.of(1).optMap(it, it + 1).value()) == 1",
    ] {
        assert_eq!(problems(&language, fine), "compiles", "{fine}");
    }
    let wrong = problems(&language, "[nope + nope].map(x, x + x) == []");
    assert!(wrong.starts_with("1:2 unknown name `nope`"), "{wrong}");
    let wrong = problems(&language, "size(cel.bind(a, cel.bind(b, [1].nope(), b + b), a + a)) > 0");
    assert!(wrong.contains("unknown function `nope`"), "{wrong}");
}

#[test]
fn programs_refuse_facts_of_another_language() {
    let (one, other) = (shop(), shop());
    let facts = other.facts(&json!({ "User": { "age": 5 } })).unwrap();
    let program = one.compile("User.age > 1").unwrap();
    let fault = program.evaluate(&facts).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Internal);
    assert!(fault.message.contains("another language"), "{}", fault.message);
    let explanation = program.explain(&facts);
    assert_eq!(explanation.result, Err(fault.clone()));
    assert_eq!(explanation.reason, fault.message);
    assert_eq!(explanation.clauses.len(), program.clauses().len());
}

#[test]
fn wrong_facts_are_neither_null_nor_missing() {
    let schema = json!({ "User": { "age": "int", "l": ["int"], "m": "int?", "all": "any" } });
    let language = language(&schema, &[derived("copy", "User.l")]);
    let facts = json!({ "User": { "age": "old", "l": [1, "x", 3], "m": null } });
    let facts = language.facts(&facts).unwrap();
    let explain = |source: &str| language.compile(source).unwrap().explain(&facts);

    let it = explain("has(User.age) && User.l.exists(a, a > 2)");
    assert_eq!(it.result, Ok(true));
    assert_eq!(
        it.reason,
        "`has(User.age)` is true (User.age: expected int, got \"old\"); `User.l.exists(a, a > 2)` is true (User.l[0] is 1, User.l[1]: expected int, got \"x\", User.l[2] is 3)"
    );
    assert_eq!(
        serde_json::to_value(&it.read).unwrap(),
        json!([
            { "path": "User.age", "fault": "expected int, got \"old\"" },
            { "path": "User.l[0]", "value": 1 },
            { "path": "User.l[1]", "fault": "expected int, got \"x\"" },
            { "path": "User.l[2]", "value": 3 },
        ])
    );
    // By another path than its own, the fault names its own.
    let it = explain("copy[1] == 1 || true");
    assert_eq!(it.read[0].fault.as_deref(), Some("User.l[1]: expected int, got \"x\""));
    let it = explain("size(User.l) == 3");
    assert_eq!(it.read[0].value, Some(json!([1, "(User.l[1]: expected int, got \"x\")", 3])));
    // What is missing is told from what is null.
    let it = explain("User.m == null && !has(User.all)");
    assert!(!it.read[0].is_missing() && it.read[1].is_missing());
    assert_eq!(
        serde_json::to_value(&it.read).unwrap(),
        json!([{ "path": "User.m", "value": null }, { "path": "User.all", "missing": true }])
    );
}

#[test]
fn long_keys_are_cut_in_paths_and_messages() {
    let schema = json!({ "User": { "limits": "map<string, int>", "key": "string" } });
    let language = language(&schema, &[]);
    let cases = [
        ("x", format!("User.limits.{}…", "x".repeat(100))),
        ("ä ", format!("User.limits[\"{}…\"]", "ä ".repeat(50))),
    ];
    for (part, expected) in cases {
        let key = part.repeat(500_000);
        let other = format!("{key}!");
        let facts = json!({ "User": { "limits": { &key: 1, &other: "wrong" }, "key": &key } });
        let facts = language.facts(&facts).unwrap();
        assert!(facts.findings()[0].to_string().chars().count() < 150);
        for source in ["User.limits[User.key] > 0", "User.limits.all(k, v, v > 0) || true"] {
            let it = language.compile(source).unwrap().explain(&facts);
            assert_eq!(it.result, Ok(true), "{source}");
            assert!(it.read.iter().any(|read| read.path == expected), "{source}");
            assert!(it.read.iter().all(|read| read.path.chars().count() < 150), "{source}");
        }
        for source in ["{'a': 1}[User.key] > 0", "User.limits[User.key + '?'] > 0"] {
            let fault = language.compile(source).unwrap().evaluate(&facts).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Missing);
            assert!(fault.message.chars().count() < 150, "{}", fault.message);
        }
    }
}

fn fuzzed() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "User",
        ".age",
        ".",
        "Order.items",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "!",
        "-",
        "+",
        "&&",
        "||",
        "==",
        "<",
        "in ",
        "1",
        "0x",
        "1u",
        "1.5",
        "'a'",
        "\"",
        "'''",
        "r'",
        "b'",
        "\\",
        "`",
        "x",
        " ",
        "\n",
        "//",
        "é",
        "😀",
        "\u{0}",
        ".all(",
        ".map(x,",
        "has(",
        "cel.bind(x,",
        ".optMap(x,",
        "size(",
        "dyn(",
        "null",
        "true",
        "for",
        "@",
        "=",
        "matches(",
        "9223372036854775808",
        ".?a",
        "[?0]",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..40).prop_map(|it| it.concat()),
        ".{0,60}",
        "[ -~]{0,60}",
    ]
}

proptest! {
    #[test]
    fn any_text_compiles_or_has_problems_with_a_place_in_it(source in fuzzed()) {
        static LANGUAGE: std::sync::LazyLock<Arc<Language>> = std::sync::LazyLock::new(shop);
        if let Err(problems) = LANGUAGE.compile(&source) {
            prop_assert!(!problems.0.is_empty());
            let lines: Vec<&str> = source.split('\n').collect();
            for problem in problems.0 {
                prop_assert!(!problem.message.contains("the checker failed"), "{}", problem.message);
                let line = lines.get(problem.line as usize - 1);
                prop_assert!(line.is_some_and(|it| problem.column as usize <= it.chars().count() + 1));
            }
        }
    }

    #[test]
    fn what_our_scanner_refuses_the_library_refuses_as_well(source in fuzzed()) {
        if super::super::scan::scan(&source).is_err() {
            prop_assert!(!cel_core::parse(&source).errors.is_empty());
        }
    }
}
