use agentflow::budgets::{Check, Subject};
use serde::Serialize;

use super::{
    names::Names,
    plain::Plain,
    subject::{About, Much},
    table,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::Output,
};

/// See whether something may be used, without reserving it
///
/// Exits 1 when a budget refuses it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af budget check --tokens 5000 --model gpt-4o --workspace Finance
  af budget check --cost 12.5 --user ann@acme.test")]
pub(super) struct Args {
    #[command(flatten)]
    much: Much,
    #[command(flatten)]
    about: About,
}

#[derive(Serialize)]
struct Shown {
    allowed: bool,
    #[serde(flatten)]
    check: Check,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let amounts = args.much.amounts();
    amounts.validate().map_err(|error| Error::usage(error.to_string()))?;
    let tenant = context.tenant().await?;
    let subject = args.about.applied_to(&tenant, Subject::default()).await?;
    let check = tenant.budgets().check(&subject, &amounts).await?;
    let exit = if check.is_allowed() { Exit::Done } else { Exit::Found };
    let output = &context.output;
    let names = if output.is_json() {
        Names::default()
    } else {
        Names::of(&tenant, &check.budgets).await?
    };
    let shown = Shown { allowed: check.is_allowed(), check };
    output.conclude(&Plain(shown), exit, |shown| text(output, &names, &shown.0.check))
}

fn text(output: &Output, names: &Names, check: &Check) -> String {
    let mut lines = Vec::new();
    if !check.budgets.is_empty() {
        lines.push(table(names, &check.budgets));
    }
    lines.push(match (check.is_allowed(), check.budgets.is_empty()) {
        (false, _) => output.bad("Refused."),
        (true, true) => output.good("Allowed: no budget is about it."),
        (true, false) => output.good("Allowed."),
    });
    lines.extend(check.refusals.iter().map(|it| format!("  {it}")));
    lines.extend(check.warnings.iter().map(|it| format!("  only told: {it}")));
    lines.join("\n")
}
