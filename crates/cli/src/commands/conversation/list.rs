use agentflow::{
    conversations::{ConversationFilter, ConversationStatus},
    core::ids::ConversationId,
};

use super::show;
use crate::{commands::agent, context::Context, error::Result, named};

/// List conversations, newest first
///
/// Filters are combined. The next page comes after the last conversation of this one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af conversation list --team support --status active
  af conversation list --after 01998a5d-ac96-774b-bcce-b302099a8057")]
pub(super) struct Args {
    /// Only those of this team, by slug or id
    #[arg(long)]
    team: Option<String>,
    /// Only those with this agent, by slug with --team, or by id
    #[arg(long)]
    agent: Option<String>,
    /// Only those of this person, by e-mail or id
    #[arg(long)]
    user: Option<String>,
    /// Only those in this state: active, idle or closed
    #[arg(long)]
    status: Option<ConversationStatus>,
    /// At most so many, 1 to 10000
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Only those that began before this one
    #[arg(long, value_name = "ID")]
    after: Option<ConversationId>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let team = match &args.team {
        Some(name) => Some(named::team(&tenant, name).await?),
        None => None,
    };
    let agent_id = match &args.agent {
        Some(name) => Some(agent::find(&tenant, team.as_ref(), name).await?),
        None => None,
    };
    let user_id = match &args.user {
        Some(name) => Some(named::user(&tenant, name).await?.id),
        None => None,
    };
    let after = match args.after {
        Some(id) => Some(super::find(&tenant, id).await?),
        None => None,
    };
    let filter = ConversationFilter {
        team_id: team.map(|it| it.id),
        agent_id,
        user_id,
        status: args.status,
    };
    let page = tenant.conversations().list(&filter, after.as_ref(), args.limit).await?;
    context.output.show(&page, |page| show::list(page))?;
    if page.len() == usize::from(args.limit)
        && let Some(last) = page.last().filter(|_| !context.output.is_json())
    {
        context.output.note(&format!("There may be more: --after {}", last.id));
    }
    Ok(())
}
