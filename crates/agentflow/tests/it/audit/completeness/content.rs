//! Agents, tools, conversations and messages.

use agentflow::{
    PrincipalId, TeamId, WorkspaceId,
    agents::{AgentSpec, AgentStatus, ToolSpec},
    audit::Actor,
    conversations::{
        Conversation, ConversationChange, ImportOptions, MeterAs, NewConversation, NewTurn, Rating,
        SweepOptions,
    },
    core::{
        envelope::{Envelope, MessageRole, MessageType, SealedEnvelope},
        ids::{AgentId, IdSource, MessageId, RandomIds},
    },
    identity::{NewTeam, NewUser},
};
use jiff::SignedDuration;

use super::Book;

async fn team(book: &mut Book) -> (TeamId, PrincipalId) {
    let by = book.by.clone();
    let new = NewUser::new("ann@example.com".parse().unwrap(), "Ann");
    let user = book.tenant.users().create(new, &by).await.unwrap().id;
    let team = book.tenant.teams().create(NewTeam::named("Crew", user), &by).await.unwrap().id;
    book.news().await;
    (team, user)
}

fn spec(name: &str) -> AgentSpec {
    AgentSpec::new(name, "ada".parse().unwrap())
}

fn tool(description: &str) -> ToolSpec {
    let tool = serde_json::json!({
        "name": "search", "description": description, "schema": { "type": "object" },
    });
    serde_json::from_value(tool).unwrap()
}

pub(super) async fn agents_and_tools() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let (team, _) = team(&mut book).await;
    let (agents, tools) = (book.tenant.agents(), book.tenant.tools());
    let id = agents.create(team, spec("Ada"), &by).await.unwrap().id;
    book.saw("agents/agents.rs create", "agent.created", "agent").await;
    agents.update(id, spec("Bea"), &by).await.unwrap();
    book.saw("agents/agents.rs update", "agent.updated", "agent").await;
    agents.set_status(id, AgentStatus::Archived, &by).await.unwrap();
    book.saw("agents/agents.rs set_status", "agent.status_changed", "agent").await;
    agents.delete(id, &by).await.unwrap();
    book.saw("agents/agents.rs delete", "agent.deleted", "agent").await;
    let id = tools.register(tool("one"), &by).await.unwrap().id;
    book.saw("agents/tools.rs register", "tool.registered", "tool").await;
    tools.register(tool("two"), &by).await.unwrap();
    book.saw("agents/tools.rs register", "tool.updated", "tool").await;
    tools.delete(id, &by).await.unwrap();
    book.saw("agents/tools.rs delete", "tool.deleted", "tool").await;
}

struct Talk {
    book: Book,
    team: TeamId,
    user: PrincipalId,
    agent: AgentId,
}

impl Talk {
    async fn new() -> Self {
        let mut book = Book::open().await;
        let (team, user) = team(&mut book).await;
        let agent = book.tenant.agents().create(team, spec("Ada"), &book.by).await.unwrap().id;
        book.news().await;
        Self { book, team, user, agent }
    }

    async fn begin(&mut self) -> Conversation {
        let new = NewConversation::between(self.team, self.agent, self.user);
        let conversation = self.book.tenant.conversations().create(new, &self.book.by).await;
        let function = "conversations/conversation.rs create";
        self.book.saw(function, "conversation.created", "conversation").await;
        conversation.unwrap()
    }
}

fn turns() -> [NewTurn; 2] {
    [MessageRole::User, MessageRole::Assistant].map(|role| NewTurn::text(role, "Hello."))
}

