use super::{Changed, Opened, Which};
use crate::{context::Context, error::Result, secret::Misplaced};

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
    #[command(flatten)]
    misplaced: Misplaced,
}

impl Args {
    pub(super) fn refuse_misplaced(&self) -> Result<()> {
        let hint = "`af secret set` stores a value of your own; change this one: it was seen";
        self.misplaced.refuse("secret").map_err(|error| error.with_hint(hint))
    }
}

pub(super) async fn run(args: &Args, opened: &Opened, context: &Context) -> Result<()> {
    let written = opened.access.rotate(&args.which.name).await?;
    let changed = Changed::new(&args.which.name, written);
    context.output.show(&changed, |it| it.sentence("Rotated"))
}
