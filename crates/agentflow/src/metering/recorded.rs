//! What becomes of events that are told of.

use std::fmt;

use agentflow_core::InvalidInput;
use uuid::Uuid;

use crate::budgets::BudgetAlert;

/// What became of an event that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Whether the same event was told of before: then nothing was changed.
    pub is_repeated: bool,
    /// The thresholds of budgets that were reached by it.
    pub alerts: Vec<BudgetAlert>,
}

/// What became of many events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "what was refused is in here and nowhere else"]
pub struct RecordReport {
    /// How many are stored now that were not before.
    pub recorded: u64,
    /// How many were told of before, in another call or in this one: they count once.
    pub repeated: u64,
    /// Those that were refused, in their order. Everything else is stored.
    pub refused: Vec<Refused>,
    /// The thresholds of budgets that were reached.
    pub alerts: Vec<BudgetAlert>,
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place among those that were given, from 0.
    pub index: usize,
    /// Its key.
    pub key: String,
    /// Why.
    pub reason: Refusal,
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A field cannot be accepted.
    Invalid(InvalidInput),
    /// Another event has the key already.
    Conflict,
    /// It names something that the tenant does not have.
    Missing {
        /// The field that names it: `workspace_id`, `agent_id`, `principal_id`, `workflow_id`, `reservation_id`.
        field: &'static str,
        /// What it names.
        id: Uuid,
    },
}

impl Refusal {
    /// Why, in one word: `invalid`, `conflict`, `missing`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Conflict => "conflict",
            Self::Missing { .. } => "missing",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(input) => input.fmt(f),
            Self::Conflict => f.write_str(
                "key: another event of the workspace has it, with a different body; nothing was changed",
            ),
            Self::Missing { field, id } => {
                let what = field.strip_suffix("_id").unwrap_or(field);
                write!(f, "{field}: there is no {what} {id} in this tenant")
            }
        }
    }
}

impl RecordReport {
    /// Takes in what became of further events, the first of which has the place `first`.
    pub(super) fn add(&mut self, first: usize, other: Self) {
        self.recorded += other.recorded;
        self.repeated += other.repeated;
        self.alerts.extend(other.alerts);
        let moved = |it: Refused| Refused { index: first + it.index, ..it };
        self.refused.extend(other.refused.into_iter().map(moved));
    }
}
