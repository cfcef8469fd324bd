use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Amounts, Measure};

/// How much there is of one measure in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureState {
    /// The limit of the budget, if it has one.
    pub limit: Option<Decimal>,
    /// What was left of the period before and is added to the limit.
    pub carried: Decimal,
    /// What is added to the limit for some time.
    pub added: Decimal,
    /// What is used.
    pub spent: Decimal,
    /// What somebody is about to use.
    pub reserved: Decimal,
}

impl MeasureState {
    /// How much may be used in the period; `None` is no limit.
    pub fn allowed(&self) -> Option<Decimal> {
        self.limit.map(|limit| limit + self.carried + self.added)
    }

    /// How much can still be reserved; `None` is no limit.
    pub fn left(&self) -> Option<Decimal> {
        let left = self.allowed()? - self.spent - self.reserved;
        Some(left.max(Decimal::ZERO))
    }
}

/// A budget in the period that is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetState {
    /// When the period began. Of a budget without periods, 1970-01-01.
    pub period_start: Timestamp,
    /// When the next one begins; `None` of a budget that never begins anew.
    pub period_end: Option<Timestamp>,
    /// Tokens.
    pub tokens: MeasureState,
    /// Calls.
    pub calls: MeasureState,
    /// Cents.
    pub cost_in_cents: MeasureState,
}

impl BudgetState {
    /// One of its measures.
    pub fn of(&self, measure: Measure) -> &MeasureState {
        match measure {
            Measure::Tokens => &self.tokens,
            Measure::Calls => &self.calls,
            Measure::CostInCents => &self.cost_in_cents,
        }
    }
}

impl Amounts {
    /// How much of one measure.
    pub fn of(&self, measure: Measure) -> Decimal {
        match measure {
            Measure::Tokens => self.tokens.into(),
            Measure::Calls => self.calls.into(),
            Measure::CostInCents => self.cost_in_cents,
        }
    }
}
