//! One line: the common chat formats, taken apart with the path of whatever is wrong.

use std::iter;

use agentflow_core::{
    InvalidInput, canonical,
    envelope::{MessageRole, ToolCall, ToolResult, Turn, parse_ts},
    hash::Sha256,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::ImportKey;
use crate::conversations::NewTurn;

/// A conversation as a line says it.
#[derive(Debug)]
pub(super) struct Transcript {
    /// What makes it the same conversation when it comes again.
    pub(super) key: ImportKey,
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
        let of_line = |error: InvalidInput| {
            let field = if error.field.is_empty() { "line".to_owned() } else { error.field };
            InvalidInput::new(field, error.reason)
        };
        let document = canonical::from_str(text, "").map_err(of_line)?;
        // Of the document, so that blanks and the order of keys make no difference. What cannot be hashed is named here, by
        // its place in the line, which it no longer has in what is made of it.
        let canonical = canonical::to_string_as_doubles(&document, "").map_err(of_line)?;
        let digest = Sha256::of(&[canonical.as_bytes()]);
        match document {
            Value::Array(messages) => Ok(Self {
                key: ImportKey::unnamed(digest),
                title: None,
                created_at: None,
                metadata: Map::new(),
                turns: turns("", messages, None)?,
                list: "",
            }),
            Value::Object(object) => Self::of(object, digest),
            other => Err(unexpected("line", "an object or a list of messages", &other)),
        }
    }

    fn of(mut object: Map<String, Value>, digest: Sha256) -> Result<Self, InvalidInput> {
        let key = match object.remove("id") {
            None | Some(Value::Null) => ImportKey::unnamed(digest),
            Some(id) => ImportKey { key: key(id)?, digest },
        };
        let title = optional_text(&mut object, "title", "")?.filter(|title| !title.is_empty());
        let created_at = object.remove("created_at").map_or(Ok(None), |value| instant(&value))?;
        let model = optional_text(&mut object, "model", "")?;
        model.as_deref().map_or(Ok(()), |model| check_length("model", model))?;
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

/// The key of an id. The number 7 and the text "7" are two ids, and 7.0 is the number 7.
fn key(id: Value) -> Result<String, InvalidInput> {
    match id {
        Value::Number(number) if number.is_f64() => {
            canonical::to_string_as_doubles(&Value::Number(number), "id")
                .map(|number| format!("number:{number}"))
        }
        Value::Number(number) => Ok(format!("number:{number}")),
        Value::String(id) if (1..=255).contains(&id.chars().count()) && !id.contains('\0') => {
            Ok(format!("text:{id}"))
        }
        Value::String(_) => Err(InvalidInput::new("id", "expected 1 to 255 characters")),
        other => Err(unexpected("id", "a text or a number", &other)),
    }
}

/// Keeps what has no place of its own; what says nothing is dropped. Where there is another value of that name, the key
/// gets a number behind it.
fn keep(metadata: &mut Map<String, Value>, rest: Map<String, Value>) {
    for (key, value) in rest {
        if value.is_null() || metadata.get(&key) == Some(&value) {
            continue;
        }
        let numbered = (2_u32..).map(|number| format!("{key}_{number}"));
        let free = iter::once(key.clone()).chain(numbered).find(|it| !metadata.contains_key(it));
        metadata.insert(free.unwrap_or(key), value);
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
        tool_calls(&below(path, "tool_calls"), calls, &mut turn, &mut metadata)?;
    }
    if let Some(tool_call_id) = optional_text(&mut message, "tool_call_id", path)? {
        // The text is the answer: kept there, and not twice.
        let content = Value::String(std::mem::take(&mut turn.content));
        turn.tool_results.push(ToolResult { tool_call_id, content, is_error: false });
    }
    let own_model = optional_text(&mut message, "model", path)?;
    let spoken = (role == MessageRole::Assistant).then_some(model).flatten();
    turn.model = own_model.or_else(|| spoken.map(str::to_owned));
    check_lengths(path, &turn)?;
    keep(&mut metadata, message);
    Ok(NewTurn { metadata, ..NewTurn::new(turn) })
}

/// The limits of a turn, by the names that a line has for what it is made of.
fn check_lengths(path: &str, turn: &Turn) -> Result<(), InvalidInput> {
    turn.validate().map_err(|error| {
        let field = match error.field.strip_prefix("payload.").unwrap_or(&error.field) {
            field if field.starts_with("tool_results[") => "tool_call_id",
            field => field,
        };
        InvalidInput::new(below(path, field), error.reason)
    })
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
                    // What else is said about the text, such as its sources.
                    if part.iter().any(|(key, value)| key != "type" && !value.is_null()) {
                        others.push(Value::Object(part));
                    }
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

/// The calls, and as metadata what else they say, with the ids of the calls.
fn tool_calls(
    path: &str,
    calls: Value,
    turn: &mut Turn,
    metadata: &mut Map<String, Value>,
) -> Result<(), InvalidInput> {
    let Value::Array(calls) = calls else { return Err(unexpected(path, "a list", &calls)) };
    let mut others = Vec::new();
    for (index, call) in calls.into_iter().enumerate() {
        let (call, mut rest) = tool_call(&format!("{path}[{index}]"), call)?;
        if !rest.is_empty() {
            rest.insert("id".to_owned(), call.id.as_str().into());
            others.push(Value::Object(rest));
        }
        turn.tool_calls.push(call);
    }
    if !others.is_empty() {
        metadata.insert("tool_calls".to_owned(), others.into());
    }
    Ok(())
}

/// `{"id", "function": {"name", "arguments"}}`, or the three side by side; and what else it says.
fn tool_call(path: &str, call: Value) -> Result<(ToolCall, Map<String, Value>), InvalidInput> {
    let Value::Object(mut call) = call else {
        return Err(unexpected(path, "an object", &call));
    };
    let missing = |path: String| move || InvalidInput::new(path, "is missing");
    let id = optional_text(&mut call, "id", path)?.ok_or_else(missing(below(path, "id")))?;
    let (mut function, place, is_apart) = match call.remove("function") {
        Some(Value::Object(function)) => (function, below(path, "function"), true),
        Some(other) => return Err(unexpected(&below(path, "function"), "an object", &other)),
        None => (std::mem::take(&mut call), path.to_owned(), false),
    };
    let name = optional_text(&mut function, "name", &place)?;
    let name = name.ok_or_else(missing(below(&place, "name")))?;
    check_length(&below(&place, "name"), &name)?;
    let (arguments, remark) = arguments(&below(&place, "arguments"), function.remove("arguments"))?;
    let mut rest = Map::new();
    // The one kind of call there is.
    call.retain(|key, value| key != "type" || *value != "function");
    function.retain(|key, value| is_apart || key != "type" || *value != "function");
    if is_apart && function.values().any(|value| !value.is_null()) {
        rest.insert("function".to_owned(), function.into());
    } else {
        keep(&mut rest, function);
    }
    keep(&mut rest, call);
    if let Some(remark) = remark {
        keep(&mut rest, Map::from_iter([("arguments_remark".to_owned(), remark.into())]));
    }
    Ok((ToolCall { id, name, arguments }, rest))
}

/// Arguments as JSON, or as JSON in a text. Models write texts that are none: such a text is kept, with a remark.
fn arguments(path: &str, value: Option<Value>) -> Result<(Value, Option<String>), InvalidInput> {
    let text = match value {
        None | Some(Value::Null) => return Ok((Value::Object(Map::new()), None)),
        Some(Value::String(text)) => text,
        Some(value) => return Ok((value, None)),
    };
    // Some models say nothing where there is nothing to say.
    if text.trim().is_empty() {
        return Ok((Value::Object(Map::new()), None));
    }
    match canonical::from_str(&text, path) {
        Ok(value) => {
            canonical::to_string_as_doubles(&value, path)?;
            Ok((value, None))
        }
        // A fault of one value is named by its place within; of the syntax, by the whole.
        Err(fault) if fault.field == path => {
            let remark = format!("not JSON, kept as text: {}", fault.reason);
            Ok((Value::String(text), Some(remark)))
        }
        Err(fault) => Err(fault),
    }
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

fn check_length(path: &str, text: &str) -> Result<(), InvalidInput> {
    if (1..=255).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(InvalidInput::new(path, "expected 1 to 255 characters"))
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
