//! What is accepted, and how refusals read.

use super::*;

#[test]
fn what_is_no_policy_is_refused_with_its_place() {
    for (text, told) in [
        ("", "line 1, column 1: "),
        ("effect := \"allow\"\n", "line 1, column 1: "),
        ("package p\n", "line 1, column 1: expected a rule `effect`"),
        ("package p\n\nallow := true\n", "line 1, column 1: expected a rule `effect`"),
        ("package p\n\neffect contains \"deny\"\n", "line 3, column 1: expected a rule `effect`"),
        ("package p\n\neffect(x) := \"deny\"\n", "line 3, column 1: expected a rule `effect`"),
        ("package p\n\neffect := \"allow\" if {\n\tx ==\n}\n", "line 5, column 1: "),
        ("package p\n\neffect { input.x }\n", "line 3, column "),
        (
            "package p\n\neffect := \"allow\"\n\nreasons(x) := x\n",
            "line 5, column 1: `reasons` must be",
        ),
    ] {
        let error = refused(text);
        assert!(error.starts_with(told), "{text:?}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn functions_that_reach_outside_or_change_are_refused_by_name() {
    for (call, told) in [
        ("http.send({})", "`http.send` is left out: it would reach outside"),
        ("http[\"send\"]({})", "`http.send` is left out"),
        (
            "time.now_ns()",
            "`time.now_ns` is left out: its answer changes from call to call; the time of the question is `input.time`",
        ),
        ("rand.intn(\"x\", 5)", "`rand.intn` is left out"),
        ("opa.runtime()", "`opa.runtime` is left out"),
        ("uuid.rfc4122(\"x\")", "`uuid.rfc4122` is left out"),
        ("net.lookup_ip_addr(\"x\")", "`net.lookup_ip_addr` is left out"),
        ("print(\"x\")", "`print` is left out"),
        ("trace(\"x\")", "`trace` is left out"),
        ("bits.lsh(1, 2)", "`bits.lsh` is left out"),
        ("sprinft(\"x\", [])", "unknown function `sprinft`; did you mean `sprintf`?"),
        ("helpr(1)", "unknown function `helpr`; did you mean `helper`?"),
        ("data.q.helper(1)", "unknown function `data.q.helper`"),
    ] {
        let text =
            format!("package p\n\nhelper(x) := x\n\neffect := \"allow\" if {{\n\t{call}\n}}\n");
        let error = refused(&text);
        assert!(error.starts_with("line 6, column 2: ") && error.contains(told), "{call}: {error}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_in_the_order_of_the_text() {
    let text = "package p\n\nimport data.other\n\neffect := \"allow\" if {\n\tfoo(1)\n\tinput.x == 1 with input as {}\n\tdata.other.y\n}\n";
    let error = refused(text);
    let lines: Vec<_> = error.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(
        lines,
        ["line 3, column 1", "line 6, column 2", "line 7, column 15", "line 8, column 2"],
        "{error}"
    );
}

#[test]
fn rules_and_functions_of_the_policy_can_be_used_by_any_of_their_names() {
    let text = r#"package acme.gates

import rego.v1

limit := 100

limits[region] := limit * 2 if some region in ["eu", "us"]

over(amount) if amount > data.acme.gates.limit

default effect := "allow"

effect := "deny" if {
	data.acme.gates.over(input.amount)
	input.amount > limits.eu
}

else := "require_approval" if over(input.amount)

reasons contains reason if {
	effect != "allow"
	reason := sprintf("%v is more than %d", [input.amount, limit])
}
"#;
    for (amount, effect, reasons) in [
        (json!(50), PolicyEffect::Allow, vec![]),
        (json!(150.5), PolicyEffect::RequireApproval, vec!["150.5 is more than 100"]),
        (json!(250), PolicyEffect::Deny, vec!["250 is more than 100"]),
    ] {
        let reasons: Vec<_> = reasons.into_iter().map(str::to_owned).collect();
        let expected = PolicyDecision { effect, reasons };
        assert_eq!(ask(text, json!({ "amount": amount })), expected);
    }
}

#[test]
fn of_a_private_document_nothing_is_quoted_but_by_the_policy_itself() {
    let input = json!({ "x": "SECRET-4711(" });
    let asked = |body: &str| {
        let text = format!("package p\n\neffect := {body}\n");
        let document = document(input.clone());
        let policy = compile(&text);
        let private = policy.evaluate(&document.clone().private(), &patient());
        (policy.evaluate(&document, &patient()).reasons, private)
    };
    for (body, told) in [
        ("input.x", "effect is another text; expected \"allow\""),
        ("object.get(input.x, \"a\", 1)", "the policy failed at line 3, column "),
    ] {
        let (reasons, private) = asked(body);
        assert!(reasons[0].contains("SECRET"), "{body}: {reasons:?}");
        assert_eq!((private.effect, private.reasons.len()), (PolicyEffect::Deny, 1));
        assert!(private.reasons[0].starts_with(told), "{body}: {private:?}");
        assert!(!private.reasons[0].contains("SECRET"), "{private:?}");
    }
    let (reasons, private) = asked("\"deny\"\n\nreasons := [input.x]");
    assert_eq!((&reasons, &private.reasons), (&vec!["SECRET-4711(".to_owned()], &reasons));
}

#[test]
fn what_is_no_answer_denies_and_says_so() {
    for (body, told) in [
        ("\"maybe\"", "effect is \"maybe\"; expected \"allow\""),
        ("true", "effect is a boolean; expected"),
        ("3", "effect is a number"),
        ("null", "effect is null"),
        ("[\"allow\"]", "effect is an array"),
        ("{\"allow\"}", "effect is a set"),
        ("{\"allow\": 1}", "effect is an object"),
        ("\"allow\" if input.missing", "no effect holds; give the policy a default"),
        ("\"allow\"\n\nreasons := 3", "reasons is a number; expected a set or an array of texts"),
        ("\"allow\"\n\nreasons := {3}", "reasons is a collection with a number in it"),
        ("\"allow\"\n\neffect := \"deny\"", "the policy failed"),
        ("\"allow\" if to_number(\"x\") == 1", "the policy failed at line 3, column "),
        ("\"allow\" if 1 / 0 == 1", "the policy failed at line 3, column 24: divide by zero"),
        ("\"allow\" if x\n\nx := y\n\ny := x", "recursion detected"),
        ("\"allow\" if startswith(1, \"x\")", "the policy failed"),
        ("\"allow\" if not startswith(1, \"x\")", "the policy failed"),
    ] {
        let decision = effect(body);
        assert_eq!(decision.effect, PolicyEffect::Deny, "{body}");
        assert!(
            decision.reasons.len() == 1 && decision.reasons[0].contains(told),
            "{body}: {decision:?}"
        );
    }
}

#[test]
fn reasons_are_sorted_and_bounded() {
    let decision = effect("\"deny\"\n\nreasons := [\"b\", \"a\", \"b\"]");
    assert_eq!(decision.reasons, ["a", "b"]);
    let decision = effect(
        "\"deny\"\n\nreasons contains sprintf(\"%d\", [i]) if some i in numbers.range(1, 500)",
    );
    assert_eq!(decision.reasons.len(), MAX_REASONS + 1);
    assert_eq!(decision.reasons[MAX_REASONS], "… and 400 more");
    let decision = effect(
        "\"deny\"\n\nreasons contains concat(\"\", [\"é\" | some i in numbers.range(1, 5000)])",
    );
    assert_eq!(decision.reasons[0].chars().count(), MAX_REASON_CHARS + 1);
    assert_eq!(effect("\"deny\"\n\nreasons := [\"\\u0000\"]").reasons, ["\u{fffd}"]);
}

#[test]
fn time_zones_of_the_machine_are_refused() {
    let decision = effect("\"allow\" if time.clock([0, \"Local\"])");
    assert!(decision.reasons[0].contains("time zone `Local`"), "{decision:?}");
    assert_eq!(
        effect("\"allow\" if time.clock([0, \"Europe/Paris\"]) == [1, 0, 0]").effect,
        PolicyEffect::Allow
    );
}

/// Every function that is offered is there, and takes what the reference says.
#[test]
fn the_functions_people_use_work() {
    for condition in [
        "abs(-2) == 2",
        "ceil(1.2) == 2",
        "floor(1.8) == 1",
        "round(1.5) == 2",
        "array.concat([1], [2]) == [1, 2]",
        "array.slice([1, 2, 3], 1, 2) == [2]",
        "array.reverse([1, 2]) == [2, 1]",
        "base64.encode(\"a\") == \"YQ==\"",
        "base64.decode(\"YQ==\") == \"a\"",
        "hex.encode(\"a\") == \"61\"",
        "bits.and(6, 3) == 2",
        "concat(\"-\", [\"a\", \"b\"]) == \"a-b\"",
        "contains(\"abc\", \"b\")",
        "count([1, 2]) == 2",
        "endswith(\"abc\", \"c\")",
        "format_int(10, 2) == \"1010\"",
        "indexof(\"abc\", \"c\") == 2",
        "intersection({{1, 2}, {2}}) == {2}",
        "is_number(1)",
        "json.is_valid(\"{}\")",
        "not json.is_valid(\"{\")",
        "json.marshal({\"a\": 1}) == `{\"a\":1}`",
        "json.unmarshal(`{\"a\": [1.5]}`).a[0] == 1.5",
        "lower(\"A\") == \"a\"",
        "max([1, 3]) == 3",
        "min({1, 3}) == 1",
        "numbers.range(1, 3) == [1, 2, 3]",
        "object.get({\"a\": 1}, \"b\", 2) == 2",
        "object.keys({\"a\": 1}) == {\"a\"}",
        "object.union({\"a\": 1}, {\"b\": 2}).b == 2",
        "product([2, 3]) == 6",
        "regex.match(`^a+$`, \"aaa\")",
        "regex.replace(\"abc\", \"b\", \"x\") == \"axc\"",
        "regex.split(\",\", \"a,b\") == [\"a\", \"b\"]",
        "replace(\"aba\", \"a\", \"x\") == \"xbx\"",
        "semver.is_valid(\"1.0.0\")",
        "sort([2, 1]) == [1, 2]",
        "split(\"a,b\", \",\") == [\"a\", \"b\"]",
        "sprintf(\"%s-%03d\", [\"a\", 7]) == \"a-007\"",
        "startswith(\"abc\", \"a\")",
        "strings.reverse(\"ab\") == \"ba\"",
        "substring(\"abc\", 1, 1) == \"b\"",
        "sum([1, 2]) == 3",
        "time.weekday(0) == \"Thursday\"",
        "to_number(\"1.5\") == 1.5",
        "trim(\" a \", \" \") == \"a\"",
        "type_name(1) == \"number\"",
        "union({{1}, {2}}) == {1, 2}",
        "upper(\"a\") == \"A\"",
        "every x in [1, 2] { x > 0 }",
        "1 in [1]",
        "{1} | {2} == {1, 2}",
        "9007199254740993 * 2 == 18014398509481986",
    ] {
        let decision = effect(&format!("\"allow\" if {{\n\t{condition}\n}}"));
        assert_eq!(decision.effect, PolicyEffect::Allow, "{condition}: {decision:?}");
    }
}
