use agentflow::archive::ImportedChain;

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{table, thousands},
};

/// List them, in the order in which they were imported
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af tenant chain list --tenant acme")]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let chains = context.tenant().await?.imported_chains().list().await?;
    context.output.show(&chains, |chains| text(chains))?;
    Ok(Exit::Done)
}

fn text(chains: &[ImportedChain]) -> String {
    if chains.is_empty() {
        return "The tenant has no chain but its own.".to_owned();
    }
    let rows = chains.iter().map(|chain| {
        vec![
            chain.id.to_string(),
            chain.source_tenant_id.to_string(),
            thousands(chain.size),
            thousands(chain.bytes),
            format!("{:.0}", chain.imported_at),
            chain.head_hash.to_string(),
        ]
    });
    table(&["ID", "TENANT BEFORE", "ENTRIES", "BYTES", "IMPORTED", "LAST HASH"], rows)
}
