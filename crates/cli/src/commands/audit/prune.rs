use std::path::PathBuf;

use agentflow::audit::{PruneOptions, PruneProgress, PruneReport};
use jiff::Timestamp;

use super::trust::{EarlierKeys, Signer};
use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    instant::past,
    output::{counted, thousands},
    progress::Progress,
};

/// Remove old entries, after exporting them
///
/// Takes a checkpoint of one tenant, writes the entries that are older than its `retention_days` (see `af audit config`) to a
/// bundle in the folder, verifies that bundle, and removes them, up to the last checkpoint before. It can be interrupted
/// and done again. From then on the chain begins where the bundle ends.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit prune --tenant acme --to /mnt/archive --dry-run
  af audit prune --tenant acme --to /mnt/archive --before 2y --yes")]
pub(crate) struct Args {
    /// The folder for the bundle
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Remove what is older than this, whatever the tenant's settings say: how long ago, such as 400d, or a day
    #[arg(long, value_name = "TIME", value_parser = past)]
    before: Option<Timestamp>,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    earlier: EarlierKeys,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let name = context.tenant_name(None)?;
    let key = args.signer.key(context)?;
    let sinks = context.settings()?.audit.open_sinks()?;
    let store = context.store().await?;
    let tenant = context.tenant_id(&store).await?;
    if !args.dry_run {
        confirm(context, &format!("Remove old audit entries of {name}?")).await?;
    }
    let by = context.actor_in(&store.tenant(tenant)).await?;
    let memory = key.memory();
    let mut options = PruneOptions::new(args.to, key.key);
    options.memory = Some(memory);
    options.before = args.before;
    options.dry_run = args.dry_run;
    options.earlier_keys = args.earlier.keys;
    options.sinks = sinks;
    let progress = Progress::bar(&context.output, "pruning");
    let advance = |seen: PruneProgress| match seen {
        PruneProgress::Exporting(seen) => progress.reached(seen.done, seen.total),
        PruneProgress::Verifying { done, total } | PruneProgress::Removing { done, total } => {
            progress.reached(done, total);
        }
    };
    let report = store.admin().prune_audit(tenant, &options, &by, &advance).await?;
    drop(progress);
    context.output.show(&report, |report| text(report, args.dry_run))?;
    Ok(Exit::Done)
}

fn text(report: &PruneReport, dry_run: bool) -> String {
    let before = format!("{:.0}", report.before);
    if report.removed == 0 {
        return format!(
            "Nothing to remove: no checkpoint covers only entries from before {before}."
        );
    }
    let entries = counted(report.removed, "entry", "entries");
    let range = format!("{} to {}", thousands(report.first_seq), thousands(report.last_seq));
    match &report.bundle {
        Some(bundle) if !dry_run => format!(
            "Removed {entries}, {range}, all from before {before}.\nThey are in {}, SHA-256 {}.",
            bundle.path.display(),
            bundle.sha256
        ),
        _ => format!("Would remove {entries}, {range}, all from before {before}."),
    }
}
