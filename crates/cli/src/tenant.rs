//! Which tenant a command is about.

use agentflow::{Store, Tenant, TenantId, TenantRow};

use crate::{
    context::Context,
    error::{Error, Result},
    similar::hint,
};

impl Context {
    /// What the command line calls the tenant: its own argument, else `--tenant` or `AF_TENANT`.
    pub(crate) fn tenant_name<'a>(&'a self, argument: Option<&'a str>) -> Result<&'a str> {
        argument.or(self.options.tenant.as_deref()).filter(|name| !name.is_empty()).ok_or_else(
            || {
                Error::usage("this command is about one tenant, and none is named")
                    .with_hint("name it with --tenant <slug or id>, or set AF_TENANT")
            },
        )
    }

    /// Its handle.
    pub(crate) async fn tenant(&self) -> Result<Tenant> {
        Ok(self.store_and_tenant().await?.1)
    }

    /// Its handle, and the store that it is in.
    pub(crate) async fn store_and_tenant(&self) -> Result<(Store, Tenant)> {
        // Before anything else, because it needs no database to be missing.
        self.tenant_name(None)?;
        let store = self.store().await?;
        let tenant = store.tenant(self.tenant_id(&store).await?);
        Ok((store, tenant))
    }

    /// Its id. A UUID is taken as it is, without asking the database.
    pub(crate) async fn tenant_id(&self, store: &Store) -> Result<TenantId> {
        let name = self.tenant_name(None)?;
        match name.parse() {
            Ok(id) => Ok(id),
            Err(_) => Ok(find(store, name).await?.id),
        }
    }
}

/// The tenant with this id or slug; when there is none, an error that names similar ones.
pub(crate) async fn find(store: &Store, name: &str) -> Result<TenantRow> {
    let found = look_up(store, name).await;
    found.map_err(|error| match &error {
        // An id is no way out for somebody who gave one.
        Error::Told(report) if report.kind == "denied" && name.parse::<TenantId>().is_err() => {
            error.with_hint(
                "this role may not look up a slug; give the id of the tenant instead, with --tenant <id>, or connect \
                 as the role that owns the schema",
            )
        }
        _ => error,
    })
}

async fn look_up(store: &Store, name: &str) -> Result<TenantRow> {
    let admin = store.admin();
    if let Some(tenant) = admin.tenants().find(name).await? {
        return Ok(tenant);
    }
    let mut slugs = Vec::new();
    admin.tenants().for_each(|tenant| slugs.push(tenant.slug)).await?;
    let hint = hint(name, slugs.iter().map(String::as_str), "`af tenant list` shows all of them");
    Err(Error::found("not_found", format!("there is no tenant `{name}`")).with_hint(hint))
}
