//! Memories from files.

use serde_json::{Value, json};

use crate::{memory::support, support::Sandbox};

const WORDS: [&str; 24] = [
    "harbor", "lantern", "whale", "captain", "storm", "compass", "island", "anchor", "sailor",
    "letter", "window", "garden", "river", "winter", "morning", "silver", "music", "shadow",
    "candle", "forest", "bridge", "market", "stone", "journey",
];

/// A text of so many paragraphs, no two of which are the same.
fn book(passages: usize) -> String {
    let mut state = 7_u64;
    let mut word = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        WORDS[usize::try_from(state >> 33).unwrap() % WORDS.len()]
    };
    let mut passage = |number| {
        let (one, two): (Vec<_>, Vec<_>) =
            ((0..9).map(|_| word()).collect(), (0..9).map(|_| word()).collect());
        format!("Passage {number}: {}\n{}.\n\n", one.join(" "), two.join(" "))
    };
    (1..=passages).map(&mut passage).collect()
}

fn load(sandbox: &Sandbox, input: impl Into<Vec<u8>>, more: &[&str]) -> (Value, i32) {
    let arguments = [&["memory", "add", "--team", "support", "--file"], more].concat();
    sandbox.json_from(&arguments, input)
}

fn numbers(told: &Value) -> [Option<u64>; 3] {
    ["added", "known", "refused"].map(|field| told[field].as_u64())
}

fn count(sandbox: &Sandbox) -> u64 {
    let counted = sandbox.made(&["memory", "list", "--team", "support", "--count"]);
    counted["count"].as_u64().unwrap()
}

#[test]
fn a_book_of_ten_thousand_passages_is_loaded_and_searched() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    sandbox.write(".env", "AF_TENANT=acme\nEMBEDDING_PROVIDER=local\nEMBEDDING_DIMENSIONS=256\n");
    sandbox.write("book.txt", book(10_000));
    let load = ["memory", "add", "--team", "support", "--file", "book.txt", "--tag", "book"];
    let (told, code) = sandbox.json(&load);
    assert_eq!((numbers(&told), code), ([Some(10_000), Some(0), Some(0)], 0), "{told}");
    assert_eq!(count(&sandbox), 10_000);
    let found =
        sandbox.made(&["memory", "search", "passage 7777", "--team", "support", "--limit", "3"]);
    let best = found["found"][0]["memory"]["content"].as_str().unwrap();
    assert!(best.starts_with("Passage 7777: "), "{found}");
    let text = sandbox.text(&load);
    assert_eq!(text, "Added 0 memories, 10,000 known already.\n");
}

