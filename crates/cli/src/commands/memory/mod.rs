//! What agents remember, from the command line.

mod add;
mod at;
mod delete;
mod dispute;
mod embedding;
mod filter;
mod forget;
mod history;
mod index;
mod list;
mod load;
mod partitions;
mod pin;
mod promote;
mod recall;
mod reindex;
mod resolve;
mod restore;
mod scope;
mod search;
mod settings;
mod show;
mod signals;
mod supersede;
mod sweep;
mod tag;
mod text;
mod update;
mod values;
mod weights;
mod which;

use clap::Subcommand;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Remember, find and forget what agents know
///
/// A memory belongs to a team, and to an agent or a user if it says so. Every change is in its history, by whom and why, and
/// nobody can change that. What is found is found by its words and by its meaning.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory add 'Ann prefers tea' --team support --type user_profile --user ann@example.com --tenant acme
  af memory add --file handbook.txt --team support --tenant acme
  af memory search 'what does Ann drink' --team support --explain --tenant acme
  af memory history 01998a5d-ac96-774b-bcce-b302099a8057 --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Box<add::Args>),
    Search(Box<search::Args>),
    Recall(Box<recall::Args>),
    Show(show::Args),
    List(Box<list::Args>),
    History(history::Args),
    At(at::Args),
    Update(Box<update::Args>),
    Supersede(Box<supersede::Args>),
    Dispute(dispute::Args),
    Resolve(resolve::Args),
    Pin(pin::Args),
    Unpin(pin::UnpinArgs),
    Tag(tag::Args),
    Untag(tag::UntagArgs),
    Forget(forget::Args),
    Restore(restore::Args),
    Delete(delete::Args),
    Sweep(sweep::Args),
    Settings(settings::Args),
    Promote(promote::Args),
    Reindex(reindex::Args),
    Partitions(partitions::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    Box::pin(act(args.action, context)).await.map_err(with_way_out)
}

async fn act(action: Action, context: &Context) -> Result<Exit> {
    match action {
        Action::Add(args) => Box::pin(add::run(&args, context)).await,
        Action::Search(args) => Box::pin(search::run(&args, context)).await,
        Action::Recall(args) => Box::pin(recall::run(&args, context)).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::List(args) => list::run(&args, context).await,
        Action::History(args) => history::run(&args, context).await,
        Action::At(args) => at::run(&args, context).await,
        Action::Update(args) => Box::pin(update::run(&args, context)).await,
        Action::Supersede(args) => Box::pin(supersede::run(&args, context)).await,
        Action::Dispute(args) => dispute::run(&args, context).await,
        Action::Resolve(args) => resolve::run(&args, context).await,
        Action::Pin(args) => pin::run(&args, context).await,
        Action::Unpin(args) => pin::unpin(&args, context).await,
        Action::Tag(args) => tag::run(&args, context).await,
        Action::Untag(args) => tag::untag(&args, context).await,
        Action::Forget(args) => forget::run(&args, context).await,
        Action::Restore(args) => restore::run(&args, context).await,
        Action::Delete(args) => delete::run(&args, context).await,
        Action::Sweep(args) => sweep::run(&args, context).await,
        Action::Settings(args) => settings::run(&args, context).await,
        Action::Promote(args) => Box::pin(promote::run(&args, context)).await,
        Action::Reindex(args) => Box::pin(reindex::run(&args, context)).await,
        Action::Partitions(args) => partitions::run(&args, context).await,
    }
}

/// Only memories need pgvector, so a schema that is complete but for them is no surprise.
fn with_way_out(error: Error) -> Error {
    match &error {
        Error::Told(report) if report.kind == "schema_missing" => error.with_hint(
            "memories need the extension pgvector (0.8 or later): install it on the server, as the package \
             postgresql-18-pgvector for PostgreSQL 18, then run `af migrate up`",
        ),
        _ => error,
    }
}
