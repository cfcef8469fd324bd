//! YAML, read so that nothing becomes something else without a word.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_saphyr::{MessageFormatter as _, Spanned, UserMessageFormatter};

use crate::{
    InvalidInput,
    canonical::{self, Document},
};

/// What reading takes of the stack at most, in bytes, when nothing is optimized.
const STACK: usize = 8 << 20;

/// Runs what reads YAML, or JSON as YAML: each level takes far more of the stack than the reader of JSON needs for one, and
/// threads of a server have 2 MB.
pub(crate) fn with_stack<R>(read: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(STACK, 2 * STACK, read)
}

/// From here on 64 bits may not be enough, and the reader of YAML makes doubles of integers.
const LARGE: f64 = 9_223_372_036_854_775_808.0;

/// Reads a document, which is called `whole` in errors. A key that occurs twice is an error, as is an integer that neither
/// 64 bits nor a double hold.
pub(crate) fn read(text: &str, whole: &str) -> Result<Value, InvalidInput> {
    let Document(document) = parse(text, whole)?;
    // Whether such a number was written as an integer, only the text says.
    if has_large(&document)
        && let Some((path, reason)) = parse::<Spanned<Node>>(text, whole)?.trouble(text)
    {
        return Err(InvalidInput::new(canonical::joined("", &path), reason));
    }
    Ok(document)
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str, whole: &str) -> Result<T, InvalidInput> {
    let options = serde_saphyr::options! {
        // In YAML 1.1, `no` is a boolean. Here it may be Norwegian.
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: canonical::MAX_DEPTH },
    };
    with_stack(|| serde_saphyr::from_str_with_options(text, options))
        .map_err(|error| InvalidInput::new(whole, words(error.without_snippet())))
}

/// What is wrong, without the words that only who calls the reader understands, and where.
fn words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error as E;

    let words = match error {
        E::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` occurs twice"),
        E::MultipleDocuments { .. } => "expected one document; there are several".to_owned(),
        _ => UserMessageFormatter.format_message(error).into_owned(),
    };
    match error.location() {
        Some(at) if at.line() > 0 => {
            format!("{words} at line {}, column {}", at.line(), at.column())
        }
        _ => words,
    }
}

fn has_large(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|double| double.abs() >= LARGE)
        }
        Value::Array(items) => items.iter().any(has_large),
        Value::Object(members) => members.values().any(has_large),
        _ => false,
    }
}

/// A document whose parts know where they stand.
enum Node {
    Double,
    Other,
    List(Vec<Spanned<Self>>),
    Object(Vec<(String, Spanned<Self>)>),
}

trait Trouble {
    /// The path to the first number that was written as an integer and would become another one, and why.
    fn trouble(&self, text: &str) -> Option<(String, String)>;
}

impl Trouble for Spanned<Node> {
    fn trouble(&self, text: &str) -> Option<(String, String)> {
        match &self.value {
            Node::Other => None,
            Node::Double => {
                let span = self.defined.span();
                let start = usize::try_from(span.byte_offset()?).ok()?;
                let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
                let number = text.get(start..end)?.trim().replace('_', "");
                let number = number.strip_prefix('+').unwrap_or(&number);
                canonical::trouble_with(number).map(|reason| (String::new(), reason))
            }
            Node::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let (path, reason) = item.trouble(text)?;
                Some((format!("[{index}]{path}"), reason))
            }),
            Node::Object(members) => members.iter().find_map(|(key, value)| {
                let (path, reason) = value.trouble(text)?;
                Some((canonical::segment(key) + &path, reason))
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Double)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_documents_are_read_or_refused_on_a_small_stack() {
        let read = || {
            for levels in [90, 101, 5_000] {
                let text = format!("a: {}{}", "[".repeat(levels), "]".repeat(levels));
                assert_eq!(read(&text, "document").is_ok(), levels < 100, "{levels}");
                assert_eq!(parse::<Spanned<Node>>(&text, "document").is_ok(), levels < 100);
            }
        };
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read).unwrap();
        thread.join().unwrap();
    }
}
