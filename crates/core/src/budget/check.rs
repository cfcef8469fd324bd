use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Amounts, BudgetPeriod, BudgetSpec, Limits, Subject};
use crate::{InvalidInput, InvalidInputs, similar::similar};

/// The most tokens or calls that are reserved or settled at once.
const MOST: u64 = 1_000_000_000_000;
/// The highest limit of tokens or calls.
const HIGHEST: u64 = 1_000_000_000_000_000;
/// Where limits of cost end.
const MOST_CENTS: i64 = 100_000_000_000_000;
const DECIMAL_PLACES: u32 = 6;

impl Amounts {
    /// Whether they can be reserved or settled: at most 10^12 of each, and cents that are not negative, with six decimal
    /// places at most.
    pub fn validate(&self) -> Result<(), InvalidInputs> {
        let mut faults = Vec::new();
        check_whole(&mut faults, "tokens", self.tokens, MOST);
        check_whole(&mut faults, "calls", self.calls, MOST);
        let most = Decimal::from(MOST);
        if check_cents(&mut faults, "cost_in_cents", self.cost_in_cents)
            && self.cost_in_cents > most
        {
            faults.push(InvalidInput::new("cost_in_cents", format!("expected at most {most}")));
        }
        found(faults)
    }

    /// Whether they can be added to limits for some time: as high as limits may be, and not nothing.
    pub fn validate_increase(&self) -> Result<(), InvalidInputs> {
        let mut faults = Vec::new();
        let limits = Limits {
            tokens: Some(self.tokens),
            calls: Some(self.calls),
            cost_in_cents: Some(self.cost_in_cents),
        };
        check_limits(&mut faults, "", &limits);
        if *self == Self::default() {
            faults.push(InvalidInput::new("amounts", "expected something to add"));
        }
        found(faults)
    }
}

impl Subject {
    /// Whether the model can be one: 1 to 255 characters without control characters.
    pub fn validate(&self) -> Result<(), InvalidInput> {
        check_model("model", self.model.as_deref(), false)
    }
}

impl BudgetSpec {
    /// Everything that is wrong with it. Whether the time zone exists, only the database knows.
    pub fn validate(&self) -> Result<(), InvalidInputs> {
        let mut faults = Vec::new();
        if !is_text(&self.name) || self.name.trim().is_empty() {
            let reason =
                "expected 1 to 255 characters, not only blanks and without control characters";
            faults.push(InvalidInput::new("name", reason));
        }
        faults.extend(check_model("subject.model", self.subject.model.as_deref(), true).err());
        check_limits(&mut faults, "limits.", &self.limits);
        if self.limits == Limits::default() {
            let reason = "expected a limit of tokens, calls or cost_in_cents; 0 allows nothing";
            faults.push(InvalidInput::new("limits", reason));
        }
        self.check_thresholds(&mut faults);
        if self.carry_over_percent > 100 {
            faults.push(InvalidInput::new("carry_over_percent", "expected 0 to 100"));
        } else if self.carry_over_percent > 0 && self.period == BudgetPeriod::Total {
            let reason = "expected 0, because the period total never ends";
            faults.push(InvalidInput::new("carry_over_percent", reason));
        }
        found(faults)
    }

    fn check_thresholds(&self, faults: &mut Vec<InvalidInput>) {
        if self.thresholds.len() > 20 {
            faults.push(InvalidInput::new("thresholds", "expected at most 20"));
        }
        for (index, percent) in self.thresholds.iter().enumerate().take(20) {
            if !(1..=1_000).contains(percent) {
                let reason = format!("expected 1 to 1000 percent, got {percent}");
                faults.push(InvalidInput::new(format!("thresholds[{index}]"), reason));
            }
        }
        if self.thresholds.iter().collect::<BTreeSet<_>>().len() < self.thresholds.len() {
            faults.push(InvalidInput::new("thresholds", "expected each percentage once"));
        }
    }
}

/// What is wrong with a name of a time zone that is none of the `known` ones.
pub fn unknown_time_zone<'k>(
    name: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> InvalidInput {
    let lower = name.to_lowercase();
    let is_city = |zone: &&str| {
        let zone = zone.to_lowercase();
        zone.rsplit('/').next().is_some_and(|city| city == lower.replace(' ', "_"))
    };
    let nearest = known.clone().find(is_city).or_else(|| similar(name, known));
    let hint = match nearest {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => "expected an IANA name such as `Europe/Berlin`".to_owned(),
    };
    InvalidInput::new("time_zone", format!("there is no time zone `{name}`; {hint}"))
}

