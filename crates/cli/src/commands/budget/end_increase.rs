use serde::Serialize;
use uuid::Uuid;

use crate::{context::Context, error::Result, exit::Exit};

/// End an increase now
///
/// One that has not begun never does, and one that is over stays as it is. `af budget show` tells the ids.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af budget end-increase 0198f6a5-4c1e-7d31-9f3a-0c9d5f5d2b11")]
pub(super) struct Args {
    /// The increase
    #[arg(value_name = "ID")]
    increase: Uuid,
}

#[derive(Serialize)]
struct Ended {
    id: Uuid,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let actor = context.actor_in(&tenant).await?;
    tenant.budgets().end_increase(args.increase, &actor).await?;
    context
        .output
        .show(&Ended { id: args.increase }, |it| format!("Increase {} is over.", it.id))?;
    Ok(Exit::Done)
}
