use std::fmt::Write as _;

use jiff::{Timestamp, Unit as TimeUnit};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::UsageEvent;
use crate::{InvalidInput, canonical, hash::Sha256};

impl UsageEvent {
    /// SHA-256 of the canonical JSON (RFC 8785) of what was told. Two events are the same exactly when they have the same:
    /// it does not matter how a number or an instant was written, or whether an empty `metadata` was.
    ///
    /// Fails where the metadata has no canonical form; see [`validate`](UsageEvent::validate).
    pub fn fingerprint(&self) -> Result<Sha256, InvalidInput> {
        Ok(Sha256::of(&[self.canonical()?.as_bytes()]))
    }

    /// Members in the order of their keys.
    fn canonical(&self) -> Result<String, InvalidInput> {
        let mut object = Object(String::with_capacity(512));
        object.id("agent_id", self.agent_id.map(|id| id.0));
        object.decimal("cost_in_cents", self.cost_in_cents);
        object.text("key", Some(&self.key));
        object.id("message_id", self.message_id.map(|id| id.0));
        if !self.metadata.is_empty() {
            object.member("metadata");
            canonical::write_object_as_doubles(&mut object.0, &self.metadata, "metadata")?;
        }
        object.text("metric_name", Some(&self.metric_name));
        object.text("metric_type", Some(self.metric_type.as_str()));
        object.text("model", self.model.as_deref());
        if let Some(at) = self.occurred_at {
            object.text("occurred_at", Some(&stored_time(at).to_string()));
        }
        object.id("principal_id", self.principal_id.map(|id| id.0));
        object.decimal("quantity", Some(self.quantity));
        object.id("reservation_id", self.reservation_id.map(|id| id.0));
        object.id("run_id", self.run_id.map(|id| id.0));
        object.text("tool", self.tool.as_deref());
        object.id("tool_call_id", self.tool_call_id.map(|id| id.0));
        object.id("workflow_id", self.workflow_id.map(|id| id.0));
        object.id("workspace_id", Some(self.workspace_id.0));
        object.0.push('}');
        Ok(object.0)
    }
}

/// The instant as it is stored: in microseconds, finer digits are cut off. Rounding up might reach the next month.
pub fn stored_time(at: Timestamp) -> Timestamp {
    let cut =
        jiff::TimestampRound::new().smallest(TimeUnit::Microsecond).mode(jiff::RoundMode::Floor);
    at.round(cut).unwrap_or(at)
}

struct Object(String);

impl Object {
    fn member(&mut self, key: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // Keys here have nothing to escape.
        let _ = write!(self.0, "\"{key}\":");
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.member(key);
            canonical::write_string(&mut self.0, text);
        }
    }

    fn id(&mut self, key: &str, id: Option<Uuid>) {
        if let Some(id) = id {
            self.member(key);
            let _ = write!(self.0, "\"{id}\"");
        }
    }

    /// As text: a number of JSON is a double.
    fn decimal(&mut self, key: &str, decimal: Option<Decimal>) {
        if let Some(decimal) = decimal {
            self.member(key);
            let _ = write!(self.0, "\"{}\"", decimal.normalize());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{ids::WorkspaceId, metering::MetricType};

    fn event() -> UsageEvent {
        UsageEvent::new("k", WorkspaceId(Uuid::nil()), MetricType::ComputeMinutes, "cpu", 15)
            .at("2026-11-22T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn it_is_of_canonical_json() {
        let mut event = event();
        event.metadata = json!({ "b": 1.0, "a": "x" }).as_object().unwrap().clone();
        let text = event.canonical().unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical::to_string(&value, "event").unwrap(), text);
    }

    #[test]
    fn what_was_told_in_other_words_is_the_same() {
        let one = event();
        let mut other = event();
        other.quantity = Decimal::new(1500, 2);
        other.occurred_at = Some("2026-11-22T01:00:00.000000999+01:00".parse().unwrap());
        assert_eq!(one.fingerprint(), other.fingerprint());
    }

    #[test]
    fn everything_that_was_told_counts() {
        let id = Some(Uuid::from_u128(7));
        let changes: [fn(&mut UsageEvent, Option<Uuid>); 16] = [
            |it, _| it.key = "l".to_owned(),
            |it, id| it.workspace_id = id.unwrap().into(),
            |it, _| it.metric_name = "gpu".to_owned(),
            |it, _| it.metric_type = MetricType::ApiCalls,
            |it, _| it.quantity = 16.into(),
            |it, _| it.occurred_at = None,
            |it, _| it.cost_in_cents = Some(0.into()),
            |it, id| it.agent_id = id.map(Into::into),
            |it, id| it.principal_id = id.map(Into::into),
            |it, id| it.workflow_id = id.map(Into::into),
            |it, id| it.run_id = id.map(Into::into),
            |it, id| it.tool_call_id = id.map(Into::into),
            |it, id| it.reservation_id = id.map(Into::into),
            |it, _| it.model = Some("m".to_owned()),
            |it, _| it.tool = Some("m".to_owned()),
            |it, _| drop(it.metadata.insert("a".to_owned(), json!(1))),
        ];
        let mut seen = std::collections::HashSet::from([event().fingerprint().unwrap()]);
        for (index, change) in changes.into_iter().enumerate() {
            let mut event = event();
            change(&mut event, id);
            assert!(seen.insert(event.fingerprint().unwrap()), "change {index}");
        }
    }
}
