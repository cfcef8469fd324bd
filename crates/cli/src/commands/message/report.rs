//! What a check of messages found.

use agentflow::conversations::ReplayReport;
use serde::Serialize;

use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{Output, counted, facts, thousands},
    plain,
};

/// How many bad messages people are shown; JSON has more.
const SHOWN: usize = 100;

/// The report as it is shown, with ids as the contract has them.
#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    total: u64,
    verified: u64,
    bad_total: u64,
    bad: Vec<Bad>,
    /// Whether there are more than `bad` names.
    bad_truncated: bool,
    throughput_per_sec: u64,
    duration_ms: u64,
}

#[derive(Debug, Serialize)]
struct Bad {
    id: String,
    reason: String,
}

/// Shows a report; the exit code says whether all is well.
pub(super) fn show(report: ReplayReport, context: &Context) -> Result<Exit> {
    let (is_good, bad_total) = (report.is_good(), report.bad_total());
    let bad = report.bad.into_iter();
    let bad_truncated = u64::try_from(bad.len()).is_ok_and(|named| named < bad_total);
    let report = Report {
        status: if is_good { "success" } else { "tampered" },
        total: report.total,
        verified: report.verified,
        bad_total,
        bad: bad.map(|it| Bad { id: it.id.to_ulid(), reason: it.reason }).collect(),
        bad_truncated,
        throughput_per_sec: report.throughput_per_sec,
        duration_ms: report.duration_ms,
    };
    let exit = if is_good { Exit::Done } else { Exit::Found };
    context.output.conclude(&report, exit, |report| text(report, &context.output))
}

fn text(report: &Report, output: &Output) -> String {
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    let facts = facts(&[
        ("Status", report.status.to_owned()),
        ("Messages", thousands(report.total)),
        ("Verified", thousands(report.verified)),
        ("Throughput", format!("{} messages/sec", thousands(report.throughput_per_sec))),
        ("Duration", format!("{seconds:.3} s")),
    ]);
    format!("{facts}\n\n{}", verdict(report, output))
}

fn verdict(report: &Report, output: &Output) -> String {
    if report.bad_total == 0 {
        let messages = counted(report.total, "message", "messages");
        return output.good(&format!("✓ {messages} verified: none was changed"));
    }
    let shown = report.bad.iter().take(SHOWN);
    let mut lines: Vec<_> =
        shown.map(|it| output.bad(&format!("✗ {}: {}", it.id, plain::word(&it.reason)))).collect();
    let left = report.bad_total.saturating_sub(u64::try_from(lines.len()).unwrap_or(0));
    if left > 0 {
        lines.push(format!("and {} more; {}", thousands(left), where_they_are(report)));
    }
    lines.join("\n")
}

/// Where the rest of what is bad is named: a report is kept in memory, a list is not.
fn where_they_are(report: &Report) -> String {
    if !report.bad_truncated {
        return "--output json names them".to_owned();
    }
    let named = thousands(report.bad.len());
    format!(
        "--output json names the first {named}, and `af message list --output json` all of them"
    )
}
