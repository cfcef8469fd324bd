use cel_core::Value;

use super::World;
use crate::rules::FaultKind::{self, Argument, Arithmetic, Missing, Type};

#[test]
fn expressions_have_the_values_of_the_standard() {
    let world = World::new();
    let cases = [
        ("1 + 2 * 3", Value::Int(7)),
        ("7u % 4u", Value::UInt(3)),
        ("-7 / 2", Value::Int(-3)),
        ("-7 % 2", Value::Int(-1)),
        ("'a' + 'b'", "ab".into()),
        ("b'a' + b'b'", Value::Bytes((*b"ab").into())),
        ("[1] + [2]", Value::list([1, 2])),
        ("1 == 1u && 1u == 1.0 && 1 != 1.5", true.into()),
        ("dyn(1) == 'a'", false.into()),
        ("[1, [2]] == [1.0, [2u]]", true.into()),
        ("{'a': 1} == {'a': 1.0}", true.into()),
        ("dyn(1) < 1.5 && dyn(2u) > 1", true.into()),
        ("2 in [1, 2.0]", true.into()),
        ("'a' in {'a': 1}", true.into()),
        ("dyn(1.0) in {1: 'a'}", true.into()),
        ("dyn(1.5) in {1: 'a'}", false.into()),
        ("[1, 2][1]", Value::Int(2)),
        ("[1, 2][dyn(1.0)]", Value::Int(2)),
        ("{'a': 1}['a'] + {'a': 1}.a", Value::Int(2)),
        ("{1: 'x'}[dyn(1u)]", "x".into()),
        ("x > 5 ? 'high' : 'low'", "high".into()),
        ("false && 1 / 0 > 0", false.into()),
        ("1 / 0 > 0 && false", false.into()),
        ("true || 1 / 0 > 0", true.into()),
        ("1 / 0 > 0 || true", true.into()),
        ("Absent.x == 1 || x == 7", true.into()),
        ("[1, 2, 3].all(i, i > 0)", true.into()),
        ("[0, 1].exists(i, 1 / i == 1)", true.into()),
        ("[0, 2].all(i, 1 / i == 1)", false.into()),
        ("[1, 2].exists_one(i, i == 2)", true.into()),
        ("[1, 1].exists_one(i, i == 1)", false.into()),
        ("[1, 2, 3].filter(i, i > 1)", Value::list([2, 3])),
        ("[1, 2].map(i, i * 2)", Value::list([2, 4])),
        ("[1, 2].map(i, i > 1, i * 2)", Value::list([4])),
        ("{'a': 1}.map(key, key)", Value::list(["a"])),
        ("['a', 'b'].transformList(i, it, string(i) + it)", Value::list(["0a", "1b"])),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2)", Value::map([("b", 4_i64)])),
        ("['a'].transformMap(i, it, it)", Value::map([(0_i64, "a")])),
        ("['a'].all(i, it, i == 0 && it == 'a')", true.into()),
        ("[1].map(i, [2].map(j, i + j))", Value::list([Value::list([3])])),
        ("[1].map(x, x)", Value::list([1])),
        ("[1].map(i, .x)", Value::list([7])),
        ("cel.bind(a, 2, a * a)", Value::Int(4)),
        ("has(User.age) && !has(User.nothing)", true.into()),
        ("has(User.email)", true.into()),
        ("has(User.broken)", true.into()),
        ("User.?nothing.orValue('none')", "none".into()),
        ("User.?nothing.?deeper.hasValue()", false.into()),
        ("optional.of(1).orValue(1 / 0)", Value::Int(1)),
        ("optional.of(2).optMap(v, v * 2).value()", Value::Int(4)),
        ("optional.none().optMap(v, v).hasValue()", false.into()),
        ("optional.of(2).optFlatMap(v, optional.of(v + 1)).value()", Value::Int(3)),
        ("[1, 2][?5].hasValue()", false.into()),
        ("[1, ?optional.none(), ?optional.of(2)]", Value::list([1, 2])),
        ("{?'a': optional.none(), ?'b': optional.of(2)}", Value::map([("b", 2_i64)])),
        ("size('äö') + size([1]) + {'a': 1}.size() + size(b'abc')", Value::Int(7)),
        ("'hello'.contains('ell') && 'hello'.startsWith('h')", true.into()),
        ("'hello'.endsWith('lo') && 'hello'.matches('l+')", true.into()),
        ("matches('hello', '^h.*o$')", true.into()),
        ("'hello'.matches(text.substring(4, 5))", true.into()),
        ("int('12') + int(3.9) + int(4u)", Value::Int(19)),
        ("double('1.5') + double(1)", Value::Double(2.5)),
        ("string(1) + string(1.5) + string(true)", "11.5true".into()),
        ("bytes('a') == b'a' && string(b'a') == 'a'", true.into()),
        ("type(1) == int && type('a') == string && type([]) == list", true.into()),
        ("type(type(1)) == type", true.into()),
        ("duration('1h30m') == duration('90m')", true.into()),
        ("duration('-1.5s') == duration('0s') - duration('1500ms')", true.into()),
        ("duration('1.5s').getMilliseconds()", Value::Int(500)),
        (
            "timestamp('2026-01-31T12:00:00Z') + duration('1h') == timestamp('2026-01-31T13:00:00Z')",
            true.into(),
        ),
        (
            "timestamp('2026-01-31T12:00:00Z') - timestamp('2026-01-31T11:00:00Z') == duration('1h')",
            true.into(),
        ),
        ("timestamp('2026-01-31T23:30:00Z').getDayOfMonth('+01:00')", Value::Int(0)),
        ("timestamp('2026-01-31T12:00:00Z').getFullYear('Europe/Berlin')", Value::Int(2026)),
        ("string(duration('90s'))", "90s".into()),
        ("'%s is %d'.format(['a', 3])", "a is 3".into()),
        ("['a', 'b'].join(', ')", "a, b".into()),
        ("'a,b'.split(',')", Value::list(["a", "b"])),
        ("'aXa'.replace('a', 'bb')", "bbXbb".into()),
        ("math.greatest(1, 2.5)", Value::Double(2.5)),
        ("math.greatest([1, 5, 3])", Value::Int(5)),
        ("base64.encode(b'hi')", "aGk=".into()),
        ("strings.quote('a')", "\"a\"".into()),
        ("'tacocat'.charAt(2)", "c".into()),
    ];
    for (source, expected) in cases {
        assert_eq!(world.value(source), Ok(expected), "{source}");
    }
}

