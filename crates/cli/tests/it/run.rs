use serde_json::{Value, json};

use crate::support::Sandbox;

const REFUNDS: &str = "name: Refunds
version: 1.0.0
input: { type: object, properties: { order: { type: string } } }
steps:
  - { name: read, type: llm_call }
  - { name: pay, type: llm_call }
";

/// With a workspace that keeps contents, a workflow in it, and somebody who wants runs.
fn finance() -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance", "--mode", "full"]);
    sandbox.made(&["user", "create", "ann@acme.test", "--name", "Ann"]);
    sandbox.made(&["workflow", "create", "Refunds", "--workspace", "Finance"]);
    publish(&sandbox, REFUNDS);
    sandbox
}

fn publish(sandbox: &Sandbox, text: &str) {
    sandbox.write("refunds.yaml", text);
    sandbox.made(&["workflow", "publish", "refunds.yaml"]);
}

const START: [&str; 5] = ["run", "start", "Refunds", "--for", "ann@acme.test"];

fn start(sandbox: &Sandbox, more: &[&str]) -> Value {
    sandbox.made(&[&START, more].concat())
}

fn id(run: &Value) -> &str {
    run["id"].as_str().unwrap()
}

#[test]
fn a_run_is_started_listed_shown_and_canceled() {
    let sandbox = finance();
    assert!(sandbox.text(&["run", "list"]).contains("There is no such run"));
    sandbox.write("order.json", r#"{"order": "O-1"}"#);
    let told = sandbox.told(
        &[&START[..], &["--input", "order.json", "--trigger", "webhook", "--trigger-ref", "d 7"]]
            .concat(),
        "",
    );
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stdout.contains("Workflow: Refunds 1.0.0"), "{told:?}");
    assert!(told.stdout.contains("Trigger:  webhook: d 7"), "{told:?}");
    assert!(told.stdout.contains("It waits for a worker"), "{told:?}");
    assert_eq!(sandbox.newest().1, "run.created");

    let run = sandbox.made(&["run", "list"])[0].clone();
    // A list has sizes and hashes, and no contents.
    assert_eq!(
        (&run["status"], &run["input"]["bytes"], &run["input"]["value"]),
        (&json!("queued"), &json!(15), &Value::Null)
    );
    let listed = sandbox.text(&["run", "list", "--workspace", "Finance", "--workflow", "Refunds"]);
    assert!(listed.contains(id(&run)) && listed.contains("queued"), "{listed}");
    assert_eq!(sandbox.made(&["run", "list", "--status", "running"]), json!([]));

    let timeline = sandbox.made(&["run", "show", id(&run)]);
    assert_eq!((&timeline["run"]["id"], &timeline["run"]["status"]), (&run["id"], &run["status"]));
    assert_eq!(timeline["run"]["input"]["value"], json!({ "order": "O-1" }));
    assert_eq!(timeline["steps"][1]["name"], "pay");
    assert_eq!((&timeline["approvals"], &timeline["cost_in_cents"]), (&json!([]), &Value::Null));
    assert_eq!(timeline["decision"]["effect"], "allow");

    let cancel = ["run", "cancel", id(&run), "--reason", "by mistake"];
    assert_eq!(sandbox.failed(&cancel), ("usage".into(), 2));
    let canceled = sandbox.made(&[&cancel[..], &["--yes"]].concat());
    assert_eq!(
        (&canceled["status"], &canceled["error"]),
        (&json!("canceled"), &json!("by mistake"))
    );
    assert_eq!(sandbox.newest().1, "run.canceled");
    let shown = sandbox.text(&["run", "show", id(&run)]);
    assert!(shown.contains("Because:  by mistake"), "{shown}");
}

