use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    envelope::{
        Cost, Envelope, MessageRole, MessageType, SealedEnvelope, SpanId, TraceId, Turn,
        to_microseconds,
    },
    ids::{AgentId, ConversationId, MessageId, PrincipalId},
};
use agentflow_sql::queries::messages as sql;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    Conversation, Conversations, Rating, StoredMessage,
    conversation::not_found,
    position::Position,
    rows::{Rows, said},
};
use crate::{
    error::{Error, Result},
    settle::settle,
    store::Shared,
};

pub(super) const APPEND: &str = "append to a conversation";
const MAX_COMMENT: usize = 2_000;

/// A turn to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTurn {
    /// What is said, and in which role.
    pub turn: Turn,
    /// The agent who speaks, one of the team. By default that of the conversation, in turns of the assistant.
    pub agent_id: Option<AgentId>,
    /// Who says it; by default `user:<id>` of the conversation for a person, `agent:<id>` for the assistant, and else
    /// the name of the role.
    pub from: Option<String>,
    /// Who it is for; by default `user:<id>` for what the assistant says, and else `agent:<id>`.
    pub to: Option<String>,
    /// Tokens of the model: they count for the conversation.
    pub tokens: u64,
    /// What it cost, in US dollars.
    pub dollars: f64,
    /// What else is to be known about it. Hashed with the turn.
    pub metadata: Map<String, Value>,
    /// The trace it belongs to, and the span. By default the trace is the conversation: its id without hyphens.
    pub trace: Option<(TraceId, Option<SpanId>)>,
}

impl NewTurn {
    /// A turn with nothing optional set.
    pub fn new(turn: Turn) -> Self {
        Self {
            turn,
            agent_id: None,
            from: None,
            to: None,
            tokens: 0,
            dollars: 0.0,
            metadata: Map::new(),
            trace: None,
        }
    }

    /// A turn that is text and nothing else.
    pub fn text(role: MessageRole, content: impl Into<String>) -> Self {
        Self::new(Turn::new(role, content))
    }

    /// Says what it cost.
    #[must_use]
    pub fn with_cost(mut self, tokens: u64, dollars: f64) -> Self {
        self.tokens = tokens;
        self.dollars = dollars;
        self
    }

    /// Makes the envelope of it.
    fn seal(
        &self,
        place: &Place,
        id: MessageId,
        at: Timestamp,
    ) -> Result<SealedEnvelope, InvalidInput> {
        self.turn.validate()?;
        let (user, agent) = (format!("user:{}", place.user), || {
            format!("agent:{}", self.agent_id.unwrap_or(place.agent))
        });
        let (from, to, kind) = match self.turn.role {
            MessageRole::User => (user, agent(), MessageType::Request),
            MessageRole::Assistant => (agent(), user, MessageType::Response),
            MessageRole::System => ("system".to_owned(), agent(), MessageType::Control),
            MessageRole::Tool => ("tool".to_owned(), agent(), MessageType::Response),
        };
        let from = self.from.clone().unwrap_or(from);
        let to = self.to.clone().unwrap_or(to);
        let (trace, span) = match self.trace {
            Some(trace) => trace,
            None => (place.conversation.0.simple().to_string().parse()?, None),
        };
        let mut envelope = Envelope::new(id, from, to, kind, at)
            .with_trace(trace, span)
            .with_payload(self.turn.to_payload())
            .with_cost(Cost::new(self.tokens, self.dollars));
        envelope.metadata.clone_from(&self.metadata);
        envelope.seal()
    }

    pub(super) fn speaker(&self, place: &Place) -> Option<AgentId> {
        let assistant = self.turn.role == MessageRole::Assistant;
        self.agent_id.or_else(|| assistant.then_some(place.agent))
    }
}

/// The conversation in which something is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    conversation: ConversationId,
    pub(super) user: PrincipalId,
    pub(super) agent: AgentId,
}

impl From<&Conversation> for Place {
    fn from(conversation: &Conversation) -> Self {
        Self {
            conversation: conversation.id,
            user: conversation.user_id,
            agent: conversation.agent_id,
        }
    }
}

/// Turns with their envelopes, and who speaks in each.
pub(super) struct Sealed {
    pub(super) envelopes: Vec<SealedEnvelope>,
    speakers: Vec<Option<AgentId>>,
}

impl Sealed {
    /// Makes the envelopes of turns that begin at `at`, each a microsecond after the one before: that is what puts them
    /// into order. `list` names them in errors. Storing takes more than a microsecond a turn, so what the same caller says
    /// next comes later.
    pub(super) fn new(
        shared: &Shared,
        place: &Place,
        turns: &[NewTurn],
        at: Timestamp,
        list: &str,
    ) -> Result<Self, InvalidInput> {
        let mut sealed = Self { envelopes: Vec::with_capacity(turns.len()), speakers: Vec::new() };
        let first = to_microseconds(at);
        for (index, turn) in turns.iter().enumerate() {
            let id = MessageId(shared.next_id());
            // Not after the last: there may be no moment after it.
            let later = SignedDuration::from_micros(i64::try_from(index).unwrap_or(i64::MAX));
            let at = first.checked_add(later).map_err(|error| InvalidInput::new("ts", error));
            let envelope = at.and_then(|at| turn.seal(place, id, at)).map_err(|error| {
                InvalidInput::new(format!("{list}[{index}].{}", error.field), error.reason)
            })?;
            sealed.envelopes.push(envelope);
            sealed.speakers.push(turn.speaker(place));
        }
        Ok(sealed)
    }

