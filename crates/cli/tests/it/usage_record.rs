use serde_json::Value;

use crate::support::{Sandbox, json};

/// A tenant `acme` with a workspace, whose id is given.
fn acme() -> (Sandbox, String) {
    let sandbox = Sandbox::of_acme();
    let made = sandbox.made(&["workspace", "create", "main"]);
    let id = made["id"].as_str().unwrap().to_owned();
    (sandbox, id)
}

fn line(workspace: &str, key: impl std::fmt::Display, more: &str) -> String {
    format!(
        r#"{{"key":"{key}","workspace_id":"{workspace}","metric_type":"llm_tokens","metric_name":"input_tokens","quantity":5{more}}}"#
    )
}

fn record(sandbox: &Sandbox, input: impl Into<Vec<u8>>, more: &[&str]) -> (Value, i32) {
    let arguments = [&["usage", "record", "--tenant", "acme", "--output", "json"], more].concat();
    json(sandbox.af(&arguments).write_stdin(input))
}

fn numbers(told: &Value) -> [Option<u64>; 3] {
    ["recorded", "repeated", "refused"].map(|field| told[field].as_u64())
}

#[test]
fn a_file_counts_once_however_often_it_is_recorded() {
    let (sandbox, workspace) = acme();
    // More than the batches that are on their way at once.
    let lines: Vec<_> = (0..6_500).map(|n| line(&workspace, n, "")).collect();
    sandbox.write("events.jsonl", format!("\u{feff}{}\r\n\n", lines.join("\n")));
    let (told, code) = record(&sandbox, "", &["events.jsonl"]);
    assert_eq!((numbers(&told), code), ([Some(6_500), Some(0), Some(0)], 0), "{told}");
    let (told, code) = record(&sandbox, lines.join("\n"), &["-"]);
    assert_eq!((numbers(&told), code), ([Some(0), Some(6_500), Some(0)], 0), "{told}");
    let text = sandbox.text(&["usage", "record", "--tenant", "acme", "events.jsonl"]);
    assert_eq!(text, "Recorded 0 events, 6,500 known already.\n");
}

