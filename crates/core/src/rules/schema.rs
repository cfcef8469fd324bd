use std::{collections::BTreeMap, fmt, io};

use serde_json::{Map, Value};

use super::names;
use crate::{
    InvalidInput, InvalidInputs,
    canonical::{joined, segment},
    fields::unexpected,
    similar::similar,
};

/// The most fields of a schema, at all levels together.
const MAX_FIELDS: usize = 1_000;

/// How deep types may be nested: an object of the schema is the first level.
const MAX_LEVELS: usize = 20;

/// The largest definition, in bytes of JSON without white space.
const MAX_BYTES: usize = 64 * 1_024;

/// The most findings that are listed.
const MAX_FINDINGS: usize = 100;

/// The key that stands for any key.
const ANY_KEY: &str = "*";

/// What the facts of a tenant look like: objects, and the types of their fields.
///
/// The definition is a JSON object. Its keys are the names that expressions begin with; each value is an object of fields,
/// or `"object"` for an object with any keys. The type of a field is
///
/// | written | is |
/// |---|---|
/// | `"int"`, `"int64"` | a whole number of 64 bits |
/// | `"float"`, `"float64"`, `"double"` | a double |
/// | `"string"`, `"bool"` | text; true or false |
/// | `"bytes"` | bytes, in facts as base64 |
/// | `"timestamp"` | an instant, in facts as RFC 3339 |
/// | `"duration"` | a length of time, in facts as `90s`, `1h30m`, `250ms` |
/// | `"list<T>"`, `["T"]`, `[{…}]` | a list; `"list"` of anything |
/// | `"map<string, T>"`, `{"*": "T"}`, `{"*": {…}}` | an object with any keys; `"map"` and `"object"` with any values |
/// | `{"city": "string", …}` | an object with these fields and no others |
/// | `"any"` | anything, checked when it is read |
/// | `"optional<T>"`, `"T?"`, or `?` behind the field's name | it may be missing or null |
///
/// Names are letters, digits and `_`, no digit in front, at most 255 characters. An object cannot have the name of a type,
/// a function or a word of the language; a field cannot be called `true`, `false`, `null` or `in`. A schema has at most
/// 1,000 fields on 20 levels, and 64 kB of JSON.
///
/// ```
/// use agentflow_core::rules::{FactSchema, FactType};
/// use serde_json::json;
///
/// let schema = FactSchema::parse(&json!({
///     "User": { "age": "int", "email": "string?", "tags": ["string"], "address?": { "city": "string" } },
///     "Order": { "items": [{ "sku": "string", "price": "float" }], "limits": "map<string, float>" },
///     "Context": "object",
/// }))
/// .unwrap();
/// let FactType::Object(user) = &schema.objects()["User"] else { panic!("not an object") };
/// assert_eq!(user["email"], FactType::Optional(Box::new(FactType::String)));
///
/// let errors = FactSchema::parse(&json!({ "User": { "address": { "city": "strin" } } })).unwrap_err();
/// assert_eq!(errors.to_string(), "User.address.city: unknown type `strin`; did you mean `string`?");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactSchema {
    objects: BTreeMap<String, FactType>,
}

/// The type of a fact. As text, it is as a schema writes it; an object is just `object`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactType {
    /// Anything: `any`. Checked when it is read, not before.
    Any,
    /// A whole number of 64 bits: `int`, `int64`.
    Int,
    /// A double: `float`, `float64`, `double`.
    Float,
    /// Text: `string`.
    String,
    /// True or false: `bool`.
    Bool,
    /// Bytes, in JSON as base64: `bytes`.
    Bytes,
    /// An instant, in JSON as RFC 3339: `timestamp`.
    Timestamp,
    /// A length of time, in JSON as `90s`, `1h30m`, `250ms`: `duration`.
    Duration,
    /// A list: `list<int>`, `list` of anything, or in JSON `["int"]`.
    List(Box<FactType>),
    /// An object with any keys: `map<string, int>`, or `map` and `object` with values of any type.
    Map(Box<FactType>),
    /// An object with these fields and no others.
    Object(BTreeMap<String, FactType>),
    /// A fact that may be missing or null: `optional<int>`, or `int?`; of an object, `?` behind the field's name.
    Optional(Box<FactType>),
}

