//! What usage costs.

use std::path::PathBuf;

use agentflow::metering::{Price, PriceBook, PublishedPrices};
use clap::Subcommand;

use super::{agent::file, rules::file::refused};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{counted, facts, table},
};

/// Say what usage costs
///
/// Prices stand in books. A book is complete and never changes; the next one gets the next version. What happens is rated with the
/// book that took effect last before it, when it is recorded, and once more with `af usage rerate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Publish a book of prices
    ///
    /// The file, YAML or JSON, has `effective_from`, which may be past or to come, `prices` and, if you like, `note`. A price has
    /// `metric_type`, `cents` and `per`, which is 1 if absent, and any of `metric_name`, `model` and `tool`. A model with a * at the
    /// end is every model that begins like this.
    ///
    /// Of several prices that match, the one of the very model is taken, then the one with the longest beginning of it, then the one
    /// of the tool, then the one of the name of the metric. What is stored already keeps its costs until `af usage rerate`.
    #[command(after_long_help = "\
Example:
  af price publish prices.yaml --tenant acme

A book of prices:
  effective_from: 2026-01-01T00:00:00Z
  note: list prices of the provider
  prices:
    - { metric_type: llm_tokens, metric_name: input_tokens, model: gpt-4o, cents: 250, per: 1_000_000 }
    - { metric_type: llm_tokens, metric_name: output_tokens, model: gpt-4o*, cents: 1000, per: 1_000_000 }
    - { metric_type: connector_calls, tool: jira, cents: \"0.05\" }")]
    Publish {
        /// The file, YAML or JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the books, the newest first
    List,
    /// Show a book with its prices
    Show {
        /// The version; that which holds now if absent
        #[arg(value_parser = clap::value_parser!(i32).range(1..))]
        version: Option<i32>,
    },
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Publish { file } => publish(&file, context).await,
        Action::List => list(context).await,
        Action::Show { version } => show(version, context).await,
    }
}

async fn publish(path: &std::path::Path, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let document = file::read(path).await?;
    let book = PriceBook::parse(&document.text);
    let book = book.map_err(|problems| refused(&document.name, &problems))?;
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let published = tenant.metering().prices().publish(&book, &by).await?;
    context.output.show(&published, |it| {
        let prices = counted(it.book.prices.len(), "price", "prices");
        format!(
            "Published version {} with {prices}, from {} on.",
            it.version, it.book.effective_from
        )
    })?;
    Ok(Exit::Done)
}

async fn list(context: &Context) -> Result<Exit> {
    let books = context.tenant().await?.metering().prices().list().await?;
    context.output.show(&books, |books| {
        if books.is_empty() {
            return "There are no prices yet. `af price publish FILE` makes them.".to_owned();
        }
        let row = |it: &PublishedPrices| {
            let now = if it.is_current { "now" } else { "" };
            vec![
                it.version.to_string(),
                it.book.effective_from.to_string(),
                now.to_owned(),
                it.book.prices.len().to_string(),
                it.book.note.clone(),
            ]
        };
        table(&["VERSION", "FROM", "HOLDS", "PRICES", "NOTE"], books.iter().map(row))
    })?;
    Ok(Exit::Done)
}

async fn show(version: Option<i32>, context: &Context) -> Result<Exit> {
    let prices = context.tenant().await?.metering().prices();
    let (found, missing) = match version {
        Some(version) => {
            (prices.get(version).await?, format!("there is no version {version} of the prices"))
        }
        None => (prices.current().await?, "there are no prices that hold now".to_owned()),
    };
    let Some(book) = found else {
        return Err(
            Error::found("not_found", missing).with_hint("`af price list` shows all versions")
        );
    };
    context.output.show(&book, text)?;
    Ok(Exit::Done)
}

fn text(it: &PublishedPrices) -> String {
    let about = facts(&[
        ("Version", it.version.to_string()),
        ("From", it.book.effective_from.to_string()),
        ("Holds now", if it.is_current { "yes" } else { "no" }.to_owned()),
        ("Note", it.book.note.clone()),
        ("Published", it.created_at.to_string()),
    ]);
    let any = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |price: &Price| {
        vec![
            price.metric_type.to_string(),
            any(&price.metric_name),
            any(&price.model),
            any(&price.tool),
            price.cents.to_string(),
            crate::output::thousands(price.per),
        ]
    };
    let header = ["TYPE", "METRIC", "MODEL", "TOOL", "CENTS", "PER"];
    format!("{about}\n\n{}", table(&header, it.book.prices.iter().map(row)))
}
