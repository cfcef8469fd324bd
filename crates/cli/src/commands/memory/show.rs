use super::{
    text::{Names, whole},
    which::Which,
};
use crate::{context::Context, error::Result, exit::Exit};

/// Show all of a memory
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af memory show 01998a5d-ac96-774b-bcce-b302099a8057")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let memory = args.which.find(&tenant.memories()).await?;
    let names = Names::of_memory(&tenant, &memory).await?;
    context.output.show(&memory, |memory| whole(memory, &names))?;
    Ok(Exit::Done)
}
