//! Agents.

mod describe;
pub(crate) mod file;
mod validate;
mod which;

use std::{collections::HashMap, path::PathBuf};

use agentflow::{
    Tenant,
    agents::{AgentDna, AgentFilter, AgentSpec, AgentStatus},
    core::agent::json_schema,
    identity::Team,
};
use clap::Subcommand;

pub(crate) use self::which::find;
use self::{
    describe::{Listed, Skilled, text},
    which::{Which, id},
};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    pages::{PAGE, all},
};

/// Create and manage the agents of teams
///
/// An agent is described by a file, YAML or JSON: who it is, how it speaks, which model it uses, what it remembers and
/// what it may do. Only `name` and `slug` are required. It is named by slug within its team, or by id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af agent validate ada.yaml
  af agent create ada.yaml --team support --tenant acme
  af agent show ada --team support --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Validate(validate::Args),
    /// Create an agent of a team from a file
    #[command(after_long_help = "\
Example:
  af agent create ada.yaml --team support")]
    Create {
        /// The file, YAML or JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The team, by slug or id
        #[arg(long)]
        team: String,
    },
    /// Replace what an agent is by a file
    ///
    /// All of it: what the file leaves out gets its default, also the status.
    #[command(after_long_help = "\
Example:
  af agent update ada ada.yaml --team support")]
    Update {
        #[command(flatten)]
        which: Which,
        /// The file, YAML or JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the agents, in order of their creation
    ///
    /// Archived ones are listed only with --status archived. One whose row cannot be read is listed with what is wrong, and
    /// can be replaced or deleted by its id.
    List {
        /// Only those of this team, by slug or id
        #[arg(long)]
        team: Option<String>,
        /// Only those of this status: draft, active, paused or archived
        #[arg(long)]
        status: Option<AgentStatus>,
    },
    /// Show one agent, and the skills it can use
    Show(Which),
    /// Say what may be done with an agent
    #[command(after_long_help = "\
Example:
  af agent set-status ada active --team support")]
    SetStatus {
        #[command(flatten)]
        which: Which,
        /// The status: draft, active, paused or archived
        status: AgentStatus,
    },
    /// Delete an agent
    ///
    /// One that has conversations or messages stays: it can be archived instead.
    #[command(after_long_help = "\
Example:
  af agent delete ada --team support --yes")]
    Delete(Which),
    /// Print the JSON Schema of the files
    #[command(after_long_help = "\
Example:
  af agent schema > agent-dna.schema.json")]
    Schema,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Validate(args) => return validate::run(&args, context).await,
        Action::Schema => context.output.json(&json_schema())?,
        Action::Create { file, team } => create(&file, &team, context).await?,
        Action::Update { which, file } => update(&which, &file, context).await?,
        Action::List { team, status } => list(team.as_deref(), status, context).await?,
        Action::Show(which) => {
            let tenant = context.tenant().await?;
            let (agent, team) = which.find(&tenant).await?;
            show(agent, &team, &tenant, context).await?;
        }
        Action::SetStatus { which, status } => {
            let tenant = context.tenant().await?;
            let (agent, team) = which.find(&tenant).await?;
            let by = context.actor_in(&tenant).await?;
            let agent = tenant.agents().set_status(agent.id, status, &by).await?;
            context.output.show(&agent, |it| text(it, &team.slug, None))?;
        }
        Action::Delete(which) => delete(&which, context).await?,
    }
    Ok(Exit::Done)
}

/// What a file says, with the warnings about it told.
async fn spec(file: &std::path::Path, context: &Context) -> Result<AgentSpec> {
    let document = file::read(file).await?;
    let spec = document.agent().map_err(|faults| document.refused(&faults))?;
    for warning in validate::warnings(&spec) {
        context.output.note(&format!("warning: {warning}"));
    }
    Ok(spec)
}

async fn create(file: &std::path::Path, team: &str, context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    let spec = spec(file, context).await?;
    let tenant = context.tenant().await?;
    let team = named::team(&tenant, team).await?;
    let by = context.actor_in(&tenant).await?;
    let agent = tenant.agents().create(team.id, spec, &by).await.map_err(taken)?;
    show(agent, &team, &tenant, context).await
}

async fn update(which: &Which, file: &std::path::Path, context: &Context) -> Result<()> {
    context.tenant_name(None)?;
    let spec = spec(file, context).await?;
    let tenant = context.tenant().await?;
    let (before, team) = which.find_any(&tenant).await?;
    let by = context.actor_in(&tenant).await?;
    let agent = tenant.agents().update(id(&before), spec, &by).await.map_err(taken)?;
    if let Ok(before) = before
        && agent.spec.status != before.spec.status
    {
        context.output.note(&format!(
            "The status was {} and is {} now, as the file says or leaves out.",
            before.spec.status, agent.spec.status
        ));
    }
    show(agent, &team, &tenant, context).await
}

fn taken(error: agentflow::Error) -> Error {
    let is_taken = matches!(error, agentflow::Error::AlreadyExists { .. });
    let told = Error::from(error);
    if is_taken { told.with_hint("the slug of an agent is unique in its team") } else { told }
}

async fn show(agent: AgentDna, team: &Team, tenant: &Tenant, context: &Context) -> Result<()> {
    let effective_skills = tenant.agents().effective_skills(agent.id).await?;
    context.output.show(&Skilled { agent, effective_skills }, |it| {
        text(&it.agent, &team.slug, Some(&it.effective_skills))
    })
}

async fn list(team: Option<&str>, status: Option<AgentStatus>, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let team = match team {
        Some(team) => Some(named::team(&tenant, team).await?.id),
        None => None,
    };
    let (agents, filter) = (tenant.agents(), AgentFilter { team, status });
    let page = async |after| agents.list_any(filter, after, PAGE).await;
    let agents = all(id, page).await?;
    for bad in agents.iter().filter_map(|it| it.as_ref().err()) {
        let way_out = which::way_out(bad);
        context.output.warn(&format!("warning: agent {}: {}; {way_out}", bad.slug, bad.error));
    }
    let agents: Vec<_> = agents.into_iter().map(Listed::from).collect();
    if context.output.is_json() {
        return context.output.json(&agents);
    }
    let teams = tenant.teams();
    let teams = all(|it: &Team| it.id, async |after| teams.list(after, PAGE).await).await?;
    let slugs: HashMap<_, _> = teams.into_iter().map(|it| (it.id, it.slug)).collect();
    let named = agents.into_iter().map(|agent| {
        let slug = slugs.get(&agent.team_id()).cloned().unwrap_or_default();
        (agent, slug)
    });
    context.output.line(&describe::list(&named.collect::<Vec<_>>()))
}

async fn delete(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let (agent, team) = which.find_any(&tenant).await?;
    let (id, slug) = (id(&agent), which::slug(&agent).to_owned());
    confirm(context, &format!("Delete agent {slug} of team {}?", team.slug)).await?;
    tenant.agents().delete(id, &context.actor_in(&tenant).await?).await?;
    context.output.show(&Listed::from(agent), |_| format!("Deleted agent {slug} ({id})."))
}
