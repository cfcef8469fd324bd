//! Facts in JSON as values, by their schema.

use std::{fmt, sync::Arc};

use cel_core::{EvalError, EvalErrorKind, MapKey, Value as CelValue, ValueMap};
use serde_json::{Map, Number, Value};

use super::{
    functions::parse_duration,
    json::{parse_bytes, parse_timestamp},
    node::Slot,
};
use crate::{
    InvalidInput,
    canonical::segment,
    fields::unexpected,
    rules::{FactSchema, FactType},
};

/// How deep facts may be nested.
const MAX_LEVELS: usize = 100;

/// The most findings that are listed; a value that is wrong faults in any case.
const MAX_FINDINGS: usize = 100;

/// The longest text that a finding quotes, in characters.
const QUOTED: usize = 40;

/// The values of the variables of one language.
#[derive(Debug)]
pub(in crate::rules) struct Facts {
    /// The language that they are of.
    pub(super) language: u64,
    pub(super) slots: Vec<Slot>,
    pub(super) findings: Vec<InvalidInput>,
}

impl Facts {
    pub(in crate::rules) fn findings(&self) -> &[InvalidInput] {
        &self.findings
    }
}

/// How facts are read: the schema with the keys of maps made beforehand.
#[derive(Debug)]
pub(super) struct Plan(Vec<Field>);

#[derive(Debug)]
struct Field {
    name: Arc<str>,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Any,
    Int,
    Float,
    String,
    Bool,
    Bytes,
    Timestamp,
    Duration,
    List(Box<Shape>),
    Map(Box<Shape>),
    Object(Vec<Field>),
    Optional(Box<Shape>),
}

impl Plan {
    /// One slot for each object of the schema, in the order of their names.
    pub(super) fn new(schema: &FactSchema) -> Self {
        let objects = schema.objects().iter();
        Self(objects.map(|(name, it)| Field::new(name, it)).collect())
    }

    /// Reads facts. The slots are those of the objects, with room for `more`.
    pub(super) fn read(
        &self,
        facts: &Value,
        more: usize,
    ) -> Result<(Vec<Slot>, Vec<InvalidInput>), InvalidInput> {
        let Value::Object(facts) = facts else {
            return Err(unexpected("facts", "an object", facts));
        };
        if facts.values().any(|it| is_deeper(it, MAX_LEVELS - 1)) {
            let reason = format!("is more than {MAX_LEVELS} levels deep");
            return Err(InvalidInput::new("facts", reason));
        }
        let mut reader = Reader { findings: Vec::new() };
        let mut slots = Vec::with_capacity(self.0.len() + more);
        for Field { name, shape } in &self.0 {
            slots.push(match facts.get(&**name) {
                None => Slot::Missing,
                Some(it) => {
                    let path = Path { outer: None, step: Step::Key(name) };
                    Slot::Value(reader.value(shape, it, &path))
                }
            });
        }
        Ok((slots, reader.findings))
    }
}

impl Field {
    fn new(name: &str, it: &FactType) -> Self {
        Self { name: name.into(), shape: Shape::new(it) }
    }
}

impl Shape {
    fn new(it: &FactType) -> Self {
        match it {
            FactType::Any => Self::Any,
            FactType::Int => Self::Int,
            FactType::Float => Self::Float,
            FactType::String => Self::String,
            FactType::Bool => Self::Bool,
            FactType::Bytes => Self::Bytes,
            FactType::Timestamp => Self::Timestamp,
            FactType::Duration => Self::Duration,
            FactType::List(it) => Self::List(Box::new(Self::new(it))),
            FactType::Map(it) => Self::Map(Box::new(Self::new(it))),
            FactType::Object(fields) => {
                Self::Object(fields.iter().map(|(name, it)| Field::new(name, it)).collect())
            }
            FactType::Optional(it) => Self::Optional(Box::new(Self::new(it))),
        }
    }

    /// What a finding says that it expected.
    fn name(&self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Int => "int",
            Self::Float => "float",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Bytes => "bytes as base64",
            Self::Timestamp => "a timestamp like 2026-01-31T12:00:00Z",
            Self::Duration => "a duration like 1h30m",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Object(_) => "an object",
            Self::Optional(it) => it.name(),
        }
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|it| is_deeper(it, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|it| is_deeper(it, levels - 1)),
        _ => false,
    }
}

/// Where a value stands. Written only for a finding.
struct Path<'p> {
    outer: Option<&'p Path<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            outer.fmt(f)?;
        }
        match (&self.step, self.outer) {
            (Step::Key(key), None) => f.write_str(&segment(key)[1..]),
            (Step::Key(key), Some(_)) => f.write_str(&segment(key)),
            (Step::Index(index), _) => write!(f, "[{index}]"),
        }
    }
}

struct Reader {
    findings: Vec<InvalidInput>,
}

