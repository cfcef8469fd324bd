use agentflow::secrets::Replacing;
use jiff::SignedDuration;
use serde::Serialize;

use super::{
    describe::describe,
    which::{Service, Which},
};
use crate::{
    confirm::confirm,
    context::Context,
    duration::span,
    error::Result,
    named,
    output::counted,
    secret::{Misplaced, Whole, new_value},
};

/// Replace the value of a key
///
/// The new value comes from stdin, which has one line, or is asked for on a terminal without being shown. It is used at once; services
/// get the one before along with it until the time of grace is over.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af provider-key rotate main --grace 48h --reason 'every quarter' < new.txt")]
pub(super) struct Rotate {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    misplaced: Misplaced,
}

/// How a secret is replaced.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// How long the one before is given out as well, up to 7d; 0 for no longer
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "24h")]
    grace: SignedDuration,
    /// Why, for the rotation log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl From<How> for Replacing {
    fn from(how: How) -> Self {
        Self { grace: how.grace, reason: how.reason }
    }
}

pub(super) async fn rotate(args: Rotate, context: &Context) -> Result<()> {
    args.misplaced.refuse("key")?;
    let tenant = context.tenant().await?;
    let key = args.which.find(&tenant).await?;
    let value = new_value("key", Whole::default()).await?;
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().rotate(key.id, &value, &args.how.into(), &by).await?;
    describe(&key, context, &tenant).await
}

pub(super) async fn activate(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = which.find(&tenant).await?;
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().activate(key.id, &by).await?;
    describe(&key, context, &tenant).await
}

pub(super) async fn revoke(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = which.find(&tenant).await?;
    let question = format!("Wipe key {} for {} for good?", key.name, key.provider_type);
    confirm(context, &question).await?;
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().revoke(key.id, &by).await?;
    describe(&key, context, &tenant).await
}

pub(super) async fn grant(args: &Service, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = args.which.find(&tenant).await?;
    let service = named::service(&tenant, &args.service).await?;
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().grant(key.id, service.id, &by).await?;
    describe(&key, context, &tenant).await
}

pub(super) async fn ungrant(args: &Service, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = args.which.find(&tenant).await?;
    let service = named::service(&tenant, &args.service).await?;
    let by = context.actor_in(&tenant).await?;
    let key = tenant.provider_keys().ungrant(key.id, service.id, &by).await?;
    describe(&key, context, &tenant).await
}

/// How many values were removed.
#[derive(Debug, Serialize)]
struct Pruned {
    provider_keys: u64,
    connectors: u64,
    webhook_secrets: u64,
}

pub(super) async fn prune(context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let pruned = Pruned {
        provider_keys: tenant.provider_keys().prune(&by).await?,
        connectors: tenant.connectors().prune(&by).await?,
        webhook_secrets: tenant.teams().prune_webhook_secrets(&by).await?,
    };
    context.output.show(&pruned, |it| {
        let count = it.provider_keys + it.connectors + it.webhook_secrets;
        format!("Removed {}.", counted(count, "replaced value", "replaced values"))
    })
}
