use super::{names::Names, plain::Plain, table};
use crate::{context::Context, error::Result, exit::Exit};

/// List budgets by name, with what is used of them
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af budget list --limit 200")]
pub(super) struct Args {
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those behind this one, by name
    #[arg(long, value_name = "NAME")]
    after: Option<String>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let budgets = tenant.budgets().list(args.after.as_deref(), args.limit).await?;
    let names = if context.output.is_json() {
        Names::default()
    } else {
        Names::of(&tenant, &budgets).await?
    };
    context.output.show(&Plain(budgets), |Plain(budgets)| {
        if budgets.is_empty() {
            return "There are no budgets: everything may be used. `af budget set` makes one."
                .to_owned();
        }
        table(&names, budgets)
    })?;
    Ok(Exit::Done)
}
