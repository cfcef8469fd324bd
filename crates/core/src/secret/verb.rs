use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// What is done with secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Reading one.
    Get,
    /// Storing one, whether it was there or not.
    Set,
    /// Removing one.
    Delete,
    /// Seeing what they are called.
    List,
    /// Replacing one by a new random one.
    Rotate,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Set, Self::Delete, Self::List, Self::Rotate];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Rotate => "rotate",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verb {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|verb| verb.as_str() == word);
        known.ok_or_else(|| InvalidInput::new("verb", "expected get, set, delete, list or rotate"))
    }
}
