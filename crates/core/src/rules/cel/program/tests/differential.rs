use cel_core::{MapActivation, Value};
use proptest::prelude::*;

use super::World;
use crate::rules::{Fault, Limits, cel::node::Slot};

fn ints() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (-3_i64..5).prop_map(|it| it.to_string()),
        Just("x".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("User.age".to_owned()),
        Just("User.nothing".to_owned()),
        Just("size(text)".to_owned()),
    ];
    leaf.boxed()
}

fn both(name: &'static str, of: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (of.clone(), of).prop_map(move |(a, b)| format!("({a} {name} {b})")).boxed()
}

/// Expressions of each type: int, bool, string, list of int.
#[derive(Clone)]
struct Typed {
    int: BoxedStrategy<String>,
    bool: BoxedStrategy<String>,
    text: BoxedStrategy<String>,
    list: BoxedStrategy<String>,
}

fn typed(depth: usize) -> Typed {
    if depth == 0 {
        return Typed {
            int: ints(),
            bool: prop_oneof![
                Just("true"),
                Just("false"),
                Just("User.active"),
                Just("has(User.nothing)"),
                Just("has(User.age)"),
                Just("Absent.flag"),
            ]
            .prop_map(str::to_owned)
            .boxed(),
            text: prop_oneof![
                Just("'a'"),
                Just("''"),
                Just("text"),
                Just("User.tier"),
                Just("'ä%s'")
            ]
            .prop_map(str::to_owned)
            .boxed(),
            list: prop_oneof![Just("[]"), Just("[1, 2, 3]"), Just("[x, 0]"), Just("[1, 1 / 0]")]
                .prop_map(str::to_owned)
                .boxed(),
        };
    }
    let of = typed(depth - 1);
    Typed { int: int_of(&of), bool: bool_of(&of), text: text_of(&of), list: list_of(&of) }
}

fn int_of(of: &Typed) -> BoxedStrategy<String> {
    let choice = (of.bool.clone(), of.int.clone(), of.int.clone());
    prop_oneof![
        of.int.clone(),
        both("+", of.int.clone()),
        both("-", of.int.clone()),
        both("*", of.int.clone()),
        both("/", of.int.clone()),
        both("%", of.int.clone()),
        of.int.clone().prop_map(|it| format!("(-({it}))")),
        choice.prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        (of.list.clone(), 0..4).prop_map(|(list, at)| format!("{list}[{at}]")),
        of.list.clone().prop_map(|it| format!("size({it})")),
        of.text.clone().prop_map(|it| format!("int({it})")),
        of.int.clone().prop_map(|it| format!("optional.of({it}).optMap(o, o + 1).value()")),
        (of.int.clone(), of.int.clone()).prop_map(|(a, b)| format!("cel.bind(x, {a}, x + {b})")),
        of.list.clone().prop_map(|it| format!("math.greatest({it})")),
        both("", of.int.clone())
            .prop_map(|it| it.replace("  ", ", "))
            .prop_map(|it| format!("math.least{it}")),
    ]
    .boxed()
}

fn bool_of(of: &Typed) -> BoxedStrategy<String> {
    let quantified = |name: &'static str| {
        (of.list.clone(), of.int.clone())
            .prop_map(move |(list, it)| format!("{list}.{name}(x, x < {it})"))
            .boxed()
    };
    prop_oneof![
        both("&&", of.bool.clone()),
        both("||", of.bool.clone()),
        of.bool.clone().prop_map(|it| format!("!({it})")),
        both("==", of.int.clone()),
        both("!=", of.text.clone()),
        both("<", of.int.clone()),
        both("<=", of.text.clone()),
        both(">", of.bool.clone()),
        both(">=", of.int.clone()),
        both("==", of.list.clone()),
        (of.int.clone(), of.list.clone()).prop_map(|(a, b)| format!("({a} in {b})")),
        quantified("all"),
        quantified("exists"),
        quantified("exists_one"),
        (of.text.clone(), of.text.clone()).prop_map(|(a, b)| format!("{a}.contains({b})")),
        (of.list.clone(), of.bool.clone())
            .prop_map(|(list, it)| format!("{list}.all(i, x, i < x || {it})")),
    ]
    .boxed()
}

fn text_of(of: &Typed) -> BoxedStrategy<String> {
    prop_oneof![
        of.text.clone(),
        both("+", of.text.clone()),
        of.int.clone().prop_map(|it| format!("string({it})")),
        of.list.clone().prop_map(|it| format!("'%s'.format([{it}])")),
        (of.text.clone(), of.int.clone()).prop_map(|(a, b)| format!("{a}.substring({b})")),
        (of.text.clone(), of.text.clone()).prop_map(|(a, b)| format!("[{a}, {b}].join('-')")),
        (of.text.clone(), of.text.clone()).prop_map(|(a, b)| format!("{a}.replace('a', {b})")),
    ]
    .boxed()
}

