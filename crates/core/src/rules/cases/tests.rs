use super::*;
use crate::rules::{Book, RuleSet};

fn set() -> RuleSet {
    let book = "
schema:
  User: { age: int, country: string }
rules:
  - { name: adult, expression: User.age >= 18 }
  - { name: local, expression: \"User.country == 'AT'\" }
  - { name: asleep, expression: 'true', active: false }
";
    Book::parse(book).unwrap().compile().unwrap()
}

fn run(cases: &str) -> CasesReport {
    Cases::parse(cases).unwrap().run(&set()).unwrap()
}

fn refused(cases: &str) -> Vec<String> {
    let problems = Cases::parse(cases).and_then(|it| it.run(&set()).map(drop)).unwrap_err();
    problems.0.iter().map(ToString::to_string).collect()
}

#[test]
fn cases_pass_and_fail() {
    let report = run("
cases:
  - name: of age
    facts: { User: { age: 18, country: AT } }
    expect: { adult: true, local: true }
  - name: wrong
    facts: { User: { age: 17, country: DE } }
    expect: { adult: true }
  - name: unknown age
    facts: { User: { country: AT } }
    expect: { adult: error, local: { matched: true } }
  - name: unknown age, in words
    facts: { User: { country: AT } }
    expect: { adult: { error: age } }
  - name: unknown age, in other words
    facts: { User: { country: AT } }
    expect: { adult: { error: height } }
");
    let passed: Vec<_> = report.cases.iter().map(|case| case.passed).collect();
    assert_eq!(passed, [true, false, true, true, false], "{report:#?}");
    assert_eq!((report.passed, report.failed), (3, 2));
    let wrong = &report.cases[1];
    assert_eq!(wrong.line, Some(6));
    assert_eq!(wrong.checks.len(), 1, "what is not named is not checked");
    assert_eq!(
        (&wrong.checks[0].expected, &wrong.checks[0].got),
        (&Expected::Matched, &Outcome::NotMatched)
    );
}

#[test]
fn an_exact_case_wants_no_other_rule_to_match() {
    let cases = |exact: bool, expect: &str| {
        format!(
            "cases: [{{ name: x, exact: {exact}, facts: {{ User: {{ age: 20, country: AT }} }}, expect: {expect} }}]"
        )
    };
    assert!(run(&cases(false, "{ adult: true }")).cases[0].passed);
    let report = run(&cases(true, "{ adult: true }"));
    let told: Vec<_> =
        report.cases[0].checks.iter().map(|it| (it.rule.as_str(), it.passed)).collect();
    assert_eq!(told, [("adult", true), ("local", false)]);
    assert!(run(&cases(true, "{ adult: true, local: true }")).cases[0].passed);
    assert_eq!(run(&cases(true, "{}")).failed, 1);
}

#[test]
fn only_the_rules_of_interest_are_evaluated() {
    let report = run(
        "cases: [{ name: x, only: [adult], exact: true, facts: { User: { age: 20, country: AT } }, expect: { adult: true } }]",
    );
    assert_eq!(report.passed, 1, "{report:?}");
    let local = report.coverage.rules.iter().find(|it| it.rule == "local").unwrap();
    assert!(!local.matched);
}

#[test]
fn rules_that_are_not_there_are_named() {
    let told = refused(
        "cases:\n  - name: x\n    facts: {}\n    expect: { adlut: true, asleep: true }\n    only: [local]\n",
    );
    assert_eq!(
        told,
        [
            "line 2: case `x`: there is no rule `adlut`; did you mean `adult`?",
            "line 2: case `x`: the rule `asleep` is not active, so it says nothing",
            "line 2: case `x`: `only` does not name the rule `adlut`, of which something is expected",
            "line 2: case `x`: `only` does not name the rule `asleep`, of which something is expected",
        ]
    );
}

#[test]
fn what_is_no_table_is_refused_with_every_mistake() {
    let told = refused(
        "
book: 1
cases:
  - facts: []
    expect: { a: maybe, b: { error: 3 }, c: { matched: true, error: x }, d: {} }
  - { name: y, facts: {} }
  - { name: z, fact: {}, facts: {}, expect: [] }
",
    );
    let starts: Vec<_> = told.iter().map(|it| it.split(": ").nth(1).unwrap()).collect();
    assert_eq!(
        starts,
        [
            "book",
            "cases[0].name",
            "cases[0].facts",
            "cases[0].expect.a",
            "cases[0].expect.b",
            "cases[0].expect.c",
            "cases[0].expect.d",
            "cases[1].expect",
            "cases[2].fact",
            "cases[2].expect",
        ],
        "{told:#?}"
    );
    assert!(refused("cases: []")[0].contains("at least one"));
    assert!(refused("book: x")[0].contains("is missing"));
    assert!(refused("- x")[0].contains("expected an object"));
}

#[test]
fn what_was_not_tried_is_known() {
    let both = "
cases:
  - { name: a, facts: { User: { age: 20, country: AT } }, expect: { adult: true } }
  - { name: b, facts: { User: { age: 2, country: AT } }, expect: { adult: false } }
";
    let coverage = run(both).coverage;
    let told: Vec<_> =
        coverage.rules.iter().map(|it| (it.rule.as_str(), it.matched, it.not_matched)).collect();
    assert_eq!(
        told,
        [("adult", true, true), ("local", true, false)],
        "inactive rules do not count"
    );
    assert!(coverage.percent < 100.0 && coverage.percent > 50.0, "{coverage:?}");
    let all = format!(
        "{both}  - {{ name: c, facts: {{ User: {{ age: 2, country: DE }} }}, expect: {{ local: false }} }}\n"
    );
    let coverage = run(&all).coverage;
    assert_eq!((coverage.seen, coverage.percent), (coverage.total, 100.0), "{coverage:?}");
    // A fault is no outcome.
    let fault = run("cases: [{ name: a, facts: {}, expect: { adult: error } }]").coverage;
    assert_eq!(fault.seen, 0, "{fault:?}");
}
