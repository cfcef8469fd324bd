use serde_json::{Map, Value, json};

use crate::{
    InvalidInput,
    fields::{Fields, check_text, unexpected},
    words::words,
};

words!(
    /// Who speaks in a chat.
    MessageRole, "role" {
        /// A person.
        User = "user",
        /// The agent.
        Assistant = "assistant",
        /// Whoever set the agent up.
        System = "system",
        /// A tool that the agent called.
        Tool = "tool",
    }
);

/// A turn of a chat: what the payload of its envelope says. Its token count is `cost.tokens` of the envelope.
///
/// As a payload it is an object of this shape; `role` and `content` are always there, the others only when they say
/// something, and no other key is allowed:
///
/// ```json
/// {
///   "role": "assistant",
///   "content": "Let me look.",
///   "tool_calls": [{ "id": "call-1", "name": "search", "arguments": { "query": "weather" } }],
///   "tool_results": [{ "tool_call_id": "call-0", "content": "sunny", "is_error": false }],
///   "model": "anthropic/claude-sonnet-4.5"
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub role: MessageRole,
    /// What is said. May be empty, when the agent only calls tools.
    pub content: String,
    /// The tools the agent wants called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// What tools answered, in order.
    pub tool_results: Vec<ToolResult>,
    /// The model that said it: 1 to 255 characters.
    pub model: Option<String>,
}

/// An agent's wish that a tool be called.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// What its result refers to: 1 to 255 characters.
    pub id: String,
    /// The name of the tool: 1 to 255 characters.
    pub name: String,
    /// What it is called with.
    pub arguments: Value,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// The [`ToolCall`] it answers: 1 to 255 characters.
    pub tool_call_id: String,
    /// The answer.
    pub content: Value,
    /// Whether the answer says what went wrong.
    pub is_error: bool,
}

const TURN_KEYS: &[&str] = &["role", "content", "tool_calls", "tool_results", "model"];
const CALL_KEYS: &[&str] = &["id", "name", "arguments"];
const RESULT_KEYS: &[&str] = &["tool_call_id", "content", "is_error"];

impl Turn {
    /// A turn that is text and nothing else.
    pub fn new(role: MessageRole, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
            tool_calls: Vec::new(),
            tool_results: Vec::new(),
            model: None,
        }
    }

    /// The payload of its envelope.
    ///
    /// ```
    /// use agentflow_core::envelope::{MessageRole, Turn};
    ///
    /// let turn = Turn::new(MessageRole::User, "Hello");
    /// assert_eq!(turn.to_payload().to_string(), r#"{"content":"Hello","role":"user"}"#);
    /// assert_eq!(Turn::from_payload(&turn.to_payload()).unwrap(), turn);
    /// ```
    pub fn to_payload(&self) -> Value {
        let mut payload = Map::new();
        payload.insert("role".to_owned(), self.role.as_str().into());
        payload.insert("content".to_owned(), self.content.as_str().into());
        if !self.tool_calls.is_empty() {
            payload
                .insert("tool_calls".to_owned(), self.tool_calls.iter().map(call_json).collect());
        }
        if !self.tool_results.is_empty() {
            payload.insert(
                "tool_results".to_owned(),
                self.tool_results.iter().map(result_json).collect(),
            );
        }
        if let Some(model) = &self.model {
            payload.insert("model".to_owned(), model.as_str().into());
        }
        Value::Object(payload)
    }

    /// Reads the payload of a chat message. Every error has the path of its field: `payload.tool_calls[0].name`.
    pub fn from_payload(payload: &Value) -> Result<Self, InvalidInput> {
        let mut fields = Fields::of(payload.clone(), "payload", TURN_KEYS)?;
        let turn = Self {
            role: fields.parsed("role")?,
            content: fields.text("content")?,
            tool_calls: fields
                .list("tool_calls")?
                .into_iter()
                .map(call)
                .collect::<Result<_, _>>()?,
            tool_results: fields
                .list("tool_results")?
                .into_iter()
                .map(result)
                .collect::<Result<_, _>>()?,
            model: fields.optional_text("model")?,
        };
        turn.validate()?;
        Ok(turn)
    }

    /// Checks ids and names. What it says is checked with the envelope.
    pub fn validate(&self) -> Result<(), InvalidInput> {
        for (index, call) in self.tool_calls.iter().enumerate() {
            check_text(&format!("payload.tool_calls[{index}].id"), &call.id, 1, 255)?;
            check_text(&format!("payload.tool_calls[{index}].name"), &call.name, 1, 255)?;
        }
        for (index, result) in self.tool_results.iter().enumerate() {
            let path = format!("payload.tool_results[{index}].tool_call_id");
            check_text(&path, &result.tool_call_id, 1, 255)?;
        }
        self.model.as_deref().map_or(Ok(()), |model| check_text("payload.model", model, 1, 255))
    }
}

fn call_json(call: &ToolCall) -> Value {
    json!({ "id": call.id, "name": call.name, "arguments": call.arguments })
}

fn result_json(result: &ToolResult) -> Value {
    json!({
        "tool_call_id": result.tool_call_id, "content": result.content, "is_error": result.is_error,
    })
}

fn call((path, value): (String, Value)) -> Result<ToolCall, InvalidInput> {
    let mut fields = Fields::of(value, &path, CALL_KEYS)?;
    Ok(ToolCall {
        id: fields.text("id")?,
        name: fields.text("name")?,
        arguments: fields.required("arguments")?,
    })
}

fn result((path, value): (String, Value)) -> Result<ToolResult, InvalidInput> {
    let mut fields = Fields::of(value, &path, RESULT_KEYS)?;
    Ok(ToolResult {
        tool_call_id: fields.text("tool_call_id")?,
        content: fields.required("content")?,
        is_error: match fields.optional("is_error") {
            None => false,
            Some(Value::Bool(is_error)) => is_error,
            Some(other) => {
                return Err(unexpected(&fields.path_of("is_error"), "true or false", &other));
            }
        },
    })
}
