//! Putting back what a message said, from the original that somebody kept.

use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    canonical,
    envelope::{EnvelopeHash, MessageRole, SealedEnvelope, SpanId, TraceId, Turn, to_microseconds},
    ids::{ConversationId, TenantId},
};
use agentflow_sql::queries::{conversations as conversation_sql, messages as sql};
use serde::Serialize;

use super::{Conversation, ConversationStatus, StoredMessage, conversation::not_found, rows::Rows};
use crate::{
    admin::{Admin, AdminTx},
    error::{Error, Result},
};

const OPERATION: &str = "restore a message";

/// What was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Restored {
    /// Nothing: the message is what was hashed.
    Nothing,
    /// What it says. The hash beside it had stayed.
    Content,
    /// The hash beside it. What it says had stayed.
    Hash,
    /// All of it: the row was gone.
    Row,
}

impl Restored {
    /// The word recorded for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Content => "content",
            Self::Hash => "hash",
            Self::Row => "row",
        }
    }
}

impl Admin {
    /// Puts back what a message said, in place: what is hashed, and the hash. Its conversation, its agent, what people
    /// thought of it and when it was stored stay as they are, and the counters of the conversation are made anew. The row must
    /// still have either the hash of `original` or the content of it: where somebody changed both, nothing here tells which
    /// of the two was stored, and it fails with [`Error::Conflict`].
    ///
    /// A message that is gone is put back as a turn of `conversation`, also of a closed one; without a conversation it fails
    /// with [`Error::NotFound`], and [`Messages::store`](super::Messages::store) stores it anew.
    ///
    /// The original agrees with its hash, for there is no other [`SealedEnvelope`]. Recorded as `message.restored`. Works as
    /// the owner of the tables: the runtime role can neither change nor delete messages.
    pub async fn restore_message(
        &self,
        tenant: TenantId,
        original: &SealedEnvelope,
        conversation: Option<ConversationId>,
        by: &Actor,
    ) -> Result<Restored> {
        let id = original.envelope().id;
        let tx = self.begin(OPERATION).await?;
        tx.enter(tenant).await?;
        let row = sql::lock_message().bind(tx.client(), tenant.as_uuid(), id.as_uuid()).opt().await;
        let found = row.map_err(|error| Error::from_postgres(OPERATION, error));
        let outcome = match found.map(|row| row.map(StoredMessage::from)) {
            Ok(Some(stored)) => in_place(&tx, tenant, original, &stored)
                .await
                .map(|restored| (restored, stored.conversation_id)),
            Ok(None) => anew(&tx, tenant, original, conversation)
                .await
                .map(|()| (Restored::Row, conversation)),
            Err(error) => Err(error),
        };
        let (restored, conversation) = match outcome {
            Ok((Restored::Nothing, _)) => {
                tx.rollback().await?;
                return Ok(Restored::Nothing);
            }
            Ok(restored) => restored,
            Err(error) => return Err(tx.refuse(error).await),
        };
        let event = Event::new("message.restored", Resource::new("message", id), by.clone())
            .with_detail("restored", restored.as_str())
            .with_detail("envelope_hash", original.envelope_hash().to_string())
            .with_detail("conversation_id", conversation.map(|id| id.to_string()));
        tx.audit_and_commit(&event).await?;
        Ok(restored)
    }
}

