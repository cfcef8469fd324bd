//! The contract as JSON.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::Error as _,
    ser::{Error as _, SerializeStruct},
};
use serde_json::{Map, Value, value::RawValue};

use super::{Cost, Envelope, EnvelopeHash, message::write_ts, time::parse_ts};
use crate::{
    InvalidInput, canonical,
    fields::{Fields, unexpected},
};

const KEYS: &[&str] = &[
    "id",
    "trace_id",
    "span_id",
    "from",
    "to",
    "type",
    "payload",
    "metadata",
    "cost",
    "ts",
    "envelope_hash",
];

impl Envelope {
    /// Reads a contract. `id`, `from`, `to`, `type` and `ts` are required; an `envelope_hash` may be absent or empty,
    /// and is checked if it is not. Every error names its field; a text that is not JSON is refused as `envelope`.
    ///
    /// ```
    /// use agentflow_core::envelope::Envelope;
    ///
    /// let json = r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","from":"a","to":"b","type":"event","ts":"2026-11-21T04:41:00Z",
    ///                "payload":{"n":9007199254740993}}"#;
    /// assert_eq!(Envelope::from_json(json).unwrap_err().field, "payload.n");
    /// ```
    pub fn from_json(text: &str) -> Result<Self, InvalidInput> {
        let (envelope, hash) = from_document(read(text)?)?;
        match hash {
            Some(hash) => envelope.verify(&hash)?,
            None => envelope.validate()?,
        }
        Ok(envelope)
    }
}

/// A JSON text of an envelope as a value.
pub(super) fn read(text: &str) -> Result<Value, InvalidInput> {
    canonical::contract_from_str(text).map_err(|error| {
        if error.field.is_empty() {
            InvalidInput { field: "envelope".to_owned(), ..error }
        } else {
            error
        }
    })
}

/// The envelope of a contract, and its hash if there is one. Neither payload nor hash is checked yet.
pub(super) fn from_document(
    document: Value,
) -> Result<(Envelope, Option<EnvelopeHash>), InvalidInput> {
    if !document.is_object() {
        return Err(unexpected("envelope", "an object", &document));
    }
    let mut fields = Fields::of(document, "", KEYS)?;
    let envelope = Envelope {
        id: fields
            .parsed("id")
            .map_err(|error| InvalidInput { field: "id".to_owned(), ..error })?,
        trace_id: unless_empty(&mut fields, "trace_id")?,
        span_id: unless_empty(&mut fields, "span_id")?,
        from: fields.text("from")?,
        to: fields.text("to")?,
        kind: fields.parsed("type")?,
        payload: fields.optional("payload").unwrap_or_default(),
        metadata: match fields.optional("metadata") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(metadata)) => metadata,
            Some(other) => return Err(unexpected("metadata", "an object", &other)),
        },
        cost: fields.optional("cost").map_or(Ok(Cost::default()), Cost::from_contract)?,
        ts: parse_ts(&fields.text("ts")?)?,
    };
    let hash = unless_empty(&mut fields, "envelope_hash")?;
    envelope.check_fields()?;
    Ok((envelope, hash))
}

fn unless_empty<T>(fields: &mut Fields, key: &str) -> Result<Option<T>, InvalidInput>
where
    T: std::str::FromStr<Err = InvalidInput>,
{
    match fields.optional_text(key)? {
        Some(text) if !text.is_empty() => text.parse().map(Some),
        _ => Ok(None),
    }
}

/// Reads JSON by its text, as [`Envelope::from_json`] does: values of serde would have lost digits of numbers already. So it
/// takes JSON and no other format, and nothing that serde keeps in between, as for untagged enums and flattened fields.
impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_json(text.get()).map_err(D::Error::custom)
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self, None, serializer)
    }
}

/// Writes the keys of the contract in its order. Refuses what JSON would write as something else.
pub(super) fn write<S: Serializer>(
    envelope: &Envelope,
    hash: Option<&EnvelopeHash>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    envelope.check_fields().map_err(S::Error::custom)?;
    let mut ts = String::with_capacity(27);
    write_ts(&mut ts, envelope.ts).map_err(S::Error::custom)?;
    let mut object =
        serializer.serialize_struct("Envelope", KEYS.len() - usize::from(hash.is_none()))?;
    object.serialize_field("id", &envelope.id.to_ulid())?;
    object.serialize_field("trace_id", envelope.trace_id.as_ref().map_or("", |id| id.as_str()))?;
    object.serialize_field("span_id", envelope.span_id.as_ref().map_or("", |id| id.as_str()))?;
    object.serialize_field("from", &envelope.from)?;
    object.serialize_field("to", &envelope.to)?;
    object.serialize_field("type", envelope.kind.as_str())?;
    object.serialize_field("payload", &envelope.payload)?;
    object.serialize_field("metadata", &envelope.metadata)?;
    object.serialize_field("cost", &envelope.cost)?;
    object.serialize_field("ts", &ts)?;
    if let Some(hash) = hash {
        object.serialize_field("envelope_hash", hash)?;
    }
    object.end()
}
