use serde::{Deserialize, Serialize};

/// Why an evaluation came to no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// What happened, with the path of the fact where there is one.
    pub message: String,
}

impl Fault {
    /// Names a kind and says what happened.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// The kinds of faults of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A fact, a key or an element is not there.
    Missing,
    /// A value is of another type than is needed: a fact that is not what the schema says, or an operand.
    Type,
    /// Division by zero, an overflow, a value out of its range.
    Arithmetic,
    /// A function was given what it cannot work with: a bad pattern, text that is no number.
    Argument,
    /// The limit of cost was reached.
    Limit,
    /// The expression gave something else than true or false.
    NotBoolean,
    /// The stored expression does not compile.
    NotCompiled,
    /// The library that evaluates failed in a way that it should not.
    Internal,
}

impl FaultKind {
    /// The kind in words. They quote nothing of the facts.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "something that it reads is not there",
            Self::Type => "a value is of another type than is needed",
            Self::Arithmetic => "a division by zero, or a number out of its range",
            Self::Argument => "a function was given what it cannot work with",
            Self::Limit => "it would take too much work",
            Self::NotBoolean => "it gave something else than true or false",
            Self::NotCompiled => "it does not compile",
            Self::Internal => "the library that evaluates failed",
        }
    }
}