/// What of a row is to be put back.
fn judge(original: &SealedEnvelope, stored: &StoredMessage) -> Result<Restored> {
    let hash = stored.envelope_hash.as_deref().and_then(|hash| hash.parse::<EnvelopeHash>().ok());
    let same_hash = hash.as_ref() == Some(original.envelope_hash());
    if same_hash {
        let is_good = stored.verdict().is_ok();
        return Ok(if is_good { Restored::Nothing } else { Restored::Content });
    }
    let content = stored.envelope.as_ref().and_then(|envelope| envelope.hash().ok());
    if content.as_ref() == Some(original.envelope_hash()) {
        return Ok(Restored::Hash);
    }
    let reason = format!(
        "neither the content nor the hash of message {} is that of the original, so which of the two was stored cannot be \
         told",
        stored.id
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

async fn in_place(
    tx: &AdminTx,
    tenant: TenantId,
    original: &SealedEnvelope,
    stored: &StoredMessage,
) -> Result<Restored> {
    let restored = judge(original, stored)?;
    if restored == Restored::Nothing {
        return Ok(restored);
    }
    update(tx, tenant, original).await?;
    if let Some(id) = stored.conversation_id {
        recount(tx, tenant, id).await?;
    }
    Ok(restored)
}

async fn update(tx: &AdminTx, tenant: TenantId, original: &SealedEnvelope) -> Result<()> {
    let envelope = original.envelope();
    let invalid = |error: InvalidInput| Error::invalid(OPERATION)(error);
    let payload = canonical::to_string_as_doubles(&envelope.payload, "payload").map_err(invalid)?;
    let mut metadata = String::new();
    canonical::write_object_as_doubles(&mut metadata, &envelope.metadata, "metadata")
        .map_err(invalid)?;
    let cost =
        serde_json::json!({ "tokens": envelope.cost.tokens, "dollars": envelope.cost.dollars });
    let updated = sql::restore_message()
        .bind(
            tx.client(),
            &envelope.trace_id.as_ref().map_or("", TraceId::as_str),
            &envelope.span_id.as_ref().map_or("", SpanId::as_str),
            &envelope.from.as_str(),
            &envelope.to.as_str(),
            &envelope.kind.as_str(),
            &payload,
            &metadata,
            &canonical::to_string_as_doubles(&cost, "cost").map_err(invalid)?,
            &to_microseconds(envelope.ts),
            &original.envelope_hash().to_string(),
            tenant.as_uuid(),
            envelope.id.as_uuid(),
        )
        .await;
    updated.map(drop).map_err(|error| Error::from_postgres(OPERATION, error))
}

async fn recount(tx: &AdminTx, tenant: TenantId, conversation: ConversationId) -> Result<()> {
    let recounted = conversation_sql::recount_conversation()
        .bind(tx.client(), tenant.as_uuid(), conversation.as_uuid())
        .await;
    recounted.map(drop).map_err(|error| Error::from_postgres(OPERATION, error))
}

/// Puts a lost turn back, and leaves its conversation in the state it was in.
async fn anew(
    tx: &AdminTx,
    tenant: TenantId,
    original: &SealedEnvelope,
    conversation: Option<ConversationId>,
) -> Result<()> {
    let failed = |error| Error::from_postgres(OPERATION, error);
    let Some(id) = conversation else {
        let what = format!("message {}", original.envelope().id);
        return Err(Error::not_found(OPERATION, what));
    };
    let turn = Turn::from_payload(&original.envelope().payload);
    let turn = turn.map_err(Error::invalid(OPERATION))?;
    let row = conversation_sql::lock_conversation()
        .bind(tx.client(), tenant.as_uuid(), id.as_uuid())
        .opt()
        .await;
    let row = row.map_err(failed)?.ok_or_else(|| not_found(OPERATION, id))?;
    let before = Conversation::try_from(row)?;
    let mut rows = Rows::default();
    let speaker = (turn.role == MessageRole::Assistant).then_some(before.agent_id);
    rows.push(original, speaker).map_err(Error::invalid(OPERATION))?;
    if before.status == ConversationStatus::Closed {
        conversation_sql::reopen_conversation()
            .bind(tx.client(), tenant.as_uuid(), id.as_uuid())
            .await
            .map_err(failed)?;
    }
    rows.insert(tx.client(), tenant, Some(id)).await.map_err(failed)?;
    conversation_sql::settle_conversation()
        .bind(
            tx.client(),
            &before.status.as_str(),
            &before.closed_at,
            tenant.as_uuid(),
            id.as_uuid(),
        )
        .await
        .map_err(failed)?;
    recount(tx, tenant, id).await
}
