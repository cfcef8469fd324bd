//! Keys, checkpoints, bundles and proofs, as outsiders meet them.

use serde_json::Value;

use crate::support::Sandbox;

/// A tenant with some entries, a key, and a checkpoint of them in a file.
fn notarized() -> (Sandbox, String) {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    sandbox.events("acme", 20);
    let key = keygen(&sandbox, "audit.key");
    sandbox.text(&["audit", "checkpoint", "--key-file", "audit.key", "--sink", "file:copies"]);
    (sandbox, key)
}

fn keygen(sandbox: &Sandbox, file: &str) -> String {
    let made = sandbox.made(&["audit", "keygen", "audit.example.com", "--out", file]);
    made["key"].as_str().unwrap().to_owned()
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    std::fs::read_to_string(sandbox.path().join(name)).unwrap()
}

/// What a command that fails says, with the hint, and its exit code.
fn refusal(sandbox: &Sandbox, arguments: &[&str]) -> (String, i32) {
    let (told, code) = sandbox.json(arguments);
    assert_ne!(code, 0, "{told}");
    (told["error"].to_string(), code)
}

#[test]
fn a_key_is_for_its_owner_only_and_never_overwritten() {
    let sandbox = Sandbox::bare();
    let public = keygen(&sandbox, "audit.key");
    assert!(public.starts_with("audit.example.com+"), "{public}");
    let secret = read(&sandbox, "audit.key");
    assert!(secret.starts_with("PRIVATE+KEY+audit.example.com+"));
    assert_eq!(sandbox.text(&["audit", "key", "--key-file", "audit.key"]).trim(), public);

    let (message, _) =
        refusal(&sandbox, &["audit", "keygen", "audit.example.com", "--out", "audit.key"]);
    assert!(message.contains("audit.key"), "{message}");
    assert_eq!(read(&sandbox, "audit.key"), secret);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = sandbox.path().join("audit.key");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (message, _) = refusal(&sandbox, &["audit", "key", "--key-file", "audit.key"]);
        assert!(message.contains("audit.key") && !message.contains("PRIVATE"), "{message}");
    }
}

#[test]
fn a_bad_name_or_no_key_is_told_with_what_to_do() {
    let sandbox = Sandbox::bare();
    let (message, code) = refusal(&sandbox, &["audit", "keygen", "a b", "--out", "audit.key"]);
    assert!(code == 2 && message.contains("audit.example.com"), "{message}");
    let (message, code) = refusal(&sandbox, &["audit", "key"]);
    assert!(code == 2 && message.contains("af audit keygen"), "{message}");
    sandbox.write("x.bundle", "");
    let (message, code) = refusal(&sandbox, &["audit", "verify-bundle", "x.bundle"]);
    assert!(code == 2 && message.contains("--key"), "{message}");
    let (_, code) = refusal(&sandbox, &["audit", "verify-bundle", "x.bundle", "--key", "x"]);
    assert_eq!(code, 2);
}

#[test]
fn checkpoints_go_to_a_file_once_and_to_stdout_as_they_are() {
    let (sandbox, _) = notarized();
    let copies = read(&sandbox, "copies");
    assert_eq!(copies.matches("audit.example.com/t/").count(), 2, "{copies}");
    assert_eq!(copies.matches("audit.example.com/tenants").count(), 2, "{copies}");

    let (report, code) =
        sandbox.json(&["audit", "checkpoint", "--key-file", "audit.key", "--sink", "file:copies"]);
    assert_eq!((&report["checkpoints"], code), (&Value::from(0), 0));
    assert_eq!(read(&sandbox, "copies"), copies);

    sandbox.events("acme", 1);
    let printed =
        sandbox.text(&["audit", "checkpoint", "--key-file", "audit.key", "--sink", "stdout"]);
    assert!(printed.starts_with("audit.example.com/t/"), "{printed}");
    assert!(!printed.contains("Took"), "{printed}");
}

