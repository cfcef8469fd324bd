//! Roles, who has them, and what that allows.

mod bindings;
mod check;
pub(crate) mod permissions;

use agentflow::{
    Permission, Tenant, WorkspaceId,
    identity::{NewRole, Role},
};
use clap::Subcommand;

use self::permissions::hinted;
use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    named,
    output::{facts, table},
    who::{Names, joined},
};

/// Create roles, give them to principals, and check what they allow
///
/// A role is a set of permissions. Five are built in for the tenant and for each workspace; others can be made. Nothing
/// is allowed to a principal that no role of theirs allows.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af role bind operator --to ann@example.com --workspace Finance --tenant acme
  af role create releaser --permission workflow:publish --permission workflow:read --tenant acme
  af role check ann@example.com run:start --workspace Finance --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the roles of the tenant, and with --workspace those of the workspace as well
    List(In),
    /// Show one role and its permissions
    Show(Which),
    /// List everything that can be allowed, and the built-in roles that do
    Permissions,
    Create(Create),
    /// Add permissions to a role
    ///
    /// Those of built-in roles never change.
    #[command(after_long_help = "\
Example:
  af role grant releaser workflow:publish run:start")]
    Grant(Permissions),
    /// Take permissions from a role
    #[command(after_long_help = "\
Example:
  af role withdraw releaser run:start")]
    Withdraw(Permissions),
    /// Delete a role, and take it from everybody who has it
    #[command(after_long_help = "\
Example:
  af role delete releaser --yes")]
    Delete(Which),
    Bind(bindings::Bind),
    /// Take a role from a principal
    ///
    /// `af role bindings` shows the ids.
    Unbind(bindings::Unbind),
    Bindings(bindings::List),
    Check(check::Args),
}

/// Create a role
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af role create releaser --permission workflow:publish --permission workflow:read")]
struct Create {
    /// The name: lower-case letters, digits, _ and -; unique within the tenant or the workspace
    name: String,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// A permission, such as workflow:publish; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION", value_delimiter = ',')]
    permissions: Vec<Permission>,
    #[command(flatten)]
    place: In,
}

#[derive(Debug, clap::Args)]
pub(super) struct In {
    /// The workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
}

impl In {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<Option<WorkspaceId>> {
        named::workspace_id(tenant, self.workspace.as_deref()).await
    }
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The role, by name or id; the name of a workspace's own needs --workspace
    role: String,
    #[command(flatten)]
    place: In,
}

impl Which {
    async fn find(&self, tenant: &Tenant) -> Result<Role> {
        named::role(tenant, &self.role, self.place.find(tenant).await?).await
    }
}

#[derive(Debug, clap::Args)]
struct Permissions {
    #[command(flatten)]
    which: Which,
    /// The permissions, such as workflow:publish
    #[arg(required = true, value_delimiter = ',')]
    permissions: Vec<Permission>,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    match args.action {
        Action::List(place) => {
            let roles = tenant.roles().list(place.find(&tenant).await?).await?;
            let names = names_of(context, &tenant, &roles).await?;
            context.output.show(&roles, |roles| list(roles, &names))?;
        }
        Action::Show(which) => show(&which.find(&tenant).await?, context, &tenant).await?,
        Action::Permissions => permissions::run(context, &tenant).await?,
        Action::Create(args) => create(args, context, &tenant).await?,
        Action::Grant(args) => {
            let id = args.which.find(&tenant).await?.id;
            let by = context.actor_in(&tenant).await?;
            let changed = tenant.roles().grant(id, &args.permissions, &by).await.map_err(hinted)?;
            show(&changed, context, &tenant).await?;
        }
        Action::Withdraw(args) => {
            let id = args.which.find(&tenant).await?.id;
            let by = context.actor_in(&tenant).await?;
            let changed =
                tenant.roles().withdraw(id, &args.permissions, &by).await.map_err(hinted)?;
            show(&changed, context, &tenant).await?;
        }
        Action::Delete(which) => delete(&which, context, &tenant).await?,
        Action::Bind(args) => bindings::bind(args, context, &tenant).await?,
        Action::Unbind(args) => bindings::unbind(&args, context, &tenant).await?,
        Action::Bindings(args) => bindings::list(&args, context, &tenant).await?,
        Action::Check(args) => return check::run(&args, context, &tenant).await,
    }
    Ok(Exit::Done)
}

async fn create(args: Create, context: &Context, tenant: &Tenant) -> Result<()> {
    let mut new = NewRole::named(args.name);
    new.description = args.description;
    new.workspace_id = args.place.find(tenant).await?;
    new.permissions = args.permissions;
    let by = context.actor_in(tenant).await?;
    let created = tenant.roles().create(new, &by).await.map_err(hinted)?;
    show(&created, context, tenant).await
}

async fn delete(which: &Which, context: &Context, tenant: &Tenant) -> Result<()> {
    let role = which.find(tenant).await?;
    let question = format!("Delete role {} and take it from everybody who has it?", role.name);
    confirm(context, &question).await?;
    tenant.roles().delete(role.id, &context.actor_in(tenant).await?).await?;
    context.output.show(&role, |role| format!("Deleted role {} ({}).", role.name, role.id))
}

async fn names_of(context: &Context, tenant: &Tenant, roles: &[Role]) -> Result<Names> {
    Names::of(context, tenant, [], roles.iter().map(|role| role.workspace_id)).await
}

async fn show(role: &Role, context: &Context, tenant: &Tenant) -> Result<()> {
    let names = names_of(context, tenant, std::slice::from_ref(role)).await?;
    context.output.show(role, |role| {
        facts(&[
            ("Role", role.name.clone()),
            ("ID", role.id.to_string()),
            ("Kind", kind(role)),
            ("Workspace", names.workspace(role.workspace_id)),
            ("Description", role.description.clone()),
            ("Permissions", joined(&role.permissions)),
            ("Created", format!("{:.0}", role.created_at)),
        ])
    })
}

fn kind(role: &Role) -> String {
    if role.is_builtin { "built-in" } else { "custom" }.to_owned()
}

fn list(roles: &[Role], names: &Names) -> String {
    let rows = roles.iter().map(|role| {
        vec![
            role.name.clone(),
            kind(role),
            names.workspace(role.workspace_id),
            role.permissions.len().to_string(),
            role.description.clone(),
            role.id.to_string(),
        ]
    });
    table(&["ROLE", "KIND", "WORKSPACE", "PERMISSIONS", "DESCRIPTION", "ID"], rows)
}
