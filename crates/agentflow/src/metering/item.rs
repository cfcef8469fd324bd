//! An event as it goes to the database.

use agentflow_core::{
    InvalidInput,
    hash::Sha256,
    metering::{UsageEvent, stored_time},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::store::Shared;

/// An event that was checked, and its place among those that were given.
#[derive(Debug)]
pub(super) struct Checked<'e> {
    pub(super) index: usize,
    pub(super) event: &'e UsageEvent,
    pub(super) fingerprint: Sha256,
    pub(super) occurred_at: Timestamp,
}

impl<'e> Checked<'e> {
    pub(super) fn new(
        index: usize,
        event: &'e UsageEvent,
        now: Timestamp,
    ) -> Result<Self, InvalidInput> {
        event.validate(now)?;
        let fingerprint = event.fingerprint()?;
        let occurred_at = stored_time(event.occurred_at.unwrap_or(now));
        Ok(Self { index, event, fingerprint, occurred_at })
    }

    /// What it is known by.
    pub(super) fn key(&self) -> (Uuid, &'e str) {
        (self.event.workspace_id.0, &self.event.key)
    }

    pub(super) fn item(&self, ordinal: usize, shared: &Shared) -> Item<'e> {
        let event = self.event;
        Item {
            ordinal,
            workspace_id: event.workspace_id.0,
            occurred_at: self.occurred_at,
            id: shared.next_id(),
            event_key: &event.key,
            fingerprint: Hex(self.fingerprint),
            metric_type: event.metric_type.as_str(),
            metric_name: &event.metric_name,
            unit: event.metric_type.unit().as_str(),
            quantity: event.quantity,
            cost_in_cents: event.cost_in_cents,
            agent_id: event.agent_id.map(|id| id.0),
            principal_id: event.principal_id.map(|id| id.0),
            workflow_id: event.workflow_id.map(|id| id.0),
            run_id: event.run_id.map(|id| id.0),
            tool_call_id: event.tool_call_id.map(|id| id.0),
            message_id: event.message_id.map(|id| id.0),
            reservation_id: event.reservation_id.map(|id| id.0),
            model: event.model.as_deref(),
            tool: event.tool.as_deref(),
            metadata: (!event.metadata.is_empty()).then_some(&event.metadata),
        }
    }
}

/// What the statement takes for each event. What is not told is left out.
#[derive(Debug, Serialize)]
pub(super) struct Item<'e> {
    ordinal: usize,
    workspace_id: Uuid,
    occurred_at: Timestamp,
    id: Uuid,
    event_key: &'e str,
    fingerprint: Hex,
    metric_type: &'static str,
    metric_name: &'e str,
    unit: &'static str,
    quantity: Decimal,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_in_cents: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'e Map<String, Value>>,
}

#[derive(Debug)]
struct Hex(Sha256);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hex = self.0.to_hex();
        serializer.serialize_str(std::str::from_utf8(&hex).unwrap_or_default())
    }
}
