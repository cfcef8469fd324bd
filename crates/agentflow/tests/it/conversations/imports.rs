use std::sync::Mutex;

use agentflow::{
    Error,
    conversations::{Conversation, ConversationFilter, ImportOptions, ImportReport},
    core::envelope::MessageRole,
    identity::{NewTeam, NewUser},
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
    assert_eq!(conversation.import_key.as_deref(), Some("text:chat-1"));
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
    assert_eq!(entry.details.unwrap(), json!({ "import_key": "text:chat-1", "turns": 5 }));
    assert_eq!(times, 1);
}

/// Keys that meet others of the same name, and what is said beside texts and calls.
const CROWDED: &str = r#"{"id":"c","source":"line","metadata":{"source":"inner"},"messages":[
{"role":"user","parts":["own"],"content":[{"type":"output_text","text":"a","annotations":[{"url":"x"}]},{"type":"image"},{"type":"text","text":"b"}]},
{"role":"assistant","tool_calls":[{"id":"c1","type":"function","index":0,"function":{"name":"f","arguments":"{}","strict":true}},{"id":"c2","type":"function","name":"g","arguments":"{oops"}]}]}"#;

#[tokio::test]
async fn whatever_else_a_line_says_is_kept_as_metadata() {
    let stage = Stage::new().await;
    let report = import(&stage, CROWDED.replace('\n', "").as_bytes()).await;
    assert_eq!((report.imported, report.failed_total), (1, 0), "{report:?}");
    let conversation = imported(&stage).await.remove(0);
    assert_eq!(conversation.metadata, json!({ "source": "inner", "source_2": "line" }));
    let stored = stage.tenant.conversations().turns(conversation.id, None, 10).await.unwrap();
    let turns: Vec<_> = stored.iter().map(|message| message.turn().unwrap()).collect();
    let metadata: Vec<Value> = stored
        .iter()
        .map(|message| Value::Object(message.envelope.clone().unwrap().metadata))
        .collect();
    assert_eq!(turns[0].content, "a\nb");
    let noted = json!({ "type": "output_text", "annotations": [{ "url": "x" }] });
    let parts = json!([noted, { "type": "image" }]);
    assert_eq!(metadata[0], json!({ "parts": parts, "parts_2": ["own"] }));
    // What is no JSON is no reason to lose the conversation.
    assert_eq!(turns[1].tool_calls[1].arguments, json!("{oops"));
    let calls = metadata[1]["tool_calls"].as_array().unwrap();
    assert_eq!(calls[0], json!({ "id": "c1", "index": 0, "function": { "strict": true } }));
    assert_eq!((calls.len(), &calls[1]["id"]), (2, &json!("c2")));
    let remark = calls[1]["arguments_remark"].as_str().unwrap();
    assert!(remark.starts_with("not JSON, kept as text: "), "{remark}");
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
    // Blanks and the order of keys say nothing.
    let reordered = "{ \"messages\": [{\"content\":\"a\", \"role\":\"user\"}], \"id\": 7.0 }";
    assert_eq!(import(&stage, reordered.as_bytes()).await.skipped, 1);
    let mut keys: Vec<_> =
        imported(&stage).await.into_iter().map(|row| row.import_key.unwrap()).collect();
    keys.sort();
    assert_eq!((keys.len(), keys[0].as_str()), (3, "number:7"));
    assert!(keys[1].starts_with("sha256:") && keys[1].len() == 71, "{keys:?}");
}

#[tokio::test]
async fn a_line_says_something_else_than_what_was_imported_under_its_id_and_nothing_is_lost() {
    let stage = Stage::new().await;
    let line = |id: &str, text: &str| {
        format!("{{\"id\":{id},\"messages\":[{{\"role\":\"user\",\"content\":\"{text}\"}}]}}\n")
    };
    let first = import(&stage, (line("1", "a") + &line("\"1\"", "b")).as_bytes()).await;
    assert_eq!((first.imported, first.failed_total), (2, 0), "1 and \"1\" are two ids: {first:?}");
    // The one grew; the other came again, and once more.
    let again = line("1", "a and more") + &line("\"1\"", "b").repeat(2) + &line("2", "c").repeat(2);
    let report = import(&stage, again.as_bytes()).await;
    let counts = (report.imported, report.skipped, report.repeated, report.different);
    assert_eq!((counts, report.failed_total), ((1, 1, 2, 1), 1), "{report:?}");
    let rows = imported(&stage).await;
    let known = rows.iter().find(|row| row.import_key.as_deref() == Some("number:1")).unwrap();
    let expected =
        format!("id: conversation {} was imported under it and says something else", known.id);
    assert!(report.failed[0].0 == 1 && report.failed[0].1.starts_with(&expected), "{report:?}");
    assert_eq!(known.message_count, 1);
    // Deleted, it is imported anew.
    stage.tenant.conversations().delete(known.id, &ann()).await.unwrap();
    assert_eq!(import(&stage, again.as_bytes()).await.imported, 1);
}

