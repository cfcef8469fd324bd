//! Functions: those of the standard that the library has no implementation of to call, and the calls of the others.

mod conversions;
mod growth;
mod pattern;

use std::{
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use cel_core::{
    CelType, Env, EvalErrorKind, Value,
    time::{TimestampComponent, parse_timezone},
};

use super::{
    meter::{Meter, Stop},
    operators::type_name,
};
use crate::rules::FaultKind;

pub(super) use conversions::parse_duration;
use growth::Growth;
pub(super) use pattern::{MAX_RANGES, Pattern, matches};

type Implementation = Arc<dyn Fn(&[Value]) -> Value + Send + Sync>;

/// What the functions of an environment do. Made once per language.
#[derive(Debug)]
pub(super) struct Functions {
    by_name: HashMap<String, Vec<Arc<Overload>>>,
}

/// What a call runs.
#[derive(Debug)]
pub(super) enum Function {
    Builtin(Builtin),
    /// A regular expression that is known when the expression is compiled.
    Pattern(Pattern),
    /// One that is not.
    Matches,
    /// The forms among which the types of the arguments choose.
    Library(Vec<Arc<Overload>>, Growth),
}

pub(super) struct Overload {
    id: String,
    member: bool,
    params: Vec<CelType>,
    run: Implementation,
}

impl fmt::Debug for Overload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// A function of the standard that is not among the implementations of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Component(TimestampComponent),
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Bool,
    Type,
    Timestamp,
    Duration,
}

impl Builtin {
    fn find(name: &str, arity: usize) -> Option<Self> {
        let builtin = match name {
            "size" => Self::Size,
            "contains" => Self::Contains,
            "startsWith" => Self::StartsWith,
            "endsWith" => Self::EndsWith,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "double" => Self::Double,
            "string" => Self::Text,
            "bytes" => Self::Bytes,
            "bool" => Self::Bool,
            "type" => Self::Type,
            "timestamp" => Self::Timestamp,
            "duration" => Self::Duration,
            "getFullYear" => Self::Component(TimestampComponent::FullYear),
            "getMonth" => Self::Component(TimestampComponent::Month),
            "getDate" => Self::Component(TimestampComponent::Date),
            "getDayOfMonth" => Self::Component(TimestampComponent::DayOfMonth),
            "getDayOfWeek" => Self::Component(TimestampComponent::DayOfWeek),
            "getDayOfYear" => Self::Component(TimestampComponent::DayOfYear),
            "getHours" => Self::Component(TimestampComponent::Hours),
            "getMinutes" => Self::Component(TimestampComponent::Minutes),
            "getSeconds" => Self::Component(TimestampComponent::Seconds),
            "getMilliseconds" => Self::Component(TimestampComponent::Milliseconds),
            _ => return None,
        };
        let fits = match builtin {
            Self::Contains | Self::StartsWith | Self::EndsWith => arity == 2,
            Self::Component(_) => (1..=2).contains(&arity),
            _ => arity == 1,
        };
        fits.then_some(builtin)
    }
}

impl Functions {
    /// Takes over the functions that `env` has an implementation of.
    pub(super) fn new(env: &Env) -> Self {
        let mut by_name: HashMap<String, Vec<Arc<Overload>>> = HashMap::new();
        for declaration in env.functions().values() {
            for overload in &declaration.overloads {
                let Some(run) = &overload.implementation else { continue };
                let overload = Overload {
                    id: overload.id.clone(),
                    member: overload.is_member,
                    params: overload.params.clone(),
                    run: Arc::clone(run),
                };
                by_name.entry(declaration.name.clone()).or_default().push(Arc::new(overload));
            }
        }
        Self { by_name }
    }

    /// Whether there is a function with this name, which may have dots in it: `math.abs`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The function for a call with `arity` arguments, of which a receiver is the first. Which of its forms, the values say
    /// when it is called: what the checker thinks is not sound where types are not known.
    pub(super) fn find(&self, name: &str, member: bool, arity: usize) -> Option<Function> {
        if let Some(overloads) = self.by_name.get(name) {
            let fits = |it: &&Arc<Overload>| it.member == member && it.params.len() == arity;
            let found: Vec<_> = overloads.iter().filter(fits).cloned().collect();
            if !found.is_empty() {
                return Some(Function::Library(found, Growth::of(name)));
            }
        }
        if name == "matches" && arity == 2 {
            return Some(Function::Matches);
        }
        Builtin::find(name, arity).map(Function::Builtin)
    }
}

/// Calls the first of `overloads` that takes the types of `args`.
pub(super) fn call(
    name: &str,
    overloads: &[Arc<Overload>],
    growth: Growth,
    args: &[Value],
    meter: &mut Meter,
) -> Result<Value, Stop> {
    let takes = |it: &&Arc<Overload>| it.params.iter().zip(args).all(|(ty, arg)| accepts(ty, arg));
    let Some(overload) = overloads.iter().find(takes) else { return Err(no_form(name, args)) };
    growth.charge(args, meter)?;
    match catch_unwind(AssertUnwindSafe(|| (overload.run)(args))) {
        Ok(Value::Error(error)) => Err(match error.kind {
            EvalErrorKind::Internal => Stop::new(FaultKind::Argument, error.message.clone()),
            _ => Stop::from(error.as_ref()),
        }),
        Ok(value) => Ok(value),
        Err(_) => {
            let message = format!("`{name}` failed in a way that it should not");
            Err(Stop::new(FaultKind::Internal, message))
        }
    }
}

