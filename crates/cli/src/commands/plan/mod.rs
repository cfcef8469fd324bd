//! Plans.

use std::path::{Path, PathBuf};

use agentflow::{
    PlanId, Tenant,
    core::{InvalidInput, canonical},
    workflows::{Plan, PlanFilter, PlanSpec, SemVer},
};
use clap::Subcommand;

use super::{
    agent::file,
    workflow::{Which, by_name, version},
};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{counted, facts, table},
    pages::{PAGE, all},
};

/// Create and manage plans: how versions of workflows are to be carried out
///
/// A plan is bound to one version of a workflow. It has a state, steps, the agents they are assigned to, and its cost.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af plan create Refunds --tenant acme
  af plan list --workflow Refunds --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a plan of a version of a workflow
    ///
    /// Without a file it has the steps as they are written. A file is a JSON object with any of `state`, `steps`, `assignments` and
    /// `cost`.
    #[command(after_long_help = "\
Examples:
  af plan create Refunds
  af plan create Refunds --version 1.0.0 --file plan.json")]
    Create {
        #[command(flatten)]
        which: Which,
        /// The version; the latest if absent
        #[arg(long)]
        version: Option<SemVer>,
        /// The file, JSON; `-` for stdin
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the plans, in order of their creation
    List {
        /// Only those of this workflow, by name or id: of its latest version, unless --version says which
        #[arg(long)]
        workflow: Option<String>,
        /// The workspace of the workflow, by name or id; needed only when workflows of several have the name
        #[arg(long, requires = "workflow")]
        workspace: Option<String>,
        /// The version of the workflow
        #[arg(long, requires = "workflow")]
        version: Option<SemVer>,
    },
    /// Show one plan
    Show {
        /// The plan, by id
        plan: PlanId,
    },
    /// Replace a plan by a file, all of it
    #[command(after_long_help = "\
Example:
  af plan update 0190c6ab-0000-7000-8000-000000000001 plan.json")]
    Update {
        /// The plan, by id
        plan: PlanId,
        /// The file, JSON; `-` for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Delete a plan
    Delete {
        /// The plan, by id
        plan: PlanId,
    },
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    match args.action {
        Action::Create { which, version: number, file } => {
            context.tenant_name(None)?;
            let spec = match file {
                Some(file) => Some(read(&file).await?),
                None => None,
            };
            let tenant = context.tenant().await?;
            let workflow = which.find(&tenant).await?;
            let version = version(&tenant, &workflow, number.as_ref()).await?;
            let by = context.actor_in(&tenant).await?;
            output.show(&tenant.plans().create(version.id, spec, &by).await?, describe)?;
        }
        Action::List { workflow, workspace, version: number } => {
            let tenant = context.tenant().await?;
            let version = match workflow {
                Some(name) => {
                    let workflow = by_name(&tenant, &name, workspace.as_deref()).await?;
                    Some(version(&tenant, &workflow, number.as_ref()).await?.id)
                }
                None => None,
            };
            let (plans, filter) = (tenant.plans(), PlanFilter { version });
            let page = async |after| plans.list(filter, after, PAGE).await;
            output.show(&all(|it: &Plan| it.id, page).await?, |it| list(it))?;
        }
        Action::Show { plan } => {
            output.show(&find(&context.tenant().await?, plan).await?, describe)?;
        }
        Action::Update { plan, file } => {
            context.tenant_name(None)?;
            let spec = read(&file).await?;
            let tenant = context.tenant().await?;
            let plan = find(&tenant, plan).await?;
            let by = context.actor_in(&tenant).await?;
            output.show(&tenant.plans().update(plan.id, spec, &by).await?, describe)?;
        }
        Action::Delete { plan } => {
            let tenant = context.tenant().await?;
            let plan = find(&tenant, plan).await?;
            confirm(context, &format!("Delete plan {}?", plan.id)).await?;
            tenant.plans().delete(plan.id, &context.actor_in(&tenant).await?).await?;
            output.show(&plan, |it| format!("Deleted plan {}.", it.id))?;
        }
    }
    Ok(Exit::Done)
}

async fn find(tenant: &Tenant, id: PlanId) -> Result<Plan> {
    tenant.plans().get(id).await?.ok_or_else(|| {
        let message = format!("there is no plan `{id}`");
        Error::found("not_found", message).with_hint("`af plan list` shows all of them")
    })
}

async fn read(path: &Path) -> Result<PlanSpec> {
    let document = file::read(path).await?;
    let value = canonical::from_str(&document.text, "plan")
        .map_err(|fault| document.refused(&fault.into()))?;
    serde_json::from_value(value).map_err(|error| {
        let fault = InvalidInput::new("plan", error);
        document.refused(&fault.into())
    })
}

fn describe(plan: &Plan) -> String {
    let about = facts(&[
        ("ID", plan.id.to_string()),
        ("Version", plan.workflow_version_id.to_string()),
        ("State", object(&plan.spec.state)),
        ("Cost", object(&plan.spec.cost)),
        ("Created", format!("{:.0}", plan.created_at)),
        ("Updated", format!("{:.0}", plan.updated_at)),
    ]);
    let rows = plan.spec.steps.iter().map(|step| {
        let text = |key| step.get(key).and_then(|it| it.as_str()).unwrap_or_default().to_owned();
        let name = text("name");
        let agent = plan.spec.assignments.get(&name).map(ToString::to_string);
        vec![name, text("type"), agent.unwrap_or_default()]
    });
    format!("{about}\n\n{}", table(&["STEP", "TYPE", "AGENT"], rows))
}

fn object(members: &serde_json::Map<String, serde_json::Value>) -> String {
    if members.is_empty() {
        return String::new();
    }
    serde_json::to_string(members).unwrap_or_default()
}

fn list(plans: &[Plan]) -> String {
    if plans.is_empty() {
        return "There is no plan; `af plan create WORKFLOW` makes one.".to_owned();
    }
    let rows = plans.iter().map(|plan| {
        vec![
            plan.id.to_string(),
            counted(plan.spec.steps.len(), "step", "steps"),
            plan.workflow_version_id.to_string(),
            format!("{:.0}", plan.created_at),
        ]
    });
    table(&["PLAN", "STEPS", "VERSION", "CREATED"], rows)
}