#[test]
fn errors_are_faults_of_their_kind_with_the_place() {
    let world = World::new();
    let cases: &[(&str, FaultKind, &str)] = &[
        ("User.nothing", Missing, "User.nothing is missing"),
        ("Absent.a.b", Missing, "Absent is missing"),
        ("Order.items[5].price", Missing, "Order.items[5] is missing"),
        ("Order.items[-1]", Missing, "Order.items[-1] is missing"),
        ("Order.items.map(i, i.weight)", Missing, "Order.items[0].weight is missing"),
        ("cel.bind(u, User, u.nothing)", Missing, "User.nothing is missing"),
        ("User['a b']", Missing, "User[\"a b\"] is missing"),
        ("{'a': 1}.b", Missing, "key \"b\" is missing"),
        ("[1][2]", Missing, "index 2 is missing"),
        ("has(Absent.a)", Missing, "Absent is missing"),
        ("User.broken > 1", Type, "User.broken: expected int, got \"old\""),
        ("User.broken == 1", Type, "User.broken: expected int, got \"old\""),
        ("User == {}  || User.broken in [1]", Type, "User.broken: expected int, got \"old\""),
        ("Failed + 1", Arithmetic, "derived field Failed: division by zero"),
        ("1 / 0", Arithmetic, "division by zero"),
        ("1 % 0", Arithmetic, "modulo by zero"),
        ("9223372036854775807 + x", Arithmetic, "9223372036854775807 + 7 is out of range for int"),
        ("0u - 1u", Arithmetic, "0u - 1u is out of range for uint"),
        ("int(1e300)", Arithmetic, "1000000000"),
        ("dyn(1) + 'a'", Type, "`+` has no form for int and string"),
        ("any < 'a'", Type, "`<` cannot compare int with string"),
        ("0.0 / 0.0 < 1.0", Arithmetic, "NaN is neither less nor greater"),
        ("User.age.nothing", Type, "int has no field \"nothing\""),
        ("has(User.age.x)", Type, "has() looks into objects, not int"),
        ("any[0]", Type, "`[]` has no form for int and int"),
        ("'a' in any", Type, "`in` looks into lists and objects, not int"),
        ("any.all(i, true)", Type, "a macro goes through lists and objects, not int"),
        ("any && true", Type, "expected true or false, got int"),
        ("any ? 1 : 2", Type, "expected true or false, got int"),
        ("size(any)", Type, "`size` has no form for (int)"),
        ("any.charAt(1)", Type, "`charAt` has no form for (int, int)"),
        ("'abc'.charAt(9)", Arithmetic, "index out of range: 9"),
        ("int('x')", Argument, "expected a whole number, got \"x\""),
        ("duration('x')", Argument, "expected a duration as `1h30m`, `90s` or `250ms`, got \"x\""),
        ("duration('99999999999999999999999999999999999999h')", Argument, "expected a duration"),
        ("timestamp('x')", Argument, "expected a timestamp"),
        (
            "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
            Arithmetic,
            "the timestamp is not within the years 1 to 9999",
        ),
        ("timestamp('2026-01-31T12:00:00Z').getHours('+999999:00')", Argument, "unknown time zone"),
        ("{'a': 1, 'a': 2}", Argument, "the key \"a\" is there twice"),
        ("base64.decode('?')", Argument, "invalid base64"),
        ("['a', dyn(1)].join()", Type, "`join` joins texts, not int"),
        ("'%.99999999999f'.format([1.0])", Argument, "at most 400 decimals"),
        ("optional.none().value()", Argument, "optional has no value"),
        ("'a'.matches(text + '(')", Argument, "bad regular expression: unclosed group"),
    ];
    for (source, kind, message) in cases {
        let fault = world.fault(source);
        assert_eq!(fault.kind, *kind, "{source}: {fault}");
        assert!(fault.message.contains(message), "{source}: {fault}");
    }
}