#[test]
fn bad_lines_are_named_and_everything_else_is_stored() {
    let (sandbox, workspace) = acme();
    let another = "00000000-0000-7000-8000-000000000099";
    let known = line(&workspace, "known", "");
    assert_eq!(record(&sandbox, known, &[]).1, 0);
    let file = [
        line(&workspace, "a", ""),
        r#"{"key":"#.to_owned(),
        line(&workspace, "b", r#","modle":"x""#),
        line(&workspace, "c", "").replace(":5}", ":-5}"),
        line(&workspace, "d", "").replace(":5}", r#":"NaN"}"#),
        line(&workspace, "e", "").replace(":5}", ":1e27}"),
        line(&workspace, "f", r#","unit":"calls""#),
        line(&workspace, "g", r#","occurred_at":"2999-01-01T00:00:00Z""#),
        line(&workspace, "h", &format!(r#","tenant_id":"{another}""#)),
        line(another, "i", ""),
        line(&workspace, "known", "").replace(":5}", ":6}"),
        line(&workspace, "known", ""),
        line(&workspace, "z", ""),
    ]
    .join("\n");
    let (told, code) = record(&sandbox, file.as_str(), &["--rejects", "refused.jsonl"]);
    assert_eq!((numbers(&told), code), ([Some(2), Some(1), Some(10)], 1), "{told}");
    let text = std::fs::read_to_string(sandbox.path().join("refused.jsonl")).unwrap();
    let refused: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let expected = [
        (2, "column 7: EOF while parsing a value"),
        (3, "modle: unknown key; did you mean `model`?"),
        (4, "quantity: -5 is negative"),
        (5, "quantity: `NaN` is no number"),
        (6, "quantity: 1000000000000000000000000000 is too large"),
        (7, "unit: llm_tokens is counted in tokens, not calls"),
        (8, "occurred_at: 2999-01-01T00:00:00Z is in the future"),
        (9, "tenant_id: 00000000-0000-7000-8000-000000000099 is another tenant"),
        (
            10,
            "workspace_id: there is no workspace 00000000-0000-7000-8000-000000000099 in this tenant",
        ),
        (11, "key: another event of the workspace has it"),
    ];
    assert_eq!(refused.len(), expected.len());
    let lines: Vec<_> = file.lines().collect();
    for (told, (number, reason)) in refused.iter().zip(expected) {
        assert_eq!(told["line"], number);
        assert!(told["reason"].as_str().unwrap().starts_with(reason), "{told}");
        assert_eq!(told["text"], lines[number - 1]);
    }
    // What was refused can be corrected and told of again, with all of the rest.
    let corrected = file.replace(":-5}", ":5}");
    let (told, code) = record(&sandbox, corrected, &["--skip-invalid"]);
    assert_eq!((numbers(&told), code), ([Some(1), Some(3), Some(9)], 0), "{told}");
}

#[test]
fn of_many_bad_lines_some_are_told_and_the_others_counted() {
    let (sandbox, workspace) = acme();
    let file = format!("{}{}\n", "[]\n".repeat(2_500), line(&workspace, "a", ""));
    let told = sandbox.told(&["usage", "record", "--tenant", "acme"], file);
    assert_eq!(told.code, 1);
    assert_eq!(told.stdout, "Recorded 1 event, refused 2,500 lines.\n");
    let lines: Vec<_> = told.stderr.lines().collect();
    assert_eq!(lines.len(), 21, "{}", told.stderr);
    assert_eq!(lines[0], "line 1: expected a JSON object");
    assert_eq!(lines[20], "2,480 more lines were refused; --rejects FILE tells of all");
}

#[test]
fn what_cannot_be_read_or_written_is_said_before_anything_is_stored() {
    let (sandbox, _) = acme();
    for (arguments, message) in [
        (["missing.jsonl", "--skip-invalid"].as_slice(), "cannot read missing.jsonl"),
        (&["-", "--rejects", "no/such/folder"], "cannot write no/such/folder"),
    ] {
        let (told, code) = record(&sandbox, "", arguments);
        assert_eq!(code, 2, "{told}");
        assert!(told["error"]["message"].as_str().unwrap().starts_with(message), "{told}");
    }
    let (told, code) = record(&sandbox, "\n\n", &[]);
    assert_eq!((numbers(&told), code), ([Some(0), Some(0), Some(0)], 0), "{told}");
}

#[test]
fn the_file_for_what_is_refused_is_a_new_one_and_never_the_one_that_is_read() {
    let (sandbox, workspace) = acme();
    let good = line(&workspace, "a", "");
    sandbox.write("events.jsonl", &good);
    sandbox.write("old.jsonl", "worth keeping");
    std::fs::hard_link(sandbox.path().join("events.jsonl"), sandbox.path().join("same.jsonl"))
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(sandbox.path().join(name)).unwrap();
    for (rejects, message) in [
        ("./events.jsonl", "./events.jsonl is the file that is read"),
        ("old.jsonl", "old.jsonl is there already"),
        #[cfg(unix)]
        ("same.jsonl", "same.jsonl is the file that is read"),
        ("-", "--rejects needs the name of a file"),
    ] {
        let (told, code) = record(&sandbox, "", &["events.jsonl", "--rejects", rejects]);
        assert_eq!(code, 2, "{told}");
        assert!(told["error"]["message"].as_str().unwrap().starts_with(message), "{told}");
    }
    assert_eq!((read("events.jsonl"), read("old.jsonl")), (good, "worth keeping".to_owned()));
    // Without a line that is refused there is no such file.
    let (told, code) = record(&sandbox, "", &["events.jsonl", "--rejects", "new.jsonl"]);
    assert_eq!((numbers(&told), code), ([Some(1), Some(0), Some(0)], 0), "{told}");
    assert!(!sandbox.path().join("new.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn what_the_shell_opened_is_not_written_over_either() {
    let (sandbox, _) = acme();
    sandbox.write("events.jsonl", "[]\n");
    let mut command = sandbox.command(&["usage", "record", "--tenant", "acme"]);
    let input = std::fs::File::open(sandbox.path().join("events.jsonl")).unwrap();
    let told = command.args(["--rejects", "events.jsonl"]).stdin(input).output().unwrap();
    let stderr = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("events.jsonl is the file that is read"), "{stderr}");
    assert_eq!(std::fs::read_to_string(sandbox.path().join("events.jsonl")).unwrap(), "[]\n");
}

#[test]
fn refused_lines_are_told_in_their_order_and_by_their_text() {
    let (sandbox, workspace) = acme();
    let absent = line("00000000-0000-7000-8000-000000000099", "x", "");
    let mut file = format!("{absent}\n[]\n{absent}\n").into_bytes();
    file.extend_from_slice(b"{\"key\":\"\xff\"}\n");
    file.extend_from_slice("é".repeat(2 << 20).as_bytes());
    let not_a_number = line(&workspace, "n", "").replace(":5}", ":NaN}");
    file.extend_from_slice(format!("\n{not_a_number}\n").as_bytes());
    file.extend_from_slice("[]\n".repeat(20).as_bytes());
    let (told, code) = record(&sandbox, file, &["--rejects", "refused.jsonl"]);
    assert_eq!((numbers(&told), code), ([Some(0), Some(0), Some(26)], 1), "{told}");
    let text = std::fs::read_to_string(sandbox.path().join("refused.jsonl")).unwrap();
    let refused: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert!(refused.iter().map(|it| it["line"].as_u64().unwrap()).eq(1..=26), "{text}");
    let told: Vec<_> = told["refusals"].as_array().unwrap().iter().map(|it| &it["line"]).collect();
    assert!(told.iter().map(|it| it.as_u64().unwrap()).eq(1..=20), "{told:?}");
    assert_eq!(refused[3]["text"], "{\"key\":\"\u{fffd}\"}");
    assert_eq!(refused[4]["text"], format!("{}…", "é".repeat(200)));
    let reason = refused[5]["reason"].as_str().unwrap();
    assert!(reason.ends_with("NaN is no number in JSON, nor is any amount"), "{reason}");
}

#[test]
fn whoever_is_named_with_as_must_be_there() {
    let (sandbox, workspace) = acme();
    let (told, code) = record(&sandbox, line(&workspace, "a", ""), &["--as", "nobody"]);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("not_found"), 1), "{told}");
    let (told, _) = record(&sandbox, line(&workspace, "a", ""), &[]);
    assert_eq!(numbers(&told), [Some(1), Some(0), Some(0)]);
}

#[test]
fn a_threshold_is_told_once_and_as_people_read_numbers() {
    let (sandbox, workspace) = acme();
    sandbox.made(&["budget", "set", "llm", "--tokens", "10000", "--period", "total"]);
    let lines: Vec<_> = (0..2_500).map(|n| line(&workspace, n, r#","cost_in_cents":1"#)).collect();
    let text = sandbox.told(&["usage", "record", "--tenant", "acme"], lines.join("\n")).stdout;
    assert!(text.contains("The budget `llm` reached 100 % of its tokens: "), "{text}");
    assert!(text.contains(" of 10,000 are spent."), "{text}");
    assert_eq!(text.matches("reached 100 %").count(), 1, "{text}");
}

#[cfg(unix)]
#[test]
fn interrupted_it_keeps_what_is_stored_and_run_again_nothing_counts_twice() {
    use std::{io::Write, process::Stdio};

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };

    let (sandbox, workspace) = acme();
    let lines: Vec<_> = (0..4_000).map(|n| line(&workspace, n, "")).collect();
    let mut command = sandbox.command(&["usage", "record", "--tenant", "acme"]);
    command.args(["--output", "json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Some batches, and no end.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{}\n", lines[..2_500].join("\n")).as_bytes()).unwrap();
    sandbox.sql(
        "DO $$ BEGIN
             FOR moment IN 1..6000 LOOP
                 EXIT WHEN (SELECT count(*) FROM metering_event_keys) >= 1000;
                 PERFORM pg_sleep(0.01);
             END LOOP;
         END $$",
    );
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let told = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(130), "{stderr}");
    let counts: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(counts["interrupted"], true, "{counts}");
    let (again, code) = record(&sandbox, lines.join("\n"), &[]);
    let [recorded, repeated, refused] = numbers(&again).map(Option::unwrap);
    assert_eq!((recorded + repeated, refused, code), (4_000, 0, 0), "{again}");
    assert!(repeated >= 1_000, "{again}");
    assert_eq!(counts["recorded"], repeated, "{counts}");
    drop(stdin);
}
