//! Every mistake is told, with line and column.

use agentflow_core::workflow::{MAX_STEPS, WorkflowDefinition, WorkflowFile, inputs};

/// What is said about a text that is no definition.
fn told(text: &str) -> String {
    match WorkflowDefinition::parse(text) {
        Ok(_) => panic!("nothing is said about {text}"),
        Err(problems) => problems.to_string(),
    }
}

/// Holds what is said about each text against what is expected to be, or to begin like if that ends with a blank.
fn compare(cases: &[(String, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let told = told(text);
        let is_expected =
            if expected.ends_with(' ') { told.starts_with(expected) } else { told == *expected };
        if !is_expected {
            wrong.push(format!("{text:.300}\n  told:     {told:.600}\n  expected: {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is said about steps, which begin on line 3.
fn told_of(steps: &str) -> String {
    told(&document(steps))
}

fn document(steps: impl std::fmt::Display) -> String {
    format!("version: 1.0.0\nsteps:\n{steps}")
}

#[test]
fn the_document_itself_is_checked() {
    let cases = [
        ("", "workflow: expected an object, got null"),
        ("[]", "workflow: expected an object, got a list"),
        ("version: 1.0.0", "steps: is missing"),
        (
            "version: 1.0.0\nsteps: []",
            "line 2, column 1: steps: expected a list of 1 to 500 items, got a list",
        ),
        (
            "version: 1.0.0\nsteps: fetch",
            "line 2, column 1: steps: expected a list of 1 to 500 items, got \"fetch\"",
        ),
    ];
    compare(&cases.map(|(text, expected)| (text.to_owned(), expected)));
}

#[test]
fn a_field_of_the_workflow_is_told_with_its_line() {
    let steps = "steps: [{ name: a, type: llm_call }]";
    let cases = [
        (
            "version: 1.0.0\ndescripton: x",
            "line 2, column 1: descripton: unknown key; did you mean `description`?",
        ),
        (
            "version: 1.0.0\nowner: ann",
            "line 2, column 1: owner: unknown key; expected one of: description input model name planner risk_tier steps \
             template_version_constraint timeout version",
        ),
        (
            "version: '1.0'",
            "line 1, column 1: version: expected a semantic version such as 1.4.0 or 2.0.0-beta.1, got \"1.0\": unexpected \
             end of input while parsing minor version number",
        ),
        ("version: 1.0", "line 1, column 1: version: expected a text, got 1.0"),
        (
            "version: v1.0.0",
            "line 1, column 1: version: expected a semantic version such as 1.4.0 or 2.0.0-beta.1, got \"v1.0.0\": \
             unexpected character 'v' while parsing major version number",
        ),
        (
            "version: 01.0.0",
            "line 1, column 1: version: expected a semantic version such as 1.4.0 or 2.0.0-beta.1, got \"01.0.0\": \
             invalid leading zero in major version number",
        ),
        (
            "version: 1.0.0\nrisk_tier: extreme",
            "line 2, column 1: risk_tier: expected one of: low medium high, got \"extreme\"",
        ),
        ("version: 1.0.0\ntimeout: 90", "line 2, column 1: timeout: expected a text, got 90"),
        (
            "version: 1.0.0\ntimeout: 90 s",
            "line 2, column 1: timeout: expected a duration such as 250ms, 90s or 1h30m, got \"90 s\"",
        ),
        (
            "version: 1.0.0\ntimeout: 0s",
            "line 2, column 1: timeout: expected 1ms to 8784h, got \"0s\"",
        ),
        (
            "version: 1.0.0\ntemplate_version_constraint: newest",
            "line 2, column 1: template_version_constraint: expected a constraint of versions such as ^1.2 or >=1.2, <3, \
             got \"newest\": unexpected character 'n' while parsing major version number",
        ),
        (
            "version: 1.0.0\nmodel: { provider: anthropic }",
            "line 2, column 1: model.model: is missing",
        ),
        (
            "version: 1.0.0\nmodel: { provider: anthropic, model: m, alow_fallback: true }",
            "line 2, column 41: model.alow_fallback: unknown key; did you mean `allow_fallback`?",
        ),
        (
            "version: 1.0.0\ninput:\n  type: object\n  properties:\n    total: { type: numbr }",
            "line 5, column 14: input.properties.total.type: \"numbr\" is not valid under any of the schemas listed in the \
             'anyOf' keyword",
        ),
        (
            "version: 1.0.0\ndescription:",
            "line 2, column 1: description: expected a text of at most 2000 characters, got null",
        ),
        (
            "version: 1.0.0\nplanner: clever",
            "line 2, column 1: planner: expected one of: static, got \"clever\"",
        ),
    ];
    compare(&cases.map(|(fields, expected)| (format!("{fields}\n{steps}\n"), expected)));
}

#[test]
fn a_step_is_told_with_its_line() {
    let cases = [
        ("- name: a", "line 3, column 3: steps[0].type: is missing"),
        ("- type: llm_call", "line 3, column 3: steps[0].name: is missing"),
        ("- fetch", "line 3, column 3: steps[0]: expected an object, got \"fetch\""),
        (
            "- { name: a, type: llm_cal }",
            "line 3, column 14: steps[0].type: expected one of: llm_call connector_action approval_gate branch, got \
             \"llm_cal\"",
        ),
        (
            "- { name: Fetch, type: llm_call }",
            "line 3, column 5: steps[0].name: expected a lower-case letter, then up to 99 such letters, digits, `_` and \
             `-`",
        ),
        (
            "- { name: end, type: llm_call }",
            "line 3, column 5: steps[0].name: `end` is where branches go to behind the last step; take another name",
        ),
        (
            "- { name: a, type: llm_call }\n- { name: a, type: llm_call }",
            "line 4, column 5: steps[1].name: steps[0] is called `a` as well",
        ),
        (
            "- { name: a, type: llm_call, wiht: {} }",
            "line 3, column 30: steps[0].wiht: unknown key; did you mean `with`?",
        ),
        (
            "- { name: a, type: llm_call, with: [1] }",
            "line 3, column 30: steps[0].with: expected an object, got a list",
        ),
        (
            "- { name: a, type: connector_action }",
            "line 3, column 3: steps[0].tool: is missing; a step of type connector_action needs it",
        ),
        (
            "- { name: a, type: llm_call, tool: x }",
            "line 3, column 30: steps[0].tool: only steps of type connector_action have it, and this is llm_call",
        ),
        (
            "- { name: a, type: branch, retry: {}, cases: [{ when: 'true', goto: end }] }",
            "line 3, column 28: steps[0].retry: only steps of type llm_call or connector_action have it, and this is branch",
        ),
        (
            "- { name: a, type: llm_call, agent: Ada Lovelace }",
            "line 3, column 30: steps[0].agent: expected 2 to 63 lower-case letters, digits and hyphens, with no hyphen at \
             either end",
        ),
        (
            "- { name: a, type: llm_call, retry: { max_attempts: 0 } }",
            "line 3, column 39: steps[0].retry.max_attempts: expected an integer from 1 to 100, got 0",
        ),
        (
            "- { name: a, type: llm_call, retry: { backoff: soon } }",
            "line 3, column 39: steps[0].retry.backoff: expected a duration such as 250ms, 90s or 1h30m, got \"soon\"",
        ),
        (
            "- { name: a, type: llm_call, retry: { backoff: 10m } }",
            "line 3, column 39: steps[0].retry.backoff: 10m is longer than max_backoff, which is 5m",
        ),
        (
            "- { name: a, type: llm_call, timeout: 1.0001ms }",
            "line 3, column 30: steps[0].timeout: expected whole milliseconds, got \"1.0001ms\"",
        ),
        (
            "- { name: a, type: approval_gate, approvers: 0 }",
            "line 3, column 35: steps[0].approvers: expected an integer from 1 to 100, got 0",
        ),
        (
            "- { name: a, type: approval_gate, on_expiry: ask }",
            "line 3, column 35: steps[0].on_expiry: expected one of: reject approve, got \"ask\"",
        ),
        (
            "- { name: a, type: llm_call, with: { n: 9007199254740993 } }",
            "line 3, column 38: steps[0].with.n: 9007199254740993 is an integer that a double cannot hold exactly; send it as a string",
        ),
    ];
    compare(&cases.map(|(steps, expected)| (document(steps), expected)));
}

const FETCH: &str = "- { name: fetch, type: llm_call }\n";

#[test]
fn names_of_steps_lead_somewhere() {
    let cases = [
        (
            "- { name: b, type: llm_call, needs: [fech] }",
            "line 4, column 38: steps[1].needs[0]: there is no step `fech`; did you mean `fetch`?",
        ),
        (
            "- { name: b, type: llm_call, needs: [b] }",
            "line 4, column 38: steps[1].needs[0]: `b` is this step itself",
        ),
        (
            "- { name: b, type: llm_call, needs: [c] }\n- { name: c, type: llm_call }",
            "line 4, column 38: steps[1].needs[0]: `c` stands later; only earlier steps have results",
        ),
        (
            "- { name: b, type: llm_call, needs: [fetch, fetch] }",
            "line 4, column 45: steps[1].needs[1]: `fetch` occurs twice",
        ),
        (
            "- { name: b, type: branch, cases: [{ when: 'true', goto: fetch }] }",
            "line 4, column 52: steps[1].cases[0].goto: `fetch` stands earlier; a branch only goes forward",
        ),
        (
            "- { name: b, type: branch, cases: [{ when: 'true', goto: b }] }",
            "line 4, column 52: steps[1].cases[0].goto: `b` is this step itself",
        ),
        (
            "- { name: b, type: branch, cases: [{ when: 'true', goto: nowhere }] }",
            "line 4, column 52: steps[1].cases[0].goto: there is no step `nowhere`",
        ),
        (
            "- { name: b, type: branch, cases: [{ when: 'true', goto: end }], else: fetch }",
            "line 4, column 66: steps[1].else: `fetch` stands earlier; a branch only goes forward",
        ),
        (
            "- { name: b, type: branch, cases: [] }",
            "line 4, column 28: steps[1].cases: expected a list of 1 to 100 items, got a list",
        ),
        (
            "- { name: b, type: branch }",
            "line 4, column 3: steps[1].cases: is missing; a step of type branch needs it",
        ),
    ];
    compare(&cases.map(|(steps, expected)| (document(format!("{FETCH}{steps}")), expected)));
}

#[test]
fn a_condition_is_compiled_and_its_mistake_is_where_it_stands_in_the_file() {
    let branch = |when: &str| {
        format!("{FETCH}- name: b\n  type: branch\n  cases:\n    - when: {when}\n      goto: end")
    };
    let cases = [
        (
            "input.total >",
            "line 7, column 26: steps[1].cases[0].when: expected a value, found end of text",
        ),
        (
            "'inptu.total > 1'",
            "line 7, column 14: steps[1].cases[0].when: unknown name `inptu`; the objects are input, steps; did you mean `input`?",
        ),
        (
            "\"1 + 1\"",
            "line 7, column 14: steps[1].cases[0].when: the rule gives int, not true or false",
        ),
        ("'  '", "line 7, column 7: steps[1].cases[0].when: expected an expression"),
        (
            "''",
            "line 7, column 7: steps[1].cases[0].when: expected a text of at least 1 characters, got \"\"",
        ),
        (
            "input.ok && steps.fetch.ok",
            "line 7, column 25: steps[1].cases[0].when: of a step there is its `output` alone: write steps.fetch.output.ok",
        ),
        (
            "input.ok && steps.fech.ok",
            "line 7, column 25: steps[1].cases[0].when: there is no step `fech`; did you mean `fetch`?",
        ),
        ("steps.b.ok", "line 7, column 13: steps[1].cases[0].when: `b` is this step itself"),
        (
            "|\n        input.ok\n        && inptu.ok",
            "line 9, column 12: steps[1].cases[0].when: unknown name `inptu`; the objects are input, steps; did you mean `input`?",
        ),
        (
            "\"input.ok &&\\tinptu.ok\"",
            "line 7, column 7: steps[1].cases[0].when: line 1, column 13: unknown name `inptu`; the objects are input, steps; did you mean `input`?",
        ),
    ];
    compare(&cases.map(|(when, expected)| (document(branch(when)), expected)));
}

#[test]
fn everything_is_told_at_once_in_the_order_of_the_text() {
    let text = "\
version: one
steps:
  - name: Fetch
    type: llm_call
    tol: x
  - name: pay
    type: connector_action
    needs: [Fetch, fetsh]
    retry: { max_attempts: many }
risk: low
";
    let lines = told(text);
    let subjects: Vec<_> =
        lines.lines().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    let expected = [
        "line 1, column 1: version",
        "line 3, column 5: steps[0].name",
        "line 5, column 5: steps[0].tol",
        "line 6, column 5: steps[1].tool",
        "line 8, column 13: steps[1].needs[0]",
        "line 8, column 20: steps[1].needs[1]",
        "line 9, column 14: steps[1].retry.max_attempts",
        "line 10, column 1: risk",
    ];
    assert_eq!(subjects, expected, "{lines}");
    let problems = WorkflowFile::parse(text).unwrap_err();
    let inputs = inputs(&problems);
    assert_eq!((inputs.0.len(), inputs.0[7].field.as_str()), (expected.len(), "risk"));
    assert!(inputs.0[7].reason.starts_with("line 10, column 1: unknown key"), "{inputs}");
}

#[test]
fn of_very_many_mistakes_the_first_hundred_are_told() {
    let needs: Vec<_> = (0..20_000).map(|n| format!("x{n}")).collect();
    let told = told_of(&format!("- {{ name: a, type: llm_call, needs: [{}] }}", needs.join(", ")));
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 101);
    assert_eq!(lines[99], "line 3, column 523: steps[0].needs[99]: there is no step `x99`");
    assert_eq!(lines[100], "workflow: more is wrong than these 100");
}

#[test]
fn there_are_500_steps_at_most() {
    let steps = |count: usize| -> String {
        let lines: Vec<_> =
            (0..count).map(|n| format!("- {{ name: s{n}, type: llm_call }}")).collect();
        lines.join("\n")
    };
    let text = format!("version: 1.0.0\nsteps:\n{}", steps(MAX_STEPS));
    assert_eq!(WorkflowDefinition::parse(&text).unwrap().steps.len(), 500);
    let expected = "line 2, column 1: steps: expected a list of 1 to 500 items, got a list";
    assert_eq!(told_of(&steps(MAX_STEPS + 1)), expected);
}

#[test]
fn what_is_no_yaml_or_json_is_told_with_its_line() {
    compare(&[
        ("version: 1.0.0\nsteps: [".to_owned(), "line 2, column 8: workflow: unclosed bracket '['"),
        ("version: 1.0.0\n  steps: x".to_owned(), "line 2, column 8: workflow: "),
        ("a: 1\na: 2".to_owned(), "line 2, column 1: workflow: the key `a` occurs twice"),
        (
            "{\"version\": \"1.0.0\",\n \"steps\": [}".to_owned(),
            "line 2, column 12: workflow: expected value",
        ),
        (
            "{\"version\": \"1.0.0\", \"version\": \"1.0.0\"}".to_owned(),
            "line 1, column 22: version: the key occurs twice",
        ),
        (
            "version: 1.0.0\n# nul: \0\nsteps: []".to_owned(),
            "line 2, column 8: workflow: the character U+0000 cannot be stored",
        ),
    ]);
}

#[test]
fn nothing_in_a_file_stands_for_something_elsewhere_and_bombs_do_not_go_off() {
    let anchor = "line 1, column 13: workflow: anchors (`&`) and aliases (`*`) are not allowed; write it out";
    let nested = (0..400)
        .fold("version: 1.0.0\n".to_owned(), |text, n| text + &" ".repeat(n.min(150)) + "a:\n");
    let bomb = "a: &a [x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]";
    compare(&[
        ("version: &v 1.0.0\nsteps: []".to_owned(), anchor),
        ("version: *v\nsteps: []".to_owned(), "line 1, column 10: workflow: "),
        (
            bomb.to_owned(),
            "line 1, column 7: workflow: anchors (`&`) and aliases (`*`) are not allowed; write it out",
        ),
        (
            "version: 1.0.0\n<<: { steps: [] }".to_owned(),
            "line 2, column 1: workflow: merge keys (`<<`) are not allowed; write it out",
        ),
        (
            format!("version: 1.0.0\nsteps: {}", "[".repeat(5_000)),
            "line 2, column 263: workflow: expected at most 100 levels",
        ),
        (
            format!("version: 1.0.0\nsteps: {}{}", "[".repeat(101), "]".repeat(101)),
            "line 2, column 107: workflow: expected at most 100 levels",
        ),
        (nested, "line 102, column 101: workflow: expected at most 100 levels"),
        (format!("{{\"version\": {}", "[".repeat(5_000)), "line 1, column "),
        (
            format!("# {}", "x".repeat(300_000)),
            "workflow: expected at most 262144 bytes, got 300002",
        ),
    ]);
}

#[test]
fn no_text_is_too_odd_to_be_refused() {
    use proptest::{prelude::*, test_runner::TestRunner};

    let good = "version: 1.0.0\nsteps:\n  - { name: a, type: branch, cases: [{ when: input.x > 1, goto: end }] }\n";
    let places: Vec<usize> = good.char_indices().map(|(at, _)| at).collect();
    let changed = (
        prop::sample::select(places.clone()),
        prop::sample::select(places),
        "[-\\[\\]{}:,&*!|>'\"%@`#? \n\ta0ü]{0,3}",
    );
    TestRunner::default()
        .run(&changed, |(one, other, text)| {
            let (start, end) = (one.min(other), one.max(other).min(one.min(other) + 6));
            let _ = WorkflowDefinition::parse(&format!("{}{text}{}", &good[..start], &good[end..]));
            Ok(())
        })
        .unwrap();
}
