use serde_json::{Value, json};

use crate::support::Sandbox;

const REFUNDS: &str = "\
# Pays customers back.
name: Refunds
version: 1.0.0
description: Pays customers back
risk_tier: medium
model: { provider: anthropic, model: claude-sonnet-4.5 }
steps:
  - name: read
    type: llm_call
    agent: ada
  - name: large
    type: branch
    needs: [read]
    cases: [{ when: steps.read.output.amount > 100, goto: ask }]
    else: pay
  - name: ask
    type: approval_gate
    subject: May we pay this back?
  - name: pay
    type: connector_action
    tool: bank
    with: { account: main }
";

/// A definition that needs nothing of the tenant.
const SMALL: &str = "version: 1.0.0\nsteps: [{ name: ask, type: llm_call }]\n";

/// With the workspace Finance and its workflow Refunds; the id of that.
fn with_refunds() -> (Sandbox, String) {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    let create = ["workflow", "create", "Refunds", "--workspace", "Finance"];
    let made = sandbox.made(&[&create[..], &["--description", "Pays back"]].concat());
    sandbox.write("refunds.yaml", REFUNDS);
    sandbox.write("small.yaml", SMALL);
    let id = made["id"].as_str().unwrap().to_owned();
    (sandbox, id)
}

/// With what the file names as well.
fn with_ada_and_bank() -> (Sandbox, String) {
    let (sandbox, id) = with_refunds();
    sandbox.made(&["user", "create", "ann@example.com", "--name", "Ann"]);
    sandbox.made(&["team", "create", "Support", "--owner", "ann@example.com"]);
    sandbox.write("ada.yaml", "name: Ada\nslug: ada\n");
    sandbox.made(&["agent", "create", "ada.yaml", "--team", "support"]);
    let bank = r#"{"name": "bank", "schema": {"type": "object"}}"#;
    assert_eq!(sandbox.json_from(&["tool", "register", "-"], bank).1, 0);
    (sandbox, id)
}

fn next(version: &str) -> String {
    SMALL.replace("1.0.0", version)
}

#[test]
fn a_file_is_checked_without_database_and_tenant() {
    let sandbox = Sandbox::bare();
    sandbox.write("refunds.yaml", REFUNDS);
    let (checked, code) = sandbox.json(&["workflow", "validate", "refunds.yaml"]);
    assert_eq!(
        (code, &checked["valid"], &checked["errors"]),
        (0, &json!(true), &json!([])),
        "{checked}"
    );
    assert_eq!(checked["definition"]["steps"][0]["retry"]["max_attempts"], 1);
    let digest = checked["digest"].as_str().unwrap();
    let text = sandbox.text(&["workflow", "validate", "refunds.yaml"]);
    let expected = "✓ refunds.yaml describes version 1.0.0 of `Refunds`: 4 steps, digest ";
    assert_eq!(text, format!("{expected}{digest}\n"));
    // The same as JSON has the same digest.
    let as_json = checked["definition"].to_string();
    let (again, code) = sandbox.json_from(&["workflow", "validate", "-"], as_json);
    assert_eq!((code, &again["digest"]), (0, &checked["digest"]));

    let bad = REFUNDS
        .replace("goto: ask", "goto: aks")
        .replace("tool: bank", "tol: bank")
        .replace("1.0.0", "one");
    let told = sandbox.told(&["workflow", "validate", "-"], bad.clone());
    assert_eq!(told.code, 1);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert!(
        lines[0].starts_with("✗ line 3, column 1: version: expected a semantic version"),
        "{told:?}"
    );
    let goto =
        "✗ line 14, column 53: steps[1].cases[0].goto: there is no step `aks`; did you mean `ask`?";
    assert_eq!(lines[1], goto);
    let missing =
        "✗ line 19, column 5: steps[3].tool: is missing; a step of type connector_action needs it";
    assert_eq!(
        lines[2..4],
        [missing, "✗ line 21, column 5: steps[3].tol: unknown key; did you mean `tool`?"]
    );
    assert_eq!(lines[5], "stdin: 4 errors");
    let (checked, code) = sandbox.json_from(&["workflow", "validate", "-"], bad);
    assert_eq!((code, &checked["digest"], &checked["definition"]), (1, &Value::Null, &Value::Null));
    let error = &checked["errors"][1];
    assert_eq!(
        (&error["line"], &error["column"], &error["subject"]),
        (&json!(14), &json!(53), &json!("steps[1].cases[0].goto"))
    );
    assert_eq!(sandbox.failed(&["workflow", "validate", "missing.yaml"]), ("usage".into(), 2));
}

#[test]
fn the_schema_is_the_one_in_the_documents() {
    let documented: Value =
        serde_json::from_str(include_str!("../../../../docs/workflow.schema.json")).unwrap();
    assert_eq!(Sandbox::bare().made(&["workflow", "schema"]), documented);
}

