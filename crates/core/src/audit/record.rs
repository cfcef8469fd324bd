use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Event;
use crate::{InvalidInput, canonical, ids::AuditId};

/// The longest record there may be, in bytes.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// An event as it is hashed and stored: canonical JSON (RFC 8785), with an id and a time.
///
/// Keys that are absent from the event are absent here. `occurred_at` is in UTC with six decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    id: AuditId,
    text: String,
}

impl Record {
    /// Writes `event` down. `now` is when it happened, if the event does not say.
    ///
    /// ```
    /// use agentflow_core::audit::{Actor, Event, Record, Resource};
    ///
    /// let event = Event::new("run.started", Resource::new("run", 7), Actor::agent("planner"));
    /// let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    /// let record = Record::new(&event, id, "2026-11-21T04:41:00Z".parse().unwrap()).unwrap();
    /// assert_eq!(
    ///     record.text(),
    ///     r#"{"action":"run.started","actor_id":"planner","actor_type":"agent","details":{},"#.to_owned()
    ///         + r#""id":"01890a5d-ac96-774b-bcce-b302099a8057","occurred_at":"2026-11-21T04:41:00.000000Z","#
    ///         + r#""resource_id":"7","resource_type":"run","source":"api","status":"success"}"#
    /// );
    /// ```
    pub fn new(event: &Event, id: AuditId, now: Timestamp) -> Result<Self, InvalidInput> {
        event.validate()?;
        let mut text = String::with_capacity(384);
        write_event(&mut text, event, id, now)?;
        refuse_nul(&text, &event.details)?;
        if text.len() > MAX_RECORD_BYTES {
            let reason = format!(
                "the record has {} bytes, and at most {MAX_RECORD_BYTES} are kept",
                text.len()
            );
            return Err(InvalidInput::new("details", reason));
        }
        Ok(Self { id, text })
    }

    /// The id of the entry.
    pub fn id(&self) -> AuditId {
        self.id
    }

    /// The canonical text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Keys in canonical order. That order is fixed here and not sorted at run time, because this is the hot path.
fn write_event(
    out: &mut String,
    event: &Event,
    id: AuditId,
    now: Timestamp,
) -> Result<(), InvalidInput> {
    out.push_str("{\"action\":");
    canonical::write_string(out, &event.action);
    member(out, "actor_id", &event.actor_id);
    member(out, "actor_type", event.actor_type.as_str());
    if let Some(ip) = event.client_ip {
        member(out, "client_ip", &ip.to_string());
    }
    out.push_str(",\"details\":");
    canonical::write_object(out, &event.details, "details")?;
    member(out, "id", id.as_uuid().hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
    member(out, "occurred_at", &timestamp_text(event.occurred_at.unwrap_or(now)));
    if let Some(resource) = &event.resource_id {
        member(out, "resource_id", resource);
    }
    member(out, "resource_type", &event.resource_type);
    member(out, "source", &event.source);
    member(out, "status", event.status.as_str());
    if let Some(agent) = &event.user_agent {
        member(out, "user_agent", agent);
    }
    if let Some(workspace) = event.workspace_id {
        member(
            out,
            "workspace_id",
            workspace.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()),
        );
    }
    out.push('}');
    Ok(())
}

fn member(out: &mut String, key: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    canonical::write_string(out, value);
}

/// RFC 3339 in UTC with exactly six decimals: what PostgreSQL can hold. Finer digits are cut off, not rounded.
pub(super) fn timestamp_text(instant: Timestamp) -> String {
    let excess = instant.as_nanosecond().rem_euclid(1_000);
    let whole = Timestamp::from_nanosecond(instant.as_nanosecond() - excess).unwrap_or(instant);
    format!("{whole:.6}")
}

/// PostgreSQL holds U+0000 neither in text nor in jsonb; canonical JSON writes it as an escape.
fn refuse_nul(text: &str, details: &Map<String, Value>) -> Result<(), InvalidInput> {
    const ESCAPE: &str = "\\u0000";
    if !text.contains(ESCAPE) {
        return Ok(());
    }
    match path_of_nul(details) {
        Some(path) => Err(InvalidInput::new(
            format!("details{path}"),
            "the character U+0000 cannot be stored",
        )),
        // A backslash followed by these letters, and not the escape.
        None => Ok(()),
    }
}

fn path_of_nul(object: &Map<String, Value>) -> Option<String> {
    object.iter().find_map(|(key, value)| {
        if key.contains('\0') {
            return Some(format!(".{}", key.escape_debug()));
        }
        path_of_nul_in(value).map(|rest| format!(".{key}{rest}"))
    })
}

fn path_of_nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| path_of_nul_in(item).map(|rest| format!("[{index}]{rest}"))),
        Value::Object(object) => path_of_nul(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::audit::{Actor, Resource};

    fn record(event: &Event) -> Result<Record, InvalidInput> {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        Record::new(event, id, "2026-11-21T04:41:00.1234569Z".parse().unwrap())
    }

    fn event() -> Event {
        Event::new("run.started", Resource::new("run", "r1"), Actor::user("ann"))
    }

    #[test]
    fn the_text_is_what_the_canonical_writer_would_write() {
        let mut event = event().with_detail("z", json!([1, 2.5])).with_detail("a", "é\n");
        event.client_ip = Some("10.0.0.1".parse().unwrap());
        event.user_agent = Some("curl/8".into());
        event.workspace_id = Some("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
        let record = record(&event).unwrap();
        let value: Value = serde_json::from_str(record.text()).unwrap();
        assert_eq!(canonical::to_string(&value, "record").unwrap(), record.text());
    }

    #[test]
    fn time_is_cut_to_microseconds() {
        let record = record(&event()).unwrap();
        assert!(
            record.text().contains(r#""occurred_at":"2026-11-21T04:41:00.123456Z""#),
            "{}",
            record.text()
        );

        let before_1970 =
            Event { occurred_at: Some("1969-12-31T23:59:59.9999999Z".parse().unwrap()), ..event() };
        let record = self::record(&before_1970).unwrap();
        assert!(record.text().contains("1969-12-31T23:59:59.999999Z"), "{}", record.text());
    }

    #[test]
    fn what_cannot_be_stored_is_refused_with_its_path() {
        let error = record(&event().with_detail("a", json!([{ "b": "x\0" }]))).unwrap_err();
        assert_eq!(error.field, "details.a[0].b");
        let error = record(&event().with_detail("n", json!(u64::MAX))).unwrap_err();
        assert_eq!(error.field, "details.n");
        let error = record(&event().with_detail("big", "x".repeat(MAX_RECORD_BYTES))).unwrap_err();
        assert_eq!(error.field, "details");
        assert!(record(&event().with_detail("a", "\\u0000")).is_ok());
    }
}
