//! Backups of the whole database, from the command line.

mod base;
mod create;
mod drill;
mod list;
mod place;
mod progress;
mod prune;
mod remarks;
mod restore;
mod table_names;
mod verify;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Back up the database, and prove that it can be restored
///
/// A backup is one consistent snapshot with a signed manifest, in a folder or an object store. It is verified before it is
/// restored, and restored beside the database that it is to replace.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(create::Args),
    List(list::Args),
    Verify(verify::Args),
    Restore(restore::Args),
    Drill(drill::Args),
    Prune(prune::Args),
    Base(base::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => Box::pin(create::run(&args, context)).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Verify(args) => verify::run(&args, context).await,
        Action::Restore(args) => Box::pin(restore::run(&args, context)).await,
        Action::Drill(args) => Box::pin(drill::run(&args, context)).await,
        Action::Prune(args) => prune::run(&args, context).await,
        Action::Base(args) => Box::pin(base::run(args, context)).await,
    }
}
