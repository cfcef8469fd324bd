use cel_core::{MapKey, OptionalValue, Value};

use crate::rules::{
    FaultKind,
    cel::{
        meter::{Meter, Stop},
        operators::type_name,
    },
};

/// The most digits behind the point that `format` writes.
const MAX_PRECISION: usize = 400;

/// How much a function of the library makes from its arguments. Charged before it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules::cel) enum Growth {
    /// No more than it reads.
    None,
    Replace,
    Join,
    Format,
    Split,
    Double,
}

impl Growth {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "replace" => Self::Replace,
            "join" => Self::Join,
            "format" => Self::Format,
            "split" => Self::Split,
            "strings.quote" | "base64.encode" => Self::Double,
            _ => Self::None,
        }
    }

    pub(super) fn charge(self, args: &[Value], meter: &mut Meter) -> Result<(), Stop> {
        for arg in args {
            match arg {
                Value::String(it) => meter.bytes(it.len().saturating_mul(2))?,
                Value::Bytes(it) => meter.bytes(it.len().saturating_mul(2))?,
                Value::List(it) => meter.charge(it.len())?,
                Value::Map(it) => meter.charge(it.len())?,
                _ => (),
            }
        }
        match (self, args) {
            (Self::Replace, [Value::String(text), Value::String(old), Value::String(new), ..]) => {
                let found = found(text, old, args.get(3));
                meter.bytes(found.saturating_mul(new.len()).saturating_add(text.len()))
            }
            (Self::Split, [Value::String(text), Value::String(separator), ..]) => {
                let found = found(text, separator, args.get(2));
                meter.charge(found.saturating_add(1).saturating_mul(4))
            }
            (Self::Join, [Value::List(items), rest @ ..]) => {
                let separator = match rest {
                    [Value::String(it)] => it.len(),
                    _ => 0,
                };
                let mut length = separator.saturating_mul(items.len());
                for item in items.iter() {
                    length = length.saturating_add(joined(item)?);
                }
                meter.bytes(length)
            }
            (Self::Format, [Value::String(text), Value::List(items)]) => format(text, items, meter),
            (Self::Double, [Value::String(text)]) => meter.bytes(text.len()),
            (Self::Double, [Value::Bytes(bytes)]) => meter.bytes(bytes.len()),
            _ => Ok(()),
        }
    }
}

/// How often a text is found, at most as often as `limit` says. The empty text is found around each character.
fn found(text: &str, part: &str, limit: Option<&Value>) -> usize {
    let found =
        if part.is_empty() { text.len().saturating_add(1) } else { text.matches(part).count() };
    match limit {
        Some(Value::Int(limit)) => usize::try_from(*limit).map_or(found, |limit| found.min(limit)),
        _ => found,
    }
}

/// The library would take what is no text for an empty one.
fn joined(item: &Value) -> Result<usize, Stop> {
    match item {
        Value::String(it) => Ok(it.len()),
        Value::Error(error) => Err(Stop::from(error.as_ref())),
        _ => {
            let message = format!("`join` joins texts, not {}", type_name(item));
            Err(Stop::new(FaultKind::Type, message))
        }
    }
}

fn format(text: &str, items: &[Value], meter: &mut Meter) -> Result<(), Stop> {
    let mut items = items.iter();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            rest = behind;
            continue;
        }
        let mut precision = 6;
        if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(|it: char| !it.is_ascii_digit()).unwrap_or(behind.len());
            precision = behind[..end].parse().unwrap_or(usize::MAX);
            rest = &behind[end..];
            if precision > MAX_PRECISION {
                let message = format!("`format` writes at most {MAX_PRECISION} decimals");
                return Err(Stop::new(FaultKind::Argument, message));
            }
        }
        if let Some(item) = items.next() {
            let length = formatted(item, meter)?;
            meter.bytes(length.saturating_mul(2).saturating_add(precision))?;
        }
    }
    Ok(())
}

/// No text of `value` is longer, in decimal or hexadecimal.
fn formatted(value: &Value, meter: &mut Meter) -> Result<usize, Stop> {
    meter.step()?;
    Ok(match value {
        Value::Error(error) => return Err(Stop::from(error.as_ref())),
        Value::String(it) => it.len().saturating_mul(2),
        Value::Bytes(it) => it.len().saturating_mul(3),
        Value::Double(_) => 330,
        Value::Type(it) => it.name.len(),
        Value::List(items) => {
            let mut length = 2_usize;
            for item in items.iter() {
                length = length.saturating_add(formatted(item, meter)?).saturating_add(2);
            }
            // A text is made on each level.
            meter.bytes(length)?;
            length
        }
        Value::Map(map) => {
            let mut length = 2_usize;
            for (key, item) in map.iter() {
                let key = match key {
                    MapKey::String(it) => it.len(),
                    _ => 20,
                };
                length = length.saturating_add(formatted(item, meter)?).saturating_add(key + 4);
            }
            meter.charge(map.len())?;
            meter.bytes(length)?;
            length
        }
        Value::Optional(OptionalValue::Some(it)) => formatted(it, meter)?,
        _ => 66,
    })
}
