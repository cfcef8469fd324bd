use serde_json::{Value, json};

use crate::support::Sandbox;

const RISKY: &str =
    "name: Refunds\nversion: 1.0.0\nrisk_tier: high\nsteps:\n  - { name: ask, type: llm_call }\n";

/// With a workflow of high risk, somebody who starts it, and two who may approve that.
fn finance() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance", "--mode", "full"]);
    for (email, name) in
        [("ann@acme.test", "Ann"), ("bea@acme.test", "Bea"), ("cyd@acme.test", "Cyd")]
    {
        sandbox.made(&["user", "create", email, "--name", name]);
    }
    for approver in ["bea@acme.test", "cyd@acme.test"] {
        sandbox.made(&["role", "bind", "approver", "--to", approver, "--workspace", "Finance"]);
    }
    sandbox.write("refunds.yaml", RISKY);
    sandbox.made(&["workflow", "create", "Refunds", "--workspace", "Finance"]);
    sandbox.made(&["workflow", "publish", "refunds.yaml"]);
    sandbox
}

impl Sandbox {
    /// Starts a run, which waits for approval. The id of the request.
    fn asked(&self) -> String {
        let run = self.made(&["run", "start", "Refunds", "--as", "ann@acme.test"]);
        assert_eq!(run["status"], "waiting_approval", "{run}");
        let run = run["id"].as_str().unwrap();
        let requests = self.made(&["approval", "list", "--run", run]);
        requests[0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_request_is_listed_shown_and_approved() {
    let sandbox = finance();
    assert!(sandbox.text(&["approval", "list"]).contains("Nothing waits for approval."));
    let id = sandbox.asked();
    let listed = sandbox.text(&["approval", "list", "--workspace", "Finance"]);
    assert!(listed.contains(&id) && listed.contains("0 of 1"), "{listed}");
    let shown = sandbox.text(&["approval", "show", &id]);
    for part in ["ann@acme.test", "Refunds", "Finance", "high", "0 of 1"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let approve = ["approval", "approve", &id, "--as", "bea@acme.test", "--reason", "fine"];
    let decided = sandbox.made(&approve);
    assert_eq!((&decided["status"], &decided["approvals"]), (&json!("approved"), &json!(1)));
    let bea = sandbox.made(&["user", "show", "bea@acme.test"])["id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.newest(), (format!("user:{bea}"), "approval.decided".to_owned()));
    let shown = sandbox.made(&["approval", "show", &id]);
    let decision = &shown["decisions"][0];
    assert_eq!((&shown["status"], &decision["decision"]), (&json!("approved"), &json!("approved")));
    assert_eq!((&decision["decided_by"], &decision["reason"]), (&json!(bea), &json!("fine")));
    assert!(sandbox.text(&["approval", "show", &id]).contains("Bea approved: fine"));
    assert_eq!(sandbox.made(&["approval", "list"]), json!([]));
    assert_eq!(sandbox.made(&["approval", "list", "--status", "approved"])[0]["id"], id);
    let (told, code) = sandbox.json(&["approval", "approve", &id, "--as", "cyd@acme.test"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4));
}

#[test]
fn a_rejection_ends_the_run() {
    let sandbox = finance();
    let id = sandbox.asked();
    let told = sandbox.text(&["approval", "reject", &id, "--as", "cyd@acme.test"]);
    assert_eq!(told.trim_end(), "Rejected; the run has failed.");
    let run = sandbox.made(&["approval", "show", &id])["run_id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.made(&["run", "list"])[0]["status"], "failed_terminal");
    assert_eq!(sandbox.made(&["approval", "list", "--run", &run]), json!([]));
    let all = sandbox.made(&["approval", "list", "--all"]);
    assert_eq!((&all[0]["id"], &all[0]["status"]), (&json!(id), &json!("rejected")));
    assert_eq!(sandbox.made(&["approval", "list", "--all", "--before", &id]), json!([]));
}

#[test]
fn nobody_decides_who_is_not_named_or_may_not() {
    let sandbox = finance();
    let id = sandbox.asked();
    let (told, code) = sandbox.json(&["approval", "approve", &id]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2));
    assert_eq!(told["error"]["hint"], "add --as PRINCIPAL, or set AF_ACTOR");
    let (told, code) = sandbox.json(&["approval", "approve", &id, "--as", "ann@acme.test"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("denied"), 1), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().ends_with("the run is its own"), "{told}");
    assert_eq!(sandbox.newest().1, "access.denied");
    let stale = "0".repeat(64);
    let seen = ["approval", "approve", &id, "--as", "bea@acme.test", "--seen", &stale];
    assert_eq!(sandbox.failed(&seen), ("conflict".into(), 4));
    let seen = ["approval", "approve", &id, "--as", "bea@acme.test", "--seen", "abc"];
    assert_eq!(sandbox.failed(&seen), ("usage".into(), 2));
    let missing = "0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55";
    for command in [
        &["approval", "show", missing][..],
        &["approval", "reject", missing, "--as", "bea@acme.test"],
        &["approval", "list", "--before", missing],
    ] {
        assert_eq!(sandbox.failed(command), ("not_found".into(), 1), "{command:?}");
    }
    assert_eq!(sandbox.made(&["approval", "show", &id])["status"], "requested");
}

#[test]
fn what_was_changed_is_shown() {
    let sandbox = finance();
    let id = sandbox.asked();
    // As if a gate had asked, and two people were needed.
    sandbox.sql(
        "UPDATE approval_requests
         SET step_id = (SELECT id FROM steps), required_approvers = 2, payload = '{\"amount\": 500, \"to\": \"Bob\"}'",
    );
    let approve = ["approval", "approve", &id, "--as", "bea@acme.test", "--payload", "-"];
    let (told, code) = sandbox.json_from(&approve, "[]");
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    let less = sandbox.told(&approve, r#"{"amount": 450, "note": "\u001b[2J"}"#);
    assert_eq!(less.stdout.trim_end(), "Approved by 1 of 2; the run still waits.", "{less:?}");
    let shown = sandbox.text(&["approval", "show", &id]);
    for part in
        ["changed /amount to 450", "removed /to", "added /note = ", "1 of 2", "\"amount\": 450"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let shown = sandbox.made(&["approval", "show", &id]);
    assert_eq!(shown["payload"]["amount"], 450);
    let ops: Vec<&Value> =
        shown["decisions"][0]["payload_changes"].as_array().unwrap().iter().collect();
    assert_eq!(ops.len(), 3, "{ops:?}");
}
