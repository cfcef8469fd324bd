use std::{borrow::Cow, fmt, str::FromStr};

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{MetricType, Unit, UsageEvent};
use crate::{InvalidInput, canonical, canonical::segment, ids::TenantId, similar::similar};

/// Why a line holds no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageLineError {
    /// It is not JSON.
    #[error("{reason}")]
    Syntax {
        /// The character where it goes wrong, counted from 1; 0 if that is not known.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Something in it cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

/// The keys of a line.
const KEYS: [&str; 19] = [
    "key",
    "workspace_id",
    "metric_type",
    "metric_name",
    "quantity",
    "unit",
    "tenant_id",
    "occurred_at",
    "cost_in_cents",
    "agent_id",
    "principal_id",
    "workflow_id",
    "run_id",
    "tool_call_id",
    "message_id",
    "reservation_id",
    "model",
    "tool",
    "metadata",
];

impl UsageEvent {
    /// Reads an event of `tenant` from a JSON object: one line of a file of events.
    ///
    /// Strict: a key that is not known or occurs twice is an error, as are a number that is no plain decimal, a `unit` that
    /// is not that of the metric, and a `tenant_id` of another tenant. What is `null` counts as not told. The event is
    /// read, not [validated](UsageEvent::validate).
    pub fn from_json(text: &str, tenant: TenantId) -> Result<Self, UsageLineError> {
        let members = Members::read(text)?;
        members.check_tenant(tenant)?;
        let metric_type = members.required("metric_type", word::<MetricType>)?;
        if let Some(unit) = members.optional("unit", word::<Unit>)?
            && unit != metric_type.unit()
        {
            let reason = format!("{metric_type} is counted in {}, not {unit}", metric_type.unit());
            return Err(InvalidInput::new("unit", reason).into());
        }
        Ok(Self {
            key: members.required("key", text_of)?,
            workspace_id: members.required("workspace_id", uuid)?.into(),
            metric_type,
            metric_name: members.required("metric_name", text_of)?,
            quantity: members.required("quantity", decimal)?,
            occurred_at: members.optional("occurred_at", instant)?,
            cost_in_cents: members.optional("cost_in_cents", decimal)?,
            agent_id: members.optional("agent_id", uuid)?.map(Into::into),
            principal_id: members.optional("principal_id", uuid)?.map(Into::into),
            workflow_id: members.optional("workflow_id", uuid)?.map(Into::into),
            run_id: members.optional("run_id", uuid)?.map(Into::into),
            tool_call_id: members.optional("tool_call_id", uuid)?.map(Into::into),
            message_id: members.optional("message_id", uuid)?.map(Into::into),
            reservation_id: members.optional("reservation_id", uuid)?.map(Into::into),
            model: members.optional("model", text_of)?,
            tool: members.optional("tool", text_of)?,
            metadata: members.optional("metadata", object)?.unwrap_or_default(),
        })
    }
}

/// The members of a line, each as it is written: a number that were read as a double would not be the same any more.
#[derive(Default)]
struct Members<'t>([Option<&'t RawValue>; KEYS.len()]);

impl<'t> Members<'t> {
    fn read(text: &'t str) -> Result<Self, UsageLineError> {
        if !text.trim_ascii_start().starts_with('{') {
            let reason = "expected a JSON object".to_owned();
            return Err(UsageLineError::Syntax { column: 0, reason });
        }
        let mut read = Reading::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let ended = read.deserialize_into(&mut reader).and_then(|()| reader.end());
        match (ended, read.refused) {
            (Ok(()), _) => Ok(read.members),
            (Err(_), Some(refused)) => Err(refused.into()),
            (Err(error), None) => Err(syntax(text, &error)),
        }
    }

    fn optional<T>(
        &self,
        key: &'static str,
        read: fn(&'static str, &'t str) -> Result<T, InvalidInput>,
    ) -> Result<Option<T>, InvalidInput> {
        let place = KEYS.iter().position(|known| *known == key);
        match place.and_then(|place| self.0[place]).map(RawValue::get) {
            None | Some("null") => Ok(None),
            Some(raw) => read(key, raw).map(Some),
        }
    }

    fn required<T>(
        &self,
        key: &'static str,
        read: fn(&'static str, &'t str) -> Result<T, InvalidInput>,
    ) -> Result<T, InvalidInput> {
        self.optional(key, read)?.ok_or_else(|| InvalidInput::new(key, "is missing"))
    }

    fn check_tenant(&self, tenant: TenantId) -> Result<(), InvalidInput> {
        match self.optional("tenant_id", uuid)? {
            Some(other) if other != tenant.0 => {
                let reason = format!("{other} is another tenant; these are events of {tenant}");
                Err(InvalidInput::new("tenant_id", reason))
            }
            _ => Ok(()),
        }
    }
}

fn syntax(text: &str, error: &serde_json::Error) -> UsageLineError {
    let characters = text.get(..error.column()).map_or(error.column(), |it| it.chars().count());
    let reason = error.to_string();
    // The line is known to the reader of the file, and "line 1" would mislead.
    let mut reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    if let Some(word) = no_amount(text, error.column()) {
        reason = format!("{word} is no number in JSON, nor is any amount");
    }
    UsageLineError::Syntax { column: characters, reason }
}

