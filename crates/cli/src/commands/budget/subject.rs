use agentflow::{
    Tenant,
    budgets::{Amounts, Subject},
};
use rust_decimal::Decimal;

use super::number;
use crate::{
    commands::{agent, workflow},
    error::Result,
    named,
};

/// Whom and what it is about.
#[derive(Debug, clap::Args)]
pub(super) struct About {
    /// Of this workspace, by name or id
    #[arg(long, value_name = "WORKSPACE")]
    workspace: Option<String>,
    /// Of this user or service, by email, name or id
    #[arg(long, value_name = "PRINCIPAL")]
    user: Option<String>,
    /// Of this agent, by id, or with --team by slug
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// The team of the agent
    #[arg(long, requires = "agent", value_name = "TEAM")]
    team: Option<String>,
    /// Of this workflow, by name or id
    #[arg(long, value_name = "WORKFLOW")]
    workflow: Option<String>,
    /// Of this model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
}

impl About {
    /// What it is about from now on: what is told takes the place of what was, and `none` takes it away.
    pub(super) async fn applied_to(
        &self,
        tenant: &Tenant,
        mut subject: Subject,
    ) -> Result<Subject> {
        let team = match &self.team {
            Some(team) => Some(named::team(tenant, team).await?),
            None => None,
        };
        if let Some(workspace) = &self.workspace {
            subject.workspace_id = named::workspace_id(tenant, some(workspace)).await?;
        }
        if let Some(user) = &self.user {
            subject.principal_id = match some(user) {
                Some(user) => Some(named::principal(tenant, user).await?.id),
                None => None,
            };
        }
        if let Some(agent) = &self.agent {
            subject.agent_id = match some(agent) {
                Some(agent) => Some(agent::find(tenant, team.as_ref(), agent).await?),
                None => None,
            };
        }
        if let Some(workflow) = &self.workflow {
            let workspace = subject.workspace_id.map(|id| id.to_string());
            subject.workflow_id = match some(workflow) {
                Some(name) => Some(workflow::by_name(tenant, name, workspace.as_deref()).await?.id),
                None => None,
            };
        }
        if let Some(model) = &self.model {
            subject.model = some(model).map(str::to_owned);
        }
        Ok(subject)
    }
}

/// A thing that is called `none` can be named by its id.
fn some(name: &str) -> Option<&str> {
    (name != "none").then_some(name)
}

/// How much.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Much {
    /// So many tokens
    #[arg(long, value_name = "NUMBER", value_parser = number::whole, allow_negative_numbers = true)]
    tokens: Option<u64>,
    /// So many calls
    #[arg(long, value_name = "NUMBER", value_parser = number::whole, allow_negative_numbers = true)]
    calls: Option<u64>,
    /// So many cents, with six decimal places at most
    #[arg(long, value_name = "CENTS", value_parser = number::cents, allow_negative_numbers = true)]
    cost: Option<Decimal>,
}

impl Much {
    pub(super) fn amounts(&self) -> Amounts {
        Amounts {
            tokens: self.tokens.unwrap_or_default(),
            calls: self.calls.unwrap_or_default(),
            cost_in_cents: self.cost.unwrap_or_default(),
        }
    }
}
