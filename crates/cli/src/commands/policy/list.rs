use agentflow::policies::PolicySummary;

use super::find::{self, Which};
use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    output::{facts, table},
    plain,
};

/// List the versions of policies, by name and version
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only those of this policy
    name: Option<String>,
}

/// Show a version of a policy, with its text
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    which: Which,
}

/// Delete a version of a policy that is bound nowhere
///
/// Decisions it took part in can no longer be replayed in full.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af policy delete region 1.0.0 --yes")]
pub(super) struct Delete {
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let policies = context.tenant().await?.policies().list(args.name.as_deref()).await?;
    context.output.show(&policies, |policies| text(policies))?;
    Ok(Exit::Done)
}

pub(super) async fn show(args: &Show, context: &Context) -> Result<Exit> {
    let policy = find::policy(&context.tenant().await?, &args.which).await?;
    context
        .output
        .show(&policy, |it| format!("{}\n\n{}", facts_of(&it.summary), plain::text(&it.rego)))?;
    Ok(Exit::Done)
}

pub(super) async fn delete(args: &Delete, context: &Context) -> Result<Exit> {
    let tenant = context.tenant().await?;
    let policy = find::policy(&tenant, &args.which).await?.summary;
    let (name, version) = (&policy.name, &policy.version);
    confirm(context, &format!("Delete policy {name} {version}?")).await?;
    tenant.policies().delete(policy.id, &context.actor_in(&tenant).await?).await?;
    context
        .output
        .show(&policy, |_| format!("Deleted policy {name} {version} ({}).", policy.id))?;
    Ok(Exit::Done)
}

pub(super) fn facts_of(policy: &PolicySummary) -> String {
    facts(&[
        ("Policy", policy.name.clone()),
        ("Version", policy.version.to_string()),
        ("For", policy.description.clone()),
        ("ID", policy.id.to_string()),
        ("Digest", policy.digest.to_string()),
        ("Published", format!("{:.0}", policy.created_at)),
    ])
}

fn text(policies: &[PolicySummary]) -> String {
    if policies.is_empty() {
        return "There is no policy yet; `af policy publish NAME VERSION FILE` makes one."
            .to_owned();
    }
    let rows = policies.iter().map(|it| {
        vec![
            it.name.clone(),
            it.version.to_string(),
            it.description.clone(),
            format!("{:.0}", it.created_at),
            it.id.to_string(),
        ]
    });
    table(&["POLICY", "VERSION", "FOR", "PUBLISHED", "ID"], rows)
}
