//! What the command line calls an agent.

use agentflow::{
    AgentId, Tenant,
    agents::{AgentDna, AgentFilter},
    identity::Team,
};

use crate::{
    error::{Error, Result},
    named,
    pages::{PAGE, all},
    similar::hint,
};

/// An agent, and its team where one is needed.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The agent, by slug or id
    agent: String,
    /// Its team, by slug or id; not needed when the agent is named by id
    #[arg(long)]
    team: Option<String>,
}

impl Which {
    /// The agent and its team.
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<(AgentDna, Team)> {
        if let Some(team) = &self.team {
            let team = named::team(tenant, team).await?;
            return Ok((in_team(tenant, &team, &self.agent).await?, team));
        }
        let agent = by_id(tenant, &self.agent).await?;
        let team = named::team(tenant, &agent.team_id.to_string()).await?;
        Ok((agent, team))
    }
}

/// An agent by slug or id in a team, or by id where no team is given.
pub(crate) async fn find(tenant: &Tenant, team: Option<&Team>, name: &str) -> Result<AgentDna> {
    match team {
        Some(team) => in_team(tenant, team, name).await,
        None => by_id(tenant, name).await,
    }
}

async fn by_id(tenant: &Tenant, name: &str) -> Result<AgentDna> {
    let Ok(id) = name.parse::<AgentId>() else {
        let message =
            format!("`{name}` is the slug of an agent within a team, and no team is named");
        return Err(Error::usage(message).with_hint("add --team, or name the agent by id"));
    };
    let found = tenant.agents().get(id).await?;
    found.ok_or_else(|| missing(name).with_hint("`af agent list` shows all of them"))
}

async fn in_team(tenant: &Tenant, team: &Team, name: &str) -> Result<AgentDna> {
    if let Some(found) = tenant.agents().find(team.id, name).await? {
        return Ok(found);
    }
    let filter = AgentFilter { team: Some(team.id), ..AgentFilter::default() };
    let agents = tenant.agents();
    let known = all(|it: &AgentDna| it.id, async |after| agents.list(filter, after, PAGE).await);
    let known = known.await?;
    let otherwise = format!("`af agent list --team {}` shows those of the team", team.slug);
    let hint = hint(name, known.iter().map(|it| it.spec.slug.as_str()), otherwise);
    Err(missing(name).with_hint(hint))
}

fn missing(name: &str) -> Error {
    Error::found("not_found", format!("there is no agent `{name}`"))
}
