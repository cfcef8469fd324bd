use agentflow::core::rules::Rule;

use super::{describe, which};
use crate::{context::Context, error::Result, exit::Exit, output::table};

/// List the rules, in order of creation, which is that of evaluation
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af rules list --active")]
pub(super) struct Args {
    /// Only those that are evaluated
    #[arg(long)]
    active: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let rules =
        if args.active { tenant.rules().list_active().await? } else { which::all(&tenant).await? };
    context.output.show(&rules, |rules| text(rules))?;
    Ok(Exit::Done)
}

fn text(rules: &[Rule]) -> String {
    if rules.is_empty() {
        return "There is no such rule; `af rules add NAME EXPRESSION` adds one.".to_owned();
    }
    let rows = rules.iter().map(|rule| {
        vec![
            rule.spec.name.clone(),
            describe::activity(rule.spec.active).to_owned(),
            describe::in_one_line(&rule.spec.expression),
            rule.id.to_string(),
        ]
    });
    table(&["RULE", "STATUS", "EXPRESSION", "ID"], rows)
}
