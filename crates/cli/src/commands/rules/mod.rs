//! Rules over facts.

mod add;
mod caret;
mod check;
mod derived;
mod describe;
mod eval;
mod explain;
mod export;
pub(super) mod file;
mod import;
mod list;
mod remove;
mod schema;
mod show;
mod source;
mod test;
mod update;
mod which;

use clap::Subcommand;

use crate::{context::Context, error::Result, exit::Exit};

/// Write, test and evaluate rules over facts
///
/// A rule is a condition in CEL over the facts of a schema, such as `User.age >= 18 && Order.total < 100.0`; a derived field
/// is a value that is computed once and that rules read by its name. All of them are checked when they are stored, and make
/// the rule book of the tenant. The same in a file, YAML or JSON, needs no database: `check`, `test`, `eval` and `explain`
/// take it with --book. A rule is named by name or id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules schema set facts.yaml --tenant acme
  af rules add \"may buy\" 'User.age >= 18' --tenant acme
  af rules test cases.yaml --book book.yaml --min-coverage 90
  af rules eval --facts facts.jsonl --book book.yaml > verdicts.jsonl
  echo '{\"User\":{\"age\":17}}' | af rules explain \"may buy\" --facts - --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Schema(schema::Args),
    Derived(derived::Args),
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Update(update::Args),
    #[command(name = "rm")]
    Remove(remove::Args),
    Check(check::Args),
    Import(import::Args),
    Export(export::Args),
    Test(test::Args),
    Eval(eval::Args),
    Explain(explain::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Schema(args) => schema::run(args, context).await,
        Action::Derived(args) => derived::run(args, context).await,
        Action::Add(args) => add::run(args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Update(args) => update::run(args, context).await,
        Action::Remove(args) => remove::run(&args, context).await,
        Action::Check(args) => check::run(&args, context).await,
        Action::Import(args) => import::run(&args, context).await,
        Action::Export(args) => export::run(&args, context).await,
        Action::Test(args) => test::run(&args, context).await,
        Action::Eval(args) => Box::pin(eval::run(args, context)).await,
        Action::Explain(args) => explain::run(&args, context).await,
    }
}