    /// The columns of one part of them.
    pub(super) fn rows(&self, part: std::ops::Range<usize>) -> Result<Rows<'_>, InvalidInput> {
        let mut rows = Rows::default();
        for index in part {
            rows.push(&self.envelopes[index], self.speakers[index])?;
        }
        Ok(rows)
    }
}

impl Conversations {
    /// Says something in a conversation: one turn or many, about a thousand a call, all or none, in this order. Returns
    /// their envelopes. An idle conversation wakes up.
    ///
    /// Looks up who takes part first; [`append_to`](Conversations::append_to) needs one round trip less. Fails with
    /// [`Error::NotFound`] when the conversation is not there, and with [`Error::Conflict`] when it is closed. Turns are their
    /// own record: in the audit chain is one entry a call, and that only where the tenant's log level is verbose.
    pub async fn append(
        &self,
        id: ConversationId,
        turns: &[NewTurn],
    ) -> Result<Vec<SealedEnvelope>> {
        let conversation = self.get(id).await?.ok_or_else(|| not_found(APPEND, id))?;
        self.append_to(&conversation, turns).await
    }

    /// The same for a conversation that was looked up before, in one round trip. Who takes part never changes; whether it
    /// is closed is looked at when the turns are stored.
    pub async fn append_to(
        &self,
        conversation: &Conversation,
        turns: &[NewTurn],
    ) -> Result<Vec<SealedEnvelope>> {
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let invalid = Error::invalid(APPEND);
        let shared = &self.0.shared;
        let sealed = Sealed::new(shared, &conversation.into(), turns, shared.now(), "turns");
        let sealed = sealed.map_err(invalid)?;
        let rows = sealed.rows(0..turns.len()).map_err(Error::invalid(APPEND))?;
        let resource = Resource::new("conversation", conversation.id);
        let event = || said("conversation.appended", resource, &sealed.envelopes);
        rows.store(APPEND, &self.0, Some(conversation.id), event).await?;
        Ok(sealed.envelopes)
    }

    /// A page of the turns of a conversation, in the order in which they were said, with what people thought of them;
    /// after the one that ended the page before.
    pub async fn turns(
        &self,
        id: ConversationId,
        after: Option<&StoredMessage>,
        limit: u16,
    ) -> Result<Vec<StoredMessage>> {
        let Some(from) = after.map_or(Some(Position::START), StoredMessage::next_position) else {
            return Ok(Vec::new());
        };
        let flight = self.0.flight("list the turns of a conversation").await?;
        let rows = sql::list_messages_of_conversation()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
                &from.time(),
                from.id(),
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        Ok(rows.into_iter().map(StoredMessage::from).collect())
    }

    /// Notes what somebody thinks of a turn, in place of what was noted before; without a rating, takes it back. At most
    /// 2,000 characters of comment, and none without a rating. Not hashed. The audit entry does not repeat the comment.
    ///
    /// Fails with [`Error::NotFound`] when there is no such turn.
    pub async fn feedback(
        &self,
        message: MessageId,
        rating: Option<Rating>,
        comment: Option<&str>,
        by: &Actor,
    ) -> Result<StoredMessage> {
        const OPERATION: &str = "note feedback";
        check_comment(rating, comment).map_err(Error::invalid(OPERATION))?;
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::set_feedback()
            .bind(
                &tx,
                &rating.map(Rating::as_str),
                &comment,
                self.0.tenant.as_uuid(),
                message.as_uuid(),
            )
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            return Err(tx.refuse(Error::not_found(OPERATION, format!("a turn {message}"))).await);
        };
        let stored = StoredMessage::from(row);
        let resource = Resource::new("message", message);
        let mut event = Event::new("message.feedback_noted", resource, by.clone())
            .with_detail("rating", rating.map(Rating::as_str))
            .with_detail("has_comment", comment.is_some());
        if let Some(conversation) = stored.conversation_id {
            event = event.with_detail("conversation_id", conversation.to_string());
        }
        tx.audit_and_commit(&event).await?;
        Ok(stored)
    }
}

fn check_comment(rating: Option<Rating>, comment: Option<&str>) -> Result<(), InvalidInput> {
    let Some(comment) = comment else { return Ok(()) };
    if rating.is_none() {
        return Err(InvalidInput::new("rating", "is missing; a comment explains one"));
    }
    if comment.is_empty() || comment.contains('\0') || comment.chars().count() > MAX_COMMENT {
        return Err(InvalidInput::new("comment", "expected 1 to 2000 characters"));
    }
    Ok(())
}
