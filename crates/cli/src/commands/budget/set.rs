use agentflow::budgets::{Budget, BudgetPeriod, BudgetSpec, Enforcement, Limits, Subject};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::{look_up, names::Names, number, plain::Plain, subject::About, table};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Make a budget, or change the one with this name or id
///
/// What is not told stays as it is; of a new budget, the period is a month in UTC and the limits are hard. Period and time zone never
/// change.
///
/// `none` in place of a workspace, user, agent, workflow or model: the budget is about it whatever that is.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af budget set llm --tokens 1000000 --calls 5000
  af budget set gpt --model 'gpt-4*' --cost 5000 --period day --time-zone America/New_York --soft
  af budget set llm --tokens none --threshold 50%,80%,100% --carry-over 20%
  af budget set gpt --model none --workspace Finance")]
pub(super) struct Args {
    /// What it is called; of one that is there, its id will do
    name: String,
    /// At most so many tokens in a period, such as 1000000, 1_000_000 or 1e6; `none` is no limit
    #[arg(long, value_name = "NUMBER", value_parser = count, allow_negative_numbers = true)]
    tokens: Option<Limit<u64>>,
    /// At most so many calls
    #[arg(long, value_name = "NUMBER", value_parser = count, allow_negative_numbers = true)]
    calls: Option<Limit<u64>>,
    /// At most so many cents, with six decimal places at most
    #[arg(long, value_name = "CENTS", value_parser = cents, allow_negative_numbers = true)]
    cost: Option<Limit<Decimal>>,
    /// How long before it begins anew: hour, day, week, month or total
    #[arg(long)]
    period: Option<BudgetPeriod>,
    /// Where its periods begin, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Refuse what would go beyond a limit
    #[arg(long, conflicts_with = "soft")]
    hard: bool,
    /// Only tell when a limit is exceeded
    #[arg(long)]
    soft: bool,
    /// Percentages of a limit at which somebody is told
    #[arg(
        long = "threshold",
        value_name = "PERCENT",
        value_delimiter = ',',
        value_parser = number::threshold,
        allow_negative_numbers = true
    )]
    thresholds: Vec<u16>,
    /// How much of a limit is added to the next period when it is not used
    #[arg(
        long,
        value_name = "PERCENT",
        value_parser = number::part,
        allow_negative_numbers = true
    )]
    carry_over: Option<u8>,
    #[command(flatten)]
    about: About,
    /// About everything of the tenant, whatever it was about before
    #[arg(long, conflicts_with_all = ["workspace", "user", "agent", "workflow", "model"])]
    everything: bool,
}

#[derive(Debug, Clone, Copy)]
struct Limit<T>(Option<T>);

fn count(text: &str) -> Result<Limit<u64>, String> {
    limit(text, number::whole)
}

fn cents(text: &str) -> Result<Limit<Decimal>, String> {
    limit(text, number::cents)
}

fn limit<T>(text: &str, number: fn(&str) -> Result<T, String>) -> Result<Limit<T>, String> {
    if text == "none" { Ok(Limit(None)) } else { number(text).map(|it| Limit(Some(it))) }
}

/// What became of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Created,
    Changed,
    Unchanged,
}

#[derive(Serialize)]
struct Shown {
    outcome: Outcome,
    #[serde(flatten)]
    budget: Budget,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let before = look_up(&tenant, &args.name).await?;
    if before.is_none() && args.name.parse::<Uuid>().is_ok() {
        let message = format!("there is no budget with the id {}", args.name);
        return Err(Error::found("not_found", message)
            .with_hint("a new budget cannot be called like an id; choose another name"));
    }
    let subject = match &before {
        _ if args.everything => Subject::default(),
        Some(before) => args.about.applied_to(&tenant, before.spec.subject.clone()).await?,
        None => args.about.applied_to(&tenant, Subject::default()).await?,
    };
    let spec = args.applied_to(before.as_ref().map(|it| &it.spec), subject);
    let actor = context.actor_in(&tenant).await?;
    let budget = tenant.budgets().set(spec, &actor).await?;
    let outcome = match &before {
        None => Outcome::Created,
        Some(before) if before.spec == budget.spec => Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    };
    let names = Names::of(&tenant, std::slice::from_ref(&budget)).await?;
    context.output.show(&Plain(Shown { outcome, budget }), |Plain(shown)| text(&names, shown))?;
    Ok(Exit::Done)
}

fn text(names: &Names, shown: &Shown) -> String {
    let budget = &shown.budget;
    let (name, about) = (&budget.spec.name, names.about(&budget.spec.subject));
    let told = match shown.outcome {
        Outcome::Created => format!("Created budget {name}, about {about}."),
        Outcome::Changed => format!("Changed budget {name}, about {about}."),
        Outcome::Unchanged => format!("Budget {name}, about {about}, is so already."),
    };
    format!("{told}\n{}", table(names, std::slice::from_ref(budget)))
}

impl Args {
    fn applied_to(self, before: Option<&BudgetSpec>, subject: Subject) -> BudgetSpec {
        let mut spec = before.cloned().unwrap_or_else(|| BudgetSpec {
            name: self.name,
            subject: Subject::default(),
            enforcement: Enforcement::Hard,
            period: BudgetPeriod::Month,
            time_zone: "UTC".to_owned(),
            limits: Limits::default(),
            thresholds: vec![80, 100],
            carry_over_percent: 0,
        });
        spec.subject = subject;
        if let Some(Limit(tokens)) = self.tokens {
            spec.limits.tokens = tokens;
        }
        if let Some(Limit(calls)) = self.calls {
            spec.limits.calls = calls;
        }
        if let Some(Limit(cents)) = self.cost {
            spec.limits.cost_in_cents = cents;
        }
        if let Some(period) = self.period {
            spec.period = period;
        }
        if let Some(time_zone) = self.time_zone {
            spec.time_zone = time_zone;
        }
        if self.hard || self.soft {
            spec.enforcement = if self.soft { Enforcement::Soft } else { Enforcement::Hard };
        }
        if !self.thresholds.is_empty() {
            spec.thresholds = self.thresholds;
        }
        if let Some(percent) = self.carry_over {
            spec.carry_over_percent = percent;
        }
        spec
    }
}
