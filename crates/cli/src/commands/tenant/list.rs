use agentflow::TenantRow;

use crate::{context::Context, error::Result, exit::Exit, output::table};

/// List the tenants, in order of their creation
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    let mut tenants = Vec::new();
    store.admin().tenants().for_each(|tenant| tenants.push(tenant)).await?;
    context.output.show(&tenants, |tenants| text(tenants))?;
    Ok(Exit::Done)
}

fn text(tenants: &[TenantRow]) -> String {
    if tenants.is_empty() {
        return "There is no tenant yet; `af tenant create NAME` makes one.".to_owned();
    }
    let rows = tenants.iter().map(|tenant| {
        vec![
            tenant.slug.clone(),
            tenant.name.clone(),
            tenant.tier.clone(),
            tenant.region.to_string(),
            tenant.status.to_string(),
            format!("{:.0}", tenant.created_at),
            tenant.id.to_string(),
        ]
    });
    table(&["SLUG", "NAME", "TIER", "REGION", "STATUS", "CREATED", "ID"], rows)
}
