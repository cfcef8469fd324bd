use agentflow_core::{
    InvalidInput,
    audit::{Actor, Event, Resource},
    ids::{AgentId, ConversationId, PrincipalId, TeamId},
};
use agentflow_sql::queries::conversations as sql;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ConversationStatus, import::ImportKey};
use crate::{
    error::{Error, Result},
    input::{check_json, check_name, known, stored_json},
    observe,
    scope::TenantTx,
    settle::{settle, settle_with},
    store::Handle,
};

/// The longest summary, in characters.
const MAX_SUMMARY: usize = 100_000;

/// A conversation to be.
#[derive(Debug, Clone)]
pub struct NewConversation {
    /// The team it belongs to, whose days of retention it gets.
    pub team_id: TeamId,
    /// The agent.
    pub agent_id: AgentId,
    /// The person.
    pub user_id: PrincipalId,
    /// What it is about: 1 to 255 characters.
    pub title: Option<String>,
    /// Whatever the platform wants to know about it, at most 64 kB.
    pub metadata: Map<String, Value>,
}

impl NewConversation {
    /// A conversation with nothing optional set.
    pub fn between(team_id: TeamId, agent_id: AgentId, user_id: PrincipalId) -> Self {
        Self { team_id, agent_id, user_id, title: None, metadata: Map::new() }
    }
}

/// A conversation as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// The id.
    pub id: ConversationId,
    /// The team it belongs to.
    pub team_id: TeamId,
    /// The agent.
    pub agent_id: AgentId,
    /// The person.
    pub user_id: PrincipalId,
    /// What it is about.
    pub title: Option<String>,
    /// Whether it goes on.
    pub status: ConversationStatus,
    /// How many turns it has.
    pub message_count: i32,
    /// Tokens of all turns but those of the assistant.
    pub total_input_tokens: i64,
    /// Tokens of the turns of the assistant.
    pub total_output_tokens: i64,
    /// What was said, in short.
    pub summary: Option<String>,
    /// Whatever the platform wants to know about it.
    pub metadata: Value,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last changed; every turn changes it.
    pub updated_at: Timestamp,
    /// When the last turn was said; when it began, if none was. Never moves back.
    pub last_message_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What it was called where it was imported from: `text:` or `number:` and its id there, or `sha256:` and the digest of
    /// what was imported where it had none.
    pub import_key: Option<String>,
}

impl TryFrom<sql::Conversation> for Conversation {
    type Error = Error;

    fn try_from(row: sql::Conversation) -> Result<Self> {
        Ok(Self {
            id: ConversationId(row.id),
            team_id: TeamId(row.team_id),
            agent_id: AgentId(row.agent_id),
            user_id: PrincipalId(row.user_id),
            title: row.title,
            status: known("conversations", "status", row.id, &row.status)?,
            message_count: row.message_count,
            total_input_tokens: row.total_input_tokens,
            total_output_tokens: row.total_output_tokens,
            summary: row.summary,
            metadata: stored_json("conversations", "metadata", row.id, &row.metadata)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_message_at: row.last_message_at,
            closed_at: row.closed_at,
            import_key: row.import_key,
        })
    }
}

/// Which conversations to list; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Those of a team.
    pub team_id: Option<TeamId>,
    /// Those with an agent.
    pub agent_id: Option<AgentId>,
    /// Those of a person.
    pub user_id: Option<PrincipalId>,
    /// Those in a state.
    pub status: Option<ConversationStatus>,
}

/// What to change of a conversation; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ConversationChange {
    /// What it is about; `Some(None)` for no title.
    pub title: Option<Option<String>>,
    /// What was said, in short: at most 100,000 characters; `Some(None)` for no summary.
    pub summary: Option<Option<String>>,
    /// Whatever the platform wants to know about it, all of it.
    pub metadata: Option<Map<String, Value>>,
}

