use super::{find, plain::Plain};
use crate::{confirm::confirm, context::Context, error::Result, exit::Exit};

/// Delete a budget, with what is known of its periods
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af budget delete llm --yes")]
pub(super) struct Args {
    /// The budget, by name or id
    budget: String,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let budget = find(&tenant, &args.budget).await?;
    let name = &budget.spec.name;
    confirm(context, &format!("Delete budget {name}, and what was spent of it?")).await?;
    tenant.budgets().delete(budget.id, &context.actor_in(&tenant).await?).await?;
    context.output.show(&Plain(budget), |it| format!("Deleted budget {}.", it.0.spec.name))?;
    Ok(Exit::Done)
}
