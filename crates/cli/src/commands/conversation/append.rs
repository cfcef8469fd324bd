use agentflow::{
    Tenant,
    conversations::{Conversation, NewTurn},
    core::{
        InvalidInput, canonical,
        envelope::{Cost, Envelope, MessageRole, MessageType, SealedEnvelope, Turn},
        ids::{ConversationId, MessageId},
    },
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    commands::{agent::file, message::lines},
    context::Context,
    error::{Error, Result},
    output::{counted, table},
};

const KEYS: &str = "role content tool_calls tool_results model tokens dollars metadata";

/// Say something in a conversation
///
/// One turn with --content, or turns as JSON lines from stdin, each with `role` (user, assistant, system, tool) and
/// `content`, and optionally `tool_calls`, `tool_results`, `model`, `tokens`, `dollars` and `metadata`. All lines are
/// checked before the first is stored, and all are stored or none. When the connection is lost at the very end, nobody knows
/// which: look with `af conversation show` before you say them again. An idle conversation wakes up; a closed one refuses.
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
    let mut said = match args.content {
        Some(text) => {
            let turn = NewTurn::text(args.role, text).with_cost(args.tokens, 0.0);
            check(&turn).map_err(|fault| file::refused("the turn", &fault.into()))?;
            Said::One(turn)
        }
        None => Said::Lines(lines::from_stdin("turns", turn).await?),
    };
    let tenant = context.tenant().await?;
    let conversation = super::find(&tenant, args.conversation).await?;
    let stored = store(&tenant, &conversation, &mut said).await;
    let stored = stored.map_err(|error| with_doubt(error, &conversation))?;
    context.output.show(&stored, |stored| list(stored))
}

/// What is to be said: one turn, or lines that were checked.
enum Said {
    One(NewTurn),
    Lines(lines::Checked<NewTurn>),
}

async fn store(
    tenant: &Tenant,
    conversation: &Conversation,
    said: &mut Said,
) -> Result<Vec<SealedEnvelope>> {
    let conversations = tenant.conversations();
    let lines = match said {
        Said::One(turn) => {
            let stored = conversations.append_to(conversation, std::slice::from_ref(turn)).await?;
            return Ok(stored);
        }
        Said::Lines(lines) => lines,
    };
    let first = lines.batch()?;
    if lines.is_done() {
        return Ok(conversations.append_to(conversation, &first).await?);
    }
    let mut first = Some(first);
    let part = || first.take().map_or_else(|| lines.batch(), Ok);
    conversations.append_parts(conversation, part).await
}

/// After a lost connection, the same again could be said twice.
fn with_doubt(error: Error, conversation: &Conversation) -> Error {
    match &error {
        Error::Told(report) if report.kind == "unavailable" => error.with_hint(format!(
            "if it was the last answer that was lost, all is stored: see `af conversation show {}` before you try again",
            conversation.id
        )),
        _ => error,
    }
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
    let document = canonical::from_str(line, "").map_err(|fault| match fault.field.as_str() {
        "" => InvalidInput::new("turn", fault.reason),
        _ => fault,
    });
    let Value::Object(mut object) = document? else {
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
    let turn = NewTurn { tokens, dollars, metadata, ..NewTurn::new(turn) };
    check(&turn)?;
    Ok(turn)
}

/// What storing would refuse: whether it can be hashed, whoever speaks and whenever.
fn check(turn: &NewTurn) -> Result<(), InvalidInput> {
    let id = MessageId(uuid::Uuid::nil());
    let mut envelope =
        Envelope::new(id, "user", "agent", MessageType::Request, Timestamp::UNIX_EPOCH)
            .with_payload(turn.turn.to_payload())
            .with_cost(Cost::new(turn.tokens, turn.dollars));
    envelope.metadata.clone_from(&turn.metadata);
    envelope.validate().map_err(as_line)
}

fn whole(value: Option<Value>) -> Result<u64, InvalidInput> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(0) };
    value.as_u64().ok_or_else(|| InvalidInput::new("tokens", "expected an integer from 0"))
}

/// In a line, the keys of the payload and of the cost stand beside the others.
fn as_line(fault: InvalidInput) -> InvalidInput {
    let below = ["payload.", "cost."].iter().find_map(|it| fault.field.strip_prefix(it));
    let field = below.map(str::to_owned).unwrap_or(fault.field);
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
            (r#"{"role":"user","content":"a\u0000b"}"#, "content"),
            (r#"{"role":"user","content":"Hi","tokens":9007199254740992}"#, "tokens"),
            (
                r#"{"role":"user","content":"Hi","metadata":{"n":[9007199254740993]}}"#,
                "metadata.n[0]",
            ),
            (
                r#"{"role":"assistant","content":"","tool_calls":[{"id":"1","name":"f","arguments":{"n":9007199254740993}}]}"#,
                "tool_calls[0].arguments.n",
            ),
            ("[]", "turn"),
            ("nonsense", "turn"),
            (r#"{"role":"user""#, "turn"),
        ] {
            assert_eq!(turn(line).unwrap_err().field, field, "{line}");
        }
        let odd = turn(r#"{"role":"user","content":"Hi","odd":1}"#).unwrap_err();
        assert!(odd.reason.contains("tokens"), "{odd}");
    }
}
