use agentflow::{
    Tenant,
    conversations::Messages,
    core::{
        InvalidInput,
        envelope::{Envelope, SealedEnvelope},
    },
};
use serde::Serialize;

use super::lines;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::counted,
    progress::Progress,
};

/// Messages that are stored at once.
const BATCH: usize = 1_000;

/// Store messages between agents from JSON lines
///
/// Reads envelopes from stdin, one a line, each with the keys of the contract: `id`, `from`, `to`, `type` and `ts`, and
/// optionally `trace_id`, `span_id`, `payload`, `metadata` and `cost`. The `envelope_hash` of each is recomputed, and one
/// that is missing is an error unless --seal is given. All lines are checked before the first is stored. A message that is
/// there already is not stored again, so that a file can be sent once more.
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
    let envelopes = lines::from_stdin("messages", parse).await?;
    let tenant = context.tenant().await?;
    let progress = Progress::bar(&context.output, "storing");
    let sent = store(&tenant, &envelopes, &progress).await?;
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
fn sealed_here(line: &str) -> Result<SealedEnvelope, InvalidInput> {
    Envelope::from_json(line)?.seal()
}

async fn store(tenant: &Tenant, envelopes: &[SealedEnvelope], progress: &Progress) -> Result<Sent> {
    let (messages, mut sent) = (tenant.messages(), Sent::default());
    let total = u64::try_from(envelopes.len()).unwrap_or(u64::MAX);
    for batch in envelopes.chunks(BATCH) {
        match messages.store_many(batch).await {
            Ok(()) => sent.stored += u64::try_from(batch.len()).unwrap_or(0),
            Err(agentflow::Error::AlreadyExists { .. }) => {
                for envelope in batch {
                    store_one(&messages, envelope, &mut sent).await?;
                }
            }
            Err(error) => return Err(told(error.into(), &sent)),
        }
        progress.reached(sent.stored + sent.already_there, total);
    }
    Ok(sent)
}

async fn store_one(messages: &Messages, envelope: &SealedEnvelope, sent: &mut Sent) -> Result<()> {
    match messages.store(envelope).await {
        Ok(()) => sent.stored += 1,
        Err(agentflow::Error::AlreadyExists { .. }) => {
            let id = envelope.envelope().id;
            let known = messages.get(id).await?.and_then(|it| it.envelope_hash);
            if known.as_deref() != Some(envelope.envelope_hash().to_string().as_str()) {
                let message = format!("another message with the id {} is stored", id.to_ulid());
                let error = Error::new("already_exists", Exit::Failed, message);
                return Err(told(error, sent));
            }
            sent.already_there += 1;
        }
        Err(error) => return Err(told(error.into(), sent)),
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
