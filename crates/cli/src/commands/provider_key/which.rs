use agentflow::{
    ProviderKeyId, Tenant,
    secrets::{ProviderKey, ProviderKeyFilter},
};

use super::describe;
use crate::{
    context::Context,
    error::{Error, Result},
    named,
    pages::{PAGE, all},
};

/// A key.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The key, by id, or by name where only one is called so
    key: String,
    /// Look for the name in this workspace only, by name or id
    #[arg(long)]
    workspace: Option<String>,
}

/// A key and a service.
#[derive(Debug, clap::Args)]
pub(super) struct Service {
    #[command(flatten)]
    pub(super) which: Which,
    /// The service, by name or id
    pub(super) service: String,
}

/// List the keys, in order of their creation
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Only of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// Only for this provider
    #[arg(long = "type", value_name = "PROVIDER")]
    provider_type: Option<String>,
}

impl Which {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<ProviderKey> {
        let missing = || {
            Error::found("not_found", format!("there is no provider key `{}`", self.key))
                .with_hint("`af provider-key list` shows all of them")
        };
        let keys = tenant.provider_keys();
        if let Ok(id) = self.key.parse::<ProviderKeyId>() {
            return keys.get(id).await?.ok_or_else(missing);
        }
        let filter = ProviderKeyFilter {
            workspace: named::workspace_id(tenant, self.workspace.as_deref()).await?,
            provider_type: None,
            name: Some(self.key.clone()),
        };
        let page = async |after| keys.list(&filter, after, PAGE).await;
        let mut found = all(|it: &ProviderKey| it.id, page).await?;
        // A key that was revoked has given its name back, and is only meant when no other has it.
        if found.iter().any(|it| !it.is_revoked()) {
            found.retain(|it| !it.is_revoked());
        }
        if found.len() > 1 {
            let message = format!("several keys are called `{}`", self.key);
            return Err(Error::usage(message).with_hint("name it by id, or add --workspace"));
        }
        found.pop().ok_or_else(missing)
    }
}

pub(super) async fn list(args: &List, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let filter = ProviderKeyFilter {
        workspace: named::workspace_id(&tenant, args.workspace.as_deref()).await?,
        provider_type: args.provider_type.clone(),
        name: None,
    };
    let keys = tenant.provider_keys();
    let rows = all(|it: &ProviderKey| it.id, async |after| keys.list(&filter, after, PAGE).await);
    describe::list(&rows.await?, context, &tenant).await
}
