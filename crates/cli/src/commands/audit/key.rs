use agentflow::core::audit::tenant_origin;
use serde_json::json;

use super::trust::Signer;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Print the public key
///
/// For those who are to verify. With a tenant, the same key under the name of that tenant's log: for programs that know
/// signed notes and nothing of AgentFlow.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit key
  af audit key --tenant acme")]
pub(crate) struct Args {
    #[command(flatten)]
    signer: Signer,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let key = args.signer.key(context)?.key.verifying_key().clone();
    let key = if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        key
    } else {
        let tenant = context.tenant_id(&context.store().await?).await?;
        let origin = tenant_origin(key.name(), tenant);
        key.named(origin.map_err(|error| Error::usage(error.to_string()))?)
    };
    context.output.show(&json!({ "key": key.to_string() }), |_| key.to_string())?;
    Ok(Exit::Done)
}
