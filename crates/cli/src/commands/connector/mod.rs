//! Connectors of workspaces to other systems.

mod change;
mod describe;
mod install;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Install connectors, and rotate their credentials
///
/// Credentials are stored sealed, and never shown again: only services that a connector is granted to open them. A connector is
/// named by id, or by name where only one is called so. What stores credentials needs a key ring: see `af key-ring`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af connector install Code --type github --connector-version 1.2.0 --workspace Finance --tenant acme < credentials.json
  af connector grant Code invoice-bot --tenant acme
  af connector rotate Code --grace 48h --tenant acme < new.json")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Install(install::Args),
    List(describe::List),
    /// Show what is known about a connector
    Show(describe::Which),
    Rotate(change::Rotate),
    /// Let services open the credentials of a connector again
    Enable(describe::Which),
    /// Let nobody open the credentials of a connector
    Disable(describe::Which),
    /// Let a service open the credentials of a connector
    Grant(change::Service),
    /// Let a service open the credentials of a connector no more
    ///
    /// It may still have what it opened: rotate the credentials if it should not.
    Ungrant(change::Service),
    /// Remove a connector with its credentials
    #[command(after_long_help = "\
Example:
  af connector remove Code --yes")]
    Remove(describe::Which),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Install(args) => install::run(args, context).await?,
        Action::List(args) => describe::list(&args, context).await?,
        Action::Show(which) => {
            let tenant = context.tenant().await?;
            describe::describe(&which.find(&tenant).await?, context, &tenant).await?;
        }
        Action::Rotate(args) => change::rotate(args, context).await?,
        Action::Enable(which) => change::set_enabled(&which, true, context).await?,
        Action::Disable(which) => change::set_enabled(&which, false, context).await?,
        Action::Grant(args) => change::grant(&args, context).await?,
        Action::Ungrant(args) => change::ungrant(&args, context).await?,
        Action::Remove(which) => change::remove(&which, context).await?,
    }
    Ok(Exit::Done)
}
