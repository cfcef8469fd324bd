//! Closed sets of words, as the database stores them.

use std::{fmt, str::FromStr};

use agentflow_core::InvalidInput;
use serde::{Deserialize, Serialize};

/// Whether a conversation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConversationStatus {
    /// It goes on.
    Active,
    /// Nobody said anything for a while. It wakes up when somebody does.
    Idle,
    /// It is over: nothing can be said any more.
    Closed,
}

impl ConversationStatus {
    /// Every value there is, in order.
    pub const ALL: &'static [Self] = &[Self::Active, Self::Idle, Self::Closed];

    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for ConversationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ConversationStatus {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|status| status.as_str() == word);
        known
            .copied()
            .ok_or_else(|| InvalidInput::new("status", "expected one of: active idle closed"))
    }
}

/// What somebody thought of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rating {
    /// It was good.
    Positive,
    /// It was not.
    Negative,
}

impl Rating {
    /// Every value there is, in order.
    pub const ALL: &'static [Self] = &[Self::Positive, Self::Negative];

    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rating {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|rating| rating.as_str() == word);
        known
            .copied()
            .ok_or_else(|| InvalidInput::new("rating", "expected one of: positive negative"))
    }
}
