use std::{fmt, sync::Arc, time::Instant};

use agentflow::{
    Config,
    core::{
        backup::{BackupId, Manifest},
        clock::{Clock, SystemClock},
    },
    secrets::AgeIdentity,
};

use super::{DRILL_FORMAT, DrillReport, OPERATION, Verdict};
use crate::{
    Error, Programs, Result, Trust, check,
    check::Check,
    fetch,
    log::Log,
    progress::OnProgress,
    restore,
    restore::{Load, Phases, make_missing_roles},
    scratch::Scratch,
    sql,
    sql::Server,
    store::BackupStore,
    verify,
};

/// The database that a drill restores to.
const DATABASE: &str = "drill";
/// A locale that every server knows.
const FALLBACK: &str = "C";

/// How a drill is done.
#[derive(Clone)]
pub struct DrillOptions {
    /// Whose backups are believed.
    pub trust: Trust,
    /// What opens it, if it is encrypted.
    pub identity: Option<AgeIdentity>,
    /// How many things are restored at once, at least 1.
    pub jobs: usize,
    /// Where the parts are put while they are read; by default the system's folder for temporary files.
    pub staging: Option<std::path::PathBuf>,
    /// The name and version of the program that does it, such as `af/0.1.0`.
    pub program: String,
    /// Tells how old the backup is.
    pub clock: Arc<dyn Clock>,
}

impl DrillOptions {
    /// By the default of everything else.
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            identity: None,
            jobs: 2,
            staging: None,
            program: concat!("agentflow-backup/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for DrillOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrillOptions")
            .field("trust", &self.trust)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

/// A server that is there for the drill only.
pub struct DrillServer {
    /// How to reach it, as its superuser.
    pub config: Config,
    /// Programs of its own major version.
    pub programs: Programs,
    /// Ends it when this is dropped.
    pub guard: Box<dyn Send>,
}

impl fmt::Debug for DrillServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrillServer").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Restores a backup to a server that is there for nothing else, looks at it as a restore does, and reports all of it.
///
/// `start` gets the major version of the server that was backed up, and starts one of that version or a newer one: it may block. What is wrong with the
/// backup is in the report; an error is what kept from finding out, such as a store that cannot be reached. A backup of some tables cannot be
/// drilled.
pub async fn drill<S>(
    store: &BackupStore,
    id: &BackupId,
    options: &DrillOptions,
    start: S,
    progress: OnProgress<'_>,
) -> Result<DrillReport>
where
    S: FnOnce(u16) -> Result<DrillServer> + Send + 'static,
{
    let mut drill = Drill::begin(store, id, options);
    match drill.run(start, progress).await {
        Ok(()) => {}
        Err(error @ (Error::Corrupt { .. } | Error::Program { .. } | Error::Database(_))) => {
            // What is wrong with the backup belongs into the report. A database that went away does not.
            if matches!(&error, Error::Database(cause) if cause.is_unavailable()) {
                return Err(error);
            }
            drill.fail(&error);
        }
        Err(error) => return Err(error),
    }
    Ok(drill.finish())
}

struct Drill<'a> {
    store: &'a BackupStore,
    options: &'a DrillOptions,
    began: Instant,
    phases: Phases,
    report: DrillReport,
}

impl<'a> Drill<'a> {
    fn begin(store: &'a BackupStore, id: &BackupId, options: &'a DrillOptions) -> Self {
        let now = options.clock.now();
        let report = DrillReport {
            format: DRILL_FORMAT,
            verdict: Verdict::Failed,
            backup: id.clone(),
            location: store.location().to_string(),
            kind: None,
            database: None,
            signed_by: None,
            created_at: None,
            started_at: now,
            finished_at: now,
            rpo_seconds: None,
            rto_milliseconds: 0,
            postgres_version: None,
            restored_to_version: None,
            pg_restore_version: None,
            migration_version: None,
            program: options.program.clone(),
            parts: 0,
            bytes: 0,
            is_encrypted: false,
            tables: 0,
            rows: 0,
            phases: Vec::new(),
            checks: Vec::new(),
            remarks: Vec::new(),
            error: None,
        };
        Self { store, options, began: Instant::now(), phases: Phases::begin(), report }
    }

