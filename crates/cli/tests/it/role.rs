use serde_json::{Value, json};

use crate::support::Sandbox;

const BUILT_IN: [&str; 5] =
    ["approver", "auditor", "integration_admin", "operator", "workspace_admin"];

fn prepared() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["service", "create", "bot"]);
    sandbox
}

fn names(roles: &Value) -> Vec<&str> {
    roles.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

fn check(sandbox: &Sandbox, rest: &[&str]) -> (Value, i32) {
    sandbox.json(&[&["role", "check"], rest].concat())
}

#[test]
fn built_in_roles_are_there_and_stay_as_they_are() {
    let sandbox = prepared();
    assert_eq!(names(&sandbox.made(&["role", "list"])), BUILT_IN);
    let of_both = sandbox.made(&["role", "list", "--workspace", "Finance"]);
    assert_eq!(of_both.as_array().unwrap().len(), 10);
    let text = sandbox.text(&["role", "list", "--workspace", "Finance"]);
    assert!(text.contains("built-in  Finance"), "{text}");
    let shown = sandbox.made(&["role", "show", "approver"]);
    assert_eq!((&shown["is_builtin"], &shown["workspace_id"]), (&json!(true), &Value::Null));
    assert!(shown["permissions"].as_array().unwrap().contains(&json!("approval:decide")));
    for change in [
        &["role", "grant", "approver", "run:start"][..],
        &["role", "withdraw", "approver", "approval:decide"],
        &["role", "delete", "approver", "--yes"],
    ] {
        assert_eq!(sandbox.failed(change), ("conflict".into(), 4), "{change:?}");
    }
    assert_eq!(sandbox.made(&["role", "show", "approver"]), shown);
}

#[test]
fn everything_that_can_be_allowed_is_listed() {
    let sandbox = prepared();
    let permissions = sandbox.made(&["role", "permissions"]);
    let decide = permissions.as_array().unwrap().iter().find(|it| it["name"] == "approval:decide");
    assert_eq!(decide.unwrap()["builtin_roles"], json!(["approver"]));
    let text = sandbox.text(&["role", "permissions"]);
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let column = header.find("APPROVER").unwrap();
    assert!(BUILT_IN.iter().all(|role| header.contains(&role.to_uppercase())), "{header}");
    let line = lines.find(|line| line.starts_with("approval:decide")).unwrap();
    assert_eq!(line.find('✓'), Some(column), "{line}");
    assert_eq!(line.matches('✓').count(), 1, "{line}");
    assert_eq!(text.lines().count(), permissions.as_array().unwrap().len() + 1);
}

#[test]
fn a_custom_role_lives_and_dies() {
    let sandbox = prepared();
    let create = ["role", "create", "releaser", "--description", "Publishes", "--permission"];
    let made = sandbox.made(&[&create[..], &["workflow:read,workflow:publish"]].concat());
    assert_eq!(made["permissions"], json!(["workflow:publish", "workflow:read"]));
    assert_eq!([&made["name"], &made["description"]], ["releaser", "Publishes"]);
    let granted = sandbox.made(&["role", "grant", "releaser", "run:start", "run:read"]);
    assert_eq!(granted["permissions"].as_array().unwrap().len(), 4);
    let left = sandbox.made(&["role", "withdraw", "releaser", "run:start", "workflow:read"]);
    assert_eq!(left["permissions"], json!(["run:read", "workflow:publish"]));
    let text = sandbox.text(&["role", "show", made["id"].as_str().unwrap()]);
    assert!(text.contains("Permissions: run:read, workflow:publish"), "{text}");
    assert_eq!(sandbox.failed(&["role", "create", "releaser"]), ("already_exists".into(), 4));
    assert_eq!(sandbox.failed(&["role", "create", "Not A Name"]), ("invalid_input".into(), 1));
    assert_eq!(sandbox.failed(&["role", "delete", "releaser"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["role", "delete", "releaser", "--yes"])["name"], "releaser");
    assert_eq!(names(&sandbox.made(&["role", "list"])), BUILT_IN);
}

#[test]
fn a_role_of_a_workspace_is_found_there_and_nowhere_else() {
    let sandbox = prepared();
    let workspace = sandbox.made(&["workspace", "list"])[0]["id"].as_str().unwrap().to_owned();
    let create = ["role", "create", "closer", "--workspace", "Finance", "--permission", "run:read"];
    let made = sandbox.made(&create);
    assert_eq!(made["workspace_id"], workspace.as_str());
    let id = made["id"].as_str().unwrap();
    assert_eq!(sandbox.failed(&["role", "show", "closer"]), ("not_found".into(), 1));
    assert_eq!(sandbox.made(&["role", "show", "closer", "--workspace", &workspace])["id"], id);
    assert_eq!(sandbox.made(&["role", "show", id])["id"], id);
    let (told, _) = sandbox.json(&["role", "show", "closr", "--workspace", "Finance"]);
    assert_eq!(told["error"]["hint"], "did you mean `closer`?");
    let (told, code) = sandbox.json(&["role", "show", "closer", "--workspace", "Finanse"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("did you mean `Finance`?"), 1));
}

#[test]
fn a_permission_that_is_none_suggests_another() {
    let sandbox = prepared();
    sandbox.made(&["role", "create", "releaser"]);
    for command in [
        &["role", "create", "more", "--permission", "run:strat"][..],
        &["role", "grant", "releaser", "run:strat"],
        &["role", "check", "ann@example.com", "run:strat"],
        &["key", "create", "ci", "--for", "bot", "--scope", "run:strat"],
    ] {
        let (told, code) = sandbox.json(command);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains("`run:strat`; did you mean `run:start`?"), "{message}");
        assert_eq!(told["error"]["hint"], "`af role permissions` shows all of them");
    }
    for malformed in ["run", "Run:start", "run:*", ""] {
        let command = ["role", "grant", "releaser", malformed];
        assert_eq!(sandbox.failed(&command), ("usage".into(), 2), "{malformed}");
    }
    assert_eq!(sandbox.made(&["role", "show", "releaser"])["permissions"], json!([]));
}

#[test]
fn nothing_is_allowed_that_no_role_allows() {
    let sandbox = prepared();
    let before = sandbox.newest();
    let (denied, code) = check(&sandbox, &["ann@example.com", "run:start"]);
    assert_eq!((denied["allowed"].as_bool(), code), (Some(false), 1), "{denied}");
    assert_eq!(denied["reason"]["kind"], "no_binding");
    assert_eq!(sandbox.newest(), before, "nobody was denied anything");

    let bind = ["role", "bind", "operator", "--to", "ann@example.com", "--workspace", "Finance"];
    let bound = sandbox.made(&bind);
    assert_eq!((&bound["role_name"], &bound["expires_at"]), (&json!("operator"), &Value::Null));
    let there = ["ann@example.com", "run:start", "--workspace", "Finance"];
    let (allowed, code) = check(&sandbox, &there);
    assert_eq!((allowed["allowed"].as_bool(), code), (Some(true), 0), "{allowed}");
    assert_eq!(allowed["reason"]["kind"], "granted");
    assert_eq!(allowed["reason"]["binding_id"], bound["id"]);
    assert_eq!(check(&sandbox, &["ann@example.com", "run:start"]).1, 1, "only in the workspace");
    let told = sandbox.told(&[&["role", "check"][..], &there].concat(), "");
    assert!(told.stdout.starts_with("✓ ") && told.stdout.contains("ann@example.com"), "{told:?}");
    assert!(told.stdout.contains("Finance") && told.stdout.contains("operator"), "{told:?}");
    let told = sandbox.told(&["role", "check", "ann@example.com", "secret:read"], "");
    assert!(told.code == 1 && told.stdout.starts_with("✗ ") && told.stderr.is_empty(), "{told:?}");

    sandbox.made(&["user", "deactivate", "ann@example.com"]);
    let (denied, code) = check(&sandbox, &there);
    assert_eq!((denied["reason"]["kind"].as_str(), code), (Some("inactive_principal"), 1));
    sandbox.made(&["user", "activate", "ann@example.com"]);
    assert_eq!(sandbox.made(&["role", "unbind", bound["id"].as_str().unwrap()])["id"], bound["id"]);
    assert_eq!(check(&sandbox, &there).1, 1);
    assert_eq!(check(&sandbox, &["nobody", "run:start"]).0["error"]["kind"], "not_found");
}

#[test]
fn who_has_which_role_is_listed() {
    let sandbox = prepared();
    assert!(sandbox.text(&["role", "bindings"]).contains("no such binding"));
    let bind = |role: &str, to: &str, more: &[&str]| {
        sandbox.made(&[&["role", "bind", role, "--to", to], more].concat())
    };
    bind("auditor", "ann@example.com", &["--expires-at", "2099-01-01"]);
    bind("operator", "bot", &["--workspace", "Finance"]);
    let day = bind("auditor", "bot", &["--expires-in", "1d"]);
    let twice = ["role", "bind", "auditor", "--to", "bot"];
    assert_eq!(sandbox.failed(&twice), ("already_exists".into(), 4));
    let within: jiff::Timestamp = day["expires_at"].as_str().unwrap().parse().unwrap();
    let began: jiff::Timestamp = day["created_at"].as_str().unwrap().parse().unwrap();
    assert!((within - began).total(jiff::Unit::Hour).unwrap().round() - 24.0 < 0.5, "{day}");

    let of = |filter: &[&str]| {
        let listed = sandbox.made(&[&["role", "bindings"], filter].concat());
        let role = |it: &Value| it["role_name"].as_str().unwrap().to_owned();
        listed.as_array().unwrap().iter().map(role).collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), ["auditor", "operator", "auditor"]);
    assert_eq!(of(&["--of", "bot"]), ["operator", "auditor"]);
    assert_eq!(of(&["--role", "auditor"]), ["auditor", "auditor"]);
    assert_eq!(of(&["--role", "operator", "--workspace", "Finance"]), ["operator"]);
    assert!(of(&["--role", "operator"]).is_empty(), "the one of the tenant is another");
    let text = sandbox.text(&["role", "bindings"]);
    assert!(text.contains("ann@example.com  auditor   everywhere  2099-01-01T00:00:00Z"), "{text}");
    assert!(text.contains("bot              operator  Finance"), "{text}");
}