fn is_text(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn check_model(field: &str, model: Option<&str>, or_prefix: bool) -> Result<(), InvalidInput> {
    let Some(model) = model else { return Ok(()) };
    if !is_text(model) {
        let reason = "expected 1 to 255 characters without control characters";
        return Err(InvalidInput::new(field, reason));
    }
    if or_prefix && model.strip_suffix('*').unwrap_or(model).contains('*') {
        let reason = "expected a `*` only at the end";
        return Err(InvalidInput::new(field, reason));
    }
    Ok(())
}

fn check_limits(faults: &mut Vec<InvalidInput>, path: &str, limits: &Limits) {
    check_whole(faults, &format!("{path}tokens"), limits.tokens.unwrap_or_default(), HIGHEST);
    check_whole(faults, &format!("{path}calls"), limits.calls.unwrap_or_default(), HIGHEST);
    let cents = limits.cost_in_cents.unwrap_or_default();
    let field = format!("{path}cost_in_cents");
    if check_cents(faults, &field, cents) && cents >= Decimal::from(MOST_CENTS) {
        faults.push(InvalidInput::new(field, format!("expected less than {MOST_CENTS}")));
    }
}

fn check_whole(faults: &mut Vec<InvalidInput>, field: &str, value: u64, most: u64) {
    if value > most {
        faults.push(InvalidInput::new(field, format!("expected at most {most}, got {value}")));
    }
}

fn check_cents(faults: &mut Vec<InvalidInput>, field: &str, cents: Decimal) -> bool {
    if cents < Decimal::ZERO {
        faults.push(InvalidInput::new(field, format!("expected no negative cost, got {cents}")));
        return false;
    }
    if cents.normalize().scale() > DECIMAL_PLACES {
        let reason = format!("expected at most {DECIMAL_PLACES} decimal places, got {cents}");
        faults.push(InvalidInput::new(field, reason));
        return false;
    }
    true
}

fn found(faults: Vec<InvalidInput>) -> Result<(), InvalidInputs> {
    if faults.is_empty() { Ok(()) } else { Err(InvalidInputs(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Enforcement;

    fn spec() -> BudgetSpec {
        BudgetSpec {
            name: "llm".to_owned(),
            subject: Subject::default(),
            enforcement: Enforcement::Hard,
            period: BudgetPeriod::Month,
            time_zone: "UTC".to_owned(),
            limits: Limits { tokens: Some(0), ..Limits::default() },
            thresholds: vec![80, 100],
            carry_over_percent: 0,
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_budget_is_told_at_once() {
        assert_eq!(spec().validate(), Ok(()), "0 is a limit");
        let bad = BudgetSpec {
            name: " ".to_owned(),
            subject: Subject { model: Some("g*t".to_owned()), ..Subject::default() },
            period: BudgetPeriod::Total,
            limits: Limits {
                tokens: Some(HIGHEST + 1),
                calls: Some(HIGHEST),
                cost_in_cents: Some("-1".parse().unwrap()),
            },
            thresholds: vec![0, 80, 80, 1_001],
            carry_over_percent: 100,
            ..spec()
        };
        let InvalidInputs(faults) = bad.validate().unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "subject.model",
                "limits.tokens",
                "limits.cost_in_cents",
                "thresholds[0]",
                "thresholds[3]",
                "thresholds",
                "carry_over_percent"
            ]
        );
        let none = BudgetSpec { limits: Limits::default(), ..spec() };
        assert_eq!(none.validate().unwrap_err().0[0].field, "limits");
    }

    #[test]
    fn amounts_end_at_a_trillion_and_at_six_decimal_places() {
        let amounts = |tokens, cents: &str| Amounts {
            tokens,
            calls: 0,
            cost_in_cents: cents.parse().unwrap(),
        };
        assert_eq!(amounts(MOST, "1000000000000").validate(), Ok(()));
        assert_eq!(amounts(0, "0.1234560").validate(), Ok(()));
        for bad in
            [amounts(MOST + 1, "0"), amounts(0, "1000000000000.000001"), amounts(0, "0.0000001")]
        {
            assert!(bad.validate().is_err(), "{bad:?}");
        }
        assert!(Amounts::default().validate_increase().is_err());
    }

    #[test]
    fn a_time_zone_is_found_by_its_city_or_by_what_is_like_it() {
        let known = ["Asia/Kathmandu", "Europe/Berlin", "UTC"];
        let told = |name| unknown_time_zone(name, known.iter().copied()).reason;
        assert!(told("berlin").ends_with("did you mean `Europe/Berlin`?"));
        assert!(told("Europe/Berlim").ends_with("did you mean `Europe/Berlin`?"));
        assert!(told("Middle-earth").ends_with("expected an IANA name such as `Europe/Berlin`"));
    }
}