impl ConversationChange {
    fn check(&self, operation: &'static str) -> Result<()> {
        if let Some(Some(title)) = &self.title {
            check_name(operation, "title", title)?;
        }
        if let Some(Some(summary)) = &self.summary
            && (summary.contains('\0') || summary.chars().count() > MAX_SUMMARY)
        {
            let input = InvalidInput::new("summary", "expected at most 100000 characters");
            return Err(Error::InvalidInput { operation, input });
        }
        self.metadata
            .as_ref()
            .map_or(Ok(()), |metadata| check_json(operation, "metadata", metadata))
    }

    /// Makes the change, and returns the names of the fields that are different now.
    fn apply(self, conversation: &mut Conversation) -> Vec<&'static str> {
        let mut changed = Vec::new();
        if let Some(title) = self.title.filter(|title| *title != conversation.title) {
            conversation.title = title;
            changed.push("title");
        }
        if let Some(summary) = self.summary.filter(|summary| *summary != conversation.summary) {
            conversation.summary = summary;
            changed.push("summary");
        }
        let metadata = self.metadata.map(Value::Object);
        if let Some(metadata) = metadata.filter(|metadata| *metadata != conversation.metadata) {
            conversation.metadata = metadata;
            changed.push("metadata");
        }
        changed
    }
}

/// The conversations of a tenant. Changes are recorded in the tenant's audit chain, in the same transaction; turns are
/// their own record.
#[derive(Debug, Clone)]
pub struct Conversations(pub(super) Handle);

impl Conversations {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Begins a conversation. Fails with [`Error::NotFound`] when the team or the user is not this tenant's, or the agent not
    /// one of the team.
    pub async fn create(&self, new: NewConversation, by: &Actor) -> Result<Conversation> {
        const OPERATION: &str = "create a conversation";
        let tx = self.0.begin(OPERATION).await?;
        let now = self.0.shared.now();
        let (tx, conversation) = self.insert(OPERATION, tx, &new, now, None).await?;
        let event = event("conversation.created", conversation.id, by)
            .with_detail("team_id", new.team_id.to_string())
            .with_detail("agent_id", new.agent_id.to_string())
            .with_detail("user_id", new.user_id.to_string());
        tx.audit_and_commit(&event).await?;
        Ok(conversation)
    }

    /// Inserts a conversation that began at `at`.
    pub(super) async fn insert(
        &self,
        operation: &'static str,
        tx: TenantTx,
        new: &NewConversation,
        at: Timestamp,
        import: Option<&ImportKey>,
    ) -> Result<(TenantTx, Conversation)> {
        let checked = match &new.title {
            Some(title) => check_name(operation, "title", title),
            None => Ok(()),
        };
        let checked = checked.and_then(|()| check_json(operation, "metadata", &new.metadata));
        let (tx, ()) = settle_with(tx, checked).await?;
        let row = sql::insert_conversation()
            .bind(
                &tx,
                self.0.tenant.as_uuid(),
                &self.0.shared.next_id(),
                new.team_id.as_uuid(),
                new.agent_id.as_uuid(),
                new.user_id.as_uuid(),
                &new.title,
                &Value::Object(new.metadata.clone()),
                &at,
                &import.map(|it| it.key.as_str()),
                &import.map(|it| it.digest.0.as_slice()),
            )
            .one()
            .await;
        let (tx, row) = settle(operation, tx, row).await?;
        Ok((tx, row.try_into()?))
    }

