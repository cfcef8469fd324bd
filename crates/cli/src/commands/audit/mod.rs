//! The audit chain of a tenant, from the command line.

mod append;
mod checkpoint;
mod config;
mod export;
mod filter;
mod key;
mod keygen;
pub(crate) mod lines;
mod list;
mod prove;
mod prune;
mod sinks;
pub(crate) mod trust;
mod verify;
mod verify_bundle;
mod verify_proof;

pub(crate) use append::BATCH;
use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit, metrics::Serving};

/// Append to audit chains, verify and prove them
///
/// Every entry is hashed over the entry before it, so nobody can change, remove, insert or reorder entries unseen; signed
/// checkpoints outside of the database prove that to others.
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
    Keygen(keygen::Args),
    Key(key::Args),
    Checkpoint(checkpoint::Args),
    Sinks(sinks::Args),
    Export(export::Args),
    VerifyBundle(verify_bundle::Args),
    Prove(prove::Args),
    VerifyProof(verify_proof::Args),
    Prune(prune::Args),
    Config(config::Args),
}

impl Args {
    pub(crate) fn served(&self) -> Option<&Serving> {
        match &self.action {
            Action::Checkpoint(args) => args.served(),
            _ => None,
        }
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Append(args) => append::run(&args, context).await,
        Action::List(args) => list::run(args, context).await,
        Action::Verify(args) => verify::run(&args, context).await,
        Action::Keygen(args) => keygen::run(&args, context),
        Action::Key(args) => key::run(&args, context).await,
        Action::Checkpoint(args) => checkpoint::run(&args, context).await,
        Action::Sinks(args) => sinks::run(args, context).await,
        Action::Export(args) => export::run(args, context).await,
        Action::VerifyBundle(args) => verify_bundle::run(args, context).await,
        Action::Prove(args) => prove::run(&args, context).await,
        Action::VerifyProof(args) => verify_proof::run(&args, context),
        Action::Prune(args) => prune::run(args, context).await,
        Action::Config(args) => config::run(args, context).await,
    }
}
