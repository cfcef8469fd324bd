//! Conversations in words.

use agentflow::{
    Tenant,
    conversations::{Conversation, Rating, StoredMessage},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    commands::message::contract::Contract,
    context::Context,
    error::Result,
    output::{Output, facts, table, thousands},
    pages::PAGE,
    plain,
};

/// A turn: the contract, and what is not hashed.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    #[serde(flatten)]
    contract: Contract,
    agent_id: Option<agentflow::AgentId>,
    feedback_rating: Option<Rating>,
    feedback_comment: Option<String>,
    created_at: Timestamp,
}

impl From<&StoredMessage> for Said {
    fn from(message: &StoredMessage) -> Self {
        Self {
            contract: Contract::from(message),
            agent_id: message.agent_id,
            feedback_rating: message.feedback_rating,
            feedback_comment: message.feedback_comment.clone(),
            created_at: message.created_at,
        }
    }
}

/// A conversation with what was said.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    conversation: Conversation,
    turns: Vec<Said>,
}

pub(super) async fn show(
    conversation: Conversation,
    tenant: &Tenant,
    context: &Context,
) -> Result<()> {
    let turns = turns(&conversation, tenant).await?;
    if context.output.is_json() {
        let turns = turns.iter().map(Said::from).collect();
        return context.output.json(&Whole { conversation, turns });
    }
    let mut parts = vec![text(&conversation, &Parties::of(&conversation, tenant).await?)];
    parts.extend(turns.iter().map(|it| said(it, &context.output)));
    context.output.line(&parts.join("\n\n"))
}

async fn turns(conversation: &Conversation, tenant: &Tenant) -> Result<Vec<StoredMessage>> {
    let (conversations, mut turns) = (tenant.conversations(), Vec::new());
    loop {
        let page = conversations.turns(conversation.id, turns.last(), PAGE).await?;
        let is_last = page.len() < usize::from(PAGE);
        turns.extend(page);
        if is_last {
            return Ok(turns);
        }
    }
}

/// What is said stands further in, so that it cannot pass for another turn.
fn said(message: &StoredMessage, output: &Output) -> String {
    let id = message.id.to_ulid();
    let mut lines = Vec::new();
    if let Some(turn) = message.turn() {
        let when = message.envelope.as_ref().map(|it| format!("{:.0}", it.ts)).unwrap_or_default();
        lines.push(output.bold(&format!("{} {when} {id}", turn.role)));
        lines.extend(turn.content.lines().map(|line| format!("  {}", plain::word(line))));
        for call in &turn.tool_calls {
            let arguments = plain::cell(&call.arguments.to_string());
            lines.push(format!("  → {} {arguments}", plain::word(&call.name)));
        }
        for result in &turn.tool_results {
            lines.push(format!("  ← {}", plain::cell(&result.content.to_string())));
        }
    } else {
        lines.push(output.bold(&id));
    }
    if let Some(rating) = message.feedback_rating {
        let comment = message.feedback_comment.as_deref().unwrap_or_default();
        lines.push(format!("  ({rating}) {}", plain::word(comment)).trim_end().to_owned());
    }
    if let Err(fault) = message.verdict() {
        lines.push(output.bad(&format!("  ✗ {}", plain::word(fault))));
    }
    lines.join("\n")
}

/// Who takes part, in words.
struct Parties {
    team: String,
    agent: String,
    user: String,
}

impl Parties {
    async fn of(conversation: &Conversation, tenant: &Tenant) -> Result<Self> {
        let team = tenant.teams().get(conversation.team_id).await?.map(|it| it.slug);
        let user = tenant.users().get(conversation.user_id).await?.map(|it| it.email.to_string());
        // An agent whose row cannot be read is no reason to hide what was said.
        let agent = tenant.agents().get(conversation.agent_id).await.ok().flatten();
        Ok(Self {
            team: team.unwrap_or_else(|| conversation.team_id.to_string()),
            agent: agent.map_or_else(
                || conversation.agent_id.to_string(),
                |agent| agent.spec.slug.to_string(),
            ),
            user: user.unwrap_or_else(|| conversation.user_id.to_string()),
        })
    }
}

/// Shows a conversation without what was said.
pub(super) async fn describe(
    conversation: &Conversation,
    tenant: &Tenant,
    context: &Context,
) -> Result<()> {
    if context.output.is_json() {
        return context.output.json(conversation);
    }
    let parties = Parties::of(conversation, tenant).await?;
    context.output.line(&text(conversation, &parties))
}

fn text(conversation: &Conversation, parties: &Parties) -> String {
    facts(&[
        ("Conversation", conversation.id.to_string()),
        ("Title", conversation.title.clone().unwrap_or_default()),
        ("Status", conversation.status.to_string()),
        ("Team", parties.team.clone()),
        ("Agent", parties.agent.clone()),
        ("User", parties.user.clone()),
        ("Turns", thousands(conversation.message_count)),
        ("Input", format!("{} tokens", thousands(conversation.total_input_tokens))),
        ("Output", format!("{} tokens", thousands(conversation.total_output_tokens))),
        ("Summary", conversation.summary.clone().unwrap_or_default()),
        ("Imported as", conversation.import_key.clone().unwrap_or_default()),
        ("Began", format!("{:.0}", conversation.created_at)),
        ("Last turn", format!("{:.0}", conversation.last_message_at)),
        ("Closed", conversation.closed_at.map(|at| format!("{at:.0}")).unwrap_or_default()),
    ])
}

pub(super) fn list(conversations: &[Conversation]) -> String {
    if conversations.is_empty() {
        return "There is no such conversation.".to_owned();
    }
    let rows = conversations.iter().map(|it| {
        vec![
            it.id.to_string(),
            it.title.clone().unwrap_or_default(),
            it.status.to_string(),
            thousands(it.message_count),
            format!("{:.0}", it.created_at),
            format!("{:.0}", it.last_message_at),
        ]
    });
    table(&["ID", "TITLE", "STATUS", "TURNS", "BEGAN", "LAST TURN"], rows)
}