impl FactSchema {
    /// Reads a definition. Names every mistake by its path: `User.address.city`; of more than 100 the first 100.
    pub fn parse(definition: &Value) -> Result<Self, InvalidInputs> {
        let Value::Object(definition) = definition else {
            return Err(unexpected("schema", "an object of objects", definition).into());
        };
        let mut reader = Reader::default();
        let objects = reader.objects(definition);
        if reader.findings.is_empty() {
            reader.check_size(definition);
        }
        if reader.findings.is_empty() {
            return Ok(Self { objects });
        }
        if reader.findings.len() > MAX_FINDINGS {
            reader.findings.truncate(MAX_FINDINGS);
            reader.findings.push(InvalidInput::new("schema", "there are more mistakes than these"));
        }
        Err(InvalidInputs(reader.findings))
    }

    /// The definition in its canonical form, which [`FactSchema::parse`] reads back to the same schema.
    ///
    /// ```
    /// use agentflow_core::rules::FactSchema;
    /// use serde_json::json;
    ///
    /// let schema = FactSchema::parse(&json!({ "User": { "age": "int64", "tags": ["string"], "note": "string?" } })).unwrap();
    /// assert_eq!(
    ///     schema.to_json(),
    ///     json!({ "User": { "age": "int", "tags": "list<string>", "note": "optional<string>" } }),
    /// );
    /// ```
    pub fn to_json(&self) -> Value {
        fields_to_json(&self.objects)
    }

    /// The objects by name.
    pub fn objects(&self) -> &BTreeMap<String, FactType> {
        &self.objects
    }
}

impl fmt::Display for FactType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::String => f.write_str("string"),
            Self::Bool => f.write_str("bool"),
            Self::Bytes => f.write_str("bytes"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::List(it) if **it == Self::Any => f.write_str("list"),
            Self::List(it) => write!(f, "list<{it}>"),
            Self::Map(it) if **it == Self::Any => f.write_str("object"),
            Self::Map(it) => write!(f, "map<string, {it}>"),
            Self::Object(_) => f.write_str("object"),
            Self::Optional(it) => write!(f, "optional<{it}>"),
        }
    }
}

impl FactType {
    /// Whether its text says all: there is no object with fields in it.
    fn is_plain(&self) -> bool {
        match self {
            Self::List(it) | Self::Map(it) | Self::Optional(it) => it.is_plain(),
            Self::Object(_) => false,
            _ => true,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Object(fields) => fields_to_json(fields),
            _ if self.is_plain() => Value::String(self.to_string()),
            Self::List(it) => Value::Array(vec![it.to_json()]),
            Self::Map(it) => Value::Object(Map::from_iter([(ANY_KEY.to_owned(), it.to_json())])),
            // Only a field can be an optional object, and there the `?` stands behind its name.
            other => Value::String(other.to_string()),
        }
    }
}

fn fields_to_json(fields: &BTreeMap<String, FactType>) -> Value {
    let fields = fields.iter().map(|(name, it)| match it {
        FactType::Optional(inner) if !it.is_plain() => (format!("{name}?"), inner.to_json()),
        _ => (name.clone(), it.to_json()),
    });
    Value::Object(fields.collect())
}

/// Takes a definition apart.
#[derive(Default)]
struct Reader {
    findings: Vec<InvalidInput>,
    fields: usize,
}

impl Reader {
    fn refuse(&mut self, path: &str, reason: impl fmt::Display) {
        if self.findings.len() <= MAX_FINDINGS {
            self.findings.push(InvalidInput::new(joined("", path), reason));
        }
    }

