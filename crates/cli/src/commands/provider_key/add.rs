use agentflow::secrets::NewProviderKey;
use serde_json::Value;

use super::describe::describe;
use crate::{
    commands::team::setting,
    context::Context,
    error::Result,
    named,
    secret::{Misplaced, Whole, new_value},
};

/// Add a key, which is not active yet
///
/// The key comes from stdin, which has one line, or is asked for on a terminal without being shown. What does not look like a key of
/// its provider is stored all the same, as invalid.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af provider-key add main --type openai --workspace Finance --service invoice-bot < key.txt
  af provider-key add eu --type azure_openai --workspace Finance --setting 'base_url=\"https://acme.openai.azure.com\"'")]
pub(super) struct Args {
    /// What it is called, unique among those of the workspace for the provider
    name: String,
    /// What it is for: openai, azure_openai, anthropic, cohere, or another lower-case word
    #[arg(long = "type", value_name = "PROVIDER")]
    provider_type: String,
    /// The workspace it is of, by name or id
    #[arg(long)]
    workspace: String,
    /// A service that may open it, by name or id; may be given several times
    #[arg(long = "service", value_name = "SERVICE")]
    services: Vec<String>,
    /// A setting that is no secret, such as `base_url`; its value is JSON; may be given several times
    #[arg(long = "setting", value_name = "KEY=JSON", value_parser = setting)]
    settings: Vec<(String, Value)>,
    #[command(flatten)]
    misplaced: Misplaced,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<()> {
    args.misplaced.refuse("key")?;
    let tenant = context.tenant().await?;
    let workspace_id = named::workspace(&tenant, &args.workspace).await?.id;
    let mut services = Vec::new();
    for service in &args.services {
        services.push(named::service(&tenant, service).await?.id);
    }
    let value = new_value("key", Whole::default()).await?;
    let new = NewProviderKey {
        services,
        settings: args.settings.into_iter().collect(),
        ..NewProviderKey::new(workspace_id, args.provider_type, args.name, value)
    };
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().add(new, &by).await?;
    if let Some(fault) = &key.validation_error {
        context
            .output
            .note(&format!("That does not look like a key for {}: {fault}.", key.provider_type));
    }
    describe(&key, context, &tenant).await
}