/// What others write for amounts that are none, where reading ended.
fn no_amount(text: &str, column: usize) -> Option<&'static str> {
    let words = ["-Infinity", "Infinity", "NaN"];
    let starts = column.saturating_sub(2)..=column;
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    words.into_iter().find(|word| starts.clone().any(|at| rest(at).starts_with(word)))
}

#[derive(Default)]
struct Reading<'t> {
    members: Members<'t>,
    refused: Option<InvalidInput>,
}

impl<'t> Reading<'t> {
    fn deserialize_into(
        &mut self,
        reader: &mut serde_json::Deserializer<serde_json::de::StrRead<'t>>,
    ) -> serde_json::Result<()> {
        DeserializeSeed::deserialize(self, reader)
    }

    fn place_of(&self, key: &str) -> Result<usize, InvalidInput> {
        let path = || segment(key).split_off(1);
        let Some(place) = KEYS.iter().position(|known| *known == key) else {
            let meant = match similar(key, KEYS) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("the keys are: {}", KEYS.join(" ")),
            };
            return Err(InvalidInput::new(path(), format!("unknown key; {meant}")));
        };
        if self.members.0[place].is_some() {
            return Err(InvalidInput::new(path(), "the key occurs twice"));
        }
        Ok(place)
    }
}

impl<'t> DeserializeSeed<'t> for &mut Reading<'t> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for &mut Reading<'t> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = members.next_key::<Key<'t>>()? {
            match self.place_of(&key) {
                Ok(place) => self.members.0[place] = Some(members.next_value()?),
                Err(refused) => {
                    self.refused = Some(refused);
                    return Err(A::Error::custom("refused"));
                }
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

fn type_error(key: &str, expected: &str, raw: &str) -> InvalidInput {
    let found = match raw.as_bytes().first() {
        Some(b'"') => "a text",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    };
    InvalidInput::new(key, format!("expected {expected}, got {found}"))
}

fn unescaped<'t>(key: &str, raw: &'t str) -> Result<Cow<'t, str>, InvalidInput> {
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => Err(type_error(key, "a text", raw)),
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str::<String>(raw)
            .map(Cow::Owned)
            .map_err(|_| InvalidInput::new(key, "has an escape that stands for no character")),
    }
}

fn text_of(key: &'static str, raw: &str) -> Result<String, InvalidInput> {
    unescaped(key, raw).map(Cow::into_owned)
}

fn word<T: FromStr<Err = InvalidInput>>(key: &'static str, raw: &str) -> Result<T, InvalidInput> {
    let text = unescaped(key, raw)?;
    text.parse().map_err(|error: InvalidInput| {
        let reason = format!("`{}` is none; {}", shortened(&text), error.reason);
        InvalidInput::new(key, reason)
    })
}

fn uuid(key: &'static str, raw: &str) -> Result<Uuid, InvalidInput> {
    let text = unescaped(key, raw)?;
    let refused = |_| InvalidInput::new(key, format!("`{}` is not a UUID", shortened(&text)));
    Uuid::parse_str(&text).map_err(refused)
}

fn instant(key: &'static str, raw: &str) -> Result<Timestamp, InvalidInput> {
    let text = unescaped(key, raw)?;
    text.parse().map_err(|_| {
        let reason = format!(
            "`{}` is no time; expected RFC 3339, as 2026-01-31T09:30:00Z",
            shortened(&text)
        );
        InvalidInput::new(key, reason)
    })
}

/// A number, or a text that is one.
fn decimal(key: &'static str, raw: &str) -> Result<Decimal, InvalidInput> {
    if matches!(raw.as_bytes().first(), Some(b'{' | b'[' | b't' | b'f')) {
        return Err(type_error(key, "a number", raw));
    }
    let text = if raw.starts_with('"') { unescaped(key, raw)? } else { Cow::Borrowed(raw) };
    exact_decimal(&text).ok_or_else(|| InvalidInput::new(key, no_number(&text)))
}

/// Never rounded: what has more digits than are held is none.
fn exact_decimal(text: &str) -> Option<Decimal> {
    if !is_number(text) {
        return None;
    }
    let (mantissa, _) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let exact = Decimal::from_str_exact(mantissa).ok()?;
    if mantissa.len() == text.len() { Some(exact) } else { Decimal::from_scientific(text).ok() }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
}

fn no_number(text: &str) -> String {
    let shown = shortened(text);
    if is_number(text) {
        format!("{shown} is too large, or has too many digits")
    } else {
        format!("`{shown}` is no number; expected a decimal, as 12 or \"12.5\"")
    }
}

fn object(
    key: &'static str,
    raw: &str,
) -> Result<serde_json::Map<String, serde_json::Value>, InvalidInput> {
    match canonical::from_str(raw, key)? {
        serde_json::Value::Object(object) => Ok(object),
        _ => Err(type_error(key, "an object", raw)),
    }
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}
