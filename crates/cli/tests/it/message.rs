use std::{io::Write as _, process::Command};

use serde_json::{Value, json};

use crate::{conversation::with_conversation, support::Sandbox};

pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// An envelope without its hash.
fn unsealed(number: u32) -> String {
    let id = format!("01ARZ3NDEKTSV4RRFFQ69{number:05}");
    let ts = format!("2026-11-{:02}T04:41:00.25Z", number % 28 + 1);
    let payload = json!({ "n": number, "text": "Müller & Söhne 👩‍💻", "pi": 0.1 });
    json!({
        "id": id, "trace_id": TRACE, "from": "planner", "to": "coder", "type": "request", "ts": ts,
        "payload": payload,
    })
    .to_string()
}

pub(crate) fn unsealed_lines(count: u32) -> String {
    (0..count).map(|number| unsealed(number) + "\n").collect()
}

pub(crate) fn with_messages(count: u32) -> Sandbox {
    let sandbox = Sandbox::of_acme();
    let (sent, code) = sandbox.json_from(&["message", "send", "--seal"], unsealed_lines(count));
    assert_eq!((sent, code), (json!({ "stored": count, "already_there": 0 }), 0));
    sandbox
}

pub(crate) fn of_trace(sandbox: &Sandbox) -> Vec<Value> {
    let list = sandbox.made(&["message", "list", "--trace", TRACE]);
    list.as_array().unwrap().clone()
}

/// As a superuser who wants to leave no trace.
pub(crate) fn tamper(sandbox: &Sandbox, change: &str) {
    let sql = format!("SET session_replication_role = replica; UPDATE messages SET {change};");
    sandbox.sql(&sql);
}

#[test]
fn sealed_messages_are_stored_once() {
    let sandbox = with_messages(3);
    let listed = of_trace(&sandbox);
    assert_eq!(listed.len(), 3);
    let sealed: String = listed.iter().map(|it| it.to_string() + "\n").collect();
    // What was listed can be sent, and is there already; the empty tenant next door takes it.
    let (sent, code) = sandbox.json_from(&["message", "send"], sealed.clone());
    assert_eq!((sent, code), (json!({ "stored": 0, "already_there": 3 }), 0));
    sandbox.tenant("globex");
    let told = sandbox.told(&["message", "send", "--tenant", "globex"], sealed);
    assert_eq!((told.stdout.as_str(), told.code), ("Stored 3 messages.\n", 0));
    let mixed = unsealed_lines(4);
    let told = sandbox.told(&["message", "send", "--seal"], mixed);
    assert_eq!(told.stdout, "Stored 1 message. 3 messages were there already.\n");
    let other = unsealed(0).replace("planner", "somebody");
    let (told, code) = sandbox.json_from(&["message", "send", "--seal"], other);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("already_exists"), 4), "{told}");
}

#[test]
fn what_is_not_sealed_or_not_right_is_refused_by_line() {
    let sandbox = with_messages(1);
    let sealed = of_trace(&sandbox)[0].to_string();
    let hash = of_trace(&sandbox)[0]["envelope_hash"].as_str().unwrap().to_owned();
    for (line, reason) in [
        (unsealed(7), "envelope_hash: is missing"),
        (sealed.replace(&hash, ""), "envelope_hash: is missing"),
        (sealed.replace(&hash, &hash.to_uppercase()), "envelope_hash: expected 64 lower-case"),
        (sealed.replace(&hash, &hash[1..]), "envelope_hash: expected 64 lower-case"),
        (sealed.replace("coder", "somebody"), "envelope_hash: hash mismatch"),
        (unsealed(7).replace("request", "shout"), "type: "),
        (unsealed(7).replace("\"to\"", "\"too\""), "too: unknown key"),
        ("nonsense".to_owned(), "envelope: "),
    ] {
        let lines = format!("{sealed}\n\n{line}\n");
        let (told, code) = sandbox.json_from(&["message", "send"], lines);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{line}");
        let cause = told["error"]["causes"][0].as_str().unwrap();
        assert!(cause.starts_with(&format!("line 3: {reason}")), "{line}: {cause}");
    }
    // Sealing does not replace a hash that is there, and rounds no number.
    for (wrong, reason) in [
        (sealed.replace("coder", "somebody"), "envelope_hash: hash mismatch"),
        (unsealed(7).replace("0.1", "9007199254740993"), "payload.pi: "),
    ] {
        let (told, code) = sandbox.json_from(&["message", "send", "--seal"], wrong);
        let cause = told["error"]["causes"][0].as_str().unwrap();
        assert!(code == 1 && cause.starts_with(&format!("line 1: {reason}")), "{told}");
    }
    assert_eq!(of_trace(&sandbox).len(), 1);
    let (sent, code) = sandbox.json_from(&["message", "send"], "\n");
    assert_eq!((sent["stored"].as_u64(), code), (Some(0), 0));
}

