use serde_json::{Value, json};

use crate::{agent::with_ada, support::Sandbox};

const BETWEEN: [&str; 6] = ["--team", "support", "--agent", "ada", "--user", "ann@example.com"];

/// With a conversation of Ann and Ada; its id.
pub(crate) fn with_conversation() -> (Sandbox, String) {
    let (sandbox, _) = with_ada();
    let made = create(&sandbox, &["--title", "The invoice of May"]);
    (sandbox, made["id"].as_str().unwrap().to_owned())
}

fn create(sandbox: &Sandbox, more: &[&str]) -> Value {
    sandbox.made(&[&["conversation", "create"], &BETWEEN[..], more].concat())
}

fn say(sandbox: &Sandbox, id: &str, text: &str) -> String {
    let said = sandbox.made(&["conversation", "append", id, "--content", text]);
    said[0]["id"].as_str().unwrap().to_owned()
}

fn list(sandbox: &Sandbox, more: &[&str]) -> Vec<Value> {
    let list = sandbox.made(&[&["conversation", "list"], more].concat());
    list.as_array().unwrap().clone()
}

#[test]
fn a_conversation_lives_and_dies() {
    let (sandbox, id) = with_conversation();
    assert_eq!(sandbox.newest().1, "conversation.created");
    say(&sandbox, &id, "Where is it?");
    let lines = r#"{"role":"assistant","content":"","tool_calls":[{"id":"1","name":"search","arguments":{"q":"May"}}],"tokens":7}

{"role":"tool","content":"","tool_results":[{"tool_call_id":"1","content":"sent"}]}
{"role":"assistant","content":"It is on its way.","tokens":5,"dollars":0.01,"model":"m"}
"#;
    let (said, code) = sandbox.json_from(&["conversation", "append", &id], lines);
    assert_eq!((code, said.as_array().unwrap().len()), (0, 3), "{said}");
    assert_eq!([&said[2]["type"], &said[2]["payload"]["role"]], ["response", "assistant"]);

    let shown = sandbox.made(&["conversation", "show", &id]);
    assert_eq!([&shown["title"], &shown["status"]], ["The invoice of May", "active"]);
    assert_eq!([&shown["message_count"], &shown["total_output_tokens"]], [4, 12]);
    let turns = shown["turns"].as_array().unwrap();
    assert_eq!(turns[3]["id"], said[2]["id"]);
    assert_eq!(turns[3]["envelope_hash"], said[2]["envelope_hash"]);
    let text = sandbox.text(&["conversation", "show", &id]);
    for part in [
        "  Where is it?",
        "  → search {\"q\":\"May\"}",
        "  ← \"sent\"",
        "Turns:",
        "ann@example.com",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    let closed = sandbox.made(&["conversation", "close", &id]);
    assert_eq!(closed["status"], "closed");
    assert_eq!(sandbox.made(&["conversation", "close", &id]), closed, "again");
    let text = sandbox.text(&["conversation", "close", &id]);
    assert!(text.contains("closed") && text.contains("ada"), "{text}");
    let late = ["conversation", "append", &id, "--content", "Hello?"];
    assert_eq!(sandbox.failed(&late), ("conflict".into(), 4));
    assert_eq!(sandbox.failed(&["conversation", "delete", &id]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["conversation", "delete", &id, "--yes"])["id"], *id);
    assert_eq!(sandbox.failed(&["conversation", "show", &id]), ("not_found".into(), 1));
    assert_eq!(sandbox.newest().1, "conversation.deleted");
}

#[test]
fn bad_turns_are_named_by_line_and_none_is_stored() {
    let (sandbox, id) = with_conversation();
    let lines = "{\"role\":\"user\",\"content\":\"Hi\"}\n{\"role\":\"king\",\"content\":\"Hi\"}\nnonsense\n";
    let (told, code) = sandbox.json_from(&["conversation", "append", &id], lines);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1));
    let causes = told["error"]["causes"].as_array().unwrap();
    assert!(causes[0].as_str().unwrap().starts_with("line 2: role: expected one of"), "{told}");
    assert!(causes[1].as_str().unwrap().starts_with("line 3: "), "{told}");
    assert_eq!(sandbox.made(&["conversation", "show", &id])["turns"], json!([]));
    let (nothing, code) = sandbox.json_from(&["conversation", "append", &id], "\n");
    assert_eq!((nothing, code), (json!([]), 0));
    let wrong = ["conversation", "append", &id, "--role", "king", "--content", "Hi"];
    assert_eq!(sandbox.failed(&wrong), ("usage".into(), 2));
    let nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
    let wrong = ["conversation", "append", nowhere, "--content", "Hi"];
    assert_eq!(sandbox.failed(&wrong), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["conversation", "show", "nonsense"]), ("usage".into(), 2));
}

