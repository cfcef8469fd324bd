use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    MetricType,
    validate::{check_metric_name, check_plain},
};
use crate::{InvalidInput, InvalidInputs, canonical::joined, fields::check_text};

/// How many decimal places costs in cents have.
pub const COST_PLACES: u32 = 6;

/// Below this is the price of anything, in cents.
const MOST_CENTS: i64 = 1_000_000_000_000;

/// The most prices that a book has.
const MOST_PRICES: usize = 10_000;

/// What so much of a metric costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Of what: not of `storage_bytes`, for a level is not paid for each time that it is read.
    pub metric_type: MetricType,
    /// Of metrics of this name, as events have it; of all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// Of this model, or with a `*` at the end of every model that begins like this; of every model, and of none, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Of this tool; of every tool, and of none, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// So many cents, with six decimal places at most, and less than 10^12.
    pub cents: Decimal,
    /// For so much: 1,000,000 tokens. At least 1.
    pub per: u64,
}

impl Price {
    /// So many cents for so much of everything of a type.
    pub fn new(metric_type: MetricType, cents: impl Into<Decimal>, per: u64) -> Self {
        Self { metric_type, metric_name: None, model: None, tool: None, cents: cents.into(), per }
    }

    /// Only of metrics of this name.
    #[must_use]
    pub fn named(mut self, metric_name: impl Into<String>) -> Self {
        self.metric_name = Some(metric_name.into());
        self
    }

    /// Only of this model; with a `*` at the end, of every model that begins like this.
    #[must_use]
    pub fn of_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Only of this tool.
    #[must_use]
    pub fn of_tool(mut self, tool: impl Into<String>) -> Self {
        self.tool = Some(tool.into());
        self
    }

    /// What so much costs, in cents: to six decimal places, halves away from zero. None when no number here holds it.
    pub fn cost_of(&self, quantity: Decimal) -> Option<Decimal> {
        let (quantity, cents) = (quantity.normalize(), self.cents.normalize());
        let product = quantity.mantissa().checked_mul(cents.mantissa())?;
        let places = quantity.scale() + cents.scale();
        // In whole numbers: a quotient that is rounded before it is rounded again may lie on the other side of a half.
        let ten = |exponent: u32| 10_u128.checked_pow(exponent);
        let divided =
            product.unsigned_abs().checked_mul(ten(COST_PLACES.saturating_sub(places))?)?;
        let divisor = ten(places.saturating_sub(COST_PLACES))?.checked_mul(self.per.into())?;
        let twice = divided.checked_mul(2)?.checked_add(divisor)?;
        let rounded = twice.checked_div(divisor.checked_mul(2)?)?;
        let rounded = i128::try_from(rounded).ok()?.checked_mul(product.signum())?;
        Decimal::try_from_i128_with_scale(rounded, COST_PLACES).ok()
    }

    fn matches(&self, usage: &Priced<'_>) -> bool {
        let is_it = |wanted: &Option<String>, is: Option<&str>| match wanted {
            None => true,
            Some(wanted) => is == Some(wanted),
        };
        let is_model = match (self.model.as_deref(), usage.model) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(model)) => match wanted.strip_suffix('*') {
                Some(beginning) => model.starts_with(beginning),
                None => model == wanted,
            },
        };
        self.metric_type == usage.metric_type
            && is_model
            && is_it(&self.metric_name, Some(usage.metric_name))
            && is_it(&self.tool, usage.tool)
    }

    /// The greater, the more exactly it says what it is the price of.
    fn rank(&self) -> (bool, usize, bool, bool) {
        let model = self.model.as_deref().unwrap_or_default();
        let is_exact = !model.is_empty() && !model.ends_with('*');
        (is_exact, model.chars().count(), self.tool.is_some(), self.metric_name.is_some())
    }

    fn key(&self) -> (&str, [Option<&str>; 3]) {
        let texts = [&self.metric_name, &self.model, &self.tool];
        (self.metric_type.as_str(), texts.map(Option::as_deref))
    }

    fn check(&self, path: &str, problems: &mut Vec<InvalidInput>) {
        let at = |key: &str| joined(path, &format!(".{key}"));
        if self.metric_type.is_level() {
            let reason = format!("{} is a level and has no price", self.metric_type);
            problems.push(InvalidInput::new(at("metric_type"), reason));
        }
        if let Some(Err(input)) = self.metric_name.as_deref().map(check_metric_name) {
            problems.push(InvalidInput::new(at("metric_name"), input.reason));
        }
        for (key, text) in [("model", &self.model), ("tool", &self.tool)] {
            let Some(text) = text.as_deref() else { continue };
            let stars = if key == "model" { text.strip_suffix('*').unwrap_or(text) } else { text };
            if let Err(input) = check_plain(&at(key), text) {
                problems.push(input);
            } else if stars.contains('*') {
                let reason =
                    "a `*` stands for what follows, at the end of a model and nowhere else";
                problems.push(InvalidInput::new(at(key), reason));
            }
        }
        if self.cents.is_sign_negative() && !self.cents.is_zero() {
            problems.push(InvalidInput::new(at("cents"), "a price is not negative"));
        } else if self.cents.normalize().scale() > COST_PLACES {
            let reason = "expected at most six decimal places; say it for more, with `per`";
            problems.push(InvalidInput::new(at("cents"), reason));
        } else if self.cents >= Decimal::from(MOST_CENTS) {
            problems.push(InvalidInput::new(at("cents"), "expected less than 10^12"));
        }
        if self.per == 0 || self.per > MOST_CENTS.unsigned_abs() {
            problems.push(InvalidInput::new(at("per"), "expected 1 to 1,000,000,000,000"));
        }
    }
}

