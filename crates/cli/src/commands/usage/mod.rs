//! What was used, from the command line.

mod chart;
mod csv;
mod maintain;
mod measure;
mod numbers;
mod read_ahead;
mod record;
mod refresh;
mod rejects;
mod report;
mod rerate;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Record what was used, and report it
///
/// Every event counts once, however often it is told of, and late ones count in the hour in which they happened.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Record(record::Args),
    Report(report::Args),
    Refresh(refresh::Args),
    Rerate(rerate::Args),
    Maintain(maintain::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Record(args) => Box::pin(record::run(&args, context)).await,
        Action::Report(args) => Box::pin(report::run(args, context)).await,
        Action::Refresh(_) => refresh::run(context).await,
        Action::Rerate(args) => rerate::run(&args, context).await,
        Action::Maintain(args) => maintain::run(&args, context).await,
    }
}