#[test]
fn messages_are_listed_by_trace_conversation_and_time() {
    let (sandbox, conversation) = with_conversation();
    sandbox.made(&["conversation", "append", &conversation, "--content", "Hello"]);
    let sent = sandbox.json_from(&["message", "send", "--seal"], unsealed_lines(5));
    assert_eq!(sent.1, 0);
    let count = |selector: &[&str]| {
        let list = sandbox.made(&[&["message", "list"], selector].concat());
        let replayed = sandbox.made(&[&["message", "replay"], selector].concat());
        let count = list.as_array().unwrap().len();
        assert_eq!([&replayed["total"], &replayed["verified"]], [count, count]);
        count
    };
    assert_eq!(count(&["--trace", TRACE]), 5);
    assert_eq!(count(&["--trace", &"0".repeat(32)]), 0);
    assert_eq!(count(&["--conversation", &conversation]), 1);
    let november = ["--since", "2026-11-02", "--until", "2026-11-04"];
    assert_eq!(count(&november), 2);
    assert_eq!(count(&["--until", "2026-11-02"]), 1);
    let listed = of_trace(&sandbox);
    assert_eq!(listed[0].as_object().unwrap().len(), 11);
    assert_eq!(listed[0]["payload"]["text"], "Müller & Söhne 👩‍💻");
    let text = sandbox.text(&["message", "list", "--trace", TRACE]);
    assert!(text.contains("FROM") && text.contains("planner") && text.contains('✓'), "{text}");
    let text = sandbox.text(&["message", "list", "--until", "2020-01-01"]);
    assert_eq!(text, "There is no such message.\n");

    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    for command in ["list", "replay"] {
        let unknown = ["message", command, "--conversation", missing];
        assert_eq!(sandbox.failed(&unknown), ("not_found".into(), 1));
        for wrong in [
            &[][..],
            &["--trace", "4BF9"],
            &["--trace", TRACE, "--conversation", missing],
            &["--trace", TRACE, "--since", "2026-11-01"],
            &["--since", "yesterday"],
        ] {
            let command = [&["message", command], wrong].concat();
            assert_eq!(sandbox.failed(&command), ("usage".into(), 2), "{command:?}");
        }
    }
    assert_eq!(sandbox.failed(&["message", "verify"]), ("usage".into(), 2));
}

