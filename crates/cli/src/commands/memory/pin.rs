use super::{text::first_line, which::Which};
use crate::{context::Context, error::Result, exit::Exit};

/// Keep a memory in mind always
///
/// A pinned one has a score of at least 0.95, is never put to a farther tier, and is always recalled.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory pin 01998a5d-ac96-774b-bcce-b302099a8057")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

/// No longer keep a memory in mind always
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory unpin 01998a5d-ac96-774b-bcce-b302099a8057")]
pub(super) struct UnpinArgs {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    set(&args.which, true, context).await
}

pub(super) async fn unpin(args: &UnpinArgs, context: &Context) -> Result<Exit> {
    set(&args.which, false, context).await
}

async fn set(which: &Which, is_pinned: bool, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    let before = which.find(&memories).await?;
    let by = context.actor_in(&tenant).await?;
    let after = memories.set_pinned(before.id, is_pinned, &by).await?;
    context.output.show(&after, |after| {
        let word = if is_pinned { "pinned" } else { "not pinned" };
        let when = if before.is_pinned == is_pinned { "is already" } else { "is now" };
        format!("{} {when} {word}: {}", after.id, first_line(&after.content))
    })?;
    Ok(Exit::Done)
}
