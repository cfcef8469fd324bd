use serde::Serialize;

use crate::{
    confirm::confirm, context::Context, error::Result, exit::Exit, named, output::counted,
};

/// Delete runs that ended longer ago than their workspace keeps them
///
/// With their steps, calls of tools and requests for approval. How long that is says `retention_days` in the settings of the
/// workspace; 90 days if nobody set it. It can be interrupted, and done again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run prune --dry-run
  af run prune --workspace Finance --yes")]
pub(super) struct Args {
    /// Only of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// So many in one transaction
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batch: u16,
    /// Only say how many would go
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Pruned {
    runs: u64,
    dry_run: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let workspace = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    let runs = tenant.runs();
    let old = runs.count_old(workspace).await?;
    let count = if args.dry_run {
        old
    } else {
        if old > 0 {
            confirm(context, &format!("Delete {}?", counted(old, "old run", "old runs"))).await?;
        }
        runs.prune(workspace, args.batch, &context.actor_in(&tenant).await?).await?
    };
    let pruned = Pruned { runs: count, dry_run: args.dry_run };
    context.output.show(&pruned, |pruned| {
        let told = counted(pruned.runs, "old run", "old runs");
        if pruned.dry_run { format!("Would delete {told}.") } else { format!("Deleted {told}.") }
    })?;
    Ok(Exit::Done)
}
