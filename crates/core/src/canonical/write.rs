//! The writer.

use serde_json::{Map, Value};

use super::{
    MAX_DEPTH,
    number::{Rule, number_text},
    path::{joined, segment},
};
use crate::InvalidInput;

pub(super) const NUL_REASON: &str = "the character U+0000 cannot be stored";

/// Why a document cannot be written, and the way there from inside out. Built only when the walk fails; in a box, so
/// that the way without one stays short.
pub(super) struct Refusal(Box<Details>);

struct Details {
    reason: String,
    path: Vec<String>,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(Box::new(Details { reason: reason.into(), path: Vec::new() }))
    }

    fn below(mut self, step: String) -> Self {
        self.0.path.push(step);
        self
    }

    pub(super) fn located(mut self, root: &str) -> InvalidInput {
        self.0.path.reverse();
        InvalidInput::new(joined(root, &self.0.path.concat()), self.0.reason)
    }
}

/// Appends `value`, which stands inside `depth` arrays and objects.
pub(super) fn value_text<R: Rule>(
    out: &mut String,
    value: &Value,
    depth: usize,
) -> Result<(), Refusal> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => number_text::<R>(out, number)?,
        Value::String(text) => string_text::<R>(out, text)?,
        Value::Array(items) => array_text::<R>(out, items, depth)?,
        Value::Object(object) => object_text::<R>(out, object, depth)?,
    }
    Ok(())
}

fn array_text<R: Rule>(out: &mut String, items: &[Value], depth: usize) -> Result<(), Refusal> {
    let inside = deeper(depth)?;
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        value_text::<R>(out, item, inside)
            .map_err(|refusal| refusal.below(format!("[{index}]")))?;
    }
    out.push(']');
    Ok(())
}

/// Appends an object, which stands inside `depth` arrays and objects.
pub(super) fn object_text<R: Rule>(
    out: &mut String,
    object: &Map<String, Value>,
    depth: usize,
) -> Result<(), Refusal> {
    let inside = deeper(depth)?;
    out.push('{');
    // The map is sorted by UTF-8 bytes already. UTF-16 code units sort otherwise only from U+E000 on, whose UTF-8
    // begins with 0xEE: surrogate pairs come before such characters there, and after them here.
    if object.keys().any(|key| key.bytes().any(|byte| byte >= 0xEE)) {
        let mut members: Vec<_> = object.iter().collect();
        members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        members_text::<R>(out, members.into_iter(), inside)?;
    } else {
        members_text::<R>(out, object.iter(), inside)?;
    }
    out.push('}');
    Ok(())
}

fn members_text<'a, R: Rule>(
    out: &mut String,
    members: impl Iterator<Item = (&'a String, &'a Value)>,
    depth: usize,
) -> Result<(), Refusal> {
    for (index, (key, value)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        string_text::<R>(out, key).map_err(|refusal| refusal.below(segment(key)))?;
        out.push(':');
        value_text::<R>(out, value, depth).map_err(|refusal| refusal.below(segment(key)))?;
    }
    Ok(())
}

fn deeper(depth: usize) -> Result<usize, Refusal> {
    if depth == MAX_DEPTH { Err(Refusal::new(depth_reason())) } else { Ok(depth + 1) }
}

pub(super) fn depth_reason() -> String {
    format!("nested deeper than {MAX_DEPTH} levels")
}

fn string_text<R: Rule>(out: &mut String, text: &str) -> Result<(), Refusal> {
    if escaped::<R>(out, text) { Ok(()) } else { Err(Refusal::new(NUL_REASON)) }
}

/// Appends `text` as a JSON string with the shortest escapes.
pub fn write_string(out: &mut String, text: &str) {
    escaped::<super::Exact>(out, text);
}

/// Appends `text` as a JSON string; `false` if the rule does not allow it.
fn escaped<R: Rule>(out: &mut String, text: &str) -> bool {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let Some(escape) = ESCAPES[usize::from(byte)] else { continue };
        // Escaped bytes are ASCII, so both ends of the span are character boundaries.
        out.push_str(&text[copied..at]);
        if escape == b'u' {
            if R::REFUSES_NUL && byte == 0 {
                return false;
            }
            out.push_str("\\u00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 0xF)]));
        } else {
            out.push('\\');
            out.push(char::from(escape));
        }
        copied = at + 1;
    }
    out.push_str(&text[copied..]);
    out.push('"');
    true
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What follows the backslash for a byte that needs one; `u` stands for the long form.
static ESCAPES: [Option<u8>; 256] = {
    let mut escapes = [None; 256];
    let mut control = 0;
    while control < 0x20 {
        escapes[control] = Some(b'u');
        control += 1;
    }
    escapes[0x08] = Some(b'b');
    escapes[0x09] = Some(b't');
    escapes[0x0A] = Some(b'n');
    escapes[0x0C] = Some(b'f');
    escapes[0x0D] = Some(b'r');
    escapes[b'"' as usize] = Some(b'"');
    escapes[b'\\' as usize] = Some(b'\\');
    escapes
};
