//! Workflows and their versions.

mod describe;
mod file;
mod publish;
mod show;
mod validate;
mod which;

use agentflow::{core::workflow::json_schema, workflows::WorkflowSpec};
use clap::Subcommand;

pub(crate) use self::which::{Which, by_name, version};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    pages::{PAGE, all},
};

/// Create workflows and publish their versions
///
/// What a workflow does is in its versions, each from a file, YAML or JSON: the steps, what they call, and who must approve. A
/// published version never changes. A workflow is named by its name in its workspace, or by id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af workflow validate refunds.yaml
  af workflow create Refunds --workspace Finance --tenant acme
  af workflow publish refunds.yaml --workflow Refunds --tenant acme
  af workflow show Refunds --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Validate(validate::Args),
    /// Create a workflow, without versions
    #[command(after_long_help = "\
Example:
  af workflow create Refunds --workspace Finance --description 'Pays customers back'")]
    Create {
        /// The name, unique in the workspace
        name: String,
        /// The workspace, by name or id
        #[arg(long)]
        workspace: String,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
    },
    Publish(publish::Args),
    /// List the workflows, in order of their creation
    List {
        /// Only those of this workspace, by name or id
        #[arg(long)]
        workspace: Option<String>,
    },
    Show(show::Args),
    /// List the versions of a workflow, the greatest first
    Versions(Which),
    /// Rename a workflow, or say what it is for
    #[command(after_long_help = "\
Example:
  af workflow update Refunds --name Payouts")]
    Update {
        #[command(flatten)]
        which: Which,
        /// The new name, unique in the workspace
        #[arg(long)]
        name: Option<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
    },
    /// Delete a workflow, with its versions and plans
    #[command(after_long_help = "\
Example:
  af workflow delete Refunds --yes")]
    Delete(Which),
    /// Print the JSON Schema of the files
    #[command(after_long_help = "\
Example:
  af workflow schema > workflow.schema.json")]
    Schema,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    match args.action {
        Action::Validate(args) => return validate::run(&args, context).await,
        Action::Schema => output.json(&json_schema())?,
        Action::Create { name, workspace, description } => {
            let tenant = context.tenant().await?;
            let workspace = named::workspace(&tenant, &workspace).await?;
            let spec = WorkflowSpec { description, ..WorkflowSpec::named(name) };
            let by = context.actor_in(&tenant).await?;
            let made = tenant.workflows().create(workspace.id, spec, &by).await.map_err(taken)?;
            output.show(&made, |it| describe::workflow(it, &workspace.name))?;
        }
        Action::Publish(args) => publish::run(&args, context).await?,
        Action::List { workspace } => list(workspace.as_deref(), context).await?,
        Action::Show(args) => show::run(&args, context).await?,
        Action::Versions(which) => {
            let tenant = context.tenant().await?;
            let workflow = which.find(&tenant).await?;
            let versions = tenant.workflows().versions(workflow.id).await?;
            output.show(&versions, |it| describe::versions(it, workflow.latest_version_id))?;
        }
        Action::Update { which, name, description } => {
            if name.is_none() && description.is_none() {
                return Err(Error::usage("nothing to change: give --name or --description"));
            }
            let tenant = context.tenant().await?;
            let workflow = which.find(&tenant).await?;
            let mut spec = workflow.spec;
            spec.name = name.unwrap_or(spec.name);
            spec.description = description.unwrap_or(spec.description);
            let by = context.actor_in(&tenant).await?;
            let workflow =
                tenant.workflows().update(workflow.id, spec, &by).await.map_err(taken)?;
            let workspace = which::workspace_name(&tenant, &workflow).await?;
            output.show(&workflow, |it| describe::workflow(it, &workspace))?;
        }
        Action::Delete(which) => {
            let tenant = context.tenant().await?;
            let workflow = which.find(&tenant).await?;
            let name = &workflow.spec.name;
            confirm(context, &format!("Delete workflow {name} with its versions and plans?"))
                .await?;
            tenant.workflows().delete(workflow.id, &context.actor_in(&tenant).await?).await?;
            output
                .show(&workflow, |it| format!("Deleted workflow {} ({}).", it.spec.name, it.id))?;
        }
    }
    Ok(Exit::Done)
}

fn taken(error: agentflow::Error) -> Error {
    let is_taken = matches!(error, agentflow::Error::AlreadyExists { .. });
    let told = Error::from(error);
    if is_taken {
        told.with_hint("the name of a workflow is unique in its workspace")
    } else {
        told
    }
}

async fn list(workspace: Option<&str>, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let workspace = named::workspace_id(&tenant, workspace).await?;
    let workflows = tenant.workflows();
    let page = async |after| workflows.list(workspace, after, PAGE).await;
    let workflows = all(|it: &agentflow::workflows::Workflow| it.id, page).await?;
    if context.output.is_json() {
        return context.output.json(&workflows);
    }
    let names = tenant.workspaces().list().await?.into_iter().map(|it| (it.id, it.name)).collect();
    context.output.line(&describe::list(&workflows, &names))
}
