//! The hashed columns of a row, and the envelope that is made from them again.

use agentflow_core::{
    InvalidInput,
    envelope::{Cost, Envelope, EnvelopeHash, MessageType},
    ids::MessageId,
};
use agentflow_sql::queries::messages as sql;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{digits, position};

/// The JSON of a message as PostgreSQL writes it, with every digit that is stored: what an [`Envelope`] holds was read from
/// it, and its numbers are doubles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTexts {
    /// What it says.
    pub payload: String,
    /// What is to be known about it.
    pub metadata: String,
    /// What it cost.
    pub cost: String,
}

/// What of a row is hashed, and the hash. A row that somebody forged may lack any of it.
pub(super) struct Columns {
    pub(super) id: MessageId,
    trace_id: Option<String>,
    span_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    kind: Option<String>,
    payload: Option<String>,
    metadata: Option<String>,
    cost: Option<String>,
    pub(super) micros: Option<i64>,
    pub(super) envelope_hash: Option<String>,
}

impl Columns {
    /// How much memory its long parts take.
    pub(super) fn size(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        text(&self.payload) + text(&self.metadata) + text(&self.cost)
    }

    /// The envelope that the row holds with the texts it was read from, and what is wrong with it. `buffer` is for the
    /// canonical text, of which nothing is kept. There is no envelope where the row breaks the contract, so that it has no
    /// hash at all.
    pub(super) fn verify(
        self,
        buffer: &mut String,
    ) -> (Option<(Envelope, JsonTexts)>, Result<(), InvalidInput>) {
        let stored = self.envelope_hash.as_deref().map(str::parse::<EnvelopeHash>);
        let (envelope, texts, exact) = match self.into_envelope() {
            Ok(read) => read,
            Err(error) => return (None, Err(error)),
        };
        buffer.clear();
        if let Err(error) = envelope.write_canonical(buffer) {
            return (None, Err(error));
        }
        let computed = EnvelopeHash::of_canonical(buffer);
        let verdict = match stored {
            None => Err(InvalidInput::new("envelope_hash", "is missing")),
            Some(Err(error)) => Err(error),
            Some(Ok(expected)) if expected != computed => {
                let reason =
                    format!("hash mismatch: expected {expected}, got {computed} from the content");
                Err(InvalidInput::new("envelope_hash", reason))
            }
            Some(Ok(_)) => exact,
        };
        (Some((envelope, texts)), verdict)
    }

    /// The envelope, and whether every number of it is the one that was hashed.
    fn into_envelope(
        self,
    ) -> Result<(Envelope, JsonTexts, Result<(), InvalidInput>), InvalidInput> {
        let payload = required("payload", self.payload)?;
        let metadata = required("metadata", self.metadata)?;
        let cost = required("cost", self.cost)?;
        let exact = digits::check("payload", &payload)
            .and_then(|()| digits::check("metadata", &metadata))
            .and_then(|()| digits::check("cost", &cost));
        let envelope = Envelope {
            id: self.id,
            trace_id: self.trace_id.as_deref().map(str::parse).transpose()?,
            span_id: self.span_id.as_deref().map(str::parse).transpose()?,
            from: required("from", self.from)?,
            to: required("to", self.to)?,
            kind: required("type", self.kind)?.parse::<MessageType>()?,
            payload: json("payload", &payload)?,
            metadata: json::<Map<String, Value>>("metadata", &metadata)?,
            cost: read_cost(&cost)?,
            ts: instant(self.micros)?,
        };
        Ok((envelope, JsonTexts { payload, metadata, cost }, exact))
    }
}

fn required(field: &'static str, value: Option<String>) -> Result<String, InvalidInput> {
    value.ok_or_else(|| InvalidInput::new(field, "is missing"))
}

fn json<T: serde::de::DeserializeOwned>(
    field: &'static str,
    text: &str,
) -> Result<T, InvalidInput> {
    serde_json::from_str(text).map_err(|error| InvalidInput::new(field, error))
}

fn read_cost(text: &str) -> Result<Cost, InvalidInput> {
    if let Ok(cost) = serde_json::from_str(text) {
        return Ok(cost);
    }
    // Rows of others may say 3.0, which is the same number and has the same hash.
    let value: Value = json("cost", text)?;
    let whole = value.get("tokens").and_then(Value::as_f64).filter(|tokens| tokens.fract() == 0.0);
    let mut object = value;
    if let Some(tokens) = whole {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what does not fit saturates, and is refused by the contract"
        )]
        let tokens = tokens as u64;
        object["tokens"] = tokens.into();
    }
    serde_json::from_value(object).map_err(|error| InvalidInput::new("cost", error))
}

fn instant(micros: Option<i64>) -> Result<Timestamp, InvalidInput> {
    let micros = micros.ok_or_else(|| InvalidInput::new("ts", "is missing"))?;
    position::instant(micros)
        .ok_or_else(|| InvalidInput::new("ts", "expected a time in the years 1 to 9999"))
}

/// The eight bytes that PostgreSQL sends for a time.
pub(super) fn micros(bytes: Option<&[u8]>) -> Option<i64> {
    bytes.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes)
}

impl From<sql::ScanMessages> for Columns {
    fn from(row: sql::ScanMessages) -> Self {
        Self {
            id: MessageId(row.id),
            trace_id: row.trace_id,
            span_id: row.span_id,
            from: row.from_agent,
            to: row.to_agent,
            kind: row.r#type,
            payload: row.payload,
            metadata: row.metadata,
            cost: row.cost,
            micros: micros(row.ts_bytes.as_deref()),
            envelope_hash: row.envelope_hash,
        }
    }
}

impl From<&mut sql::Message> for Columns {
    /// Takes the texts out of the row.
    fn from(row: &mut sql::Message) -> Self {
        Self {
            id: MessageId(row.id),
            trace_id: row.trace_id.take(),
            span_id: row.span_id.take(),
            from: row.from_agent.take(),
            to: row.to_agent.take(),
            kind: row.r#type.take(),
            payload: row.payload.take(),
            metadata: row.metadata.take(),
            cost: row.cost.take(),
            micros: micros(row.ts_bytes.as_deref()),
            envelope_hash: row.envelope_hash.take(),
        }
    }
}
