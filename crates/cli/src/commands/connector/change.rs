use super::describe::{Which, describe};
use crate::{
    commands::provider_key::How,
    confirm::confirm,
    context::Context,
    error::Result,
    named,
    secret::{Misplaced, Whole, new_value},
};

/// Replace the credentials of a connector
///
/// The new ones come from stdin, or are asked for on a terminal without being shown. They are used at once; services get those before
/// along with them until the time of grace is over.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af connector rotate Code --grace 48h --reason 'every quarter' --all-of-stdin < new.json")]
pub(super) struct Rotate {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    whole: Whole,
    #[command(flatten)]
    misplaced: Misplaced,
}

/// A connector and a service.
#[derive(Debug, clap::Args)]
pub(super) struct Service {
    #[command(flatten)]
    which: Which,
    /// The service, by name or id
    service: String,
}

pub(super) async fn rotate(args: Rotate, context: &Context) -> Result<()> {
    args.misplaced.refuse("credential")?;
    let tenant = context.tenant().await?;
    let connector = args.which.find(&tenant).await?;
    let config = new_value("credentials", args.whole).await?;
    let by = context.actor_in(&tenant).await?;
    let how = args.how.into();
    let connector = tenant.connectors().rotate(connector.id, &config, &how, &by).await?;
    describe(&connector, context, &tenant).await
}

pub(super) async fn set_enabled(which: &Which, is_enabled: bool, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let id = which.find(&tenant).await?.id;
    let by = context.actor_in(&tenant).await?;
    let connectors = tenant.connectors();
    let connector = if is_enabled {
        connectors.enable(id, &by).await?
    } else {
        connectors.disable(id, &by).await?
    };
    describe(&connector, context, &tenant).await
}

pub(super) async fn grant(args: &Service, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let connector = args.which.find(&tenant).await?;
    let service = named::service(&tenant, &args.service).await?;
    let by = context.actor_in(&tenant).await?;
    let connector = tenant.connectors().grant(connector.id, service.id, &by).await?;
    describe(&connector, context, &tenant).await
}

pub(super) async fn ungrant(args: &Service, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let connector = args.which.find(&tenant).await?;
    let service = named::service(&tenant, &args.service).await?;
    let by = context.actor_in(&tenant).await?;
    let connector = tenant.connectors().ungrant(connector.id, service.id, &by).await?;
    describe(&connector, context, &tenant).await
}

pub(super) async fn remove(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let connector = which.find(&tenant).await?;
    let question = format!("Remove connector {} with its credentials?", connector.display_name);
    confirm(context, &question).await?;
    let by = context.actor_in(&tenant).await?;
    let removed = tenant.connectors().remove(connector.id, &by).await?;
    context
        .output
        .show(&removed, |it| format!("Removed connector {} ({}).", it.display_name, it.id))
}
