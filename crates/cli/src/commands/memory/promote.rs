use std::sync::atomic::{AtomicU64, Ordering};

use agentflow::memory::PromoteProgress;

use super::index::{Index, show_progress, told};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::counted,
    progress::Progress,
};

/// Give the memories of a tenant a partition and an index of their own
///
/// For a tenant with so many memories that comparing them all takes too long: tens of thousands. Needs the role that owns the
/// tables. Others who write memories wait for a moment; searches go on. It can be run again when the indexing was
/// interrupted: then it is `af memory reindex`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory promote --tenant acme
  af memory promote --tenant acme --index ivfflat --lists 200 --memory 2048")]
pub(super) struct Args {
    #[command(flatten)]
    index: Index,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let spec = args.index.spec(None)?;
    let (store, tenant) = context.store_and_tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let bar = Progress::bar(&context.output, "Moving memories");
    // An empty bar rather than a full one, for as long as nothing is known.
    bar.reached(0, 1);
    let rows = AtomicU64::new(0);
    let progress = |now: PromoteProgress| match now {
        PromoteProgress::Moving(1) => {}
        PromoteProgress::Moving(time) => bar.message(format!("Moving memories, try {time}")),
        PromoteProgress::Moved(moved) => {
            rows.store(moved, Ordering::Relaxed);
            bar.reached(moved, moved);
        }
        PromoteProgress::Indexing(now) => show_progress(&bar, &now, rows.load(Ordering::Relaxed)),
    };
    let report = store.admin().memory().promote(tenant.id(), spec, &by, &progress).await;
    drop(bar);
    let report = report.map_err(|error| {
        let is_promoted = matches!(error, agentflow::Error::Conflict { .. });
        let error = Error::from(error);
        if !is_promoted {
            return error;
        }
        error.with_hint("`af memory reindex` builds the index of a promoted tenant anew")
    })?;
    context.output.show(&report, |report| {
        let moved = counted(report.moved, "memory", "memories");
        format!("Moved {moved} to a partition of their own.\n{}", told(&report.indexed))
    })?;
    Ok(Exit::Done)
}
