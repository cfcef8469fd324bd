use std::{fmt, net::IpAddr, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{InvalidInput, identity::PrincipalKind, ids::PrincipalId};

/// Something that happened, to be recorded: who did what to which thing, and how it ended.
///
/// As JSON this is one line of an event file; a key that is not listed here is an error that names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What was done, dotted: `workflow.created`. Lower-case letters, digits, `_` and `.`, at most 100 characters.
    pub action: String,
    /// The kind of thing it was done to: `workflow`. Same form as `action`.
    pub resource_type: String,
    /// Which one. Any text, at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// The kind of actor. By default the system itself.
    #[serde(default)]
    pub actor_type: ActorKind,
    /// Which actor. Any text, 1 to 255 characters; by default `system`.
    #[serde(default = "system_actor_id")]
    pub actor_id: String,
    /// How it ended.
    #[serde(default)]
    pub status: EventStatus,
    /// Where it came from: `api`, `ui`, `cli`, `scheduled`, or another short word. By default `api`.
    #[serde(default = "default_source")]
    pub source: String,
    /// When it happened; when it is recorded, if absent. Kept in microseconds: finer digits are cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// The workspace it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<Uuid>,
    /// The address of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<IpAddr>,
    /// The program of the caller, at most 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Everything else. Integers beyond ±(2^53 − 1) and the character U+0000 are refused.
    #[serde(default)]
    pub details: Map<String, Value>,
}

/// 0001-01-01T00:00:00Z.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

fn system_actor_id() -> String {
    "system".to_owned()
}

fn default_source() -> String {
    "api".to_owned()
}

impl Event {
    /// A successful event by `actor`, with nothing optional set.
    ///
    /// ```
    /// use agentflow_core::audit::{Actor, Event, Resource};
    ///
    /// let event = Event::new("workflow.created", Resource::new("workflow", "wf-7"), Actor::user("ann"))
    ///     .with_detail("version", "1.0.0");
    /// assert!(event.validate().is_ok());
    /// ```
    pub fn new(action: impl Into<String>, resource: Resource, actor: Actor) -> Self {
        Self {
            action: action.into(),
            resource_type: resource.kind,
            resource_id: resource.id,
            actor_type: actor.kind,
            actor_id: actor.id,
            status: EventStatus::Success,
            source: default_source(),
            occurred_at: None,
            workspace_id: None,
            client_ip: None,
            user_agent: None,
            details: Map::new(),
        }
    }

    /// Adds one detail.
    #[must_use]
    pub fn with_detail(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.details.insert(key.into(), value.into());
        self
    }

    /// Says that it did not succeed.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.status = EventStatus::Failure;
        self
    }

    /// Says where it came from.
    #[must_use]
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Checks every field but `details`, which is checked while it is written.
    pub fn validate(&self) -> Result<(), InvalidInput> {
        dotted_name("action", &self.action)?;
        dotted_name("resource_type", &self.resource_type)?;
        text("actor_id", &self.actor_id, 255)?;
        if let Some(id) = &self.resource_id {
            text("resource_id", id, 255)?;
        }
        // PostgreSQL and RFC 3339 write years of four digits, and there is no year 0 in the former.
        if self.occurred_at.is_some_and(|at| at < FIRST_INSTANT) {
            return Err(InvalidInput::new("occurred_at", "expected a time in the years 1 to 9999"));
        }
        if let Some(agent) = &self.user_agent {
            text("user_agent", agent, 512)?;
        }
        dotted_name("source", &self.source)
    }
}

fn dotted_name(field: &str, value: &str) -> Result<(), InvalidInput> {
    let part_is_valid = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if value.len() <= 100 && value.split('.').all(part_is_valid) {
        Ok(())
    } else {
        Err(InvalidInput::new(
            field,
            "expected lower-case words of letters, digits and `_`, joined by `.`, at most 100 characters",
        ))
    }
}

fn text(field: &str, value: &str, max: usize) -> Result<(), InvalidInput> {
    if value.is_empty() || value.chars().count() > max {
        return Err(InvalidInput::new(field, format!("expected 1 to {max} characters")));
    }
    if value.contains('\0') {
        return Err(InvalidInput::new(field, "the character U+0000 cannot be stored"));
    }
    Ok(())
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Which one.
    pub id: String,
}

