use agentflow::conversations::ReplayOptions;

use super::{report, which::Which};
use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// Go through messages in the order in which they were sent, and verify each
///
/// Recomputes the hash of every message from its columns. Exits 1 when a message is not what was hashed, counts them all,
/// and names each with the reason: the first 100, and with --output json the first 10,000.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message replay --trace 4bf92f3577b34da6a3ce929d0e0e4736
  af message replay --since 2026-11-01 --until 2026-12-01 --output json")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// End with the first message that is not what was hashed
    #[arg(long)]
    stop_at_first: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let what = args.which.find(&tenant).await?;
    let options = ReplayOptions { stop_at_first: args.stop_at_first, ..ReplayOptions::default() };
    let progress = Progress::counter(&context.output, "messages verified:");
    let report = tenant.messages().replay(&what, &options, |_, _| progress.add(1)).await?;
    drop(progress);
    report::show(report, context)
}
