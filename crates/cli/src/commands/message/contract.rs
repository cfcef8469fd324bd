//! A stored message as the contract has it, whatever somebody made of its row.

use agentflow::{conversations::StoredMessage, core::envelope::Envelope};
use serde::Serialize;

use crate::plain;

/// The ten keys of the contract and `envelope_hash`; where the row breaks the contract, only what names it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Contract {
    /// A whole envelope.
    Whole {
        #[serde(flatten)]
        envelope: Box<Envelope>,
        envelope_hash: Option<String>,
        /// What is wrong with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// A row that is none.
    Broken { id: String, envelope_hash: Option<String>, fault: String },
}

impl From<&StoredMessage> for Contract {
    fn from(message: &StoredMessage) -> Self {
        let fault = message.verdict().err().map(str::to_owned);
        let envelope_hash = message.envelope_hash.clone();
        match &message.envelope {
            Some(envelope) => {
                Self::Whole { envelope: Box::new(envelope.clone()), envelope_hash, fault }
            }
            None => Self::Broken {
                id: message.id.to_ulid(),
                envelope_hash,
                fault: fault.unwrap_or_default(),
            },
        }
    }
}

/// A row of a table: what it is and what it says.
pub(super) fn row(message: &StoredMessage) -> Vec<String> {
    let id = message.id.to_ulid();
    let verdict = match message.verdict() {
        Ok(()) => "✓".to_owned(),
        Err(fault) => format!("✗ {fault}"),
    };
    let Some(envelope) = &message.envelope else {
        let nothing = String::new;
        return vec![id, nothing(), nothing(), nothing(), nothing(), nothing(), verdict];
    };
    vec![
        id,
        format!("{:.0}", envelope.ts),
        envelope.from.clone(),
        envelope.to.clone(),
        envelope.kind.to_string(),
        plain::cell(&envelope.payload.to_string()),
        verdict,
    ]
}

pub(super) const HEADER: [&str; 7] = ["ID", "SENT", "FROM", "TO", "TYPE", "PAYLOAD", "HASH"];
