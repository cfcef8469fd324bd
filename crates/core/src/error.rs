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

/// Everything about a document that cannot be accepted: one entry for each bad field, in the order of the document's
/// schema. Never empty. Of a document with more than 100 bad fields, 100 are named, and a last entry says that there are
/// more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInputs(pub Vec<InvalidInput>);

impl std::error::Error for InvalidInputs {}

impl fmt::Display for InvalidInputs {
    /// One line for each field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, input) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            input.fmt(f)?;
        }
        Ok(())
    }
}

impl From<InvalidInput> for InvalidInputs {
    fn from(input: InvalidInput) -> Self {
        Self(vec![input])
    }
}
