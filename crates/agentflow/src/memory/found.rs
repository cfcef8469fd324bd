use std::fmt;

use agentflow_core::{
    ids::MemoryId,
    memory::{Adjustment, Signal},
};
use serde::Serialize;

use super::{Memory, SearchCursor};

/// A memory that was found, and why it stands where it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The memory. How often it was read does not count this time yet.
    pub memory: Memory,
    /// The sum of the signals, each by its weight, adjusted.
    pub score: f64,
    /// How the score came about.
    pub signals: Explained,
}

/// How a score came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The cosine of the angle to the query, −1 to 1, if it is among the nearest.
    pub similarity: Option<f64>,
    /// How many are nearer, plus 1.
    pub vector_rank: Option<u32>,
    /// How many match the words better, plus 1.
    pub text_rank: Option<u32>,
    /// How well its words match, above 0; comparable within one search only.
    pub text_score: Option<f64>,
    /// How well it fits the query, as [`Fused::relevance`](agentflow_core::memory::Fused::relevance) says; 0 if it was not found
    /// by the query.
    pub relevance: f64,
    /// Nearness in meaning.
    pub semantic: Signal,
    /// How lately it was used.
    pub recency: Signal,
    /// How important it is.
    pub importance: Signal,
    /// Whether it is from the conversation that is going on.
    pub continuity: Signal,
    /// How well what it is linked with fits the query.
    pub relationship: Signal,
    /// What was done to the sum, in this order.
    pub adjusted: Vec<Adjustment>,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchPage {
    /// What was found, the best first.
    pub found: Vec<Found>,
    /// How many candidates there were, on this page and all others.
    pub total: usize,
    /// Where the next page goes on, if there is one.
    pub next: Option<SearchCursor>,
    /// Why nothing was looked for by its meaning, though that was asked for.
    pub unembedded: Option<Unembedded>,
}

impl SearchPage {
    /// The ids of what was found, the best first.
    pub fn ids(&self) -> Vec<MemoryId> {
        self.found.iter().map(|found| found.memory.id).collect()
    }
}

/// Why a search by vectors and texts looked at texts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Unembedded {
    /// There is no embedder.
    NoEmbedder,
    /// No memory of the tenant was ever embedded.
    NothingEmbedded,
    /// The embedder makes a vector without a direction of the query: of all 0.
    NoDirection,
    /// The embedder cannot be asked now.
    Unavailable {
        /// What went wrong.
        reason: String,
    },
}

impl fmt::Display for Unembedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEmbedder => f.write_str("there is no embedder: only words were looked for"),
            Self::NothingEmbedded => {
                f.write_str("no memory is embedded yet: none can be found by its meaning")
            }
            Self::NoDirection => {
                f.write_str("the embedder makes nothing of the query: only words were looked for")
            }
            Self::Unavailable { reason } => write!(f, "only words were looked for: {reason}"),
        }
    }
}
