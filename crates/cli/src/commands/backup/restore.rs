use std::{fmt::Write, path::PathBuf, str::FromStr};

use agentflow::core::backup::BackupKind;
use agentflow_backup::{Listed, RestoreOptions, RestoreReport, look_up, restore, restore_target};

use super::{
    place::{self, Believed, Identity, Jobs, Place, WHOLE, WITH_ROWS, Which},
    progress::Bars,
    table_names::TableNames,
};
use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{facts, thousands},
};

/// Restore a backup
///
/// Verifies all of it, makes a new database of it, checks that (rows, foreign keys, audit chains, their heads), and only then gives
/// it the name of the one that is to be replaced, which stays under another name. A restore that fails harms nothing.
///
/// With --table, brings back tables that the database lost, and touches nothing else.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup restore latest
  af backup restore 20261122T080000Z-7f3a9c21 --into agentflow_yesterday
  af backup restore latest --table public.memories --identity backup.key
  af backup restore latest --yes --drop-old --jobs 4")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// The database that it becomes; by default the one that is configured
    #[arg(long, value_name = "DATABASE", conflicts_with = "tables")]
    into: Option<String>,
    /// Bring back these tables only, which the database has lost; several with commas in between, or repeated
    #[arg(long = "table", visible_alias = "tables", value_name = "TABLE", value_parser = TableNames::from_str)]
    tables: Vec<TableNames>,
    #[command(flatten)]
    jobs: Jobs,
    /// Drop the database that was replaced, once the new one is in its place
    #[arg(long, conflicts_with = "tables")]
    drop_old: bool,
    /// Everything belongs to the role that restores, and nobody is granted anything
    #[arg(long)]
    no_owner: bool,
    /// Sort texts by this locale of the server, such as C or en_US.utf8; by default the one of the backup, which the server must know
    #[arg(long, value_name = "LOCALE", conflicts_with = "tables")]
    locale: Option<String>,
    /// Put everything into the default tablespace
    #[arg(long)]
    no_tablespaces: bool,
    /// Where parts are put while they are read, and the log of what fails; by default the system's temporary folder
    #[arg(long, value_name = "FOLDER")]
    staging: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    believed: Believed,
    #[command(flatten)]
    identity: Identity,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let trust = args.believed.trust(context)?;
    let store = args.place.store(context)?;
    let identity = args.identity.load(context).await?;
    let kinds = if args.tables.is_empty() { &WHOLE[..] } else { &WITH_ROWS[..] };
    let configured = context.database().await?.database_name();
    let meant = (kinds, configured.as_deref());
    args.which.remark(&store, context).await?;
    let id = args.which.id(&store, meant, &trust, context).await?;
    let listed = look_up(&store, &id, &trust).await?;
    if let (Some(summary), Some(configured), None) = (&listed.summary, &configured, &args.into)
        && summary.database != *configured
    {
        return Err(another_database(&listed, &summary.database, configured));
    }
    let without_rows = without_rows(&listed);
    let (config, programs) = place::server(context).await?;
    if args.tables.is_empty() {
        let target = restore_target(&config, args.into.as_deref()).await?;
        require_rows(without_rows.is_some(), args)?;
        if let Some(bytes) = target.bytes {
            confirm(context, &question(&target.database, bytes, &listed, args.drop_old)).await?;
        }
    }
    let options = RestoreOptions {
        identity,
        into: args.into.clone(),
        tables: TableNames::all(&args.tables),
        jobs: args.jobs.count(),
        drop_old: args.drop_old,
        no_owner: args.no_owner,
        locale: args.locale.clone(),
        no_tablespaces: args.no_tablespaces,
        staging: args.staging.clone(),
        ..RestoreOptions::new(trust)
    };
    let bars = Bars::new(&context.output);
    let report = restore(&config, &store, &programs, &id, &options, &|seen| bars.show(seen)).await;
    drop(bars);
    let report = report?;
    if let Some(version) = without_rows {
        tell_of_no_rows(version, context);
    }
    let exit = if report.has_passed() { Exit::Done } else { Exit::Found };
    context.output.conclude(&report, exit, |report| text(report, context))
}

