//! Turns of a chat as payloads.

use agentflow_core::envelope::{MessageRole, ToolCall, ToolResult, Turn};
use serde_json::json;

fn full() -> Turn {
    Turn {
        role: MessageRole::Assistant,
        content: "Let me look.".into(),
        tool_calls: vec![ToolCall {
            id: "call-1".into(),
            name: "search".into(),
            arguments: json!({ "query": "weather" }),
        }],
        tool_results: vec![ToolResult {
            tool_call_id: "call-0".into(),
            content: json!("sunny"),
            is_error: false,
        }],
        model: Some("anthropic/claude-sonnet-4.5".into()),
    }
}

#[test]
fn a_turn_has_the_documented_shape_and_comes_back() {
    let payload = json!({
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [{ "id": "call-1", "name": "search", "arguments": { "query": "weather" } }],
        "tool_results": [{ "tool_call_id": "call-0", "content": "sunny", "is_error": false }],
        "model": "anthropic/claude-sonnet-4.5",
    });
    assert_eq!(full().to_payload(), payload);
    assert_eq!(Turn::from_payload(&payload).unwrap(), full());
}

#[test]
fn what_a_turn_does_not_say_is_left_out() {
    let turn = Turn::new(MessageRole::User, "");
    assert_eq!(turn.to_payload(), json!({ "role": "user", "content": "" }));
    assert_eq!(Turn::from_payload(&turn.to_payload()).unwrap(), turn);
}

#[test]
fn every_bad_field_of_a_turn_is_named_by_its_path() {
    for (pointer, value, field) in [
        ("/role", json!("robot"), "payload.role"),
        ("/content", json!(null), "payload.content"),
        ("/tool_calls", json!({}), "payload.tool_calls"),
        ("/tool_calls/0/name", json!(""), "payload.tool_calls[0].name"),
        ("/tool_calls/0", json!({ "id": "1", "name": "x" }), "payload.tool_calls[0].arguments"),
        ("/tool_calls/0", json!("x"), "payload.tool_calls[0]"),
        ("/tool_results/0/is_error", json!(1), "payload.tool_results[0].is_error"),
        (
            "/tool_results/0/tool_call_id",
            json!("x".repeat(256)),
            "payload.tool_results[0].tool_call_id",
        ),
        ("/model", json!(""), "payload.model"),
    ] {
        let mut payload = full().to_payload();
        *payload.pointer_mut(pointer).unwrap() = value;
        assert_eq!(Turn::from_payload(&payload).unwrap_err().field, field, "{pointer}");
    }
    let unknown = json!({ "role": "user", "content": "x", "tokens": 3 });
    assert_eq!(Turn::from_payload(&unknown).unwrap_err().field, "payload.tokens");
    assert_eq!(Turn::from_payload(&json!([])).unwrap_err().field, "payload");
}
