use super::{text::first_line, which::Which};
use crate::{context::Context, error::Result, exit::Exit};

/// Forget a memory: it is not found any more, and can be restored
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory forget 01998a5d-ac96-774b-bcce-b302099a8057 --reason 'asked to'")]
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
    let before = args.which.find(&memories).await?;
    let by = context.actor_in(&tenant).await?;
    let after = memories.forget(before.id, args.reason.as_deref(), &by).await?;
    context.output.show(&after, |after| {
        let what = if before.status == after.status { "Forgotten already:" } else { "Forgot" };
        let (id, line) = (after.id, first_line(&after.content));
        format!("{what} {id}: {line}\nRestore it with: af memory restore {id}")
    })?;
    Ok(Exit::Done)
}
