//! Canonical JSON: one text for one value, as RFC 8785 (JSON Canonicalization Scheme) prescribes.
//!
//! No blanks; object keys sorted by their UTF-16 code units; numbers as ECMAScript prints them; strings with the
//! shortest escapes. Equal values give equal bytes, so the bytes can be hashed.
//!
//! An integer that JavaScript could not hold exactly is refused and not rounded: it would come back as another number.

use serde_json::{Map, Number, Value};

use crate::InvalidInput;

/// The largest integer that every JSON reader holds exactly: 2^53 − 1.
pub const MAX_EXACT_INTEGER: u64 = (1 << 53) - 1;

/// The canonical text of `value`.
///
/// Fails on an integer beyond ±(2^53 − 1), naming its path from `root`: `details.items[3].price`.
///
/// ```
/// use agentflow_core::canonical;
/// use serde_json::json;
///
/// let text = canonical::to_string(&json!({ "b": 1.0, "a": "x" }), "details").unwrap();
/// assert_eq!(text, r#"{"a":"x","b":1}"#);
///
/// let error = canonical::to_string(&json!({ "n": [1, 9007199254740993_u64] }), "details").unwrap_err();
/// assert_eq!(error.field, "details.n[1]");
/// ```
pub fn to_string(value: &Value, root: &str) -> Result<String, InvalidInput> {
    let mut text = String::with_capacity(128);
    write_value(&mut text, value, root)?;
    Ok(text)
}

/// Appends the canonical text of `value` to `out`. See [`to_string`].
pub fn write_value(out: &mut String, value: &Value, root: &str) -> Result<(), InvalidInput> {
    value_text(out, value).map_err(|inexact| inexact.located(root))
}

/// Appends the canonical text of an object to `out`. See [`to_string`].
pub fn write_object(
    out: &mut String,
    object: &Map<String, Value>,
    root: &str,
) -> Result<(), InvalidInput> {
    object_text(out, object).map_err(|inexact| inexact.located(root))
}

/// A number that cannot be written, and the way to it from inside out. Built only when the walk fails.
struct Inexact {
    number: String,
    path: Vec<String>,
}

impl Inexact {
    fn located(mut self, root: &str) -> InvalidInput {
        self.path.reverse();
        InvalidInput::new(
            format!("{root}{}", self.path.concat()),
            format!("{} is an integer beyond ±(2^53 − 1); send it as a string", self.number),
        )
    }
}

fn value_text(out: &mut String, value: &Value) -> Result<(), Inexact> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => number_text(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(items) => array_text(out, items)?,
        Value::Object(object) => object_text(out, object)?,
    }
    Ok(())
}

fn array_text(out: &mut String, items: &[Value]) -> Result<(), Inexact> {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        value_text(out, item).map_err(|mut inexact| {
            inexact.path.push(format!("[{index}]"));
            inexact
        })?;
    }
    out.push(']');
    Ok(())
}

fn object_text(out: &mut String, object: &Map<String, Value>) -> Result<(), Inexact> {
    out.push('{');
    // The map is sorted by UTF-8 bytes already. UTF-16 code units sort otherwise only from U+E000 on, whose UTF-8
    // begins with 0xEE: surrogate pairs come before such characters there, and after them here.
    if object.keys().any(|key| key.bytes().any(|byte| byte >= 0xEE)) {
        let mut members: Vec<_> = object.iter().collect();
        members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        members_text(out, members.into_iter())?;
    } else {
        members_text(out, object.iter())?;
    }
    out.push('}');
    Ok(())
}

fn members_text<'a>(
    out: &mut String,
    members: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<(), Inexact> {
    for (index, (key, value)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(out, key);
        out.push(':');
        value_text(out, value).map_err(|mut inexact| {
            inexact.path.push(format!(".{key}"));
            inexact
        })?;
    }
    Ok(())
}

fn number_text(out: &mut String, number: &Number) -> Result<(), Inexact> {
    if let Some(integer) = number.as_i64() {
        if integer.unsigned_abs() > MAX_EXACT_INTEGER {
            return Err(inexact(number));
        }
        out.push_str(itoa::Buffer::new().format(integer));
    } else if number.is_u64() {
        return Err(inexact(number));
    } else {
        // serde_json holds finite numbers only, so this is the last case there is.
        let double =
            number.as_f64().filter(|double| double.is_finite()).ok_or_else(|| inexact(number))?;
        out.push_str(ryu_js::Buffer::new().format_finite(double));
    }
    Ok(())
}

fn inexact(number: &Number) -> Inexact {
    Inexact { number: number.to_string(), path: Vec::new() }
}

/// Appends `text` as a JSON string with the shortest escapes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let Some(escape) = ESCAPES[usize::from(byte)] else { continue };
        // Escaped bytes are ASCII, so both ends of the span are character boundaries.
        out.push_str(&text[copied..at]);
        if escape == b'u' {
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
