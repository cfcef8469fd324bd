use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{BudgetPeriod, Subject};
use crate::words::words;

words!(
    /// What happens when a limit is reached.
    Enforcement, "enforcement" {
        /// What would go beyond it is refused.
        Hard = "hard",
        /// It is only told.
        Soft = "soft",
    }
);

/// How much may be used in a period: `None` is no limit, and 0 is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Tokens of models: at most 10^15.
    pub tokens: Option<u64>,
    /// Calls: at most 10^15.
    pub calls: Option<u64>,
    /// Cents, with six decimal places at most, less than 10^14.
    pub cost_in_cents: Option<Decimal>,
}

/// A budget to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetSpec {
    /// What it is called: once in a tenant, 1 to 255 characters.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub subject: Subject,
    /// What happens at the limit.
    pub enforcement: Enforcement,
    /// How long before it begins anew. Never changes.
    pub period: BudgetPeriod,
    /// The IANA name of the time zone in which periods begin, such as `Europe/Berlin`. Never changes.
    pub time_zone: String,
    /// How much; at least one limit.
    pub limits: Limits,
    /// Percentages of a limit at which somebody is told, once in a period: 1 to 1,000, at most 20 of them.
    pub thresholds: Vec<u16>,
    /// How much of a limit, at most, is added to the next period when it is not used: 0 to 100 percent.
    #[serde(default)]
    pub carry_over_percent: u8,
}