pub(super) async fn conversations() {
    let mut talk = Talk::new().await;
    let (by, conversations) = (talk.book.by.clone(), talk.book.tenant.conversations());
    let begun = talk.begin().await;
    let change =
        ConversationChange { title: Some(Some("Weather".into())), ..ConversationChange::default() };
    conversations.describe(begun.id, change, &by).await.unwrap();
    let book = &mut talk.book;
    book.saw("conversations/conversation.rs describe", "conversation.described", "conversation")
        .await;
    conversations.close(begun.id, &by).await.unwrap();
    book.saw("conversations/conversation.rs close", "conversation.closed", "conversation").await;
    conversations.delete(begun.id, &by).await.unwrap();
    book.saw("conversations/conversation.rs delete", "conversation.deleted", "conversation").await;

    let line = br#"{"id":"1","messages":[{"role":"user","content":"Hello."}]}"#;
    let options = ImportOptions::new(talk.team, talk.agent, talk.user);
    let report = conversations.import(&line[..], &options, &by, &|_| ()).await.unwrap();
    assert_eq!(report.imported, 1, "{report:?}");
    let book = &mut talk.book;
    book.saw("conversations/import.rs import", "conversation.imported", "conversation").await;

    talk.begin().await;
    let book = &mut talk.book;
    let options = SweepOptions::default();
    book.pass(SignedDuration::from_hours(1));
    conversations.sweep(&options, &by).await.unwrap();
    book.saw("conversations/sweep.rs sweep", "conversation.idled", "conversation").await;
    book.pass(SignedDuration::from_hours(8 * 24));
    conversations.sweep(&options, &by).await.unwrap();
    book.saw("conversations/sweep.rs sweep", "conversation.closed", "conversation").await;
    book.pass(SignedDuration::from_hours(4_000 * 24));
    assert!(conversations.expire(&by).await.unwrap() > 0);
    book.saw("conversations/sweep.rs expire", "conversation.expired", "conversation").await;
}

fn message() -> SealedEnvelope {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let id = MessageId(RandomIds::from_os().next_id(at));
    Envelope::new(id, "planner", "coder", MessageType::Request, at).seal().unwrap()
}

pub(super) async fn messages() {
    let mut talk = Talk::new().await;
    let begun = talk.begin().await;
    let Talk { mut book, user, .. } = talk;
    let (by, conversations) = (book.by.clone(), book.tenant.conversations());
    let speaker = Actor::user(user.to_string());
    let (action, kind) = ("conversation.appended", "conversation");
    conversations.append(begun.id, &turns()).await.unwrap();
    book.saw_by("conversations/turns.rs append", action, kind, &speaker).await;
    let said = conversations.append_to(&begun, &turns()).await.unwrap();
    book.saw_by("conversations/turns.rs append_to", action, kind, &speaker).await;
    let meter = MeterAs::in_workspace(WorkspaceId(begun.id.0));
    conversations.append_metered(&begun, &turns(), &meter).await.unwrap();
    book.saw_by("conversations/metered.rs append_metered", action, kind, &speaker).await;
    let mut parts = vec![Vec::new(), turns().to_vec(), turns().to_vec()];
    let part = || Ok::<_, agentflow::Error>(parts.pop().unwrap_or_default());
    assert_eq!(conversations.append_parts(&begun, part).await.unwrap().len(), 4);
    book.saw_by("conversations/long.rs append_parts", action, kind, &speaker).await;
    let id = said[1].envelope().id;
    conversations.feedback(id, Some(Rating::Positive), None, &by).await.unwrap();
    book.saw("conversations/turns.rs feedback", "message.feedback_noted", "message").await;

    let planner = Actor::agent("planner");
    let messages = book.tenant.messages();
    messages.store(&message()).await.unwrap();
    book.saw_by("conversations/messages.rs store", "message.stored", "message", &planner).await;
    messages.store_many(&[message(), message()]).await.unwrap();
    book.saw_by("conversations/messages.rs store_many", "message.stored", "message", &planner)
        .await;

    let forge = "SET session_replication_role = replica; UPDATE messages SET from_agent = 'x'";
    book.world.superuser().await.batch_execute(forge).await.unwrap();
    let admin = book.store.admin();
    admin.restore_message(book.tenant.id(), &said[0], None, &by).await.unwrap();
    book.saw("conversations/restore.rs restore_message", "message.restored", "message").await;
}
