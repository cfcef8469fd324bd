use std::sync::Mutex;

use agentflow::{
    Error,
    conversations::{Conversation, ConversationFilter, ImportOptions, ImportReport},
    core::envelope::MessageRole,
};
use serde_json::{Value, json};

use super::{Stage, ann};

async fn import(stage: &Stage, lines: &[u8]) -> ImportReport {
    let options = ImportOptions::new(stage.team, stage.agent, stage.user);
    stage.tenant.conversations().import(lines, &options, &ann(), &|_| ()).await.unwrap()
}

/// Oldest first.
async fn imported(stage: &Stage) -> Vec<Conversation> {
    let all = ConversationFilter::default();
    let mut rows = stage.tenant.conversations().list(&all, None, 1000).await.unwrap();
    rows.sort_by_key(|row| row.created_at);
    rows
}

const TRANSCRIPT: &str = r#"{"id":"chat-1","title":"Weather","created_at":1700000000.25,"model":"a/b","lang":"en","messages":[
{"role":"developer","content":"Be brief."},
{"role":"user","content":[{"type":"text","text":"Weather"},{"type":"text","text":"in Oslo?"},{"type":"image_url","image_url":{"url":"x"}}],"name":"ann"},
{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
{"role":"tool","tool_call_id":"c1","content":"rain"},
{"role":"assistant","content":"Rain.","model":"c/d","weight":1}]}"#;

#[tokio::test]
async fn a_transcript_is_imported_with_all_it_says() {
    use MessageRole::{Assistant, System, Tool, User};

    let stage = Stage::new().await;
    let line = TRANSCRIPT.replace('\n', "");
    let report = import(&stage, line.as_bytes()).await;
    assert_eq!((report.imported, report.turns, report.failed_total), (1, 5, 0), "{report:?}");
    let conversation = imported(&stage).await.remove(0);
    assert_eq!(conversation.title.as_deref(), Some("Weather"));
    assert_eq!(conversation.import_key.as_deref(), Some("chat-1"));
    assert_eq!(conversation.metadata, json!({ "lang": "en" }));
    assert_eq!(conversation.created_at.to_string(), "2023-11-14T22:13:20.25Z");
    assert_eq!(conversation.last_message_at.to_string(), "2023-11-14T22:13:20.250004Z");

    let stored = stage.tenant.conversations().turns(conversation.id, None, 10).await.unwrap();
    let turns: Vec<_> = stored.iter().map(|message| message.turn().unwrap()).collect();
    let metadata: Vec<Value> = stored
        .iter()
        .map(|message| Value::Object(message.envelope.clone().unwrap().metadata))
        .collect();
    assert!(stored.iter().all(|message| message.verdict().is_ok()));
    let roles: Vec<_> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [System, User, Assistant, Tool, Assistant]);
    assert_eq!(metadata[0], json!({ "role": "developer" }));
    assert_eq!(turns[1].content, "Weather\nin Oslo?");
    let image = json!({ "type": "image_url", "image_url": { "url": "x" } });
    assert_eq!(metadata[1], json!({ "parts": [image], "name": "ann" }));
    assert_eq!(turns[2].tool_calls[0].arguments, json!({ "city": "Oslo" }));
    assert_eq!(turns[3].tool_results[0].content, json!("rain"));
    let models: Vec<_> = turns.iter().map(|turn| turn.model.as_deref()).collect();
    assert_eq!(models, [None, None, Some("a/b"), None, Some("c/d")]);
    assert_eq!(metadata[4], json!({ "weight": 1 }));
    let (entry, times) = stage.recorded("conversation.imported").await;
    assert_eq!(entry.details.unwrap(), json!({ "import_key": "chat-1", "turns": 5 }));
    assert_eq!(times, 1);
}

#[tokio::test]
async fn lines_that_come_again_are_skipped_whether_they_have_an_id_or_not() {
    let stage = Stage::new().await;
    let lines = "\u{feff}[{\"role\":\"user\",\"content\":\"bare\"}]\n\n\
        {\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\r\n\
        {\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}";
    let first = import(&stage, lines.as_bytes()).await;
    assert_eq!((first.lines, first.imported, first.skipped, first.turns), (4, 3, 0, 3));
    assert_eq!(first.bytes, lines.len() as u64);
    let again = import(&stage, lines.as_bytes()).await;
    assert_eq!((again.imported, again.skipped, again.turns), (0, 3, 0));
    let twice = "{\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"other\"}]}\n".repeat(2);
    assert_eq!(import(&stage, twice.as_bytes()).await.skipped, 2);
    let mut keys: Vec<_> =
        imported(&stage).await.into_iter().map(|row| row.import_key.unwrap()).collect();
    keys.sort();
    assert_eq!((keys.len(), keys[0].as_str()), (3, "7"));
    assert!(keys[1].starts_with("sha256:") && keys[1].len() == 71, "{keys:?}");
}

