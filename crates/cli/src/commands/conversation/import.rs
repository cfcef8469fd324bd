use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use agentflow::conversations::{ImportOptions, ImportReport};
use serde::Serialize;
use tokio::{fs::File, io::BufReader};

use crate::{
    commands::agent,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::{Output, counted, thousands},
    plain,
    progress::Progress,
};

const BUFFER: usize = 256 << 10;
/// How many lines that failed people are shown; JSON has more.
const SHOWN: usize = 100;

/// Import conversations from JSON lines
///
/// One conversation a line: `{"messages":[{"role","content","tool_calls"}]}` as chat programs write it, optionally with
/// `id`, `title`, `created_at`, `model` and `metadata`; or the list of messages alone. Content is a text or a list of parts.
/// Each is imported once for its team, agent and user, also when the file comes again: it is known by its `id`, or by the
/// hash of all it says. A line that fails is reported with its number, and the others are imported; so does one whose `id`
/// was imported with something else. Exits 1 when lines failed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af conversation import chats.jsonl --team support --agent ada --user ann@example.com
  zcat chats.jsonl.gz | af conversation import - --team support --agent ada --user ann@example.com")]
pub(super) struct Args {
    /// The file; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The team they belong to, by slug or id
    #[arg(long)]
    team: String,
    /// The agent who spoke, by slug or id
    #[arg(long)]
    agent: String,
    /// The person who did, by e-mail or id
    #[arg(long)]
    user: String,
    /// End with the first line that fails; what was imported before it stays
    #[arg(long)]
    stop_at_first: bool,
}

/// The report as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    lines: u64,
    bytes: u64,
    imported: u64,
    skipped: u64,
    repeated: u64,
    turns: u64,
    different: u64,
    failed_total: u64,
    failed: Vec<Failed>,
    /// Whether there are more than `failed` names.
    failed_truncated: bool,
}

#[derive(Debug, Serialize)]
struct Failed {
    line: u64,
    reason: String,
}

impl From<ImportReport> for Shown {
    fn from(report: ImportReport) -> Self {
        let failed = report.failed.into_iter();
        let failed_truncated =
            u64::try_from(failed.len()).is_ok_and(|named| named < report.failed_total);
        Self {
            lines: report.lines,
            bytes: report.bytes,
            imported: report.imported,
            skipped: report.skipped,
            repeated: report.repeated,
            turns: report.turns,
            different: report.different,
            failed_total: report.failed_total,
            failed: failed.map(|(line, reason)| Failed { line, reason }).collect(),
            failed_truncated,
        }
    }
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let file = open(&args.file).await?;
    let tenant = context.tenant().await?;
    let team = named::team(&tenant, &args.team).await?;
    let agent = agent::find(&tenant, Some(&team), &args.agent).await?;
    let user = named::user(&tenant, &args.user).await?;
    let mut options = ImportOptions::new(team.id, agent, user.id);
    options.stop_at_first_error = args.stop_at_first;
    let by = context.actor_in(&tenant).await?;
    let progress = Progress::counter(&context.output, "lines read:");
    let advance = |so_far: &ImportReport| progress.reached(so_far.lines, 0);
    let reader = BufReader::with_capacity(BUFFER, file);
    let report = tenant.conversations().import(reader, &options, &by, &advance).await?;
    drop(progress);
    let report = Shown::from(report);
    let exit = if report.failed_total > 0 { Exit::Found } else { Exit::Done };
    context.output.conclude(&report, exit, |report| text(report, &context.output))
}

fn text(report: &Shown, output: &Output) -> String {
    let mut lines = Vec::new();
    for failed in report.failed.iter().take(SHOWN) {
        let reason = plain::word(&failed.reason);
        lines.push(output.bad(&format!("✗ line {}: {reason}", failed.line)));
    }
    let left = report.failed_total.saturating_sub(u64::try_from(lines.len()).unwrap_or(0));
    if left > 0 {
        let named = if report.failed_truncated {
            format!("the first {}", thousands(report.failed.len()))
        } else {
            "them".to_owned()
        };
        lines.push(format!("and {} more; --output json names {named}", thousands(left)));
    }
    let conversations = counted(report.imported, "conversation", "conversations");
    let turns = counted(report.turns, "turn", "turns");
    let mut text = format!("Imported {conversations} with {turns}.");
    if report.skipped > 0 {
        let skipped = counted(report.skipped, "was", "were");
        text = format!("{text} {skipped} there already.");
    }
    if report.repeated > 0 {
        let repeated = counted(report.repeated, "line repeats", "lines repeat");
        text = format!("{text} {repeated} an earlier one.");
    }
    if report.failed_total > 0 {
        let failed = counted(report.failed_total, "line", "lines");
        let different = match report.different {
            0 => String::new(),
            different => {
                format!(", {} for saying something else than before", thousands(different))
            }
        };
        text = format!("{text} {failed} failed{different}.");
    }
    lines.push(text);
    lines.join("\n")
}

async fn open(path: &Path) -> Result<File> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let cannot =
        |reason: &dyn std::fmt::Display| Error::usage(format!("cannot read {name}: {reason}"));
    if is_stdin {
        if std::io::stdin().is_terminal() {
            return Err(cannot(&"it is a terminal; pipe the lines into it"));
        }
        return stdin().map(File::from_std).map_err(|error| cannot(&error));
    }
    // On Unix a folder can be opened, and only reading it fails.
    if path.is_dir() {
        return Err(cannot(&"it is a folder, not a file"));
    }
    File::open(path).await.map_err(|error| cannot(&error))
}

/// Standard input as a file, which is read on threads made for waiting.
#[cfg(unix)]
fn stdin() -> std::io::Result<std::fs::File> {
    use std::os::fd::AsFd;

    std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from)
}

/// Standard input as a file, which is read on threads made for waiting.
#[cfg(windows)]
fn stdin() -> std::io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;

    std::io::stdin().as_handle().try_clone_to_owned().map(std::fs::File::from)
}
