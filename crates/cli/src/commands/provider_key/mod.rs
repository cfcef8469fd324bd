//! Keys of workspaces for providers of models.

mod add;
mod change;
mod describe;
mod validate;
mod which;

pub(crate) use change::How;
use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Add, check, rotate and revoke keys for providers of models
///
/// A key is stored sealed, and never shown again: only services it is granted to open it. It is named by id, or by name where only
/// one key is called so. What stores or checks a key needs a key ring: see `af key-ring`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af provider-key add main --type openai --workspace Finance --service invoice-bot --tenant acme < key.txt
  af provider-key validate main --tenant acme
  af provider-key activate main --tenant acme
  af provider-key rotate main --grace 48h --tenant acme < new.txt")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(add::Args),
    List(which::List),
    /// Show what is known about a key, and what its latest checks came to
    Show(which::Which),
    Validate(validate::Args),
    /// Make a key the one that its workspace uses for its provider
    ///
    /// The one that was is not used any more, and stays.
    Activate(which::Which),
    Rotate(change::Rotate),
    /// Wipe a key, at once and for good
    ///
    /// Revoke it at the provider as well: services may still have it.
    #[command(after_long_help = "\
Example:
  af provider-key revoke main --yes")]
    Revoke(which::Which),
    /// Let a service open a key
    Grant(which::Service),
    /// Let a service open a key no more
    ///
    /// It may still have what it opened: rotate the key if it should not.
    Ungrant(which::Service),
    /// Remove the values before rotations whose time of grace is over
    ///
    /// Those of provider keys, connectors and webhooks. They are not used any more in any case; this takes them out of the database.
    Prune,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Add(args) => add::run(args, context).await?,
        Action::List(args) => which::list(&args, context).await?,
        Action::Show(which) => describe::show(&which, context).await?,
        Action::Validate(args) => return validate::run(&args, context).await,
        Action::Activate(which) => change::activate(&which, context).await?,
        Action::Rotate(args) => change::rotate(args, context).await?,
        Action::Revoke(which) => change::revoke(&which, context).await?,
        Action::Grant(args) => change::grant(&args, context).await?,
        Action::Ungrant(args) => change::ungrant(&args, context).await?,
        Action::Prune => change::prune(context).await?,
    }
    Ok(Exit::Done)
}
