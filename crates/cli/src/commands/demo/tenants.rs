use agentflow::{NewTenant, NewWorkspace, Region, Store, TenantRow, Workspace, audit::Actor};

use super::story::Told;
use crate::error::Result;

/// The two tenants of the demo.
pub(super) struct Pair {
    /// Has something to lose.
    pub(super) victim: TenantRow,
    pub(super) workspace: Workspace,
    /// Wants to have it.
    pub(super) intruder: TenantRow,
}

pub(super) async fn create(store: &Store) -> Result<Told<Pair>> {
    let (victim, workspace) = one(store, "Northwind", Region::UsEast1, "Finance").await?;
    let (intruder, _) = one(store, "Globex", Region::EuWest1, "Research").await?;
    let mut holds = true;
    for (tenant, only) in [(&victim, "Finance"), (&intruder, "Research")] {
        let seen = store.tenant(tenant.id).workspaces().list().await?;
        holds &= seen.len() == 1 && seen.iter().all(|workspace| workspace.name == only);
    }
    let did = format!(
        "Created {} in {} and {} in {}, each with a workspace.",
        victim.slug, victim.region, intruder.slug, intruder.region
    );
    let proved = if holds {
        "Each sees its own workspace and no other; both changes are in their audit chains."
    } else {
        "But they do not see exactly their own workspaces."
    };
    let pair = Pair { victim, workspace, intruder };
    Ok(Told { value: pair, did, proved: proved.to_owned(), holds })
}

async fn one(
    store: &Store,
    name: &str,
    region: Region,
    workspace: &str,
) -> Result<(TenantRow, Workspace)> {
    let actor = Actor::user("demo");
    let new = NewTenant::named(name).with_region(region);
    let tenant = store.admin().tenants().create(new, &actor).await?;
    let workspaces = store.tenant(tenant.id).workspaces();
    let workspace = workspaces.create(NewWorkspace::named(workspace), &actor).await?;
    Ok((tenant, workspace))
}
