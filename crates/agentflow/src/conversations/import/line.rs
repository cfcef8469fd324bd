//! One line: the common chat formats, taken apart with the path of whatever is wrong.

use agentflow_core::{
    InvalidInput, canonical,
    envelope::{MessageRole, ToolCall, ToolResult, Turn, parse_ts},
    hash::Sha256,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::conversations::NewTurn;

/// A conversation as a line says it.
#[derive(Debug)]
pub(super) struct Transcript {
    /// What makes it the same conversation when it comes again.
    pub(super) key: String,
    pub(super) title: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) metadata: Map<String, Value>,
    pub(super) turns: Vec<NewTurn>,
    /// The path of the list of messages.
    pub(super) list: &'static str,
}

impl Transcript {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, InvalidInput> {
        // Some programs begin a file with a mark of its encoding.
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(text).map_err(|error| InvalidInput::new("line", error))?;
        let document = canonical::from_str(text, "").map_err(|error| {
            let field = if error.field.is_empty() { "line".to_owned() } else { error.field };
            InvalidInput::new(field, error.reason)
        })?;
        let hash = || format!("sha256:{}", Sha256::of(&[text.as_bytes()]));
        match document {
            Value::Array(messages) => Ok(Self {
                key: hash(),
                title: None,
                created_at: None,
                metadata: Map::new(),
                turns: turns("", messages, None)?,
                list: "",
            }),
            Value::Object(object) => Self::of(object, hash),
            other => Err(unexpected("line", "an object or a list of messages", &other)),
        }
    }

    fn of(
        mut object: Map<String, Value>,
        hash: impl FnOnce() -> String,
    ) -> Result<Self, InvalidInput> {
        let key = match object.remove("id") {
            None | Some(Value::Null) => hash(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(id))
                if (1..=255).contains(&id.chars().count()) && !id.contains('\0') =>
            {
                id
            }
            Some(Value::String(_)) => {
                return Err(InvalidInput::new("id", "expected 1 to 255 characters"));
            }
            Some(other) => return Err(unexpected("id", "a text or a number", &other)),
        };
        let title = optional_text(&mut object, "title", "")?.filter(|title| !title.is_empty());
        let created_at = object.remove("created_at").map_or(Ok(None), |value| instant(&value))?;
        let model = optional_text(&mut object, "model", "")?;
        let messages = match object.remove("messages") {
            Some(Value::Array(messages)) => messages,
            Some(other) => return Err(unexpected("messages", "a list", &other)),
            None => return Err(InvalidInput::new("messages", "is missing")),
        };
        let mut metadata = match object.remove("metadata") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(metadata)) => metadata,
            Some(other) => return Err(unexpected("metadata", "an object", &other)),
        };
        keep(&mut metadata, object);
        let turns = turns("messages", messages, model.as_deref())?;
        Ok(Self { key, title, created_at, metadata, turns, list: "messages" })
    }
}

/// Keeps what has no place of its own; what says nothing is dropped.
fn keep(metadata: &mut Map<String, Value>, rest: Map<String, Value>) {
    for (key, value) in rest {
        if !value.is_null() {
            metadata.entry(key).or_insert(value);
        }
    }
}

fn turns(
    list: &str,
    messages: Vec<Value>,
    model: Option<&str>,
) -> Result<Vec<NewTurn>, InvalidInput> {
    if messages.is_empty() {
        let field = if list.is_empty() { "line" } else { list };
        return Err(InvalidInput::new(field, "expected at least one message"));
    }
    let numbered = messages.into_iter().enumerate();
    numbered.map(|(index, message)| turn(&format!("{list}[{index}]"), message, model)).collect()
}

fn turn(path: &str, message: Value, model: Option<&str>) -> Result<NewTurn, InvalidInput> {
    let Value::Object(mut message) = message else {
        return Err(unexpected(path, "an object", &message));
    };
    let mut metadata = Map::new();
    let role = role(path, &mut message, &mut metadata)?;
    let mut turn = Turn::new(role, "");
    content(path, &mut message, &mut turn, &mut metadata)?;
    if let Some(calls) = message.remove("tool_calls").filter(|calls| !calls.is_null()) {
        let path = format!("{path}.tool_calls");
        let Value::Array(calls) = calls else { return Err(unexpected(&path, "a list", &calls)) };
        for (index, call) in calls.into_iter().enumerate() {
            turn.tool_calls.push(tool_call(&format!("{path}[{index}]"), call)?);
        }
    }
    if let Some(tool_call_id) = optional_text(&mut message, "tool_call_id", path)? {
        // The text is the answer: kept there, and not twice.
        let content = Value::String(std::mem::take(&mut turn.content));
        turn.tool_results.push(ToolResult { tool_call_id, content, is_error: false });
    }
    let own_model = optional_text(&mut message, "model", path)?;
    let spoken = (role == MessageRole::Assistant).then_some(model).flatten();
    turn.model = own_model.or_else(|| spoken.map(str::to_owned));
    keep(&mut metadata, message);
    Ok(NewTurn { metadata, ..NewTurn::new(turn) })
}

