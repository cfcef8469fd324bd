//! Values and types of the tests, and when two of them are the same.

use std::fmt;

use cel_core::{CelType, MapKey, OptionalValue, TypeValue, Value, ValueMap};

use super::textproto::{Field, Message};

/// Why a test cannot be run without protocol buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    Container,
    Literal,
    Value,
    Variable,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Container => "the container is a package of protocol buffers",
            Self::Literal => "the expression makes a message",
            Self::Value => "a value is a message or an enum",
            Self::Variable => "a type is that of a message",
        })
    }
}

/// A `cel.expr.Value`. Of messages only timestamps and durations have a value of their own.
pub(super) fn value(message: &Message) -> Result<Value, Bound> {
    let (kind, field) = message.first().ok_or(Bound::Value)?;
    Ok(match (kind, field) {
        ("null_value", _) => Value::Null,
        ("bool_value", Field::Word(it)) => Value::Bool(it == "true"),
        ("int64_value", Field::Word(it)) => Value::Int(number(it)),
        ("uint64_value", Field::Word(it)) => Value::UInt(number(it)),
        ("double_value", Field::Word(it)) => Value::Double(number(it)),
        ("string_value", Field::Text(it)) => {
            Value::String(String::from_utf8(it.clone()).expect("strings are UTF-8").into())
        }
        ("bytes_value", Field::Text(it)) => Value::Bytes(it.as_slice().into()),
        ("type_value", Field::Text(it)) => {
            Value::Type(TypeValue::new(String::from_utf8_lossy(it).as_ref()))
        }
        ("list_value", Field::Message(it)) => {
            let values = it.messages("values").map(value).collect::<Result<Vec<_>, _>>()?;
            Value::List(values.into())
        }
        ("map_value", Field::Message(it)) => {
            let entries = it.messages("entries").map(|it| {
                let part = |name| it.message(name).ok_or(Bound::Value).and_then(value);
                let key = MapKey::from_value(&part("key")?).ok_or(Bound::Value)?;
                Ok((key, part("value")?))
            });
            let entries = entries.collect::<Result<Vec<_>, Bound>>()?;
            Value::Map(ValueMap::from_entries(entries).into())
        }
        ("object_value", Field::Message(it)) => well_known(it)?,
        _ => return Err(Bound::Value),
    })
}

fn well_known(any: &Message) -> Result<Value, Bound> {
    let Some((url, Field::Message(it))) = any.first() else { return Err(Bound::Value) };
    let part = |name| match it.field(name) {
        Some(Field::Word(it)) => number(it),
        _ => 0_i64,
    };
    let nanos = i32::try_from(part("nanos")).expect("nanoseconds are less than a billion");
    match url {
        "[type.googleapis.com/google.protobuf.Timestamp]" => {
            Ok(Value::timestamp(part("seconds"), nanos))
        }
        "[type.googleapis.com/google.protobuf.Duration]" => {
            Ok(Value::duration(part("seconds"), nanos))
        }
        _ => Err(Bound::Value),
    }
}

fn number<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no number of its type"))
}

/// A `cel.expr.Type`.
pub(super) fn cel_type(message: &Message) -> Result<CelType, Bound> {
    let (kind, field) = message.first().ok_or(Bound::Variable)?;
    let inner = |message: &Message, name| message.message(name).map_or(Ok(CelType::Dyn), cel_type);
    Ok(match (kind, field) {
        ("dyn", _) => CelType::Dyn,
        ("null", _) => CelType::Null,
        ("primitive", Field::Word(it)) => primitive(it),
        ("wrapper", Field::Word(it)) => CelType::wrapper(primitive(it)),
        ("well_known", Field::Word(it)) => match it.as_str() {
            "TIMESTAMP" => CelType::Timestamp,
            "DURATION" => CelType::Duration,
            _ => return Err(Bound::Variable),
        },
        ("list_type", Field::Message(it)) => CelType::list(inner(it, "elem_type")?),
        ("map_type", Field::Message(it)) => {
            CelType::map(inner(it, "key_type")?, inner(it, "value_type")?)
        }
        ("type", Field::Message(it)) => {
            CelType::type_of(it.first().map_or(Ok(CelType::Dyn), |_| cel_type(it))?)
        }
        ("type_param", Field::Text(it)) => CelType::type_param(&String::from_utf8_lossy(it)),
        ("message_type", Field::Text(it)) => match it.as_slice() {
            b"google.protobuf.Timestamp" => CelType::Timestamp,
            b"google.protobuf.Duration" => CelType::Duration,
            _ => return Err(Bound::Variable),
        },
        ("abstract_type", Field::Message(it)) => {
            let params = it.messages("parameter_types").map(cel_type);
            let params = params.collect::<Result<Vec<_>, _>>()?;
            match (it.text("name").as_str(), params.as_slice()) {
                ("optional_type", [it]) => CelType::optional(it.clone()),
                (name, params) => CelType::abstract_type(name, params),
            }
        }
        _ => return Err(Bound::Variable),
    })
}

