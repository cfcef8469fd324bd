use agentflow::{
    TenantId,
    secrets::key_ring::{RewrapOptions, RewrapReport},
};

use crate::{context::Context, error::Result, exit::Exit, progress::Progress};

/// How many values that do not open are told of in text.
const SHOWN: usize = 20;

/// Wrap sealed values with the current key
///
/// Of every tenant, or of the one that --tenant names (AF_TENANT does not count here): page by page, while everything else goes on. What is wrapped with the current key is passed over,
/// so it can be interrupted and run again, and several can share the work. A value that does not open stays as it is. Exits 1
/// when there are such.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af key-ring rewrap --dry-run
  af key-ring rewrap --verify
  af key-ring rewrap --tenant acme")]
pub(super) struct Args {
    /// Change nothing; open what is not wrapped with the current key, and tell what would be done
    #[arg(long, conflicts_with = "verify")]
    dry_run: bool,
    /// Change nothing; open every value, also what is wrapped with the current key
    #[arg(long)]
    verify: bool,
    /// Rows in one transaction
    #[arg(long, value_name = "ROWS", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    batch: u16,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let store = context.store().await?;
    let tenant = only(context, &store).await?;
    let options =
        RewrapOptions { tenant, batch: args.batch, dry_run: args.dry_run, verify: args.verify };
    let bar = Progress::bar(&context.output, "Rewrapping");
    let progress =
        |now: agentflow::secrets::key_ring::RewrapProgress| bar.reached(now.done, now.total);
    let report = store.admin().key_ring().rewrap(options, &context.actor(), &progress).await;
    drop(bar);
    let report = report?;
    let exit = if report.failed > 0 { Exit::Found } else { Exit::Done };
    context.output.conclude(&report, exit, |report| text(report, args.verify))
}

async fn only(context: &Context, store: &agentflow::Store) -> Result<Option<TenantId>> {
    // A variable that is set for other commands would leave the other tenants out, and nobody would notice.
    if context.options.given_tenant.is_none() {
        return Ok(None);
    }
    context.tenant_id(store).await.map(Some)
}

fn text(report: &RewrapReport, verified: bool) -> String {
    let (values, tenants) = (report.rewrapped, report.tenants);
    let mut lines = vec![match (report.dry_run, values + report.failed) {
        _ if verified => {
            format!("Values that open: {}, of tenants: {tenants}.", report.verified)
        }
        (_, 0) => "Everything is wrapped with the current key.".to_owned(),
        (true, _) => {
            format!("Values to rewrap: {values}, of tenants: {tenants}. Nothing was changed.")
        }
        (false, _) => format!("Values rewrapped: {values}, of tenants: {tenants}."),
    }];
    for failure in report.failures.iter().take(SHOWN) {
        lines.push(format!(
            "✗ {}.{} of row {} of tenant {} does not open: {}",
            failure.table, failure.column, failure.row, failure.tenant_id, failure.reason
        ));
    }
    let more = report.failed.saturating_sub(SHOWN.try_into().unwrap_or(u64::MAX));
    if more > 0 {
        lines.push(format!("✗ and {more} more; --output json names up to 1000"));
    }
    for refusal in &report.refused {
        lines.push(format!("Passed over tenant {}: {}.", refusal.tenant_id, refusal.reason));
    }
    lines.join("\n")
}
