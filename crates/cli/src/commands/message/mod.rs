//! Messages.

pub(crate) mod contract;
pub(crate) mod lines;
mod list;
mod replay;
mod report;
mod restore;
mod send;
mod show;
mod verify;
mod which;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Store, show, list, verify and restore messages
///
/// A message is an envelope with the hash of its canonical form beside it. The turns of conversations are messages as well.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af message send --tenant acme < messages.jsonl
  af message replay --trace 4bf92f3577b34da6a3ce929d0e0e4736 --tenant acme
  af message verify --all --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Send(send::Args),
    List(list::Args),
    Show(show::Args),
    Replay(replay::Args),
    Verify(verify::Args),
    Restore(restore::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Send(args) => send::run(&args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Replay(args) => replay::run(&args, context).await,
        Action::Verify(args) => verify::run(&args, context).await,
        Action::Restore(args) => restore::run(&args, context).await,
    }
}
