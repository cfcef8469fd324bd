use agentflow::{
    budgets::{Budget, BudgetAlert, Increase},
    core::budget::{grouped, in_zone},
};
use serde::Serialize;

use super::{added, find, limited, names::Names, plain::Plain, resets};
use crate::{context::Context, error::Result, exit::Exit, output::facts};

/// Show a budget, what was added to it, and which thresholds were reached
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af budget show llm")]
pub(super) struct Args {
    /// The budget, by name or id
    budget: String,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    budget: Budget,
    increases: Vec<Increase>,
    alerts: Vec<BudgetAlert>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let budget = find(&tenant, &args.budget).await?;
    let increases = tenant.budgets().increases(budget.id).await?;
    let alerts = tenant.budgets().alerts(budget.id, 20).await?;
    let names = Names::of(&tenant, std::slice::from_ref(&budget)).await?;
    let shown = Shown { budget, increases, alerts };
    context.output.show(&Plain(shown), |Plain(shown)| text(&names, shown))?;
    Ok(Exit::Done)
}

fn text(names: &Names, shown: &Shown) -> String {
    let Shown { budget, increases, alerts } = shown;
    let spec = &budget.spec;
    let thresholds: Vec<_> = spec.thresholds.iter().map(|it| format!("{it}%")).collect();
    let mut pairs = vec![
        ("name", spec.name.clone()),
        ("id", budget.id.to_string()),
        ("about", names.about(&spec.subject)),
        ("limits", format!("{}, {} ({})", spec.enforcement, spec.period.each(), spec.time_zone)),
        ("anew", resets(budget)),
        ("thresholds", thresholds.join(" ")),
        ("carry-over", format!("{}%", spec.carry_over_percent)),
    ];
    for (measure, state) in limited(budget) {
        let [allowed, left] = [state.allowed(), state.left()].map(Option::unwrap_or_default);
        let mut told = format!("{} allowed", grouped(allowed));
        for (amount, why) in [(state.carried, "carried over"), (state.added, "added for some time")]
        {
            if !amount.is_zero() {
                told = format!("{told} ({} {why})", grouped(amount));
            }
        }
        let (spent, reserved, left) =
            (grouped(state.spent), grouped(state.reserved), grouped(left));
        pairs.push((
            measure.noun(),
            format!("{told}, {spent} spent, {reserved} reserved, {left} left"),
        ));
    }
    for it in increases {
        let told = added(it, &spec.time_zone);
        pairs.push(("increase", format!("{}: {told}: {}", it.id, it.reason)));
    }
    for it in alerts {
        let (percent, at) = (it.percent, in_zone(it.period_start, &spec.time_zone));
        let (spent, noun) = (grouped(it.spent), it.measure.noun());
        pairs.push(("alert", format!("{percent}% in the period from {at}: {spent} {noun}")));
    }
    facts(&pairs)
}
