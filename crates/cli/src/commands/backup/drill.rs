use std::path::{Path, PathBuf};

use agentflow::Config;
use agentflow_backup::{
    DrillOptions, DrillReport, DrillServer, Error as BackupError, Programs, drill,
};
use agentflow_postgres::{
    ClientPrograms, Ephemeral, EphemeralOptions, Error as PostgresError, Installation,
};
use jiff::Timestamp;

use super::{
    place::{self, Believed, Identity, Jobs, MaxAge, Place, WHOLE, Which},
    progress::Bars,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{facts, table, thousands},
};

/// Restore a backup to a throw-away server, and report
///
/// Verifies the backup, restores it to a server on 127.0.0.1 that is gone afterwards, makes the checks of a restore, and measures how
/// long each phase took and how old the backup was. Exits 1 if anything is not as it must be; the report is written all the same.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup drill latest --report-dir /var/lib/agentflow/drills --max-age 26h
  af backup drill latest --identity backup.key --output json")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    max_age: MaxAge,
    /// Write the report into this folder, as JSON and as one HTML file
    #[arg(long, value_name = "FOLDER")]
    report_dir: Option<PathBuf>,
    #[command(flatten)]
    jobs: Jobs,
    /// Where parts are put while they are read; by default the system's temporary folder
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
    let options = DrillOptions {
        identity: args.identity.load(context).await?,
        jobs: args.jobs.count(),
        staging: args.staging.clone(),
        program: concat!("af/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..DrillOptions::new(trust.clone())
    };
    args.which.remark(&store, context).await?;
    let id = args.which.id(&store, (&WHOLE, None), &trust, context).await?;
    // What would fail at the end fails now.
    if let Some(folder) = &args.report_dir {
        std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    }
    let bars = Bars::new(&context.output);
    let report = drill(&store, &id, &options, start, &|seen| bars.show(seen)).await;
    drop(bars);
    let report = report?;
    let files = match &args.report_dir {
        Some(folder) => write(&report, folder)?,
        None => Vec::new(),
    };
    let too_old = args.max_age.exceeded_by(place::age(&id));
    let exit = if report.has_passed() && too_old.is_none() { Exit::Done } else { Exit::Found };
    if let Some(fault) = too_old {
        // The report says how the drill went, and how old the backup was; what is too old is for whoever asked.
        context.output.warn(&format!("the backup is too old: {fault}"));
    }
    context.output.conclude(&report, exit, |report| text(report, &files, context))
}

/// A server of the backup's version, or a newer one.
fn start(major: u16) -> Result<DrillServer, BackupError> {
    let installation = installation(major).map_err(|error| unavailable(&error))?;
    let server = Ephemeral::start(&installation, &EphemeralOptions::default());
    let server = server.map_err(|error| unavailable(&error))?;
    let config = Config::from_url(&server.url("postgres"))?;
    let version = installation.version;
    let programs = Programs::new(installation.bin_dir, version.major, version.to_string());
    Ok(DrillServer { config, programs, guard: Box::new(server) })
}

fn installation(major: u16) -> Result<Installation, PostgresError> {
    let of_its_version = ClientPrograms::find(major).and_then(|it| Installation::at(&it.bin_dir));
    match of_its_version {
        // Without pgvector, another one may serve better.
        Ok(found) if found.pgvector.is_some() => Ok(found),
        Ok(found) => {
            Ok(Installation::find()?.filter(|it| it.version.major >= major).unwrap_or(found))
        }
        Err(_) => Installation::find_or_provision(&mut |_| ()),
    }
}

fn unavailable(error: &PostgresError) -> BackupError {
    let operation = "start a throw-away server for the drill";
    BackupError::Unavailable { operation, reason: error.to_string() }
}

/// The paths of the two files. Drills of one backup do not replace each other's reports.
fn write(report: &DrillReport, folder: &Path) -> Result<Vec<PathBuf>> {
    let json = serde_json::to_string_pretty(report)
        .map_err(|error| Error::io("write the report", &error.into()))?;
    let name = format!("drill-{}-{}", report.backup, stamp(report.started_at));
    let files = [(format!("{name}.json"), json + "\n"), (format!("{name}.html"), report.to_html())];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        written.push(path);
    }
    Ok(written)
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::io(&format!("write the report to {}", path.display()), error)
}

fn text(report: &DrillReport, files: &[PathBuf], context: &Context) -> String {
    let seconds = |milliseconds: u64| {
        format!("{:.1} s", std::time::Duration::from_millis(milliseconds).as_secs_f64())
    };
    let age = report.rpo_seconds.and_then(|age| u64::try_from(age).ok());
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let head = facts(&[
        ("Backup", format!("{} in {}", report.backup, report.location)),
        ("Signed by", report.signed_by.clone().unwrap_or_else(|| "nobody was asked".to_owned())),
        ("PostgreSQL", said(&report.postgres_version)),
        ("Restored to", said(&report.restored_to_version)),
        ("Rows", format!("{} of {} tables", thousands(report.rows), report.tables)),
        ("Age (RPO)", age.map(place::span).unwrap_or_default()),
        ("Time (RTO)", seconds(report.rto_milliseconds)),
    ]);
    let phases = report.phases.iter().map(|it| vec![it.name.to_owned(), seconds(it.milliseconds)]);
    let mut lines = vec![head, table(&["PHASE", "TIME"], phases)];
    for check in &report.checks {
        let line = format!("{}: {}", check.name, check.detail);
        lines.push(if check.has_passed() {
            context.output.good(&format!("✓ {line}"))
        } else {
            context.output.bad(&format!("✗ {line}"))
        });
        lines.extend(check.faults.iter().map(|fault| format!("    {fault}")));
    }
    lines.extend(report.remarks.iter().map(|remark| format!("! {remark}")));
    lines.extend(report.error.iter().map(|error| context.output.bad(&format!("✗ {error}"))));
    lines.extend(files.iter().map(|path| format!("Report: {}", path.display())));
    lines.push(if report.has_passed() {
        context.output.good("✓ the drill passed")
    } else {
        context.output.bad("✗ the drill failed")
    });
    lines.join("\n")
}
