//! `+ - * / %`, comparisons, `==` and `in`, as CEL defines them.

use std::{cmp::Ordering, sync::Arc};

use cel_core::{Duration, MapKey, OptionalValue, Timestamp, Value, ValueMap};

use super::{
    meter::{Meter, Stop},
    node::{Arithmetic, Order},
};
use crate::rules::FaultKind;

const NANOS: i128 = 1_000_000_000;

impl Arithmetic {
    fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl Order {
    fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// The name of the type of a value, as authors of rules know it.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::UInt(_) => "uint",
        Value::Double(_) => "double",
        Value::String(_) => "string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Map(_) => "object",
        Value::Timestamp(_) => "timestamp",
        Value::Duration(_) => "duration",
        Value::Type(_) => "type",
        Value::Optional(_) => "optional",
        Value::Message(_) => "message",
        Value::Enum(_) => "enum",
        Value::Error(_) => "error",
    }
}

pub(super) fn arithmetic(
    operator: Arithmetic,
    left: &Value,
    right: &Value,
    meter: &mut Meter,
) -> Result<Value, Stop> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => int(operator, *a, *b),
        (Value::UInt(a), Value::UInt(b)) => uint(operator, *a, *b),
        (Value::Double(a), Value::Double(b)) => match operator {
            Arithmetic::Add => Ok(Value::Double(a + b)),
            Arithmetic::Subtract => Ok(Value::Double(a - b)),
            Arithmetic::Multiply => Ok(Value::Double(a * b)),
            Arithmetic::Divide => Ok(Value::Double(a / b)),
            Arithmetic::Remainder => Err(no_form(operator, left, right)),
        },
        _ => match operator {
            Arithmetic::Add => add(left, right, meter),
            Arithmetic::Subtract => subtract(left, right),
            _ => Err(no_form(operator, left, right)),
        },
    }
}

fn int(operator: Arithmetic, a: i64, b: i64) -> Result<Value, Stop> {
    let result = match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide if b == 0 => return Err(by_zero("division")),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder if b == 0 => return Err(by_zero("modulo")),
        Arithmetic::Remainder => a.checked_rem(b),
    };
    result
        .map(Value::Int)
        .ok_or_else(|| out_of_range(&format!("{a} {} {b}", operator.sign()), "int"))
}

fn uint(operator: Arithmetic, a: u64, b: u64) -> Result<Value, Stop> {
    let result = match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide if b == 0 => return Err(by_zero("division")),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder if b == 0 => return Err(by_zero("modulo")),
        Arithmetic::Remainder => a.checked_rem(b),
    };
    result
        .map(Value::UInt)
        .ok_or_else(|| out_of_range(&format!("{a}u {} {b}u", operator.sign()), "uint"))
}

