//! Teams and their members.

mod change;
mod members;
mod webhook_secret;

pub(crate) use change::setting;

use agentflow::{
    Slug, Tenant,
    identity::{NewTeam, Team},
};
use clap::Subcommand;
use serde::Serialize;

use self::{
    change::Setting,
    members::{Add, Member},
};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::{facts, table},
    pages::{PAGE, all},
    who::{Names, joined},
};

/// Create and manage the teams of a tenant
///
/// A team is people who share agents, conversations and memories. It is named by slug or id, and always has an owner.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af team create Support --owner ann@example.com --tenant acme
  af team add support bob@example.com --tenant acme
  af team show support --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    /// List the teams, in order of their creation
    List,
    /// Show one team and its members
    Show(Which),
    Update(change::Args),
    /// Give a team to another accountable owner
    ///
    /// The old one stays an owner among the members.
    Transfer(Member),
    /// Add somebody to a team
    #[command(after_long_help = "\
Example:
  af team add support bob@example.com --role admin")]
    Add(Add),
    /// Give a member of a team another role
    ///
    /// The last owner cannot become less.
    SetRole(members::SetRole),
    /// Remove somebody from a team
    ///
    /// The last owner cannot leave.
    Remove(Member),
    WebhookSecret(webhook_secret::Args),
    /// Delete a team
    ///
    /// Its members stay users of the tenant.
    #[command(after_long_help = "\
Example:
  af team delete support --yes")]
    Delete(Which),
}

/// Create a team
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af team create Support --owner ann@example.com --retention-days 30 --skill search --skill refunds")]
struct Create {
    /// The name, for people
    name: String,
    /// Who answers for it, by e-mail or id; becomes a member in the role of owner
    #[arg(long, value_name = "USER")]
    owner: String,
    /// The short name, for command lines; made from the name if absent
    #[arg(long)]
    slug: Option<Slug>,
    /// How many days closed conversations are kept; 90 if absent
    #[arg(long, value_name = "N")]
    retention_days: Option<i32>,
    /// Where events of the team are sent: http:// or https://
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// A skill that every agent of the team has; may be given several times
    #[arg(long = "skill", value_name = "SKILL")]
    skills: Vec<String>,
    /// A setting, whose value is JSON; may be given several times
    #[arg(long = "setting", value_name = "KEY=JSON", value_parser = change::setting)]
    settings: Vec<Setting>,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The team, by slug or id
    team: String,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    let tenant = context.tenant().await?;
    match args.action {
        Action::Create(args) => {
            describe(&create(args, context, &tenant).await?, context, &tenant).await?;
        }
        Action::List => {
            let teams = tenant.teams();
            let page = async |after| teams.list(after, PAGE).await;
            output.show(&all(|it: &Team| it.id, page).await?, |it| list(it))?;
        }
        Action::Show(which) => show(&which, context, &tenant).await?,
        Action::Update(args) => {
            describe(&change::run(args, context, &tenant).await?, context, &tenant).await?;
        }
        Action::Transfer(to) => {
            let (team, user) = to.find(&tenant).await?;
            let by = context.actor_in(&tenant).await?;
            let team = tenant.teams().transfer(team.id, user.id, &by).await?;
            describe(&team, context, &tenant).await?;
        }
        Action::Add(args) => members::add(&args, context, &tenant).await?,
        Action::SetRole(args) => members::set_role(&args, context, &tenant).await?,
        Action::Remove(who) => members::remove(&who, context, &tenant).await?,
        Action::WebhookSecret(args) => webhook_secret::run(args, context, &tenant).await?,
        Action::Delete(which) => {
            let team = named::team(&tenant, &which.team).await?;
            let question = format!("Delete team {} ({})?", team.slug, team.name);
            confirm(context, &question).await?;
            tenant.teams().delete(team.id, &context.actor_in(&tenant).await?).await?;
            output.show(&team, |it| format!("Deleted team {} ({}).", it.slug, it.id))?;
        }
    }
    Ok(Exit::Done)
}

async fn create(args: Create, context: &Context, tenant: &Tenant) -> Result<Team> {
    let owner = named::user(tenant, &args.owner).await?;
    let mut new = NewTeam::named(args.name, owner.id);
    new.slug = args.slug;
    new.webhook_url = args.webhook_url;
    new.shared_skill_names = args.skills;
    new.settings = args.settings.into_iter().collect();
    if let Some(days) = args.retention_days {
        new.conversation_retention_days = days;
    }
    let by = context.actor_in(tenant).await?;
    tenant.teams().create(new, &by).await.map_err(taken)
}

/// The name may be taken twice, the slug may not.
fn taken(error: agentflow::Error) -> Error {
    let is_slug = matches!(&error, agentflow::Error::AlreadyExists { what, .. } if what == "slug");
    let told = Error::from(error);
    if is_slug { told.with_hint("give another with --slug") } else { told }
}

/// A team with those who are in it.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    team: Team,
    members: Vec<members::Listed>,
}

async fn show(which: &Which, context: &Context, tenant: &Tenant) -> Result<()> {
    let team = named::team(tenant, &which.team).await?;
    let members = members::of(tenant, team.id).await?;
    let owner = owner_of(&team, context, tenant).await?;
    context.output.show(&Whole { team, members }, |whole| {
        format!("{}\n\n{}", text(&whole.team, &owner), members::list(&whole.members))
    })
}

async fn owner_of(team: &Team, context: &Context, tenant: &Tenant) -> Result<String> {
    Ok(Names::of(context, tenant, [team.owner_id], []).await?.principal(team.owner_id))
}

async fn describe(team: &Team, context: &Context, tenant: &Tenant) -> Result<()> {
    let owner = owner_of(team, context, tenant).await?;
    context.output.show(team, |team| text(team, &owner))
}

fn text(team: &Team, owner: &str) -> String {
    let settings = team.settings.as_object().filter(|it| !it.is_empty());
    facts(&[
        ("Slug", team.slug.clone()),
        ("Name", team.name.clone()),
        ("ID", team.id.to_string()),
        ("Owner", owner.to_owned()),
        ("Keeps", format!("closed conversations for {} days", team.conversation_retention_days)),
        ("Skills", joined(&team.shared_skill_names)),
        ("Webhook", team.webhook_url.clone().unwrap_or_default()),
        ("Settings", settings.map(|_| team.settings.to_string()).unwrap_or_default()),
        ("Created", format!("{:.0}", team.created_at)),
    ])
}

fn list(teams: &[Team]) -> String {
    if teams.is_empty() {
        return "There is no team yet; `af team create NAME --owner USER` makes one.".to_owned();
    }
    let rows = teams.iter().map(|team| {
        vec![
            team.slug.clone(),
            team.name.clone(),
            team.conversation_retention_days.to_string(),
            format!("{:.0}", team.created_at),
            team.id.to_string(),
        ]
    });
    table(&["SLUG", "NAME", "KEEPS DAYS", "CREATED", "ID"], rows)
}
