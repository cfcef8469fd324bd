//! The audit chain of a tenant, from the command line.

mod append;
pub(crate) mod lines;
mod list;
mod verify;

pub(crate) use append::BATCH;
use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Append to audit chains, list and verify them
///
/// Every entry is hashed over the entry before it, so nobody can change, remove, insert or reorder entries unseen.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Append(append::Args),
    List(list::Args),
    Verify(verify::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Append(args) => append::run(&args, context).await,
        Action::List(args) => list::run(args, context).await,
        Action::Verify(args) => verify::run(&args, context).await,
    }
}
