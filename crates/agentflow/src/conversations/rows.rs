use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    canonical,
    envelope::{SealedEnvelope, SpanId, TraceId},
    ids::{AgentId, ConversationId, TenantId},
};
use agentflow_sql::{client::GenericClient, queries::messages as sql};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{error::Result, settle::settle, store::Handle};

/// Messages as columns, for one statement.
#[derive(Default)]
pub(super) struct Rows<'a> {
    ids: Vec<Uuid>,
    agent_ids: Vec<String>,
    trace_ids: Vec<&'a str>,
    span_ids: Vec<&'a str>,
    from: Vec<&'a str>,
    to: Vec<&'a str>,
    kinds: Vec<&'static str>,
    payloads: Vec<String>,
    metadatas: Vec<String>,
    costs: Vec<String>,
    times: Vec<Timestamp>,
    hashes: Vec<String>,
}

impl<'a> Rows<'a> {
    /// Messages that belong to no conversation.
    pub(super) fn of(messages: &'a [SealedEnvelope]) -> Result<Self, InvalidInput> {
        let mut rows = Self::default();
        for message in messages {
            rows.push(message, None)?;
        }
        Ok(rows)
    }

    /// Adds a message, and the agent who speaks in it.
    pub(super) fn push(
        &mut self,
        message: &'a SealedEnvelope,
        agent: Option<AgentId>,
    ) -> Result<(), InvalidInput> {
        let envelope = message.envelope();
        // Numbers as they are hashed: reading finds digits that are not.
        let payload = canonical::to_string_as_doubles(&envelope.payload, "payload")?;
        let mut metadata = String::with_capacity(2);
        canonical::write_object_as_doubles(&mut metadata, &envelope.metadata, "metadata")?;
        let cost = serde_json::json!({
            "tokens": envelope.cost.tokens, "dollars": envelope.cost.dollars,
        });
        self.ids.push(envelope.id.0);
        self.agent_ids.push(agent.map(|id| id.to_string()).unwrap_or_default());
        self.trace_ids.push(envelope.trace_id.as_ref().map_or("", TraceId::as_str));
        self.span_ids.push(envelope.span_id.as_ref().map_or("", SpanId::as_str));
        self.from.push(&envelope.from);
        self.to.push(&envelope.to);
        self.kinds.push(envelope.kind.as_str());
        self.payloads.push(payload);
        self.metadatas.push(metadata);
        self.costs.push(canonical::to_string_as_doubles(&cost, "cost")?);
        self.times.push(agentflow_core::envelope::to_microseconds(envelope.ts));
        self.hashes.push(message.envelope_hash().to_string());
        Ok(())
    }

    /// Stores them, all or none: in one flight, or together with the entry of a tenant that wants one for each call. Not
    /// for all of them, because the end of a chain is locked until the transaction is committed: everything that is said
    /// in a tenant would wait for one disk flush after the other.
    pub(super) async fn store(
        &self,
        operation: &'static str,
        handle: &Handle,
        conversation: Option<ConversationId>,
        event: impl FnOnce() -> Event + Send,
    ) -> Result<()> {
        if !handle.policy(operation).await?.is_verbose() {
            let flight = handle.flight(operation).await?;
            let stored = self.insert(&flight, handle.tenant, conversation).await;
            return flight.land(stored).await.map(drop);
        }
        let tx = handle.begin(operation).await?;
        let stored = self.insert(&tx, handle.tenant, conversation).await;
        let (tx, _) = settle(operation, tx, stored).await?;
        tx.audit_and_commit(&event()).await.map(drop)
    }

    /// Stores them, all or none.
    pub(super) async fn insert<C: GenericClient>(
        &self,
        client: &C,
        tenant: TenantId,
        conversation: Option<ConversationId>,
    ) -> Result<u64, tokio_postgres::Error> {
        sql::insert_messages()
            .bind(
                client,
                tenant.as_uuid(),
                &conversation.map(|id| id.0),
                &self.ids,
                &self.agent_ids,
                &self.trace_ids,
                &self.span_ids,
                &self.from,
                &self.to,
                &self.kinds,
                &self.payloads,
                &self.metadatas,
                &self.costs,
                &self.times,
                &self.hashes,
            )
            .await
    }
}

/// The entry for messages that were stored in one call. Whoever sent the first of them is the actor.
pub(super) fn said(action: &str, resource: Resource, messages: &[SealedEnvelope]) -> Event {
    let id = |message: Option<&SealedEnvelope>| message.map(|it| it.envelope().id.to_string());
    let sender = messages.first().map(|first| sender(&first.envelope().from));
    let actor = sender.unwrap_or_else(Actor::system);
    Event::new(action, resource, actor)
        .with_detail("messages", messages.len())
        .with_detail("first_id", id(messages.first()))
        .with_detail("last_id", id(messages.last()))
}

/// Messages say who sent them in the way of their platform; those of conversations in ours.
fn sender(from: &str) -> Actor {
    match from.split_once(':') {
        Some(("user", id)) if !id.is_empty() => Actor::user(id),
        Some(("agent", id)) if !id.is_empty() => Actor::agent(id),
        Some(("service", id)) if !id.is_empty() => Actor::service(id),
        _ if from == "system" => Actor::system(),
        _ => Actor::agent(from),
    }
}