/// What a price is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced<'a> {
    /// The type of the metric.
    pub metric_type: MetricType,
    /// Its name.
    pub metric_name: &'a str,
    /// The model, if there is one.
    pub model: Option<&'a str>,
    /// The tool, if there is one.
    pub tool: Option<&'a str>,
}

/// The prices that hold from some moment on: all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceBook {
    /// From when on; it may be past.
    pub effective_from: Timestamp,
    /// What is to be known about it, in at most 2,000 characters.
    pub note: String,
    /// The prices: 1 to 10,000, and none of the same twice.
    pub prices: Vec<Price>,
}

impl PriceBook {
    /// A book without prices. It is not one that can be published.
    pub fn new(effective_from: Timestamp) -> Self {
        Self { effective_from, note: String::new(), prices: Vec::new() }
    }

    /// Adds a price.
    #[must_use]
    pub fn with(mut self, price: Price) -> Self {
        self.prices.push(price);
        self
    }

    /// The price of some usage: the most specific one that matches. One of the very model comes first, then that with the longest
    /// beginning of it, then one of the tool, then one of the name of the metric. None when there is none.
    pub fn price_of(&self, usage: &Priced<'_>) -> Option<&Price> {
        self.prices.iter().filter(|price| price.matches(usage)).max_by_key(|price| price.rank())
    }

