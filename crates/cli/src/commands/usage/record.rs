use std::{collections::VecDeque, io, path::PathBuf};

use agentflow::{
    Tenant,
    budgets::{BudgetAlert, Measure},
    metering::{RecordReport, Refused},
};
use serde::Serialize;
use tokio::task::JoinHandle;

use super::{
    numbers::grouped,
    read_ahead::{self, Bad, Batch, Line, Piece},
    rejects::Rejects,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
    interrupt, lines,
    output::{Output, counted, thousands},
    progress::Progress,
};

/// Batches that are written at the same time.
const AT_ONCE: usize = 3;
/// Refused lines that are told one by one.
const TOLD: usize = 20;
const HINT: &str = "af usage record events.jsonl, or … | af usage record; one event per line, such as \
                    {\"key\":\"call-1\",\"workspace_id\":\"…\",\"metric_type\":\"llm_tokens\",\"metric_name\":\"input_tokens\",\
                    \"quantity\":120}";

/// Record usage from JSON lines
///
/// Reads one event per line from a file or stdin, of any size. Bad lines are refused and named, and everything else is
/// stored; then it exits 1. It can be interrupted and run again, for an event counts once by its `key`: the same line again
/// is a repeat, and another one with the same key is refused. A line has `key`, `workspace_id`, `metric_type` (llm_tokens,
/// connector_calls, api_calls, storage_bytes, compute_minutes), `metric_name` and `quantity`, and optionally `unit` (that of
/// the type), `occurred_at` (RFC 3339; now if absent), `cost_in_cents` (by the prices if absent), `agent_id`,
/// `principal_id`, `workflow_id`, `run_id`, `tool_call_id`, `message_id`, `reservation_id`, `model`, `tool`, `metadata` (an
/// object) and `tenant_id` (this tenant).
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af usage record --tenant acme < events.jsonl
  af usage record --tenant acme events.jsonl --rejects refused.jsonl")]
pub(crate) struct Args {
    /// The file; `-` or nothing for stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Exit 0 even if lines were refused
    #[arg(long)]
    skip_invalid: bool,
    /// Write what was refused to this new file, a JSON object a line: `line` (its number), `reason` and `text` (what it says).
    /// There is none when nothing is refused
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// What became of the file.
#[derive(Debug, Default, Serialize)]
struct Summary {
    recorded: u64,
    repeated: u64,
    refused: u64,
    /// The first of them.
    refusals: Vec<ToldRefusal>,
    /// Each threshold once, with what was spent when it was reached.
    alerts: Vec<BudgetAlert>,
    /// Whether it was interrupted: then these are the lines so far.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

#[derive(Debug, Serialize)]
struct ToldRefusal {
    line: u64,
    reason: String,
}

impl Summary {
    fn text(&self) -> String {
        let mut text = format!("Recorded {}", counted(self.recorded, "event", "events"));
        if self.repeated > 0 {
            text = format!("{text}, {} known already", thousands(self.repeated));
        }
        if self.refused > 0 {
            text = format!("{text}, refused {}", counted(self.refused, "line", "lines"));
        }
        text.push('.');
        for alert in &self.alerts {
            text = format!("{text}\n{}", told(alert));
        }
        text
    }
}

fn told(alert: &BudgetAlert) -> String {
    let unit = match alert.measure {
        Measure::Tokens => "tokens",
        Measure::Calls => "calls",
        Measure::CostInCents => "cents",
    };
    format!(
        "The budget `{}` reached {} % of its {unit}: {} of {} are spent.",
        alert.name,
        alert.percent,
        grouped(alert.spent),
        grouped(alert.allowed),
    )
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let input = lines::open(args.file.as_deref(), HINT)?;
    let rejects =
        args.rejects.as_deref().map(|path| Rejects::new(path, args.file.as_deref())).transpose()?;
    let store = context.store().await?;
    let tenant = store.tenant(context.tenant_id(&store).await?);
    // Usage is its own record and names nobody who told of it; but a name that nobody has is a mistake here as elsewhere.
    context.actor_in(&tenant).await?;
    let mut work = Work {
        pieces: read_ahead::start(input, tenant.id(), rejects.is_some()),
        tenant,
        running: VecDeque::with_capacity(AT_ONCE),
        ledger: Ledger {
            summary: Summary::default(),
            rejects,
            progress: Progress::rate(&context.output, "events recorded:"),
            output: context.output.clone(),
        },
    };
    let was_interrupted = work.do_all().await?;
    let mut summary = work.ledger.close()?;
    summary.interrupted = was_interrupted;
    if was_interrupted && context.output.is_json() {
        return context.output.conclude(&summary, Exit::Interrupted, Summary::text);
    }
    if was_interrupted {
        let text = summary.text();
        context.output.note(&format!("{text} Run it again for the rest: nothing counts twice."));
        return Err(Error::Interrupted);
    }
    let is_bad = summary.refused > 0 && !args.skip_invalid;
    let exit = if is_bad { Exit::Found } else { Exit::Done };
    context.output.conclude(&summary, exit, Summary::text)
}

/// A batch that is being written. What was bad in it is told with what is refused, in the order of the lines.
struct Running {
    recorded: JoinHandle<agentflow::Result<RecordReport>>,
    lines: Vec<Line>,
    bad: Vec<Bad>,
}

/// The way of the events from the file to the database.
struct Work {
    pieces: tokio::sync::mpsc::Receiver<Piece>,
    tenant: Tenant,
    /// In the order of the file.
    running: VecDeque<Running>,
    ledger: Ledger,
}

impl Work {
    /// Whether it was interrupted. What was begun to be written is written then, too.
    async fn do_all(&mut self) -> Result<bool> {
        interrupt::is_awaited();
        let interrupted = interrupt::asked();
        tokio::pin!(interrupted);
        let mut was_interrupted = false;
        loop {
            let piece = tokio::select! {
                piece = self.pieces.recv() => piece,
                () = &mut interrupted => {
                    was_interrupted = true;
                    break;
                }
            };
            match piece {
                Some(Piece::Batch(batch)) => self.begin(*batch).await?,
                Some(Piece::Unreadable(error)) => return Err(unreadable(&error)),
                Some(Piece::End) => break,
                // Only the end that was told is one.
                None => return Err(unreadable(&io::Error::other("it stopped"))),
            }
        }
        while let Some(running) = self.running.pop_front() {
            self.ledger.enter(running).await?;
        }
        Ok(was_interrupted)
    }

