use std::sync::Arc;

use agentflow::secrets::{CheckResult, HttpKeyChecker, KeyChecker, ValidateOptions, Validated};

use super::{
    describe::{names, text},
    which::Which,
};
use crate::{context::Context, error::Result, exit::Exit};

/// Ask the provider whether it takes a key
///
/// An answer is kept for five minutes; a workspace may ask three times a minute. Exits 1 when the provider does not take it, 3 when
/// that could not be told.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af provider-key validate main --force")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Ask even if it answered within the last five minutes
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let key = args.which.find(&tenant).await?;
    let by = context.actor_in(&tenant).await?;
    // Whoever runs this may reach what is on this machine anyway.
    let checker: Arc<dyn KeyChecker> = Arc::new(HttpKeyChecker::new().with_loopback());
    let options = ValidateOptions { force: args.force };
    let validated = tenant.provider_keys().validate(key.id, &checker, options, &by).await?;
    let exit = match validated.result {
        CheckResult::Pass => Exit::Done,
        CheckResult::Fail => Exit::Found,
        CheckResult::Error => Exit::Unavailable,
    };
    let names = names(std::slice::from_ref(&validated.key), context, &tenant).await?;
    context
        .output
        .conclude(&validated, exit, |it| format!("{}\n\n{}", sentence(it), text(&it.key, &names)))
}

fn sentence(validated: &Validated) -> String {
    let told = match validated.result {
        CheckResult::Pass => "The provider takes the key",
        CheckResult::Fail => "The provider does not take the key",
        CheckResult::Error => "It could not be told whether the provider takes the key",
    };
    let reason = validated.reason.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
    let when = if validated.is_cached {
        format!(" (asked {:.0})", validated.validated_at)
    } else {
        String::new()
    };
    format!("{told}{reason}{when}.")
}
