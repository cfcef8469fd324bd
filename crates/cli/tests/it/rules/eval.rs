use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    process::Stdio,
};

use serde_json::{Value, json};

use super::BOOK;
use crate::support::{Sandbox, Told};

const EVAL: [&str; 6] = ["rules", "eval", "--facts", "-", "--book", "book.yaml"];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::bare();
    sandbox.write("book.yaml", BOOK);
    sandbox
}

fn eval(sandbox: &Sandbox, more: &[&str], input: impl Into<Vec<u8>>) -> Told {
    sandbox.told(&[&EVAL[..], more].concat(), input)
}

fn lines(told: &Told) -> Vec<Value> {
    told.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn fact(age: usize) -> String {
    format!("{{\"User\":{{\"age\":{age}}},\"Order\":{{\"total\":5}}}}\n")
}

#[test]
fn each_line_gets_an_answer_in_order() {
    let sandbox = sandbox();
    let input: String = (0..5_000).map(fact).collect();
    for jobs in ["1", "2", "7"] {
        let told = eval(&sandbox, &["--jobs", jobs], input.as_str());
        assert_eq!(told.code, 0, "{}", told.stderr);
        let lines = lines(&told);
        assert_eq!(lines.len(), 5_000);
        for (index, line) in lines.iter().enumerate() {
            let matched = if index >= 18 { json!(["may buy"]) } else { json!([]) };
            assert_eq!(line, &json!({"line": index + 1, "matched": matched, "errors": {}}));
        }
        assert!(told.stderr.contains("Evaluated 2 rules over 5,000 fact sets"), "{}", told.stderr);
    }
}

#[test]
fn bad_lines_are_named_and_stop_nothing() {
    let sandbox = sandbox();
    let long = "x".repeat((1 << 20) + 1);
    let input = format!(
        "\u{feff}{}\r\n\n{{\"User\": \n[1]\n{long}\n{{\"User\":{{\"age\":\"old\"}},\"Order\":{{\"total\":5}}}}\n{{\"a\":1,\"a\":2}}\n{}",
        fact(20).trim_end(),
        fact(21).trim_end()
    );
    let told = eval(&sandbox, &[], input);
    assert_eq!(told.code, 1, "{told:?}");
    let lines = lines(&told);
    let numbers: Vec<_> = lines.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 3, 4, 5, 6, 7, 8]);
    assert_eq!([&lines[0]["matched"], &lines[6]["matched"]], [&json!(["may buy"]); 2]);
    for (line, says) in [
        (1, "column 9: not JSON: EOF"),
        (2, "expected a JSON object"),
        (3, "the line is longer than 1 MiB"),
        (5, "a: the key occurs twice"),
    ] {
        let error = lines[line]["error"].as_str().unwrap();
        assert!(error.contains(says), "{error}");
        assert!(
            told.stderr.contains(&format!("line {}: {error}", numbers[line])),
            "{}",
            told.stderr
        );
    }
    // The rule that reads the text comes to an error, the other does not.
    assert_eq!(lines[4]["matched"], json!([]));
    let errors = lines[4]["errors"].as_object().unwrap();
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["may buy"]);
    assert!(told.stderr.contains("line 6: User.age: expected int, got \"old\""), "{}", told.stderr);
    assert!(told.stderr.contains("5 lines are bad"), "{}", told.stderr);
}