#[test]
fn a_changed_message_is_found_and_feedback_is_no_change() {
    let sandbox = with_messages(10);
    let good = sandbox.made(&["message", "verify", "--all", "--jobs", "1"]);
    assert_eq!([&good["total"], &good["verified"], &good["bad_total"]], [10, 10, 0]);
    assert_eq!(good["status"], "success");
    let text = sandbox.text(&["message", "verify", "--all"]);
    for part in ["Messages:", "messages/sec", "Duration:", "✓ 10 messages verified"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let ids: Vec<_> = of_trace(&sandbox).iter().map(|it| it["id"].clone()).collect();
    tamper(&sandbox, "payload = jsonb_set(payload, '{text}', '\"x\"') WHERE payload ->> 'n' = '3'");
    tamper(&sandbox, "from_agent = 'somebody' WHERE payload ->> 'n' = '7'");
    tamper(
        &sandbox,
        "feedback_rating = 'positive', conversation_id = NULL WHERE payload ->> 'n' = '5'",
    );
    for command in [
        &["verify", "--all"][..],
        &["replay", "--trace", TRACE],
        &["replay", "--since", "2020-01-01"],
    ] {
        let command = [&["message"], command].concat();
        let (report, code) = sandbox.json(&command);
        assert_eq!((code, report["status"].as_str()), (1, Some("tampered")), "{command:?}");
        assert_eq!([&report["total"], &report["verified"], &report["bad_total"]], [10, 8, 2]);
        assert_eq!([&report["bad"][0]["id"], &report["bad"][1]["id"]], [&ids[3], &ids[7]]);
        let reason = report["bad"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("hash mismatch: expected"), "{reason}");
        let told = sandbox.told(&command, "");
        let named = format!("✗ {}: envelope_hash: hash mismatch", ids[7].as_str().unwrap());
        assert!(told.code == 1 && told.stdout.contains(&named), "{told:?}");
    }
    let first = ["message", "replay", "--trace", TRACE, "--stop-at-first"];
    assert_eq!(sandbox.json(&first).0["total"], 4);
    let listed = of_trace(&sandbox);
    assert!(listed[3]["fault"].as_str().unwrap().contains("hash mismatch"));
    assert!(listed[5].get("fault").is_none());
}

#[test]
fn a_row_that_is_no_envelope_any_more_is_named() {
    let sandbox = with_messages(2);
    let id = of_trace(&sandbox)[1]["id"].clone();
    sandbox.sql("ALTER TABLE messages DROP CONSTRAINT messages_type_known");
    tamper(&sandbox, "type = 'shout' WHERE payload ->> 'n' = '1'");
    let (report, code) = sandbox.json(&["message", "verify", "--all"]);
    assert_eq!((code, &report["bad"][0]["id"]), (1, &id));
    let listed = of_trace(&sandbox);
    assert_eq!(listed[1]["id"], id);
    assert!(listed[1]["fault"].as_str().unwrap().starts_with("type: "), "{listed:?}");
    assert!(sandbox.text(&["message", "list", "--trace", TRACE]).contains("✗ type: "));
}

/// The exit code of the program in docs/ and what it says of an export; `None` without Python.
pub(crate) fn independent(sandbox: &Sandbox, file: &str) -> Option<(i32, String)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify-envelope.py");
    let run = Command::new("python3").arg(script).arg(sandbox.path().join(file)).output();
    let Ok(output) = run else {
        assert!(
            std::env::var_os("CI").is_none(),
            "there is no python3, and CI must not go without it"
        );
        // On the stream that is not captured.
        let told = "SKIPPED: there is no python3 to run docs/verify-envelope.py";
        let _ = writeln!(std::io::stderr(), "{told}");
        return None;
    };
    let told = String::from_utf8(output.stdout).unwrap();
    Some((output.status.code().unwrap(), told))
}

#[test]
fn an_independent_program_agrees_about_what_is_exported() {
    let (sandbox, conversation) = with_conversation();
    sandbox.made(&["conversation", "append", &conversation, "--content", "Wo ist sie? €\u{1f600}"]);
    assert_eq!(sandbox.json_from(&["message", "send", "--seal"], unsealed_lines(50)).1, 0);
    let list = ["message", "list", "--since", "2020-01-01", "--output", "json"];
    sandbox.write("good.json", sandbox.text(&list));
    let Some((code, told)) = independent(&sandbox, "good.json") else { return };
    assert_eq!((code, told.as_str()), (0, ""));
    tamper(&sandbox, "to_agent = 'nobody' WHERE payload ->> 'n' = '9'");
    sandbox.write("bad.json", sandbox.text(&list));
    let (report, _) = sandbox.json(&["message", "verify", "--all"]);
    let (code, told) = independent(&sandbox, "bad.json").unwrap();
    let named = format!("{}: hash mismatch", report["bad"][0]["id"].as_str().unwrap());
    assert!(code == 1 && told.starts_with(&named) && told.lines().count() == 1, "{told}");
}
