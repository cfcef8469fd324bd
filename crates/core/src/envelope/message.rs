use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use serde_json::{Map, Value};

use super::{
    Cost, EnvelopeHash, MAX_PARTY_CHARACTERS, MessageType, SealedEnvelope, SpanId, TraceId, time,
};
use crate::{InvalidInput, canonical, fields::check_text, ids::MessageId};

/// A message from one agent to another. [The contract](super) says what its fields hold.
///
/// As JSON, through serde or [`Envelope::from_json`], it has the ten keys of the contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The id: as a ULID in the contract.
    pub id: MessageId,
    /// The trace it belongs to.
    pub trace_id: Option<TraceId>,
    /// The span that sent it.
    pub span_id: Option<SpanId>,
    /// Who sent it: 1 to 255 characters.
    pub from: String,
    /// Who it is for: 1 to 255 characters.
    pub to: String,
    /// What it is for. `type` in the contract.
    pub kind: MessageType,
    /// What it says. No integer that a double cannot hold, no U+0000, at most 100 levels.
    pub payload: Value,
    /// What is to be known about it. The same limits.
    pub metadata: Map<String, Value>,
    /// What it cost.
    pub cost: Cost,
    /// When it was sent. What is finer than microseconds is not hashed and not written.
    pub ts: Timestamp,
}

impl Envelope {
    /// A message with no trace, no payload, no metadata and no cost. `ts` is cut to microseconds.
    ///
    /// ```
    /// use agentflow_core::{envelope::{Envelope, MessageType}, ids::MessageId};
    ///
    /// let id: MessageId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    /// let ts = "2026-11-21T04:41:00.25Z".parse().unwrap();
    /// let envelope = Envelope::new(id, "planner", "coder", MessageType::Request, ts);
    /// assert_eq!(
    ///     envelope.canonical().unwrap(),
    ///     r#"{"cost":{"dollars":0,"tokens":0},"from":"planner","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","metadata":{},"#
    ///         .to_owned()
    ///         + r#""payload":null,"span_id":"","to":"coder","trace_id":"","ts":"2026-11-21T04:41:00.25Z","type":"request"}"#
    /// );
    /// ```
    pub fn new(
        id: MessageId,
        from: impl Into<String>,
        to: impl Into<String>,
        kind: MessageType,
        ts: Timestamp,
    ) -> Self {
        Self {
            id,
            trace_id: None,
            span_id: None,
            from: from.into(),
            to: to.into(),
            kind,
            payload: Value::Null,
            metadata: Map::new(),
            cost: Cost::default(),
            ts: time::to_microseconds(ts),
        }
    }

    /// Says what it is part of.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceId, span: Option<SpanId>) -> Self {
        self.trace_id = Some(trace);
        self.span_id = span;
        self
    }

    /// Says what is in it.
    #[must_use]
    pub fn with_payload(mut self, payload: impl Into<Value>) -> Self {
        self.payload = payload.into();
        self
    }

    /// Adds one piece of metadata.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Says what it cost.
    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Checks every rule of the contract: what is valid has a canonical text, and the other way round.
    pub fn validate(&self) -> Result<(), InvalidInput> {
        self.canonical().map(drop)
    }

    /// Checks everything but payload and metadata, which are checked while they are written.
    pub(super) fn check_fields(&self) -> Result<(), InvalidInput> {
        check_text("from", &self.from, 1, MAX_PARTY_CHARACTERS)?;
        check_text("to", &self.to, 1, MAX_PARTY_CHARACTERS)?;
        self.cost.check()?;
        time::check(self.ts)
    }

    /// The canonical text: what is hashed.
    pub fn canonical(&self) -> Result<String, InvalidInput> {
        let mut text = String::with_capacity(512);
        self.write_canonical(&mut text)?;
        Ok(text)
    }

    /// Appends the canonical text to `out`; for many envelopes, one buffer will do. After an error `out` holds a part.
    pub fn write_canonical(&self, out: &mut String) -> Result<(), InvalidInput> {
        self.check_fields()?;
        // Keys in canonical order. That order is fixed here and not sorted at run time, because this is the hot path.
        out.push_str("{\"cost\":{\"dollars\":");
        canonical::write_double(out, self.cost.dollars);
        out.push_str(",\"tokens\":");
        out.push_str(itoa::Buffer::new().format(self.cost.tokens));
        out.push_str("},\"from\":");
        canonical::write_string(out, &self.from);
        out.push_str(",\"id\":\"");
        let id = self.id.ulid_characters();
        // Made of ASCII characters only, so this cannot fail.
        out.push_str(std::str::from_utf8(&id).unwrap_or_default());
        out.push_str("\",\"metadata\":");
        canonical::write_object_as_doubles(out, &self.metadata, "metadata")?;
        out.push_str(",\"payload\":");
        canonical::write_value_as_doubles(out, &self.payload, "payload")?;
        out.push_str(",\"span_id\":\"");
        out.push_str(self.span_id.as_ref().map_or("", SpanId::as_str));
        out.push_str("\",\"to\":");
        canonical::write_string(out, &self.to);
        out.push_str(",\"trace_id\":\"");
        out.push_str(self.trace_id.as_ref().map_or("", TraceId::as_str));
        out.push_str("\",\"ts\":\"");
        write_ts(out, self.ts)?;
        out.push_str("\",\"type\":\"");
        out.push_str(self.kind.as_str());
        out.push_str("\"}");
        Ok(())
    }

    /// The hash of the canonical text.
    pub fn hash(&self) -> Result<EnvelopeHash, InvalidInput> {
        self.canonical().map(|text| EnvelopeHash::of_canonical(&text))
    }

    /// Checks that this is what was hashed. Fails on `envelope_hash`, saying both hashes, if it is not.
    pub fn verify(&self, expected: &EnvelopeHash) -> Result<(), InvalidInput> {
        let computed = self.hash()?;
        if computed == *expected {
            return Ok(());
        }
        let reason = format!("hash mismatch: expected {expected}, got {computed} from the content");
        Err(InvalidInput::new("envelope_hash", reason))
    }

    /// Puts the hash beside it.
    pub fn seal(self) -> Result<SealedEnvelope, InvalidInput> {
        let hash = self.hash()?;
        Ok(SealedEnvelope::trusted(self, hash))
    }
}

/// Appends an instant in UTC with as many decimals as it has, at most six.
pub(super) fn write_ts(out: &mut String, instant: Timestamp) -> Result<(), InvalidInput> {
    static PRINTER: DateTimePrinter = DateTimePrinter::new();
    PRINTER
        .print_timestamp(&time::to_microseconds(instant), out)
        .map_err(|error| InvalidInput::new("ts", error))
}
