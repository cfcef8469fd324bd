use agentflow::budgets::NewIncrease;
use jiff::Timestamp;

use super::{added, find, plain::Plain, subject::Much};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    instant::instant,
};

/// Add to the limits of a budget for some time
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af budget increase llm --tokens 200000 --until 2026-12-01 --reason 'month-end'")]
pub(super) struct Args {
    /// The budget, by name or id
    budget: String,
    #[command(flatten)]
    much: Much,
    /// From when on: 2026-11-21T04:41:00Z, or a day in UTC; now if absent
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Option<Timestamp>,
    /// Until when
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Timestamp,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let amounts = args.much.amounts();
    amounts.validate_increase().map_err(|error| Error::usage(error.to_string()))?;
    let tenant = context.tenant().await?;
    let budget = find(&tenant, &args.budget).await?;
    let actor = context.actor_in(&tenant).await?;
    let new = NewIncrease { amounts, from: args.from, until: args.until, reason: args.reason };
    let made = tenant.budgets().increase(budget.id, new, &actor).await?;
    let name = &budget.spec.name;
    context.output.show(&Plain(made), |Plain(made)| {
        let told = added(made, &budget.spec.time_zone);
        let id = made.id;
        format!("Budget {name} is increased: {told}. `af budget end-increase {id}` ends it.")
    })?;
    Ok(Exit::Done)
}
