use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Amounts, BudgetPeriod, BudgetSpec, BudgetState, Enforcement, Measure};
use crate::ids::BudgetId;

/// Why a budget does not allow something; of a soft budget, what it allows all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRefusal {
    /// The budget.
    pub budget_id: BudgetId,
    /// What it is called.
    pub name: String,
    /// What happens at its limits.
    pub enforcement: Enforcement,
    /// How long before it begins anew.
    pub period: BudgetPeriod,
    /// The time zone in which it begins.
    pub time_zone: String,
    /// When it begins anew; `None` of a budget that never does.
    pub resets_at: Option<Timestamp>,
    /// What there is not enough of.
    pub measure: Measure,
    /// The limit, with what was carried over and added to it.
    pub allowed: Decimal,
    /// What is used.
    pub spent: Decimal,
    /// What others are about to use.
    pub reserved: Decimal,
    /// What was asked for.
    pub asked: Decimal,
}

impl BudgetRefusal {
    /// What a budget in this state has against `amounts`: an entry for each measure that there is not enough of. What is
    /// not asked for does not matter.
    pub fn all(
        id: BudgetId,
        spec: &BudgetSpec,
        state: &BudgetState,
        amounts: &Amounts,
    ) -> Vec<Self> {
        let refusal = |measure: &Measure| {
            let (now, asked) = (state.of(*measure), amounts.of(*measure));
            let allowed = now.allowed()?;
            let is_over = asked > Decimal::ZERO && now.spent + now.reserved + asked > allowed;
            is_over.then(|| Self {
                budget_id: id,
                name: spec.name.clone(),
                enforcement: spec.enforcement,
                period: spec.period,
                time_zone: spec.time_zone.clone(),
                resets_at: state.period_end,
                measure: *measure,
                allowed,
                spent: now.spent,
                reserved: now.reserved,
                asked,
            })
        };
        Measure::ALL.iter().filter_map(refusal).collect()
    }
}

impl fmt::Display for BudgetRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, period, time_zone, .. } = self;
        let zone =
            if *period == BudgetPeriod::Total { String::new() } else { format!(" ({time_zone})") };
        write!(
            f,
            "budget `{name}` allows {} {} {}{zone}: {} are spent, {} are reserved and {} were asked for; ",
            grouped(self.allowed),
            self.measure.noun(),
            period.each(),
            grouped(self.spent),
            grouped(self.reserved),
            grouped(self.asked),
        )?;
        match self.resets_at {
            Some(at) => write!(f, "it begins anew at {}", in_zone(at, time_zone)),
            None => f.write_str("it never begins anew"),
        }
    }
}

impl Measure {
    /// What is counted, in words: `tokens`, `calls`, `cents`.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Calls => "calls",
            Self::CostInCents => "cents",
        }
    }
}

impl BudgetPeriod {
    /// How often, in words: `a month`, `in all`.
    pub const fn each(self) -> &'static str {
        match self {
            Self::Hour => "an hour",
            Self::Day => "a day",
            Self::Week => "a week",
            Self::Month => "a month",
            Self::Total => "in all",
        }
    }
}

/// RFC 3339 with the offset of a time zone; in UTC where the zone is not known here.
pub fn in_zone(at: Timestamp, time_zone: &str) -> String {
    match TimeZone::get(time_zone) {
        Ok(zone) => at.display_with_offset(zone.to_offset(at)).to_string(),
        Err(_) => at.to_string(),
    }
}

/// A number with commas between thousands, and no zeros at the end of its decimal places.
pub fn grouped(number: Decimal) -> String {
    let text = number.normalize().to_string();
    let (whole, places) = text.split_once('.').map_or((text.as_str(), None), |(w, p)| (w, Some(p)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(places) = places {
        grouped.push('.');
        grouped.push_str(places);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> BudgetRefusal {
        BudgetRefusal {
            budget_id: BudgetId(uuid::Uuid::nil()),
            name: "llm".to_owned(),
            enforcement: Enforcement::Hard,
            period: BudgetPeriod::Month,
            time_zone: "Europe/Berlin".to_owned(),
            resets_at: Some("2026-11-30T23:00:00Z".parse().unwrap()),
            measure: Measure::Tokens,
            allowed: 1_000_000.into(),
            spent: 998_000.into(),
            reserved: 1_500.into(),
            asked: 900.into(),
        }
    }

    #[test]
    fn a_refusal_says_what_is_allowed_what_is_used_and_when_it_begins_anew() {
        assert_eq!(
            refusal().to_string(),
            "budget `llm` allows 1,000,000 tokens a month (Europe/Berlin): 998,000 are spent, 1,500 are reserved and 900 \
             were asked for; it begins anew at 2026-12-01T00:00:00+01:00"
        );
        let cents = BudgetRefusal {
            period: BudgetPeriod::Total,
            resets_at: None,
            measure: Measure::CostInCents,
            allowed: "12.500".parse().unwrap(),
            spent: "12.000001".parse().unwrap(),
            reserved: 0.into(),
            asked: 1.into(),
            ..refusal()
        };
        assert_eq!(
            cents.to_string(),
            "budget `llm` allows 12.5 cents in all: 12.000001 are spent, 0 are reserved and 1 were asked for; it never \
             begins anew"
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        let told = |number: &str| grouped(number.parse().unwrap());
        assert_eq!(told("0"), "0");
        assert_eq!(told("999"), "999");
        assert_eq!(told("1000.50"), "1,000.5");
        assert_eq!(told("-1234567"), "-1,234,567");
    }
}