#[test]
fn a_wrong_fact_that_no_rule_reads_does_not_matter() {
    let sandbox = sandbox();
    let fact = r#"{"User":{"age":20,"country":7},"Order":{"total":5}}"#;
    let told = eval(&sandbox, &["--rule", "may buy"], fact);
    assert_eq!((told.code, &lines(&told)[0]["matched"]), (0, &json!(["may buy"])), "{told:?}");
    let told = eval(&sandbox, &[], fact);
    assert_eq!(told.code, 1, "{told:?}");
    // A fact that is missing is an error of the rule, and the line is as good as any.
    let told = eval(&sandbox, &[], r#"{"User":{"age":20}}"#);
    assert_eq!(told.code, 0, "{told:?}");
    let errors = &lines(&told)[0]["errors"];
    assert!(errors["may buy"].as_str().unwrap().contains("Order"), "{errors}");
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let told = eval(&sandbox(), &[], b"{\"a\":\"\xff\"}\n".as_slice());
    assert_eq!(told.code, 1);
    assert_eq!(lines(&told)[0]["error"], "column 7: not valid UTF-8");
}

#[test]
fn nothing_to_evaluate_is_no_error() {
    for empty in ["", "\n\n", "\u{feff}"] {
        let told = eval(&sandbox(), &[], empty);
        assert_eq!((told.stdout.as_str(), told.code), ("", 0), "{told:?}");
    }
}

#[test]
fn whole_verdicts_can_be_asked_for() {
    let told = eval(&sandbox(), &["--explain"], fact(17));
    let line = &lines(&told)[0];
    assert_eq!(line["matched"], json!([]));
    let verdicts = line["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 2, "{line}");
    assert_eq!(verdicts[0]["name"], "may buy");
    assert!(verdicts[0]["reason"].as_str().unwrap().contains("`is_adult` is false"), "{line}");
    assert_eq!(verdicts[0]["read"][0], json!({"path": "is_adult", "value": false}));
}

#[test]
fn a_summary_counts() {
    let sandbox = sandbox();
    let input = format!("{}{}{}{{\"User\":{{}}}}\n[]\n", fact(20), fact(21), fact(3));
    let told = eval(&sandbox, &["--summary", "--output", "json"], input.clone());
    assert_eq!(told.code, 1, "{told:?}");
    let summary: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!([&summary["evaluated"], &summary["bad_lines"]], [4, 1], "{summary}");
    let counts = json!({"rule": "may buy", "matched": 2, "not_matched": 1, "errors": 1});
    assert_eq!(summary["rules"][0], counts);
    let told = eval(&sandbox, &["--summary"], input);
    assert!(told.stdout.contains("RULE") && told.stdout.contains("1 line is bad."), "{told:?}");
    assert_eq!(eval(&sandbox, &["--summary", "--explain"], "").code, 2);
}

#[test]
fn only_the_named_rules_are_evaluated() {
    let sandbox = sandbox();
    let told = eval(&sandbox, &["--rule", "abroad", "asleep"], fact(101));
    assert_eq!(
        lines(&told)[0]["matched"],
        json!(["asleep"]),
        "who names a rule wants it: {told:?}"
    );
    let told = eval(&sandbox, &["--rule", "abraod"], fact(20));
    assert_eq!(told.code, 1);
    assert!(told.stderr.contains("did you mean `abroad`?"), "{told:?}");
}

#[test]
fn files_and_tenants_are_named() {
    let sandbox = sandbox();
    sandbox.write("facts.jsonl", fact(20));
    let book = ["--book", "book.yaml"];
    let told =
        sandbox.told(&[&["rules", "eval", "--facts", "facts.jsonl"][..], &book].concat(), "");
    assert_eq!((told.code, lines(&told).len()), (0, 1));
    for (file, says) in [("nowhere.jsonl", "nowhere.jsonl"), (".", "it is a folder")] {
        let told = sandbox.told(&[&["rules", "eval", "--facts", file][..], &book].concat(), "");
        assert_eq!(told.code, 2);
        assert!(told.stderr.contains(says), "{told:?}");
    }
    let told = sandbox.told(&["rules", "eval", "--facts", "facts.jsonl"], "");
    assert_eq!(told.code, 2, "neither a book nor a tenant: {told:?}");
    assert_eq!(eval(&sandbox, &["--jobs", "0"], "").code, 2);

    let sandbox = Sandbox::of_acme();
    sandbox.write("book.yaml", BOOK);
    sandbox.made(&["rules", "import", "book.yaml"]);
    let told = sandbox.told(&["rules", "eval", "--facts", "-"], fact(20));
    assert_eq!(lines(&told)[0]["matched"], json!(["may buy"]), "{told:?}");
}

#[test]
fn an_answer_comes_before_the_next_question() {
    let sandbox = sandbox_with_database();
    let mut child =
        sandbox.command(&EVAL).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut output = BufReader::new(output);
    for age in [20, 3] {
        input.write_all(fact(age).as_bytes()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["matched"].as_array().unwrap().len(), usize::from(age == 20), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let sandbox = sandbox_with_database();
    let input: String = (0..100_000).map(fact).collect();
    sandbox.write("facts.jsonl", input);
    let arguments = ["rules", "eval", "--facts", "facts.jsonl", "--book", "book.yaml"];
    let mut child =
        sandbox.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::with_capacity(100, child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"line\":1,"), "{line}");
    drop(output);
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    assert_eq!(told, "");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_after_a_whole_line() {
    let sandbox = sandbox_with_database();
    let mut child = sandbox
        .command(&EVAL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut many = String::new();
    for age in 0..50 {
        write!(many, "{}", fact(age)).unwrap();
    }
    input.write_all(many.as_bytes()).unwrap();
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.ends_with("}\n"), "{rest}");
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told}");
    assert!(told.contains("Ended early. Evaluated 2 rules over"), "{told}");
    drop(input);
}

/// The program with its pipes in hand wants a database, though it does not need one.
fn sandbox_with_database() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("book.yaml", BOOK);
    sandbox
}
