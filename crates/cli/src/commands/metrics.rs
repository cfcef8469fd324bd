use agentflow::{Error, audit::AuditLag, observe, runs::RunsWaiting};
use jiff::Timestamp;
use serde::Serialize;

use crate::{context::Context, error::Result, exit::Exit, metrics};

/// Print what waits in the database, for Prometheus
///
/// The runs that wait for a worker, and the audit entries that wait to be published: what a timer writes into the folder of the
/// textfile collector of node_exporter, where no command with --metrics goes on. What the role of the connection string may not look
/// at is left out.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af metrics
  af metrics > af.prom.new && mv af.prom.new /var/lib/node_exporter/af.prom
  af metrics --output json")]
pub(crate) struct Args {}

/// What waits.
#[derive(Debug, Serialize)]
struct Waiting {
    runs: Runs,
    audit: Option<Audit>,
}

#[derive(Debug, Serialize)]
struct Runs {
    tenants: u64,
    due: u64,
    oldest_due_seconds: f64,
}

#[derive(Debug, Serialize)]
struct Audit {
    tenants: u64,
    unpublished_entries: u64,
    since: Option<Timestamp>,
}

pub(crate) async fn run(_args: &Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    let runs = store.run_queue().waiting().await?;
    let audit = match store.admin().audit_lag().await {
        Err(Error::Denied { .. }) => {
            let role = "the role of the connection string may not look at the audit of all tenants";
            context.output.note(&format!("Left out: {role}."));
            None
        }
        lag => Some(lag?),
    };
    if context.output.is_json() {
        context.output.json(&waiting(&runs, audit.as_ref()))?;
        return Ok(Exit::Done);
    }
    let recorder = metrics::recorder()?;
    ::metrics::with_local_recorder(&recorder, || {
        observe::describe();
        observe::gauge_runs(&runs);
        if let Some(lag) = &audit {
            observe::gauge_audit_lag(lag);
        }
    });
    context.output.line(&recorder.handle().render())?;
    Ok(Exit::Done)
}

fn waiting(runs: &RunsWaiting, audit: Option<&AuditLag>) -> Waiting {
    Waiting {
        runs: Runs {
            tenants: runs.tenants,
            due: runs.runs,
            oldest_due_seconds: runs.longest.as_secs_f64(),
        },
        audit: audit.map(|lag| Audit {
            tenants: lag.tenants,
            unpublished_entries: lag.entries,
            since: lag.since,
        }),
    }
}
