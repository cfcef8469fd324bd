use agentflow::{
    Region, Slug,
    archive::{ImportArchive, ImportReport},
};

use super::{
    archive::{Archive, is_another_identity, progress, unopened},
    which::{refuse_principal, taken},
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{counted, facts, thousands},
    tenant::find,
};

/// Import a tenant from an archive
///
/// All of the archive is verified before anything is written, and everything is written in one transaction. The tenant gets a new id,
/// and its rows keep theirs; its chain goes on in a new one, and the one it had stays with it: `af tenant chain`. API keys name
/// their tenant, so those that it had are not accepted under its new id. A tenant that was suspended stays so.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af tenant import acme.aftenant --key audit.pub
  af tenant import acme.aftenant --slug acme-copy --suspended
  af tenant import acme.aftenant --into acme-new --resume
  af tenant import acme.aftenant --identity key.txt --dry-run")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Args {
    #[command(flatten)]
    archive: Archive,
    /// Its short name here; by default the one it had
    #[arg(long)]
    slug: Option<Slug>,
    /// Its name here; by default the one it had
    #[arg(long)]
    name: Option<String>,
    /// Where its data lives from now on; by default where it did. Workspaces that are locked to the region of their tenant follow
    #[arg(long)]
    region: Option<Region>,
    /// Into this tenant, by slug or id, which must be empty; by default a new one
    #[arg(long, value_name = "SLUG|ID", conflicts_with_all = ["slug", "name", "region"])]
    into: Option<String>,
    /// Leave the tenant suspended, so that nobody works with it yet. One that was suspended is so anyway
    #[arg(long)]
    suspended: bool,
    /// Make it active at once, even if it was suspended
    #[arg(long, conflicts_with = "suspended")]
    resume: bool,
    /// Pass over the secrets in it, and the rows that are nothing without them
    #[arg(long)]
    leave_out_secrets: bool,
    /// Pass over usage that is older than what this database keeps. Otherwise an archive that has any is refused
    #[arg(long)]
    leave_out_old_usage: bool,
    /// Do all of it, and then undo it
    #[arg(long)]
    dry_run: bool,
}

/// What the library says of usage that would not be kept.
const OLD_USAGE: &str = "older than what this database keeps";

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    refuse_principal(context)?;
    let trust = args.archive.trust(context)?;
    let file = args.archive.open()?;
    let identity = args.archive.identity().await?;
    let store = context.store().await?;
    let into = match &args.into {
        Some(name) => Some(find(&store, name).await?.id),
        None => None,
    };
    let options = ImportArchive {
        slug: args.slug,
        name: args.name,
        region: args.region,
        into,
        suspended: args.suspended,
        resume: args.resume,
        identity,
        leave_out_secrets: args.leave_out_secrets,
        leave_out_old_usage: args.leave_out_old_usage,
        trust,
        dry_run: args.dry_run,
    };
    let seen = progress(&context.output, "importing");
    let imported = store.admin().archives().import(file, &options, &context.actor(), &seen).await;
    drop(seen);
    let report = imported.map_err(|error| refused(error, &args.archive))?;
    context.output.show(&report, text)?;
    if report.api_keys > 0 {
        context.output.note(&dead_keys(&report));
    }
    Ok(Exit::Done)
}

fn dead_keys(report: &ImportReport) -> String {
    let keys = counted(report.api_keys, "API key", "API keys");
    let verb = match (report.dry_run, report.api_keys) {
        (true, _) => "would not work",
        (false, 1) => "does not work",
        (false, _) => "do not work",
    };
    format!(
        "{keys} {verb} here, for a key names the tenant it was made for: revoke what `af key list` shows with `af key revoke`, and make new \
         ones with `af key create`"
    )
}

fn refused(error: agentflow::Error, archive: &Archive) -> Error {
    match &error {
        agentflow::Error::AlreadyExists { .. } => taken(error),
        agentflow::Error::Conflict { reason, .. } if reason.contains(OLD_USAGE) => {
            Error::from(error).with_hint("--leave-out-old-usage passes over it")
        }
        agentflow::Error::Corrupt { .. } if !is_another_identity(&error) => Error::from(error)
            .with_hint(format!(
                "`af tenant inspect {}` says what is in it, and everything that is wrong with it",
                archive.file.display()
            )),
        _ => unopened(error, archive.identity.as_deref()),
    }
}

fn text(report: &ImportReport) -> String {
    let rows = counted(report.rows, "row", "rows");
    let written = report.tables.iter().filter(|table| table.rows > 0).count();
    let tables = counted(written, "table", "tables");
    let left_out: u64 = report.tables.iter().map(|table| table.left_out).sum();
    let tenant = &report.tenant;
    let done = if report.dry_run { "Would import" } else { "Imported" };
    facts(&[
        (done, format!("{} ({})", tenant.slug, tenant.name)),
        ("ID", tenant.id.to_string()),
        ("ID before", report.source_tenant_id.to_string()),
        ("Status", tenant.status.to_string()),
        ("Replaced", report.replaced.join(", ")),
        ("Rows", format!("{rows} of {tables}")),
        ("Left out", if left_out == 0 { String::new() } else { counted(left_out, "row", "rows") }),
        ("Secrets", secrets(report)),
        (
            "Chain before",
            format!("{} as {}", counted(report.chain_size, "entry", "entries"), report.chain_id),
        ),
        (
            "Signed by",
            report.signed_by.clone().unwrap_or_else(|| "nobody who was asked for".to_owned()),
        ),
        ("SHA-256", report.sha256.to_string()),
    ])
}

/// Where they were left out at the export, nothing tells how many there were.
fn secrets(report: &ImportReport) -> String {
    match report.sealed {
        0 => "none".to_owned(),
        count => format!("{}, sealed for this database", thousands(count)),
    }
}
