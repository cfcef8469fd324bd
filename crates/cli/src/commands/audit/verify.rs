use std::{fs::File, io::BufReader, num::NonZeroUsize, path::PathBuf};

use agentflow::{
    AlertSetting, Store,
    audit::{Alert, AlertChannel, TenantVerdict, Verdict, VerifyOptions, VerifyReport},
    core::{
        audit::{SignedCheckpoint, TornEnd, read_checkpoints},
        clock::{Clock, SystemClock},
    },
};
use serde_json::json;

use super::trust::Trust;
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted, facts, thousands},
    progress::Progress,
};

/// Verify audit chains
///
/// Recomputes every hash of one tenant's chain or of all, and the root of every checkpoint, in one snapshot of the
/// database. Exits 1 when an entry is not as it was appended, names the first one, and raises one alert.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit verify
  af audit verify --tenant acme --deep --output json
  af audit verify --key audit.pub --checkpoints /mnt/worm/checkpoints
  af audit verify --since-checkpoint --alert notify:ops")]
pub(crate) struct Args {
    /// Also check that the searched fields are what the records say; several times slower
    #[arg(long)]
    deep: bool,
    /// Connections that work at the same time; one for each processor if absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    trust: Trust,
    /// Hold the chains against these copies of checkpoints, kept outside of the database; may be repeated
    #[arg(long, value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// Begin each chain at its last signed checkpoint; where there is none, verify it in full
    #[arg(long)]
    since_checkpoint: bool,
    /// Who is told of tampering: log, notify, notify:CHANNEL, https://…; by default AF_AUDIT_ALERT
    #[arg(long, value_name = "CHANNEL", value_parser = |text: &str| text.parse::<AlertSetting>().map_err(|error| error.reason))]
    alert: Option<AlertSetting>,
}

impl Args {
    fn options(&self, context: &Context) -> Result<VerifyOptions> {
        let needs_keys = self.since_checkpoint || !self.checkpoints.is_empty();
        let keys =
            if needs_keys { self.trust.required(context)? } else { self.trust.keys(context)? };
        let mut options = VerifyOptions {
            deep: self.deep,
            keys,
            outside: read_copies(&self.checkpoints)?,
            since_checkpoint: self.since_checkpoint,
            ..VerifyOptions::default()
        };
        if let Some(jobs) = self.jobs {
            options.jobs = jobs.get();
        }
        Ok(options)
    }

    fn channel(&self, context: &Context) -> Result<Option<AlertChannel>> {
        let audit = context.settings()?.audit;
        let setting = self.alert.as_ref().or(audit.alert.as_ref());
        let open = |setting| AlertChannel::open(setting, audit.webhook_secret.as_ref());
        Ok(setting.map(open).transpose()?)
    }
}

const TORN: &str = "a crash may have cut it off; the next checkpoint completes the file";

fn read_copies(paths: &[PathBuf]) -> Result<Vec<SignedCheckpoint>> {
    let mut copies = Vec::new();
    for path in paths {
        let bad =
            |error: &dyn std::fmt::Display| Error::usage(format!("{}: {error}", path.display()));
        if !path.metadata().map_err(|error| bad(&error))?.is_file() {
            return Err(bad(&"expected a file with checkpoints"));
        }
        let file = File::open(path).map_err(|error| bad(&error))?;
        let before = copies.len();
        for copy in read_checkpoints(BufReader::new(file), TornEnd::Refuse) {
            copies.push(copy.map_err(|error| {
                let is_torn = error.reason.contains("cut off");
                let error = bad(&error);
                if is_torn { error.with_hint(TORN) } else { error }
            })?);
        }
        if copies.len() == before {
            return Err(bad(&"there is no checkpoint in it"));
        }
    }
    Ok(copies)
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    match verify(args, context).await {
        Ok(report) => {
            let tampered = report.status == Verdict::Tampered;
            let exit = if tampered { Exit::Found } else { Exit::Done };
            context.output.conclude(&report, exit, |report| text(report, &context.output))
        }
        Err(Error::Told(report)) if context.output.is_json() => {
            let causes: Vec<_> = std::iter::once(report.message.as_str())
                .chain(report.causes.iter().map(String::as_str))
                .collect();
            let told = json!({
                "status": if report.kind == "tampered" { "tampered" } else { "error" },
                "timestamp": SystemClock.now(),
                "total_records": 0,
                "verified_records": 0,
                "throughput_per_sec": 0,
                "duration_ms": 0,
                "error_message": causes.join(": "),
                "tenants": [],
                "error": &report,
            });
            context.output.conclude(&told, report.exit, |_| String::new())
        }
        Err(error) => Err(error),
    }
}

