//! Taking an object of a contract apart, with the path of whatever is wrong.

use serde_json::{Map, Value};

use crate::{InvalidInput, canonical::segment};

/// The members of an object that have not been taken yet.
pub(crate) struct Fields {
    /// The path to the object; empty for the outermost.
    path: String,
    known: &'static [&'static str],
    members: Map<String, Value>,
}

impl Fields {
    /// The members of `value`, which stands at `path` and may have the `known` keys only.
    pub(crate) fn of(
        value: Value,
        path: &str,
        known: &'static [&'static str],
    ) -> Result<Self, InvalidInput> {
        let Value::Object(members) = value else {
            return Err(unexpected(path, "an object", &value));
        };
        let fields = Self { path: path.to_owned(), known, members };
        match fields.members.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                let reason = format!("unknown key; expected one of: {}", fields.known.join(" "));
                Err(InvalidInput::new(fields.path_of(key), reason))
            }
            None => Ok(fields),
        }
    }

    /// The path to a member.
    pub(crate) fn path_of(&self, key: &str) -> String {
        let step = segment(key);
        if self.path.is_empty() { step[1..].to_owned() } else { format!("{}{step}", self.path) }
    }

    /// A member that may be absent.
    pub(crate) fn optional(&mut self, key: &str) -> Option<Value> {
        self.members.remove(key)
    }

    /// A member that must be there.
    pub(crate) fn required(&mut self, key: &str) -> Result<Value, InvalidInput> {
        self.optional(key).ok_or_else(|| InvalidInput::new(self.path_of(key), "is missing"))
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(&mut self, key: &str) -> Result<Option<String>, InvalidInput> {
        match self.optional(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(unexpected(&self.path_of(key), "a text", &other)),
        }
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, key: &str) -> Result<String, InvalidInput> {
        match self.required(key)? {
            Value::String(text) => Ok(text),
            other => Err(unexpected(&self.path_of(key), "a text", &other)),
        }
    }

    /// A text that must be there, read by its own parser, whose error gets this path.
    pub(crate) fn parsed<T>(&mut self, key: &str) -> Result<T, InvalidInput>
    where
        T: std::str::FromStr<Err = InvalidInput>,
    {
        let text = self.text(key)?;
        text.parse().map_err(|error: InvalidInput| InvalidInput {
            field: self.path_of(key),
            reason: error.reason,
        })
    }

    /// A list that may be absent: every item with its path.
    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<(String, Value)>, InvalidInput> {
        let path = self.path_of(key);
        match self.optional(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (format!("{path}[{index}]"), item))
                .collect()),
            Some(other) => Err(unexpected(&path, "a list", &other)),
        }
    }
}

/// The error for a value of another type.
pub(crate) fn unexpected(path: &str, expected: &str, found: &Value) -> InvalidInput {
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

/// Checks the length of a text, in characters, and that it can be stored.
pub(crate) fn check_text(
    path: &str,
    text: &str,
    min: usize,
    max: usize,
) -> Result<(), InvalidInput> {
    // Counting is needed only where the bytes alone do not decide.
    let fits = text.len() >= min && (text.len() <= max || text.chars().count() <= max);
    if !fits {
        return Err(InvalidInput::new(path, format!("expected {min} to {max} characters")));
    }
    if text.contains('\0') {
        return Err(InvalidInput::new(path, "the character U+0000 cannot be stored"));
    }
    Ok(())
}
