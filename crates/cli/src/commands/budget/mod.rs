//! Budgets, from the command line.

mod check;
mod delete;
mod end_increase;
mod increase;
mod list;
mod names;
mod number;
mod plain;
mod set;
mod show;
mod subject;

use agentflow::{
    Tenant,
    budgets::{Budget, Increase, Measure, MeasureState},
    core::budget::{grouped, in_zone},
};
use clap::Subcommand;

use self::names::Names;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    pages::PAGE,
    similar::hint,
};

/// Say what may be used in a period, and see what is
///
/// A budget is about everything that has all of what it names, and one that names nothing about everything of the tenant. All
/// budgets that something is about must allow it. A limit of 0 allows nothing; no limit is none.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af budget set llm --tokens 1000000 --period month --time-zone Europe/Berlin --tenant acme
  af budget set gpt --model 'gpt-4*' --cost 5000 --period day --soft --tenant acme
  af budget list --tenant acme
  af budget check --tokens 5000 --model gpt-4o --tenant acme
  af budget increase llm --tokens 200000 --until 2026-12-01 --reason 'month-end' --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Set(set::Args),
    List(list::Args),
    Show(show::Args),
    Check(check::Args),
    Increase(increase::Args),
    EndIncrease(end_increase::Args),
    Delete(delete::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Set(args) => Box::pin(set::run(args, context)).await,
        Action::List(args) => list::run(&args, context).await,
        Action::Show(args) => show::run(&args, context).await,
        Action::Check(args) => Box::pin(check::run(&args, context)).await,
        Action::Increase(args) => increase::run(args, context).await,
        Action::EndIncrease(args) => end_increase::run(&args, context).await,
        Action::Delete(args) => delete::run(&args, context).await,
    }
}

/// The budget with this name or id, if there is one.
async fn look_up(tenant: &Tenant, name: &str) -> Result<Option<Budget>> {
    let budgets = tenant.budgets();
    if let Some(found) = budgets.find(name).await? {
        return Ok(Some(found));
    }
    match name.parse() {
        Ok(id) => Ok(budgets.get(id).await?),
        Err(_) => Ok(None),
    }
}

/// The budget with this name or id.
async fn find(tenant: &Tenant, name: &str) -> Result<Budget> {
    if let Some(found) = look_up(tenant, name).await? {
        return Ok(found);
    }
    let known = tenant.budgets().list(None, PAGE).await?;
    let names = known.iter().map(|it| it.spec.name.as_str());
    let hint = hint(name, names, "`af budget list` shows all of them");
    Err(Error::found("not_found", format!("there is no budget `{name}`")).with_hint(hint))
}

/// The measures that it limits.
fn limited(budget: &Budget) -> impl Iterator<Item = (Measure, &MeasureState)> {
    let states = Measure::ALL.iter().map(|measure| (*measure, budget.state.of(*measure)));
    states.filter(|(_, state)| state.limit.is_some())
}

fn resets(budget: &Budget) -> String {
    match budget.state.period_end {
        Some(at) => in_zone(at, &budget.spec.time_zone),
        None => "never".to_owned(),
    }
}

/// What an increase adds, and when.
fn added(increase: &Increase, time_zone: &str) -> String {
    let amounts = Measure::ALL.iter().map(|it| (it.noun(), increase.amounts.of(*it)));
    let amounts: Vec<_> = amounts
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(noun, amount)| format!("{} {noun}", grouped(amount)))
        .collect();
    let (from, until) =
        (in_zone(increase.starts_at, time_zone), in_zone(increase.ends_at, time_zone));
    format!("{} from {from} to {until}", amounts.join(" and "))
}

/// One row for each limit of each budget.
fn table(names: &Names, budgets: &[Budget]) -> String {
    let rows = budgets.iter().flat_map(|budget| {
        let about = names.about(&budget.spec.subject);
        limited(budget).map(move |(measure, state)| {
            let number = |it: Option<_>| it.map(grouped).unwrap_or_default();
            vec![
                budget.spec.name.clone(),
                about.clone(),
                budget.spec.enforcement.to_string(),
                format!("{} {}", measure.noun(), budget.spec.period.each()),
                number(state.allowed()),
                grouped(state.spent),
                grouped(state.reserved),
                number(state.left()),
                resets(budget),
            ]
        })
    });
    let header = ["NAME", "ABOUT", "LIMIT", "OF", "ALLOWED", "SPENT", "RESERVED", "LEFT", "ANEW"];
    crate::output::table(&header, rows)
}
