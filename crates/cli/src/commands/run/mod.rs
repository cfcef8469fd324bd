//! The commands of runs.

mod cancel;
mod describe;
mod list;
mod prune;
mod show;
mod start;
mod work;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit, metrics::Serving};

/// Start runs of workflows, see what became of them, and do their steps
///
/// A run carries out one version of a workflow, step by step. It is accepted at once and done by workers, in this process or
/// others; whatever happens in it is recorded, and shown by `af run show`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af run start Refunds --for ann@acme.test --tenant acme
  af run list --status running --tenant acme
  af run show 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Start(start::Args),
    Work(work::Args),
    List(list::Args),
    Show(show::Args),
    Cancel(cancel::Args),
    Prune(prune::Args),
}

impl Args {
    pub(crate) fn served(&self) -> Option<&Serving> {
        match &self.action {
            Action::Work(args) => Some(args.served()),
            _ => None,
        }
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Start(args) => start::run(args, context).await,
        Action::Work(args) => work::run(args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Cancel(args) => cancel::run(&args, context).await,
        Action::Prune(args) => prune::run(&args, context).await,
    }
}