#[tokio::test]
async fn lines_without_an_id_that_say_the_same_are_one_conversation_and_counted() {
    let stage = Stage::new().await;
    let lines = "[{\"role\":\"user\",\"content\":\"a\"}]\n".repeat(3);
    let report = import(&stage, lines.as_bytes()).await;
    assert_eq!((report.imported, report.skipped, report.repeated), (1, 0, 2));
    let report = import(&stage, lines.as_bytes()).await;
    assert_eq!((report.imported, report.skipped, report.repeated), (0, 1, 2));
}

#[tokio::test]
async fn the_same_id_is_another_conversation_for_another_team_agent_or_person() {
    let stage = Stage::new().await;
    let email = "bob@example.com".parse().unwrap();
    let bob = stage.tenant.users().create(NewUser::new(email, "Bob"), &ann()).await.unwrap().id;
    let team = NewTeam::named("Others", stage.user);
    let team = stage.tenant.teams().create(team, &ann()).await.unwrap().id;
    let agent = super::agent(&stage.superuser, &stage.tenant, team).await;
    let line = "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    for options in [
        ImportOptions::new(stage.team, stage.agent, stage.user),
        ImportOptions::new(stage.team, stage.agent, bob),
        ImportOptions::new(team, agent, stage.user),
    ] {
        for expected in [(1, 0), (0, 1)] {
            let conversations = stage.tenant.conversations();
            let report =
                conversations.import(line.as_bytes(), &options, &ann(), &|_| ()).await.unwrap();
            assert_eq!((report.imported, report.skipped), expected, "{options:?}");
        }
    }
    assert_eq!(imported(&stage).await.len(), 3);
}

#[tokio::test]
async fn the_last_moment_there_is_can_be_imported() {
    let stage = Stage::new().await;
    let at = "9999-12-30T22:00:00.999999Z";
    let line = |turns: usize| {
        let messages = vec![json!({ "role": "user", "content": "x" }); turns];
        json!({ "id": turns, "created_at": at, "messages": messages }).to_string()
    };
    let report = import(&stage, line(1).as_bytes()).await;
    assert_eq!((report.imported, report.failed_total), (1, 0), "{report:?}");
    assert_eq!(imported(&stage).await[0].last_message_at.to_string(), at);
    // There is no moment for a second turn.
    let report = import(&stage, line(2).as_bytes()).await;
    assert!(report.failed[0].1.starts_with("messages[1].ts: "), "{report:?}");
    let report = stage.verify_all().await;
    assert!(report.is_good(), "{report:?}");
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
    (r#"[{"role":"user","content":"a\u0000b"}]"#, "[0].content: the character U+0000"),
    (
        r#"{"messages":[{"role":"user","content":"a","n":9007199254740993}]}"#,
        "messages[0].n: 9007199254740993",
    ),
    (
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"n\":[9007199254740993]}"}}]}]}"#,
        "messages[0].tool_calls[0].function.arguments.n[0]: 9007199254740993",
    ),
    (
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":""}}]}]}"#,
        "messages[0].tool_calls[0].function.name: expected 1 to 255",
    ),
    (
        r#"{"messages":[{"role":"tool","tool_call_id":"","content":"x"}]}"#,
        "messages[0].tool_call_id: expected 1 to 255",
    ),
    (
        r#"{"messages":[{"role":"user","content":"a"}],"source":{"n":[9007199254740993]}}"#,
        "source.n[0]: 9007199254740993",
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
