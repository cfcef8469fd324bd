use std::{fmt::Write, sync::Arc, thread};

use cel_core::Value;

use super::World;
use crate::rules::{
    FaultKind, Limits,
    cel::{
        eval::Machine,
        lower::{Lowered, lower},
        meter::Stop,
        program::{BASE, LEVEL},
        trace::{Step, Trace},
    },
};

/// `cel.bind(v1, first, cel.bind(v2, next(v1), … last(vN)))`
fn doubled(levels: usize, first: &str, next: impl Fn(&str) -> String, last: &str) -> String {
    let mut text = format!("cel.bind(v0, {first}, ");
    for level in 1..levels {
        let value = next(&format!("v{}", level - 1));
        let _ = write!(text, "cel.bind(v{level}, {value}, ");
    }
    let value = format!("v{}", levels - 1);
    text + &last.replace('$', &value) + &")".repeat(levels)
}

#[test]
fn what_grows_without_end_is_stopped() {
    let world = World::new();
    let twice = |it: &str| format!("{it} + {it}");
    let pair = |it: &str| format!("[{it}, {it}]");
    let cases = [
        "big.all(a, big.all(b, big.all(c, a + b + c >= 0)))".to_owned(),
        "big.all(a, big.all(b, big.exists(c, c < 0)) || true)".to_owned(),
        "big.map(a, big.map(b, big.map(c, c))) == []".to_owned(),
        "big.map(a, big.filter(b, true)) == []".to_owned(),
        "size(big.map(a, big.transformMap(i, b, b))) == 0".to_owned(),
        "size(big.transformMap(i, a, big.transformList(j, b, b))) == 0".to_owned(),
        "big.all(a, big.all(b, a in big))".to_owned(),
        "big.all(a, big.all(b, big == big.map(c, c)))".to_owned(),
        "big.map(a, big).map(b, b + b + b).map(c, c + c + c) == []".to_owned(),
        doubled(60, "text", twice, "size($) > 0"),
        doubled(60, "big", twice, "size($) > 0"),
        doubled(60, "bytes(text)", twice, "size($) > 0"),
        doubled(60, "[x]", pair, "$ == [$, $][0]"),
        doubled(60, "[x]", pair, "'%s'.format([$]) == ''"),
        doubled(60, "{'a': x}", |it| format!("{{'a': {it}, 'b': {it}}}"), "$ == {'c': $}.c"),
        doubled(60, "{'a': x}", |it| format!("{{'a': {it}, 'b': {it}}}"), "'%s'.format([$]) == ''"),
        doubled(60, "text", |it| format!("{it}.replace('', {it})"), "size($) > 0"),
        doubled(60, "text", |it| format!("{it}.replace('a', {it})"), "size($) > 0"),
        doubled(60, "text", |it| format!("[{it}, {it}, {it}].join({it})"), "size($) > 0"),
        doubled(60, "text", |it| format!("'%s%s'.format([{it}, {it}])"), "size($) > 0"),
        doubled(60, "text", |it| format!("'%x'.format([{it}])"), "size($) > 0"),
        doubled(99, "text", |it| format!("base64.encode(bytes({it}))"), "size($) > 0"),
        doubled(
            60,
            "'\"' + text",
            |it| format!("strings.quote(strings.quote({it}))"),
            "size($) > 0",
        ),
        doubled(60, "text", |it| format!("{it}.split('').join('--')"), "size($) > 0"),
        "big.all(a, big.all(b, ('%.400f').format([1.0]) != ''))".to_owned(),
        "big.all(a, text.matches(text.substring(0, 1) + '{1000}') || true)".to_owned(),
        "big.all(a, text.matches('\\\\pL+' + text) || true)".to_owned(),
        "text.matches('(((' + 'a{99}){99}){99}){99}')".to_owned(),
    ];
    for source in cases {
        // Nothing absorbs it.
        let source = format!("({source}) || true || false");
        let program = world.limited(&source, Limits::default());
        let fault = match program.evaluate(&world.slots) {
            Err(fault) => fault,
            Ok(it) => panic!("{source} is {it}"),
        };
        assert_eq!(fault.kind, FaultKind::Limit, "{source}: {fault}");
        let message =
            "stopped after 1,000,000 steps; the expression does too much work on these facts";
        assert_eq!(fault.message, message);
        assert_eq!(program.explain(&world.slots).result, Err(fault), "{source}");
    }
}

