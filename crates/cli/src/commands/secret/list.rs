use serde::Serialize;

use super::Opened;
use crate::{context::Context, error::Result};

/// List the names of the secrets
///
/// Of all providers together, in order, and those only that whoever asks may list.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af secret list")]
pub(super) struct Args {}

#[derive(Debug, Serialize)]
struct Listed {
    key: String,
}

pub(super) async fn run(_: &Args, opened: &Opened, context: &Context) -> Result<()> {
    let names = opened.access.list().await?;
    let listed: Vec<_> = names.into_iter().map(|name| Listed { key: name.into() }).collect();
    context.output.show(&listed, |listed| {
        if listed.is_empty() {
            return "There is no secret yet; `af secret set NAME` stores one.".to_owned();
        }
        let names: Vec<_> = listed.iter().map(|it| it.key.as_str()).collect();
        names.join("\n")
    })
}
