use agentflow::{
    BindingId, Tenant,
    identity::{Binding, BindingFilter, NewBinding},
};
use serde_json::json;

use super::In;
use crate::{
    context::Context,
    error::Result,
    instant::End,
    named,
    output::{facts, table},
    who::Names,
};

const EVERYWHERE: &str = "everywhere";

/// Give a role to a principal
///
/// With --workspace for that workspace, else for the whole tenant. A role of the workspace goes before one of the tenant
/// that has the same name.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af role bind auditor --to ann@example.com
  af role bind operator --to invoice-bot --workspace Finance --expires-in 30d")]
pub(super) struct Bind {
    /// The role, by name or id
    role: String,
    /// Who gets it: e-mail of a person, name of a service, or id
    #[arg(long, value_name = "PRINCIPAL")]
    to: String,
    #[command(flatten)]
    place: In,
    #[command(flatten)]
    end: End,
}

#[derive(Debug, clap::Args)]
pub(super) struct Unbind {
    /// The binding, by id
    #[arg(value_name = "BINDING-ID")]
    id: BindingId,
}

/// List who has which role, oldest first
///
/// Those that expired are listed as well.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af role bindings --of ann@example.com")]
pub(super) struct List {
    /// Only of this principal: e-mail of a person, name of a service, or id
    #[arg(long, value_name = "PRINCIPAL")]
    of: Option<String>,
    /// Only of this role, by name or id; the name of a workspace's own needs --workspace
    #[arg(long)]
    role: Option<String>,
    /// The workspace that the role is of, by name or id
    #[arg(long, requires = "role")]
    workspace: Option<String>,
}

pub(super) async fn bind(args: Bind, context: &Context, tenant: &Tenant) -> Result<()> {
    let workspace_id = args.place.find(tenant).await?;
    let role = named::role(tenant, &args.role, workspace_id).await?;
    let principal = named::principal(tenant, &args.to).await?;
    let new = NewBinding {
        principal_id: principal.id,
        role_id: role.id,
        workspace_id,
        expires_at: args.end.at(),
    };
    let bound = tenant.roles().bind(new, &context.actor_in(tenant).await?).await?;
    let names = Names::of(context, tenant, [bound.principal_id], [bound.workspace_id]).await?;
    context.output.show(&bound, |bound| {
        facts(&[
            ("Role", bound.role_name.clone()),
            ("To", names.principal(bound.principal_id)),
            ("Where", place(bound, &names)),
            ("Expires", end(bound)),
            ("ID", bound.id.to_string()),
        ])
    })
}

pub(super) async fn unbind(args: &Unbind, context: &Context, tenant: &Tenant) -> Result<()> {
    tenant.roles().unbind(args.id, &context.actor_in(tenant).await?).await?;
    context.output.show(&json!({ "id": args.id }), |_| format!("Took back binding {}.", args.id))
}

pub(super) async fn list(args: &List, context: &Context, tenant: &Tenant) -> Result<()> {
    let mut filter = BindingFilter::default();
    if let Some(of) = &args.of {
        filter.principal_id = Some(named::principal(tenant, of).await?.id);
    }
    if let Some(role) = &args.role {
        let workspace = named::workspace_id(tenant, args.workspace.as_deref()).await?;
        filter.role_id = Some(named::role(tenant, role, workspace).await?.id);
    }
    let bindings = tenant.roles().bindings(&filter).await?;
    let principals = bindings.iter().map(|it| it.principal_id);
    let workspaces = bindings.iter().map(|it| it.workspace_id);
    let names = Names::of(context, tenant, principals, workspaces).await?;
    context.output.show(&bindings, |bindings| text(bindings, &names))
}

fn place(binding: &Binding, names: &Names) -> String {
    match binding.workspace_id {
        None => EVERYWHERE.to_owned(),
        id => names.workspace(id),
    }
}

fn end(binding: &Binding) -> String {
    binding.expires_at.map(|end| format!("{end:.0}")).unwrap_or_default()
}

fn text(bindings: &[Binding], names: &Names) -> String {
    if bindings.is_empty() {
        return "There is no such binding; `af role bind ROLE --to PRINCIPAL` makes one."
            .to_owned();
    }
    let rows = bindings.iter().map(|binding| {
        vec![
            names.principal(binding.principal_id),
            binding.role_name.clone(),
            place(binding, names),
            end(binding),
            binding.id.to_string(),
        ]
    });
    table(&["PRINCIPAL", "ROLE", "WHERE", "EXPIRES", "ID"], rows)
}
