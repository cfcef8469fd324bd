use agentflow::runs::RunId;

use super::{describe, list::not_there};
use crate::{confirm::confirm, context::Context, error::Result, exit::Exit, wake::wake_workers};

/// Stop a run for good
///
/// Whatever is not done of it is not done any more, and nobody need approve it. What a step does that runs just now is not
/// recorded; what it did elsewhere is done.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af run cancel 0197d2c1-8f3e-7c44-9a61-2f6d1c0b7e55 --reason 'ordered by mistake' --yes")]
pub(super) struct Args {
    /// The run, by id
    id: RunId,
    /// Why
    #[arg(long, default_value = "canceled by hand")]
    reason: String,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let (store, tenant) = context.store_and_tenant().await?;
    let run = tenant.runs().get(args.id).await?.ok_or_else(|| not_there(args.id))?;
    let question =
        format!("Cancel run {} of {}, which is {}?", run.id, run.workflow_name, run.status);
    confirm(context, &question).await?;
    let by = context.actor_in(&tenant).await?;
    let run = tenant.runs().cancel(run.id, &args.reason, &by).await?;
    wake_workers(&store).await;
    context.output.show(&run, describe::run)?;
    Ok(Exit::Done)
}
