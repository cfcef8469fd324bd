use agentflow::metering::{RerateProgress, RerateReport, Rerating};
use jiff::Timestamp;

use super::numbers::cents;
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    instant::past,
    named,
    output::{counted, thousands},
    progress::Progress,
};

/// Give a period the prices that hold now for its time
///
/// After `af price publish` with an `effective_from` that is past. Costs that were given with an event stay, and so does what budgets
/// were charged. It can be interrupted and run again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af usage rerate --from 2026-11-01 --to 2026-12-01 --dry-run
  af usage rerate --from 30d --workspace Finance --tenant acme")]
pub(super) struct Args {
    /// From when on: 2026-11-21T04:41:00Z, a day in UTC, or how long ago, such as 30d
    #[arg(long, value_name = "TIME", value_parser = past)]
    from: Timestamp,
    /// Until before when; until now if absent
    #[arg(long, value_name = "TIME", value_parser = past)]
    to: Option<Timestamp>,
    /// Only in this workspace, by name or id
    #[arg(long, value_name = "NAME-or-ID")]
    workspace: Option<String>,
    /// Change nothing; tell what would change
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let workspace_id = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    let to = args.to.unwrap_or_else(super::report::soon);
    let rerating = Rerating { workspace_id, dry_run: args.dry_run, ..Rerating::new(args.from, to) };
    let by = context.actor_in(&tenant).await?;
    let bar = Progress::bar(&context.output, "Rating");
    let progress = |now: RerateProgress| bar.reached(now.done, now.total);
    let report = tenant.metering().rerate(&rerating, &by, &progress).await;
    drop(bar);
    context.output.show(&report?, text)?;
    Ok(Exit::Done)
}

fn text(report: &RerateReport) -> String {
    let events = counted(report.events, "event", "events");
    let (before, after) = (cents(report.before_cents), cents(report.after_cents));
    let text = if report.changed == 0 {
        format!("Nothing changes: {events} cost {after} cents.")
    } else {
        let changed = thousands(report.changed);
        let (done, costs) =
            if report.dry_run { ("would change", "would cost") } else { ("changed", "cost") };
        format!(
            "Of {events}, {changed} {done}: they {costs} {after} cents in all, and {before} before."
        )
    };
    let mut text = text;
    if report.unpriced > 0 {
        let has = counted(report.unpriced, "of them has", "of them have");
        text = format!("{text}\n{has} no price.");
    }
    if let Some(first) = &report.first_too_costly {
        let left = counted(report.too_costly, "event", "events");
        text = format!(
            "{text}\nLeft as before at a cost of 10^14 cents or more: {left}; the first is `{}` at {}.",
            first.key, first.occurred_at
        );
    }
    text
}