    fn objects(&mut self, definition: &Map<String, Value>) -> BTreeMap<String, FactType> {
        let mut objects = BTreeMap::new();
        for (name, it) in definition {
            let path = segment(name);
            if let Err(reason) = names::check_global(name) {
                let reason = match name.strip_suffix('?') {
                    Some(_) => "an object cannot be optional; make its fields optional".to_owned(),
                    None => reason,
                };
                self.refuse(&path, reason);
            } else if let Some(object) = self.fact_type(it, &path, 1) {
                if matches!(object, FactType::Object(_) | FactType::Map(_)) {
                    objects.insert(name.clone(), object);
                } else {
                    let reason = format!(
                        "expected an object of fields, or \"object\" for any keys, got {object}"
                    );
                    self.refuse(&path, reason);
                }
            }
            if self.is_full() {
                break;
            }
        }
        objects
    }

    fn is_full(&self) -> bool {
        self.fields > MAX_FIELDS || self.findings.len() > MAX_FINDINGS
    }

    /// The type that `definition` says. None if there is a finding.
    fn fact_type(&mut self, definition: &Value, path: &str, level: usize) -> Option<FactType> {
        if level > MAX_LEVELS {
            self.refuse(path, format_args!("is more than {MAX_LEVELS} levels deep"));
            return None;
        }
        match definition {
            Value::String(text) => match parse_type(text, level) {
                Ok(it) => Some(it),
                Err(reason) => {
                    self.refuse(path, reason);
                    None
                }
            },
            Value::Array(items) => {
                let [item] = items.as_slice() else {
                    self.refuse(path, "expected one type in the list: [\"string\"]");
                    return None;
                };
                let item = self.fact_type(item, &format!("{path}[]"), level + 1)?;
                Some(FactType::List(Box::new(item)))
            }
            Value::Object(fields) => match fields.get(ANY_KEY) {
                Some(value) if fields.len() == 1 => {
                    let value = self.fact_type(value, &format!("{path}[]"), level + 1)?;
                    Some(FactType::Map(Box::new(value)))
                }
                Some(_) => {
                    self.refuse(path, "`*` stands for any key, so no others can be named");
                    None
                }
                None => Some(FactType::Object(self.object(fields, path, level))),
            },
            other => {
                let expected = "the name of a type, an object of fields, or a list of one type";
                let reason = unexpected(path, expected, other).reason;
                self.refuse(path, reason);
                None
            }
        }
    }

    fn object(
        &mut self,
        definition: &Map<String, Value>,
        path: &str,
        level: usize,
    ) -> BTreeMap<String, FactType> {
        let mut fields = BTreeMap::new();
        for (key, it) in definition {
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                self.refuse(path, format_args!("the schema has more than {MAX_FIELDS} fields"));
                break;
            }
            let (name, optional) = match key.strip_suffix('?') {
                Some(name) => (name, true),
                None => (key.as_str(), false),
            };
            let path = format!("{path}{}", segment(name));
            if let Err(reason) = names::check_field(name) {
                self.refuse(&path, reason);
                continue;
            }
            let Some(it) = self.fact_type(it, &path, level + 1) else { continue };
            let it = match it {
                FactType::Optional(_) if optional => {
                    self.refuse(&path, "is optional by its name and by its type; one is enough");
                    continue;
                }
                it if optional => FactType::Optional(Box::new(it)),
                it => it,
            };
            if fields.insert(name.to_owned(), it).is_some() {
                self.refuse(&path, "is there twice, once with and once without `?`");
            }
            if self.is_full() {
                break;
            }
        }
        fields
    }

    fn check_size(&mut self, definition: &Map<String, Value>) {
        let mut size = Counter(0);
        if serde_json::to_writer(&mut size, definition).is_err() || size.0 > MAX_BYTES {
            self.refuse(".schema", format_args!("is more than {MAX_BYTES} bytes of JSON"));
        }
    }
}