    /// The conversation with this id.
    pub async fn get(&self, id: ConversationId) -> Result<Option<Conversation>> {
        let flight = self.0.flight("get a conversation").await?;
        let row = sql::get_conversation()
            .bind(&flight, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        flight.land(row).await?.map(Conversation::try_from).transpose()
    }

    /// A page of conversations, the newest first, after the one that ended the page before.
    pub async fn list(
        &self,
        filter: &ConversationFilter,
        after: Option<&Conversation>,
        limit: u16,
    ) -> Result<Vec<Conversation>> {
        let flight = self.0.flight("list conversations").await?;
        let rows = sql::list_conversations()
            .bind(
                &flight,
                self.0.tenant.as_uuid(),
                &filter.team_id.map(|id| id.0),
                &filter.agent_id.map(|id| id.0),
                &filter.user_id.map(|id| id.0),
                &filter.status.map(ConversationStatus::as_str),
                &after.map(|last| last.created_at),
                &after.map(|last| last.id.0),
                &i64::from(limit),
            )
            .all()
            .await;
        let rows = flight.land(rows).await?;
        rows.into_iter().map(Conversation::try_from).collect()
    }

    /// Changes what is said about a conversation, also about a closed one. The audit entry names the fields that are
    /// different now, and repeats none of them.
    pub async fn describe(
        &self,
        id: ConversationId,
        change: ConversationChange,
        by: &Actor,
    ) -> Result<Conversation> {
        const OPERATION: &str = "describe a conversation";
        change.check(OPERATION)?;
        let (tx, mut conversation) = self.lock(OPERATION, id).await?;
        let changed = change.apply(&mut conversation);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(conversation);
        }
        let row = sql::describe_conversation()
            .bind(
                &tx,
                &conversation.title,
                &conversation.summary,
                &conversation.metadata,
                self.0.tenant.as_uuid(),
                id.as_uuid(),
            )
            .one()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let event = event("conversation.described", id, by).with_detail("changed", changed);
        tx.audit_and_commit(&event).await?;
        row.try_into()
    }

    /// Closes a conversation: nothing can be said in it any more, and the days of its team's retention begin. Closing it
    /// again changes nothing.
    pub async fn close(&self, id: ConversationId, by: &Actor) -> Result<Conversation> {
        const OPERATION: &str = "close a conversation";
        let now = self.0.shared.now();
        let tx = self.0.begin(OPERATION).await?;
        let row = sql::close_conversation()
            .bind(&tx, &now, self.0.tenant.as_uuid(), id.as_uuid())
            .opt()
            .await;
        let (tx, row) = settle(OPERATION, tx, row).await?;
        let Some(row) = row else {
            tx.rollback().await?;
            let known = self.get(id).await?;
            return known.ok_or_else(|| observe::refused(not_found(OPERATION, id)));
        };
        let conversation = Conversation::try_from(row)?;
        let event = event("conversation.closed", id, by)
            .with_detail("message_count", conversation.message_count);
        tx.audit_and_commit(&event).await?;
        Ok(conversation)
    }

    /// Deletes a conversation with its turns. Fails with [`Error::NotFound`] when it is not there.
    pub async fn delete(&self, id: ConversationId, by: &Actor) -> Result<()> {
        const OPERATION: &str = "delete a conversation";
        let (tx, conversation) = self.lock(OPERATION, id).await?;
        let deleted =
            sql::delete_conversation().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).await;
        let (tx, _) = settle(OPERATION, tx, deleted).await?;
        let event = event("conversation.deleted", id, by)
            .with_detail("message_count", conversation.message_count);
        tx.audit_and_commit(&event).await.map(drop)
    }

    /// The conversation, and nobody else changes it or says something in it before the end of the transaction.
    async fn lock(
        &self,
        operation: &'static str,
        id: ConversationId,
    ) -> Result<(TenantTx, Conversation)> {
        let tx = self.0.begin(operation).await?;
        let row =
            sql::lock_conversation().bind(&tx, self.0.tenant.as_uuid(), id.as_uuid()).opt().await;
        let (tx, row) = settle(operation, tx, row).await?;
        if let Some(row) = row {
            return settle_with(tx, row.try_into()).await;
        }
        Err(tx.refuse(not_found(operation, id)).await)
    }
}

pub(super) fn not_found(operation: &'static str, id: ConversationId) -> Error {
    Error::not_found(operation, format!("conversation {id}"))
}

pub(super) fn event(action: &str, id: ConversationId, by: &Actor) -> Event {
    Event::new(action, Resource::new("conversation", id), by.clone())
}
