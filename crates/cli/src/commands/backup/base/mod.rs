//! Base backups: copies of all files of a server, from the command line.

mod combine;
mod create;
mod delete;
mod incremental;
mod list;
mod place;
mod verify;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Copy the files of a whole server, with PostgreSQL's own incremental base backups
///
/// For servers of PostgreSQL 17 and later, into a folder. Neither signed nor encrypted; for point-in-time recovery, use
/// pgBackRest or WAL-G.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(create::Args),
    Incremental(incremental::Args),
    Combine(combine::Args),
    Verify(verify::Args),
    List(list::Args),
    Delete(delete::Args),
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => create::run(&args, context).await,
        Action::Incremental(args) => incremental::run(&args, context).await,
        Action::Combine(args) => combine::run(&args, context).await,
        Action::Verify(args) => verify::run(&args, context).await,
        Action::List(args) => list::run(&args, context),
        Action::Delete(args) => delete::run(&args, context).await,
    }
}
