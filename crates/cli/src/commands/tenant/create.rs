use agentflow::{NewTenant, Region, Slug, Tier};

use super::{
    describe::describe,
    which::{refuse_principal, taken},
};
use crate::{context::Context, error::Result, exit::Exit};

/// Create a tenant
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af tenant create \"Acme Corp\" --region eu-west-1")]
pub(crate) struct Args {
    /// The name, for people
    name: String,
    /// The short name, for URLs and command lines; made from the name if absent
    #[arg(long)]
    slug: Option<Slug>,
    /// Where its data lives, for good: us-east-1 or eu-west-1
    #[arg(long, default_value = "us-east-1")]
    region: Region,
    /// The commercial plan, a word of your own
    #[arg(long, default_value = "free")]
    tier: Tier,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    refuse_principal(context)?;
    let store = context.store().await?;
    let mut new = NewTenant::named(args.name).with_region(args.region).with_tier(args.tier);
    new.slug = args.slug;
    let created = store.admin().tenants().create(new, &context.actor()).await.map_err(taken)?;
    context.output.show(&created, describe)?;
    Ok(Exit::Done)
}
