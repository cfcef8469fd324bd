use agentflow::core::{ids::RuleId, rules::RuleSpec};

use super::{describe, file};
use crate::{context::Context, error::Result, exit::Exit};

/// Add a rule
///
/// The expression is checked against the schema in force and the derived fields; everything that is wrong with it is named.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules add \"may buy\" 'User.age >= 18 && Order.total < 100.0' --tenant acme
  af rules add \"may buy\" - --inactive < rule.cel")]
pub(super) struct Args {
    /// Its name, which no other rule has
    name: String,
    /// The condition, in CEL; `-` for stdin
    #[arg(value_name = "EXPRESSION")]
    expression: String,
    /// The id it is to have, a UUID; a new one if absent
    #[arg(long, value_name = "UUID")]
    id: Option<RuleId>,
    /// Store it without evaluating it
    #[arg(long)]
    inactive: bool,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let expression = file::expression(&args.expression).await?;
    let spec = RuleSpec { name: args.name, expression, active: !args.inactive };
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let rule = tenant.rules().add(args.id, spec, &by).await.map_err(file::not_stored)?;
    context.output.show(&rule, describe::rule)?;
    Ok(Exit::Done)
}
