use super::{text::first_line, which::Which};
use crate::{confirm::confirm, context::Context, error::Result, exit::Exit};

/// Delete a memory for good; its history stays
///
/// What it said is still in its history. `af memory forget` can be taken back, this cannot.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory delete 01998a5d-ac96-774b-bcce-b302099a8057 --reason 'wrong person' --yes")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    let memory = args.which.find(&memories).await?;
    let line = first_line(&memory.content);
    confirm(context, &format!("Delete the memory {} for good: {line}?", memory.id)).await?;
    let by = context.actor_in(&tenant).await?;
    memories.delete(memory.id, args.reason.as_deref(), &by).await?;
    context.output.show(&memory, |it| format!("Deleted {}: {line}", it.id))?;
    Ok(Exit::Done)
}