#[test]
fn a_workflow_lives_and_dies() {
    let (sandbox, id) = with_refunds();
    assert_eq!(sandbox.newest().1, "workflow.created");
    let shown = sandbox.made(&["workflow", "show", "Refunds"]);
    assert_eq!((&shown["id"], &shown["version"]), (&json!(id), &Value::Null));
    assert!(sandbox.text(&["workflow", "show", &id]).contains("Workspace: Finance"));
    assert!(sandbox.text(&["workflow", "versions", "Refunds"]).contains("no version yet"));
    assert!(sandbox.text(&["workflow", "list"]).contains("Refunds"));
    let update = ["workflow", "update", "Refunds", "--name", "Payouts"];
    let changed = sandbox.made(&update);
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("Payouts"), &json!("Pays back"))
    );
    assert_eq!(sandbox.failed(&["workflow", "update", "Payouts"]), ("usage".into(), 2));
    let (told, code) = sandbox.json(&["workflow", "show", "Payuots"]);
    assert_eq!(
        (told["error"]["hint"].as_str(), code),
        (Some("did you mean `Payouts`?"), 1),
        "{told}"
    );
    let twice = ["workflow", "create", "Payouts", "--workspace", "Finance"];
    assert_eq!(sandbox.failed(&twice), ("already_exists".into(), 4));

    assert_eq!(sandbox.failed(&["workflow", "delete", "Payouts"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["workflow", "delete", "Payouts", "--yes"])["id"], json!(id));
    assert_eq!(sandbox.newest().1, "workflow.deleted");
    assert_eq!(sandbox.made(&["workflow", "list"]), json!([]));
    assert!(sandbox.text(&["workflow", "list"]).contains("no workflow yet"));
}

