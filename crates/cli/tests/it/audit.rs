use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::support::Sandbox;

fn tampered(record: &str, seq: i64) -> String {
    format!(
        "SET session_replication_role = replica; \
         UPDATE audits SET record = replace(record, 'run.started', '{record}') WHERE seq = {seq};"
    )
}

#[test]
fn chains_that_are_whole_verify() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let globex = sandbox.tenant("globex");
    sandbox.events("acme", 120);
    let (report, code) = sandbox.json(&["audit", "verify"]);
    assert_eq!((report["status"].as_str(), code), (Some("success"), 0));
    assert_eq!([&report["total_records"], &report["verified_records"]], [122, 122]);
    assert_eq!(report["tenants"].as_array().unwrap().len(), 2);
    assert!(report["timestamp"].as_str().unwrap().ends_with('Z'));
    assert!(report["throughput_per_sec"].is_u64() && report["duration_ms"].is_u64());
    assert!(report.get("first_tampered_index").is_none());

    let (report, _) =
        sandbox.json(&["audit", "verify", "--deep", "--jobs", "1", "--tenant", &globex]);
    assert_eq!(report["total_records"], 1);
    let text = sandbox.text(&["audit", "verify", "--tenant", "acme"]);
    for line in ["Status:", "Total Records:", "Verified Records:", "entries/sec", "Duration:", "✓"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_changed_entry_is_named() {
    let sandbox = Sandbox::migrated();
    let acme = sandbox.tenant("acme");
    sandbox.events("acme", 50);
    sandbox.sql(&tampered("run.stopped", 17));
    let (report, code) = sandbox.json(&["audit", "verify"]);
    assert_eq!((report["status"].as_str(), code), (Some("tampered"), 1));
    assert_eq!([&report["first_tampered_index"], &report["first_tampered_seq"]], [16, 17]);
    assert_eq!(report["first_tampered_tenant"], acme.as_str());
    assert!(report["error_message"].is_string());
    let shown = sandbox.af(&["audit", "verify"]).assert().code(1);
    let text = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    assert!(text.contains("First Tampered Index: 16") && text.contains("✗ acme"), "{text}");
}

#[test]
fn an_unknown_tenant_is_an_error_of_the_verification() {
    let sandbox = Sandbox::migrated();
    let (report, code) = sandbox.json(&["audit", "verify", "--tenant", "nobody"]);
    assert_eq!((report["status"].as_str(), code), (Some("error"), 1));
    assert!(report["error_message"].as_str().unwrap().contains("nobody"));
}

#[test]
fn entries_are_listed_newest_first_and_filtered() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let file = r#"{"action":"run.started","resource_type":"run","resource_id":"1","occurred_at":"2026-01-01T10:00:00Z"}
{"action":"run.failed","resource_type":"run","resource_id":"1","status":"failure","actor_type":"agent","actor_id":"planner","occurred_at":"2026-01-02T10:00:00Z"}
{"action":"key.created","resource_type":"key","resource_id":"k","actor_type":"user","actor_id":"ann","occurred_at":"2026-01-03T10:00:00Z"}
"#;
    sandbox.af(&["audit", "append", "--tenant", "acme"]).write_stdin(file).assert().success();
    let seqs = |filter: &[&str]| {
        let command = [&["audit", "list", "--tenant", "acme"], filter].concat();
        let (list, code) = sandbox.json(&command);
        assert_eq!(code, 0, "{list}");
        list.as_array().unwrap().iter().map(|it| it["seq"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(seqs(&[]), [4, 3, 2, 1]);
    assert_eq!(seqs(&["--action", "run.failed"]), [3]);
    assert_eq!(seqs(&["--actor", "ann"]), [4]);
    assert_eq!(seqs(&["--resource-type", "run"]), [3, 2]);
    assert_eq!(seqs(&["--resource-id", "k"]), [4]);
    assert_eq!(seqs(&["--status", "failure"]), [3]);
    assert_eq!(seqs(&["--since", "2026-01-02", "--until", "2026-01-03T00:00:00Z"]), [3]);
    assert_eq!(seqs(&["--limit", "2"]), [4, 3]);
    assert_eq!(seqs(&["--before", "3", "--limit", "1"]), [2]);
    let text = sandbox.text(&["audit", "list", "--tenant", "acme"]);
    assert!(text.contains("SEQ") && text.contains("agent:planner"), "{text}");
    for bad in [&["--limit", "0"][..], &["--status", "odd"], &["--since", "yesterday"]] {
        let command = [&["audit", "list", "--tenant", "acme"], bad].concat();
        assert_eq!(sandbox.json(&command).1, 2);
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    // More than a pipe holds.
    sandbox.events("acme", 2_000);
    let mut child = Command::new(env!("CARGO_BIN_EXE_af"))
        .args(["audit", "list", "--tenant", "acme", "--limit", "2000", "--output", "json"])
        .env("DATABASE_URL", sandbox.url())
        .current_dir(sandbox.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(first, "[\n");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
