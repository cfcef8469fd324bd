use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use agentflow::{
    Config,
    core::backup::{
        BackupId, BackupKind, DATA_FOLDER, Encryption, FORMAT, MANIFEST_FILE, Manifest, NOTE_FILE,
        Part, TableRows,
    },
};
use jiff::Timestamp;

use super::{
    CreateOptions, Created, OPERATION, Resume,
    dump::{self, Dump},
    publish::publish,
    seal::seal,
    snapshot::Snapshot,
    staging::{Staging, default_place},
};
use crate::{
    Compression, Error, Programs, Result, log::Log, progress::OnProgress, state, store::BackupStore,
};

/// Makes a backup: one snapshot of the database, written by `pg_dump`, and counted and looked at by ourselves.
///
/// Until it is whole it has another name, and nothing takes it for a backup. When this fails, or is dropped, no program that it
/// started runs on and what was begun is removed; of an upload that was interrupted, enough stays to go on with
/// ([`CreateOptions::resume`]).
///
/// Needs a role that row-level security hides nothing from, and programs of the server's own major version.
pub async fn create(
    config: &Config,
    store: &BackupStore,
    programs: &Programs,
    options: &CreateOptions,
    progress: OnProgress<'_>,
) -> Result<Created> {
    let began = Instant::now();
    let parent = match (store.folder(), &options.staging) {
        (Some(folder), _) => folder.to_owned(),
        (None, Some(staging)) => {
            std::path::absolute(staging).map_err(Error::io(OPERATION, staging))?
        }
        (None, None) => default_place()?,
    };
    let (staging, manifest, is_signed) = match &options.resume {
        Some(resume) => found(&parent, store, resume)?,
        None => made(config, store, programs, options, &parent, progress).await?,
    };
    publish(staging, &parent, store, &manifest, progress).await?;
    Ok(Created { manifest, is_signed, took: began.elapsed() })
}

fn found(parent: &Path, store: &BackupStore, resume: &Resume) -> Result<(Staging, Manifest, bool)> {
    let id = match resume {
        Resume::Newest => None,
        Resume::Backup(id) => Some(id),
    };
    let staging = Staging::resume(parent, store, id)?;
    let path = staging.backup().join(MANIFEST_FILE);
    let text = std::fs::read_to_string(&path).map_err(Error::io(OPERATION, &path))?;
    let manifest = Manifest::from_text(&text).map_err(|faults| Error::Corrupt {
        operation: OPERATION,
        what: format!("backup {}", staging.id()),
        faults: faults.0.into_iter().map(Into::into).collect(),
    })?;
    let is_signed = staging.backup().join(NOTE_FILE).is_file();
    Ok((staging, manifest, is_signed))
}

async fn made(
    config: &Config,
    store: &BackupStore,
    programs: &Programs,
    options: &CreateOptions,
    parent: &Path,
    progress: OnProgress<'_>,
) -> Result<(Staging, Manifest, bool)> {
    let compression = match options.compression {
        Some(compression) => {
            programs.require_compression(compression).await?;
            compression
        }
        None => programs.default_compression().await?,
    };
    // Before the snapshot: what was written after this moment need not be in it.
    let created_at = options.clock.now();
    // What would fail after hours of dumping fails now.
    store.require_reachable().await?;
    let mut snapshot = Snapshot::take(config, programs, options.lock_wait).await?;
    let id = BackupId::new(created_at, &*options.entropy);
    let mut dump = Dump { config, programs, options, compression, patterns: Vec::new() };
    match options.kind {
        BackupKind::Full => {}
        BackupKind::Schema => snapshot.tables.clear(),
        BackupKind::Tables => {
            let (patterns, oids) = dump::named_tables(&snapshot.client, &options.tables).await?;
            dump.patterns = patterns;
            snapshot.tables.retain(|table| oids.contains(&table.oid));
        }
    }
    let staging = Staging::begin(parent, store, &id)?;
    let data = staging.backup().join(DATA_FOLDER);
    let target = if options.recipients.is_some() { staging.plain() } else { data };
    let mut log = Log::create(OPERATION, staging.dir().join("log"), log_path(parent, &id))?;
    let counting = state::count_rows(&snapshot.client, &snapshot.tables, &|_| {});
    let dumping = dump.run(&snapshot, &staging, &target, &mut log, progress);
    let ((), rows) = tokio::try_join!(dumping, counting)?;
    let files = dump::tables_of_files(programs, &snapshot, &staging, &target).await?;
    let found = Found::read(&snapshot, rows).await?;
    // Nobody needs the state any longer, and its locks are in the way of migrations.
    drop(snapshot);
    let parts = seal(&staging, options.recipients.as_ref(), files, &found.rows, progress).await?;
    let of = Of { id, created_at, compression, programs, options };
    let manifest = found.into_manifest(of, parts);
    let is_signed = write_manifest(&staging, &manifest, options)?;
    Ok((staging, manifest, is_signed))
}

