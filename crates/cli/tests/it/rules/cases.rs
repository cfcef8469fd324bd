use serde_json::json;

use super::BOOK;
use crate::support::Sandbox;

const CASES: &str = "\
book: book.yaml
cases:
  - name: an adult buys
    facts: { User: { age: 20, country: DE }, Order: { total: 5 } }
    expect: { may buy: true, abroad: true }
    exact: true
  - name: a child does not
    facts: { User: { age: 17, country: AT }, Order: { total: 5 } }
    expect: { may buy: false, abroad: false }
";

fn sandbox(cases: &str) -> Sandbox {
    let sandbox = Sandbox::bare();
    sandbox.write("rules/book.yaml", BOOK);
    sandbox.write("rules/cases.yaml", cases);
    sandbox
}

const TEST: [&str; 3] = ["rules", "test", "rules/cases.yaml"];

#[test]
fn cases_that_pass_are_told_with_their_coverage() {
    let sandbox = sandbox(CASES);
    let tested = sandbox.made(&TEST);
    assert_eq!([&tested["passed"], &tested["failed"]], [2, 0], "{tested}");
    assert_eq!(tested["coverage"]["rules"].as_array().unwrap().len(), 2, "{tested}");
    let text = sandbox.text(&TEST);
    assert!(text.starts_with("✓ an adult buys\n✓ a child does not\n\nCoverage: "), "{text}");
    // A country was always there, and a total was never too high.
    assert!(
        text.contains("abroad: line 1, column 1: `has(User.country)` is never false"),
        "{text}"
    );
    assert!(text.contains("`Order.total < 100.0` is never false"), "{text}");
    assert!(text.ends_with("2 cases: 2 passed, 0 failed\n"), "{text}");
}

#[test]
fn coverage_can_be_demanded() {
    let sandbox = sandbox(CASES);
    let demand = |percent| sandbox.told(&[&TEST[..], &["--min-coverage", percent]].concat(), "");
    assert_eq!(demand("80").code, 0, "{:?}", demand("80"));
    let told = demand("100");
    assert_eq!(told.code, 1);
    assert!(told.stdout.contains("✗ that is less than 100 %"), "{told:?}");
    assert_eq!(demand("101").code, 2);
    let rest = "
  - name: no country
    facts: { User: { age: 20 }, Order: { total: 500 } }
    expect: { may buy: false, abroad: false }
";
    sandbox.write("rules/cases.yaml", format!("{CASES}{rest}"));
    let told = demand("100");
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stdout.contains("Coverage: 100 %"), "{told:?}");
}

#[test]
fn a_case_that_fails_says_what_was_expected_and_why_it_is_not_so() {
    let sandbox = sandbox(
        "\
book: book.yaml
cases:
  - name: a child buys
    facts: { User: { age: 17 }, Order: { total: 5 } }
    expect: { may buy: true }
  - name: age is a text
    facts: { User: { age: old }, Order: { total: 5 } }
    expect: { may buy: error, abroad: true }
",
    );
    let told = sandbox.told(&TEST, "");
    assert_eq!(told.code, 1, "{told:?}");
    assert!(
        told.stdout.contains(
            "✗ a child buys (line 3)\n    may buy: expected to match, but does not match: "
        ),
        "{told:?}"
    );
    assert!(told.stdout.contains("      read: is_adult = false"), "{told:?}");
    assert!(told.stdout.contains("    ! User.age: expected int, got \"old\""), "{told:?}");
    assert!(told.stdout.contains("2 cases: 0 passed, 2 failed"), "{told:?}");
    let (tested, code) = sandbox.json(&TEST);
    assert_eq!((&tested["failed"], code), (&json!(2), 1));
    let check = &tested["cases"][0]["checks"][0];
    assert_eq!([&check["expected"], &check["got"]], ["matched", "not_matched"], "{tested}");
}

#[test]
fn what_is_no_table_is_refused_by_line() {
    let sandbox = sandbox(
        "\
book: book.yaml
cases:
  - name: x
    facts: {}
    expect: { may by: true }
",
    );
    let (told, code) = sandbox.json(&TEST);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
    let causes = &told["error"]["causes"];
    assert_eq!(
        causes,
        &json!(["line 3: case `x`: there is no rule `may by`; did you mean `may buy`?"])
    );
    sandbox.write("rules/cases.yaml", "cases:\n  - { name: x, fact: {} }\n");
    let told = sandbox.told(&[&TEST[..], &["--book", "rules/book.yaml"]].concat(), "");
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("line 2, column 16: cases[0].fact: unknown key"), "{told:?}");
    // A book that does not compile is named with its line.
    sandbox.write("rules/book.yaml", BOOK.replace("User.age >= 18", "User.agee >= 18"));
    sandbox.write("rules/cases.yaml", CASES);
    let told = sandbox.told(&TEST, "");
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("rules/book.yaml cannot be accepted"), "{told:?}");
    assert!(
        told.stderr.contains("line 6, column 17") && told.stderr.contains("did you mean `age`?"),
        "{told:?}"
    );
    assert_eq!(sandbox.failed(&["rules", "test", "nowhere.yaml"]), ("usage".into(), 2));
}

#[test]
fn the_rules_of_a_tenant_are_tested_where_no_book_is_named() {
    let sandbox = Sandbox::of_acme();
    sandbox.write("book.yaml", BOOK);
    sandbox.made(&["rules", "import", "book.yaml"]);
    let cases = CASES.replace("book: book.yaml\n", "");
    let (tested, code) = sandbox.json_from(&["rules", "test", "-"], cases);
    assert_eq!((&tested["passed"], code), (&json!(2), 0), "{tested}");
}