fn list_of(of: &Typed) -> BoxedStrategy<String> {
    prop_oneof![
        of.list.clone(),
        both("+", of.list.clone()),
        (of.int.clone(), of.int.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
        (of.list.clone(), of.int.clone()).prop_map(|(list, it)| format!("{list}.map(x, x + {it})")),
        (of.list.clone(), of.bool.clone()).prop_map(|(list, it)| format!("{list}.filter(x, {it})")),
        (of.list.clone(), of.bool.clone(), of.int.clone())
            .prop_map(|(list, c, it)| format!("{list}.map(x, {c}, {it})")),
        (of.list.clone(), of.int.clone())
            .prop_map(|(list, it)| format!("{list}.transformList(i, x, x * i + {it})")),
    ]
    .boxed()
}

fn library(world: &World, source: &str) -> Option<Value> {
    let ast = world.env.compile(source).ok()?;
    let mut values = MapActivation::new();
    for (name, slot) in world.names.iter().zip(&world.slots) {
        if let Slot::Value(value) = slot {
            values.insert(*name, value.clone());
        }
    }
    Some(world.env.program(&ast).ok()?.eval(&values))
}

fn agree(ours: &Result<Value, Fault>, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Err(_), Value::Error(_)) => true,
        (Ok(ours), theirs) => format!("{ours:?}") == format!("{theirs:?}"),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Not among these expressions, since the library differs from the standard: indexes below zero, negative durations,
    /// `has` of what is in something missing, the second argument of `orValue` where the first is there.
    #[test]
    fn values_are_those_of_the_library(source in { let of = typed(3); prop_oneof![of.int, of.bool, of.text, of.list] }) {
        let world = World::new();
        let Some(theirs) = library(&world, &source) else { return Ok(()) };
        let program = world.program(&source);
        let ours = program.value(&world.slots);
        prop_assert!(agree(&ours, &theirs), "{}: {:?}, {:?}", source, ours, theirs);
        if let Value::Bool(it) = theirs {
            prop_assert_eq!(program.evaluate(&world.slots), Ok(it));
            prop_assert_eq!(program.explain(&world.slots).result, Ok(it));
        }
    }

    #[test]
    fn no_expression_panics(tokens in prop::collection::vec(0..TOKENS.len(), 1..14)) {
        let source: String = tokens.into_iter().map(|it| TOKENS[it]).collect();
        let world = World::new();
        let Ok(ast) = world.env.compile(&source).or_else(|_| world.env.parse_only(&source)) else {
            return Ok(());
        };
        let slots = |name: &str| world.names.iter().position(|it| *it == name);
        let limits = Limits { cost: 20_000 };
        if let Ok(program) = super::Program::new(&ast, &world.functions, &slots, limits) {
            let _ = program.value(&world.slots);
            let result = program.evaluate(&world.slots);
            prop_assert_eq!(program.explain(&world.slots).result, result);
        }
    }
}

const TOKENS: &[&str] = &[
    "x",
    "text",
    "User",
    "Order",
    "big",
    "any",
    "Absent",
    "Failed",
    "i",
    "1",
    "0",
    "-1",
    "1u",
    "2.5",
    "'a'",
    "b'a'",
    "null",
    "true",
    "[]",
    "{}",
    "{'a': 1}",
    "[1, 2]",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    ".?",
    "[?",
    " + ",
    " - ",
    " * ",
    " / ",
    " % ",
    " == ",
    " != ",
    " < ",
    " >= ",
    " in ",
    " && ",
    " || ",
    "!",
    "-",
    " ? ",
    " : ",
    ".age",
    ".items",
    ".map(i, ",
    ".all(i, ",
    ".exists(i, ",
    ".filter(i, ",
    ".transformMap(i, x, ",
    ".optMap(i, ",
    "cel.bind(i, ",
    "has(User.age)",
    "has(",
    "size(",
    "int(",
    "string(",
    "double(",
    "duration(",
    "timestamp(",
    "bytes(",
    "type(",
    "dyn(",
    "optional.of(",
    ".orValue(",
    ".value()",
    ".matches(",
    ".format(",
    ".replace(",
    ".split(",
    ".join(",
    ".substring(",
    ".charAt(",
    ".lastIndexOf('a', ",
    ".getHours()",
    ".getFullYear(",
    "math.greatest(",
    "math.abs(",
    "math.bitShiftLeft(",
    "base64.decode(",
    "'%d %.3e'",
    "'1h'",
    "'2026-01-31T12:00:00Z'",
    "9223372036854775807",
];