    async fn run<S>(&mut self, start: S, progress: OnProgress<'_>) -> Result<()>
    where
        S: FnOnce(u16) -> Result<DrillServer> + Send + 'static,
    {
        let options = self.options;
        let id = self.report.backup.clone();
        let verified =
            verify(self.store, &id, &options.trust, options.identity.as_ref(), progress).await?;
        self.describe(&verified.manifest);
        self.report.signed_by = verified.signed_by.as_ref().map(ToString::to_string);
        let is_sound = if verified.faults.is_empty() { ", each as the manifest says" } else { "" };
        let detail = format!("{} parts, {} bytes{is_sound}", verified.parts, verified.bytes);
        self.report.checks.push(Check { name: "backup", detail, faults: verified.faults.clone() });
        self.phases.end("verify");
        if !verified.faults.is_empty() {
            return Ok(());
        }
        let manifest = restore::sound(verified)?;
        restore::require_whole(&manifest)?;
        let major = restore::major_of(&manifest.postgres_version).unwrap_or_default();
        let server = tokio::task::spawn_blocking(move || start(major))
            .await
            .map_err(Error::lost(OPERATION))??;
        self.phases.end("start a server");
        let restored = self.restore(&server.config, &server.programs, &manifest, progress).await;
        // Stopping it takes a moment, in which nothing else should wait.
        let ended = tokio::task::spawn_blocking(move || drop(server)).await;
        let () = restored?;
        ended.map_err(Error::lost(OPERATION))
    }

    fn describe(&mut self, manifest: &Manifest) {
        let report = &mut self.report;
        report.kind = Some(manifest.kind);
        report.database = Some(manifest.database.clone());
        report.created_at = Some(manifest.created_at);
        report.rpo_seconds = Some(report.started_at.as_second() - manifest.created_at.as_second());
        report.postgres_version = Some(manifest.postgres_version.clone());
        report.migration_version = Some(manifest.migration_version);
        report.parts = u64::try_from(manifest.parts.len()).unwrap_or(u64::MAX);
        report.bytes = manifest.bytes();
        report.is_encrypted = manifest.encryption.is_some();
        report.tables = u64::try_from(manifest.tables.len()).unwrap_or(u64::MAX);
        report.rows = manifest.tables.iter().fold(0, |sum, table| sum.saturating_add(table.rows));
    }

    async fn restore(
        &mut self,
        server: &Config,
        programs: &Programs,
        manifest: &Manifest,
        progress: OnProgress<'_>,
    ) -> Result<()> {
        let (client, _) = sql::maintenance(server, None).await?;
        let its = Server::ask(OPERATION, &client).await?;
        self.report.restored_to_version = Some(its.version.clone());
        self.report.pg_restore_version = Some(programs.version().to_owned());
        its.require_programs(OPERATION, programs)?;
        restore::require_new_enough(&its, manifest)?;
        restore::require_extensions(&client, &its, &manifest.extensions).await?;
        let parent = self.options.staging.clone().unwrap_or_else(std::env::temp_dir);
        let staging = Scratch::begin(OPERATION, Some(&parent))?;
        fetch(self.store, manifest, self.options.identity.as_ref(), staging.path(), progress)
            .await?;
        self.phases.end("fetch");
        make_missing_roles(&client, &its, &manifest.roles).await?;
        if !manifest.tablespaces.is_empty() {
            self.report.remarks.push(format!(
                "everything was put into the default tablespace: a restore needs {}, or --no-tablespaces",
                manifest.tablespaces.join(", ")
            ));
        }
        self.make_database(&client, manifest).await?;
        let config = server.with_database(DATABASE);
        let keep_as = parent.join(format!("{}.drill.log", manifest.id));
        let mut log = Log::create(OPERATION, staging.path().join("log"), keep_as)?;
        let load = Load {
            config: &config,
            programs,
            manifest,
            scratch: &staging,
            arguments: ["--no-tablespaces", "--no-subscriptions"]
                .into_iter()
                .map(str::to_owned)
                .chain([format!("--jobs={}", self.options.jobs.max(1))])
                .collect(),
        };
        load.run(&mut log, progress).await?;
        self.phases.end("restore");
        let checks = check::check(&config, manifest, &self.options.trust, progress).await?;
        self.report.checks.extend(checks);
        self.phases.end("check");
        self.report.remarks.extend(check::analyze(&config).await);
        self.phases.end("analyze");
        Ok(())
    }

    /// The machine of the drill may not know the locale, where nothing that is checked depends on it. A restore would ask for another
    /// one, which the report says.
    async fn make_database(
        &mut self,
        client: &tokio_postgres::Client,
        manifest: &Manifest,
    ) -> Result<()> {
        let mark = "agentflow: drill";
        let properties = &manifest.properties;
        match restore::make_database(client, DATABASE, properties, mark).await {
            Err(error) if restore::is_unknown_locale(&error) => {}
            made => return made,
        }
        let plain = restore::with_locale(properties, FALLBACK);
        restore::make_database(client, DATABASE, &plain, mark).await?;
        self.report.remarks.push(format!(
            "the server of the drill does not know the locale {} ({}), so that texts were sorted by {FALLBACK}: where it is not \
             known either, a restore needs --locale",
            restore::locale_of(properties),
            properties.locale_provider
        ));
        Ok(())
    }

    fn fail(&mut self, error: &Error) {
        if let Error::Corrupt { faults, .. } = error {
            let detail = String::new();
            self.report.checks.push(Check { name: "backup", detail, faults: faults.clone() });
        }
        let mut text = error.to_string();
        if let Error::Database(agentflow::Error::Database { source, .. }) = error
            && let Some(db) = source.as_db_error()
        {
            text = format!("{text}: {}", db.message());
        }
        self.report.error = Some(text);
    }

    fn finish(mut self) -> DrillReport {
        let has_passed = self.report.error.is_none() && self.report.faults().next().is_none();
        self.report.verdict = if has_passed { Verdict::Passed } else { Verdict::Failed };
        self.report.phases = self.phases.so_far();
        self.report.rto_milliseconds =
            u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.report.finished_at = self.options.clock.now();
        self.report
    }
}
