//! Policies that are written to do harm.

use std::{sync::Arc, thread};

use super::*;

/// On a thread with as little room as those of a server.
fn on_a_small_thread<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).unwrap().join().unwrap()
}

/// Compiled or refused, and asked if compiled: nothing may come of it but an answer.
fn try_out(text: String) -> Result<PolicyDecision, String> {
    on_a_small_thread(move || match Policy::compile("hostile", &text) {
        Ok(policy) => Ok(policy.evaluate(&document(json!({ "x": [1, 2, 3] })), &Limits::default())),
        Err(problems) => Err(problems.to_string()),
    })
}

fn denied(body: &str) -> String {
    let decision = try_out(format!("package p\n\n{body}\n")).unwrap();
    assert_eq!(decision.effect, PolicyEffect::Deny, "{body}");
    decision.reasons.join("\n")
}

#[test]
fn loops_end_with_the_time() {
    let text = "effect := \"allow\" if {\n\txs := numbers.range(1, 2000)\n\tcount([1 | some a in xs; some b in xs; some c in xs]) > 0\n}";
    let told = denied(text);
    assert!(told.contains("it was stopped after 100 ms"), "{told}");
    // In a function one of whose definitions does answer.
    let text = "f(x) := 1 if count([1 | some a in x; some b in x; some c in x]) < 0\n\nf(x) := 2\n\n\
                effect := \"allow\" if f(numbers.range(1, 2000)) == 2";
    let told = denied(text);
    assert!(told.contains("it was stopped after 100 ms"), "{told}");
}

#[test]
fn functions_make_no_more_than_the_limit() {
    let doubling: String = (1..60).fold("a0 := \"0123456789\"\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}a{n} := concat(\"\", [a{before}, a{before}])\n\n")
    });
    for text in [
        "x := numbers.range(1, 10000000000000)".to_owned(),
        "x := numbers.range(1, 1000000000000000000)".to_owned(),
        "x := sprintf(\"%2000000000d\", [1])".to_owned(),
        "x := sprintf(\"%.2000000000f\", [1])".to_owned(),
        "y := concat(\"\", [\"x\" | some i in numbers.range(1, 60000)])\n\nx := replace(y, \"x\", y)".to_owned(),
        "y := concat(\"\", [\"x\" | some i in numbers.range(1, 10000)])\n\nx := regex.replace(y, \"x\", y)".to_owned(),
        "y := [\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" | some i in numbers.range(1, 9000)]\n\nx := json.marshal([y | some i in numbers.range(1, 100)])"
            .to_owned(),
        format!("{doubling}x := a59"),
    ] {
        let told = denied(&format!("effect := \"allow\" if x\n\n{text}"));
        assert!(told.contains("would make more than 16777216 bytes"), "{text}: {told}");
    }
}

#[test]
fn numbers_do_not_grow_without_end() {
    let squares: String = (1..60).fold("a0 := 3\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}a{n} := a{before} * a{before}\n\n")
    });
    denied(&format!("{squares}effect := \"allow\" if sprintf(\"%d\", [a59]) != \"\""));
    for text in [
        "to_number(\"1e1000000000\")",
        "to_number(`{\"$serde_json::private::Number\": \"1e1000000000\"}`)",
        "json.unmarshal(`{\"\\u0024serde_json::private::Number\": \"1e1000000000\"}`) == 1",
        "product([i | some i in numbers.range(1, 20000)])",
    ] {
        denied(&format!("effect := \"allow\" if {text}"));
    }
    assert!(try_out("package p\n\neffect := \"allow\" if 1e1000000000 > 1\n".to_owned()).is_err());
}

