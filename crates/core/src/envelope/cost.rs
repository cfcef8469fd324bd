use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{InvalidInput, canonical::MAX_EXACT_INTEGER, fields::Fields};

/// What a message cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Tokens of the model, at most 2^53 − 1. For a turn of a chat this is its token count.
    pub tokens: u64,
    /// US dollars: finite, not negative.
    pub dollars: f64,
}

impl Cost {
    /// A cost.
    pub const fn new(tokens: u64, dollars: f64) -> Self {
        Self { tokens, dollars }
    }

    pub(super) fn check(&self) -> Result<(), InvalidInput> {
        if self.tokens > MAX_EXACT_INTEGER {
            return Err(tokens_error());
        }
        if !(self.dollars.is_finite() && self.dollars >= 0.0) {
            return Err(dollars_error());
        }
        Ok(())
    }

    /// Reads the `cost` of a contract: both keys, and no other.
    pub(super) fn from_contract(value: Value) -> Result<Self, InvalidInput> {
        let mut fields = Fields::of(value, "cost", &["tokens", "dollars"])?;
        let tokens = whole_number(&fields.required("tokens")?).ok_or_else(tokens_error)?;
        let dollars = fields.required("dollars")?.as_f64().ok_or_else(dollars_error)?;
        let cost = Self { tokens, dollars };
        cost.check()?;
        Ok(cost)
    }
}

/// `3` and `3.0` are the same integer in JSON.
fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let double = value.as_f64()?;
        #[expect(clippy::cast_precision_loss, reason = "2^53 − 1 is a double")]
        let in_range = (0.0..=MAX_EXACT_INTEGER as f64).contains(&double);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in range and without a fraction"
        )]
        (in_range && double.fract() == 0.0).then_some(double as u64)
    })
}

fn tokens_error() -> InvalidInput {
    InvalidInput::new("cost.tokens", format!("expected an integer from 0 to {MAX_EXACT_INTEGER}"))
}

fn dollars_error() -> InvalidInput {
    InvalidInput::new("cost.dollars", "expected a finite number from 0")
}
