use agentflow::runs::RunId;

use super::{describe, list::not_there};
use crate::{context::Context, error::Result, exit::Exit};

/// Show what happened in a run: its steps, approvals, calls of tools, and what they cost
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run show 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55
  af run show 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --output json")]
pub(super) struct Args {
    /// The run, by id
    id: RunId,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let timeline = context.tenant().await?.runs().timeline(args.id).await?;
    let timeline = timeline.ok_or_else(|| not_there(args.id))?;
    context.output.show(&timeline, describe::timeline)?;
    Ok(Exit::Done)
}
