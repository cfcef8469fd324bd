use agentflow::budgets::{Budget, BudgetPeriod, BudgetSpec, Enforcement, Limits, Subject};
use rust_decimal::Decimal;

use super::{subject::About, table};
use crate::{context::Context, error::Result, exit::Exit};

/// Make a budget, or change the one with this name
///
/// What is not told stays as it is; of a new budget, the period is a month in UTC and the limits are hard. Period and time zone never
/// change.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af budget set llm --tokens 1000000 --calls 5000
  af budget set gpt --model 'gpt-4*' --cost 5000 --period day --time-zone America/New_York --soft
  af budget set llm --tokens none --threshold 50,80,100 --carry-over 20")]
pub(super) struct Args {
    /// What it is called
    name: String,
    /// At most so many tokens in a period; `none` is no limit
    #[arg(long, value_name = "NUMBER", value_parser = limit::<u64>)]
    tokens: Option<Limit<u64>>,
    /// At most so many calls
    #[arg(long, value_name = "NUMBER", value_parser = limit::<u64>)]
    calls: Option<Limit<u64>>,
    /// At most so many cents, with six decimal places at most
    #[arg(long, value_name = "CENTS", value_parser = limit::<Decimal>)]
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
    #[arg(long = "threshold", value_name = "PERCENT", value_delimiter = ',')]
    thresholds: Vec<u16>,
    /// How much of a limit is added to the next period when it is not used
    #[arg(long, value_name = "PERCENT")]
    carry_over: Option<u8>,
    #[command(flatten)]
    about: About,
    /// About everything of the tenant, whatever it was about before
    #[arg(long, conflicts_with_all = ["workspace", "user", "agent", "workflow", "model"])]
    everything: bool,
}

#[derive(Debug, Clone, Copy)]
struct Limit<T>(Option<T>);

fn limit<T: std::str::FromStr>(text: &str) -> Result<Limit<T>, String> {
    if text == "none" {
        return Ok(Limit(None));
    }
    let number = text.parse().map(|number| Limit(Some(number)));
    number.map_err(|_| "expected a number, or `none`".to_owned())
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let before = tenant.budgets().find(&args.name).await?;
    let subject = match &before {
        _ if args.everything => Subject::default(),
        Some(before) if args.about.is_nothing() => before.spec.subject.clone(),
        _ => args.about.find(&tenant).await?,
    };
    let spec = args.applied_to(before.as_ref().map(|it| &it.spec), subject);
    let actor = context.actor_in(&tenant).await?;
    let budget = tenant.budgets().set(spec, &actor).await?;
    context.output.show(&budget, |budget: &Budget| table([budget].into_iter()))?;
    Ok(Exit::Done)
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
