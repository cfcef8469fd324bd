use jiff::Timestamp;
use serde::Serialize;

use super::{MemoryStatus, MemoryType};
use crate::{agent::RetrievalWeights, words::words};

/// What is lost of the recency in an hour: half of it in about 69.
const DECAY_PER_HOUR: f64 = 0.01;
const PINNED_FLOOR: f64 = 0.95;
const DISPUTED_FACTOR: f64 = 0.5;

words!(
    /// What becomes of a score after its signals were added up.
    Adjustment, "adjustment" {
        /// It is pinned: at least 0.95.
        PinnedFloor = "pinned_floor",
        /// It says who the agent is: 1.
        Identity = "identity",
        /// It is disputed: half of it.
        DisputedHalf = "disputed_half",
    }
);

words!(
    /// By what memories that were found are put in order.
    Ranking, "ranking" {
        /// By the score of all signals.
        Score = "score",
        /// By how well they fit the query, and nothing else.
        Relevance = "relevance",
    }
);

/// What is looked at of a memory when it is scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Nearness in meaning: the similarity, −1 to 1, when only vectors are asked; else the relevance, 0 to 1. 0 if it was not
    /// found by the query.
    pub semantic: f64,
    /// What kind of memory.
    pub memory_type: MemoryType,
    /// Whether it is disputed.
    pub status: MemoryStatus,
    /// 1 to 10.
    pub importance: u8,
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// When it was read last, or made.
    pub last_accessed_at: Timestamp,
    /// Whether it was taken from the conversation that is going on.
    pub continues: bool,
    /// The best relevance of a hit that it is linked with, 0 to 1.
    pub relationship: f64,
}

/// One of the signals of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Signal {
    /// How strong it is, 0 to 1; the semantic one −1 to 1.
    pub value: f64,
    /// How much it counts.
    pub weight: f64,
    /// What it adds to the score: `value × weight`.
    pub part: f64,
}

impl Signal {
    fn new(value: f64, weight: f64) -> Self {
        Self { value, weight, part: value * weight }
    }
}

/// A score, and how it came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// The sum of the parts, adjusted.
    pub score: f64,
    /// Nearness in meaning.
    pub semantic: Signal,
    /// How lately it was used: `exp(−0.01 × hours)` since it was read last.
    pub recency: Signal,
    /// How important it is: a tenth of its importance; 1 if it is pinned.
    pub importance: Signal,
    /// Whether it was taken from the conversation that is going on.
    pub continuity: Signal,
    /// How well what it is linked with fits the query.
    pub relationship: Signal,
    /// What was done to the sum, in this order.
    pub adjusted: Vec<Adjustment>,
}

/// The score of a memory at a moment: the five signals, each by its weight, added up; then pinned ones have at least 0.95,
/// what says who the agent is has 1, and disputed ones have half.
pub fn score(scored: &Scored, weights: &RetrievalWeights, as_of: Timestamp) -> Score {
    let importance = if scored.is_pinned { 1.0 } else { f64::from(scored.importance) / 10.0 };
    let semantic = Signal::new(scored.semantic, weights.semantic);
    let recency = Signal::new(recency(scored.last_accessed_at, as_of), weights.recency);
    let importance = Signal::new(importance, weights.importance);
    let continuity = Signal::new(f64::from(u8::from(scored.continues)), weights.continuity);
    let relationship = Signal::new(scored.relationship, weights.relationship);

    let signals = [semantic, recency, importance, continuity, relationship];
    let mut sum = signals.iter().map(|signal| signal.part).sum();
    let mut adjusted = Vec::new();
    if scored.memory_type == MemoryType::Identity {
        sum = 1.0;
        adjusted.push(Adjustment::Identity);
    } else if scored.is_pinned && sum < PINNED_FLOOR {
        sum = PINNED_FLOOR;
        adjusted.push(Adjustment::PinnedFloor);
    }
    if scored.status == MemoryStatus::Disputed {
        sum *= DISPUTED_FACTOR;
        adjusted.push(Adjustment::DisputedHalf);
    }
    Score { score: sum, semantic, recency, importance, continuity, relationship, adjusted }
}

/// `exp(−0.01 × hours)` since then, 1 if that is yet to come.
pub fn recency(last_accessed_at: Timestamp, as_of: Timestamp) -> f64 {
    let hours = as_of.duration_since(last_accessed_at).as_secs_f64() / 3600.0;
    (-DECAY_PER_HOUR * hours.max(0.0)).exp()
}
