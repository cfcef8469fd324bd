//! The whole product on a fresh local database.

mod chain;
mod events;
mod isolation;
mod memory;
mod server;
mod spending;
mod story;
mod tamper;
mod tenants;

use agentflow::Store;

use self::{events::events, server::Server, story::Story};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// See the whole product at work on a fresh local database
///
/// Starts a throw-away PostgreSQL, migrates it, creates two tenants, appends events to their audit chains and verifies
/// them. It tells of usage twice and has two hundred callers spend at once. Agents remember things, and two
/// thousand memories of one tenant stand around a question of the other. Then a superuser changes one entry, and
/// verification names it; then one tenant tries to reach the other by every verb there is. Each step says what it did and what it proved. Takes a few seconds, and nothing runs afterwards.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af demo
  af demo --keep     and look around with psql")]
pub(crate) struct Args {
    /// Use a database agentflow_demo on the local server of `af up`, and leave both for you to look at
    #[arg(long)]
    keep: bool,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let mut story = Story::new(&context.output);
    story.title(if args.keep {
        "AgentFlow on a fresh database of the local PostgreSQL"
    } else {
        "AgentFlow on a throw-away PostgreSQL"
    })?;
    match Box::pin(act(args, context, &mut story)).await {
        Ok(()) => {}
        // The step that broke off is part of the story, which is told to its end.
        Err(Error::Told(report)) => {
            story.end()?;
            if !context.output.is_json() {
                context.output.show_error(&Error::Told(report.clone()));
            }
            return Ok(report.exit);
        }
        Err(error) => return Err(error),
    }
    story.end()?;
    Ok(if story.holds() { Exit::Done } else { Exit::Found })
}

async fn act(args: &Args, context: &Context, story: &mut Story<'_>) -> Result<()> {
    let server = story.step("start", Server::start(args.keep, context)).await?;
    let url = server.url();
    let data = context.store_at(&url)?;
    let acted = Box::pin(act_on(&data, &url, context, story)).await;
    data.close();
    // After an error the server goes away with its handle.
    acted?;
    story.step("stop", server.stop()).await
}

async fn act_on(data: &Store, url: &str, context: &Context, story: &mut Story<'_>) -> Result<()> {
    let events = events()?;
    story.step("migrate", chain::migrate(data)).await?;
    let pair = story.step("tenants", Box::pin(tenants::create(data))).await?;
    story.step("append", chain::append(data, &pair, &events)).await?;
    story.step("verify", chain::verify(data)).await?;
    story.step("usage", Box::pin(spending::usage(data, &pair))).await?;
    story.step("budget", Box::pin(spending::budget(data, &pair))).await?;
    let remembered = story.step("memory", Box::pin(memory::remember(data, &pair))).await?;
    story.step("history", Box::pin(memory::history(&remembered))).await?;
    let forged = story.step("tamper", tamper::tamper(data, &pair)).await?;
    story.step("repair", tamper::repair(data, &pair, &forged)).await?;
    story.step("isolation", isolation::attempt(data, url, &pair, context)).await
}
