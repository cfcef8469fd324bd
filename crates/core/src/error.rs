use std::fmt;

/// A value that cannot be accepted, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidInput {
    /// The field, as a path from the outermost value: `slug`, `details.items[3].price`.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

impl InvalidInput {
    /// Names a field and what is wrong with it.
    pub fn new(field: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { field: field.into(), reason: reason.to_string() }
    }
}