#[test]
fn what_cannot_be_bound_is_refused() {
    let sandbox = prepared();
    let bind = |more: &[&str]| sandbox.failed(&[&["role", "bind"], more].concat());
    assert_eq!(bind(&["operater", "--to", "bot"]), ("not_found".into(), 1));
    assert_eq!(bind(&["operator", "--to", "nobody"]), ("not_found".into(), 1));
    assert_eq!(bind(&["operator"]), ("usage".into(), 2));
    let past = ["operator", "--to", "bot", "--expires-at", "2020-01-01T00:00:00Z"];
    assert_eq!(bind(&past), ("invalid_input".into(), 1));
    for end in [
        &["--expires-in", "soon"][..],
        &["--expires-at", "tomorrow"],
        &["--expires-in", "999999999d"],
        &["--expires-in", "1d", "--expires-at", "2099-01-01"],
    ] {
        let command = [&["operator", "--to", "bot"], end].concat();
        assert_eq!(bind(&command), ("usage".into(), 2), "{command:?}");
    }
    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(sandbox.failed(&["role", "unbind", missing]), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["role", "unbind", "operator"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["role", "bindings"]), json!([]));
}

#[test]
fn many_principals_are_named_as_well() {
    let sandbox = prepared();
    let id = "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
    sandbox.sql(&format!(
        "INSERT INTO principals (tenant_id, id, type, display_name, service_name) \
         SELECT t.id, {id}, 'service', 'Bot ' || n, 'bot-' || n FROM tenants t, generate_series(1, 60) n; \
         INSERT INTO rbac_bindings (tenant_id, principal_id, role_id) \
         SELECT p.tenant_id, p.id, r.id FROM principals p JOIN rbac_roles r USING (tenant_id) \
         WHERE r.name = 'auditor' AND r.workspace_id IS NULL"
    ));
    let text = sandbox.text(&["role", "bindings"]);
    for name in ["bot-1 ", "bot-60 ", "ann@example.com "] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} {text}");
    }
}
