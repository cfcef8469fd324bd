use agentflow::memory::{Embedder, MemorySettings, embedder_from};
use serde::Serialize;

use crate::{context::Context, error::Result, exit::Exit, output::facts};

/// Show how the memories of a tenant are embedded and indexed, and whether that fits the settings
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory settings --tenant acme")]
pub(super) struct Args {}

#[derive(Serialize)]
struct Shown {
    /// Of the tenant; none until there is something to know.
    #[serde(flatten)]
    stored: Option<MemorySettings>,
    /// What would embed them now.
    embedder: Configured,
}

#[derive(Serialize)]
struct Configured {
    model: String,
    dimensions: u32,
    /// Whether it is the one that embedded them.
    fits: bool,
}

pub(super) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let stored = tenant.memories().settings().await?;
    let embedder = embedder_from(&context.settings()?.embedding)?;
    let fits = stored.as_ref().is_none_or(|stored| fits(stored, embedder.as_ref()));
    let embedder =
        Configured { model: embedder.model().to_owned(), dimensions: embedder.dimensions(), fits };
    context.output.show(&Shown { stored, embedder }, text)?;
    Ok(Exit::Done)
}

fn fits(stored: &MemorySettings, embedder: &dyn Embedder) -> bool {
    let model = stored.embedding_model.as_deref();
    model.is_none_or(|model| model == embedder.model())
        && stored.embedding_dimensions.is_none_or(|it| it == embedder.dimensions())
}

fn text(shown: &Shown) -> String {
    let stored = shown.stored.as_ref();
    let embedded = stored.and_then(|it| it.embedding_model.as_deref().zip(it.embedding_dimensions));
    let embedded = embedded.map_or_else(
        || "nothing yet".to_owned(),
        |(model, dimensions)| format!("by {model}, {dimensions} dimensions"),
    );
    let Configured { model, dimensions, fits } = &shown.embedder;
    let verdict = if *fits { "" } else { " (does not fit: see `af memory reindex --embed`)" };
    let promoted = stored.and_then(|it| it.promoted_at);
    let index = stored.and_then(|it| it.index_kind.as_deref().zip(it.indexed_at));
    facts(&[
        ("Embedded", embedded),
        ("Embedder", format!("{model}, {dimensions} dimensions{verdict}")),
        (
            "Partition",
            promoted.map_or_else(|| "shared".to_owned(), |at| format!("its own, since {at:.0}")),
        ),
        (
            "Index",
            index.map_or_else(
                || "none: searches compare all".to_owned(),
                |(kind, at)| format!("{kind}, built at {at:.0}"),
            ),
        ),
    ])
}