/// What only sealing finds, in a line behind the first thousand.
#[test]
fn a_bad_turn_far_down_is_named_by_its_line_and_none_is_stored() {
    let (sandbox, id) = with_conversation();
    let line = |n: usize| json!({ "role": "user", "content": format!("n {n}") }).to_string() + "\n";
    for (bad, field) in [
        (r#"{"role":"user","content":"a\u0000b"}"#, "content: the character U+0000"),
        (r#"{"role":"user","content":"a","tokens":9007199254740992}"#, "tokens: expected"),
        (
            r#"{"role":"user","content":"a","metadata":{"n":9007199254740993}}"#,
            "metadata.n: 9007199254740993",
        ),
        ("nonsense", "turn: expected"),
    ] {
        let before: String = (0..1_001).map(line).collect();
        let lines = format!("{before}{bad}\n{}", line(1_002));
        let (told, code) = sandbox.json_from(&["conversation", "append", &id], lines);
        assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
        let cause = told["error"]["causes"][0].as_str().unwrap();
        assert!(cause.starts_with(&format!("line 1002: {field}")), "{cause}");
        assert_eq!(sandbox.made(&["conversation", "show", &id])["message_count"], 0);
    }
    let tokens = ["--content", "a", "--tokens", "9007199254740992"];
    let (told, code) = sandbox.json(&[&["conversation", "append", &id], &tokens[..]].concat());
    assert_eq!(code, 1);
    assert!(told["error"]["causes"][0].as_str().unwrap().starts_with("tokens: "), "{told}");
}

#[test]
fn many_turns_are_stored_in_their_order_all_or_none() {
    let (sandbox, id) = with_conversation();
    let line = |n: usize| json!({ "role": "user", "content": n.to_string() }).to_string() + "\n";
    let lines: String = (0..2_500).map(line).collect();
    // As a row that cannot be stored: the third thousand fails, and takes the others with it.
    let check = "ADD CONSTRAINT broken CHECK (payload ->> 'content' <> '2400')";
    sandbox.sql(&format!("ALTER TABLE messages {check}"));
    let append = ["conversation", "append", &id];
    assert_eq!(sandbox.json_from(&append, lines.clone()).1, 1);
    assert_eq!(sandbox.made(&["conversation", "show", &id])["message_count"], 0);
    sandbox.sql("ALTER TABLE messages DROP CONSTRAINT broken");
    let (stored, code) = sandbox.json_from(&append, lines);
    assert_eq!((code, stored.as_array().unwrap().len()), (0, 2_500));
    let turns = sandbox.made(&["conversation", "show", &id])["turns"].clone();
    let turns = turns.as_array().unwrap();
    let contents = turns.iter().map(|it| it["payload"]["content"].as_str().unwrap().to_owned());
    assert!(contents.eq((0..2_500).map(|n| n.to_string())));
    assert_eq!(sandbox.made(&["message", "verify", "--all"])["verified"], 2_500);
}

#[test]
fn conversations_are_listed_newest_first_and_filtered() {
    let (sandbox, first) = with_conversation();
    let second = create(&sandbox, &[])["id"].as_str().unwrap().to_owned();
    sandbox.made(&["conversation", "close", &second]);
    let ids = |more: &[&str]| {
        let listed = list(&sandbox, more);
        listed.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), [second.as_str(), &first]);
    assert_eq!(ids(&["--limit", "1"]), [second.as_str()]);
    assert_eq!(ids(&["--after", &second]), [first.as_str()]);
    assert_eq!(ids(&["--status", "closed"]), [second.as_str()]);
    assert_eq!(ids(&BETWEEN), [second, first]);
    sandbox.made(&["user", "create", "bob@example.com", "--name", "Bob"]);
    assert!(ids(&["--user", "bob@example.com"]).is_empty());
    let told = sandbox.told(&["conversation", "list", "--limit", "1"], "");
    assert!(told.stderr.contains("--after"), "{told:?}");
    assert!(sandbox.text(&["conversation", "list"]).contains("The invoice of May"));
    for wrong in [&["--status", "odd"][..], &["--limit", "0"], &["--agent", "ada"]] {
        assert_eq!(sandbox.json(&[&["conversation", "list"], wrong].concat()).1, 2, "{wrong:?}");
    }
}

#[test]
fn feedback_is_noted_replaced_and_taken_back() {
    let (sandbox, id) = with_conversation();
    let turn = say(&sandbox, &id, "Thank you");
    let note = |more: &[&str]| {
        sandbox.made(&[&["conversation", "feedback", turn.as_str()], more].concat())
    };
    let noted = note(&["positive", "--comment", "Quick"]);
    assert_eq!([&noted["feedback_rating"], &noted["feedback_comment"]], ["positive", "Quick"]);
    assert_eq!(noted["id"], *turn);
    assert!(sandbox.text(&["conversation", "show", &id]).contains("(positive) Quick"));
    assert_eq!(note(&["negative"])["feedback_comment"], Value::Null);
    assert_eq!(note(&["none"])["feedback_rating"], Value::Null);
    assert_eq!(sandbox.made(&["message", "verify", "--all"])["bad_total"], 0);
    let wrong = ["conversation", "feedback", &turn, "none", "--comment", "Quick"];
    assert_eq!(sandbox.failed(&wrong), ("invalid_input".into(), 1));
    let unknown = ["conversation", "feedback", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "positive"];
    assert_eq!(sandbox.failed(&unknown), ("not_found".into(), 1));
    for wrong in [["nonsense", "positive"], [turn.as_str(), "great"]] {
        let command = [&["conversation", "feedback"], &wrong[..]].concat();
        assert_eq!(sandbox.failed(&command), ("usage".into(), 2));
    }
}

#[test]
fn conversations_come_to_rest_and_expire() {
    let (sandbox, id) = with_conversation();
    let sweep = ["conversation", "sweep"];
    assert_eq!(sandbox.made(&sweep), json!({ "idled": 0, "closed": 0 }));
    sandbox.sql("UPDATE conversations SET last_message_at = now() - interval '40 minutes'");
    assert_eq!(sandbox.made(&sweep), json!({ "idled": 1, "closed": 0 }));
    assert_eq!(list(&sandbox, &["--status", "idle"]).len(), 1);
    say(&sandbox, &id, "I am back");
    assert_eq!(list(&sandbox, &["--status", "active"]).len(), 1);
    sandbox.sql("UPDATE conversations SET last_message_at = now() - interval '2 hours'");
    let hasty = [&sweep[..], &["--idle-after", "30m", "--close-after", "1h"]].concat();
    let text = sandbox.text(&hasty);
    assert_eq!(text, "1 conversation became idle, 1 was closed.\n");
    for wrong in [&["--idle-after", "soon"][..], &["--close-after", "-1h"]] {
        assert_eq!(sandbox.json(&[&sweep[..], wrong].concat()).1, 2, "{wrong:?}");
    }
    let reversed = [&sweep[..], &["--idle-after", "2h", "--close-after", "1h"]].concat();
    assert_eq!(sandbox.failed(&reversed), ("invalid_input".into(), 1));

    assert_eq!(sandbox.failed(&["conversation", "expire"]), ("usage".into(), 2));
    assert_eq!(sandbox.made(&["conversation", "expire", "--yes"]), json!({ "deleted": 0 }));
    sandbox.sql("UPDATE conversations SET closed_at = now() - interval '91 days'");
    assert_eq!(sandbox.text(&["conversation", "expire", "--yes"]), "Deleted 1 conversation.\n");
    assert!(list(&sandbox, &[]).is_empty());
}

const CHATS: &str = r#"{"id":"chat-1","title":"Rain","messages":[{"role":"user","content":"Rain?"},{"role":"assistant","content":[{"type":"text","text":"No."}]}]}
[{"role":"user","content":"Hello"}]
"#;

fn import_of(file: &str) -> Vec<&str> {
    [&["conversation", "import", file], &BETWEEN[..]].concat()
}

#[test]
fn transcripts_are_imported_once() {
    let (sandbox, _) = with_ada();
    sandbox.write("chats.jsonl", CHATS);
    let report = sandbox.made(&import_of("chats.jsonl"));
    assert_eq!([&report["imported"], &report["turns"], &report["skipped"]], [2, 3, 0]);
    assert_eq!(report["failed"], json!([]));
    let text = sandbox.text(&import_of("chats.jsonl"));
    assert_eq!(text, "Imported 0 conversations with 0 turns. 2 were there already.\n");
    // Other ways to the same lines, and one that is new.
    let more = format!("{CHATS}[{{\"role\":\"user\",\"content\":\"Bye\"}}]\n");
    let (report, code) = sandbox.json_from(&import_of("-"), more);
    assert_eq!((code, &report["imported"], &report["skipped"]), (0, &json!(1), &json!(2)));
    assert_eq!(list(&sandbox, &[]).len(), 3);
    assert_eq!(sandbox.made(&["message", "verify", "--all"])["verified"], 4);
}

#[test]
fn lines_that_cannot_be_imported_are_named_and_the_others_are_imported() {
    let (sandbox, _) = with_ada();
    let lines =
        format!("{{\"messages\":[{{\"role\":\"king\",\"content\":\"x\"}}]}}\n\n{CHATS}nonsense\n");
    let import = import_of("-");
    let first = [&import[..], &["--stop-at-first"]].concat();
    let (report, code) = sandbox.json_from(&first, lines.clone());
    assert_eq!((code, &report["lines"], &report["imported"]), (1, &json!(1), &json!(0)));
    let (report, code) = sandbox.json_from(&import, lines.clone());
    assert_eq!((code, &report["imported"], &report["failed_total"]), (1, &json!(2), &json!(2)));
    assert_eq!([&report["failed"][0]["line"], &report["failed"][1]["line"]], [1, 5]);
    let reason = report["failed"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("messages[0].role: "), "{reason}");
    let told = sandbox.told(&import, lines);
    assert!(told.code == 1 && told.stdout.contains("✗ line 1: messages[0].role: "), "{told:?}");
    assert!(told.stdout.contains("2 lines failed."), "{told:?}");
    // The same id with something else is no success.
    let (report, code) = sandbox.json_from(&import, CHATS.replace("Rain?", "Snow?"));
    assert_eq!([&report["different"], &report["failed_total"], &report["skipped"]], [1, 1, 1]);
    assert_eq!((code, &report["failed_truncated"]), (1, &json!(false)));
    let told = sandbox.told(&import, CHATS.replace("Rain?", "Snow?"));
    assert!(
        told.stdout.contains("1 line failed, 1 for saying something else than before."),
        "{told:?}"
    );
    for missing in ["missing.jsonl", "."] {
        assert_eq!(sandbox.failed(&import_of(missing)), ("usage".into(), 2));
    }
}

#[test]
fn a_report_of_an_import_says_when_it_does_not_name_all() {
    let (sandbox, _) = with_ada();
    let (report, code) = sandbox.json_from(&import_of("-"), "no\n".repeat(10_001));
    assert_eq!((code, &report["failed_total"]), (1, &json!(10_001)));
    assert_eq!(report["failed"].as_array().unwrap().len(), 10_000);
    assert_eq!(report["failed_truncated"], true);
    let told = sandbox.told(&import_of("-"), "no\n".repeat(10_001));
    let hint = "and 9,901 more; --output json names the first 10,000";
    assert!(told.stdout.contains(hint), "{}", told.stdout.lines().last().unwrap());
}
