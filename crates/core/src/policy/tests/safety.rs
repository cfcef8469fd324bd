//! Variables without a value, and values with too many parts.

use super::*;

#[test]
fn variables_that_never_get_a_value_are_refused() {
    let mut wrong = Vec::new();
    for (body, told) in [
        (
            "some x\n\tx in input.input.arr\n\tx > 2",
            "line 6, column 7: the variable `x` is never given a value",
        ),
        ("some x\n\tx > 1", "line 6, column 7: the variable `x`"),
        ("some x\n\tstartswith(x, \"a\")", "line 6, column 7: the variable `x`"),
        ("some x\n\tnot x == 1", "line 6, column 7: the variable `x`"),
        ("some x\n\tnot input.arr[x] == 1", "line 6, column 7: the variable `x`"),
        ("some x\n\tx = y\n\ty = x", "the variable `x`"),
        ("every z in input.arr { some y; y > z }", "line 6, column 30: the variable `y`"),
        ("every z in input.arr { y > z }", "line 6, column 25: the variable `y`"),
        ("count([y | y > 1]) == 0", "the variable `y`"),
        ("count([y | some z in input.arr]) == 0", "line 6, column 9: the variable `y`"),
        ("count({y: 1 | some z in input.arr}) == 0", "the variable `y`"),
        ("some x\n\tcount([1 | input.arr[x]]) > 0", "line 6, column 7: the variable `x`"),
        ("x := count([1 | x > 0])", "the variable `x`"),
        ("x == 1", "line 6, column 2: the variable `x`"),
        ("x in input.arr", "line 6, column 2: the variable `x`"),
        ("input.arr[x + 1] == 1", "the variable `x`"),
        ("2 = x + 1", "the variable `x`"),
        ("[x, 1] == input.arr", "the variable `x`"),
        ("some x\n\tx.y[i] == 1", "the variable `i`"),
        ("some i, limit\n\tinput.arr[i] > limit", "line 6, column 10: the variable `limit`"),
        ("_ > 1", "line 6, column 2: `_` has no value here"),
        ("not input.arr[_] == 1", "`_` has no value here"),
        ("some x\n\tx = _", "the variable `x`"),
    ] {
        let error = refused(&format!(
            "package p\n\nlimit := 1\ndefault effect := \"allow\"\neffect := \"deny\" if {{\n\t{body}\n}}\n"
        ));
        if !error.contains(told) {
            wrong.push(format!("{body}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rest in [
        "f(x) := y",
        "s contains y if input.x",
        "s[y] := 1 if input.x",
        "s := y if input.x",
        "s := 1 if input.x else := y if input.y",
    ] {
        let error = refused(&format!("package p\n\neffect := \"allow\"\n\n{rest}\n"));
        assert!(
            error.starts_with("line 5") && error.contains("variable `y` is never given"),
            "{rest}: {error}"
        );
    }
}

/// Each of them binds, and the rule holds.
#[test]
fn variables_with_a_value_are_accepted_however_they_get_it() {
    let input = json!({ "arr": [1, 2, 3], "obj": { "a": 1, "b": 2 }, "pairs": [[1, 2], [3, 4]], "deep": [{ "xs": [{ "n": 7 }] }], "keys": ["a"] });
    let mut wrong = Vec::new();
    for body in [
        "some i\n\tinput.arr[i] == 1",
        "input.arr[i] == 3\n\ti == 2",
        "some i, j\n\tinput.deep[i].xs[j].n == 7",
        "input.deep[_].xs[_].n == 7",
        "some x\n\tx = input.arr[_]\n\tx > 2",
        "x := input.arr[0]\n\tx == 1",
        "x = input.arr[0]\n\tx == 1",
        "input.arr[0] = x\n\tx == 1",
        "some x\n\tinput.obj[k] = x\n\tk == \"b\"\n\tx == 2",
        "some x in input.arr\n\tx > 2",
        "some i, x in input.arr\n\tx > i",
        "some k, v in input.obj\n\tk == \"b\"\n\tv == 2",
        "some [a, b] in input.pairs\n\ta == 3\n\tb == 4",
        "some \"b\", v in input.obj\n\tv == 2",
        "[a, b] := f(1)\n\ta + b == 3",
        "[a, _] := f(1)\n\ta == 1",
        "{\"a\": x} = {\"a\": 3}\n\tx == 3",
        "{\"a\": x, \"b\": _} := input.obj\n\tx == 1",
        "x == 3\n\tx = y\n\ty = 3",
        "every x in input.arr { x > 0 }",
        "every i, x in input.arr { x > i }",
        "every x in input.arr { some y in input.arr; y >= x }",
        "every x in input.arr { y := x + 1; y > x }",
        "z := 0\n\tevery x in input.arr { x > z }",
        "[x | some x in input.arr; x > 1] == [2, 3]",
        "{x | x := input.arr[_]} == {1, 2, 3}",
        "{k: v | some k, v in input.obj}.b == 2",
        "{k: v | v := input.obj[k]}.b == 2",
        "count([input.arr[i] | some i]) == 3",
        "n := 2\n\t[x | some x in input.arr; x > n] == [3]",
        "xs := [y | some x in input.arr; y := [z | some z in input.arr; z > x]]\n\tcount(xs[0]) == 2",
        "not limit > 100",
        "x := 1\n\tnot x > 100",
        "not 7 in [x | some x in input.arr]",
        "sum([x | x := input.arr[_]]) == 6",
        "g({\"a\": 5}) == 5",
        "h([3, 4]) == 7",
        "input.obj[input.keys[i]] == 1",
        "some i\n\tabs(input.arr[i]) == 3",
        "f(1)[i] == 2",
        "tags[t]\n\tt == \"red\"",
        "tags[\"red\"]\n\tlimits[r] > 5",
        "data.p.limits[r] > 5\n\tr == \"us\"",
        "obj.b == 2",
        "every x in input.pairs[i] { x > 2 }",
        "some x in input.pairs[i]\n\tx == 4",
        "startswith(input.keys[i], \"a\")",
        "input.arr[i] + 1 == 4",
        "{input.arr[i]} == {3}",
        "[input.arr[i]] == [3]",
        "{\"a\": input.arr[i]} == {\"a\": 3}",
        "input.arr[i] in [3]",
        "x := input.arr[i] + 1\n\tx == 4",
        "f(input.arr[i]) == [3, 4]",
        "{input.arr[i]} | {1} == {1, 3}",
        "3 in [x | x := input.arr[i]]",
        "couples[[\"a\", b]]\n\tb == 2",
        "[a | some a in input.arr[i].none] == []\n\ti := 1",
        "limit = 3",
        "walked == [1, 2, 3]",
    ] {
        let text = format!(
            "package p\n\nimport input.obj\n\nlimit := 3\n\nf(x) := [x, y] if y := x + 1\n\ng({{\"a\": a}}) := a\n\nh([a, b]) := c if c := a + b\n\n\
             tags contains t if some t in [\"red\", \"blue\"]\n\nlimits[r] := n if some r, n in {{\"eu\": 1, \"us\": 9}}\n\n\
             couples := {{[\"a\", 2], [\"b\", 3]}}\n\nwalked := [input.arr[i] | some i]\n\ndefault effect := \"allow\"\n\neffect := \"deny\" if {{\n\t{body}\n}}\n"
        );
        let told = match Policy::compile("test", &text) {
            Ok(policy) => policy.evaluate(&document(input.clone()), &patient()),
            Err(problems) => PolicyDecision::refusal(problems.to_string()),
        };
        if told != (PolicyDecision { effect: PolicyEffect::Deny, reasons: vec![] }) {
            wrong.push(format!("{body}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_that_multiply_are_refused() {
    let chain = |first: &str, times: usize, each: &dyn Fn(usize) -> String| {
        (1..times).fold(format!("{first}\n"), |text, n| format!("{text}{}\n", each(n)))
    };
    let rules = |times| chain("a0 := [1]", times, &|n| format!("a{n} := [a{0}, a{0}]", n - 1));
    let functions = chain("f0(x) := [x, x]", 28, &|n| format!("f{n}(x) := f{0}([x, x])", n - 1));
    let data = chain("a0 := [1]", 28, &|n| {
        format!("a{n} := {{\"x\": data.p.a{0}, \"y\": data.p.a{0}}}", n - 1)
    });
    let locals = chain("a0 := [1]", 28, &|n| format!("a{n} := [a{0}, a{0}]", n - 1));
    let calls = chain("f(x) := [x, x]\na0 := f(1)", 28, &|n| format!("a{n} := f(a{})", n - 1));
    let got =
        chain("a0 := [1]", 28, &|n| format!("a{n} := object.get([[a{0}, a{0}]], 0, 1)", n - 1));
    for (name, body) in [
        ("error", format!("{}effect := \"allow\" if abs(a27) == 1", rules(28))),
        (
            "equal",
            format!(
                "{0}{1}effect := \"allow\" if a39 == b39",
                rules(40),
                rules(40).replace('a', "b")
            ),
        ),
        ("functions", format!("{functions}effect := \"allow\" if f27(1)")),
        ("data", format!("{data}effect := \"allow\" if a27")),
        ("locals", format!("effect := \"allow\" if {{\n{locals}abs(a27) == 1\n}}")),
        ("comprehension", format!("effect := \"allow\" if [1 |\n{locals}abs(a27) == 1\n]")),
        ("calls", format!("{calls}effect := \"allow\" if a27")),
        ("got", format!("{got}effect := \"allow\" if a27")),
    ] {
        let error = refused(&format!("package p\n{body}\n"));
        assert!(error.contains("of more than 1000000 parts"), "{name}: {error}");
        if name == "error" {
            assert!(error.starts_with("line 21, column 1: "), "{error}");
        }
    }
    // Conditions make nothing, however often they name each other.
    let conditions =
        chain("c0 if input.x", 60, &|n| format!("c{n} if {{\n\tc{0}\n\tc{0} == c{0}\n}}", n - 1));
    compile(&format!("package p\n{conditions}effect := \"allow\" if c59\n"));
    compile(&format!("package p\n{}effect := \"allow\" if a9\n", rules(10)));
}

/// Comprehensions and statements inside each other, or leading to each other, are looked at once.
#[test]
fn the_checks_end_soon() {
    let nested = format!("{}1{}", "[1 | x := ".repeat(25), "]".repeat(25));
    let backwards: String =
        (0..3000).rev().fold(String::new(), |text, n| format!("{text}\tx{} = x{n}\n", n + 1));
    let _ = Policy::compile("p", &format!("package p\n\neffect := \"allow\" if {nested}\n"));
    let operators = "-".repeat(150);
    let chain: String = (1..1400).fold("\tx0 := 1\n".to_owned(), |text, n| {
        format!("{text}\tx{n} := {operators}x{}\n", n - 1)
    });
    let _ = Policy::compile("p", &format!("package p\n\neffect := \"allow\" if {{\n{chain}}}\n"));
    let error = refused(&format!("package p\n\neffect := \"allow\" if {{\n{backwards}}}\n"));
    assert!(error.contains("never given a value"), "{error}");
}

#[test]
fn functions_the_library_would_panic_in_are_refused() {
    for body in [
        "numbers.range(-9223372036854775808, 9223372036854775807) == []",
        "strings.count(\"aaaa\", \"\") == 0",
    ] {
        let decision = effect(&format!("\"allow\" if {body}"));
        assert_eq!(decision.effect, PolicyEffect::Deny, "{body}");
        assert!(!decision.reasons[0].contains("broke off"), "{body}: {decision:?}");
    }
    assert_eq!(
        effect("\"allow\" if strings.count(\"aaaa\", \"a\") == 4").effect,
        PolicyEffect::Allow
    );
}
