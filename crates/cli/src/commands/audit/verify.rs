use std::num::NonZeroUsize;

use agentflow::core::clock::{Clock, SystemClock};
use agentflow::{
    Store,
    audit::{Verdict, VerifyOptions, VerifyReport},
};
use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    output::{Output, counted, facts, thousands},
    progress::Progress,
};

/// Verify audit chains
///
/// Recomputes every hash of one tenant's chain or of all, in one snapshot of the database. Exits 1 when an entry is not
/// as it was appended, and names the first one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af audit verify
  af audit verify --tenant acme --deep --output json")]
pub(crate) struct Args {
    /// Also check that the searched fields are what the records say; several times slower
    #[arg(long)]
    deep: bool,
    /// Connections that work at the same time; one for each processor if absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    match verify(args, context).await {
        Ok(report) => {
            context.output.show(&report, |report| text(report, &context.output))?;
            let tampered = report.status == Verdict::Tampered;
            Ok(if tampered { Exit::Found } else { Exit::Done })
        }
        Err(Error::Told(report)) if context.output.is_json() => {
            let causes: Vec<_> = std::iter::once(report.message.as_str())
                .chain(report.causes.iter().map(String::as_str))
                .collect();
            context.output.json(&json!({
                "status": if report.kind == "tampered" { "tampered" } else { "error" },
                "timestamp": SystemClock.now(),
                "total_records": 0,
                "verified_records": 0,
                "throughput_per_sec": 0,
                "duration_ms": 0,
                "error_message": causes.join(": "),
                "tenants": [],
                "error": &report,
            }))?;
            Ok(report.exit)
        }
        Err(error) => Err(error),
    }
}

async fn verify(args: &Args, context: &Context) -> Result<VerifyReport> {
    let store = context.store().await?;
    let mut options = VerifyOptions { deep: args.deep, ..VerifyOptions::default() };
    if let Some(jobs) = args.jobs {
        options.jobs = jobs.get();
    }
    let progress = Progress::bar(&context.output, "verifying");
    let advance = |seen: agentflow::audit::VerifyProgress| progress.reached(seen.done, seen.total);
    let report = verify_in(&store, context, &options, &advance).await?;
    Ok(report)
}

async fn verify_in(
    store: &Store,
    context: &Context,
    options: &VerifyOptions,
    progress: &(dyn Fn(agentflow::audit::VerifyProgress) + Send + Sync),
) -> Result<VerifyReport> {
    if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        return Ok(store.admin().verify_audit(options, progress).await?);
    }
    let tenant = store.tenant(context.tenant_id(store).await?);
    Ok(tenant.audit().verify(options, progress).await?)
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
        ("Throughput", format!("{} entries/sec", thousands(report.throughput_per_sec))),
        ("Duration", format!("{seconds:.3} s")),
        ("First Tampered Index", index.unwrap_or_default()),
    ]);
    format!("{facts}\n\n{}", verdict(report, output))
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
    if wrong.is_empty() {
        let entries = counted(report.total_records, "entry", "entries");
        let chains = counted(report.tenants.len(), "chain", "chains");
        output.good(&format!("✓ {entries} of {chains} verified: none was changed"))
    } else {
        wrong.join("\n")
    }
}
