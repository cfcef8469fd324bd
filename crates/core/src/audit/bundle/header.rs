use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    InvalidInput,
    audit::record::timestamp_text,
    canonical::{self, MAX_EXACT_INTEGER},
    ids::TenantId,
};

/// The longest header there may be, in bytes.
pub const MAX_HEADER_BYTES: usize = 1 << 16;

/// 0001-01-01T00:00:00Z: other languages have no year 0.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// What a bundle says of itself. All of it is checked against the entries, but for `filter` and `exported_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Whose entries these are.
    pub tenant_id: TenantId,
    /// The size of the log at the checkpoint: entries 1 to `size` are in the bundle or left out.
    pub size: u64,
    /// How many records are in the bundle.
    pub count: u64,
    /// The position of the first of them; 0 if there are none.
    pub first_seq: u64,
    /// The position of the last of them; 0 if there are none.
    pub last_seq: u64,
    /// How many of the entries 1 to `size` are left out, pruned ones included.
    pub left_out: u64,
    /// Which entries were asked for; none if all. Keys of lower-case letters, digits and `_`; values are texts, lists of
    /// texts, integers or booleans. A claim: nothing proves it.
    pub filter: Option<Map<String, Value>>,
    /// When it was exported, in microseconds: finer digits are cut off. A claim: nothing proves it.
    #[serde(serialize_with = "microseconds")]
    pub exported_at: Timestamp,
}

fn microseconds<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&timestamp_text(*instant))
}

impl Header {
    /// The line of the bundle: canonical JSON. Fails when the header contradicts itself.
    pub fn to_text(&self) -> Result<String, InvalidInput> {
        self.check()?;
        let value = serde_json::to_value(self).map_err(|error| refused("header", error))?;
        let text = canonical::to_string(&value, "header")?;
        if text.len() > MAX_HEADER_BYTES {
            return Err(refused("header", format!("expected at most {MAX_HEADER_BYTES} bytes")));
        }
        Ok(text)
    }

    /// A header from its line, which must be as [`to_text`](Self::to_text) writes it.
    pub fn from_text(text: &str) -> Result<Self, InvalidInput> {
        let header: Self = serde_json::from_str(text).map_err(|error| refused("header", error))?;
        if header.to_text()? == text {
            Ok(header)
        } else {
            Err(refused("header", "expected canonical JSON, with every key and UTC microseconds"))
        }
    }

    /// Whether the numbers are possible together, and the filter is one that every reader writes alike.
    fn check(&self) -> Result<(), InvalidInput> {
        if self.size > MAX_EXACT_INTEGER {
            return Err(refused("size", format!("expected at most {MAX_EXACT_INTEGER}")));
        }
        if self.count.checked_add(self.left_out) != Some(self.size) {
            return Err(refused("left_out", "expected `size` less `count`"));
        }
        let are_possible = if self.count == 0 {
            self.first_seq == 0 && self.last_seq == 0
        } else {
            (1..=self.last_seq).contains(&self.first_seq)
                && self.last_seq <= self.size
                && self.last_seq - self.first_seq >= self.count - 1
                && (self.count > 1 || self.first_seq == self.last_seq)
        };
        if !are_possible {
            let reason = format!("no {} of {} entries begin and end there", self.count, self.size);
            return Err(refused("first_seq and last_seq", reason));
        }
        if self.exported_at < FIRST_INSTANT {
            return Err(refused("exported_at", "expected a time in the years 1 to 9999"));
        }
        self.filter.iter().flatten().try_for_each(|(key, value)| check_filter(key, value))
    }
}

fn check_filter(key: &str, value: &Value) -> Result<(), InvalidInput> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if key.is_empty() || !key.chars().all(is_word) {
        return Err(refused("filter", "expected keys of lower-case letters, digits and `_`"));
    }
    let is_plain = match value {
        Value::String(_) | Value::Bool(_) => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::Array(items) => items.iter().all(Value::is_string),
        Value::Null | Value::Object(_) => false,
    };
    if is_plain {
        return Ok(());
    }
    let reason = "expected a text, a list of texts, an integer or a boolean";
    Err(refused(format!("filter.{key}"), reason))
}

fn refused(field: impl Into<String>, reason: impl std::fmt::Display) -> InvalidInput {
    InvalidInput::new(field, reason)
}
