use agentflow::{
    conversations::{Rating, RawMessage, StoredMessage},
    core::{
        envelope::{SpanId, TraceId},
        ids::{AgentId, ConversationId, MessageId},
    },
};
use jiff::Timestamp;
use serde::Serialize;

use super::contract::Contract;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, facts, thousands},
    plain,
};

/// Show one message as it is stored
///
/// With the verdict on it, its conversation, and what somebody thought of it. A row that breaks the contract is shown
/// column by column, in the words of PostgreSQL, and so is every row with --raw.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message show 01ARZ3NDEKTSV4RRFFQ69G5FAV
  af message show 01ARZ3NDEKTSV4RRFFQ69G5FAV --raw --output json")]
pub(super) struct Args {
    /// The message, by id: a ULID or a UUID
    #[arg(value_name = "ID")]
    message: MessageId,
    /// Show the columns of the row as texts
    #[arg(long)]
    raw: bool,
}

/// A message with what is not hashed.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    contract: Contract,
    conversation_id: Option<ConversationId>,
    agent_id: Option<AgentId>,
    feedback_rating: Option<Rating>,
    feedback_comment: Option<String>,
    created_at: Timestamp,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    row: Option<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    columns: RawMessage,
}

impl From<&StoredMessage> for Shown {
    fn from(message: &StoredMessage) -> Self {
        Self {
            contract: Contract::from(message),
            conversation_id: message.conversation_id,
            agent_id: message.agent_id,
            feedback_rating: message.feedback_rating,
            feedback_comment: message.feedback_comment.clone(),
            created_at: message.created_at,
            row: None,
        }
    }
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let messages = tenant.messages();
    let message = messages.get(args.message).await?.ok_or_else(|| missing(args.message))?;
    let mut shown = Shown::from(&message);
    let output = &context.output;
    if args.raw || message.envelope.is_none() {
        let row = messages.raw(args.message).await?.ok_or_else(|| missing(args.message))?;
        let text = format!("{}\n\n{}", verdict(&message, output), columns(&row));
        shown.row = Some(Row { columns: row });
        output.show(&shown, |_| text)?;
    } else {
        output.show(&shown, |_| text(&message, output))?;
    }
    Ok(Exit::Done)
}

pub(super) fn missing(id: MessageId) -> Error {
    Error::found("not_found", format!("there is no message `{}`", id.to_ulid()))
        .with_hint("`af message list` and `af conversation show` show what there is")
}

fn verdict(message: &StoredMessage, output: &Output) -> String {
    match message.verdict() {
        Ok(()) => output.good("✓ this is what was hashed"),
        Err(fault) => output.bad(&format!("✗ {}", plain::word(fault))),
    }
}

/// In quotes, so that an empty text is no NULL.
fn columns(row: &RawMessage) -> String {
    let columns = row.columns.iter().map(|(name, value)| {
        let value = value.as_ref().map_or("NULL".to_owned(), |value| format!("'{value}'"));
        (*name, value)
    });
    facts(&columns.collect::<Vec<_>>())
}

fn text(message: &StoredMessage, output: &Output) -> String {
    let (Some(envelope), Some(texts)) = (&message.envelope, message.texts()) else {
        return verdict(message, output);
    };
    let optional = |id: Option<String>| id.unwrap_or_default();
    let feedback = message.feedback_rating.map(|rating| {
        let comment = message.feedback_comment.as_deref().unwrap_or_default();
        format!("{rating} {comment}").trim_end().to_owned()
    });
    let tokens = thousands(envelope.cost.tokens);
    let cost = format!("{tokens} tokens, {} dollars", envelope.cost.dollars);
    let facts = facts(&[
        ("Message", message.id.to_ulid()),
        ("Sent", envelope.ts.to_string()),
        ("From", envelope.from.clone()),
        ("To", envelope.to.clone()),
        ("Type", envelope.kind.to_string()),
        ("Trace", envelope.trace_id.as_ref().map_or("", TraceId::as_str).to_owned()),
        ("Span", envelope.span_id.as_ref().map_or("", SpanId::as_str).to_owned()),
        ("Cost", cost),
        ("Conversation", optional(message.conversation_id.map(|id| id.to_string()))),
        ("Agent", optional(message.agent_id.map(|id| id.to_string()))),
        ("Feedback", optional(feedback)),
        ("Stored", message.created_at.to_string()),
        ("Hash", message.envelope_hash.clone().unwrap_or_default()),
        ("Metadata", texts.metadata.clone()),
        ("Payload", texts.payload.clone()),
    ]);
    format!("{}\n\n{facts}", verdict(message, output))
}
