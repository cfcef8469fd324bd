//! Whose memories a command is about.

use agentflow::{AgentId, PrincipalId, Tenant, identity::Team};

use crate::{
    commands::agent,
    error::{Error, Result},
    named,
    pages::PAGE,
    similar::closest,
};

/// A team, and within it an agent and a user.
#[derive(Debug, clap::Args)]
pub(super) struct Scope {
    /// The team, by slug or id
    #[arg(long)]
    team: String,
    /// The agent of the team, by slug or id
    #[arg(long)]
    agent: Option<String>,
    /// The user, by e-mail or id
    #[arg(long)]
    user: Option<String>,
}

/// Who that is.
pub(super) struct Whose {
    pub(super) team: Team,
    pub(super) agent: Option<AgentId>,
    pub(super) user: Option<PrincipalId>,
}

impl Scope {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<Whose> {
        let team = named::team(tenant, &self.team).await?;
        let agent = match &self.agent {
            Some(name) => Some(agent::find(tenant, Some(&team), name).await?),
            None => None,
        };
        let user = match &self.user {
            Some(name) => Some(user(tenant, name).await?),
            None => None,
        };
        Ok(Whose { team, agent, user })
    }
}

/// There may be too many people to compare with all of them, but a page of them is better than nothing.
async fn user(tenant: &Tenant, name: &str) -> Result<PrincipalId> {
    match named::user(tenant, name).await {
        Ok(found) => Ok(found.id),
        Err(error @ Error::Told(_)) => {
            let known = tenant.users().list(None, PAGE).await?;
            let emails: Vec<_> = known.iter().map(|it| it.email.to_string()).collect();
            let close = closest(name, emails.iter().map(String::as_str));
            if close.is_empty() {
                return Err(error);
            }
            let names: Vec<_> = close.iter().map(|it| format!("`{it}`")).collect();
            Err(error.with_hint(format!("did you mean {}?", names.join(" or "))))
        }
        Err(error) => Err(error),
    }
}
