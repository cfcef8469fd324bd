use std::collections::HashMap;

use agentflow::{Admin, TenantId, memory::MemoryPartition};
use serde_json::json;

use super::index::size;
use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    output::{counted, table, thousands},
};

/// List the tenants whose memories have a partition of their own
///
/// Of all tenants. Needs the role that owns the tables.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af memory partitions
  af memory partitions --drop-orphans --yes")]
pub(super) struct Args {
    /// Drop those whose tenants were deleted
    #[arg(long)]
    drop_orphans: bool,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    let admin = store.admin();
    if args.drop_orphans {
        confirm(context, "Drop the partitions of tenants that were deleted?").await?;
        let dropped = admin.memory().drop_orphans().await?;
        context.output.show(&json!({ "dropped": dropped }), |_| {
            format!("Dropped {}.", counted(dropped.len(), "partition", "partitions"))
        })?;
        return Ok(Exit::Done);
    }
    let partitions = admin.memory().partitions().await?;
    let names =
        if context.output.is_json() { HashMap::new() } else { names(&admin, &partitions).await? };
    context.output.show(&partitions, |partitions| text(partitions, &names))?;
    Ok(Exit::Done)
}

/// What the tenants are called that are still there.
async fn names(admin: &Admin, partitions: &[MemoryPartition]) -> Result<HashMap<TenantId, String>> {
    let mut names = HashMap::new();
    for partition in partitions {
        if let Some(row) = admin.tenants().find(&partition.tenant.to_string()).await? {
            names.insert(partition.tenant, row.slug);
        }
    }
    Ok(names)
}

fn text(partitions: &[MemoryPartition], names: &HashMap<TenantId, String>) -> String {
    if partitions.is_empty() {
        return "All tenants share one partition. `af memory promote --tenant TENANT` gives one its own."
            .to_owned();
    }
    let rows = partitions.iter().map(|it| {
        vec![
            names.get(&it.tenant).cloned().unwrap_or_else(|| format!("{} (deleted)", it.tenant)),
            thousands(it.estimated_rows),
            size(it.bytes),
            it.index.clone().unwrap_or_else(|| "none".to_owned()),
        ]
    });
    table(&["TENANT", "MEMORIES (ESTIMATED)", "SIZE", "INDEX"], rows)
}
