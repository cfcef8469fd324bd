//! What the command line calls a workflow and a version.

use agentflow::{
    Tenant,
    workflows::{SemVer, Workflow, WorkflowVersion},
};

use crate::{
    error::{Error, Result},
    named,
    pages::{PAGE, all},
    similar::hint,
};

/// A workflow, and its workspace where one is needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The workflow, by name or id
    workflow: String,
    /// Its workspace, by name or id; needed only when workflows of several have the name
    #[arg(long)]
    workspace: Option<String>,
}

impl Which {
    pub(crate) async fn find(&self, tenant: &Tenant) -> Result<Workflow> {
        by_name(tenant, &self.workflow, self.workspace.as_deref()).await
    }
}

/// The workflow with this id, or this name in the workspace or in whichever has one.
pub(crate) async fn by_name(
    tenant: &Tenant,
    name: &str,
    workspace: Option<&str>,
) -> Result<Workflow> {
    let workflows = tenant.workflows();
    let workspace = named::workspace_id(tenant, workspace).await?;
    if let Ok(id) = name.parse()
        && let Some(found) = workflows.get(id).await?
        && workspace.is_none_or(|it| it == found.workspace_id)
    {
        return Ok(found);
    }
    let page = async |after| workflows.list(workspace, after, PAGE).await;
    let known = all(|it: &Workflow| it.id, page).await?;
    let mut found: Vec<_> = known.iter().filter(|it| it.spec.name == name).collect();
    match (found.pop(), found.is_empty()) {
        (Some(workflow), true) => Ok(workflow.clone()),
        (Some(_), false) => {
            let message = format!("workflows of several workspaces are called `{name}`");
            Err(Error::usage(message).with_hint("add --workspace, or name the workflow by id"))
        }
        (None, _) => {
            let names = known.iter().map(|it| it.spec.name.as_str());
            let hint = hint(name, names, "`af workflow list` shows all of them");
            let message = format!("there is no workflow `{name}`");
            Err(Error::found("not_found", message).with_hint(hint))
        }
    }
}

/// The version of a workflow that is called so, or the latest.
pub(crate) async fn version(
    tenant: &Tenant,
    workflow: &Workflow,
    version: Option<&SemVer>,
) -> Result<WorkflowVersion> {
    let workflows = tenant.workflows();
    let name = &workflow.spec.name;
    let found = match (version, workflow.latest_version_id) {
        (Some(version), _) => workflows.find_version(workflow.id, version).await?,
        (None, Some(latest)) => workflows.get_version(latest).await?,
        (None, None) => None,
    };
    found.ok_or_else(|| {
        let message = match version {
            Some(version) => format!("there is no version {version} of the workflow `{name}`"),
            None => format!("the workflow `{name}` has no version yet"),
        };
        let hint = match version {
            Some(_) => format!("`af workflow versions {}` shows all of them", workflow.id),
            None => "`af workflow publish FILE` publishes one".to_owned(),
        };
        Error::found("not_found", message).with_hint(hint)
    })
}

/// What the workspace of a workflow is called.
pub(super) async fn workspace_name(tenant: &Tenant, workflow: &Workflow) -> Result<String> {
    let workspace = tenant.workspaces().get(workflow.workspace_id).await?;
    Ok(workspace.map_or_else(|| workflow.workspace_id.to_string(), |it| it.name))
}
