use agentflow::{
    Tenant,
    conversations::{Conversation, NewTurn},
    core::{
        InvalidInput, canonical,
        envelope::{MessageRole, SealedEnvelope, Turn},
        ids::ConversationId,
    },
};
use serde_json::{Map, Value};

use crate::{
    commands::message::lines,
    context::Context,
    error::{Error, Result},
    output::{counted, table},
};

/// Turns that are stored at once, all or none.
const BATCH: usize = 1_000;
const KEYS: &str = "role content tool_calls tool_results model tokens dollars metadata";

/// Say something in a conversation
///
/// One turn with --content, or turns as JSON lines from stdin, each with `role` (user, assistant, system, tool) and
/// `content`, and optionally `tool_calls`, `tool_results`, `model`, `tokens`, `dollars` and `metadata`. All lines are
/// checked before the first is stored. An idle conversation wakes up; a closed one refuses.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af conversation append 01998a5d-ac96-774b-bcce-b302099a8057 --content \"Where is my invoice?\"
  af conversation append 01998a5d-ac96-774b-bcce-b302099a8057 < turns.jsonl")]
pub(super) struct Args {
    /// The conversation, by id
    #[arg(value_name = "ID")]
    conversation: ConversationId,
    /// Who speaks: user, assistant, system or tool
    #[arg(long, default_value = "user", requires = "content")]
    role: MessageRole,
    /// What is said
    #[arg(long, value_name = "TEXT")]
    content: Option<String>,
    /// What it took, in tokens of the model
    #[arg(long, value_name = "N", default_value_t = 0, requires = "content")]
    tokens: u64,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    let turns = match args.content {
        Some(text) => vec![NewTurn::text(args.role, text).with_cost(args.tokens, 0.0)],
        None => lines::from_stdin("turns", turn).await?,
    };
    let tenant = context.tenant().await?;
    let conversation = super::find(&tenant, args.conversation).await?;
    let stored = store(&tenant, &conversation, &turns).await?;
    context.output.show(&stored, |stored| list(stored))
}

async fn store(
    tenant: &Tenant,
    conversation: &Conversation,
    turns: &[NewTurn],
) -> Result<Vec<SealedEnvelope>> {
    let (conversations, mut stored) = (tenant.conversations(), Vec::new());
    for batch in turns.chunks(BATCH) {
        match conversations.append_to(conversation, batch).await {
            Ok(envelopes) => stored.extend(envelopes),
            Err(error) if stored.is_empty() => return Err(error.into()),
            Err(error) => {
                let told = counted(stored.len(), "turn was", "turns were");
                return Err(Error::from(error).with_hint(format!("the first {told} stored before")));
            }
        }
    }
    Ok(stored)
}

fn list(stored: &[SealedEnvelope]) -> String {
    if stored.is_empty() {
        return "There was nothing to append.".to_owned();
    }
    let rows = stored.iter().map(|sealed| {
        let envelope = sealed.envelope();
        let said = |key: &str| envelope.payload[key].as_str().unwrap_or_default().to_owned();
        vec![envelope.id.to_ulid(), said("role"), said("content")]
    });
    let told = counted(stored.len(), "turn", "turns");
    format!("Appended {told}.\n\n{}", table(&["ID", "ROLE", "CONTENT"], rows))
}

/// Reads a line.
fn turn(line: &str) -> Result<NewTurn, InvalidInput> {
    let Value::Object(mut object) = canonical::from_str(line, "")? else {
        return Err(InvalidInput::new("turn", "expected an object"));
    };
    let tokens = whole(object.remove("tokens"))?;
    let dollars = match object.remove("dollars") {
        None | Some(Value::Null) => 0.0,
        Some(value) => value
            .as_f64()
            .filter(|dollars| *dollars >= 0.0)
            .ok_or_else(|| InvalidInput::new("dollars", "expected a number from 0"))?,
    };
    let metadata = match object.remove("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(InvalidInput::new("metadata", "expected an object")),
    };
    let turn = Turn::from_payload(&Value::Object(object)).map_err(as_line)?;
    Ok(NewTurn { tokens, dollars, metadata, ..NewTurn::new(turn) })
}

fn whole(value: Option<Value>) -> Result<u64, InvalidInput> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(0) };
    value.as_u64().ok_or_else(|| InvalidInput::new("tokens", "expected an integer from 0"))
}

/// In a line, the keys of the payload stand beside the others.
fn as_line(fault: InvalidInput) -> InvalidInput {
    let field = fault.field.strip_prefix("payload.").map(str::to_owned).unwrap_or(fault.field);
    let is_key = !field.contains(['.', '[']);
    if is_key && fault.reason.starts_with("unknown key") {
        return InvalidInput::new(field, format!("unknown key; expected one of: {KEYS}"));
    }
    InvalidInput { field, reason: fault.reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_has_the_keys_of_its_payload_and_its_cost() {
        let read =
            turn(r#"{"role":"assistant","content":"Hi","tokens":3,"metadata":{"a":1}}"#).unwrap();
        assert_eq!((read.tokens, read.turn.role), (3, MessageRole::Assistant));
        assert_eq!(read.metadata["a"], 1);
        for (line, field) in [
            (r#"{"content":"Hi"}"#, "role"),
            (r#"{"role":"king","content":"Hi"}"#, "role"),
            (r#"{"role":"user"}"#, "content"),
            (r#"{"role":"user","content":"Hi","tokens":-1}"#, "tokens"),
            (r#"{"role":"user","content":"Hi","dollars":"1"}"#, "dollars"),
            (r#"{"role":"user","content":"Hi","metadata":[]}"#, "metadata"),
            (r#"{"role":"user","content":"Hi","odd":1}"#, "odd"),
            (r#"{"role":"user","content":"","tool_calls":[{"id":"1"}]}"#, "tool_calls[0].name"),
            ("[]", "turn"),
        ] {
            assert_eq!(turn(line).unwrap_err().field, field, "{line}");
        }
        let odd = turn(r#"{"role":"user","content":"Hi","odd":1}"#).unwrap_err();
        assert!(odd.reason.contains("tokens"), "{odd}");
    }
}
