use agentflow::{Store, TenantId};
use serde::Serialize;

use crate::{confirm::confirm, context::Context, error::Result, tenant::find};

/// Give a tenant a key of its own, or a new version of it
///
/// What it seals from now on is wrapped with it; what is sealed already, after `af key-ring rewrap`. Destroying it makes all of
/// that unreadable, in every backup too.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af key-ring tenant-key acme && af key-ring rewrap --tenant acme")]
pub(super) struct Create {
    /// The tenant, by slug or id; without it the one of --tenant
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// Destroy the key of a tenant's own, for ever
///
/// What it sealed can be opened nowhere any more, in no backup either. Refused while something of the tenant is wrapped with another
/// key. A tenant that is deleted already is named by its id. Erase the copies of the key ring as well.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af key-ring erase acme --yes")]
pub(super) struct Erase {
    /// The tenant, by slug or id; without it the one of --tenant
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

#[derive(Serialize)]
struct Created {
    tenant_id: TenantId,
    version: u32,
}

#[derive(Serialize)]
struct Erased {
    tenant_id: TenantId,
    erased: bool,
}

pub(super) async fn create(args: &Create, context: &Context) -> Result<()> {
    let name = context.tenant_name(args.name.as_deref())?;
    let store = context.store().await?;
    let tenant_id = id(&store, name).await?;
    let version = store.admin().key_ring().create_tenant_key(tenant_id, &context.actor()).await?;
    context.output.show(&Created { tenant_id, version }, |_| {
        format!(
            "Version {version} of the tenant's own key is in use; `af key-ring rewrap` wraps with it what is sealed already."
        )
    })
}

pub(super) async fn erase(args: &Erase, context: &Context) -> Result<()> {
    let name = context.tenant_name(args.name.as_deref())?;
    let store = context.store().await?;
    let tenant_id = id(&store, name).await?;
    let question = format!(
        "Destroy the key of tenant {name} ({tenant_id})? What it sealed is lost for ever, in backups too."
    );
    confirm(context, &question).await?;
    store.admin().key_ring().erase(tenant_id, &context.actor()).await?;
    context.output.show(&Erased { tenant_id, erased: true }, |_| {
        format!(
            "The key of tenant {tenant_id} is destroyed. Erase the copies of the key ring as well."
        )
    })
}

/// An id is taken as it is: the tenant may be deleted.
async fn id(store: &Store, name: &str) -> Result<TenantId> {
    match name.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(find(store, name).await?.id),
    }
}