    /// Fails with everything that is wrong with it, each with its path: `prices[3].cents`.
    pub fn check(&self) -> Result<(), InvalidInputs> {
        let mut problems = Vec::new();
        problems.extend(check_text("note", &self.note, 0, 2_000).err());
        if self.prices.is_empty() {
            let reason = "there are none; with such a book nothing would have a price";
            problems.push(InvalidInput::new("prices", reason));
        } else if self.prices.len() > MOST_PRICES {
            let reason = format!("expected at most {MOST_PRICES} prices");
            problems.push(InvalidInput::new("prices", reason));
        } else {
            let mut seen = std::collections::HashMap::new();
            for (index, price) in self.prices.iter().enumerate() {
                let path = format!("prices[{index}]");
                price.check(&path, &mut problems);
                let first = *seen.entry(price.key()).or_insert(index);
                if first != index {
                    let reason = format!("is of the same as prices[{first}]");
                    problems.push(InvalidInput::new(path, reason));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidInputs(problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> PriceBook {
        let price = |cents: i64| Price::new(MetricType::LlmTokens, cents, 1_000);
        PriceBook::new(Timestamp::UNIX_EPOCH)
            .with(price(1))
            .with(price(2).named("input_tokens"))
            .with(price(3).of_tool("search"))
            .with(price(4).of_model("gpt*"))
            .with(price(5).of_model("gpt-4*"))
            .with(price(6).of_model("gpt-4o"))
            .with(price(7).of_model("gpt-4o").named("input_tokens"))
    }

    #[test]
    fn the_most_specific_price_holds() {
        let book = book();
        let cents = |metric_name, model, tool| {
            let usage = Priced { metric_type: MetricType::LlmTokens, metric_name, model, tool };
            book.price_of(&usage).map(|price| price.cents.to_string())
        };
        for (name, model, tool, expected) in [
            ("x", None, None, "1"),
            ("input_tokens", None, None, "2"),
            ("input_tokens", None, Some("search"), "3"),
            ("input_tokens", Some("gpt-3"), Some("search"), "4"),
            ("x", Some("gpt-4o-mini"), None, "5"),
            ("x", Some("gpt-4o"), Some("search"), "6"),
            ("input_tokens", Some("gpt-4o"), None, "7"),
            ("x", Some("claude"), None, "1"),
        ] {
            assert_eq!(cents(name, model, tool).unwrap(), expected, "{name} {model:?} {tool:?}");
        }
        let calls = MetricType::ApiCalls;
        let usage = Priced { metric_type: calls, metric_name: "x", model: None, tool: None };
        assert_eq!(book.price_of(&usage), None);
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn halves_of_a_millionth_are_rounded_away_from_zero() {
        let price = Price::new(MetricType::LlmTokens, 1, 2_000_000);
        let costs = [1, 2, 3].map(|quantity| price.cost_of(quantity.into()).unwrap().to_string());
        assert_eq!(costs, ["0.000001", "0.000001", "0.000002"]);
        // 0.49999999999999999999995 millionths, and exactly a half of one: no digit is lost on the way.
        let most = |cents: &str, per| Price::new(MetricType::LlmTokens, decimal(cents), per);
        let cost = |price: Price, quantity: &str| price.cost_of(decimal(quantity));
        let below = cost(most("999999999999.999999", 1_000_000_000_000), "499999999999.5");
        assert_eq!(below.unwrap().to_string(), "499999999999.500000");
        let half = cost(most("0.000001", 1_000_000_000_000), "500000000000");
        assert_eq!(half.unwrap().to_string(), "0.000001");
        let less = cost(most("0.000001", 1_000_000_000_000), "499999999999.99");
        assert_eq!(less.unwrap().to_string(), "0.000000");
        assert_eq!(cost(most("999999999999.999999", 1), "1000000000000000000"), None);
    }

    #[test]
    fn what_is_no_price_is_told_by_its_path() {
        let wrong = PriceBook::new(Timestamp::UNIX_EPOCH)
            .with(Price::new(MetricType::StorageBytes, 1, 1))
            .with(Price::new(MetricType::ApiCalls, decimal("-1"), 0))
            .with(Price::new(MetricType::ApiCalls, decimal("0.0000001"), 1))
            .with(Price::new(MetricType::LlmTokens, MOST_CENTS, 1).of_model(""));
        let problems = wrong.check().unwrap_err();
        let fields: Vec<_> = problems.0.iter().map(|it| it.field.as_str()).collect();
        let expected = [
            "prices[0].metric_type",
            "prices[1].cents",
            "prices[1].per",
            "prices[2].cents",
            "prices[2]",
            "prices[3].model",
            "prices[3].cents",
        ];
        assert_eq!(fields, expected);
        let price = || Price::new(MetricType::ApiCalls, 1, 1);
        let wrong = PriceBook::new(Timestamp::UNIX_EPOCH)
            .with(price().named("Input tokens"))
            .with(price().of_model("gpt*-4"))
            .with(price().of_model("gpt\u{7}"))
            .with(price().of_tool("ji*"))
            .with(price().of_model("gpt*"))
            .with(price().of_model("*"));
        let problems = wrong.check().unwrap_err();
        let fields: Vec<_> = problems.0.iter().map(|it| it.field.as_str()).collect();
        let expected =
            ["prices[0].metric_name", "prices[1].model", "prices[2].model", "prices[3].tool"];
        assert_eq!(fields, expected);
        let empty = PriceBook::new(Timestamp::UNIX_EPOCH).check().unwrap_err();
        assert_eq!(empty.0[0].field, "prices");
        let zero =
            PriceBook::new(Timestamp::UNIX_EPOCH).with(Price::new(MetricType::ApiCalls, 0, 1));
        assert_eq!(zero.check(), Ok(()));
    }
}
