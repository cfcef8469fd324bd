//! API keys.

mod issue;

use agentflow::{
    Tenant,
    core::clock::{Clock, SystemClock},
    identity::ApiKeyRow,
};
use clap::Subcommand;
use secrecy::ExposeSecret;

use crate::{
    confirm::confirm,
    context::Context,
    error::Result,
    exit::Exit,
    named,
    output::{facts, table},
    pages::{PAGE, all},
    secret::{self, Misplaced},
    who::{self, Names, joined},
};

/// Issue, rotate and revoke API keys
///
/// A key acts for a service. It is shown once, when it is issued; afterwards it is named by id, or by the
/// beginning that lists show, such as af_live_4fW9cKq0ZxYb.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af key create ci --for invoice-bot --expires-in 90d --tenant acme
  af key rotate af_live_4fW9cKq0ZxYb --overlap 24h --tenant acme
  af key list --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(issue::Create),
    /// List the keys, in order of their creation
    List {
        /// Only of this service, by name or id
        #[arg(long, value_name = "SERVICE")]
        of: Option<String>,
    },
    /// Show what is stored of one key
    Show(Which),
    Rotate(issue::Rotate),
    /// Revoke a key, at once and for good
    #[command(after_long_help = "\
Example:
  af key revoke af_live_4fW9cKq0ZxYb --yes")]
    Revoke(Which),
    /// Check a key, and say whose it is
    ///
    /// Reads it from stdin, or asks for it on a terminal without showing it. A key names its tenant; with --tenant it has
    /// to be that one. Exits 1 when it is refused; why is in the audit chain.
    #[command(after_long_help = "\
Example:
  af key check < key.txt")]
    Check {
        #[command(flatten)]
        misplaced: Misplaced,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The key, by id or by its beginning as lists show it
    key: String,
}

impl Which {
    async fn find(&self, context: &Context, tenant: &Tenant) -> Result<ApiKeyRow> {
        named::key(tenant, &context.output, &self.key).await
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => issue::create(args, context).await?,
        Action::List { of } => list(of.as_deref(), context).await?,
        Action::Show(which) => {
            let tenant = context.tenant().await?;
            show(&which.find(context, &tenant).await?, context, &tenant).await?;
        }
        Action::Rotate(args) => issue::rotate(&args, context).await?,
        Action::Revoke(which) => revoke(&which, context).await?,
        Action::Check { misplaced } => {
            misplaced.refuse("key")?;
            check(context).await?;
        }
    }
    Ok(Exit::Done)
}

async fn list(of: Option<&str>, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let principal = match of {
        Some(of) => Some(named::principal(&tenant, of).await?.id),
        None => None,
    };
    let keys = tenant.keys();
    let page = async |after| keys.list(principal, after, PAGE).await;
    let rows = all(|key: &ApiKeyRow| key.id, page).await?;
    let names = Names::of(context, &tenant, rows.iter().map(|key| key.principal_id), []).await?;
    context.output.show(&rows, |rows| text(rows, &names))
}

async fn revoke(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let key = which.find(context, &tenant).await?;
    confirm(context, &format!("Revoke key {} ({}) for good?", key.prefix, key.name)).await?;
    let by = context.actor_in(&tenant).await?;
    show(&tenant.keys().revoke(key.id, &by).await?, context, &tenant).await
}

async fn check(context: &Context) -> Result<()> {
    let key = secret::credential("key").await?;
    let origin = context.origin();
    if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        let store = context.store().await?;
        let (tenant, who) = store.authenticate_key(key.expose_secret(), &origin).await?;
        return who::show(context, &tenant, &who).await;
    }
    let tenant = context.tenant().await?;
    let who = tenant.keys().authenticate(key.expose_secret(), &origin).await?;
    who::show(context, &tenant, &who).await
}

async fn show(key: &ApiKeyRow, context: &Context, tenant: &Tenant) -> Result<()> {
    let principals = [key.principal_id].into_iter().chain(key.created_by);
    let names = Names::of(context, tenant, principals, [key.workspace_id]).await?;
    context.output.show(key, |key| {
        let scopes = key.scopes.as_deref().map_or_else(|| "all of its owner's".to_owned(), joined);
        facts(&[
            ("Key", key.prefix.clone()),
            ("Name", key.name.clone()),
            ("ID", key.id.to_string()),
            ("Of", names.principal(key.principal_id)),
            ("Status", status(key)),
            ("Scopes", scopes),
            ("Workspace", names.workspace(key.workspace_id)),
            ("Expires", key.expires_at.map(|at| format!("{at:.0}")).unwrap_or_default()),
            ("Replaced by", key.rotated_to.map(|id| id.to_string()).unwrap_or_default()),
            ("Last used", key.last_used_at.map(|at| format!("{at:.0}")).unwrap_or_default()),
            ("Created", format!("{:.0}", key.created_at)),
            ("Created by", key.created_by.map(|id| names.principal(id)).unwrap_or_default()),
        ])
    })
}

fn status(key: &ApiKeyRow) -> String {
    if key.revoked_at.is_some() {
        "revoked"
    } else if !key.is_live(SystemClock.now()) {
        "expired"
    } else if key.rotated_at.is_some() {
        "rotated"
    } else {
        "live"
    }
    .to_owned()
}

fn text(keys: &[ApiKeyRow], names: &Names) -> String {
    if keys.is_empty() {
        return "There is no key yet; `af key create NAME --for SERVICE` makes one.".to_owned();
    }
    let shown = |at: Option<jiff::Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
    let rows = keys.iter().map(|key| {
        vec![
            key.prefix.clone(),
            key.name.clone(),
            names.principal(key.principal_id),
            status(key),
            shown(key.expires_at),
            shown(key.last_used_at),
            key.id.to_string(),
        ]
    });
    table(&["KEY", "NAME", "OF", "STATUS", "EXPIRES", "LAST USED", "ID"], rows)
}
