//! Tenants, and how one of them moves to another database.

mod archive;
mod chain;
mod create;
mod delete;
mod describe;
mod export;
mod import;
mod inspect;
mod list;
mod resume;
mod show;
mod suspend;
mod which;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Create, look at, suspend, move and delete tenants
///
/// Every change is recorded in the audit chain of the tenant it concerns, as done by the user of the system.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(create::Args),
    List(list::Args),
    Show(show::Args),
    Suspend(suspend::Args),
    Resume(resume::Args),
    Delete(delete::Args),
    Export(export::Args),
    Inspect(inspect::Args),
    Import(Box<import::Args>),
    Chain(chain::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => create::run(args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Suspend(args) => suspend::run(&args, context).await,
        Action::Resume(args) => resume::run(&args, context).await,
        Action::Delete(args) => delete::run(&args, context).await,
        Action::Export(args) => export::run(args, context).await,
        Action::Inspect(args) => inspect::run(args, context).await,
        Action::Import(args) => import::run(*args, context).await,
        Action::Chain(args) => chain::run(args, context).await,
    }
}