#[test]
fn a_timeline_tells_what_happened_in_its_order() {
    let sandbox = finance();
    let run = start(&sandbox, &[]);
    sandbox.sql(
        "SET session_replication_role = replica;
         UPDATE runs SET status = 'succeeded', due_at = NULL, started_at = created_at + interval '1 s',
             finished_at = created_at + interval '21 s', output = '{\"paid\": true}';
         UPDATE steps SET status = 'succeeded', retry_count = 1, interruptions = 1, started_at = created_at + interval '1 s',
             finished_at = created_at + interval '3500 ms', output = '{\"amount\": 12.5}' WHERE sequence = 1;
         UPDATE steps SET status = 'succeeded', started_at = created_at + interval '4 s',
             finished_at = created_at + interval '21 s' WHERE sequence = 2;
         INSERT INTO tool_calls (tenant_id, run_id, step_id, attempt, ordinal, tool_type, tool_name, usage_metadata,
             cost_in_cents, error_message, started_at)
         SELECT tenant_id, run_id, id, 2, 1, 'llm', 'openai/gpt', '{\"input_tokens\": 1200}', 0.25, 'overloaded',
             created_at + interval '2 s' FROM steps WHERE sequence = 1",
    );
    let shown = sandbox.text(&["run", "show", id(&run)]);
    for line in
        ["Status:   succeeded", "Output:   {\"paid\":true}", "Took:     20 s", "Cost:     0.25 ct"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let places: Vec<_> = [
        "STEP",
        "3, 1 worker lost",
        "2500 ms",
        "accepted",
        "policies: allow",
        "begun",
        "attempt 2 called openai/gpt: 1,200 tokens in, 0.25 ct, failed: overloaded",
    ]
    .iter()
    .map(|part| shown.find(part).unwrap_or_else(|| panic!("{part}: {shown}")))
    .collect();
    assert!(places.is_sorted(), "{places:?} {shown}");
    assert!(shown.trim_end().ends_with("succeeded"), "{shown}");
}

#[test]
fn a_key_makes_a_start_one_that_can_be_repeated() {
    let sandbox = finance();
    let keyed = |input: &str| {
        let args = [&START[..], &["--key", "k", "--input", "-"]].concat();
        sandbox.json_from(&args, input)
    };
    let (first, code) = keyed(r#"{"order": "O-1"}"#);
    assert_eq!((&first["is_new"], code), (&json!(true), 0));
    let (again, code) = keyed(r#"{ "order":"O-1" }"#);
    assert_eq!((&again["is_new"], &again["id"], code), (&json!(false), &first["id"], 0));
    let (told, code) = keyed(r#"{"order": "O-2"}"#);
    assert_eq!((&told["error"]["kind"], code), (&json!("conflict"), 4));
    let told =
        sandbox.told(&[&START[..], &["--key", "k", "--input", "-"]].concat(), r#"{"order":"O-1"}"#);
    assert!(told.contains("It was started before, with the same key"), "{told:?}");
}

#[test]
fn what_cannot_be_started_is_told() {
    let sandbox = finance();
    let start_with =
        |input: &str| sandbox.json_from(&[&START[..], &["--input", "-"]].concat(), input);
    let (told, code) = start_with(r#"{"order": 5}"#);
    assert_eq!((&told["error"]["kind"], code), (&json!("invalid_input"), 1));
    assert!(told["error"]["message"].as_str().unwrap().contains("input.order"), "{told}");
    assert_eq!(start_with("[]").1, 1);
    assert_eq!(sandbox.failed(&["run", "start", "Refunds"]), ("usage".into(), 2));
    let (told, _) = sandbox.json(&["run", "start", "Refund", "--for", "ann@acme.test"]);
    assert!(told["error"]["hint"].as_str().unwrap().contains("Refunds"), "{told}");
    assert_eq!(sandbox.failed(&[&START[..], &["--at", "9.0.0"]].concat()), ("not_found".into(), 1));
    let nobody = "0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55";
    for action in [
        &["run", "show", nobody][..],
        &["run", "cancel", nobody, "--yes"],
        &["run", "list", "--before", nobody],
    ] {
        assert_eq!(sandbox.failed(action), ("not_found".into(), 1), "{action:?}");
    }
    // Whoever does it may be who wants it.
    let run = sandbox.made(&["run", "start", "Refunds", "--as", "ann@acme.test"]);
    assert!(run["triggered_by"].is_string(), "{run}");

    sandbox.made(&["workspace", "settings", "Finance", "--write-cap", "0"]);
    assert_eq!(sandbox.failed(&START), ("denied".into(), 1));
}

#[test]
fn over_the_cap_the_time_to_wait_is_told() {
    let sandbox = finance();
    sandbox.made(&["workspace", "settings", "Finance", "--write-cap", "1"]);
    // At most one is started in a minute; the second or, when the minute turns in between, the third is too many.
    let codes: Vec<_> = (0..3).map(|_| sandbox.json(&START)).collect();
    let (told, code) = codes.iter().find(|(_, code)| *code != 0).unwrap();
    assert_eq!((&told["error"]["kind"], *code), (&json!("limited"), 1));
    let hint = told["error"]["hint"].as_str().unwrap();
    assert!(hint.starts_with("try again in ") && hint.ends_with(" s"), "{hint}");
    assert!(!told["error"]["message"].as_str().unwrap().contains("try again"), "{told}");
}

#[test]
fn a_denial_and_a_need_for_approval_are_told() {
    let sandbox = finance();
    publish(&sandbox, &REFUNDS.replace("1.0.0\n", "2.0.0\nrisk_tier: high\n"));
    let told = sandbox.told(&START, "");
    assert!(told.stdout.contains("It waits for approval"), "{told:?}");
    let run = sandbox.made(&["run", "list"])[0].clone();
    assert_eq!(run["status"], "waiting_approval");
    let shown = sandbox.text(&["run", "show", id(&run)]);
    assert!(shown.contains("asked: Start Refunds 2.0.0? (1 approval needed)"), "{shown}");

    sandbox.write("no.rego", "package no\n\neffect := \"deny\"\n\nreasons := [\"never\"]\n");
    sandbox.made(&["policy", "publish", "no", "1.0.0", "no.rego"]);
    sandbox.made(&["policy", "bind", "no", "1.0.0", "--workspace", "Finance"]);
    let (told, code) = sandbox.json(&START);
    assert_eq!((&told["error"]["kind"], code), (&json!("denied"), 1));
    assert!(told["error"]["message"].as_str().unwrap().contains("never"), "{told}");
    assert_eq!(sandbox.made(&["run", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn old_runs_are_pruned() {
    let sandbox = finance();
    let old = start(&sandbox, &[]);
    sandbox.made(&["run", "cancel", id(&old), "--yes"]);
    let young = start(&sandbox, &[]);
    sandbox.sql(
        "SET session_replication_role = replica;
         UPDATE runs SET finished_at = now() - interval '91 days' WHERE status = 'canceled'",
    );
    let told = sandbox.text(&["run", "prune", "--dry-run"]);
    assert_eq!(told.trim(), "Would delete 1 old run.");
    assert_eq!(sandbox.failed(&["run", "prune"]), ("usage".into(), 2));
    let pruned = sandbox.made(&["run", "prune", "--workspace", "Finance", "--yes"]);
    assert_eq!(pruned, json!({ "runs": 1, "dry_run": false }));
    assert_eq!(sandbox.newest().1, "run.pruned");
    let left = sandbox.made(&["run", "list"]);
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &young["id"]));
    // Nothing to delete is nothing to ask about.
    assert_eq!(sandbox.text(&["run", "prune"]).trim(), "Deleted 0 old runs.");
}

#[test]
fn where_contents_are_not_kept_sizes_and_hashes_are_shown() {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance"]);
    sandbox.made(&["user", "create", "ann@acme.test", "--name", "Ann"]);
    sandbox.made(&["workflow", "create", "Refunds", "--workspace", "Finance"]);
    publish(&sandbox, REFUNDS);
    let args = [&START[..], &["--input", "-"]].concat();
    let (run, _) = sandbox.json_from(&args, r#"{"order": "O-1"}"#);
    assert_eq!((&run["input"]["value"], &run["input"]["bytes"]), (&Value::Null, &json!(15)));
    let shown = sandbox.text(&["run", "show", id(&run)]);
    assert!(shown.contains("Input:    15 bytes, SHA-256 "), "{shown}");
    assert!(!shown.contains("O-1"), "{shown}");
}
