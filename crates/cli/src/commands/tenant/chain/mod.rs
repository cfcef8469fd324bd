//! The audit chains that a tenant had where it was imported from.

mod export;
mod list;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// The audit chains a tenant had where it was imported from
///
/// They are kept byte for byte, as bundles that prove themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::Args),
    Export(export::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::List(args) => list::run(&args, context).await,
        Action::Export(args) => export::run(args, context).await,
    }
}
