use agentflow::Tombstone;

use super::which::{Which, refuse_principal};
use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    output::{facts, thousands},
    tenant::find,
};

/// Delete a tenant and everything it has
///
/// What remains is its tombstone, which holds the end of its audit chain and is printed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af tenant delete acme --yes")]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let name = args.which.name(context)?;
    refuse_principal(context)?;
    let store = context.store().await?;
    let tenant = find(&store, name).await?;
    let question =
        format!("Delete tenant {} ({}) and everything it has?", tenant.slug, tenant.name);
    confirm(context, &question).await?;
    let tombstone = store.admin().tenants().delete(tenant.id, &context.actor()).await?;
    context.output.show(&tombstone, bury)?;
    Ok(Exit::Done)
}

fn bury(tombstone: &Tombstone) -> String {
    let removed = tombstone.row_counts.as_object().map(|counts| {
        let counts = counts.iter().map(|(table, count)| format!("{table} {count}"));
        counts.collect::<Vec<_>>().join(", ")
    });
    facts(&[
        ("Deleted", format!("{} ({})", tombstone.slug, tombstone.name)),
        ("ID", tombstone.tenant_id.to_string()),
        ("By", tombstone.deleted_by.clone()),
        ("At", format!("{:.0}", tombstone.deleted_at)),
        ("Rows removed", removed.unwrap_or_default()),
        ("Audit entries", thousands(tombstone.last_seq)),
        ("Last hash", tombstone.last_hash.to_string()),
    ])
}
