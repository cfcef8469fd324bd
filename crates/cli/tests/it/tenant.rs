mod archive;
mod moved;
mod secrets;

use serde_json::Value;

use crate::support::{Sandbox, json};

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
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1));
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
    assert!(told["error"]["hint"].as_str().unwrap().contains("--slug"), "{told}");
    assert_eq!(sandbox.json(&["tenant", "create", "Acme", "--slug", "acme-2"]).1, 0);
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

/// A login role that is a member of `af_app` and nothing else; gone at the end.
struct Member<'a> {
    sandbox: &'a Sandbox,
    name: String,
}

impl<'a> Member<'a> {
    fn new(sandbox: &'a Sandbox, inherits: bool) -> Self {
        let kind = if inherits { "inherit" } else { "noinherit" };
        let name = format!("af_member_{kind}_{}", std::process::id());
        sandbox.sql(&format!("CREATE ROLE {name} LOGIN {kind} PASSWORD 'member' IN ROLE af_app"));
        Self { sandbox, name }
    }

    fn url(&self) -> String {
        let (_, server) = self.sandbox.url().rsplit_once('@').unwrap();
        format!("postgres://{}:member@{server}", self.name)
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        self.sandbox.sql(&format!("DROP ROLE {}", self.name));
    }
}

#[test]
fn a_role_that_sees_no_tenants_names_its_own_by_id() {
    let sandbox = Sandbox::migrated();
    let id = sandbox.tenant("acme");
    for inherits in [true, false] {
        let member = Member::new(&sandbox, inherits);
        let run = |arguments: &[&str]| {
            let mut command = sandbox.af(arguments);
            json(
                command
                    .env("DATABASE_URL", member.url())
                    .args(["--output", "json"])
                    .write_stdin("{\"action\":\"run.started\",\"resource_type\":\"run\"}\n"),
            )
        };
        let mut slugs = vec![];
        for command in [
            &["audit", "list"][..],
            &["audit", "verify"],
            &["audit", "append"],
            &["workspace", "list"],
            &["user", "list"],
            &["role", "permissions"],
            &["service", "create", if inherits { "one" } else { "two" }],
            &["workspace", "create", if inherits { "One" } else { "Two" }],
        ] {
            // Verification reads with the rights of the login role itself.
            if inherits || command != ["audit", "verify"] {
                let (done, code) = run(&[command, &["--tenant", &id]].concat());
                assert_eq!(code, 0, "{inherits} {command:?} {done}");
            }
            slugs.push(run(&[command, &["--tenant", "acme"]].concat()));
        }
        for (told, code) in slugs {
            assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1), "{told}");
            assert!(told["error"]["hint"].as_str().unwrap().contains("--tenant <id>"), "{told}");
        }
        for all in [&["tenant", "list"][..], &["audit", "verify"]] {
            let (told, code) = run(all);
            assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1), "{told}");
        }
    }
}

/// What stands between the quotes of a JSON string, as an SQL string.
fn json_text(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    format!("'{}'", quoted.trim_matches('"'))
}

#[test]
fn what_is_stored_does_not_command_the_terminal() {
    const STORED: &str = "evil\u{1b}[2J\u{1b}]0;t\u{7}\r\u{9b}1m\u{202e}\nSlug: other";
    let sandbox = Sandbox::migrated();
    let id = sandbox.tenant("acme");
    let create = ["workspace", "create", "One", "--tenant", "acme"];
    assert_eq!(sandbox.json(&create).1, 0);
    // Behind the back of the library, which may refuse it.
    sandbox.sql(&format!(
        "UPDATE tenants SET name = '{STORED}'; UPDATE workspaces SET description = '{STORED}'; \
         SET session_replication_role = replica; UPDATE audits SET record = replace(record, 'workspace.created', {})",
        json_text(STORED)
    ));
    let spelled = r"evil\u{1b}[2J\u{1b}]0;t\u{7}\u{d}\u{9b}1m\u{202e}\u{a}Slug: other";
    for command in [
        &["tenant", "list"][..],
        &["tenant", "show", "acme"],
        &["audit", "list", "--tenant", "acme"],
        &["workspace", "list", "--tenant", "acme"],
    ] {
        let text = sandbox.text(command);
        assert!(text.contains(spelled), "{command:?} {text}");
        let obeyed = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!text.contains(obeyed), "{command:?} {text:?}");
    }
    let (shown, _) = sandbox.json(&["tenant", "show", &id]);
    assert_eq!(shown["name"], STORED, "JSON says what is stored");
    let failed = sandbox.af(&["tenant", "show", "a\u{1b}[2J"]).assert().code(1);
    let told = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(told.contains(r"a\u{1b}[2J") && !told.contains('\u{1b}'), "{told:?}");

    sandbox.sql(&format!("UPDATE tenants SET name = '{}'", "x".repeat(250)));
    let list = sandbox.text(&["tenant", "list"]);
    assert!(list.contains(&format!(" {}… ", "x".repeat(199))), "{list}");
    assert!(sandbox.text(&["tenant", "show", "acme"]).contains(&"x".repeat(250)));
}