/// A database is not replaced by another one unless its name is said.
fn another_database(listed: &Listed, of: &str, configured: &str) -> Error {
    let message = format!(
        "backup {} is of the database {of}, and {configured} is the one that is configured",
        listed.id
    );
    Error::usage(message).with_hint(format!(
        "--database-url for {of}; or say what it is to become, with --into NAME (--into {configured} replaces the configured one)"
    ))
}

fn question(database: &str, bytes: u64, listed: &Listed, drop_old: bool) -> String {
    let becomes = if drop_old { "dropped" } else { "kept under another name" };
    let age = place::span(place::age(&listed.id));
    let holds = listed.summary.as_ref().map(|summary| match summary.kind {
        BackupKind::Schema => format!(" of {}, definitions and no rows", summary.database),
        _ => format!(" of {}, {} rows", summary.database, thousands(summary.rows)),
    });
    format!(
        "Replace the database {database} ({}) by the backup {}{}, {age} old? The database is {becomes}, and who is connected to it is \
         disconnected.",
        place::size(bytes),
        listed.id,
        holds.unwrap_or_default()
    )
}

/// The newest migration of a backup that has definitions only.
fn without_rows(listed: &Listed) -> Option<u64> {
    let schema = listed.summary.as_ref().filter(|summary| summary.kind == BackupKind::Schema);
    schema.map(|summary| summary.migration_version)
}

/// Before a question is asked whose answer changes nothing.
fn require_rows(is_without: bool, args: &Args) -> Result<()> {
    if is_without && args.into.is_none() {
        return Err(Error::usage("the backup holds definitions and no rows, so that it replaces no database unless it is named")
            .with_hint("--into DATABASE makes another database of it, or empties that one"));
    }
    Ok(())
}

/// What is left to do where a schema came back without its rows: those of the migrations themselves are missing, too.
fn tell_of_no_rows(version: u64, context: &Context) {
    context.output.note(&format!(
        "The backup has no rows, so every table is empty, schema_migrations and what migrations put into tables included. \
         `af migrate baseline {version}` records the migrations; a database to work with is made by `af migrate up` in an \
         empty one."
    ));
}

fn text(report: &RestoreReport, context: &Context) -> String {
    let replaced = match (&report.replaced, report.dropped_old) {
        (None, _) => String::new(),
        (Some(_), true) => "dropped".to_owned(),
        (Some(name), false) => format!("kept as {name}"),
    };
    let milliseconds: u64 = report.phases.iter().map(|phase| phase.milliseconds).sum();
    let facts = facts(&[
        ("Backup", report.backup.to_string()),
        ("Of", report.created_at.to_string()),
        ("Signed by", report.signed_by.clone().unwrap_or_else(|| "nobody was asked".to_owned())),
        ("Database", report.database.clone()),
        ("Old one", replaced),
        ("Roles made", report.roles_created.join(", ")),
        ("Cleared away", report.leftovers_dropped.join(", ")),
        ("Tables", report.tables.to_string()),
        ("Rows", thousands(report.rows)),
        ("Checks", report.checks.len().to_string()),
    ]);
    let seconds = std::time::Duration::from_millis(milliseconds).as_secs_f64();
    let outcome = if report.has_passed() {
        context.output.good(&format!("✓ restored and checked in {seconds:.1} s"))
    } else {
        context.output.bad("✗ restored, and not as it was; if nobody wrote to it since:")
    };
    let mut text = format!("{facts}\n{outcome}");
    for fault in report.checks.iter().flat_map(|check| &check.faults) {
        let _ = write!(text, "\n    {fault}");
    }
    for remark in &report.remarks {
        let _ = write!(text, "\n! {remark}");
    }
    if !report.roles_created.is_empty() {
        text.push_str("\nThe roles cannot log in yet: ALTER ROLE … LOGIN PASSWORD '…'");
    }
    text
}
