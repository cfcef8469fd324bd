use serde_json::json;

use crate::support::Sandbox;

const BUDGET: &str = "package budget\n\ndefault effect := \"allow\"\n\neffect := \"require_approval\" if input.input.amount > 500\n\n\
                      effect := \"deny\" if input.workspace.name != \"Finance\"\n\n\
                      reasons contains sprintf(\"%v is more than 500\", [input.input.amount]) if input.input.amount > 500\n";

/// With two workspaces, one of which keeps contents, a workflow in it, and somebody who wants runs.
fn finance() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance", "--mode", "full"]);
    sandbox.made(&["workspace", "create", "Support"]);
    sandbox.made(&["user", "create", "ann@acme.test", "--name", "Ann"]);
    sandbox.write("budget.rego", BUDGET);
    sandbox
}

#[test]
fn a_policy_lives_and_dies() {
    let sandbox = finance();
    assert!(sandbox.text(&["policy", "list"]).contains("no policy yet"));
    let made = sandbox.made(&[
        "policy",
        "publish",
        "budget",
        "1.0.0",
        "budget.rego",
        "--description",
        "Spending",
    ]);
    assert_eq!(
        [&made["name"], &made["version"], &made["description"]],
        ["budget", "1.0.0", "Spending"]
    );
    assert_eq!(sandbox.newest().1, "policy.published");
    let id = made["id"].as_str().unwrap();
    assert_eq!(sandbox.made(&["policy", "show", id]), made);
    assert_eq!(sandbox.made(&["policy", "show", "budget", "1.0.0"]), made);
    assert!(sandbox.text(&["policy", "show", "budget", "1.0.0"]).contains("package budget"));
    assert!(sandbox.text(&["policy", "list"]).contains("budget"));
    assert_eq!(sandbox.failed(&["policy", "show", "budget"]), ("usage".into(), 2));
    let (told, code) = sandbox.json(&["policy", "show", "budget", "2.0.0"]);
    assert_eq!((told["error"]["hint"].as_str(), code), (Some("its versions are 1.0.0"), 1));

    // The same text changes nothing, another one is refused.
    assert_eq!(sandbox.made(&["policy", "publish", "budget", "1.0.0", "budget.rego"])["id"], id);
    let other = BUDGET.replace("500", "600");
    let (told, code) = sandbox.json_from(&["policy", "publish", "budget", "1.0.0", "-"], other);
    assert_eq!(code, 4, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("versions never change"), "{told}");

    assert_eq!(sandbox.failed(&["policy", "delete", "budget", "1.0.0"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["policy", "delete", "budget", "1.0.0", "--yes"])["id"], id);
    assert_eq!(sandbox.made(&["policy", "list"]), json!([]));
}

#[test]
fn a_text_is_checked_without_a_database() {
    let sandbox = Sandbox::bare();
    sandbox.write("good.rego", BUDGET);
    let (checked, code) = sandbox.json(&["policy", "check", "good.rego"]);
    assert_eq!((&checked["valid"], &checked["problems"], code), (&json!(true), &json!([]), 0));
    sandbox
        .write("bad.rego", "package p\n\neffect := \"allow\" if {\n\thttp.send({})\n\tfoo(1)\n}\n");
    let (checked, code) = sandbox.json(&["policy", "check", "bad.rego"]);
    assert_eq!((code, checked["problems"].as_array().unwrap().len()), (1, 2), "{checked}");
    let told = sandbox.told(&["policy", "check", "bad.rego"], "");
    assert!(told.stdout.starts_with("✗ bad.rego:4:2: `http.send` is left out"), "{told:?}");
    let told = sandbox.told(&["policy", "check", "-"], b"package \xff".to_vec());
    assert!(told.code == 1 && told.contains("is not valid UTF-8 at byte 9"), "{told:?}");
}

#[test]
fn policies_are_bound_asked_and_asked_again() {
    let sandbox = finance();
    sandbox.made(&["policy", "publish", "budget", "1.0.0", "budget.rego"]);
    let bind = ["policy", "bind", "budget", "1.0.0", "--workspace", "Finance"];
    let bound = sandbox.made(&bind);
    assert_eq!((&bound["priority"], &bound["is_active"]), (&json!(100), &json!(true)));
    assert_eq!(sandbox.failed(&bind), ("already_exists".into(), 4));
    let binding = bound["id"].as_str().unwrap();
    assert_eq!(sandbox.made(&["policy", "bindings", "--workspace", "Finance"])[0], bound);
    assert_eq!(
        sandbox.failed(&["policy", "delete", "budget", "1.0.0", "--yes"]),
        ("conflict".into(), 4)
    );

    let ask = ["--workspace", "Finance", "--for", "ann@acme.test", "--input", "-"];
    let simulate = [&["policy", "simulate"][..], &ask].concat();
    let (decision, code) = sandbox.json_from(&simulate, r#"{"amount": 700}"#);
    assert_eq!((&decision["effect"], code), (&json!("require_approval"), 0), "{decision}");
    assert_eq!(decision["reasons"], json!(["budget 1.0.0: 700 is more than 500"]));
    assert_eq!(sandbox.made(&["policy", "decisions"]), json!([]));
    sandbox.write("tried.rego", "package t\n\neffect := \"deny\"\n");
    let tried = [&simulate[..], &["--with", "tried.rego"]].concat();
    assert_eq!(sandbox.json_from(&tried, "{}").0["effect"], "deny");

    let decide = [&["policy", "decide"][..], &ask].concat();
    let (decision, code) = sandbox.json_from(&decide, r#"{"amount": 700}"#);
    assert_eq!((&decision["effect"], code), (&json!("require_approval"), 0));
    assert_eq!(sandbox.newest().1, "policy.decided");
    assert_eq!(sandbox.made(&["policy", "decisions", "--workspace", "Finance"])[0], decision);
    let id = decision["id"].as_str().unwrap();
    let replay = sandbox.made(&["policy", "replay", id]);
    assert_eq!((&replay["same"], &replay["differences"]), (&json!(true), &json!([])));
    let tamper = "SET session_replication_role = replica; UPDATE policies SET policy_rego = replace(policy_rego, '500', '900')";
    sandbox.sql(tamper);
    let told = sandbox.told(&["policy", "replay", id], "");
    assert!(
        told.code == 1 && told.stdout.contains("the text of policy budget 1.0.0 was changed"),
        "{told:?}"
    );
    let (decision, code) = sandbox.json_from(&decide, "{}");
    assert_eq!((&decision["effect"], code), (&json!("deny"), 1));

    let off = sandbox.made(&["policy", "set-binding", binding, "--inactive", "--priority", "-1"]);
    assert_eq!((&off["priority"], &off["is_active"]), (&json!(-1), &json!(false)));
    assert_eq!(sandbox.json_from(&simulate, "{}").0["policies"], json!([]));
    assert_eq!(sandbox.made(&["policy", "unbind", binding])["id"], binding);
    assert_eq!(sandbox.failed(&["policy", "unbind", binding]), ("not_found".into(), 1));
}

#[test]
fn a_decision_is_made_again_with_the_input_where_that_is_not_kept() {
    let sandbox = finance();
    sandbox.write("input.json", r#"{"amount": 700, "note": "hush"}"#);
    sandbox.write("other.json", r#"{"amount": 701, "note": "hush"}"#);
    sandbox.write("large.rego", "package p\n\ndefault effect := \"allow\"\n\neffect := \"require_approval\" if input.input.amount > 500\n");
    sandbox.made(&["policy", "publish", "large", "1.0.0", "large.rego"]);
    sandbox.made(&["policy", "bind", "large", "1.0.0", "--workspace", "Support"]);
    let decide = ["policy", "decide", "--workspace", "Support", "--for", "ann@acme.test"];
    let decision = sandbox.made(&[&decide[..], &["--input", "input.json"]].concat());
    assert_eq!(
        (&decision["effect"], &decision["input"]),
        (&json!("require_approval"), &json!(null))
    );
    assert_eq!(decision["context"]["workspace"]["name"], "Support");
    assert!(!decision.to_string().contains("hush"), "{decision}");
    let id = decision["id"].as_str().unwrap();
    assert_eq!(sandbox.failed(&["policy", "replay", id]), ("invalid_input".into(), 1));
    assert_eq!(
        sandbox.failed(&["policy", "replay", id, "--input", "other.json"]),
        ("invalid_input".into(), 1)
    );
    let replay = sandbox.made(&["policy", "replay", id, "--input", "input.json"]);
    assert_eq!((&replay["same"], &replay["decision"]), (&json!(true), &decision));
}

#[test]
fn workflows_and_their_versions_have_policies_of_their_own() {
    let sandbox = finance();
    sandbox.made(&["policy", "publish", "budget", "1.0.0", "budget.rego"]);
    sandbox.made(&["workflow", "create", "Refunds", "--workspace", "Finance"]);
    sandbox.write("refunds.yaml", "version: 1.0.0\nsteps:\n  - { name: ask, type: llm_call }\n");
    sandbox.made(&["workflow", "publish", "refunds.yaml", "--workflow", "Refunds"]);
    for place in [&["--workflow", "Refunds"][..], &["--workflow", "Refunds", "--at", "1.0.0"]] {
        let bind =
            [&["policy", "bind", "budget", "1.0.0", "--workspace", "Finance"][..], place].concat();
        assert!(sandbox.made(&bind)["workflow_id"].is_string());
    }
    let ask = [
        "policy",
        "simulate",
        "--workspace",
        "Finance",
        "--for",
        "ann@acme.test",
        "--workflow",
        "Refunds",
    ];
    assert_eq!(sandbox.made(&ask)["policies"].as_array().unwrap().len(), 2);
    let wrong = [&ask[..], &["--at", "9.0.0"]].concat();
    assert_eq!(sandbox.failed(&wrong), ("not_found".into(), 1));
}
