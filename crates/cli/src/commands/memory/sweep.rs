use agentflow::memory::SweepReport;

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{counted, thousands},
};

/// Forget what has expired, and put memories to the tiers where they belong
///
/// Hot is what was read more than 10 times within 7 days, has an importance of 9 or more, or is pinned; cold what matters
/// little, is hardly read, and is older than 90 days. Put it into a daily job.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory sweep --tenant acme")]
pub(super) struct Args {
    /// Why, for the histories
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let report = tenant.memories().sweep(&by, args.reason.as_deref()).await?;
    context.output.show(&report, text)?;
    Ok(Exit::Done)
}

fn text(report: &SweepReport) -> String {
    let expired = counted(report.expired, "memory", "memories");
    let (promoted, demoted) = (thousands(report.promoted), thousands(report.demoted));
    format!(
        "Forgot {expired} that had expired; {promoted} came to a nearer tier, {demoted} to a farther one."
    )
}
