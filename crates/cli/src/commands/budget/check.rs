use agentflow::budgets::Check;

use super::{
    subject::{About, Much},
    table,
};
use crate::{context::Context, error::Result, exit::Exit, output::Output};

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

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let subject = args.about.find(&tenant).await?;
    let check = tenant.budgets().check(&subject, &args.much.amounts()).await?;
    let exit = if check.is_allowed() { Exit::Done } else { Exit::Found };
    let output = &context.output;
    output.conclude(&check, exit, |check| text(output, check))
}

fn text(output: &Output, check: &Check) -> String {
    let mut lines = Vec::new();
    if !check.budgets.is_empty() {
        lines.push(table(check.budgets.iter()));
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