#[test]
fn tampered_entries_are_not_signed() {
    let (sandbox, _) = notarized();
    sandbox.events("acme", 3);
    sandbox.sql(
        "SET session_replication_role = replica; \
         UPDATE audits SET record = replace(record, 'run.started', 'run.stopped') WHERE seq = 23;",
    );
    let (report, code) = sandbox.json(&["audit", "checkpoint", "--key-file", "audit.key"]);
    assert_eq!(code, 1);
    assert!(report["refused"][0]["error"].as_str().unwrap().contains("23"), "{report}");
}

#[test]
fn copies_outside_find_what_the_database_does_not() {
    let (sandbox, key) = notarized();
    let verify = ["audit", "verify", "--key", &key, "--checkpoints", "copies"];
    let (report, code) = sandbox.json(&verify);
    assert_eq!((report["status"].as_str(), code), (Some("success"), 0), "{report}");
    assert_eq!(report["signatures_checked"], true);

    // The tail cut off, the head wound back, and every trace in the database removed.
    sandbox.sql(
        "SET session_replication_role = replica; \
         DELETE FROM audits WHERE seq > 15; \
         UPDATE audit_heads AS h SET seq = 15, hash = a.hash FROM audits AS a WHERE a.seq = 15; \
         DELETE FROM audit_checkpoints; DELETE FROM tenant_log; DELETE FROM tenant_log_checkpoints;",
    );
    assert_eq!(sandbox.json(&["audit", "verify", "--key", &key]).1, 0);
    let (report, code) = sandbox.json(&verify);
    assert_eq!((report["status"].as_str(), code), (Some("tampered"), 1), "{report}");
    assert_eq!(report["first_tampered_seq"], 16, "{report}");
}

#[test]
fn a_history_that_was_forgotten_is_not_signed_anew() {
    let (sandbox, _) = notarized();
    sandbox.sql(
        "SET session_replication_role = replica; \
         DELETE FROM audit_checkpoints; DELETE FROM tenant_log; DELETE FROM tenant_log_checkpoints; \
         DELETE FROM audit_sinks;",
    );
    sandbox.events("acme", 1);
    let checkpoint = ["audit", "checkpoint", "--key-file", "audit.key"];
    let (message, code) = refusal(&sandbox, &checkpoint);
    assert!(code == 1 && message.contains("tampered"), "{message}");
}

#[test]
fn tenants_that_no_copy_vouches_for_are_named() {
    let (sandbox, key) = notarized();
    sandbox.tenant("globex");
    let verify = ["audit", "verify", "--key", &key, "--checkpoints", "copies"];
    let told = sandbox.told(&verify, "");
    assert!(told.stderr.contains("globex") && !told.stderr.contains("acme"), "{}", told.stderr);
}

/// A command whose reader is gone before it begins to write.
fn unread(sandbox: &Sandbox, arguments: &[&str]) -> Option<i32> {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sandbox.command(arguments);
    command.stdout(writer).status().unwrap().code()
}

#[test]
fn a_verdict_stays_what_it_is_when_nobody_reads_it() {
    let (sandbox, key) = notarized();
    sandbox.made(&["audit", "export", "--tenant", "acme", "--out", "acme.bundle"]);
    let forged = read(&sandbox, "acme.bundle").replacen("run.started", "run.stopped", 1);
    sandbox.write("forged.bundle", forged);
    sandbox.sql(
        "SET session_replication_role = replica; \
         UPDATE audits SET record = replace(record, 'run.started', 'run.stopped') WHERE seq = 7;",
    );
    for arguments in [
        &["audit", "verify"][..],
        &["audit", "verify", "--output", "json"],
        &["audit", "verify-bundle", "forged.bundle", "--key", &key],
        &["audit", "verify-bundle", "forged.bundle", "--key", &key, "--output", "json"],
        &["audit", "prove", "99", "--tenant", "acme", "--output", "json"],
    ] {
        assert_eq!(unread(&sandbox, arguments), Some(1), "{arguments:?}");
    }
    assert_eq!(unread(&sandbox, &["audit", "list", "--tenant", "acme"]), Some(0));
    let whole = ["audit", "verify-bundle", "acme.bundle", "--key", &key];
    assert_eq!(unread(&sandbox, &whole), Some(0));
}