#[test]
fn a_name_that_several_workspaces_have_needs_one() {
    let (sandbox, id) = with_refunds();
    sandbox.made(&["workspace", "create", "Support"]);
    sandbox.made(&["workflow", "create", "Refunds", "--workspace", "Support"]);
    let (told, code) = sandbox.json(&["workflow", "show", "Refunds"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("--workspace"), "{told}");
    let shown = sandbox.made(&["workflow", "show", "Refunds", "--workspace", "Finance"]);
    assert_eq!(shown["id"], json!(id));
    assert_eq!(sandbox.made(&["workflow", "show", &id])["id"], json!(id));
    assert_eq!(
        sandbox.made(&["workflow", "list", "--workspace", "Support"]).as_array().unwrap().len(),
        1
    );
    let elsewhere = ["workflow", "show", &id, "--workspace", "Support"];
    assert_eq!(sandbox.failed(&elsewhere), ("not_found".into(), 1));
}

#[test]
fn versions_are_published_and_never_change() {
    let (sandbox, id) = with_ada_and_bank();
    let publish = |text: &str| {
        let publish = ["workflow", "publish", "-", "--workflow", "Refunds"];
        sandbox.json_from(&publish, text)
    };
    // The file names its workflow.
    let first = sandbox.made(&["workflow", "publish", "refunds.yaml"]);
    assert_eq!(
        (&first["version"], &first["is_new"], &first["is_latest"]),
        (&json!("1.0.0"), &json!(true), &json!(true))
    );
    assert_eq!(sandbox.newest().1, "workflow.version_published");
    let told =
        sandbox.told(&["workflow", "publish", "-"], REFUNDS.replace("# Pays", "# Again: pays"));
    assert!(told.stdout.starts_with("Nothing is new about version 1.0.0 of Refunds"), "{told:?}");
    let (told, code) = publish(&REFUNDS.replace("main", "other"));
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");

    assert_eq!(publish(&next("1.2.0")).1, 0);
    assert_eq!(publish(&next("1.10.0")).0["is_latest"], true);
    assert_eq!(publish(&next("2.0.0-rc.1")).0["is_latest"], false);
    let versions = sandbox.made(&["workflow", "versions", "Refunds"]);
    let listed: Vec<_> =
        versions.as_array().unwrap().iter().map(|it| it["version"].as_str().unwrap()).collect();
    assert_eq!(listed, ["2.0.0-rc.1", "1.10.0", "1.2.0", "1.0.0"]);
    let text = sandbox.text(&["workflow", "versions", &id]);
    assert!(text.lines().nth(2).unwrap().starts_with("1.10.0      latest"), "{text}");
    let shown = sandbox.made(&["workflow", "show", "Refunds"]);
    assert_eq!(
        (&shown["latest_version"], &shown["version"]["version"]),
        (&json!("1.10.0"), &json!("1.10.0"))
    );

    let show = ["workflow", "show", "Refunds", "--version", "1.0.0"];
    assert_eq!(sandbox.made(&show)["version"]["id"], first["id"]);
    let text = sandbox.text(&show);
    for expected in
        ["calls bank", "asks ada", "steps.read.output.amount > 100 → ask; else → pay", "Risk:"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert_eq!(sandbox.text(&[&show[..], &["--source"]].concat()), REFUNDS);
    let none = ["workflow", "show", "Refunds", "--version", "3.0.0"];
    assert_eq!(sandbox.failed(&none), ("not_found".into(), 1));
    assert_eq!(
        sandbox.failed(&["workflow", "show", "Refunds", "--version", "3"]),
        ("usage".into(), 2)
    );
}

#[test]
fn what_cannot_be_published_is_told_by_its_line() {
    let (sandbox, _) = with_refunds();
    let (told, code) = sandbox.json(&["workflow", "publish", "refunds.yaml"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    let expected = json!([
        "line 10, column 5: steps[0].agent: the tenant has no agent `ada`, or only an archived one",
        "line 21, column 5: steps[3].tool: the tenant has no tool `bank`",
    ]);
    assert_eq!(told["error"]["causes"], expected);
    let (told, code) = sandbox.json_from(&["workflow", "publish", "-"], "version: 1\nsteps: []");
    assert_eq!((told["error"]["causes"].as_array().unwrap().len(), code), (2, 1), "{told}");
    assert_eq!(told["error"]["causes"][0], "line 1, column 1: version: expected a text, got 1");
    assert_eq!(sandbox.failed(&["workflow", "publish", "small.yaml"]), ("usage".into(), 2));
    let other = ["workflow", "publish", "small.yaml", "--workflow", "Refund"];
    let (told, code) = sandbox.json(&other);
    assert_eq!(
        (told["error"]["hint"].as_str(), code),
        (Some("did you mean `Refunds`?"), 1),
        "{told}"
    );
    let (told, code) = sandbox.json_from(
        &["workflow", "publish", "-", "--workflow", "Refunds"],
        format!("name: Payouts\n{SMALL}"),
    );
    let expected =
        "line 1, column 1: name: the file is of `Payouts`, and the workflow is called `Refunds`";
    assert_eq!((told["error"]["causes"][0].as_str(), code), (Some(expected), 1), "{told}");
    assert_eq!(sandbox.made(&["workflow", "versions", "Refunds"]), json!([]));
}

#[test]
fn a_plan_lives_and_dies() {
    let (sandbox, id) = with_ada_and_bank();
    let create = ["plan", "create", "Refunds"];
    let (told, code) = sandbox.json(&create);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
    let version = sandbox.made(&["workflow", "publish", "refunds.yaml"]);
    assert!(sandbox.text(&["plan", "list"]).contains("no plan"));
    let plan = sandbox.made(&create);
    assert_eq!(
        (&plan["workflow_version_id"], &plan["assignments"]),
        (&version["id"], &json!({ "read": "ada" }))
    );
    assert_eq!(plan["steps"].as_array().unwrap().len(), 4);
    assert_eq!(sandbox.newest().1, "plan.created");
    let plan_id = plan["id"].as_str().unwrap();
    assert_eq!(sandbox.made(&["plan", "show", plan_id]), plan);
    assert!(sandbox.text(&["plan", "show", plan_id]).contains("read   llm_call"));
    let (_, code) =
        sandbox.json_from(&["workflow", "publish", "-", "--workflow", &id], next("1.1.0"));
    assert_eq!(code, 0);
    let list =
        |more: &[&str]| sandbox.made(&[&["plan", "list"], more].concat()).as_array().unwrap().len();
    assert_eq!([list(&[]), list(&["--workflow", "Refunds"])], [1, 0]);
    assert_eq!(list(&["--workflow", "Refunds", "--version", "1.0.0"]), 1);
    assert!(sandbox.text(&["plan", "list"]).contains("4 steps"));

    sandbox.write(
        "plan.json",
        r#"{"steps": [{"name": "pay"}], "state": {"at": "pay"}, "cost": {"cents": 5}}"#,
    );
    let changed = sandbox.made(&["plan", "update", plan_id, "plan.json"]);
    assert_eq!((&changed["state"]["at"], &changed["assignments"]), (&json!("pay"), &json!({})));
    let own = ["plan", "create", "Refunds", "--version", "1.0.0", "--file", "plan.json"];
    assert_eq!(sandbox.made(&own)["cost"], json!({ "cents": 5 }));
    for (bad, place) in [
        (r#"{"steps": [{"name": "fly"}]}"#, "steps[0].name"),
        (r#"{"step": []}"#, "unknown field `step`"),
        ("{", "plan: "),
    ] {
        let (told, code) = sandbox.json_from(&["plan", "update", plan_id, "-"], bad);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        assert!(told.to_string().contains(place), "{told}");
    }
    assert_eq!(sandbox.failed(&["plan", "show", "nonsense"]), ("usage".into(), 2));
    assert_eq!(sandbox.failed(&["plan", "show", &id]), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["plan", "delete", plan_id]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["plan", "delete", plan_id, "--yes"])["id"], plan["id"]);
    assert_eq!(sandbox.failed(&["plan", "show", plan_id]), ("not_found".into(), 1));
}