async fn verify(args: &Args, context: &Context) -> Result<VerifyReport> {
    let options = args.options(context)?;
    let channel = args.channel(context)?;
    let store = context.store().await?;
    let progress = Progress::bar(&context.output, "verifying");
    let advance = |seen: agentflow::audit::VerifyProgress| progress.reached(seen.done, seen.total);
    let report = verify_in(&store, context, &options, &advance).await?;
    drop(progress);
    if let (Ok(report), false) = (&report, args.checkpoints.is_empty()) {
        tell_uncovered(report, context);
    }
    if let (Some(channel), Some(alert)) = (channel, Alert::of(&report, SystemClock.now())) {
        for lost in store.admin().send_alert(&alert, &[channel]).await {
            context
                .output
                .warn(&format!("the alert did not reach {}: {}", lost.channel, lost.error));
        }
    }
    Ok(report?)
}

async fn verify_in(
    store: &Store,
    context: &Context,
    options: &VerifyOptions,
    progress: &(dyn Fn(agentflow::audit::VerifyProgress) + Send + Sync),
) -> Result<agentflow::Result<VerifyReport>> {
    if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        return Ok(store.admin().verify_audit(options, progress).await);
    }
    let tenant = store.tenant(context.tenant_id(store).await?);
    Ok(tenant.audit().verify(options, progress).await)
}

/// Copies say nothing about a tenant that they do not have.
fn tell_uncovered(report: &VerifyReport, context: &Context) {
    let is_uncovered = |tenant: &&TenantVerdict| {
        tenant.status == Verdict::Success && tenant.covered_by_copies.unwrap_or(0) == 0
    };
    let tenants: Vec<_> = report.tenants.iter().filter(is_uncovered).collect();
    if let Some(first) = tenants.first() {
        let id = first.tenant_id.to_string();
        let name = first.slug.as_deref().unwrap_or(&id);
        context.output.warn(&format!(
            "No copy vouches for {}, {name} being the first: what is in the database is all there is.",
            counted(tenants.len(), "tenant", "tenants")
        ));
    }
}

/// The report in words.
fn text(report: &VerifyReport, output: &Output) -> String {
    let tampered = report.status == Verdict::Tampered;
    let status = if tampered { "tampered" } else { "success" };
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    let index = report.first_tampered_index.map(|index| index.to_string());
    let facts = facts(&[
        ("Status", status.to_owned()),
        ("Total Records", thousands(report.total_records)),
        ("Verified Records", thousands(report.verified_records)),
        ("Checkpoints", checkpoints(report)),
        ("Copies", if report.copies > 0 { thousands(report.copies) } else { String::new() }),
        ("Throughput", format!("{} entries/sec", thousands(report.throughput_per_sec))),
        ("Duration", format!("{seconds:.3} s")),
        ("First Tampered Index", index.unwrap_or_default()),
    ]);
    format!("{facts}\n\n{}", verdict(report, output))
}

fn checkpoints(report: &VerifyReport) -> String {
    match (report.checkpoints, report.signatures_checked) {
        (0, _) => String::new(),
        (count, true) => format!("{}, signatures checked", thousands(count)),
        (count, false) => {
            format!("{}, signatures not checked: no --key was given", thousands(count))
        }
    }
}

fn verdict(report: &VerifyReport, output: &Output) -> String {
    let wrong: Vec<_> = report
        .tenants
        .iter()
        .filter(|tenant| tenant.status == Verdict::Tampered)
        .map(|tenant| {
            let id = tenant.tenant_id.to_string();
            let name = tenant.slug.as_deref().unwrap_or(&id);
            let what = tenant.error_message.as_deref().unwrap_or("its chain is not whole");
            output.bad(&format!("✗ {name}: {what}"))
        })
        .collect();
    let wrong_log = report.tenant_log.as_ref().and_then(|log| log.error_message.as_ref());
    let wrong_log = wrong_log.map(|what| output.bad(&format!("✗ the log of all tenants: {what}")));
    let wrong: Vec<_> = wrong.into_iter().chain(wrong_log).collect();
    if wrong.is_empty() {
        let entries = counted(report.total_records, "entry", "entries");
        let chains = counted(report.tenants.len(), "chain", "chains");
        output.good(&format!("✓ {entries} of {chains} verified: none was changed"))
    } else {
        wrong.join("\n")
    }
}
