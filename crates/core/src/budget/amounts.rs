use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::words::words;

words!(
    /// What budgets limit.
    Measure, "measure" {
        /// Tokens of models: the sum of all metrics of the type `llm_tokens`.
        Tokens = "tokens",
        /// Calls: the sum of `connector_calls` and `api_calls`.
        Calls = "calls",
        /// What it costs, in cents.
        CostInCents = "cost_in_cents",
    }
);

/// How much of each measure. At most 10^12 of each when something is reserved or settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Amounts {
    /// Tokens of models.
    pub tokens: u64,
    /// Calls.
    pub calls: u64,
    /// Cents, with six decimal places at most.
    pub cost_in_cents: Decimal,
}

impl Amounts {
    /// So many tokens, and nothing else.
    pub fn tokens(tokens: u64) -> Self {
        Self { tokens, ..Self::default() }
    }

    /// So many calls, and nothing else.
    pub fn calls(calls: u64) -> Self {
        Self { calls, ..Self::default() }
    }

    /// So many cents, and nothing else.
    pub fn cents(cost_in_cents: impl Into<Decimal>) -> Self {
        Self { cost_in_cents: cost_in_cents.into(), ..Self::default() }
    }
}
