use agentflow::secrets::NewConnector;

use super::describe::describe;
use crate::{
    context::Context,
    error::Result,
    named,
    secret::{Misplaced, Whole, new_value},
};

/// Install a connector, which is enabled at once
///
/// Its credentials, a JSON object, come from stdin, or are asked for on a terminal without being shown.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af connector install Code --type github --connector-version 1.2.0 --workspace Finance < one-line.json
  af connector install Mail --type smtp --connector-version 2 --workspace Finance --service mailer --all-of-stdin < mail.json")]
pub(super) struct Args {
    /// What it is called, unique within the workspace
    name: String,
    /// What it connects to, a lower-case word: github, slack
    #[arg(long = "type", value_name = "TYPE")]
    connector_type: String,
    /// The version of the connector
    #[arg(long, value_name = "VERSION")]
    connector_version: String,
    /// The workspace it is of, by name or id
    #[arg(long)]
    workspace: String,
    /// A service that may open its credentials, by name or id; may be given several times
    #[arg(long = "service", value_name = "SERVICE")]
    services: Vec<String>,
    #[command(flatten)]
    whole: Whole,
    #[command(flatten)]
    misplaced: Misplaced,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<()> {
    args.misplaced.refuse("credential")?;
    let tenant = context.tenant().await?;
    let workspace_id = named::workspace(&tenant, &args.workspace).await?.id;
    let mut services = Vec::new();
    for service in &args.services {
        services.push(named::service(&tenant, service).await?.id);
    }
    let new = NewConnector {
        workspace_id,
        connector_type: args.connector_type,
        connector_version: args.connector_version,
        display_name: args.name,
        config: new_value("credentials", args.whole).await?,
        services,
    };
    let by = context.actor_in(&tenant).await?;
    let connector = tenant.connectors().install(new, &by).await?;
    describe(&connector, context, &tenant).await
}