fn add(left: &Value, right: &Value, meter: &mut Meter) -> Result<Value, Stop> {
    match (left, right) {
        (Value::String(a), Value::String(b)) => {
            meter.bytes(a.len() + b.len())?;
            Ok(Value::String([a.as_ref(), b.as_ref()].concat().into()))
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            meter.bytes(a.len() + b.len())?;
            Ok(Value::Bytes([a.as_ref(), b.as_ref()].concat().into()))
        }
        (Value::List(a), Value::List(b)) => {
            meter.elements(a.len() + b.len())?;
            Ok(Value::List(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Value::Map(a), Value::Map(b)) => {
            meter.entries(a.len() + b.len())?;
            let entries = a.iter().chain(b.iter()).map(|(key, it)| (key.clone(), it.clone()));
            Ok(Value::Map(Arc::new(ValueMap::from_entries(entries))))
        }
        (Value::Timestamp(at), Value::Duration(by))
        | (Value::Duration(by), Value::Timestamp(at)) => {
            timestamp(nanos(at.seconds, at.nanos) + nanos(by.seconds, by.nanos))
        }
        (Value::Duration(a), Value::Duration(b)) => {
            duration(nanos(a.seconds, a.nanos) + nanos(b.seconds, b.nanos))
        }
        _ => Err(no_form(Arithmetic::Add, left, right)),
    }
}

fn subtract(left: &Value, right: &Value) -> Result<Value, Stop> {
    match (left, right) {
        (Value::Timestamp(a), Value::Timestamp(b)) => {
            duration(nanos(a.seconds, a.nanos) - nanos(b.seconds, b.nanos))
        }
        (Value::Timestamp(at), Value::Duration(by)) => {
            timestamp(nanos(at.seconds, at.nanos) - nanos(by.seconds, by.nanos))
        }
        (Value::Duration(a), Value::Duration(b)) => {
            duration(nanos(a.seconds, a.nanos) - nanos(b.seconds, b.nanos))
        }
        _ => Err(no_form(Arithmetic::Subtract, left, right)),
    }
}

fn nanos(seconds: i64, nanos: i32) -> i128 {
    i128::from(seconds) * NANOS + i128::from(nanos)
}

fn timestamp(total: i128) -> Result<Value, Stop> {
    let parts = (i64::try_from(total.div_euclid(NANOS)), i32::try_from(total.rem_euclid(NANOS)));
    if let (Ok(seconds), Ok(nanos)) = parts {
        let timestamp = Timestamp::new(seconds, nanos);
        if timestamp.is_valid() {
            return Ok(Value::Timestamp(timestamp));
        }
    }
    Err(Stop::new(FaultKind::Arithmetic, "the timestamp is not within the years 1 to 9999"))
}

/// Of `total` nanoseconds. Seconds and nanoseconds are of the same sign, so that equal durations have equal parts.
pub(super) fn duration(total: i128) -> Result<Value, Stop> {
    if let (Ok(seconds), Ok(nanos)) = (i64::try_from(total / NANOS), i32::try_from(total % NANOS)) {
        let duration = Duration::new(seconds, nanos);
        if duration.is_valid() {
            return Ok(Value::Duration(duration));
        }
    }
    Err(Stop::new(FaultKind::Arithmetic, "the duration is longer than 10,000 years"))
}

pub(super) fn negate(value: &Value) -> Result<Value, Stop> {
    match value {
        Value::Int(it) => {
            it.checked_neg().map(Value::Int).ok_or_else(|| out_of_range(&format!("-({it})"), "int"))
        }
        Value::Double(it) => Ok(Value::Double(-it)),
        _ => Err(Stop::new(FaultKind::Type, format!("`-` has no form for {}", type_name(value)))),
    }
}

pub(super) fn order(
    operator: Order,
    left: &Value,
    right: &Value,
    meter: &mut Meter,
) -> Result<bool, Stop> {
    match (left, right) {
        (Value::String(a), Value::String(b)) => meter.bytes(a.len().min(b.len()))?,
        (Value::Bytes(a), Value::Bytes(b)) => meter.bytes(a.len().min(b.len()))?,
        _ => (),
    }
    let Some(ordering) = left.compare(right) else {
        let not_a_number = |it: &Value| matches!(it, Value::Double(it) if it.is_nan());
        if not_a_number(left) || not_a_number(right) {
            return Err(Stop::new(FaultKind::Arithmetic, "NaN is neither less nor greater"));
        }
        let (sign, left, right) = (operator.sign(), type_name(left), type_name(right));
        let message = format!("`{sign}` cannot compare {left} with {right}");
        return Err(Stop::new(FaultKind::Type, message));
    };
    Ok(match operator {
        Order::Less => ordering == Ordering::Less,
        Order::LessOrEqual => ordering != Ordering::Greater,
        Order::Greater => ordering == Ordering::Greater,
        Order::GreaterOrEqual => ordering != Ordering::Less,
    })
}

/// Values of different types are not equal, except numbers.
pub(super) fn equal(left: &Value, right: &Value, meter: &mut Meter) -> Result<bool, Stop> {
    match (left, right) {
        (Value::Error(error), _) | (_, Value::Error(error)) => Err(Stop::from(error.as_ref())),
        (Value::String(a), Value::String(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            meter.bytes(a.len())?;
            Ok(a == b)
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            meter.bytes(a.len().min(b.len()))?;
            Ok(a == b)
        }
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                meter.step()?;
                if !equal(a, b, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, a) in a.iter() {
                meter.charge(2)?;
                let Some(b) = b.get_with_numeric_coercion(key) else { return Ok(false) };
                if !equal(a, b, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Optional(OptionalValue::Some(a)), Value::Optional(OptionalValue::Some(b))) => {
            equal(a, b, meter)
        }
        _ => Ok(left == right),
    }
}

pub(super) fn contains(range: &Value, needle: &Value, meter: &mut Meter) -> Result<bool, Stop> {
    match range {
        Value::List(items) => {
            let mut failed = None;
            for item in items.iter() {
                meter.step()?;
                match equal(needle, item, meter) {
                    Ok(true) => return Ok(true),
                    Ok(false) => (),
                    Err(Stop::Limit) => return Err(Stop::Limit),
                    Err(stop) => failed = failed.or(Some(stop)),
                }
            }
            failed.map_or(Ok(false), Err)
        }
        Value::Map(map) => {
            Ok(map_key(needle).is_some_and(|key| map.contains_key_with_numeric_coercion(&key)))
        }
        _ => {
            let message = format!("`in` looks into lists and objects, not {}", type_name(range));
            Err(Stop::new(FaultKind::Type, message))
        }
    }
}

/// A value as the key to look for in a map. A whole double finds the key of the same number.
pub(super) fn map_key(value: &Value) -> Option<MapKey> {
    match value {
        Value::Double(it) => whole(*it),
        _ => MapKey::from_value(value),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before"
)]
fn whole(number: f64) -> Option<MapKey> {
    const INT_END: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() != 0.0 || !(-INT_END..2.0 * INT_END).contains(&number) {
        None
    } else if number < INT_END {
        Some(MapKey::Int(number as i64))
    } else {
        Some(MapKey::UInt(number as u64))
    }
}

fn no_form(operator: Arithmetic, left: &Value, right: &Value) -> Stop {
    let (sign, left, right) = (operator.sign(), type_name(left), type_name(right));
    Stop::new(FaultKind::Type, format!("`{sign}` has no form for {left} and {right}"))
}

fn by_zero(what: &str) -> Stop {
    Stop::new(FaultKind::Arithmetic, format!("{what} by zero"))
}

fn out_of_range(what: &str, name: &str) -> Stop {
    Stop::new(FaultKind::Arithmetic, format!("{what} is out of range for {name}"))
}