#[test]
fn a_log_that_nobody_reads_is_no_panic() {
    let (sandbox, _) = notarized();
    sandbox.sql(
        "SET session_replication_role = replica; \
         UPDATE audits SET record = replace(record, 'run.started', 'run.stopped') WHERE seq = 7;",
    );
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = sandbox.command(&["audit", "verify", "--alert", "log"]);
    let ended = command.stdout(std::process::Stdio::null()).stderr(writer).status().unwrap();
    assert_eq!(ended.code(), Some(1));
}

#[test]
fn copies_that_are_none_are_refused() {
    let (sandbox, key) = notarized();
    sandbox.write("empty", "");
    for file in ["empty", ".", "missing", "audit.key"] {
        let verify = ["audit", "verify", "--key", &key, "--checkpoints", file];
        let (message, code) = refusal(&sandbox, &verify);
        assert!(code == 2 && message.contains(file), "{file}: {message}");
    }
}

#[test]
fn sinks_are_shown_and_forgotten() {
    let (sandbox, _) = notarized();
    let sinks = sandbox.made(&["audit", "sinks"]);
    let name = sinks[0]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("file:") && name.ends_with("copies"), "{sinks}");
    sandbox.text(&["audit", "sinks", "forget", &name]);
    assert_eq!(sandbox.made(&["audit", "sinks"]), serde_json::json!([]));
    assert_eq!(refusal(&sandbox, &["audit", "sinks", "forget", &name]).1, 1);
}

#[test]
fn a_bundle_proves_itself_without_a_database() {
    let (sandbox, key) = notarized();
    sandbox.write("audit.pub", format!("# ours\n{key}\n"));
    let told = sandbox.made(&["audit", "export", "--tenant", "acme", "--out", "acme.bundle"]);
    assert_eq!([&told["count"], &told["left_out"]], [21, 0]);
    let config = sandbox.made(&["audit", "config", "show", "--tenant", "acme"]);
    assert!(config["last_export_at"].is_string(), "{config}");
    let verify =
        ["audit", "verify-bundle", "acme.bundle", "--key", "audit.pub", "--output", "json"];
    let verified = sandbox.af_without_database(&verify).assert().success();
    let verified: Value = serde_json::from_slice(&verified.get_output().stdout).unwrap();
    assert_eq!(verified[0]["status"], "success");
    assert_eq!([&verified[0]["first_seq"], &verified[0]["last_seq"]], [1, 21]);

    let forged = read(&sandbox, "acme.bundle").replacen("run.started", "run.stopped", 1);
    sandbox.write("forged.bundle", forged);
    let (verified, code) = sandbox.json(&[
        "audit",
        "verify-bundle",
        "acme.bundle",
        "forged.bundle",
        "--key",
        "audit.pub",
    ]);
    assert_eq!(code, 1);
    assert_eq!([&verified[0]["status"], &verified[1]["status"]], ["success", "refused"]);

    let stranger = keygen(&sandbox, "other.key");
    let refused = sandbox.json(&["audit", "verify-bundle", "acme.bundle", "--key", &stranger]);
    assert_eq!(refused.1, 1, "{}", refused.0);
}

#[test]
fn a_bundle_is_there_when_all_of_it_is() {
    let (sandbox, _) = notarized();
    sandbox.made(&["audit", "export", "--tenant", "acme", "--out", "acme.bundle"]);
    let before = read(&sandbox, "acme.bundle");
    let again = refusal(&sandbox, &["audit", "export", "--tenant", "acme", "--out", "acme.bundle"]);
    assert!(again.0.contains("acme.bundle"), "{}", again.0);
    assert_eq!(read(&sandbox, "acme.bundle"), before);

    sandbox.sql(
        "SET session_replication_role = replica; \
         UPDATE audits SET record = replace(record, 'run.started', 'run.stopped') WHERE seq = 7;",
    );
    let (_, code) =
        refusal(&sandbox, &["audit", "export", "--tenant", "acme", "--out", "bad.bundle"]);
    assert_eq!(code, 1);
    let left = std::fs::read_dir(sandbox.path()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("bad.bundle")), "{left:?}");
}

