//! Conversations.

mod append;
mod import;
mod list;
mod show;

use agentflow::{
    Tenant,
    conversations::{Conversation, NewConversation, Rating, SweepOptions},
    core::ids::{ConversationId, MessageId},
};
use clap::{Subcommand, ValueEnum};
use jiff::SignedDuration;
use serde_json::json;

use super::agent;
use crate::{
    confirm::confirm,
    context::Context,
    duration::span,
    error::{Error, Result},
    exit::Exit,
    named,
    output::counted,
};

/// Create and manage the conversations of people and agents
///
/// A conversation is named by id. Its turns are messages with an envelope each, which `af message replay` verifies.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af conversation create --team support --agent ada --user ann@example.com --tenant acme
  af conversation import chats.jsonl --team support --agent ada --user ann@example.com --tenant acme
  af conversation list --team support --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    Append(append::Args),
    List(list::Args),
    /// Show one conversation and what was said
    Show(Which),
    Feedback(Feedback),
    /// Close a conversation
    ///
    /// Nothing can be said in it any more, and the days begin that its team keeps it.
    Close(Which),
    /// Let conversations come to rest in which nobody says anything any more
    #[command(after_long_help = "\
Example:
  af conversation sweep --idle-after 30m --close-after 7d")]
    Sweep {
        /// After so much silence a conversation is idle; 30m if absent
        #[arg(long, value_name = "TIME", value_parser = span)]
        idle_after: Option<SignedDuration>,
        /// After so much silence an idle one is closed; 7d if absent
        #[arg(long, value_name = "TIME", value_parser = span)]
        close_after: Option<SignedDuration>,
    },
    /// Delete the closed conversations that their teams do not keep any longer
    #[command(after_long_help = "\
Example:
  af conversation expire --yes")]
    Expire,
    Import(import::Args),
    /// Delete a conversation with its turns
    #[command(after_long_help = "\
Example:
  af conversation delete 01998a5d-ac96-774b-bcce-b302099a8057 --yes")]
    Delete(Which),
}

/// Begin a conversation
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af conversation create --team support --agent ada --user ann@example.com --title \"The invoice of May\"")]
struct Create {
    /// The team, by slug or id
    #[arg(long)]
    team: String,
    /// The agent of the team, by slug or id
    #[arg(long)]
    agent: String,
    /// The person, by e-mail or id
    #[arg(long)]
    user: String,
    /// What it is about
    #[arg(long)]
    title: Option<String>,
}

/// Note what somebody thinks of a turn
///
/// It replaces what was noted before; `none` takes it back. It is not hashed, so it changes no verdict on the message.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af conversation feedback 01K64Q5QB6EXAVSGGK09PTB01Q positive --comment \"Quick and right\"")]
struct Feedback {
    /// The turn, by the id of its message: a ULID or a UUID
    #[arg(value_name = "MESSAGE-ID")]
    message: MessageId,
    /// What they think
    #[arg(value_enum)]
    rating: Opinion,
    /// And why
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Opinion {
    Positive,
    Negative,
    None,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The conversation, by id
    #[arg(value_name = "ID")]
    conversation: ConversationId,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => create(args, context).await?,
        Action::Append(args) => append::run(args, context).await?,
        Action::List(args) => list::run(&args, context).await?,
        Action::Show(which) => {
            let tenant = context.tenant().await?;
            let conversation = find(&tenant, which.conversation).await?;
            show::show(conversation, &tenant, context).await?;
        }
        Action::Feedback(args) => feedback(args, context).await?,
        Action::Close(which) => {
            let tenant = context.tenant().await?;
            let conversation = find(&tenant, which.conversation).await?;
            let by = context.actor_in(&tenant).await?;
            let closed = tenant.conversations().close(conversation.id, &by).await?;
            show::describe(&closed, &tenant, context).await?;
        }
        Action::Sweep { idle_after, close_after } => {
            sweep(idle_after, close_after, context).await?;
        }
        Action::Expire => expire(context).await?,
        Action::Import(args) => return import::run(&args, context).await,
        Action::Delete(which) => delete(&which, context).await?,
    }
    Ok(Exit::Done)
}

/// The conversation with this id, or an error that helps.
pub(crate) async fn find(tenant: &Tenant, id: ConversationId) -> Result<Conversation> {
    tenant.conversations().get(id).await?.ok_or_else(|| {
        Error::found("not_found", format!("there is no conversation `{id}`"))
            .with_hint("`af conversation list` shows the newest")
    })
}

async fn create(args: Create, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let team = named::team(&tenant, &args.team).await?;
    let agent = agent::find(&tenant, Some(&team), &args.agent).await?;
    let user = named::user(&tenant, &args.user).await?;
    let mut new = NewConversation::between(team.id, agent, user.id);
    new.title = args.title;
    let by = context.actor_in(&tenant).await?;
    let made = tenant.conversations().create(new, &by).await?;
    show::describe(&made, &tenant, context).await
}

async fn feedback(args: Feedback, context: &Context) -> Result<()> {
    let rating = match args.rating {
        Opinion::Positive => Some(Rating::Positive),
        Opinion::Negative => Some(Rating::Negative),
        Opinion::None => None,
    };
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let conversations = tenant.conversations();
    let noted = conversations.feedback(args.message, rating, args.comment.as_deref(), &by).await?;
    context.output.show(&show::Said::from(&noted), |_| match rating {
        Some(rating) => format!("Noted: {rating}, about {}.", noted.id.to_ulid()),
        None => format!("Taken back what was noted about {}.", noted.id.to_ulid()),
    })
}

async fn sweep(
    idle_after: Option<SignedDuration>,
    close_after: Option<SignedDuration>,
    context: &Context,
) -> Result<()> {
    let mut options = SweepOptions::default();
    options.idle_after = idle_after.unwrap_or(options.idle_after);
    options.close_after = close_after.unwrap_or(options.close_after);
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let report = tenant.conversations().sweep(&options, &by).await?;
    context.output.show(&report, |report| {
        let idled = counted(report.idled, "conversation", "conversations");
        format!("{idled} became idle, {} closed.", counted(report.closed, "was", "were"))
    })
}

async fn expire(context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let question = "Delete the closed conversations that their teams do not keep any longer?";
    confirm(context, question).await?;
    let by = context.actor_in(&tenant).await?;
    let deleted = tenant.conversations().expire(&by).await?;
    context.output.show(&json!({ "deleted": deleted }), |_| {
        format!("Deleted {}.", counted(deleted, "conversation", "conversations"))
    })
}

async fn delete(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let conversation = find(&tenant, which.conversation).await?;
    let turns = counted(conversation.message_count, "turn", "turns");
    let question = format!("Delete the conversation {} with {turns}?", conversation.id);
    confirm(context, &question).await?;
    let by = context.actor_in(&tenant).await?;
    tenant.conversations().delete(conversation.id, &by).await?;
    context.output.show(&conversation, |it| format!("Deleted conversation {}.", it.id))
}
