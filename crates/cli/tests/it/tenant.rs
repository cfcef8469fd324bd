use serde_json::Value;

use crate::support::Sandbox;

#[test]
fn a_tenant_lives_and_dies() {
    let sandbox = Sandbox::migrated();
    assert!(sandbox.text(&["tenant", "list"]).contains("no tenant yet"));
    let (created, code) =
        sandbox.json(&["tenant", "create", "Acme Corp", "--region", "eu-west-1", "--tier", "pro"]);
    assert_eq!(code, 0, "{created}");
    assert_eq!(
        [&created["slug"], &created["name"], &created["region"], &created["tier"]],
        ["acme-corp", "Acme Corp", "eu-west-1", "pro"]
    );
    assert!(created["created_at"].as_str().unwrap().ends_with('Z'));
    let id = created["id"].as_str().unwrap();
    assert_eq!(sandbox.json(&["tenant", "show", id]).0, created);
    assert_eq!(sandbox.json(&["tenant", "show", "acme-corp"]).0, created);

    let (listed, _) = sandbox.json(&["tenant", "list"]);
    assert_eq!(listed, Value::Array(vec![created.clone()]));
    assert!(sandbox.text(&["tenant", "list"]).contains("acme-corp"));

    assert_eq!(sandbox.json(&["tenant", "suspend", id]).0["status"], "suspended");
    let (told, code) = sandbox.json(&["workspace", "list", "--tenant", id]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 4));
    assert_eq!(sandbox.json(&["tenant", "resume", "--tenant", id]).0["status"], "active");

    let (tombstone, code) = sandbox.json(&["tenant", "delete", id, "--yes"]);
    assert_eq!((tombstone["tenant_id"].as_str(), code), (Some(id), 0));
    assert_eq!(tombstone["deleted_by"], "user:tester");
    assert_eq!(tombstone["last_hash"].as_str().unwrap().len(), 64);
    assert_eq!(sandbox.json(&["tenant", "list"]).0, Value::Array(Vec::new()));
}

#[test]
fn people_are_told_the_same_in_words() {
    let sandbox = Sandbox::migrated();
    let text = sandbox.text(&["tenant", "create", "Acme Corp"]);
    assert!(text.contains("Slug:") && text.contains("acme-corp"), "{text}");
    assert!(sandbox.text(&["tenant", "show", "acme-corp"]).contains("Status:  active"));
    assert!(sandbox.text(&["tenant", "suspend", "acme-corp"]).contains("suspended since 2"));
    assert!(sandbox.text(&["tenant", "resume", "acme-corp"]).contains("active"));
    let text = sandbox.text(&["tenant", "delete", "acme-corp", "--yes"]);
    assert!(text.contains("Last hash:") && text.contains("user:tester"), "{text}");
}

#[test]
fn a_slug_that_is_not_there_suggests_close_ones() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let (told, code) = sandbox.json(&["tenant", "show", "amce"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    assert_eq!(told["error"]["hint"], "did you mean `acme`?");
    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    for command in [&["tenant", "show"][..], &["audit", "list"], &["workspace", "list"]] {
        let command = [command, &["--tenant", missing]].concat();
        let (told, code) = sandbox.json(&command);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
    }
}

#[test]
fn what_cannot_be_created_is_refused() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    assert_eq!(sandbox.json(&["tenant", "create", "x", "--slug", "Not A Slug"]).1, 2);
    assert_eq!(sandbox.json(&["tenant", "create", "x", "--region", "mars-1"]).1, 2);
    let (told, code) = sandbox.json(&["tenant", "create", "Acme"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("already_exists"), 4));
    let (told, code) = sandbox.json(&["tenant", "create", " "]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
}

#[test]
fn workspaces_are_created_and_listed() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let create = ["workspace", "create", "Finance", "--tenant", "acme", "--description", "money"];
    let (created, code) = sandbox.json(&create);
    assert_eq!((created["name"].as_str(), code), (Some("Finance"), 0));
    assert_eq!(created["region"], "us-east-1");
    assert_eq!(sandbox.json(&create).1, 4, "the name is taken");

    let away = ["workspace", "create", "Europe", "--tenant", "acme", "--region", "eu-west-1"];
    let (told, code) = sandbox.json(&away);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    let unlocked = [&away[..], &["--unlocked-region", "--mode", "full"]].concat();
    assert!(sandbox.text(&unlocked).contains("eu-west-1 (unlocked)"));

    let (listed, _) = sandbox.json(&["workspace", "list", "--tenant", "acme"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(sandbox.text(&["workspace", "list", "--tenant", "acme"]).contains("money"));
}
