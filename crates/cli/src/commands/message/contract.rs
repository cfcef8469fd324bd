//! A stored message as the contract has it, whatever somebody made of its row.

use agentflow::{
    conversations::StoredMessage,
    core::envelope::{SpanId, TraceId},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::plain;

/// The ten keys of the contract and `envelope_hash`; where the row breaks the contract, only what names it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Contract {
    /// A whole envelope.
    Whole(Box<Whole>),
    /// A row that is none.
    Broken { id: String, envelope_hash: Option<String>, fault: String },
}

/// An envelope. Payload, metadata and cost are the text that is stored: read into numbers first, they would hide digits
/// from whoever checks them.
#[derive(Debug, Serialize)]
pub(crate) struct Whole {
    id: String,
    trace_id: String,
    span_id: String,
    from: String,
    to: String,
    r#type: &'static str,
    payload: Option<Box<RawValue>>,
    metadata: Option<Box<RawValue>>,
    cost: Option<Box<RawValue>>,
    ts: String,
    envelope_hash: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl From<&StoredMessage> for Contract {
    fn from(message: &StoredMessage) -> Self {
        let fault = message.verdict().err().map(str::to_owned);
        let (id, envelope_hash) = (message.id.to_ulid(), message.envelope_hash.clone());
        let (Some(envelope), Some(texts)) = (&message.envelope, message.texts()) else {
            return Self::Broken { id, envelope_hash, fault: fault.unwrap_or_default() };
        };
        Self::Whole(Box::new(Whole {
            id,
            trace_id: envelope.trace_id.as_ref().map_or("", TraceId::as_str).to_owned(),
            span_id: envelope.span_id.as_ref().map_or("", SpanId::as_str).to_owned(),
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            r#type: envelope.kind.as_str(),
            payload: raw(&texts.payload),
            metadata: raw(&texts.metadata),
            cost: raw(&texts.cost),
            ts: envelope.ts.to_string(),
            envelope_hash,
            fault,
        }))
    }
}

/// PostgreSQL writes nothing but JSON here.
fn raw(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(text.to_owned()).ok()
}

/// A row of a table: what it is and what it says.
pub(super) fn row(message: &StoredMessage) -> Vec<String> {
    let id = message.id.to_ulid();
    let verdict = match message.verdict() {
        Ok(()) => "✓".to_owned(),
        Err(fault) => format!("✗ {fault}"),
    };
    let (Some(envelope), Some(texts)) = (&message.envelope, message.texts()) else {
        let nothing = String::new;
        return vec![id, nothing(), nothing(), nothing(), nothing(), nothing(), verdict];
    };
    vec![
        id,
        format!("{:.0}", envelope.ts),
        envelope.from.clone(),
        envelope.to.clone(),
        envelope.kind.to_string(),
        plain::cell(&texts.payload),
        verdict,
    ]
}

pub(super) const HEADER: [&str; 7] = ["ID", "SENT", "FROM", "TO", "TYPE", "PAYLOAD", "HASH"];