    async fn begin(&mut self, batch: Batch) -> Result<()> {
        if self.running.len() >= AT_ONCE
            && let Some(oldest) = self.running.pop_front()
        {
            self.ledger.enter(oldest).await?;
        }
        let Batch { events, lines, bad, .. } = batch;
        let metering = self.tenant.metering();
        let recorded = tokio::spawn(async move { metering.record_many(&events).await });
        self.running.push_back(Running { recorded, lines, bad });
        Ok(())
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::io("read the events", error)
}

/// What became of the lines so far.
struct Ledger {
    summary: Summary,
    rejects: Option<Rejects>,
    progress: Progress,
    output: Output,
}

impl Ledger {
    async fn enter(&mut self, running: Running) -> Result<()> {
        let Running { recorded, lines, mut bad } = running;
        let report = recorded.await.map_err(|_| {
            Error::io("record usage", &io::Error::other("a batch ended in a panic"))
        })??;
        self.summary.recorded += report.recorded;
        self.summary.repeated += report.repeated;
        for alert in report.alerts {
            let key = |it: &BudgetAlert| (it.budget_id, it.period_start, it.measure, it.percent);
            if !self.summary.alerts.iter().any(|told| key(told) == key(&alert)) {
                self.summary.alerts.push(alert);
            }
        }
        self.progress.add(report.recorded + report.repeated);
        let mut lines: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
        for Refused { index, reason, .. } in report.refused {
            if let Some(line) = lines.get_mut(index).and_then(Option::take) {
                bad.push(Bad { line, reason: reason.to_string() });
            }
        }
        bad.sort_by_key(|bad| bad.line.number);
        bad.into_iter().try_for_each(|bad| self.refuse(bad))
    }

    fn refuse(&mut self, bad: Bad) -> Result<()> {
        if let Some(rejects) = &mut self.rejects {
            rejects.write(&bad)?;
        }
        self.summary.refused += 1;
        if self.summary.refusals.len() < TOLD {
            let told = ToldRefusal { line: bad.line.number, reason: bad.reason };
            let text = format!("line {}: {}", told.line, told.reason);
            self.progress.suspended(|| self.output.warn(&text));
            self.summary.refusals.push(told);
        }
        Ok(())
    }

    fn close(self) -> Result<Summary> {
        drop(self.progress);
        let untold = self.summary.refused.saturating_sub(TOLD as u64);
        if untold > 0 {
            let more = counted(untold, "more line was refused", "more lines were refused");
            let advice = if self.rejects.is_some() { "" } else { "; --rejects FILE tells of all" };
            self.output.warn(&format!("{more}{advice}"));
        }
        if let Some(rejects) = self.rejects {
            rejects.close()?;
        }
        Ok(self.summary)
    }
}