#[test]
fn bad_lines_are_named_and_everything_else_is_added() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let nobody = "0198f6a5-4c1e-7d31-9f3a-0c9d5f5d2b11";
    let file = [
        r#"{"content":"a","tags":["x"],"importance":8}"#.to_owned(),
        r#"{"content":"#.to_owned(),
        r#"{"content":"b","importence":2}"#.to_owned(),
        String::new(),
        r#"{"content":"c","importance":11}"#.to_owned(),
        format!(r#"{{"content":"d","agent_id":"{nobody}"}}"#),
        r#"{"content":"a"}"#.to_owned(),
        r#"{"content":"e","memory_type":"episodic"}"#.to_owned(),
        r#"{"content":"f","importance":2,"importance":3}"#.to_owned(),
    ];
    let split = ["-", "--split", "jsonl", "--tag", "facts", "--importance", "6"];
    let (told, code) = load(&sandbox, file.join("\n"), &split);
    assert_eq!((numbers(&told), code), ([Some(2), Some(1), Some(5)], 1), "{told}");
    let refusals = told["refusals"].as_array().unwrap();
    let lines: Vec<_> = refusals.iter().map(|it| it["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 5, 6, 9]);
    for (refusal, part) in refusals.iter().zip([
        "column 11: EOF",
        "unknown field `importence`",
        "importance",
        "agent",
        "the key `importance` occurs twice",
    ]) {
        let reason = refusal["reason"].as_str().unwrap();
        assert!(reason.contains(part) && !reason.contains("failed to"), "{refusal}");
    }
    let list = ["memory", "list", "--team", "support", "--type", "episodic"];
    let listed = sandbox.made(&list);
    assert_eq!((&listed[0]["content"], &listed[0]["importance"]), (&json!("e"), &json!(6)));
    assert_eq!(listed[0]["tags"], json!(["facts"]));
    let (told, code) = load(&sandbox, file.join("\n"), &[&split[..], &["--skip-invalid"]].concat());
    assert_eq!((numbers(&told), code), ([Some(0), Some(3), Some(5)], 0), "{told}");
    let arguments = ["memory", "add", "--team", "support", "--file", "-", "--split", "jsonl"];
    let told = sandbox.told(&arguments, "{\n".repeat(30));
    assert_eq!((told.code, told.stderr.matches("line ").count()), (1, 20), "{told:?}");
    assert!(told.stderr.contains("10 more passages were refused"), "{told:?}");
}

#[test]
fn what_a_file_says_again_counts_once() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    let lines: Vec<_> = (0..1_000).map(|number| format!("Line {number}")).collect();
    // Batches that are written at the same time say the same in another order.
    let again: Vec<_> = lines.iter().rev().cloned().collect();
    let file = [lines.join("\n"), again.join("\n")].join("\n");
    let (told, code) = load(&sandbox, file, &["-", "--split", "line"]);
    assert_eq!((numbers(&told), code), ([Some(1_000), Some(1_000), Some(0)], 0), "{told}");
    assert_eq!(count(&sandbox), 1_000);
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_usage() {
    let sandbox = support();
    for file in ["absent.txt", "."] {
        let (told, code) = load(&sandbox, "", &[file]);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("usage"), 2), "{told}");
    }
    let both = ["memory", "add", "text", "--file", "x", "--team", "support"];
    assert_eq!(sandbox.failed(&both), ("usage".to_owned(), 2));
    let (told, code) = sandbox.json(&["memory", "add", "--team", "support"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.to_string().contains("--file"), "{told}");
}

#[cfg(unix)]
#[test]
fn interrupted_it_keeps_what_is_added_and_run_again_nothing_is_added_twice() {
    use std::{io::Write, process::Stdio};

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    agentflow_postgres::needs_pgvector!();

    let sandbox = support();
    let book = book(3_000);
    let arguments = ["memory", "add", "--team", "support", "--file", "-", "--output", "json"];
    let mut command = sandbox.command(&arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Some batches, and no end.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&book.as_bytes()[..book.len() / 2]).unwrap();
    sandbox.sql(
        "DO $$ BEGIN
             FOR moment IN 1..6000 LOOP
                 EXIT WHEN (SELECT count(*) FROM memories) >= 250;
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
    assert_eq!(counts["added"].as_u64(), Some(count(&sandbox)), "{counts}");
    let (again, code) = load(&sandbox, book, &["-"]);
    let [added, known, refused] = numbers(&again).map(Option::unwrap);
    assert_eq!((added + known, refused, code), (3_000, 0, 0), "{again}");
    assert_eq!((Some(known), count(&sandbox)), (counts["added"].as_u64(), 3_000), "{again}");
    drop(stdin);
}

/// `script` gives a terminal to a command.
#[cfg(target_os = "linux")]
#[test]
fn progress_is_shown_on_a_terminal_and_nowhere_else() {
    agentflow_postgres::needs_pgvector!();
    let sandbox = support();
    sandbox.write("book.txt", book(2_000));
    let af = env!("CARGO_BIN_EXE_af");
    let script = format!("{af} memory add --team support --file book.txt");
    let mut command = sandbox.command(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command = std::process::Command::new("script");
    command.args(["-qec", &script, "/dev/null"]).envs(environment).current_dir(sandbox.path());
    let Ok(told) = command.env("TERM", "xterm").output() else { return };
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("a second") && told.contains("KiB"), "{told}");
    assert!(told.contains("Added 2,000 memories."), "{told}");
    let quiet = sandbox.told(&["memory", "add", "--team", "support", "--file", "book.txt"], "");
    assert_eq!(quiet.stderr, "", "{quiet:?}");
}
