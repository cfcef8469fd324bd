use cel_core::{Duration, Timestamp, Value, time};

use super::Builtin;
use crate::rules::{
    FaultKind,
    cel::{
        meter::{Meter, Stop},
        operators::duration,
    },
};

/// Nothing when there is no conversion from the type of `value`.
pub(super) fn convert(
    to: Builtin,
    value: &Value,
    meter: &mut Meter,
) -> Result<Option<Value>, Stop> {
    match value {
        Value::String(it) => meter.bytes(it.len())?,
        Value::Bytes(it) => meter.bytes(it.len())?,
        _ => (),
    }
    match to {
        Builtin::Int => to_int(value),
        Builtin::Uint => to_uint(value),
        Builtin::Double => to_double(value),
        Builtin::Text => to_text(value),
        Builtin::Bytes => Ok(match value {
            Value::Bytes(_) => Some(value.clone()),
            Value::String(it) => Some(Value::Bytes(it.as_bytes().into())),
            _ => None,
        }),
        Builtin::Bool => to_bool(value),
        Builtin::Timestamp => to_timestamp(value),
        Builtin::Duration => to_duration(value),
        _ => Ok(None),
    }
}

fn unreadable(text: &str, expected: &str) -> Stop {
    let mut shown: String = text.chars().take(50).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Stop::new(FaultKind::Argument, format!("expected {expected}, got {shown:?}"))
}

fn out_of_range(value: &Value, name: &str) -> Stop {
    Stop::new(FaultKind::Arithmetic, format!("{value} is out of range for {name}"))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn to_int(value: &Value) -> Result<Option<Value>, Stop> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    let number = match value {
        Value::Int(it) => *it,
        Value::UInt(it) => i64::try_from(*it).map_err(|_| out_of_range(value, "int"))?,
        // The lowest int is left out, as the standard has it: a double that is a little lower looks the same.
        Value::Double(it) if *it > -END && *it < END => *it as i64,
        Value::Double(_) => return Err(out_of_range(value, "int")),
        Value::String(it) => it.parse().map_err(|_| unreadable(it, "a whole number"))?,
        Value::Timestamp(it) => it.seconds,
        Value::Enum(it) => it.value.into(),
        _ => return Ok(None),
    };
    Ok(Some(Value::Int(number)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before"
)]
fn to_uint(value: &Value) -> Result<Option<Value>, Stop> {
    const END: f64 = 18_446_744_073_709_551_616.0;
    let number = match value {
        Value::UInt(it) => *it,
        Value::Int(it) => u64::try_from(*it).map_err(|_| out_of_range(value, "uint"))?,
        Value::Double(it) if *it >= 0.0 && *it < END => *it as u64,
        Value::Double(_) => return Err(out_of_range(value, "uint")),
        Value::String(it) => it.parse().map_err(|_| unreadable(it, "a whole number from 0"))?,
        _ => return Ok(None),
    };
    Ok(Some(Value::UInt(number)))
}

#[expect(clippy::cast_precision_loss, reason = "this is what the conversion is for")]
fn to_double(value: &Value) -> Result<Option<Value>, Stop> {
    let number = match value {
        Value::Double(it) => *it,
        Value::Int(it) => *it as f64,
        Value::UInt(it) => *it as f64,
        Value::String(it) => it.parse().map_err(|_| unreadable(it, "a number"))?,
        _ => return Ok(None),
    };
    Ok(Some(Value::Double(number)))
}

fn to_text(value: &Value) -> Result<Option<Value>, Stop> {
    let text = match value {
        Value::String(_) => return Ok(Some(value.clone())),
        Value::Int(it) => it.to_string(),
        Value::UInt(it) => it.to_string(),
        Value::Double(it) => double_text(*it),
        Value::Bool(it) => it.to_string(),
        Value::Bytes(it) => match std::str::from_utf8(it) {
            Ok(it) => it.to_owned(),
            Err(_) => return Err(Stop::new(FaultKind::Argument, "the bytes are not UTF-8")),
        },
        Value::Timestamp(it) => time::format_timestamp(it),
        Value::Duration(it) => time::format_duration(it),
        _ => return Ok(None),
    };
    Ok(Some(Value::from(text)))
}

fn double_text(number: f64) -> String {
    if number.is_infinite() {
        let sign = if number > 0.0 { '+' } else { '-' };
        format!("{sign}infinity")
    } else if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.1}")
    } else {
        number.to_string()
    }
}

fn to_bool(value: &Value) -> Result<Option<Value>, Stop> {
    match value {
        Value::Bool(_) => Ok(Some(value.clone())),
        Value::String(it) => match it.as_ref() {
            "true" | "True" | "TRUE" | "t" | "1" => Ok(Some(Value::Bool(true))),
            "false" | "False" | "FALSE" | "f" | "0" => Ok(Some(Value::Bool(false))),
            _ => Err(unreadable(it, "true or false")),
        },
        _ => Ok(None),
    }
}

fn to_timestamp(value: &Value) -> Result<Option<Value>, Stop> {
    let timestamp = match value {
        Value::Timestamp(it) => *it,
        Value::Int(it) => Timestamp::from_seconds(*it),
        Value::String(it) => {
            let expected = "a timestamp as `2026-01-31T12:00:00Z`, of the years 1 to 9999";
            time::parse_timestamp(it).map_err(|_| unreadable(it, expected))?
        }
        _ => return Ok(None),
    };
    // A leap second is read as a second of up to two billion nanoseconds.
    let timestamp = match timestamp.nanos {
        1_000_000_000.. => Timestamp::new(timestamp.seconds + 1, timestamp.nanos - 1_000_000_000),
        _ => timestamp,
    };
    if timestamp.is_valid() {
        Ok(Some(Value::Timestamp(timestamp)))
    } else {
        Err(out_of_range(value, "timestamp"))
    }
}

fn to_duration(value: &Value) -> Result<Option<Value>, Stop> {
    match value {
        Value::Duration(_) => Ok(Some(value.clone())),
        Value::Int(it) => duration(i128::from(*it) * 1_000_000_000).map(Some),
        Value::String(it) => match parse_duration(it) {
            Some(duration) => Ok(Some(Value::Duration(duration))),
            None => Err(unreadable(it, "a duration as `1h30m`, `90s` or `250ms`")),
        },
        _ => Ok(None),
    }
}

/// Reads `1h30m`, `-1.5s`, `250ms`. None when it is something else, or is out of range.
///
/// The library's reads numbers of many digits wrongly, and fractions only roughly.
pub(in crate::rules::cel) fn parse_duration(text: &str) -> Option<Duration> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let (number, behind) = rest.split_at(end);
        let end = behind.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        rest = behind;
        let unit: i128 = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ns" => 1,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        total = total.checked_add(digits(whole)?.checked_mul(unit)?)?;
        // More digits than these are less than a nanosecond.
        let fraction = fraction.get(..fraction.len().min(15))?;
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(digits(fraction)?.checked_mul(unit)? / scale)?;
    }
    match duration(sign * total) {
        Ok(Value::Duration(it)) => Some(it),
        _ => None,
    }
}

fn digits(text: &str) -> Option<i128> {
    if text.is_empty() {
        return Some(0);
    }
    // A second point would be in here.
    if text.bytes().all(|it| it.is_ascii_digit()) { text.parse().ok() } else { None }
}