fn accepts(ty: &CelType, value: &Value) -> bool {
    match ty {
        CelType::Bool => matches!(value, Value::Bool(_)),
        CelType::Int => matches!(value, Value::Int(_)),
        CelType::UInt => matches!(value, Value::UInt(_)),
        CelType::Double => matches!(value, Value::Double(_)),
        CelType::String => matches!(value, Value::String(_)),
        CelType::Bytes => matches!(value, Value::Bytes(_)),
        CelType::List(_) => matches!(value, Value::List(_)),
        CelType::Map(..) => matches!(value, Value::Map(_)),
        CelType::Timestamp => matches!(value, Value::Timestamp(_)),
        CelType::Duration => matches!(value, Value::Duration(_)),
        CelType::Null => matches!(value, Value::Null),
        CelType::Type(_) => matches!(value, Value::Type(_)),
        CelType::Optional(_) => matches!(value, Value::Optional(_)),
        CelType::Wrapper(inner) => matches!(value, Value::Null) || accepts(inner, value),
        _ => true,
    }
}

fn no_form(name: &str, args: &[Value]) -> Stop {
    let types: Vec<_> = args.iter().map(type_name).collect();
    Stop::new(FaultKind::Type, format!("`{name}` has no form for ({})", types.join(", ")))
}

/// Calls a function of the standard.
pub(super) fn call_builtin(
    name: &str,
    builtin: Builtin,
    first: &Value,
    second: Option<&Value>,
    meter: &mut Meter,
) -> Result<Value, Stop> {
    let no_form = || {
        let types = [Some(first), second].into_iter().flatten().cloned().collect::<Vec<_>>();
        no_form(name, &types)
    };
    let value = match (builtin, first, second) {
        (Builtin::Size, it, _) => return size(it, meter)?.ok_or_else(no_form),
        (Builtin::Type, it, _) => Value::Type(it.type_value()),
        (Builtin::Component(it), time, zone) => {
            return component(it, time, zone)?.ok_or_else(no_form);
        }
        (Builtin::Contains, Value::String(text), Some(Value::String(part))) => {
            meter.bytes(text.len() + part.len())?;
            Value::Bool(text.contains(part.as_ref()))
        }
        (Builtin::StartsWith, Value::String(text), Some(Value::String(part))) => {
            meter.bytes(part.len())?;
            Value::Bool(text.starts_with(part.as_ref()))
        }
        (Builtin::EndsWith, Value::String(text), Some(Value::String(part))) => {
            meter.bytes(part.len())?;
            Value::Bool(text.ends_with(part.as_ref()))
        }
        (Builtin::Contains | Builtin::StartsWith | Builtin::EndsWith, ..) => {
            return Err(no_form());
        }
        _ => return conversions::convert(builtin, first, meter)?.ok_or_else(no_form),
    };
    Ok(value)
}

fn size(value: &Value, meter: &mut Meter) -> Result<Option<Value>, Stop> {
    let size = match value {
        Value::String(text) => {
            meter.bytes(text.len())?;
            text.chars().count()
        }
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        _ => return Ok(None),
    };
    Ok(Some(Value::Int(i64::try_from(size).unwrap_or(i64::MAX))))
}

fn component(
    component: TimestampComponent,
    time: &Value,
    zone: Option<&Value>,
) -> Result<Option<Value>, Stop> {
    let outside = || Stop::new(FaultKind::Arithmetic, "the timestamp is out of range");
    let number = match (time, zone) {
        (Value::Timestamp(at), None) => {
            component.extract(&at.to_datetime_utc().ok_or_else(outside)?)
        }
        (Value::Timestamp(at), Some(Value::String(zone))) => {
            let unknown = |_| Stop::new(FaultKind::Argument, format!("unknown time zone `{zone}`"));
            check_offset(zone).and_then(|()| parse_timezone(zone)).map_err(unknown).and_then(
                |zone| {
                    let local = zone.datetime_from_timestamp(at).ok_or_else(outside)?;
                    Ok(component.extract(&local))
                },
            )?
        }
        (Value::Duration(it), None) => match component {
            TimestampComponent::Hours => it.get_hours(),
            TimestampComponent::Minutes => it.get_minutes(),
            TimestampComponent::Seconds => it.total_seconds(),
            TimestampComponent::Milliseconds => it.get_milliseconds(),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(Value::Int(number)))
}

/// The library multiplies hours without checking.
fn check_offset(zone: &str) -> Result<(), String> {
    let Some((hours, minutes)) = zone.split_once(':') else { return Ok(()) };
    let short = hours.trim_start_matches(['+', '-', ' ']).len() <= 2 && minutes.trim().len() <= 2;
    if short { Ok(()) } else { Err(String::new()) }
}
