use std::{path::PathBuf, str::FromStr};

use agentflow::core::backup::{BackupKind, Manifest};
use agentflow_backup::{Compression, CreateOptions, Created, Resume, create};
use serde_json::{Value, json};

use super::{
    place::{self, Jobs, Place, Recipients, WhichId},
    progress::Bars,
    table_names::TableNames,
};
use crate::{
    commands::audit::trust::Signer,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{facts, thousands},
};

/// Back up the database
///
/// One consistent snapshot, dumped by the pg_dump of the server's own version; writers are not held up. It has its name when all of
/// it is there, and what was begun is removed if it fails. The role must see all rows: a superuser, or one with BYPASSRLS.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup create --key-file audit.key
  af backup create --dir s3://acme-backups/agentflow --encrypt-to age1… --jobs 4
  af backup create --dir s3://acme-backups/agentflow --resume
  af backup create --table memories,memory_tags --compress zstd:9")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    /// Definitions only, and no rows
    #[arg(long, conflicts_with_all = ["tables", "resume"])]
    schema_only: bool,
    /// These tables only, with their rows; several with commas in between, or repeated
    #[arg(
        long = "table",
        visible_alias = "tables",
        value_name = "TABLE",
        value_parser = TableNames::from_str,
        conflicts_with = "resume"
    )]
    tables: Vec<TableNames>,
    #[command(flatten)]
    jobs: Jobs,
    /// none, gzip:1 to 9, lz4:1 to 12 or zstd:1 to 22; by default zstd:3 if that pg_dump can, else gzip:6
    #[arg(long, value_name = "METHOD", value_parser = |text: &str| text.parse::<Compression>().map_err(|error| error.reason))]
    compress: Option<Compression>,
    #[command(flatten)]
    recipients: Recipients,
    #[command(flatten)]
    signer: Signer,
    /// Sign it with no key, so that nobody can tell who made it
    #[arg(long, conflicts_with = "key_file")]
    unsigned: bool,
    /// Where it is put together before it goes to an object store; by default the system's temporary folder
    #[arg(long, value_name = "FOLDER")]
    staging: Option<PathBuf>,
    /// Go on with an upload that was interrupted: the newest, or this one
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "latest", value_parser = WhichId::from_str)]
    resume: Option<WhichId>,
}

impl Args {
    fn options(&self, context: &Context) -> Result<CreateOptions> {
        let kind = match (self.schema_only, &self.tables[..]) {
            (true, _) => BackupKind::Schema,
            (false, []) => BackupKind::Full,
            _ => BackupKind::Tables,
        };
        let resume = self.resume.as_ref().map(|which| match which {
            WhichId::Latest => Resume::Newest,
            WhichId::Named(id) => Resume::Backup(id.clone()),
        });
        // What goes on is signed already, or it is not.
        let key = if self.unsigned || resume.is_some() { None } else { Some(self.key(context)?) };
        Ok(CreateOptions {
            kind,
            tables: TableNames::all(&self.tables),
            jobs: self.jobs.count(),
            compression: self.compress,
            recipients: self.recipients.parse(context)?,
            key,
            staging: self.staging.clone(),
            resume,
            program: concat!("af/", env!("CARGO_PKG_VERSION")).to_owned(),
            ..CreateOptions::default()
        })
    }

    fn key(&self, context: &Context) -> Result<agentflow::core::note::SigningKey> {
        match self.signer.key(context) {
            Ok(loaded) => Ok(loaded.key),
            Err(Error::Told(report)) if report.kind == "usage" => Err(Error::usage(report.message)
                .with_hint(format!(
                    "{}; or take a backup that nobody can check the origin of, with --unsigned",
                    report.hint.unwrap_or_default()
                ))),
            Err(error) => Err(error.into_usage()),
        }
    }
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let options = args.options(context)?;
    let store = args.place.store(context)?;
    let (config, programs) = place::server(context).await?;
    let bars = Bars::new(&context.output);
    let created = create(&config, &store, &programs, &options, &|seen| bars.show(seen)).await;
    drop(bars);
    let created = created?;
    let location = store.location().to_string();
    context.output.show(&value(&created, &location), |_| text(&created, &location, context))?;
    Ok(Exit::Done)
}

fn rows(manifest: &Manifest) -> u64 {
    manifest.tables.iter().map(|table| table.rows).sum()
}

fn value(created: &Created, location: &str) -> Value {
    let manifest = &created.manifest;
    json!({
        "id": manifest.id,
        "location": location,
        "kind": manifest.kind,
        "created_at": manifest.created_at,
        "database": manifest.database,
        "postgres_version": manifest.postgres_version,
        "migration_version": manifest.migration_version,
        "compression": manifest.compression,
        "encrypted": manifest.encryption.is_some(),
        "signed": created.is_signed,
        "tables": manifest.tables.len(),
        "rows": rows(manifest),
        "parts": manifest.parts.len(),
        "bytes": manifest.bytes(),
        "duration_ms": u64::try_from(created.took.as_millis()).unwrap_or(u64::MAX),
    })
}

fn text(created: &Created, location: &str, context: &Context) -> String {
    let manifest = &created.manifest;
    let recipients = manifest.encryption.as_ref().map(|it| it.recipients.join(", "));
    let facts = facts(&[
        ("Backup", manifest.id.to_string()),
        ("In", location.to_owned()),
        ("Database", format!("{}, PostgreSQL {}", manifest.database, manifest.postgres_version)),
        ("Migration", manifest.migration_version.to_string()),
        ("Tables", manifest.tables.len().to_string()),
        ("Rows", thousands(rows(manifest))),
        ("Size", format!("{} in {} parts", place::size(manifest.bytes()), manifest.parts.len())),
        ("Encrypted for", recipients.unwrap_or_default()),
        ("Signed", if created.is_signed { "yes" } else { "no" }.to_owned()),
    ]);
    let seconds = created.took.as_secs_f64();
    format!("{facts}\n{}", context.output.good(&format!("✓ made in {seconds:.1} s")))
}
