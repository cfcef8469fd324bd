use std::path::PathBuf;

use agentflow::{
    conversations::Restored,
    core::{envelope::SealedEnvelope, ids::ConversationId},
};
use serde::Serialize;

use super::show::{self, Shown};
use crate::{
    commands::{agent::file, conversation},
    context::Context,
    error::Result,
    exit::Exit,
};

/// Put the original of a message back in place of what became of it
///
/// Reads one envelope with its hash, as somebody kept it: a line of `af message list --output json`, say. The message stays
/// where it is, with its conversation, its agent and its feedback. It must still have the hash of the original, or its
/// content: where somebody changed both, nothing here tells which of the two was stored. What is there now is gone then, so
/// look at it before, with `af message show`. Needs the role that owns the schema. Recorded in the audit chain.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message restore original.json
  af message restore original.json --conversation 01998a5d-ac96-774b-bcce-b302099a8057")]
pub(super) struct Args {
    /// The file with the original, JSON; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The conversation that it was a turn of, if its row is gone
    #[arg(long, value_name = "ID")]
    conversation: Option<ConversationId>,
}

/// What was put back, and the message as it is now.
#[derive(Debug, Serialize)]
struct Done {
    restored: Restored,
    #[serde(flatten)]
    message: Shown,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let document = file::read(&args.file).await?;
    let original = SealedEnvelope::open(document.text.trim())
        .map_err(|fault| document.refused(&fault.into()))?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    let conversation = match args.conversation {
        Some(id) => Some(conversation::find(&tenant, id).await?.id),
        None => None,
    };
    let by = context.actor_in(&tenant).await?;
    let admin = store.admin();
    let restored = admin.restore_message(tenant.id(), &original, conversation, &by).await?;
    let id = original.envelope().id;
    let message = tenant.messages().get(id).await?.ok_or_else(|| show::missing(id))?;
    let done = Done { restored, message: Shown::from(&message) };
    let what = match restored {
        Restored::Nothing => "is what was hashed; there was nothing to restore",
        Restored::Content => "says again what was hashed",
        Restored::Hash => "has the hash of its content again",
        Restored::Row => "is there again",
    };
    context.output.show(&done, |_| format!("Message {} {what}.", id.to_ulid()))?;
    Ok(Exit::Done)
}
