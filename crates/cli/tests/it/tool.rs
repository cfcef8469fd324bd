use serde_json::json;

use crate::support::Sandbox;

const SEARCH: &str = r#"{
  "name": "search",
  "description": "Searches the archive",
  "schema": {
    "type": "object",
    "properties": { "query": { "type": "string" }, "limit": { "type": "integer", "maximum": 50 } },
    "required": ["query"]
  },
  "permissions": { "roles": ["operator"] }
}"#;

#[test]
fn a_tool_lives_and_dies() {
    let sandbox = Sandbox::of_acme();
    assert!(sandbox.text(&["tool", "list"]).contains("no tool yet"));
    sandbox.write("search.json", SEARCH);
    let made = sandbox.made(&["tool", "register", "search.json"]);
    assert_eq!([&made["name"], &made["permissions"]["roles"][0]], ["search", "operator"]);
    assert_eq!(sandbox.newest().1, "tool.registered");
    let id = made["id"].as_str().unwrap();
    for name in [id, "search"] {
        assert_eq!(sandbox.made(&["tool", "show", name]), made);
    }
    let text = sandbox.text(&["tool", "show", "search"]);
    assert!(text.contains("Does:") && text.contains("\"maximum\": 50"), "{text}");
    assert!(sandbox.text(&["tool", "list"]).contains("search  Searches the archive"));

    // Once more with something new, it keeps its id.
    let again = SEARCH.replace("the archive", "everything");
    let (changed, code) = sandbox.json_from(&["tool", "register", "-"], again);
    assert_eq!((&changed["id"], code), (&made["id"], 0));
    assert_eq!(changed["description"], "Searches everything");

    assert_eq!(sandbox.failed(&["tool", "delete", "search"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["tool", "delete", "search", "--yes"])["id"], id);
    assert_eq!(sandbox.made(&["tool", "list"]), json!([]));
}

#[test]
fn arguments_are_checked_against_the_schema() {
    let sandbox = Sandbox::of_acme();
    sandbox.write("search.json", SEARCH);
    sandbox.made(&["tool", "register", "search.json"]);
    let check = ["tool", "check", "search"];
    let (checked, code) = sandbox.json_from(&check, r#"{"query": "rain", "limit": 5}"#);
    assert_eq!((checked, code), (json!({ "valid": true, "errors": [] }), 0));
    let (checked, code) = sandbox.json_from(&check, r#"{"limit": 500}"#);
    assert_eq!((code, checked["errors"].as_array().unwrap().len()), (1, 2), "{checked}");
    let told = sandbox.told(&check, r#"{"query": "rain", "limit": 500}"#);
    assert_eq!(told.stdout, "✗ arguments.limit: expected an integer of at most 50, got 500\n");
    assert_eq!(told.code, 1);
    let told = sandbox.told(&check, r#"{"query": "rain"}"#);
    assert_eq!((told.stdout.as_str(), told.code), ("✓ search takes these arguments\n", 0));
    for broken in ["", "{", r#"{"query": "a", "query": "b"}"#] {
        let (told, code) = sandbox.json_from(&check, broken);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{broken}");
    }
    let (told, code) = sandbox.json_from(&["tool", "check", "serach"], "{}");
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `search`?"), 1));
}

#[test]
fn what_is_no_tool_is_refused_by_path() {
    let sandbox = Sandbox::of_acme();
    for (text, path) in [
        (r#"{"schema": {}}"#, "name: is missing"),
        (r#"{"name": "x"}"#, "schema: is missing"),
        (r#"{"name": "x", "schema": {}, "odd": 1}"#, "odd: unknown key"),
        (r#"{"name": "x", "schema": {"type": "odd"}}"#, "schema.type: "),
        (
            r#"{"name": "x", "schema": {"properties": {"a": {"minimum": "1"}}}}"#,
            "schema.properties.a",
        ),
        ("[]", "tool: expected an object"),
        ("nonsense", "tool: "),
    ] {
        let (told, code) = sandbox.json_from(&["tool", "register", "-"], text);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{text}");
        let cause = told["error"]["causes"][0].as_str().unwrap();
        assert!(cause.starts_with(path), "{text}: {cause}");
    }
    assert_eq!(sandbox.failed(&["tool", "register", "missing.json"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["tool", "list"]), json!([]));
}

#[test]
fn a_damaged_tool_is_named_and_stands_in_nobodys_way() {
    let sandbox = Sandbox::of_acme();
    sandbox.write("search.json", SEARCH);
    let id = sandbox.made(&["tool", "register", "search.json"])["id"].clone();
    let now = r#"{"name": "now", "schema": {"type": "object"}}"#;
    assert_eq!(sandbox.json_from(&["tool", "register", "-"], now).1, 0);
    let damage = "UPDATE tools SET cost_model = '{\"n\": 1e400}' WHERE name = 'search'";
    sandbox.sql(damage);
    let listed = sandbox.made(&["tool", "list"]);
    assert_eq!([&listed[0]["id"], &listed[0]["name"]], [&id, &json!("search")]);
    assert!(listed[0]["fault"].as_str().unwrap().contains("tools.cost_model"), "{listed}");
    assert_eq!(listed[1]["name"], "now");
    let told = sandbox.told(&["tool", "list"], "");
    assert!(told.stdout.contains("(unreadable)"), "{told:?}");
    assert!(told.stderr.contains("`af tool register FILE` replaces it"), "{told:?}");
    sandbox.made(&["tool", "show", "now"]);
    let (told, code) = sandbox.json(&["tool", "show", "serach"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `search`?"), 1));
    assert_eq!(sandbox.failed(&["tool", "show", "search"]), ("inconsistent".into(), 4));

    let again = sandbox.made(&["tool", "register", "search.json"]);
    assert_eq!([&again["id"], &again["cost_model"]], [&id, &json!({})]);
    sandbox.sql(damage);
    assert_eq!(sandbox.made(&["tool", "delete", "search", "--yes"])["id"], id);
}
