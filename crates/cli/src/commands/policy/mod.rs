//! Policies.

mod bindings;
mod check;
mod decisions;
mod find;
mod list;
mod publish;
mod simulate;

use clap::Subcommand;

pub(crate) use self::simulate::json_of;
use crate::{context::Context, error::Result, exit::Exit};

/// Publish policies, put them in force, and see what they decide
///
/// A policy is a text in Rego that says whether a run may start: its rule `effect` is "allow", "require_approval" or "deny". It is
/// in force where it is bound: before a workspace, a workflow or one version. All that are bound are asked; deny beats
/// require_approval, which beats allow.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af policy check region.rego
  af policy publish region 1.0.0 region.rego --tenant acme
  af policy bind region 1.0.0 --workspace Finance --tenant acme
  af policy simulate --workspace Finance --for ann@acme.test --tenant acme < input.json")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Check(check::Args),
    Publish(publish::Args),
    List(list::Args),
    Show(list::Show),
    Delete(list::Delete),
    Bind(bindings::Bind),
    Bindings(bindings::List),
    SetBinding(bindings::Set),
    Unbind(bindings::Unbind),
    Simulate(simulate::Args),
    Decide(simulate::Decide),
    Decisions(decisions::List),
    Replay(decisions::Replay),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Check(args) => check::run(&args, context).await,
        Action::Publish(args) => publish::run(args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => list::show(&args, context).await,
        Action::Delete(args) => list::delete(&args, context).await,
        Action::Bind(args) => bindings::bind(&args, context).await,
        Action::Bindings(args) => bindings::list(&args, context).await,
        Action::SetBinding(args) => bindings::set(&args, context).await,
        Action::Unbind(args) => bindings::unbind(&args, context).await,
        Action::Simulate(args) => simulate::run(&args, context).await,
        Action::Decide(args) => simulate::decide(&args, context).await,
        Action::Decisions(args) => decisions::list(&args, context).await,
        Action::Replay(args) => decisions::replay(&args, context).await,
    }
}
