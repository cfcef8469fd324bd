//! What the command line calls an agent.

use agentflow::{
    AgentId, Tenant,
    agents::{AgentDna, AgentFilter, UnreadableAgent},
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

/// An agent as far as its row can be read: a damaged one can still be replaced and deleted, and stands in nobody's way.
pub(super) type Readable = Result<AgentDna, UnreadableAgent>;

pub(super) fn id(agent: &Readable) -> AgentId {
    agent.as_ref().map_or_else(|bad| bad.id, |agent| agent.id)
}

pub(super) fn slug(agent: &Readable) -> &str {
    agent.as_ref().map_or_else(|bad| bad.slug.as_str(), |agent| agent.spec.slug.as_str())
}

impl Which {
    /// The agent and its team.
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<(AgentDna, Team)> {
        let (agent, team) = self.find_any(tenant).await?;
        Ok((agent.map_err(unreadable)?, team))
    }

    /// The same for what needs no more of it than its id.
    pub(super) async fn find_any(&self, tenant: &Tenant) -> Result<(Readable, Team)> {
        if let Some(team) = &self.team {
            let team = named::team(tenant, team).await?;
            return Ok((in_team(tenant, &team, &self.agent).await?, team));
        }
        let agent = by_id(tenant, &self.agent).await?;
        let team = agent.as_ref().map_or_else(|bad| bad.team_id, |agent| agent.team_id);
        let team = named::team(tenant, &team.to_string()).await?;
        Ok((agent, team))
    }
}

/// An agent by slug or id in a team, or by id where no team is given.
pub(crate) async fn find(tenant: &Tenant, team: Option<&Team>, name: &str) -> Result<AgentId> {
    let found = match team {
        Some(team) => in_team(tenant, team, name).await,
        None => by_id(tenant, name).await,
    };
    found.map(|agent| id(&agent))
}

/// The error about a row that somebody damaged.
pub(super) fn unreadable(bad: UnreadableAgent) -> Error {
    let way_out = way_out(&bad);
    Error::from(bad.error).with_hint(way_out)
}

/// What can be done about such a row.
pub(super) fn way_out(bad: &UnreadableAgent) -> String {
    let id = bad.id;
    format!("`af agent update {id} FILE` replaces it, `af agent delete {id}` removes it")
}

async fn by_id(tenant: &Tenant, name: &str) -> Result<Readable> {
    let Ok(id) = name.parse::<AgentId>() else {
        let message =
            format!("`{name}` is the slug of an agent within a team, and no team is named");
        return Err(Error::usage(message).with_hint("add --team, or name the agent by id"));
    };
    let found = tenant.agents().get_any(id).await?;
    found.ok_or_else(|| missing(name).with_hint("`af agent list` shows all of them"))
}

async fn in_team(tenant: &Tenant, team: &Team, name: &str) -> Result<Readable> {
    if let Some(found) = tenant.agents().find_any(team.id, name).await? {
        return Ok(found);
    }
    let filter = AgentFilter { team: Some(team.id), ..AgentFilter::default() };
    let agents = tenant.agents();
    let known = all(id, async |after| agents.list_any(filter, after, PAGE).await).await?;
    let otherwise = format!("`af agent list --team {}` shows those of the team", team.slug);
    let hint = hint(name, known.iter().map(slug), otherwise);
    Err(missing(name).with_hint(hint))
}

fn missing(name: &str) -> Error {
    Error::found("not_found", format!("there is no agent `{name}`"))
}
