//! A reader that loses nothing: what a JSON reader would silently change is refused, with its path.

use std::{fmt, str};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{
    MAX_DEPTH,
    number::inexact_reason,
    path::{joined, segment},
    write::depth_reason,
};
use crate::InvalidInput;

/// Reads a JSON text.
///
/// Fails, naming the path from `root`, where other readers change or drop something without a word: a key that occurs
/// twice, an integer that neither 64 bits nor a double hold, a number beyond the doubles; and below [`MAX_DEPTH`] levels.
/// A text that is not JSON is refused with line and column, in the field `root`. With an empty `root`, paths begin
/// with the first key.
///
/// ```
/// use agentflow_core::canonical;
///
/// let error = canonical::from_str(r#"{"a":[{"b":1,"b":2}]}"#, "details").unwrap_err();
/// assert_eq!(error.to_string(), "details.a[0].b: the key occurs twice");
/// let error = canonical::from_str("[1, 100000000000000000001]", "n").unwrap_err();
/// assert_eq!(error.field, "n[1]");
/// ```
pub fn from_str(text: &str, root: &str) -> Result<Value, InvalidInput> {
    read(text, root, MAX_DEPTH)
}

/// The same for a contract, whose parts may have [`MAX_DEPTH`] levels each.
pub(crate) fn contract_from_str(text: &str) -> Result<Value, InvalidInput> {
    read(text, "", MAX_DEPTH + 1)
}

fn read(text: &str, root: &str, levels: usize) -> Result<Value, InvalidInput> {
    if let Some((place, reason)) = first_trouble(text, levels) {
        return Err(InvalidInput::new(joined(root, &path_at(text, place)), reason));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = match serde_path_to_error::deserialize::<_, Document>(&mut reader) {
        Ok(document) => document.0,
        Err(error) => {
            let path = error.path().to_string();
            let cause = error.inner();
            // Only a refusal of ours belongs to a place in the document; a slip of syntax belongs to the text.
            if !cause.is_data() {
                return Err(InvalidInput::new(root, cause));
            }
            let step = if path.starts_with('[') { path } else { format!(".{path}") };
            return Err(InvalidInput::new(joined(root, &step), DUPLICATE));
        }
    };
    reader.end().map_err(|error| InvalidInput::new(root, error))?;
    Ok(value)
}

const DUPLICATE: &str = "the key occurs twice";

/// A JSON value no key of which occurs twice.
pub(crate) struct Document(pub(crate) Value);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor).map(Self)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Document(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                // Refused while the value is read, so that the path of the error ends with the key.
                members.next_value::<Duplicate>()?;
            }
            let Document(value) = members.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

struct Duplicate;

impl<'de> Deserialize<'de> for Duplicate {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(DUPLICATE))
    }
}

/// The first place that must not be read: too deep, or a number that would become another one. One pass over the
/// bytes; a text that is not JSON is left to the reader.
fn first_trouble(text: &str, levels: usize) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'[' | b'{' if depth == levels => return Some((at, depth_reason())),
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(bytes, at);
                if let Some(reason) = trouble_with(&text[at..end]) {
                    return Some((at, reason));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

/// Why a number would become another one when it is read.
pub(crate) fn trouble_with(number: &str) -> Option<String> {
    // Nothing shorter is an integer beyond 64 bits, or has an exponent of three digits.
    if number.len() < 5 {
        return None;
    }
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer
        && (digits.len() < 19 || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok())
    {
        return None;
    }
    let has_exponent = digits.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    if !is_integer && !has_exponent && digits.len() < 300 {
        return None;
    }
    let double: f64 = number.parse().ok()?;
    if double.is_infinite() {
        return Some(format!("{} is beyond the largest double", shortened(number)));
    }
    // The digits of the double itself, or those it is printed with and zeros behind them.
    let magnitude = double.abs();
    let held =
        !is_integer || format!("{magnitude:.0}") == digits || magnitude.to_string() == digits;
    if held { None } else { Some(inexact_reason(&shortened(number))) }
}

fn shortened(number: &str) -> String {
    match number.get(..40) {
        Some(start) if number.len() > 40 => format!("{start}…"),
        _ => number.to_owned(),
    }
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let part_of_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    start + bytes[start..].iter().take_while(|byte| part_of_number(byte)).count()
}

/// The place behind the closing quote; the end of the text if there is none.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// An array or object that is open.
enum Open<'a> {
    Array(usize),
    /// The key that was read last, as it is written, and whether another one may come now.
    Object(&'a str, bool),
}

/// The path to the value that begins at `place`.
fn path_at(text: &str, place: usize) -> String {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut at = 0;
    while at < place {
        let mut next = at + 1;
        match (bytes[at], open.last_mut()) {
            (b'"', last) => {
                next = end_of_string(bytes, at);
                if let Some(Open::Object(key, true)) = last {
                    *key = text.get(at..next).unwrap_or_default();
                }
            }
            (b'[', _) => open.push(Open::Array(0)),
            (b'{', _) => open.push(Open::Object("", true)),
            (b']' | b'}', _) => drop(open.pop()),
            (b',', Some(Open::Array(index))) => *index += 1,
            (b',', Some(Open::Object(_, awaits_key))) => *awaits_key = true,
            (b':', Some(Open::Object(_, awaits_key))) => *awaits_key = false,
            _ => {}
        }
        at = next;
    }
    open.iter()
        .map(|place| match place {
            Open::Array(index) => format!("[{index}]"),
            Open::Object(key, _) => {
                segment(&serde_json::from_str::<String>(key).unwrap_or_default())
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_change_is_refused_with_its_path() {
        for (text, field, reason) in [
            (r#"{"a":{"b":[1,{"c":1,"c":2}]}}"#, "d.a.b[1].c", "the key occurs twice"),
            (r#"{"a":1,"a":1}"#, "d.a", "the key occurs twice"),
            (
                r#"{"x":"[{","a":[0,18446744073709551617]}"#,
                "d.a[1]",
                "18446744073709551617 is an integer",
            ),
            (
                r#"{"a\n":{"b":-99999999999999999999999}}"#,
                r"d.a\n.b",
                "-99999999999999999999999 is",
            ),
            ("[1e999]", "d[0]", "1e999 is beyond the largest double"),
            (r#"{"a":1"#, "d", "EOF while parsing"),
            ("{} x", "d", "trailing characters"),
            ("", "d", "EOF"),
        ] {
            let error = from_str(text, "d").unwrap_err();
            assert_eq!(error.field, field, "{text}");
            assert!(error.reason.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn what_a_double_stands_for_is_read() {
        for text in [
            "18446744073709551616",
            "295147905179352830000",
            "-295147905179352825856",
            "1e308",
            &format!("1{}", "0".repeat(308)),
            &f64::MAX.to_string(),
            "[0.1,\"99999999999999999999999\",5e-324,18446744073709551615,-9223372036854775808]",
        ] {
            assert!(from_str(text, "d").is_ok(), "{text}");
        }
    }

    #[test]
    fn depth_is_measured_before_anything_is_read() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(from_str(&nested(MAX_DEPTH), "d").is_ok());
        let error = from_str(&nested(MAX_DEPTH + 1), "d").unwrap_err();
        assert_eq!(error.field, format!("d{}", "[0]".repeat(MAX_DEPTH)));
        assert!(from_str(&"[".repeat(1_000_000), "d").is_err());
    }
}
