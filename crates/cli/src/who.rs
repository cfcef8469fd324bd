//! Who somebody is, in words: ids say nothing to people.

use std::collections::{BTreeSet, HashMap};

use agentflow::{
    PrincipalId, Tenant, WorkspaceId,
    identity::{Authenticated, Credential, Principal, User},
};
use serde::Serialize;

use crate::{
    context::Context,
    error::Result,
    output::facts,
    pages::{PAGE, all},
};

/// Up to so many principals are looked up one by one; for more, the lists are read.
const FEW: usize = 50;

/// What principals and workspaces are called.
#[derive(Debug, Default)]
pub(crate) struct Names {
    principals: HashMap<PrincipalId, String>,
    workspaces: HashMap<WorkspaceId, String>,
}

impl Names {
    /// The names of these. Those of JSON are left out: it has the ids.
    pub(crate) async fn of(
        context: &Context,
        tenant: &Tenant,
        principals: impl IntoIterator<Item = PrincipalId>,
        workspaces: impl IntoIterator<Item = Option<WorkspaceId>>,
    ) -> Result<Self> {
        let mut names = Self::default();
        if context.output.is_json() {
            return Ok(names);
        }
        let principals: BTreeSet<_> = principals.into_iter().collect();
        if principals.len() > FEW {
            names.read_all(tenant).await?;
        } else {
            for id in principals {
                names.principals.extend(label(tenant, id).await?.map(|name| (id, name)));
            }
        }
        if workspaces.into_iter().flatten().next().is_some() {
            let known = tenant.workspaces().list().await?;
            names.workspaces.extend(known.into_iter().map(|it| (it.id, it.name)));
        }
        Ok(names)
    }

    async fn read_all(&mut self, tenant: &Tenant) -> Result<()> {
        let (users, services) = (tenant.users(), tenant.services());
        let people = all(|it: &User| it.id, async |after| users.list(after, PAGE).await).await?;
        self.principals.extend(people.into_iter().map(|it| (it.id, it.email.to_string())));
        let named =
            all(|it: &Principal| it.id, async |after| services.list(after, PAGE).await).await?;
        let named = named.into_iter().filter_map(|it| Some((it.id, it.service_name?)));
        self.principals.extend(named);
        Ok(())
    }

    /// The e-mail of a person, the name of a service; the id of somebody who is gone.
    pub(crate) fn principal(&self, id: PrincipalId) -> String {
        self.principals.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// Empty for none.
    pub(crate) fn workspace(&self, id: Option<WorkspaceId>) -> String {
        let Some(id) = id else { return String::new() };
        self.workspaces.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }
}

async fn label(tenant: &Tenant, id: PrincipalId) -> Result<Option<String>> {
    if let Some(user) = tenant.users().get(id).await? {
        return Ok(Some(user.email.to_string()));
    }
    Ok(tenant.principals().get(id).await?.and_then(|it| it.service_name))
}

/// Somebody whose key or token was accepted.
#[derive(Debug, Serialize)]
struct Accepted<'a> {
    tenant_id: agentflow::TenantId,
    #[serde(flatten)]
    who: &'a Authenticated,
}

/// Shows whose key or token it is.
pub(crate) async fn show(context: &Context, tenant: &Tenant, who: &Authenticated) -> Result<()> {
    let workspace_id = match &who.credential {
        Credential::ApiKey { workspace_id, .. } => *workspace_id,
        Credential::Session { .. } => None,
    };
    let names = Names::of(context, tenant, [who.principal_id], [workspace_id]).await?;
    let accepted = Accepted { tenant_id: tenant.id(), who };
    context.output.show(&accepted, |_| {
        let (what, id, scopes) = match &who.credential {
            Credential::ApiKey { id, scopes, .. } => ("Key", id.to_string(), scopes.as_deref()),
            Credential::Session { id } => ("Session", id.to_string(), None),
        };
        facts(&[
            ("Accepted", names.principal(who.principal_id)),
            ("Type", who.kind.to_string()),
            ("ID", who.principal_id.to_string()),
            ("Tenant", tenant.id().to_string()),
            (what, id),
            ("Scopes", scopes.map(joined).unwrap_or_default()),
            ("Workspace", names.workspace(workspace_id)),
        ])
    })
}

/// One after the other, with commas.
pub(crate) fn joined(words: &[impl ToString]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
