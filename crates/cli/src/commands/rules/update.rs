use super::{describe, file, which};
use crate::{context::Context, error::Result, exit::Exit};

/// Change a rule
///
/// What is not named stays as it is, and so does the id. A new expression is checked as a new rule is.
#[derive(Debug, clap::Args)]
#[command(
    group(clap::ArgGroup::new("change").required(true).multiple(true)),
    after_long_help = "\
Examples:
  af rules update \"may buy\" --expression 'User.age >= 21'
  af rules update \"may buy\" --inactive
  af rules update \"may buy\" --name \"may buy wine\" --expression - < rule.cel"
)]
pub(super) struct Args {
    /// The rule, by name or id
    rule: String,
    /// The new name
    #[arg(long, group = "change")]
    name: Option<String>,
    /// The new condition, in CEL; `-` for stdin
    #[arg(long, group = "change")]
    expression: Option<String>,
    /// Evaluate it
    #[arg(long, group = "change", conflicts_with = "inactive")]
    active: bool,
    /// Do not evaluate it any more
    #[arg(long, group = "change")]
    inactive: bool,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let expression = match &args.expression {
        Some(expression) => Some(file::expression(expression).await?),
        None => None,
    };
    let tenant = context.tenant().await?;
    let rule = which::find(&tenant, &args.rule).await?;
    let mut spec = rule.spec;
    spec.name = args.name.unwrap_or(spec.name);
    spec.expression = expression.unwrap_or(spec.expression);
    spec.active = (spec.active || args.active) && !args.inactive;
    let by = context.actor_in(&tenant).await?;
    let rule = tenant.rules().update(rule.id, spec, &by).await.map_err(file::not_stored)?;
    context.output.show(&rule, describe::rule)?;
    Ok(Exit::Done)
}