#[test]
fn a_condition_that_is_no_boolean_is_named() {
    let world = World::new();
    let fault = world.program("any").evaluate(&world.slots).unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotBoolean);
    assert_eq!(fault.message, "the rule gives int, not true or false");
    let fault = world.program("true ? any : 1").evaluate(&world.slots).unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotBoolean);
}

#[test]
fn accumulators_of_macros_cannot_be_reached() {
    let world = World::new();
    let ast = world.env.compile("[1].map(i, __result__)").unwrap();
    let slots = |name: &str| world.names.iter().position(|it| *it == name);
    let problems =
        super::Program::new(&ast, &world.functions, &slots, crate::rules::Limits::default());
    assert_eq!(problems.unwrap_err().to_string(), "line 1, column 12: unknown name `__result__`");
}

#[test]
fn reads_are_the_longest_selects() {
    let world = World::new();
    let cases: &[(&str, &[&str])] = &[
        ("User.age > x", &["User.age", "x"]),
        ("Order.items.all(i, i.price > 0.0)", &["Order.items"]),
        ("Order.items[0].price", &["Order.items"]),
        ("has(User.email) && User == {}", &["User", "User.email"]),
        ("User.?address.?city.orValue('')", &["User.address.city"]),
        ("cel.bind(x, User, x.age)", &["User"]),
        ("[1].all(User, User == 1)", &[]),
        ("dyn(User).age", &["User.age"]),
    ];
    for (source, expected) in cases {
        assert_eq!(world.program(source).reads(), *expected, "{source}");
    }
}
