use std::num::NonZeroUsize;

use agentflow::conversations::{ScanOptions, ScanProgress};

use super::report;
use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// Verify all messages of a tenant
///
/// Recomputes every hash, with constant memory. Exits 1 when a message is not what was hashed, counts them all, and names
/// each with the reason: the first 100, and with --output json the first 10,000.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af message verify --all --tenant acme --output json")]
pub(super) struct Args {
    /// All messages of the tenant; some of them are for `af message replay`
    #[arg(long, required = true)]
    all: bool,
    /// Threads that hash at the same time; one for each processor if absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let mut options = ScanOptions::default();
    if let Some(jobs) = args.jobs {
        options.jobs = jobs.get();
    }
    let progress = Progress::bar(&context.output, "verifying");
    let advance = |seen: ScanProgress| progress.reached(seen.done, seen.total);
    let report = tenant.messages().verify_all(&options, &advance).await?;
    drop(progress);
    report::show(report, context)
}
