use super::{Changed, Which, open};
use crate::{context::Context, error::Result};

/// Replace a secret by a new random one
///
/// 32 random bytes as 64 hexadecimal digits, in the first provider that has it. The environment cannot be rotated. What the old one
/// opens is to be told of the new one: this does not do that.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af secret rotate webhook-key")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<()> {
    let (_, access) = open(context).await?;
    let written = access.rotate(&args.which.name).await?;
    let changed = Changed::new(&args.which.name, written);
    context.output.show(&changed, |it| it.sentence("Rotated"))
}
