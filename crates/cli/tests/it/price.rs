use serde_json::json;

use crate::support::Sandbox;

const BOOK: &str = "\
effective_from: 2026-01-01T00:00:00Z
note: list prices
prices:
  - { metric_type: llm_tokens, model: gpt-4o*, cents: 250, per: 1_000_000 }
  - { metric_type: connector_calls, tool: jira, cents: \"0.050\" }
";

#[test]
fn a_book_is_published_listed_and_shown() {
    let sandbox = Sandbox::of_acme();
    assert!(sandbox.text(&["price", "list"]).contains("no prices yet"));
    assert_eq!(sandbox.failed(&["price", "show"]), ("not_found".into(), 1));
    sandbox.write("prices.yaml", BOOK);
    let told = sandbox.text(&["price", "publish", "prices.yaml"]);
    assert_eq!(told, "Published version 1 with 2 prices, from 2026-01-01T00:00:00Z on.\n");
    assert_eq!(sandbox.newest().1, "price_book.published");
    let later = BOOK.replace("2026-", "2036-");
    let (published, code) = sandbox.json_from(&["price", "publish", "-"], later);
    assert_eq!((published["version"].as_i64(), code), (Some(2), 0));
    assert_eq!(published["is_current"], false);

    let shown = sandbox.made(&["price", "show"]);
    assert_eq!((&shown["version"], &shown["is_current"]), (&json!(1), &json!(true)));
    let expected = json!([
        { "metric_type": "connector_calls", "tool": "jira", "cents": "0.05", "per": 1 },
        { "metric_type": "llm_tokens", "model": "gpt-4o*", "cents": "250", "per": 1_000_000 },
    ]);
    assert_eq!(shown["prices"], expected);
    assert_eq!(sandbox.made(&["price", "show", "2"])["effective_from"], "2036-01-01T00:00:00Z");
    let text = sandbox.text(&["price", "show", "1"]);
    assert!(text.contains("Holds now: yes") && text.contains("gpt-4o*"), "{text}");
    assert!(text.contains("250    1,000,000"), "{text}");
    let list = sandbox.text(&["price", "list"]);
    assert!(list.contains("1        2026-01-01T00:00:00Z  now"), "{list}");
    assert_eq!(sandbox.failed(&["price", "show", "3"]), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["price", "show", "0"]), ("usage".into(), 2));
}

#[test]
fn what_is_no_book_is_refused_by_line_and_path() {
    let sandbox = Sandbox::of_acme();
    for (text, cause) in [
        ("prices: []", "effective_from: is missing"),
        ("effective_from: 2026-01-01T00:00:00Z", "prices: is missing"),
        ("effective_from: soon\nprices: []", "line 1, column 1: effective_from: expected a time"),
        (
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - { metric_type: llm_tokens, cents: -1 }",
            "line 3, column 32: prices[0].cents: a price is not negative",
        ),
        (
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - { metric_type: storage_bytes, cents: 1 }",
            "line 3, column 7: prices[0].metric_type: storage_bytes is a level and has no price",
        ),
        (
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - &a { metric_type: api_calls, cents: NaN }",
            "prices[0].cents: expected",
        ),
        (
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - { metric_type: api_calls, cents: 1, pre: 2 }",
            "line 3, column 41: prices[0].pre: unknown key; did you mean `per`?",
        ),
        (
            "effective_from: 2026-01-01T00:00:00Z\nprices:\n  - { metric_type: api_calls, cents: 1 }\n  - { metric_type: api_calls, cents: 2 }",
            "line 4, column 5: prices[1]: is of the same as prices[0]",
        ),
        ("effective_from: 2026-01-01T00:00:00Z\nprices: []", "prices: there are none"),
        ("a: 1\na: 2", "price book: the key `a` occurs twice at line 2, column 1"),
        ("a: 1\n---\nb: 2", "price book: expected one document; there are several at line 3"),
        ("[]", "price book: expected an object, got a list"),
    ] {
        let (told, code) = sandbox.json_from(&["price", "publish", "-"], text);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        let causes = told["error"]["causes"].to_string();
        assert!(causes.contains(cause), "{text}: {causes}");
    }
    assert_eq!(sandbox.made(&["price", "list"]), json!([]));
    assert_eq!(sandbox.failed(&["price", "publish", "missing.yaml"]), ("usage".into(), 2));
}