/// Lines that fail, and what is said about each.
const BAD: &[(&str, &str)] = &[
    ("{\"messages\":", "line: EOF while parsing"),
    ("7", "line: expected an object or a list of messages, got a number"),
    ("{}", "messages: is missing"),
    (r#"{"messages":[]}"#, "messages: expected at least one message"),
    (r#"{"messages":{}}"#, "messages: expected a list, got an object"),
    (
        r#"{"messages":[{"role":"user","content":"a"},{"content":"b"}]}"#,
        "messages[1].role: is missing",
    ),
    (r#"[{"role":"robot","content":"a"}]"#, "[0].role: expected one of: user"),
    (
        r#"[{"role":"user","content":7}]"#,
        "[0].content: expected a text or a list of parts, got a number",
    ),
    (r#"[{"role":"user","content":[{"type":"text"}]}]"#, "[0].content[0].text: is missing"),
    (r#"[{"role":"user","content":"a\u0000b"}]"#, "[0].payload.content: the character U+0000"),
    (
        r#"{"messages":[{"role":"user","content":"a","n":9007199254740993}]}"#,
        "messages[0].metadata.n: 9007199254740993",
    ),
    (
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}]}"#,
        "messages[0].tool_calls[0].function.arguments: EOF",
    ),
    (
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}]}"#,
        "messages[0].tool_calls[0].function.name: is missing",
    ),
    (
        r#"{"messages":[{"role":"user","content":"a"}],"created_at":"yesterday"}"#,
        "created_at: expected an RFC 3339",
    ),
    (r#"{"messages":[{"role":"user","content":"a"}],"id":""}"#, "id: expected 1 to 255"),
    (
        r#"{"messages":[{"role":"user","content":"a"}],"title":7}"#,
        "title: expected a text, got a number",
    ),
    (
        r#"{"messages":[{"role":"user","content":"a"}],"messages":[]}"#,
        "messages: the key occurs twice",
    ),
];

#[tokio::test]
async fn a_line_that_fails_is_named_with_its_path_and_the_others_are_imported() {
    let stage = Stage::new().await;
    let good = |number: usize| format!("{{\"id\":{number},\"messages\":[{{\"role\":\"user\"}}]}}");
    let mut lines = good(0).into_bytes();
    for (index, (bad, _)) in BAD.iter().enumerate() {
        lines.extend_from_slice(format!("\n{bad}\n{}", good(index + 1)).as_bytes());
    }
    lines.extend_from_slice(b"\n\"\xff\"\n");
    let report = import(&stage, &lines).await;
    assert_eq!(report.imported, BAD.len() as u64 + 1);
    assert_eq!(report.failed_total, BAD.len() as u64 + 1);
    for (index, (bad, reason)) in BAD.iter().enumerate() {
        let (line, told) = &report.failed[index];
        assert_eq!(*line, 2 * index as u64 + 2, "{bad}");
        assert!(told.starts_with(reason), "{bad}: {told}");
    }
    assert!(report.failed.last().unwrap().1.contains("invalid utf-8"), "{report:?}");
    // What failed left nothing behind.
    let count = stage.count("SELECT count(*) FROM conversations WHERE message_count <> 1").await;
    assert_eq!(count, 0);
}

#[tokio::test]
async fn an_import_can_stop_at_the_first_line_that_fails() {
    let stage = Stage::new().await;
    let lines = "[{\"role\":\"user\"}]\nno\n[{\"role\":\"system\"}]";
    let mut options = ImportOptions::new(stage.team, stage.agent, stage.user);
    options.stop_at_first_error = true;
    let seen = Mutex::new(Vec::new());
    let progress = |report: &ImportReport| seen.lock().unwrap().push(report.lines);
    let conversations = stage.tenant.conversations();
    let report = conversations.import(lines.as_bytes(), &options, &ann(), &progress).await.unwrap();
    assert_eq!((report.lines, report.imported, report.failed_total), (2, 1, 1));
    assert_eq!(seen.into_inner().unwrap(), [1, 2]);
}

#[tokio::test]
async fn an_import_for_an_agent_that_is_not_there_ends_at_once() {
    let stage = Stage::new().await;
    let mut options = ImportOptions::new(stage.team, stage.agent, stage.user);
    options.agent_id.0 = uuid::Uuid::nil();
    let lines = "[{\"role\":\"user\"}]\n".repeat(3);
    let conversations = stage.tenant.conversations();
    let error =
        conversations.import(lines.as_bytes(), &options, &ann(), &|_| ()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn a_long_conversation_and_a_line_that_is_too_long_are_told_apart() {
    let stage = Stage::new().await;
    let messages: Vec<_> =
        (0..2_500).map(|n| json!({ "role": "user", "content": n.to_string() })).collect();
    let mut lines = json!({ "id": "long", "messages": messages }).to_string();
    lines.push('\n');
    lines.push_str(&"x".repeat((64 << 20) + 1));
    lines.push_str("\n[{\"role\":\"user\",\"content\":\"after\"}]\n");
    let report = import(&stage, lines.as_bytes()).await;
    assert_eq!((report.imported, report.turns), (2, 2_501));
    assert_eq!(report.failed, [(2, "line: is longer than 64 MB".to_owned())]);
    assert!(stage.verify_all().await.is_good());
}

#[tokio::test]
async fn two_who_import_the_same_lines_at_once_import_each_line_once() {
    let stage = Stage::new().await;
    let lines: Vec<_> = (0..30)
        .map(|id| format!("{{\"id\":{id},\"messages\":[{{\"role\":\"user\"}}]}}\n"))
        .collect();
    let lines = lines.concat();
    let (one, other) =
        futures::join!(import(&stage, lines.as_bytes()), import(&stage, lines.as_bytes()));
    assert_eq!((one.failed_total, other.failed_total), (0, 0), "{one:?} {other:?}");
    assert_eq!((one.imported + other.imported, one.skipped + other.skipped), (30, 30));
    assert_eq!(imported(&stage).await.len(), 30);
}
