use std::path::PathBuf;

use agentflow::{
    policies::{NewPolicy, PolicyVersion},
    workflows::SemVer,
};

use super::list::facts_of;
use crate::{commands::agent::file, context::Context, error::Result, exit::Exit};

/// Publish a version of a policy
///
/// A published version never changes; the same text once more changes nothing. It is in force nowhere until it is bound.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af policy publish region 1.0.0 region.rego --tenant acme --description 'Keeps runs in the EU'")]
pub(super) struct Args {
    /// The name, which all its versions share
    name: String,
    /// The version, as semantic versioning writes it: 1.0.0
    version: SemVer,
    /// The file, in Rego; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let document = file::read(&args.file).await?;
    let Args { name, version, description, .. } = args;
    let new = NewPolicy { name, version, rego: document.text, description };
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let policy = tenant.policies().publish(new, &by).await?;
    context.output.show(&policy, |policy: &PolicyVersion| facts_of(&policy.summary))?;
    Ok(Exit::Done)
}