impl Reader {
    fn value(&mut self, shape: &Shape, value: &Value, path: &Path<'_>) -> CelValue {
        match (shape, value) {
            (Shape::Any, it) => free(it),
            (Shape::Optional(_), Value::Null) => CelValue::Null,
            (Shape::Optional(shape), it) => self.value(shape, it, path),
            (Shape::Int, Value::Number(it)) => match int(it) {
                Ok(it) => CelValue::Int(it),
                Err(reason) => self.wrong(path, EvalErrorKind::TypeMismatch, &reason),
            },
            (Shape::Float, Value::Number(it)) => CelValue::Double(it.as_f64().unwrap_or(f64::NAN)),
            (Shape::String, Value::String(it)) => CelValue::String(it.as_str().into()),
            (Shape::Bool, Value::Bool(it)) => CelValue::Bool(*it),
            (Shape::Bytes, Value::String(it)) => {
                let bytes = parse_bytes(it).map(|it| CelValue::Bytes(it.into()));
                bytes.unwrap_or_else(|| self.unexpected(shape, value, path))
            }
            (Shape::Timestamp, Value::String(it)) => {
                let instant = parse_timestamp(it).map(CelValue::Timestamp);
                instant.unwrap_or_else(|| self.unexpected(shape, value, path))
            }
            (Shape::Duration, Value::String(it)) => {
                let duration = parse_duration(it).map(CelValue::Duration);
                duration.unwrap_or_else(|| self.unexpected(shape, value, path))
            }
            (Shape::List(shape), Value::Array(items)) => self.list(shape, items, path),
            (Shape::Map(shape), Value::Object(fields)) => self.map(shape, fields, path),
            (Shape::Object(shapes), Value::Object(fields)) => self.object(shapes, fields, path),
            _ => self.unexpected(shape, value, path),
        }
    }

    fn list(&mut self, shape: &Shape, items: &[Value], path: &Path<'_>) -> CelValue {
        let items = items.iter().enumerate().map(|(index, it)| {
            self.value(shape, it, &Path { outer: Some(path), step: Step::Index(index) })
        });
        CelValue::List(items.collect())
    }

    fn map(&mut self, shape: &Shape, fields: &Map<String, Value>, path: &Path<'_>) -> CelValue {
        let entries = fields.iter().map(|(key, it)| {
            let path = Path { outer: Some(path), step: Step::Key(key) };
            (MapKey::String(key.as_str().into()), self.value(shape, it, &path))
        });
        CelValue::Map(Arc::new(ValueMap::from_entries(entries)))
    }

    /// The fields that the schema names, as far as they are there.
    fn object(
        &mut self,
        shapes: &[Field],
        fields: &Map<String, Value>,
        path: &Path<'_>,
    ) -> CelValue {
        let entries = shapes.iter().filter_map(|Field { name, shape }| {
            let it = fields.get(&**name)?;
            let path = Path { outer: Some(path), step: Step::Key(name) };
            Some((MapKey::String(Arc::clone(name)), self.value(shape, it, &path)))
        });
        CelValue::Map(Arc::new(ValueMap::from_entries(entries)))
    }

    fn unexpected(&mut self, shape: &Shape, value: &Value, path: &Path<'_>) -> CelValue {
        let reason = format!("expected {}, got {}", shape.name(), shown(value));
        self.wrong(path, EvalErrorKind::TypeMismatch, &reason)
    }

    fn wrong(&mut self, path: &Path<'_>, kind: EvalErrorKind, reason: &str) -> CelValue {
        let finding = InvalidInput::new(path.to_string(), reason);
        let message = finding.to_string();
        match self.findings.len() {
            MAX_FINDINGS => {
                let reason = "there are more wrong values than these";
                self.findings.push(InvalidInput::new("facts", reason));
            }
            count if count < MAX_FINDINGS => self.findings.push(finding),
            _ => {}
        }
        CelValue::error(EvalError::new(kind, message))
    }
}

/// A number as an int, if it is exactly one.
fn int(it: &Number) -> Result<i64, String> {
    /// 2^63, the first double that is too large.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    /// 2^53. Of the whole numbers beyond, a double holds only some, and may stand for a neighbor.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(it) = it.as_i64() {
        return Ok(it);
    }
    match it.as_f64() {
        Some(double) if !it.is_u64() && double.fract() != 0.0 => {
            Err(format!("expected int, got {it}"))
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        Some(double) if !it.is_u64() && double.abs() <= EXACT => Ok(double as i64),
        Some(double) if !it.is_u64() && (-BOUND..BOUND).contains(&double) => Err(format!(
            "expected int, got {it}, a float beyond 2^53, where floats are rounded; write it without a point and an exponent"
        )),
        _ => Err(format!("{it} is out of range for int")),
    }
}

/// A value without a type: numbers are what they are written as.
fn free(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(it) => CelValue::Bool(*it),
        Value::Number(it) => match (it.as_i64(), it.as_u64()) {
            (Some(it), _) => CelValue::Int(it),
            (None, Some(it)) => CelValue::UInt(it),
            (None, None) => CelValue::Double(it.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(it) => CelValue::String(it.as_str().into()),
        Value::Array(items) => CelValue::List(items.iter().map(free).collect()),
        Value::Object(fields) => {
            let entries =
                fields.iter().map(|(key, it)| (MapKey::String(key.as_str().into()), free(it)));
            CelValue::Map(Arc::new(ValueMap::from_entries(entries)))
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.to_string(),
        Value::String(it) => match it.char_indices().nth(QUOTED) {
            Some((end, _)) => format!("{:?}…", &it[..end]),
            None => format!("{it:?}"),
        },
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests;