/// Where the log of a program that failed is kept.
fn log_path(parent: &Path, id: &BackupId) -> PathBuf {
    parent.join(format!("{id}.log"))
}

/// The manifest is written last: with it, all of the backup is there.
fn write_manifest(staging: &Staging, manifest: &Manifest, options: &CreateOptions) -> Result<bool> {
    staging.sync_parts()?;
    let text = manifest.to_text().map_err(Error::invalid(OPERATION))?;
    if let Some(key) = &options.key {
        let note = manifest.sign(key).map_err(Error::invalid(OPERATION))?;
        staging.write(&format!("backup/{NOTE_FILE}"), note.to_string().as_bytes())?;
    }
    staging.write(&format!("backup/{MANIFEST_FILE}"), text.as_bytes())?;
    Ok(options.key.is_some())
}

/// What the snapshot shows of the database.
struct Found {
    database: String,
    properties: agentflow::core::backup::DatabaseProperties,
    postgres_version: String,
    migration_version: u64,
    extensions: Vec<String>,
    roles: Vec<String>,
    unvalidated: Vec<String>,
    invalid_indexes: Vec<String>,
    tablespaces: Vec<String>,
    rows: Vec<TableRows>,
    audit: Option<agentflow::core::backup::AuditState>,
}

struct Of<'a> {
    id: BackupId,
    created_at: Timestamp,
    compression: Compression,
    programs: &'a Programs,
    options: &'a CreateOptions,
}

impl Found {
    async fn read(snapshot: &Snapshot, rows: Vec<TableRows>) -> Result<Self> {
        let client = &snapshot.client;
        let (database, properties) = state::properties(client).await?;
        Ok(Self {
            database,
            properties,
            postgres_version: snapshot.server.version.clone(),
            migration_version: state::migration_version(client).await?,
            extensions: state::extensions(client).await?,
            roles: state::roles(client).await?,
            unvalidated: state::unvalidated(client).await?,
            invalid_indexes: state::invalid_indexes(client).await?,
            tablespaces: state::tablespaces(client).await?,
            rows,
            audit: state::audit(client).await?,
        })
    }

    fn into_manifest(self, of: Of<'_>, parts: Vec<Part>) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            id: of.id,
            created_at: of.created_at,
            kind: of.options.kind,
            database: self.database,
            properties: self.properties,
            postgres_version: self.postgres_version,
            pg_dump_version: of.programs.version().to_owned(),
            migration_version: self.migration_version,
            program: of.options.program.clone(),
            compression: of.compression.to_string(),
            encryption: of.options.recipients.as_ref().map(|recipients| Encryption {
                method: "age".to_owned(),
                recipients: recipients.names(),
            }),
            extensions: self.extensions,
            roles: self.roles,
            tables: self.rows,
            unvalidated: self.unvalidated,
            invalid_indexes: self.invalid_indexes,
            tablespaces: self.tablespaces,
            parts,
            audit: self.audit,
        }
    }
}