#[test]
fn a_single_entry_is_proved_with_two_files() {
    let (sandbox, key) = notarized();
    sandbox.text(&["audit", "prove", "7", "--tenant", "acme", "--out", "evidence"]);
    let verify = |record: &str| {
        let verify = ["audit", "verify-proof", "evidence/7.tlog-proof", record, "--key", &key];
        sandbox.json(&verify)
    };
    let (proved, code) = verify("evidence/7.json");
    assert_eq!((&proved["seq"], code), (&Value::from(7), 0), "{proved}");
    sandbox.write("forged.json", read(&sandbox, "evidence/7.json").replace("run.", "fun."));
    assert_eq!(verify("forged.json").1, 1);
    let (_, code) = refusal(&sandbox, &["audit", "prove", "22", "--tenant", "acme"]);
    assert_eq!(code, 1, "an entry that is not there");
}

#[test]
fn old_entries_go_into_a_bundle_and_the_chain_goes_on() {
    let (sandbox, key) = notarized();
    let prune = |more: &[&str]| {
        let prune =
            ["audit", "prune", "--tenant", "acme", "--to", "archive", "--key-file", "audit.key"];
        sandbox.json(&[&prune, more].concat())
    };
    std::fs::create_dir(sandbox.path().join("archive")).unwrap();
    let (report, code) = prune(&["--yes"]);
    assert_eq!((&report["removed"], code), (&Value::from(0), 0), "all are of today: {report}");
    let (report, _) = prune(&["--before", "0s", "--dry-run"]);
    assert!(report["removed"].as_u64().unwrap() >= 21, "{report}");
    let (_, code) = prune(&["--before", "0s"]);
    assert_eq!(code, 2, "it asks first");
    let (report, code) = prune(&["--before", "0s", "--yes"]);
    assert_eq!(code, 0, "{report}");
    let bundle = report["bundle"]["path"].as_str().unwrap();
    assert_eq!(sandbox.json(&["audit", "verify-bundle", bundle, "--key", &key]).1, 0);
    sandbox.events("acme", 2);
    let (report, code) =
        sandbox.json(&["audit", "verify", "--key", &key, "--checkpoints", "copies"]);
    assert_eq!(code, 0, "{report}");

    let new = keygen(&sandbox, "new.key");
    let checkpoint = ["audit", "checkpoint", "--key-file", "new.key"];
    let (report, code) = sandbox.json(&checkpoint);
    assert_eq!(code, 1, "the beginning is gone, and the word of a stranger is not taken: {report}");
    let (report, code) = sandbox.json(&[&checkpoint[..], &["--earlier-key", &key]].concat());
    assert_eq!((&report["checkpoints"], code), (&Value::from(1), 0), "{report}");
    let (report, code) = sandbox.json(&["audit", "verify", "--key", &key, "--key", &new]);
    assert_eq!(code, 0, "{report}");
}

#[test]
fn settings_are_shown_and_changed() {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    let shown = sandbox.made(&["audit", "config", "show", "--tenant", "acme"]);
    assert_eq!(
        [&shown["retention_days"], &shown["mask_sensitive_fields"]],
        [&Value::from(365), &true.into()]
    );
    let set = ["audit", "config", "set", "--tenant", "acme"];
    let changed = sandbox.made(&[&set[..], &["--retention-days", "30", "--mask", "iban"]].concat());
    assert_eq!(changed["masked_fields"], serde_json::json!(["iban"]));
    let (message, code) = refusal(&sandbox, &set);
    assert!(code == 2 && message.contains("nothing to change"), "{message}");
    assert_ne!(refusal(&sandbox, &[&set[..], &["--retention-days", "0"]].concat()).1, 0);

    let event = r#"{"action":"account.opened","resource_type":"account","details":{"iban":"DE02","password":"hunter2","name":"Ann"}}"#;
    sandbox.told(&["audit", "append", "--tenant", "acme"], event);
    let entries = sandbox.made(&["audit", "list", "--tenant", "acme", "--limit", "1"]);
    assert_eq!(
        entries[0]["details"],
        serde_json::json!({ "iban": "[masked]", "password": "[masked]", "name": "Ann" })
    );
}
