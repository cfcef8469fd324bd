use agentflow::secrets::{MASK, SecretValue, VersionSelector};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::{Opened, Which};
use crate::{context::Context, error::Result, output::facts};

/// Show a secret: that it is there, and with --reveal what it is
///
/// With --reveal, stdout has the value and nothing else; with `--output json`, an object with `value`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af secret get stripe-key
  export STRIPE_KEY=\"$(af secret get stripe-key --reveal)\"")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Print the value
    #[arg(long)]
    reveal: bool,
    /// This version, where versions are kept; the newest if absent
    #[arg(long, value_name = "NUMBER")]
    version: Option<u64>,
}

/// What is known about a secret.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_since: Option<String>,
}

pub(super) async fn run(args: Args, opened: &Opened, context: &Context) -> Result<()> {
    let version = args.version.map_or(VersionSelector::Latest, VersionSelector::Pinned);
    let secret = opened.access.get(&args.which.name, version).await?;
    if args.reveal && !context.output.is_json() {
        if let Some(since) = secret.stale_since {
            let provider = &secret.provider;
            context
                .output
                .warn(&format!("warning: {provider} could not be asked since {since:.0}"));
        }
        return context.output.raw(secret.value.expose_secret());
    }
    let shown = shown(&args, &secret);
    context.output.show(&shown, |shown| {
        facts(&[
            ("Secret", shown.key.to_owned()),
            ("Value", MASK.to_owned()),
            ("Provider", shown.provider.to_owned()),
            ("Version", shown.version.map(|it| it.to_string()).unwrap_or_default()),
            ("Good Until", shown.not_after.clone().unwrap_or_default()),
            ("Stale Since", shown.stale_since.clone().unwrap_or_default()),
        ])
    })
}

fn shown<'a>(args: &'a Args, secret: &'a SecretValue) -> Shown<'a> {
    Shown {
        key: &args.which.name,
        value: args.reveal.then(|| secret.value.expose_secret()),
        provider: &secret.provider,
        version: secret.version,
        not_after: secret.not_after.map(|it| it.to_string()),
        stale_since: secret.stale_since.map(|it| it.to_string()),
    }
}
