use crate::support::{Sandbox, json, lines};

const GOOD: &str = r#"{"action":"run.started","resource_type":"run"}"#;

fn append(sandbox: &Sandbox, input: impl Into<Vec<u8>>, more: &[&str]) -> (serde_json::Value, i32) {
    let arguments = [&["audit", "append", "--tenant", "acme", "--output", "json"], more].concat();
    json(sandbox.af(&arguments).write_stdin(input))
}

fn acme() -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.tenant("acme");
    sandbox
}

fn entries(sandbox: &Sandbox) -> usize {
    let (list, _) = sandbox.json(&["audit", "list", "--tenant", "acme", "--limit", "10000"]);
    list.as_array().unwrap().len()
}

#[test]
fn a_file_is_stored_and_its_place_in_the_chain_told() {
    let sandbox = acme();
    // More than a batch, so that one transaction spans several statements.
    let (stored, code) = append(&sandbox, lines(2_500), &[]);
    assert_eq!(code, 0, "{stored}");
    assert_eq!([&stored["appended"], &stored["first_seq"], &stored["last_seq"]], [2_500, 2, 2_501]);
    let (newest, _) = sandbox.json(&["audit", "list", "--tenant", "acme", "--limit", "1"]);
    assert_eq!(newest[0]["hash"], stored["head_hash"]);
    assert!(stored.get("skipped").is_none());
    assert_eq!(sandbox.json(&["audit", "verify"]).0["total_records"], 2_501);
}

#[test]
fn a_file_can_be_named_and_its_form_is_forgiving() {
    let sandbox = acme();
    sandbox.write("events.jsonl", format!("\u{feff}{GOOD}\r\n\r\n{GOOD}"));
    assert_eq!(append(&sandbox, "", &["events.jsonl"]).0["appended"], 2);
    assert_eq!(append(&sandbox, GOOD, &["-"]).0["appended"], 1);
    let text = sandbox.text(&["audit", "append", "--tenant", "acme", "events.jsonl"]);
    assert!(text.starts_with("Appended 2 entries, 5 to 6."), "{text}");
    let (told, code) = append(&sandbox, "", &["missing.jsonl"]);
    assert_eq!(code, 2);
    assert!(told["error"]["message"].as_str().unwrap().contains("missing.jsonl"));
    sandbox.write("folder/events.jsonl", GOOD);
    let (told, code) = append(&sandbox, "", &["folder"]);
    assert_eq!(code, 2, "{told}");
    assert_eq!(told["error"]["message"], "cannot read folder: it is a folder, not a file");
}

#[test]
fn nothing_to_append_is_no_error() {
    let sandbox = acme();
    let (stored, code) = append(&sandbox, "\n\n", &[]);
    assert_eq!((stored["appended"].as_u64(), code), (Some(0), 0));
    assert!(stored["first_seq"].is_null());
}

#[test]
fn a_bad_line_is_named_by_number_and_nothing_is_stored() {
    let sandbox = acme();
    for (line, reason) in [
        (r#"{"action":"a","resource_type":"b","resouce_id":"c"}"#, "unknown field `resouce_id`"),
        (r#"{"action":"a""#, "EOF while parsing an object"),
        (r#"{"resource_type":"b"}"#, "missing field `action`"),
        (r#"{"action":"Run Started","resource_type":"b"}"#, "action: expected lower-case"),
        (r#"["a","b"]"#, "expected a JSON object"),
    ] {
        // Behind the first batch, which is on its way by then.
        let file = format!("{}\n{line}\n{}", lines(1_500), lines(10));
        let (told, code) = append(&sandbox, file, &[]);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("line 1502") && message.contains(reason), "{message}");
        assert!(message.ends_with("nothing was stored"), "{message}");
    }
    assert_eq!(entries(&sandbox), 1, "only the creation of the tenant");
}

#[test]
fn bytes_that_are_no_text_and_endless_lines_are_named() {
    let sandbox = acme();
    let (told, code) = append(&sandbox, [GOOD.as_bytes(), b"\n{\"a\":\"\xff\"}\n"].concat(), &[]);
    assert_eq!(code, 1);
    assert!(told["error"]["message"].as_str().unwrap().starts_with("line 2, column 7: not valid"));
    let (told, code) = append(&sandbox, format!("{GOOD}\n{}\n", "x".repeat(3 << 20)), &[]);
    assert_eq!(code, 1);
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("line 2: the line is longer than 2 MiB"), "{message}");
    assert_eq!(entries(&sandbox), 1);
}

#[test]
fn bad_lines_can_be_skipped() {
    let sandbox = acme();
    let file = format!("{GOOD}\nnonsense\n{GOOD}\n{{}}\n");
    let arguments = ["audit", "append", "--tenant", "acme", "--skip-invalid", "--output", "json"];
    let output = sandbox.af(&arguments).write_stdin(file).output().unwrap();
    assert!(output.status.success());
    let stored: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!([&stored["appended"], &stored["skipped"]], [2, 2]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("skipped line 2: ") && told.contains("skipped line 4"), "{told}");
    assert_eq!(entries(&sandbox), 3);
}

#[test]
fn an_unknown_tenant_is_found_out() {
    let sandbox = acme();
    let arguments = ["audit", "append", "--tenant", "acne", "--output", "json"];
    let (told, code) = json(sandbox.af(&arguments).write_stdin(GOOD));
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1));
    let missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    let arguments = ["audit", "append", "--tenant", missing, "--output", "json"];
    let (told, code) = json(sandbox.af(&arguments).write_stdin(GOOD));
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
}
