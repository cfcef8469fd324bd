use agentflow::{
    Tenant,
    conversations::Messages,
    core::{
        InvalidInput,
        envelope::{Envelope, SealedEnvelope},
    },
};
use serde::Serialize;

use super::lines::{self, Checked};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::counted,
    progress::Progress,
};

/// Store messages between agents from JSON lines
///
/// Reads envelopes from stdin, one a line, each with the keys of the contract: `id`, `from`, `to`, `type` and `ts`, and
/// optionally `trace_id`, `span_id`, `payload`, `metadata` and `cost`. The `envelope_hash` of each is recomputed, and one
/// that is missing is an error unless --seal is given. All lines are checked before the first is stored. A message that is
/// there already is not stored again, so that a file can be sent once more; exits 1 when it is not what was hashed any more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message send --tenant acme < messages.jsonl
  echo '{\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"from\":\"planner\",\"to\":\"coder\",\"type\":\"request\",\
\"ts\":\"2026-11-21T04:41:00Z\",\"payload\":{\"task\":\"parse\"}}' | af message send --seal --tenant acme")]
pub(super) struct Args {
    /// Compute the hash of messages that come without one
    #[arg(long)]
    seal: bool,
}

/// What became of them.
#[derive(Debug, Default, Serialize)]
struct Sent {
    stored: u64,
    already_there: u64,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let parse = if args.seal { sealed_here } else { SealedEnvelope::open };
    let mut envelopes = lines::from_stdin("messages", parse).await?;
    let tenant = context.tenant().await?;
    let progress = Progress::bar(&context.output, "storing");
    let sent = store(&tenant, &mut envelopes, &progress).await?;
    drop(progress);
    context.output.show(&sent, |sent| {
        let mut text = format!("Stored {}.", counted(sent.stored, "message", "messages"));
        if sent.already_there > 0 {
            let there = counted(sent.already_there, "message was", "messages were");
            text = format!("{text} {there} there already.");
        }
        text
    })?;
    Ok(Exit::Done)
}

/// Checks the hash if there is one, and computes it if there is none.
pub(super) fn sealed_here(line: &str) -> Result<SealedEnvelope, InvalidInput> {
    Envelope::from_json(line)?.seal()
}

async fn store(
    tenant: &Tenant,
    envelopes: &mut Checked<SealedEnvelope>,
    progress: &Progress,
) -> Result<Sent> {
    let (messages, mut sent) = (tenant.messages(), Sent::default());
    while !envelopes.is_done() {
        let batch = envelopes.batch()?;
        match messages.store_many(&batch).await {
            Ok(()) => sent.stored += u64::try_from(batch.len()).unwrap_or(0),
            Err(agentflow::Error::AlreadyExists { .. }) => {
                for envelope in &batch {
                    store_one(&messages, envelope, &mut sent).await?;
                }
            }
            Err(error) => return Err(told(error.into(), &sent)),
        }
        progress.reached(sent.stored + sent.already_there, envelopes.count());
    }
    Ok(sent)
}

async fn store_one(messages: &Messages, envelope: &SealedEnvelope, sent: &mut Sent) -> Result<()> {
    match messages.store(envelope).await {
        Ok(()) => sent.stored += 1,
        Err(agentflow::Error::AlreadyExists { .. }) => {
            there(messages, envelope).await.map_err(|error| told(error, sent))?;
            sent.already_there += 1;
        }
        Err(error) => return Err(told(error.into(), sent)),
    }
    Ok(())
}

/// Whether what is stored is the same, as its content says: the hash beside it alone proves nothing.
async fn there(messages: &Messages, envelope: &SealedEnvelope) -> Result<()> {
    let id = envelope.envelope().id;
    let stored = messages.get(id).await?;
    let ulid = id.to_ulid();
    if let Some(Err(fault)) = stored.as_ref().map(|it| it.verdict()) {
        let message = format!("the message {ulid} is stored, and is not what was hashed: {fault}");
        return Err(Error::found("tampered", message).with_hint(format!(
            "`af message show {ulid}` shows it; `af message restore` puts the original back"
        )));
    }
    let known = stored.and_then(|it| it.envelope_hash);
    if known.as_deref() != Some(envelope.envelope_hash().to_string().as_str()) {
        let message = format!("another message with the id {ulid} is stored");
        return Err(Error::new("already_exists", Exit::Failed, message));
    }
    Ok(())
}

/// What is stored stays; sending all of it again does no harm.
fn told(error: Error, sent: &Sent) -> Error {
    if sent.stored == 0 {
        return error;
    }
    let stored = counted(sent.stored, "message was", "messages were");
    error.with_hint(format!("{stored} stored before; what is stored is not stored twice"))
}