#[test]
fn a_huge_pattern_does_not_compile() {
    let world = World::new();
    let ast = world.env.compile("text.matches('((((a{99}){99}){99}){99}){99}')").unwrap();
    let slots = |name: &str| world.names.iter().position(|it| *it == name);
    let problems = super::Program::new(&ast, &world.functions, &slots, Limits::default());
    let message = problems.unwrap_err().to_string();
    assert!(message.starts_with("line 1, column 1: "), "{message}");
}

#[test]
fn a_value_that_is_nested_too_deep_is_no_value() {
    let world = World::new();
    let source = format!("{}x{}", "[".repeat(501), "]".repeat(501));
    let result = stacker::grow(64 << 20, || world.value(&source));
    let fault = result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Argument);
    assert_eq!(fault.message, "the value is nested more than 500 levels deep");
}

/// Measures the stack that is left where facts are read.
struct Gauge(usize);

impl Trace for Gauge {
    const ON: bool = true;
    type Path = Option<Arc<str>>;

    fn fact(&mut self, path: &Arc<str>) -> Self::Path {
        Some(Arc::clone(path))
    }

    fn member(&mut self, of: &Self::Path, _: Step<'_>) -> Self::Path {
        of.clone()
    }

    fn read(&mut self, _: &Self::Path, _: Option<&Value>) {
        self.0 = self.0.min(stacker::remaining_stack().unwrap());
    }

    fn missing(&self, _: &Self::Path, _: Step<'_>) -> Stop {
        Stop::Untraced
    }

    fn enter(&mut self, _: usize) {}

    fn leave(&mut self, _: usize, _: Option<bool>) {}
}

const DEEP: [(&str, &str, &str); 14] = [
    ("-(", "x", ")"),
    ("1 + (", "x", ")"),
    ("!(", "x > 1", ")"),
    ("true && (false || (", "x > 1", "))"),
    ("x == 7 ? (", "x", ") : 0"),
    ("x == 7 ? (", "x > 1", ") : false"),
    ("[1].all(i, ", "x > 1", ")"),
    ("[1].exists(i, true && ", "x > 1", ")"),
    ("[1].map(i, ", "x", ")"),
    ("{'a': 1}.transformMap(k, v, ", "x", ")"),
    ("cel.bind(a, 1, ", "x", ")"),
    ("math.abs(", "x", ")"),
    ("[", "x", "][0]"),
    ("{'a': (", "x", ")}.a"),
];

#[test]
fn a_level_takes_no_more_stack_than_is_reserved() {
    let world = World::new();
    let slots = |name: &str| world.names.iter().position(|it| *it == name);
    stacker::grow(512 << 20, || {
        for (open, inner, close) in DEEP {
            let source = format!("{}{inner}{}", open.repeat(120), close.repeat(120));
            let ast = world.env.parse_only(&source).unwrap();
            let Ok(Lowered { root, depth }) = lower(&ast, &world.functions, &slots) else {
                panic!("{source}")
            };
            let before = stacker::remaining_stack().unwrap();
            let mut machine = Machine::new(&world.slots, Limits::default(), Gauge(before));
            machine.eval(&root, None).unwrap();
            let used = before - machine.trace.0;
            assert!(used < BASE / 2 + depth * LEVEL * 3 / 4, "{open}: {used} for {depth} levels");
        }
    });
}

#[test]
fn the_deepest_expressions_are_evaluated_on_a_small_stack() {
    let world = World::new();
    for (open, inner, close) in DEEP {
        let levels = if open.contains("(false") { 125 } else { 250 };
        let source = format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
        let program = stacker::grow(512 << 20, || {
            let ast = world.env.parse_only(&source).unwrap();
            let slots = |name: &str| world.names.iter().position(|it| *it == name);
            super::Program::new(&ast, &world.functions, &slots, Limits::default()).unwrap()
        });
        thread::scope(|scope| {
            let run = || {
                program.value(&world.slots).unwrap();
                let _ = program.explain(&world.slots);
            };
            let thread = thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, run);
            thread.unwrap().join().unwrap();
        });
    }
}

#[test]
fn a_message_does_not_repeat_long_facts() {
    let world = World::new();
    let key = "x".repeat(5_000);
    let fault = world.value(&format!("{{'a': 1}}['{key}']")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Missing);
    assert_eq!(fault.message, format!("key \"{}…\" is missing", &key[..100]));
    let fault = world.value(&format!("{{'{key}': 1, '{key}': 2}}")).unwrap_err();
    assert_eq!(fault.message, format!("the key \"{}…\" is there twice", &key[..100]));
    let fault = world.fault(&format!("timestamp('2024-01-01T00:00:00Z').getHours('{key}')"));
    assert!(fault.message.chars().count() <= 501 && fault.message.ends_with('…'));
}
