use agentflow::{
    Tenant,
    policies::{BoundTo, PolicyBinding, PolicyBindingId},
    workflows::SemVer,
};

use super::find::{self, Which};
use crate::{
    commands::workflow,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::{facts, table},
};

/// Put a version of a policy in force before a workspace, a workflow or a version
///
/// Those of a version are asked first, then those of its workflow, then those of the workspace; among them the lower priority
/// first. The order decides nothing but how a decision reads: deny beats require_approval, which beats allow.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af policy bind region 1.0.0 --workspace Finance --tenant acme
  af policy bind budget 2.1.0 --workspace Finance --workflow Refunds --at 1.0.0 --priority 10")]
pub(super) struct Bind {
    #[command(flatten)]
    which: Which,
    /// The workspace, by name or id
    #[arg(long)]
    workspace: String,
    /// The workflow, by name or id; every one of the workspace if absent
    #[arg(long)]
    workflow: Option<String>,
    /// The version of the workflow; every one if absent
    #[arg(long, value_name = "VERSION", requires = "workflow")]
    at: Option<SemVer>,
    /// The lower, the earlier
    #[arg(long, default_value_t = 100, allow_negative_numbers = true)]
    priority: i32,
}

/// List where policies are in force, in the order they are asked
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Only those of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
}

/// Change the priority of a binding, or whether it is asked
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af policy set-binding 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --inactive")]
pub(super) struct Set {
    /// The binding, by id
    id: PolicyBindingId,
    /// The lower, the earlier
    #[arg(long, allow_negative_numbers = true)]
    priority: Option<i32>,
    /// Ask it
    #[arg(long, conflicts_with = "inactive")]
    active: bool,
    /// Do not ask it, and keep the binding
    #[arg(long)]
    inactive: bool,
}

/// Take a policy away from a place
#[derive(Debug, clap::Args)]
pub(super) struct Unbind {
    /// The binding, by id
    id: PolicyBindingId,
}

pub(super) async fn bind(args: &Bind, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let policy = find::policy(&tenant, &args.which).await?.summary.id;
    let to = place(&tenant, args).await?;
    let by = context.actor_in(&tenant).await?;
    let bound = tenant.policies().bind(policy, to, args.priority, &by).await?;
    context.output.show(&bound, describe)?;
    Ok(Exit::Done)
}

async fn place(tenant: &Tenant, args: &Bind) -> Result<BoundTo> {
    let Some(name) = &args.workflow else {
        return Ok(BoundTo::Workspace(named::workspace(tenant, &args.workspace).await?.id));
    };
    let workflow = workflow::by_name(tenant, name, Some(&args.workspace)).await?;
    match &args.at {
        None => Ok(BoundTo::Workflow(workflow.id)),
        at => Ok(BoundTo::Version(workflow::version(tenant, &workflow, at.as_ref()).await?.id)),
    }
}

pub(super) async fn list(args: &List, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let workspace = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    let bindings = tenant.policies().bindings(workspace).await?;
    context.output.show(&bindings, |bindings| text(bindings))?;
    Ok(Exit::Done)
}

pub(super) async fn set(args: &Set, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let policies = tenant.policies();
    let before = existing(&tenant, args.id).await?;
    let priority = args.priority.unwrap_or(before.priority);
    let is_active = (before.is_active || args.active) && !args.inactive;
    let by = context.actor_in(&tenant).await?;
    context
        .output
        .show(&policies.set_binding(args.id, priority, is_active, &by).await?, describe)?;
    Ok(Exit::Done)
}

pub(super) async fn unbind(args: &Unbind, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let binding = existing(&tenant, args.id).await?;
    tenant.policies().unbind(args.id, &context.actor_in(&tenant).await?).await?;
    let PolicyBinding { policy_name, policy_version, .. } = &binding;
    context
        .output
        .show(&binding, |_| format!("Unbound {policy_name} {policy_version} ({}).", args.id))?;
    Ok(Exit::Done)
}

async fn existing(tenant: &Tenant, id: PolicyBindingId) -> Result<PolicyBinding> {
    let found = tenant.policies().get_binding(id).await?;
    found.ok_or_else(|| {
        Error::found("not_found", format!("there is no binding {id}"))
            .with_hint("`af policy bindings` shows all of them")
    })
}

fn before(binding: &PolicyBinding) -> String {
    match (binding.workflow_version_id, binding.workflow_id) {
        (Some(id), _) => format!("version {id}"),
        (None, Some(id)) => format!("workflow {id}"),
        (None, None) => format!("workspace {}", binding.workspace_id),
    }
}

fn state(binding: &PolicyBinding) -> String {
    if binding.is_active { "active".to_owned() } else { "inactive".to_owned() }
}

fn describe(binding: &PolicyBinding) -> String {
    facts(&[
        ("Policy", format!("{} {}", binding.policy_name, binding.policy_version)),
        ("Before", before(binding)),
        ("Priority", binding.priority.to_string()),
        ("State", state(binding)),
        ("ID", binding.id.to_string()),
    ])
}

fn text(bindings: &[PolicyBinding]) -> String {
    if bindings.is_empty() {
        return "No policy is in force; `af policy bind` puts one there.".to_owned();
    }
    let rows = bindings.iter().map(|it| {
        vec![
            format!("{} {}", it.policy_name, it.policy_version),
            before(it),
            it.priority.to_string(),
            state(it),
            it.id.to_string(),
        ]
    });
    table(&["POLICY", "BEFORE", "PRIORITY", "STATE", "ID"], rows)
}
