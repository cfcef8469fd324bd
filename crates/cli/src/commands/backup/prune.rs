use agentflow::core::{
    backup::Keep,
    clock::{Clock, SystemClock},
};
use agentflow_backup::{Pruned, prune};

use super::place::{self, Believed, Place};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::counted,
};

/// Remove old backups
///
/// Keeps the newest of each of so many days, weeks and months, in UTC, and the newest in any case: of each database, each kind and
/// each set of tables by itself. What no trusted key signed, is not whole, or was begun in the future neither counts nor goes: it is
/// told and left.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run
  af backup prune --keep-last 3 --keep-daily 7 --yes")]
pub(super) struct Args {
    /// Keep so many of the newest
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep_last: u32,
    /// Keep the newest of so many days
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep_daily: u32,
    /// Keep the newest of so many weeks
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep_weekly: u32,
    /// Keep the newest of so many months
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep_monthly: u32,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    believed: Believed,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let keep = Keep {
        last: args.keep_last,
        daily: args.keep_daily,
        weekly: args.keep_weekly,
        monthly: args.keep_monthly,
    };
    if keep.is_empty() {
        return Err(Error::usage("what is to be kept?").with_hint(
            "at least one of --keep-last, --keep-daily, --keep-weekly and --keep-monthly",
        ));
    }
    let trust = args.believed.trust(context)?;
    let store = args.place.store(context)?;
    let now = SystemClock.now();
    if !args.dry_run {
        let would = prune(&store, &keep, &trust, now, true).await?;
        if !would.removed.is_empty() {
            let what = counted(would.removed.len(), "backup", "backups");
            confirm(context, &format!("Remove {what} from {}?", store.location())).await?;
        }
    }
    let pruned = prune(&store, &keep, &trust, now, args.dry_run).await?;
    context.output.show(&pruned, |pruned| text(pruned, args.dry_run))?;
    Ok(Exit::Done)
}

fn text(pruned: &Pruned, dry_run: bool) -> String {
    let verb = if dry_run { "Would remove" } else { "Removed" };
    let mut lines: Vec<_> = pruned.removed.iter().map(|id| format!("{verb} {id}")).collect();
    lines.extend(pruned.left.iter().map(|left| format!("Left {}: {}", left.id, left.reason)));
    lines.push(format!(
        "{verb} {}, {}; {} kept.",
        counted(pruned.removed.len(), "backup", "backups"),
        place::size(pruned.bytes),
        pruned.kept.len()
    ));
    lines.join("\n")
}
