use agentflow::memory::{
    EmbedAnew, EmbedProgress, EmbedReport, IndexProgress, IndexReport, MemorySettings,
};
use serde::Serialize;

use super::{
    embedding::embedded,
    index::{Index, show_progress, told},
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    interrupt,
    output::counted,
    progress::Progress,
};

/// Build the index of a promoted tenant anew, or embed memories by another model
///
/// The index is built beside the old one, while everything goes on, and then takes its place. With --embed the memories that
/// another model embedded, with another number of dimensions, or none, are embedded as EMBEDDING_PROVIDER, EMBEDDING_MODEL and
/// EMBEDDING_DIMENSIONS say; of a tenant that was not promoted that is all. It can be interrupted and run again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory reindex --tenant acme --index hnsw --m 24 --ef-construction 128
  EMBEDDING_MODEL=text-embedding-3-large af memory reindex --tenant acme --embed")]
pub(super) struct Args {
    #[command(flatten)]
    index: Index,
    /// Embed anew what is not embedded as the settings say
    #[arg(long)]
    embed: bool,
    /// Embed anew everything, for a model that changed without its name
    #[arg(long, requires = "embed")]
    everything: bool,
}

/// What was done.
#[derive(Debug, Serialize)]
struct Done {
    /// None without --embed.
    embedded: Option<EmbedReport>,
    /// None for a tenant that has no partition of its own, and if it was interrupted.
    indexed: Option<IndexReport>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let (store, tenant) = context.store_and_tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let settings = tenant.memories().settings().await?;
    let spec = args.index.spec(settings.as_ref())?;
    let is_promoted = settings.is_some_and(|it: MemorySettings| it.promoted_at.is_some());
    if !is_promoted && !args.embed {
        let message = "the memories of this tenant have no partition of their own, so there is no index to build";
        return Err(Error::found("conflict", message)
            .with_hint("`af memory promote` makes both; `af memory reindex --embed` embeds anew"));
    }
    // Fails for a role that may not index, before anything is embedded.
    let known = if is_promoted { store.admin().memory().partitions().await? } else { Vec::new() };
    let mut done = Done { embedded: None, indexed: None };
    if args.embed {
        let memories = embedded(context, &tenant)?;
        let options = EmbedAnew { everything: args.everything };
        let bar = Progress::bar(&context.output, "Embedding");
        let progress = |now: EmbedProgress| bar.reached(now.done, now.total);
        interrupt::is_awaited();
        let report = memories.embed_anew(options, &by, &progress, interrupt::asked()).await;
        drop(bar);
        let report = report?;
        let is_complete = report.is_complete;
        done.embedded = Some(report);
        if !is_complete {
            return interrupted(&done, context);
        }
    }
    if is_promoted {
        let rows =
            known.iter().find(|it| it.tenant == tenant.id()).map_or(0, |it| it.estimated_rows);
        let bar = Progress::bar(&context.output, "Indexing");
        let progress = |now: IndexProgress| show_progress(&bar, &now, rows);
        let report = store.admin().memory().reindex(tenant.id(), spec, &by, &progress).await;
        drop(bar);
        done.indexed = Some(report?);
    }
    context.output.show(&done, text)?;
    Ok(Exit::Done)
}

fn interrupted(done: &Done, context: &Context) -> Result<Exit> {
    if context.output.is_json() {
        return context.output.conclude(done, Exit::Interrupted, text);
    }
    context.output.note(&format!("{}\nRun it again for the rest.", text(done)));
    Err(Error::Interrupted)
}

fn text(done: &Done) -> String {
    let mut lines = Vec::new();
    if let Some(report) = &done.embedded {
        let memories = counted(report.embedded, "memory", "memories");
        let mut line =
            format!("Embedded {memories} by {} ({} dimensions).", report.model, report.dimensions);
        if report.changed_meanwhile > 0 {
            let changed = counted(report.changed_meanwhile, "memory", "memories");
            line = format!("{line} {changed} changed meanwhile.");
        }
        if report.without_direction > 0 {
            let bare = counted(report.without_direction, "memory", "memories");
            line = format!("{line} Nothing can be made of {bare}: found by their words only.");
        }
        lines.push(line);
    }
    lines.extend(done.indexed.as_ref().map(told));
    lines.join("\n")
}
