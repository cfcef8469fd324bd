use agentflow::{
    ConnectorId, Tenant,
    secrets::{Connector, ConnectorFilter},
};
use jiff::Timestamp;

use crate::{
    context::Context,
    error::{Error, Result},
    named,
    output::{facts, table},
    pages::{PAGE, all},
    who::Names,
};

/// A connector.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The connector, by id, or by name where only one is called so
    connector: String,
    /// Look for the name in this workspace only, by name or id
    #[arg(long)]
    workspace: Option<String>,
}

/// List the connectors, in order of their creation
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Only of this workspace, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// Only those to this
    #[arg(long = "type", value_name = "TYPE")]
    connector_type: Option<String>,
}

impl Which {
    pub(super) async fn find(&self, tenant: &Tenant) -> Result<Connector> {
        let missing = || {
            Error::found("not_found", format!("there is no connector `{}`", self.connector))
                .with_hint("`af connector list` shows all of them")
        };
        let connectors = tenant.connectors();
        if let Ok(id) = self.connector.parse::<ConnectorId>() {
            return connectors.get(id).await?.ok_or_else(missing);
        }
        let filter = ConnectorFilter {
            workspace: named::workspace_id(tenant, self.workspace.as_deref()).await?,
            connector_type: None,
            display_name: Some(self.connector.clone()),
        };
        let mut found = connectors.list(&filter, None, 2).await?;
        if found.len() > 1 {
            let message = format!("several connectors are called `{}`", self.connector);
            return Err(Error::usage(message).with_hint("name it by id, or add --workspace"));
        }
        found.pop().ok_or_else(missing)
    }
}

pub(super) async fn list(args: &List, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let filter = ConnectorFilter {
        workspace: named::workspace_id(&tenant, args.workspace.as_deref()).await?,
        connector_type: args.connector_type.clone(),
        display_name: None,
    };
    let connectors = tenant.connectors();
    let page = async |after| connectors.list(&filter, after, PAGE).await;
    let rows = all(|it: &Connector| it.id, page).await?;
    let names = names(&rows, context, &tenant).await?;
    context.output.show(&rows, |rows| {
        if rows.is_empty() {
            return "There is no connector yet; `af connector install NAME` installs one."
                .to_owned();
        }
        let rows = rows.iter().map(|it| {
            vec![
                it.display_name.clone(),
                it.connector_type.clone(),
                it.connector_version.clone(),
                names.workspace(Some(it.workspace_id)),
                status(it).to_owned(),
                it.validation_status.to_string(),
                it.id.to_string(),
            ]
        });
        table(&["NAME", "TYPE", "VERSION", "WORKSPACE", "STATUS", "CHECKED", "ID"], rows)
    })
}

/// Shows a connector.
pub(super) async fn describe(
    connector: &Connector,
    context: &Context,
    tenant: &Tenant,
) -> Result<()> {
    let names = names(std::slice::from_ref(connector), context, tenant).await?;
    context.output.show(connector, |it| text(it, &names))
}

async fn names(connectors: &[Connector], context: &Context, tenant: &Tenant) -> Result<Names> {
    let principals =
        connectors.iter().flat_map(|it| it.services.iter().copied().chain(it.installed_by));
    let workspaces = connectors.iter().map(|it| Some(it.workspace_id));
    Names::of(context, tenant, principals, workspaces).await
}

fn text(connector: &Connector, names: &Names) -> String {
    let services: Vec<_> = connector.services.iter().map(|id| names.principal(*id)).collect();
    let checked = match &connector.validation_error {
        Some(fault) => format!("{}: {fault}", connector.validation_status),
        None => connector.validation_status.to_string(),
    };
    let until = connector.previous_expires_at.map(|until| format!("until {until:.0}"));
    facts(&[
        ("Name", connector.display_name.clone()),
        ("Type", connector.connector_type.clone()),
        ("Version", connector.connector_version.clone()),
        ("ID", connector.id.to_string()),
        ("Workspace", names.workspace(Some(connector.workspace_id))),
        ("Status", status(connector).to_owned()),
        ("Checked", checked),
        ("Services", services.join(", ")),
        ("Wrapped", connector.kms_key_id.clone().unwrap_or_default()),
        ("Those before", until.unwrap_or_default()),
        ("Rotated", at(connector.rotated_at)),
        ("Installed", at(Some(connector.created_at))),
        ("Installed by", connector.installed_by.map(|id| names.principal(id)).unwrap_or_default()),
    ])
}

fn status(connector: &Connector) -> &'static str {
    if connector.is_enabled { "enabled" } else { "disabled" }
}

fn at(time: Option<Timestamp>) -> String {
    time.map(|at| format!("{at:.0}")).unwrap_or_default()
}
