use agentflow_core::{InvalidInput, canonical};
use serde_json::{Map, Value};

const MAX_CHARACTERS: usize = 65_536;

/// Data as the text that a memory holds: a string as it is, anything else as canonical JSON. So is a string that would be read
/// as JSON, or is blank; so that every text says what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content(String);

impl Content {
    pub(super) fn of(data: &Value) -> Result<Self, InvalidInput> {
        if data.is_null() {
            return Err(InvalidInput::new("data", "expected anything but null"));
        }
        let json = canonical::to_string_as_doubles(data, "data")?;
        let text = match data {
            Value::String(text) if is_plain(text) => text.clone(),
            _ => json,
        };
        let count = text.chars().count();
        if count > MAX_CHARACTERS {
            let reason = format!("expected at most 65,536 characters as text, not {count}");
            return Err(InvalidInput::new("data", reason));
        }
        Ok(Self(text))
    }

    /// Of a text that is kept.
    pub(super) fn kept(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The data that it is the text of.
    pub(super) fn data(&self) -> Value {
        match serde_json::from_str(&self.0) {
            Ok(Value::Null) | Err(_) => Value::String(self.0.clone()),
            Ok(data) => data,
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.trim().is_empty() && serde_json::from_str::<Value>(text).is_err()
}

/// Metadata as every store gives them back: with numbers that are doubles.
pub(super) fn as_stored(object: &Map<String, Value>) -> Result<Map<String, Value>, InvalidInput> {
    let mut text = String::new();
    canonical::write_object_as_doubles(&mut text, object, "metadata")?;
    serde_json::from_str(&text).map_err(|error| InvalidInput::new("metadata", error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn data_come_back_as_they_were() {
        for data in [
            json!("plain words"),
            json!("42"),
            json!("null"),
            json!(""),
            json!("  "),
            json!("\"quoted\""),
            json!("{\"a\":1}"),
            json!(" [1] "),
            json!(42),
            json!(true),
            json!([1, "two", null]),
            json!({ "a": { "b": [] } }),
        ] {
            let content = Content::of(&data).unwrap();
            assert_eq!(content.data(), data, "{content:?}");
            assert!(!content.as_str().trim().is_empty());
        }
    }

    #[test]
    fn a_string_is_kept_as_it_is() {
        assert_eq!(Content::of(&json!("order 4711")).unwrap().as_str(), "order 4711");
        assert_eq!(Content::of(&json!({ "b": 1.0, "a": 2 })).unwrap().as_str(), r#"{"a":2,"b":1}"#);
        // Written by others: null is no data, so it is text.
        assert_eq!(Content::kept("null".to_owned()).data(), json!("null"));
    }

    #[test]
    fn what_cannot_be_kept_is_refused_by_name() {
        for data in [json!(null), json!("a\0b"), json!("x".repeat(65_537)), json!(u64::MAX)] {
            assert_eq!(Content::of(&data).unwrap_err().field, "data");
        }
        assert!(Content::of(&json!("ä".repeat(65_536))).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in r#"[\PC\n"\[\]{}0-9 ]{0,40}"#) {
            let data = Value::String(text);
            prop_assert_eq!(Content::of(&data).unwrap().data(), data);
        }
    }
}
