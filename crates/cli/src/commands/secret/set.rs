use super::{Changed, Opened, Which, refuse_unless_kept};
use crate::{
    context::Context,
    error::Result,
    secret::{Misplaced, Whole, new_value},
};

/// Store a secret, whether it was there or not
///
/// The value comes from stdin, which has one line, or is asked for on a terminal without being shown. It goes to the first provider of
/// AF_SECRETS that keeps what it is told.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af secret set stripe-key
  openssl rand -hex 32 | af secret set webhook-key
  af secret set tls-key --all-of-stdin < key.pem")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    whole: Whole,
    #[command(flatten)]
    misplaced: Misplaced,
}

impl Args {
    pub(super) fn refuse_misplaced(&self) -> Result<()> {
        self.misplaced.refuse("secret")
    }
}

pub(super) async fn run(args: Args, opened: &Opened, context: &Context) -> Result<()> {
    refuse_unless_kept(&opened.secrets)?;
    let value = new_value("secret", args.whole).await?;
    let written = opened.access.set(&args.which.name, value).await?;
    let changed = Changed::new(&args.which.name, written);
    context.output.show(&changed, |it| it.sentence("Stored"))
}
