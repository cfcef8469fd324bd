use std::collections::HashMap;

use agentflow::{
    AgentId, PrincipalId, Tenant, WorkflowId, WorkspaceId,
    budgets::{Budget, Subject},
};

use crate::error::Result;

/// How many names are looked up one by one; there may be a budget for every user.
const FEW: usize = 20;

/// What the things are called that budgets are about.
#[derive(Default)]
pub(super) struct Names {
    workspaces: HashMap<WorkspaceId, String>,
    principals: HashMap<PrincipalId, String>,
    agents: HashMap<AgentId, String>,
    workflows: HashMap<WorkflowId, String>,
}

impl Names {
    /// Of these budgets. What has no name here is told by its id.
    pub(super) async fn of(tenant: &Tenant, budgets: &[Budget]) -> Result<Self> {
        let mut names = Self::default();
        for subject in budgets.iter().map(|it| &it.spec.subject) {
            if let Some(id) = subject.workspace_id
                && !names.workspaces.contains_key(&id)
            {
                let known = tenant.workspaces().list().await?;
                names.workspaces = known.into_iter().map(|it| (it.id, it.name)).collect();
                // One that is gone by now is not looked for again.
                names.workspaces.entry(id).or_insert_with(|| id.to_string());
            }
            if let Some(id) = subject.principal_id
                && names.principals.len() < FEW
                && !names.principals.contains_key(&id)
            {
                names.principals.insert(id, principal(tenant, id).await?);
            }
            if let Some(id) = subject.agent_id
                && names.agents.len() < FEW
                && !names.agents.contains_key(&id)
            {
                let found = tenant.agents().get_any(id).await?.and_then(std::result::Result::ok);
                let name = found.map_or_else(|| id.to_string(), |it| it.spec.slug.to_string());
                names.agents.insert(id, name);
            }
            if let Some(id) = subject.workflow_id
                && names.workflows.len() < FEW
                && !names.workflows.contains_key(&id)
            {
                let found = tenant.workflows().get(id).await?;
                names.workflows.insert(id, found.map_or_else(|| id.to_string(), |it| it.spec.name));
            }
        }
        Ok(names)
    }

    /// What something is about, in words.
    pub(super) fn about(&self, subject: &Subject) -> String {
        let Subject { workspace_id, principal_id, agent_id, workflow_id, model } = subject;
        let parts = [
            workspace_id.map(|id| ("workspace", named(&self.workspaces, id))),
            principal_id.map(|id| ("user", named(&self.principals, id))),
            agent_id.map(|id| ("agent", named(&self.agents, id))),
            workflow_id.map(|id| ("workflow", named(&self.workflows, id))),
            model.clone().map(|model| ("model", model)),
        ];
        let parts: Vec<_> =
            parts.into_iter().flatten().map(|(what, name)| format!("{what} {name}")).collect();
        if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") }
    }
}

fn named<I: std::hash::Hash + Eq + Copy + ToString>(names: &HashMap<I, String>, id: I) -> String {
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

/// As `--user` takes it.
async fn principal(tenant: &Tenant, id: PrincipalId) -> Result<String> {
    let Some(found) = tenant.principals().get(id).await? else { return Ok(id.to_string()) };
    if let Some(name) = found.service_name {
        return Ok(name);
    }
    let user = tenant.users().get(id).await?;
    Ok(user.map_or(found.display_name, |it| it.email.to_string()))
}
