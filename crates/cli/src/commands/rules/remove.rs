use super::which;
use crate::{confirm::confirm, context::Context, error::Result, exit::Exit};

/// Delete a rule
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af rules rm \"may buy\" --yes")]
pub(super) struct Args {
    /// The rule, by name or id
    rule: String,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let rule = which::find(&tenant, &args.rule).await?;
    let name = &rule.spec.name;
    confirm(context, &format!("Delete rule {name}?")).await?;
    tenant.rules().delete(rule.id, &context.actor_in(&tenant).await?).await?;
    context.output.show(&rule, |rule| format!("Deleted rule {name} ({}).", rule.id))?;
    Ok(Exit::Done)
}
