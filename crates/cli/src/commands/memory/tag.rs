use super::which::Which;
use crate::{context::Context, error::Result, exit::Exit, who::joined};

/// Give a memory words to find it by
///
/// Those that it has already stay.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory tag 01998a5d-ac96-774b-bcce-b302099a8057 refunds policy")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// The tags, one by one or with commas
    #[arg(value_name = "TAG", required = true, value_delimiter = ',')]
    tags: Vec<String>,
}

/// Take words from a memory that it was found by
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory untag 01998a5d-ac96-774b-bcce-b302099a8057 policy")]
pub(super) struct UntagArgs {
    #[command(flatten)]
    which: Which,
    /// The tags, one by one or with commas
    #[arg(value_name = "TAG", required = true, value_delimiter = ',')]
    tags: Vec<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    set(&args.which, &args.tags, true, context).await
}

pub(super) async fn untag(args: &UntagArgs, context: &Context) -> Result<Exit> {
    set(&args.which, &args.tags, false, context).await
}

async fn set(which: &Which, tags: &[String], gives: bool, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    let before = which.find(&memories).await?;
    let by = context.actor_in(&tenant).await?;
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    let after = if gives {
        memories.tag(before.id, &tags, &by).await?
    } else {
        memories.untag(before.id, &tags, &by).await?
    };
    context.output.show(&after, |after| match after.tags.as_slice() {
        [] => format!("{} has no tags.", after.id),
        tags => format!("{} has the tags {}.", after.id, joined(tags)),
    })?;
    Ok(Exit::Done)
}
