use agentflow::{
    Tenant,
    budgets::{Amounts, Subject},
};
use rust_decimal::Decimal;

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
    pub(super) fn is_nothing(&self) -> bool {
        let Self { workspace, user, agent, workflow, model, team: _ } = self;
        [workspace, user, agent, workflow, model].into_iter().all(Option::is_none)
    }

    pub(super) async fn find(&self, tenant: &Tenant) -> Result<Subject> {
        let team = match &self.team {
            Some(team) => Some(named::team(tenant, team).await?),
            None => None,
        };
        let mut subject = Subject {
            workspace_id: named::workspace_id(tenant, self.workspace.as_deref()).await?,
            model: self.model.clone(),
            ..Subject::default()
        };
        if let Some(user) = &self.user {
            subject.principal_id = Some(named::principal(tenant, user).await?.id);
        }
        if let Some(agent) = &self.agent {
            subject.agent_id = Some(agent::find(tenant, team.as_ref(), agent).await?);
        }
        if let Some(name) = &self.workflow {
            let found = workflow::by_name(tenant, name, self.workspace.as_deref()).await?;
            subject.workflow_id = Some(found.id);
        }
        Ok(subject)
    }
}

/// How much.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Much {
    /// So many tokens
    #[arg(long, value_name = "NUMBER")]
    tokens: Option<u64>,
    /// So many calls
    #[arg(long, value_name = "NUMBER")]
    calls: Option<u64>,
    /// So many cents, with six decimal places at most
    #[arg(long, value_name = "CENTS")]
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
