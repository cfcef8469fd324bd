//! What to do about a message that is not what was hashed.

use serde_json::{Value, json};

use crate::{
    conversation::with_conversation,
    message::{of_trace, tamper, with_messages},
    support::Sandbox,
};

fn restore(sandbox: &Sandbox, original: &Value) -> (Value, i32) {
    sandbox.json_from(&["message", "restore", "-"], original.to_string())
}

fn verified(sandbox: &Sandbox) -> i32 {
    sandbox.json(&["message", "verify", "--all"]).1
}

#[test]
fn a_changed_message_is_not_taken_for_one_that_is_there() {
    let sandbox = with_messages(3);
    let original = of_trace(&sandbox)[1].clone();
    let id = original["id"].as_str().unwrap();
    // The hash beside it stayed, and proves nothing.
    tamper(&sandbox, "to_agent = 'nobody' WHERE payload ->> 'n' = '1'");
    let (told, code) = sandbox.json_from(&["message", "send"], original.to_string());
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("tampered"), 1), "{told}");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.contains(id) && message.contains("hash mismatch"), "{message}");
    assert!(told["error"]["hint"].as_str().unwrap().contains("af message restore"), "{told}");
}

#[test]
fn a_message_is_shown_with_what_is_wrong_with_it() {
    let (sandbox, conversation) = with_conversation();
    let said = sandbox.made(&["conversation", "append", &conversation, "--content", "Hello"]);
    let id = said[0]["id"].as_str().unwrap();
    sandbox.made(&["conversation", "feedback", id, "positive", "--comment", "Kind"]);
    let show = ["message", "show", id];
    let shown = sandbox.made(&show);
    for key in
        ["id", "trace_id", "from", "to", "type", "payload", "metadata", "ts", "envelope_hash"]
    {
        assert_eq!(shown[key], said[0][key], "{key}");
    }
    assert_eq!(shown["conversation_id"], *conversation);
    assert_eq!([&shown["feedback_rating"], &shown["feedback_comment"]], ["positive", "Kind"]);
    assert!(shown.get("fault").is_none() && shown.get("columns").is_none(), "{shown}");
    let text = sandbox.text(&show);
    for part in ["✓ this is what was hashed", "positive Kind", &conversation, "\"Hello\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let raw = sandbox.made(&[&show[..], &["--raw"]].concat());
    assert_eq!(raw["columns"]["type"], "request");
    assert_eq!(raw["columns"]["span_id"], Value::Null);
    assert!(raw["columns"]["payload"].as_str().unwrap().contains("\"content\": \"Hello\""));

    tamper(&sandbox, "to_agent = 'nobody'");
    assert!(sandbox.made(&show)["fault"].as_str().unwrap().contains("hash mismatch"));
    assert!(sandbox.text(&show).contains("✗ envelope_hash: hash mismatch"));
    // Where nothing can be read any more, the columns can.
    sandbox.sql("ALTER TABLE messages DROP CONSTRAINT messages_type_known");
    tamper(&sandbox, "type = E'sho\\\\u001but'");
    let broken = sandbox.made(&show);
    assert!(broken["fault"].as_str().unwrap().starts_with("type: "), "{broken}");
    assert_eq!(broken["columns"]["to_agent"], "nobody");
    let text = sandbox.text(&show);
    assert!(text.contains("trace_id:") && text.contains("'nobody'"), "{text}");

    let missing = ["message", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV"];
    assert_eq!(sandbox.failed(&missing), ("not_found".into(), 1));
    assert_eq!(sandbox.failed(&["message", "show", "nonsense"]), ("usage".into(), 2));
}

#[test]
fn the_original_takes_the_place_of_what_became_of_it() {
    let (sandbox, conversation) = with_conversation();
    let said = sandbox.made(&["conversation", "append", &conversation, "--content", "Pay 10"]);
    let original = said[0].clone();
    let id = original["id"].as_str().unwrap();
    sandbox.made(&["conversation", "feedback", id, "negative"]);
    let before = sandbox.made(&["message", "show", id]);
    tamper(&sandbox, "payload = jsonb_set(payload, '{content}', '\"Pay 99\"')");
    assert_eq!(verified(&sandbox), 1);
    let (restored, code) = restore(&sandbox, &original);
    assert_eq!((code, restored["restored"].as_str()), (0, Some("content")), "{restored}");
    assert_eq!(sandbox.newest().1, "message.restored");
    assert_eq!(verified(&sandbox), 0);
    assert_eq!(sandbox.made(&["message", "show", id]), before, "place, feedback and all");
    let (again, code) = restore(&sandbox, &original);
    assert_eq!((code, again["restored"].as_str()), (0, Some("nothing")), "{again}");
    tamper(&sandbox, &format!("envelope_hash = '{}'", "0".repeat(64)));
    sandbox.write("original.json", original.to_string() + "\n");
    let text = sandbox.text(&["message", "restore", "original.json"]);
    assert_eq!(text, format!("Message {id} has the hash of its content again.\n"));
    assert_eq!(verified(&sandbox), 0);
}

#[test]
fn what_is_no_original_is_not_put_in_place_of_a_message() {
    let sandbox = with_messages(2);
    let original = of_trace(&sandbox)[0].clone();
    let mut forged = original.clone();
    forged["to"] = json!("nobody");
    let (told, code) = restore(&sandbox, &forged);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("invalid_input"), 1), "{told}");
    forged.as_object_mut().unwrap().remove("envelope_hash");
    assert_eq!(restore(&sandbox, &forged).1, 1);
    let text = format!("{original}\n{original}\n");
    assert_eq!(sandbox.json_from(&["message", "restore", "-"], text).1, 1, "two of them");
    // Both changed: nothing tells which of the two was stored.
    let zeros = "0".repeat(64);
    tamper(&sandbox, &format!("to_agent = 'x', envelope_hash = '{zeros}'"));
    let (told, code) = restore(&sandbox, &original);
    assert_eq!((told["error"]["kind"].as_str(), code), (Some("conflict"), 4), "{told}");
    assert_eq!(sandbox.failed(&["message", "restore", "missing.json"]), ("usage".into(), 2));
    assert_eq!(sandbox.newest().1, "tenant.created");
}

#[test]
fn a_turn_that_is_gone_is_put_back_into_its_conversation() {
    let (sandbox, conversation) = with_conversation();
    let say = ["conversation", "append", &conversation, "--content"];
    let original = sandbox.made(&[&say[..], &["One"]].concat())[0].clone();
    sandbox.made(&[&say[..], &["Two"]].concat());
    sandbox.sql("DELETE FROM messages WHERE payload ->> 'content' = 'One'");
    assert_eq!(restore(&sandbox, &original).1, 1, "nobody knows where it was");
    let command = ["message", "restore", "-", "--conversation", &conversation];
    let (restored, code) = sandbox.json_from(&command, original.to_string());
    assert_eq!((code, restored["restored"].as_str()), (0, Some("row")), "{restored}");
    let shown = sandbox.made(&["conversation", "show", &conversation]);
    assert_eq!([&shown["turns"][0]["id"], &shown["message_count"]], [&original["id"], &json!(2)]);
}
