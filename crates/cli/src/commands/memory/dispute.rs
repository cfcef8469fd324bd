use agentflow::memory::{Memory, MemoryId};

use super::{text::first_line, which::find};
use crate::{context::Context, error::Result, exit::Exit};

/// Note that two memories contradict each other
///
/// Both are still found, with half their score and a mark, until `af memory resolve` says which of them holds.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory dispute 01998a5d-ac96-774b-bcce-b302099a8057 01998a5d-ac96-774b-bcce-b302099a8058 --reason 'tea or coffee'")]
pub(super) struct Args {
    /// The one, by id
    #[arg(value_name = "ID")]
    one: MemoryId,
    /// The other, by id
    #[arg(value_name = "OTHER")]
    other: MemoryId,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memories = tenant.memories();
    for id in [args.one, args.other] {
        find(&memories, id).await?;
    }
    let by = context.actor_in(&tenant).await?;
    let both = memories.dispute(args.one, args.other, Some(&args.reason), &by).await?;
    context.output.show(&both, |(one, other)| {
        format!("These contradict each other:\n{}\n{}", line(one), line(other))
    })?;
    Ok(Exit::Done)
}

/// One of two.
pub(super) fn line(memory: &Memory) -> String {
    format!("  {} ({}): {}", memory.id, memory.status, first_line(&memory.content))
}
