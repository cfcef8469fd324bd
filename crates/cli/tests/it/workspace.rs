use serde_json::{Value, json};

use crate::support::Sandbox;

const SETTINGS: [&str; 3] = ["workspace", "settings", "Finance"];

fn finance() -> (Sandbox, Value) {
    let sandbox = Sandbox::of_acme();
    let made = sandbox.made(&["workspace", "create", "Finance"]);
    (sandbox, made["id"].clone())
}

fn set(sandbox: &Sandbox, options: &[&str]) -> Value {
    sandbox.made(&[&SETTINGS[..], options].concat())
}

#[test]
fn settings_are_shown_and_changed_one_by_one() {
    let (sandbox, id) = finance();
    let defaults = sandbox.made(&["workspace", "settings", id.as_str().unwrap()]);
    let expected = json!({
        "workspace_id": id, "retention_days": 90, "write_cap_per_minute": 1000,
        "approval_tiers": {}, "custom_settings": {}, "created_at": null, "updated_at": null,
    });
    assert_eq!(defaults, expected);
    let told = sandbox.text(&SETTINGS);
    for line in ["Retention:   90 days", "1,000 runs a minute", "these are the defaults"] {
        assert!(told.contains(line), "{line}: {told}");
    }

    let first = set(&sandbox, &["--retention-days", "30"]);
    assert_eq!([&first["retention_days"], &first["write_cap_per_minute"]], [30, 1000]);
    assert_eq!(sandbox.newest(), ("user:tester".into(), "workspace.configured".into()));
    sandbox.write("tiers.json", r#"{ "high": ["approver", "board"] }"#);
    let more = ["--write-cap", "0", "--approval-tiers", "tiers.json", "--custom", r#"{"a": [1]}"#];
    let second = set(&sandbox, &more);
    assert_eq!([&second["retention_days"], &second["write_cap_per_minute"]], [30, 0]);
    assert_eq!(second["approval_tiers"], json!({ "high": ["approver", "board"] }));
    assert_eq!(second["custom_settings"], json!({ "a": [1] }));
    assert_eq!(second["created_at"], first["created_at"]);
    assert_eq!(sandbox.made(&SETTINGS), second);
    let told = sandbox.text(&SETTINGS);
    let approve = "low: whoever has approval:decide; medium: whoever has approval:decide; high: \
                   approver, board";
    for line in ["no run can be started", approve, r#"{"a":[1]}"#] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("defaults"), "{told}");

    let stdin = [&SETTINGS[..], &["--approval-tiers", "-"]].concat();
    let (third, code) = sandbox.json_from(&stdin, "{}");
    assert_eq!((&third["approval_tiers"], code), (&json!({}), 0));
}

#[test]
fn settings_that_cannot_be_accepted_are_refused_with_their_field() {
    let (sandbox, _) = finance();
    let refused = |options: &[&str]| {
        let (told, code) = sandbox.json(&[&SETTINGS[..], options].concat());
        let error = &told["error"];
        (error["kind"].as_str().unwrap_or_default().to_owned(), error.to_string(), code)
    };
    for (options, words) in [
        (&["--retention-days", "0"][..], "retention_days: expected 1 to 36500 days"),
        (&["--write-cap", "-1"], "write_cap_per_minute: expected 0 or more"),
        (&["--approval-tiers", r#"{"hihg": ["approver"]}"#], "did you mean `high`?"),
        (&["--approval-tiers", r#"{"high": []}"#], "approval_tiers.high: expected a list"),
        (&["--approval-tiers", r#"{"high": ["a"], "high": ["b"]}"#], "the key occurs twice"),
        (&["--custom", "[]"], "custom_settings: expected an object"),
    ] {
        let (kind, error, code) = refused(options);
        assert_eq!((kind.as_str(), code), ("invalid_input", 1), "{options:?}: {error}");
        assert!(error.contains(words), "{options:?}: {error}");
    }
    for (options, words) in [
        (&["--custom", "nowhere.json"][..], "nowhere.json"),
        (&["--custom", "-", "--approval-tiers", "-"], "stdin"),
        (&["--write-cap", "many"], "many"),
    ] {
        let (kind, error, code) = refused(options);
        assert_eq!((kind.as_str(), code), ("usage", 2), "{options:?}: {error}");
        assert!(error.contains(words), "{options:?}: {error}");
    }
    assert_eq!(sandbox.made(&SETTINGS)["created_at"], Value::Null);
    let (told, code) = sandbox.json(&["workspace", "settings", "Finanse"]);
    let hint = told["error"]["hint"].as_str();
    assert_eq!((hint, code), (Some("did you mean `Finance`?"), 1));
}
