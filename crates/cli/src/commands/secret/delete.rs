use agentflow::secrets::{SecretName, Written};

use super::{Changed, Opened, Which, refuse_unless_kept};
use crate::{confirm::confirm, context::Context, error::Result};

/// Delete a secret
///
/// From the first provider that has it; when a later one has another of that name, that one is given from then on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af secret delete stripe-key --yes")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, opened: &Opened, context: &Context) -> Result<()> {
    refuse_unless_kept(&opened.secrets)?;
    // What is no name is refused, and recorded, without asking about it.
    if args.which.name.parse::<SecretName>().is_ok() {
        confirm(context, &format!("Delete secret {}?", args.which.name)).await?;
    }
    opened.access.delete(&args.which.name).await?;
    let changed = Changed::new(&args.which.name, Written { version: None });
    context.output.show(&changed, |it| it.sentence("Deleted"))
}
