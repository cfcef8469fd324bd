use agentflow::{
    KeyEnvironment, Permission,
    identity::{ApiKeyRow, IssuedKey, NewKey},
};
use jiff::SignedDuration;
use serde::Serialize;

use super::Which;
use crate::{
    commands::role::permissions::hinted, context::Context, duration::span, error::Result,
    instant::End, named, plain, who::Names,
};

/// Issue a key for a service
///
/// The key is printed on stdout, and never again. People have none: they log in.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af key create ci --for invoice-bot --expires-in 90d > key.txt
  af key create reports --for reporter --workspace Finance --scope run:read --scope usage:read")]
pub(super) struct Create {
    /// What it is for, for people
    name: String,
    /// The service that acts with it, by name or id
    #[arg(long = "for", value_name = "SERVICE")]
    principal: String,
    /// The only workspace it is good for, by name or id
    #[arg(long)]
    workspace: Option<String>,
    /// A permission it carries, of those the service has; may be given several times; all of them if absent
    #[arg(long = "scope", value_name = "PERMISSION", value_delimiter = ',')]
    scopes: Vec<Permission>,
    /// The word behind af_: live, test or another
    #[arg(long, value_name = "WORD", default_value = "live")]
    environment: KeyEnvironment,
    #[command(flatten)]
    end: End,
}

/// Issue a key that replaces another
///
/// It has the name, the service and the limits of the old one, which works on until the overlap is over. The new key
/// is printed on stdout, and never again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af key rotate af_live_4fW9cKq0ZxYb --overlap 7d > key.txt")]
pub(super) struct Rotate {
    #[command(flatten)]
    which: Which,
    /// How long the old one works on, up to 90d; 0 for no longer
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "24h")]
    overlap: SignedDuration,
}

pub(super) async fn create(args: Create, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let principal = named::principal(&tenant, &args.principal).await?;
    let mut new = NewKey::named(args.name, principal.id);
    new.environment = args.environment;
    new.workspace_id = named::workspace_id(&tenant, args.workspace.as_deref()).await?;
    new.scopes = (!args.scopes.is_empty()).then_some(args.scopes);
    new.expires_at = args.end.at();
    let by = context.actor_in(&tenant).await?;
    let issued = tenant.keys().create(new, &by).await.map_err(hinted)?;
    show(&issued, &args.principal, context)
}

pub(super) async fn rotate(args: &Rotate, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let old = args.which.find(context, &tenant).await?;
    let by = context.actor_in(&tenant).await?;
    let issued = tenant.keys().rotate(old.id, args.overlap, &by).await?;
    let names = Names::of(context, &tenant, [old.principal_id], []).await?;
    show(&issued, &names.principal(old.principal_id), context)
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: &'a ApiKeyRow,
    key: &'a str,
}

/// The one output that holds a key. For people it is all of stdout, so that `> key.txt` keeps it and nothing else.
fn show(issued: &IssuedKey, owner: &str, context: &Context) -> Result<()> {
    let (row, key) = (&issued.row, issued.key.expose());
    if context.output.is_json() {
        context.output.json(&Shown { row, key })?;
    } else {
        context.output.raw(key)?;
    }
    let (name, owner) = (plain::word(&row.name), plain::word(owner));
    context.output.note(&format!("That is the key `{name}` of {owner}. It is not shown again."));
    Ok(())
}