#[test]
fn functions_may_not_call_themselves() {
    for (text, told) in [
        ("f(x) := f(x)\n\neffect := \"allow\" if f(1)", "f calls f"),
        ("f(x) := g(x)\n\ng(x) := data.p.f(x)\n\neffect := \"allow\" if f(1)", "f calls g calls f"),
    ] {
        let error = try_out(format!("package p\n\n{text}\n")).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn no_depth_overflows_the_stack() {
    let most = MAX_POLICY_BYTES - 200;
    let body = |text: &str| format!("package p\n\neffect := \"allow\" if {text}\n");
    let lines = |text: &str, times: usize| vec![text; times].join("\n");
    for text in [
        "(".repeat(most),
        "[".repeat(most),
        "{".repeat(most),
        body(&lines("[[[[[[[[[[[[[[[[", most / 17)),
        body(&lines("(((((((((((((((((((((", most / 22)),
        body(&lines("{{{{{{{{{{{{{{{{{{{{{", most / 22)),
        body(&lines("[x |", most / 5)),
        body(&lines("not", most / 4)),
        body(&lines("-", most / 2)),
        body(&lines("1 +", most / 4)),
        body(&format!("{}1", lines("1 +", most / 4))),
        body(&lines("x.", most / 3)),
        body(&format!("input{}", lines("[0]", most / 4))),
        body(&format!("input{}", lines(".x", most / 3))),
        body(&lines("count(", most / 7)),
        body(&lines("x(1)(", most / 7)),
        body(&lines("every x in [1] {", most / 17)),
        body(&lines("1 in", most / 5)),
        body(&lines("1 ==", most / 5)),
        body(&lines("contains(\"a\", \"a\") ==", most / 24)),
        body(&lines("x := 1", most / 7)),
        format!("{}{}", body("input.x"), lines("else := \"deny\" if input.y", most / 30)),
        format!("{}{}", body("input.x"), lines("else if", most / 9)),
        "`".to_owned(),
        "\"".to_owned(),
        "#".repeat(most),
        "\n".repeat(most),
        "package ".repeat(most / 8),
        format!("package {}", "a.".repeat(most / 2)),
    ] {
        let told = try_out(text.clone());
        let starts: String = text.chars().take(60).collect();
        if let Ok(decision) = told {
            assert!(
                !decision.reasons.iter().any(|it| it.contains("broke off")),
                "{starts}: {decision:?}"
            );
        }
    }
}

/// As deep as it is allowed to be, in the places where the evaluator recurses.
#[test]
fn the_deepest_policies_that_are_accepted_fit_on_the_stack() {
    let chain: String = (1..280).fold("a0 := input.x\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}a{n} := a{before}\n\n")
    });
    let calls: String = (1..220).fold("f0(x) := x\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}f{n}(x) := y if y := f{before}(x)\n\n")
    });
    let loops: String =
        (0..2000).fold(String::new(), |text, n| format!("{text}\tsome i{n} in [1]\n"));
    let sums = "1 + ".repeat(190);
    let nested: String = (1..200).fold("v0 := [input.x]\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}v{n} := [[[[[[v{before}]]]]]]\n\n")
    });
    for (name, text) in [
        ("rules", format!("{chain}effect := \"allow\" if a279")),
        ("functions", format!("{calls}effect := \"allow\" if f219(input.x)")),
        ("loops", format!("effect := \"allow\" if {{\n{loops}}}")),
        ("sums", format!("effect := \"allow\" if {sums}1 == 191")),
        ("values", format!("{nested}effect := \"allow\" if v199 == v199")),
    ] {
        let policy = format!("package p\n\n{text}\n");
        let answered = on_a_small_thread(move || {
            let policy =
                Policy::compile("deep", &policy).map_err(|problems| problems.to_string())?;
            Ok::<_, String>(policy.evaluate(&document(json!({ "x": 1 })), &patient()))
        });
        let answered = answered.unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert_eq!(answered.effect, PolicyEffect::Allow, "{name}: {answered:?}");
    }
}

#[test]
fn what_would_be_too_deep_is_refused() {
    let chain: String = (1..1000).fold("a0 := input.x\n\n".to_owned(), |text, n| {
        let before = n - 1;
        format!("{text}a{n} := a{before}\n\n")
    });
    let error = try_out(format!("package p\n\n{chain}effect := \"allow\" if a999\n")).unwrap_err();
    assert!(error.contains("rules ask for rules more than"), "{error}");
    // Each function makes ten times the levels of the one before it.
    let powers: String = (1..8).fold("f0(x) := [x]\n\n".to_owned(), |text, n| {
        let f = format!("f{}(", n - 1);
        format!("{text}f{n}(x) := {}x{}\n\n", f.repeat(10), ")".repeat(10))
    });
    let error =
        try_out(format!("package p\n\n{powers}effect := \"allow\" if f7(1)\n")).unwrap_err();
    assert!(error.contains("a value could be made here of more than"), "{error}");
    let error = try_out(format!("package p\n{}", " ".repeat(MAX_POLICY_BYTES))).unwrap_err();
    assert!(error.contains("at most 262144 are possible"), "{error}");
}

/// A text of a width that is no digit makes the library panic.
#[test]
fn what_makes_the_library_panic_denies() {
    let told = denied("effect := \"allow\" if sprintf(\"%²d\", [1])");
    assert!(told.contains("the evaluator broke off"), "{told}");
}

#[test]
fn one_policy_may_be_asked_by_many_threads() {
    let policy = Arc::new(compile(
        "package p\n\ndefault effect := \"deny\"\n\neffect := \"allow\" if input.n % 2 == 0\n\nreasons contains sprintf(\"%d\", [input.n])\n",
    ));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let policy = Arc::clone(&policy);
            thread::spawn(move || {
                for n in (thread..2000).step_by(4) {
                    let decision = policy.evaluate(&document(json!({ "n": n })), &patient());
                    let expected =
                        if n % 2 == 0 { PolicyEffect::Allow } else { PolicyEffect::Deny };
                    assert_eq!(
                        (decision.effect, &decision.reasons[..]),
                        (expected, &[n.to_string()][..])
                    );
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

const WORDS: &[&str] = &[
    "package p",
    "\n",
    "\neffect := ",
    "\"allow\"",
    "\"deny\"",
    " if ",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "|",
    " | ",
    ";",
    ",",
    ":=",
    "==",
    "input",
    "input.x",
    ".",
    "x",
    "f",
    "f(x)",
    "some x in ",
    "every x in ",
    "not ",
    " with input as ",
    "else",
    "default ",
    "import ",
    "rego.v1",
    "data",
    "contains",
    "concat",
    "count",
    "sprintf",
    "1",
    "-1",
    "0.5",
    "1e308",
    "`raw`",
    "# comment\n",
    "\t",
    "\r\n",
    "é",
    "_",
    "reasons contains ",
    "numbers.range(1, 9)",
    "\\",
    "\"",
    "%",
    "&",
    "/",
    "*",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_does_harm(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        let text = format!("package p\n\neffect := \"allow\"\n\n{}", words.concat());
        let _ = try_out(text);
        let _ = try_out(words.concat());
    }

    #[test]
    fn nor_does_any_other(text in "\\PC{0,200}") {
        let _ = try_out(text);
    }
}
