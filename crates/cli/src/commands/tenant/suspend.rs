use super::{
    describe::describe,
    which::{Which, refuse_principal},
};
use crate::{context::Context, error::Result, exit::Exit, tenant::find};

/// Suspend a tenant: its data stays, and work for it is refused
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let name = args.which.name(context)?;
    refuse_principal(context)?;
    let store = context.store().await?;
    let id = find(&store, name).await?.id;
    let tenant = store.admin().tenants().suspend(id, &context.actor()).await?;
    context.output.show(&tenant, describe)?;
    Ok(Exit::Done)
}