/// Counts what is written, and stops when it is too much.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        if self.0 > MAX_BYTES { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The type that a text names.
fn parse_type(text: &str, level: usize) -> Result<FactType, String> {
    if level > MAX_LEVELS {
        return Err(format!("is more than {MAX_LEVELS} levels deep"));
    }
    let text = text.trim();
    if let Some(inner) = text.strip_suffix('?') {
        return optional(inner, level);
    }
    let Some((name, rest)) = text.split_once('<') else { return named(text) };
    let Some(inner) = rest.strip_suffix('>') else {
        return Err(format!("expected `>` at the end of `{}`", shown(text)));
    };
    match name.trim_end() {
        "list" => Ok(FactType::List(Box::new(parse_type(inner, level + 1)?))),
        "optional" => optional(inner, level),
        "map" => match inner.split_once(',') {
            Some((key, value)) if key.trim() == "string" => {
                Ok(FactType::Map(Box::new(parse_type(value, level + 1)?)))
            }
            Some((key, _)) => Err(format!("keys are strings, got `{}`", shown(key.trim()))),
            None => Err("expected a type for keys and one for values: map<string, int>".to_owned()),
        },
        name => {
            Err(format!("only list, map and optional have a type in `<>`, not `{}`", shown(name)))
        }
    }
}

/// Looks before it goes on: a thousand question marks are not a thousand levels.
fn optional(inner: &str, level: usize) -> Result<FactType, String> {
    let text = inner.trim();
    let is_optional = text.ends_with('?')
        || text.split_once('<').is_some_and(|(name, _)| name.trim_end() == "optional");
    if is_optional {
        return Err("is optional twice; once is enough".to_owned());
    }
    Ok(FactType::Optional(Box::new(parse_type(text, level)?)))
}

fn named(name: &str) -> Result<FactType, String> {
    Ok(match name {
        "any" => FactType::Any,
        "int" | "int64" => FactType::Int,
        "float" | "float64" | "double" => FactType::Float,
        "string" => FactType::String,
        "bool" => FactType::Bool,
        "bytes" => FactType::Bytes,
        "timestamp" => FactType::Timestamp,
        "duration" => FactType::Duration,
        "list" => FactType::List(Box::new(FactType::Any)),
        "map" | "object" => FactType::Map(Box::new(FactType::Any)),
        "" => return Err("expected the name of a type".to_owned()),
        other => return Err(unknown(other)),
    })
}

const NAMES: [&str; 11] = [
    "int",
    "float",
    "string",
    "bool",
    "bytes",
    "timestamp",
    "duration",
    "any",
    "object",
    "list",
    "map",
];

/// What other systems call the types.
const FOREIGN: [(&str, &str); 14] = [
    ("integer", "int"),
    ("long", "int"),
    ("number", "float"),
    ("decimal", "float"),
    ("real", "float"),
    ("text", "string"),
    ("str", "string"),
    ("boolean", "bool"),
    ("date", "timestamp"),
    ("datetime", "timestamp"),
    ("time", "timestamp"),
    ("array", "list"),
    ("dict", "object"),
    ("json", "any"),
];

fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let foreign = FOREIGN.iter().find(|(other, _)| *other == lower).map(|(_, ours)| *ours);
    match foreign.or_else(|| similar(name, NAMES)) {
        Some(meant) => format!("unknown type `{}`; did you mean `{meant}`?", shown(name)),
        None => format!(
            "unknown type `{}`; expected {}, optional<T>",
            shown(name),
            NAMES.join(", ").replace("list", "list<T>").replace("map", "map<string, T>")
        ),
    }
}

/// The beginning of a text, without control characters, for a message.
fn shown(text: &str) -> String {
    segment(text).split_off(1)
}

#[cfg(test)]
mod tests;
