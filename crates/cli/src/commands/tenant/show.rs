use super::{describe::describe, which::Which};
use crate::{context::Context, error::Result, exit::Exit, tenant::find};

/// Show one tenant
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let name = args.which.name(context)?;
    let store = context.store().await?;
    context.output.show(&find(&store, name).await?, describe)?;
    Ok(Exit::Done)
}
