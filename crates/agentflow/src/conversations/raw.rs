//! Rows as they are, for whoever has to find out what became of a message.

use agentflow_core::ids::MessageId;
use agentflow_sql::queries::messages as sql;
use serde::Serialize;

use super::Messages;
use crate::error::Result;

/// The columns of a message as PostgreSQL writes them, whatever somebody made of them. Nothing here was verified. As JSON, an
/// object of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RawMessage {
    /// The id, which is a UUID in the database.
    #[serde(skip)]
    pub id: MessageId,
    /// Every column by its name, in their order; `None` for NULL.
    #[serde(serialize_with = "as_object")]
    pub columns: Vec<(&'static str, Option<String>)>,
}

impl Messages {
    /// The row of a message, also where it breaks the contract.
    pub async fn raw(&self, id: MessageId) -> Result<Option<RawMessage>> {
        let flight = self.0.flight("get a message").await?;
        let row =
            sql::get_raw_message().bind(&flight, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        Ok(flight.land(row).await?.map(RawMessage::from))
    }
}

impl From<sql::GetRawMessage> for RawMessage {
    fn from(row: sql::GetRawMessage) -> Self {
        let columns = vec![
            ("id", Some(row.id.to_string())),
            ("conversation_id", row.conversation_id),
            ("agent_id", row.agent_id),
            ("trace_id", row.trace_id),
            ("span_id", row.span_id),
            ("from_agent", row.from_agent),
            ("to_agent", row.to_agent),
            ("type", row.r#type),
            ("payload", row.payload),
            ("metadata", row.metadata),
            ("cost", row.cost),
            ("ts", row.sent),
            ("envelope_hash", row.envelope_hash),
            ("feedback_rating", row.feedback_rating),
            ("feedback_comment", row.feedback_comment),
            ("created_at", row.stored),
        ];
        Self { id: MessageId(row.id), columns }
    }
}

fn as_object<S: serde::Serializer>(
    columns: &[(&'static str, Option<String>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(columns.iter().map(|(name, value)| (name, value)))
}