/// The role; another name for one is kept as metadata.
fn role(
    path: &str,
    message: &mut Map<String, Value>,
    metadata: &mut Map<String, Value>,
) -> Result<MessageRole, InvalidInput> {
    let name = optional_text(message, "role", path)?;
    let name = name.ok_or_else(|| InvalidInput::new(below(path, "role"), "is missing"))?;
    let other = match name.as_str() {
        "developer" => MessageRole::System,
        "function" => MessageRole::Tool,
        _ => {
            return name.parse().map_err(|error: InvalidInput| {
                InvalidInput::new(below(path, "role"), error.reason)
            });
        }
    };
    metadata.insert("role".to_owned(), name.into());
    Ok(other)
}

/// Text, or parts: texts one under the other, calls and results of tools where they belong, and other parts as metadata.
fn content(
    path: &str,
    message: &mut Map<String, Value>,
    turn: &mut Turn,
    metadata: &mut Map<String, Value>,
) -> Result<(), InvalidInput> {
    let path = below(path, "content");
    let parts = match message.remove("content") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::String(text)) => {
            turn.content = text;
            return Ok(());
        }
        Some(Value::Array(parts)) => parts,
        Some(other) => return Err(unexpected(&path, "a text or a list of parts", &other)),
    };
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for (index, part) in parts.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        match part {
            Value::String(text) => texts.push(text),
            Value::Object(mut part) => match part.get("type").and_then(Value::as_str) {
                Some("text" | "input_text" | "output_text") => {
                    let text = optional_text(&mut part, "text", &path)?;
                    let missing = || InvalidInput::new(below(&path, "text"), "is missing");
                    texts.push(text.ok_or_else(missing)?);
                }
                Some(_) => others.push(Value::Object(part)),
                None => return Err(InvalidInput::new(below(&path, "type"), "is missing")),
            },
            other => return Err(unexpected(&path, "a text or an object", &other)),
        }
    }
    turn.content = texts.join("\n");
    if !others.is_empty() {
        metadata.insert("parts".to_owned(), others.into());
    }
    Ok(())
}

/// `{"id", "function": {"name", "arguments"}}`, or the three side by side.
fn tool_call(path: &str, call: Value) -> Result<ToolCall, InvalidInput> {
    let Value::Object(mut call) = call else {
        return Err(unexpected(path, "an object", &call));
    };
    let missing = |path: String| move || InvalidInput::new(path, "is missing");
    let id = optional_text(&mut call, "id", path)?.ok_or_else(missing(below(path, "id")))?;
    let (mut function, path) = match call.remove("function") {
        Some(Value::Object(function)) => (function, below(path, "function")),
        Some(other) => return Err(unexpected(&below(path, "function"), "an object", &other)),
        None => (call, path.to_owned()),
    };
    let name = optional_text(&mut function, "name", &path)?;
    let name = name.ok_or_else(missing(below(&path, "name")))?;
    let arguments = match function.remove("arguments") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        // Some models say nothing where there is nothing to say.
        Some(Value::String(text)) if text.trim().is_empty() => Value::Object(Map::new()),
        Some(Value::String(text)) => canonical::from_str(&text, &below(&path, "arguments"))?,
        Some(value) => value,
    };
    Ok(ToolCall { id, name, arguments })
}

/// RFC 3339, or seconds since 1970.
fn instant(value: &Value) -> Result<Option<Timestamp>, InvalidInput> {
    const FORM: &str = "expected an RFC 3339 time, or seconds since 1970";
    match value {
        Value::Null => Ok(None),
        Value::String(text) => {
            let bad = |error: InvalidInput| InvalidInput::new("created_at", error.reason);
            parse_ts(text).map(Some).map_err(bad)
        }
        Value::Number(number) => {
            let bad = || InvalidInput::new("created_at", FORM);
            let seconds = number.as_f64().ok_or_else(bad)?;
            let duration = jiff::SignedDuration::try_from_secs_f64(seconds).map_err(|_| bad())?;
            Timestamp::from_duration(duration).map(Some).map_err(|_| bad())
        }
        other => Err(unexpected("created_at", "a text or a number", other)),
    }
}

fn optional_text(
    object: &mut Map<String, Value>,
    key: &str,
    path: &str,
) -> Result<Option<String>, InvalidInput> {
    match object.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(unexpected(&below(path, key), "a text", &other)),
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn unexpected(path: &str, expected: &str, found: &Value) -> InvalidInput {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    InvalidInput::new(path, format!("expected {expected}, got {found}"))
}
