use agentflow::identity::{NewService, Principal};
use clap::Subcommand;

use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    named,
    output::{facts, table},
    pages::{PAGE, all},
};

/// Create and manage the services of a tenant
///
/// A service is a program that acts on its own account, with API keys and roles of its own. It is named by name or id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af service create invoice-bot --tenant acme
  af key create ci --for invoice-bot --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a service
    #[command(after_long_help = "\
Example:
  af service create invoice-bot --display-name \"Sends the invoices\"")]
    Create {
        /// The name: lower-case letters, digits and . _ -; unique within the tenant
        name: String,
        /// What people see; the name if absent
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
    },
    /// List the services, in order of their creation
    List,
    /// Show one service
    Show(Which),
    /// Deactivate a service: nothing is accepted from it or allowed to it
    Deactivate(Which),
    /// Activate a service that was deactivated
    Activate(Which),
    /// Delete a service with its keys, sessions and roles
    #[command(after_long_help = "\
Example:
  af service delete invoice-bot --yes")]
    Delete(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The service, by name or id
    service: String,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    let tenant = context.tenant().await?;
    match args.action {
        Action::Create { name, display_name } => {
            let by = context.actor_in(&tenant).await?;
            let new = NewService { display_name, ..NewService::named(name) };
            output.show(&tenant.services().create(new, &by).await?, describe)?;
        }
        Action::List => {
            let services = tenant.services();
            let page = async |after| services.list(after, PAGE).await;
            output.show(&all(|it: &Principal| it.id, page).await?, |it| list(it))?;
        }
        Action::Show(which) => {
            output.show(&named::service(&tenant, &which.service).await?, describe)?;
        }
        Action::Deactivate(which) => {
            let id = named::service(&tenant, &which.service).await?.id;
            let by = context.actor_in(&tenant).await?;
            output.show(&tenant.principals().deactivate(id, &by).await?, describe)?;
        }
        Action::Activate(which) => {
            let id = named::service(&tenant, &which.service).await?.id;
            let by = context.actor_in(&tenant).await?;
            output.show(&tenant.principals().activate(id, &by).await?, describe)?;
        }
        Action::Delete(which) => {
            let service = named::service(&tenant, &which.service).await?;
            let question = format!("Delete service {} with all keys and roles?", name(&service));
            confirm(context, &question).await?;
            tenant.services().delete(service.id, &context.actor_in(&tenant).await?).await?;
            output.show(&service, |it| format!("Deleted service {} ({}).", name(it), it.id))?;
        }
    }
    Ok(Exit::Done)
}

fn name(service: &Principal) -> String {
    service.service_name.clone().unwrap_or_default()
}

fn is_active(service: &Principal) -> String {
    if service.is_active { "active" } else { "inactive" }.to_owned()
}

fn describe(service: &Principal) -> String {
    facts(&[
        ("Service", name(service)),
        ("Name", service.display_name.clone()),
        ("ID", service.id.to_string()),
        ("Status", is_active(service)),
        ("Created", format!("{:.0}", service.created_at)),
    ])
}

fn list(services: &[Principal]) -> String {
    if services.is_empty() {
        return "There is no service yet; `af service create NAME` makes one.".to_owned();
    }
    let rows = services.iter().map(|service| {
        vec![
            name(service),
            service.display_name.clone(),
            is_active(service),
            format!("{:.0}", service.created_at),
            service.id.to_string(),
        ]
    });
    table(&["SERVICE", "NAME", "STATUS", "CREATED", "ID"], rows)
}
