use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::{Unit, UsageEvent};
use crate::{InvalidInput, canonical, fields::check_text};

/// How far ahead of the clock an event may be: clocks of others are not exact.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// How old an event may be: ten years.
const OLDEST: SignedDuration = SignedDuration::from_hours(10 * 8_766);
/// The most that the metadata takes, as canonical JSON.
const MAX_METADATA_BYTES: usize = 8 * 1024;
/// The decimal places of a cost.
const COST_PLACES: u32 = 6;
/// What a cost is below, in cents.
const COST_BOUND: u64 = 1_000_000_000_000;

impl UsageEvent {
    /// Checks everything that can be known without a database, with `now` as the time. Names the field and says why.
    pub fn validate(&self, now: Timestamp) -> Result<(), InvalidInput> {
        check_plain("key", &self.key)?;
        check_metric_name(&self.metric_name)?;
        check_quantity(self.metric_type.unit(), self.quantity)?;
        if let Some(at) = self.occurred_at {
            check_time(at, now)?;
        }
        if let Some(cost) = self.cost_in_cents {
            check_cost(cost)?;
        }
        for (field, text) in [("model", &self.model), ("tool", &self.tool)] {
            if let Some(text) = text {
                check_plain(field, text)?;
            }
        }
        self.check_metadata()
    }

    fn check_metadata(&self) -> Result<(), InvalidInput> {
        if self.metadata.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        canonical::write_object_as_doubles(&mut text, &self.metadata, "metadata")?;
        if text.len() > MAX_METADATA_BYTES {
            let reason = format!("{} bytes of JSON; at most 8 kB are kept", text.len());
            return Err(InvalidInput::new("metadata", reason));
        }
        Ok(())
    }
}

/// 1 to 255 characters, none of which is a control character.
pub(super) fn check_plain(field: &str, text: &str) -> Result<(), InvalidInput> {
    check_text(field, text, 1, 255)?;
    if let Some(control) = text.chars().find(|character| character.is_control()) {
        let reason = format!("the control character U+{:04X} is not allowed", u32::from(control));
        return Err(InvalidInput::new(field, reason));
    }
    Ok(())
}

pub(super) fn check_metric_name(name: &str) -> Result<(), InvalidInput> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = name.bytes();
    let fits = bytes.next().is_some_and(is_plain)
        && name.len() <= 255
        && bytes.all(|byte| is_plain(byte) || matches!(byte, b'_' | b'.' | b'-'));
    if fits {
        return Ok(());
    }
    let reason =
        "expected 1 to 255 of a-z, 0-9, `_`, `.` and `-`, the first of them a letter or digit";
    Err(InvalidInput::new("metric_name", reason))
}

fn check_quantity(unit: Unit, quantity: Decimal) -> Result<(), InvalidInput> {
    if unit.allows(quantity) {
        return Ok(());
    }
    let reason = if quantity.is_sign_negative() {
        "is negative; what was used is 0 or more".to_owned()
    } else if quantity > Decimal::from(unit.most()) {
        format!("is too large; one event holds at most {} {unit}", unit.most())
    } else if unit.decimal_places() == 0 {
        format!("has decimal places; {unit} are whole")
    } else {
        format!("has too many decimal places; {unit} have at most {}", unit.decimal_places())
    };
    Err(InvalidInput::new("quantity", format!("{quantity} {reason}")))
}

fn check_time(at: Timestamp, now: Timestamp) -> Result<(), InvalidInput> {
    let ago = now.duration_since(at);
    let reason = if ago < -AHEAD {
        format!("{at} is in the future; it is {now} now, and clocks may differ by 5 minutes")
    } else if ago > OLDEST {
        format!("{at} is more than 10 years ago")
    } else {
        return Ok(());
    };
    Err(InvalidInput::new("occurred_at", reason))
}

fn check_cost(cost: Decimal) -> Result<(), InvalidInput> {
    let reason = if cost.is_sign_negative() && !cost.is_zero() {
        "is negative; a cost is 0 or more".to_owned()
    } else if cost >= Decimal::from(COST_BOUND) {
        format!("is too large; one event costs less than {COST_BOUND} cents")
    } else if cost.normalize().scale() > COST_PLACES {
        format!("has too many decimal places; a cost has at most {COST_PLACES}")
    } else {
        return Ok(());
    };
    Err(InvalidInput::new("cost_in_cents", format!("{cost} {reason}")))
}
