use serde_json::json;

use crate::support::Sandbox;

fn acme() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    sandbox
}

#[test]
fn a_budget_is_set_changed_listed_and_deleted() {
    let sandbox = acme();
    assert!(sandbox.text(&["budget", "list"]).contains("There are no budgets"));
    let zone = ["--period", "day", "--time-zone", "europe/berlin"];
    let made =
        sandbox.made(&[&["budget", "set", "llm", "--tokens", "1000000"][..], &zone].concat());
    assert_eq!(made["time_zone"], "Europe/Berlin");
    assert_eq!(
        (&made["enforcement"], &made["limits"]["tokens"]),
        (&json!("hard"), &json!(1_000_000))
    );
    let change = ["budget", "set", "llm", "--calls", "50", "--soft", "--threshold", "50,90"];
    let changed = sandbox.made(&change);
    assert_eq!(changed["id"], made["id"]);
    assert_eq!(changed["limits"], json!({"tokens": 1_000_000, "calls": 50, "cost_in_cents": null}));
    assert_eq!(
        (&changed["enforcement"], &changed["thresholds"]),
        (&json!("soft"), &json!([50, 90]))
    );
    assert_eq!(sandbox.newest().1, "budget.changed");
    let listed = sandbox.text(&["budget", "list"]);
    for part in ["llm", "soft", "tokens a day", "1,000,000", "calls a day"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let shown = sandbox.text(&["budget", "show", "llm"]);
    assert!(shown.contains("everything") && shown.contains("50% 90%"), "{shown}");
    let (told, code) = sandbox.json(&["budget", "set", "llm", "--period", "week"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4));
    let (told, code) = sandbox.json(&["budget", "show", "lm"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(
        sandbox.text(&["budget", "delete", "llm", "--yes"]).trim_end(),
        "Deleted budget llm."
    );
    assert_eq!(sandbox.made(&["budget", "list"]), json!([]));
}

#[test]
fn a_check_exits_1_when_a_budget_refuses() {
    let sandbox = acme();
    sandbox.made(&["budget", "set", "finance", "--workspace", "Finance", "--cost", "12.5"]);
    sandbox.made(&["budget", "set", "gpt", "--model", "gpt-*", "--tokens", "0", "--soft"]);
    let (check, code) =
        sandbox.json(&["budget", "check", "--cost", "13", "--workspace", "Finance"]);
    assert_eq!(code, 1);
    assert_eq!(
        (&check["refusals"][0]["name"], &check["refusals"][0]["allowed"]),
        (&json!("finance"), &json!("12.5"))
    );
    let (check, code) = sandbox.json(&["budget", "check", "--tokens", "1", "--model", "gpt-4"]);
    assert_eq!((check["warnings"][0]["name"].as_str(), code), (Some("gpt"), 0));
    let text = sandbox.text(&["budget", "check", "--calls", "1"]);
    assert!(text.contains("Allowed: no budget is about it."), "{text}");
    let increase = ["--cost", "1", "--until", "2100-01-01", "--reason", "month-end"];
    sandbox.made(&[&["budget", "increase", "finance"][..], &increase].concat());
    let (_, code) = sandbox.json(&["budget", "check", "--cost", "13", "--workspace", "Finance"]);
    assert_eq!(code, 0);
    assert!(sandbox.text(&["budget", "show", "finance"]).contains("month-end"));
}

#[test]
fn what_cannot_be_a_budget_says_what_would() {
    let sandbox = acme();
    let (told, code) =
        sandbox.json(&["budget", "set", "llm", "--tokens", "1", "--time-zone", "Berlin"]);
    assert!(told.to_string().contains("did you mean `Europe/Berlin`?"), "{told}");
    assert_ne!(code, 0);
    let (told, _) = sandbox.json(&["budget", "set", "llm"]);
    assert!(
        told.to_string().contains("expected a limit of tokens, calls or cost_in_cents"),
        "{told}"
    );
}
