use serde_json::{Value, json};

use crate::support::Sandbox;

fn with_people() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    for name in ["ann", "bob"] {
        let email = format!("{name}@example.com");
        sandbox.made(&["user", "create", &email, "--name", name]);
    }
    sandbox
}

fn roles(sandbox: &Sandbox, team: &str) -> Vec<(String, String)> {
    let shown = sandbox.made(&["team", "show", team]);
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let members = shown["members"].as_array().unwrap();
    members.iter().map(|it| (text(it, "email"), text(it, "role"))).collect()
}

fn pair(email: &str, role: &str) -> (String, String) {
    (format!("{email}@example.com"), role.to_owned())
}

#[test]
fn a_team_lives_and_dies() {
    let sandbox = with_people();
    assert!(sandbox.text(&["team", "list"]).contains("no team yet"));
    let create = ["team", "create", "Customer Support", "--owner", "ann@example.com"];
    let more = ["--retention-days", "30", "--skill", "search", "--skill", "refunds", "--setting"];
    let made = sandbox.made(&[&create[..], &more, &["tone=\"warm\""]].concat());
    assert_eq!([&made["slug"], &made["name"]], ["customer-support", "Customer Support"]);
    assert_eq!(made["conversation_retention_days"], 30);
    assert_eq!(made["shared_skill_names"], json!(["search", "refunds"]));
    assert_eq!(made["settings"], json!({ "tone": "warm" }));
    let id = made["id"].as_str().unwrap();
    assert_eq!(roles(&sandbox, id), [pair("ann", "owner")]);
    assert_eq!(sandbox.made(&["team", "show", "customer-support"])["id"], id);
    assert_eq!(sandbox.made(&["team", "list"]), json!([made]));
    let text = sandbox.text(&["team", "show", "customer-support"]);
    assert!(text.contains("Owner:    ann@example.com") && text.contains("E-MAIL"), "{text}");

    assert_eq!(sandbox.failed(&["team", "delete", id]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["team", "delete", id, "--yes"])["id"], id);
    assert_eq!(sandbox.failed(&["team", "show", id]), ("not_found".into(), 1));
    assert_eq!(sandbox.made(&["user", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_team_changes_where_it_is_told_to_and_nowhere_else() {
    let sandbox = with_people();
    let webhook = ["--webhook-url", "https://example.com/hook"];
    let create = ["team", "create", "Support", "--owner", "ann@example.com", "--skill", "search"];
    let made = sandbox.made(&[&create[..], &webhook, &["--setting", "a=1"]].concat());
    let update = |more: &[&str]| sandbox.made(&[&["team", "update", "support"], more].concat());
    let changed = update(&["--setting", "b={\"c\":[2]}", "--retention-days", "7"]);
    assert_eq!(changed["settings"], json!({ "a": 1, "b": { "c": [2] } }));
    assert_eq!(changed["conversation_retention_days"], 7);
    for same in ["name", "slug", "owner_id", "shared_skill_names", "webhook_url", "created_at"] {
        assert_eq!(changed[same], made[same], "{same}");
    }
    assert_eq!(update(&["--setting", "a=null"])["settings"], json!({ "b": { "c": [2] } }));
    let changed = update(&["--no-webhook", "--skill", "refunds", "--skill", "search"]);
    assert_eq!(changed["webhook_url"], Value::Null);
    assert_eq!(changed["shared_skill_names"], json!(["refunds", "search"]));
    assert_eq!(update(&["--no-skills"])["shared_skill_names"], json!([]));
    let changed = update(&["--name", "Help", "--slug", "help"]);
    assert_eq!([&changed["name"], &changed["slug"]], ["Help", "help"]);
    assert!(sandbox.text(&["team", "update", "help", "--name", "Helpers"]).contains("Helpers"));

    for wrong in [
        &[][..],
        &["--setting", "tone=warm"],
        &["--setting", "tone"],
        &["--no-webhook", "--webhook-url", "https://example.com"],
        &["--slug", "Not A Slug"],
        &["--retention-days", "many"],
    ] {
        let command = [&["team", "update", "help"], wrong].concat();
        assert_eq!(sandbox.failed(&command), ("usage".into(), 2), "{command:?}");
    }
    for refused in [&["--retention-days", "0"][..], &["--webhook-url", "ftp://x"], &["--name", " "]]
    {
        let command = [&["team", "update", "help"], refused].concat();
        assert_eq!(sandbox.failed(&command), ("invalid_input".into(), 1), "{command:?}");
    }
}

#[test]
fn members_come_and_go_and_an_owner_remains() {
    let sandbox = with_people();
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    let added = sandbox.made(&["team", "add", "support", "bob@example.com"]);
    assert_eq!(added["role"], "member");
    let text = sandbox.text(&["team", "set-role", "support", "bob@example.com", "viewer"]);
    assert_eq!(text, "bob@example.com is now viewer of support.\n");
    assert_eq!(roles(&sandbox, "support"), [pair("ann", "owner"), pair("bob", "viewer")]);

    for refused in [
        &["team", "remove", "support", "ann@example.com"][..],
        &["team", "set-role", "support", "ann@example.com", "member"],
        &["user", "delete", "ann@example.com", "--yes"],
    ] {
        assert_eq!(sandbox.failed(refused), ("conflict".into(), 4), "{refused:?}");
    }
    let bob = sandbox.made(&["user", "show", "bob@example.com"]);
    let given = sandbox.made(&["team", "transfer", "support", "bob@example.com"]);
    assert_eq!(given["owner_id"], bob["id"]);
    sandbox.made(&["team", "set-role", "support", "ann@example.com", "admin"]);
    assert_eq!(sandbox.made(&["team", "remove", "support", "ann@example.com"])["role"], "admin");
    assert_eq!(roles(&sandbox, "support"), [pair("bob", "owner")]);
    let again = ["team", "remove", "support", "ann@example.com"];
    assert_eq!(sandbox.failed(&again), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["team", "set-role", "support", "ann@example.com", "admin"]).1, 1);
    sandbox.made(&["team", "add", "support", "ann@example.com", "--role", "admin"]);
    let twice = ["team", "add", "support", "ann@example.com"];
    assert_eq!(sandbox.failed(&twice), ("already_exists".into(), 4));
    let odd = ["team", "set-role", "support", "ann@example.com", "king"];
    assert_eq!(sandbox.failed(&odd), ("usage".into(), 2));
}

#[test]
fn a_team_that_is_not_there_suggests_close_ones() {
    let sandbox = with_people();
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    let (told, code) = sandbox.json(&["team", "show", "suport"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(told["error"]["hint"], "did you mean `support`?");
    let (told, code) = sandbox.json(&["team", "create", "Support", "--owner", "ann@example.com"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("already_exists"), 4));
    assert!(told["error"]["hint"].as_str().unwrap().contains("--slug"), "{told}");
    let of_nobody = ["team", "create", "More", "--owner", "nobody@example.com"];
    assert_eq!(sandbox.failed(&of_nobody), ("not_found".into(), 1));
    // A service cannot answer for people.
    sandbox.made(&["service", "create", "bot"]);
    assert_eq!(
        sandbox.failed(&["team", "create", "More", "--owner", "bot"]),
        ("not_found".into(), 1)
    );
}
