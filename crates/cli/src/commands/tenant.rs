use agentflow::{NewTenant, Region, Slug, TenantRow, Tier, Tombstone};
use clap::Subcommand;

use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{facts, table, thousands},
    tenant::find,
};

/// Create, look at, suspend and delete tenants
///
/// Every change is recorded in the audit chain of the tenant it concerns, as done by the user of the system.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a tenant
    #[command(after_long_help = "\
Example:
  af tenant create \"Acme Corp\" --region eu-west-1")]
    Create {
        /// The name, for people
        name: String,
        /// The short name, for URLs and command lines; made from the name if absent
        #[arg(long)]
        slug: Option<Slug>,
        /// Where its data lives, for good: us-east-1 or eu-west-1
        #[arg(long, default_value = "us-east-1")]
        region: Region,
        /// The commercial plan, a word of your own
        #[arg(long, default_value = "free")]
        tier: Tier,
    },
    /// List the tenants, in order of their creation
    List,
    /// Show one tenant
    Show(Which),
    /// Suspend a tenant: its data stays, and work for it is refused
    Suspend(Which),
    /// Resume a suspended tenant
    Resume(Which),
    /// Delete a tenant and everything it has
    ///
    /// What remains is its tombstone, which holds the end of its audit chain and is printed.
    #[command(after_long_help = "\
Example:
  af tenant delete acme --yes")]
    Delete(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The tenant, by slug or id; --tenant and AF_TENANT do as well
    #[arg(value_name = "SLUG|ID")]
    name: Option<String>,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let output = &context.output;
    // Before anything else, because it needs no database to be wrong.
    let named = match &args.action {
        Action::Show(which)
        | Action::Suspend(which)
        | Action::Resume(which)
        | Action::Delete(which) => context.tenant_name(which.name.as_deref())?,
        Action::Create { .. } | Action::List => "",
    };
    refuse_principal(&args.action, context)?;
    let store = context.store().await?;
    let (admin, actor) = (store.admin(), context.actor());
    match &args.action {
        Action::Create { name, slug, region, tier } => {
            let mut new = NewTenant::named(name).with_region(*region).with_tier(tier.clone());
            new.slug.clone_from(slug);
            let created = admin.tenants().create(new, &actor).await.map_err(taken)?;
            output.show(&created, describe)?;
        }
        Action::List => {
            let mut tenants = Vec::new();
            admin.tenants().for_each(|tenant| tenants.push(tenant)).await?;
            output.show(&tenants, |tenants| list(tenants))?;
        }
        Action::Show(_) => output.show(&find(&store, named).await?, describe)?,
        Action::Suspend(_) => {
            let id = find(&store, named).await?.id;
            output.show(&admin.tenants().suspend(id, &actor).await?, describe)?;
        }
        Action::Resume(_) => {
            let id = find(&store, named).await?.id;
            output.show(&admin.tenants().resume(id, &actor).await?, describe)?;
        }
        Action::Delete(_) => {
            let tenant = find(&store, named).await?;
            let question =
                format!("Delete tenant {} ({}) and everything it has?", tenant.slug, tenant.name);
            confirm(context, &question).await?;
            output.show(&admin.tenants().delete(tenant.id, &actor).await?, bury)?;
        }
    }
    Ok(Exit::Done)
}

/// A principal is somebody within a tenant, and tenants are made and ended from outside. Not to be passed over in
/// silence: the chain would name another than the one who was given.
fn refuse_principal(action: &Action, context: &Context) -> Result<()> {
    let reads = matches!(action, Action::List | Action::Show(_));
    if reads || !context.options.acts_as_given {
        return Ok(());
    }
    Err(Error::usage("tenants are administered by the user of the system, and not as a principal")
        .with_hint("leave out --as"))
}

/// The name may be taken twice, the slug may not.
fn taken(error: agentflow::Error) -> Error {
    let is_slug = matches!(&error, agentflow::Error::AlreadyExists { what, .. } if what == "slug");
    let told = Error::from(error);
    if is_slug { told.with_hint("give another with --slug") } else { told }
}

fn describe(tenant: &TenantRow) -> String {
    let suspended = tenant.suspended_at.map(|since| format!(" since {since:.0}"));
    facts(&[
        ("Slug", tenant.slug.clone()),
        ("Name", tenant.name.clone()),
        ("ID", tenant.id.to_string()),
        ("Tier", tenant.tier.clone()),
        ("Region", tenant.region.to_string()),
        ("Status", format!("{}{}", tenant.status, suspended.unwrap_or_default())),
        ("Created", format!("{:.0}", tenant.created_at)),
    ])
}

fn list(tenants: &[TenantRow]) -> String {
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

fn bury(tombstone: &Tombstone) -> String {
    let removed = tombstone.row_counts.as_object().map(|counts| {
        let counts = counts.iter().map(|(table, count)| format!("{table} {count}"));
        counts.collect::<Vec<_>>().join(", ")
    });
    facts(&[
        ("Deleted", format!("{} ({})", tombstone.slug, tombstone.name)),
        ("ID", tombstone.tenant_id.to_string()),
        ("By", tombstone.deleted_by.clone()),
        ("At", format!("{:.0}", tombstone.deleted_at)),
        ("Rows removed", removed.unwrap_or_default()),
        ("Audit entries", thousands(tombstone.last_seq)),
        ("Last hash", tombstone.last_hash.to_string()),
    ])
}