fn primitive(word: &str) -> CelType {
    match word {
        "BOOL" => CelType::Bool,
        "INT64" => CelType::Int,
        "UINT64" => CelType::UInt,
        "DOUBLE" => CelType::Double,
        "STRING" => CelType::String,
        "BYTES" => CelType::Bytes,
        _ => panic!("`{word}` is no primitive type"),
    }
}

/// Whether both are the same value of the same type: 1 is not 1.0, 0.0 is not -0.0, and any NaN is every NaN.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::UInt(one), Value::UInt(other)) => one == other,
        (Value::Double(one), Value::Double(other)) => {
            one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan()
        }
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Bytes(one), Value::Bytes(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(one), Value::Map(other)) => {
            let entries = one.iter().zip(other.iter());
            one.len() == other.len()
                && entries.into_iter().all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
        }
        (Value::Timestamp(one), Value::Timestamp(other)) => one == other,
        (Value::Duration(one), Value::Duration(other)) => one == other,
        (Value::Type(one), Value::Type(other)) => one == other,
        (Value::Optional(one), Value::Optional(other)) => match (one, other) {
            (OptionalValue::None, OptionalValue::None) => true,
            (OptionalValue::Some(one), OptionalValue::Some(other)) => same(one, other),
            _ => false,
        },
        _ => false,
    }
}

/// A type in which what could be anything is `dyn`, as the tests have it.
pub(super) fn resolved(of: &CelType) -> CelType {
    match of {
        CelType::TypeVar(_) => CelType::Dyn,
        CelType::List(it) => CelType::list(resolved(it)),
        CelType::Map(key, value) => CelType::map(resolved(key), resolved(value)),
        CelType::Optional(it) => CelType::optional(resolved(it)),
        CelType::Type(it) => CelType::type_of(resolved(it)),
        CelType::Abstract { name, params } => {
            CelType::abstract_type(name, &params.iter().map(resolved).collect::<Vec<_>>())
        }
        _ => of.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_only_if_their_types_are() {
        let list = |value: Value| Value::List(vec![value].into());
        let map = |key: MapKey| {
            Value::Map(ValueMap::from_entries([(key, Value::Double(f64::NAN))]).into())
        };
        let alike = [
            (Value::Double(f64::NAN), Value::Double(-f64::NAN)),
            (map(MapKey::Int(1)), map(MapKey::Int(1))),
            (list(Value::Null), list(Value::Null)),
        ];
        assert!(alike.iter().all(|(one, other)| same(one, other)));
        let different = [
            (Value::Int(1), Value::UInt(1)),
            (Value::Int(1), Value::Double(1.0)),
            (Value::Double(0.0), Value::Double(-0.0)),
            (map(MapKey::Int(1)), map(MapKey::UInt(1))),
            (list(Value::Int(1)), list(Value::Double(1.0))),
            (list(Value::Null), Value::List([].into())),
            (Value::optional_none(), Value::optional_some(Value::Null)),
            (Value::error("a"), Value::error("a")),
        ];
        assert!(different.iter().all(|(one, other)| !same(one, other)));
    }
}
