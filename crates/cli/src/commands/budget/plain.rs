use agentflow::budgets::Measure;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Serialize, Serializer, ser::Error};
use serde_json::{Map, Value};

/// The largest whole number that every reader of JSON keeps as it is: 2^53 - 1.
const LARGEST: u64 = 9_007_199_254_740_991;

/// What is told as JSON: tokens and calls are numbers, and cents are texts, wherever they stand.
pub(super) struct Plain<T>(pub(super) T);

impl<T: Serialize> Serialize for Plain<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(&self.0).map_err(S::Error::custom)?;
        write_counts(&mut value);
        value.serialize(serializer)
    }
}

fn write_counts(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(write_counts),
        Value::Object(object) => {
            // Of a refusal or an alert.
            let measure = object.get("measure").and_then(Value::as_str);
            if let Some(measure) = measure.and_then(|it| it.parse().ok()) {
                write_amounts(object, measure, &["allowed", "spent", "reserved", "asked"]);
            }
            for (name, value) in object {
                match (name.parse(), value) {
                    (Ok(measure), Value::Object(state)) => {
                        let names = ["limit", "carried", "added", "spent", "reserved"];
                        write_amounts(state, measure, &names);
                    }
                    (_, value) => write_counts(value),
                }
            }
        }
        _ => {}
    }
}

fn write_amounts(object: &mut Map<String, Value>, measure: Measure, names: &[&str]) {
    for name in names {
        let Some(value) = object.get_mut(*name) else { continue };
        let amount = value.as_str().and_then(|text| text.parse::<Decimal>().ok());
        let Some(amount) = amount.map(|it| it.normalize()) else { continue };
        let number = amount.to_u64().filter(|it| amount.is_integer() && *it <= LARGEST);
        *value = match number {
            Some(number) if measure != Measure::CostInCents => number.into(),
            _ => amount.to_string().into(),
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_and_calls_are_numbers_where_they_fit_and_cents_are_texts() {
        let told = json!({
            "state": {
                "tokens": {"limit": "100", "carried": "0", "spent": LARGEST.to_string()},
                "calls": {"limit": null, "spent": (LARGEST + 1).to_string()},
                "cost_in_cents": {"limit": "12.500000"},
            },
            "refusals": [
                {"measure": "calls", "asked": "7", "name": "7"},
                {"measure": "cost_in_cents", "asked": "7"},
            ],
        });
        let plain = json!({
            "state": {
                "tokens": {"limit": 100, "carried": 0, "spent": LARGEST},
                "calls": {"limit": null, "spent": (LARGEST + 1).to_string()},
                "cost_in_cents": {"limit": "12.5"},
            },
            "refusals": [
                {"measure": "calls", "asked": 7, "name": "7"},
                {"measure": "cost_in_cents", "asked": "7"},
            ],
        });
        assert_eq!(serde_json::to_value(Plain(told)).unwrap(), plain);
    }
}