impl Actor {
    /// The platform itself.
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: system_actor_id() }
    }

    /// A person.
    pub fn user(id: impl Into<String>) -> Self {
        Self { kind: ActorKind::User, id: id.into() }
    }

    /// An AI agent.
    pub fn agent(id: impl Into<String>) -> Self {
        Self { kind: ActorKind::Agent, id: id.into() }
    }

    /// A program with credentials of its own.
    pub fn service(id: impl Into<String>) -> Self {
        Self { kind: ActorKind::Service, id: id.into() }
    }

    /// A principal of a tenant, recorded by its id.
    pub fn principal(kind: PrincipalKind, id: PrincipalId) -> Self {
        match kind {
            PrincipalKind::Human => Self::user(id.to_string()),
            PrincipalKind::Service => Self::service(id.to_string()),
        }
    }

    /// The principal it is, if it may be one: a person or a service named by the id of a principal.
    pub fn principal_id(&self) -> Option<PrincipalId> {
        match self.kind {
            ActorKind::User | ActorKind::Service => self.id.parse().ok(),
            ActorKind::Agent | ActorKind::System => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    kind: String,
    id: Option<String>,
}

impl Resource {
    /// One thing of a kind.
    pub fn new(kind: impl Into<String>, id: impl fmt::Display) -> Self {
        Self { kind: kind.into(), id: Some(id.to_string()) }
    }

    /// A kind of thing, none in particular.
    pub fn kind(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: None }
    }
}

/// The kinds of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person.
    User,
    /// An AI agent.
    Agent,
    /// A program with credentials of its own.
    Service,
    /// The platform itself.
    #[default]
    System,
}

impl ActorKind {
    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Service => "service",
            Self::System => "system",
        }
    }
}

impl fmt::Display for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActorKind {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "user" => Ok(Self::User),
            "agent" => Ok(Self::Agent),
            "service" => Ok(Self::Service),
            "system" => Ok(Self::System),
            _ => Err(InvalidInput::new("actor_type", "expected user, agent, service or system")),
        }
    }
}

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventStatus {
    /// It was done.
    #[default]
    Success,
    /// It was refused, or broke.
    Failure,
}

impl EventStatus {
    /// The word stored for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event::new("run.started", Resource::kind("run"), Actor::system())
    }

    #[test]
    fn names_of_the_wrong_form_are_refused_by_field() {
        for action in
            ["", "Run", "run..started", ".run", "run.", "run started", "run.1", &"a".repeat(101)]
        {
            let error = Event { action: action.into(), ..event() }.validate().unwrap_err();
            assert_eq!(error.field, "action", "{action:?}");
        }
        let error = Event { actor_id: String::new(), ..event() }.validate().unwrap_err();
        assert_eq!(error.field, "actor_id");
        let year_zero =
            Event { occurred_at: Some("0000-06-01T00:00:00Z".parse().unwrap()), ..event() };
        assert_eq!(year_zero.validate().unwrap_err().field, "occurred_at");
        let year_one =
            Event { occurred_at: Some("0001-01-01T00:00:00Z".parse().unwrap()), ..event() };
        assert!(year_one.validate().is_ok());
        let error = Event { resource_id: Some("a\0".into()), ..event() }.validate().unwrap_err();
        assert_eq!(error.field, "resource_id");
    }

    #[test]
    fn a_line_with_only_the_required_keys_is_complete() {
        let event: Event = serde_json::from_str(r#"{"action":"a.b","resource_type":"c"}"#).unwrap();
        assert_eq!((event.actor_type, event.actor_id.as_str()), (ActorKind::System, "system"));
        assert_eq!((event.status, event.source.as_str()), (EventStatus::Success, "api"));
        assert!(event.validate().is_ok());
    }

    #[test]
    fn an_unknown_key_is_named() {
        let line = r#"{"action":"a","resource_type":"b","resouce_id":"c"}"#;
        let error = serde_json::from_str::<Event>(line).unwrap_err().to_string();
        assert!(error.contains("unknown field `resouce_id`"), "{error}");
    }
}
