//! Adds memories from a file of any size.

mod read_ahead;
mod split;

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    time::Instant,
};

use agentflow::{
    audit::Actor,
    core::clock::{Clock, SystemClock},
    memory::{Memories, NewMemory},
};
use serde::Serialize;
use tokio::task::JoinHandle;

use self::read_ahead::{Bad, Batch, Piece};
pub(super) use self::split::Split;
use crate::{
    context::Context,
    error::{Error, Result, is_about_embedding},
    exit::Exit,
    interrupt, lines,
    output::{Output, counted, thousands},
    progress::Progress,
};

/// Batches that are embedded and written at the same time.
const AT_ONCE: usize = 2;
/// Refused passages that are told one by one.
const TOLD: usize = 20;
const HINT: &str =
    "af memory add --team TEAM --file FILE, or … | af memory add --team TEAM --file -";

/// A file, and how it is taken apart.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// Add the passages of this file; `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// What a passage is; by the name of the file if absent: lines of JSON in `.jsonl` and `.ndjson`, else paragraphs
    #[arg(long, value_enum, requires = "file")]
    split: Option<Split>,
    /// Exit 0 even if passages were refused
    #[arg(long, requires = "file")]
    skip_invalid: bool,
}

impl Source {
    fn split(&self, path: &Path) -> Split {
        self.split.unwrap_or_else(|| {
            let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
            match extension.to_lowercase().as_str() {
                "jsonl" | "ndjson" => Split::Jsonl,
                _ => Split::Paragraph,
            }
        })
    }
}

/// What became of the file.
#[derive(Debug, Default, Serialize)]
struct Summary {
    added: u64,
    known: u64,
    refused: u64,
    /// The first of them.
    refusals: Vec<ToldRefusal>,
    /// Whether it was interrupted: then these are the passages so far.
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
        let mut text = format!("Added {}", counted(self.added, "memory", "memories"));
        if self.known > 0 {
            text = format!("{text}, {} known already", thousands(self.known));
        }
        if self.refused > 0 {
            text = format!("{text}, refused {}", counted(self.refused, "passage", "passages"));
        }
        text.push('.');
        text
    }
}

/// What the passages become, and by whom.
pub(super) struct Target {
    pub(super) memories: Memories,
    /// What each is besides its text.
    pub(super) template: NewMemory,
    pub(super) by: Actor,
}

/// Fails if it cannot be read, before anything is asked of the database.
pub(super) fn open(path: &Path) -> Result<lines::Input> {
    lines::open(Some(path), HINT)
}

pub(super) async fn run(
    source: &Source,
    path: &Path,
    input: lines::Input,
    target: Target,
    context: &Context,
) -> Result<Exit> {
    let total = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
    let Target { memories, template, by } = target;
    let mut work = Work {
        pieces: read_ahead::start(input, source.split(path), template, SystemClock.now()),
        memories,
        by,
        running: VecDeque::with_capacity(AT_ONCE),
        ledger: Ledger {
            summary: Summary::default(),
            progress: Progress::bytes(&context.output, "Adding memories"),
            total: total.map_or(0, |it| it.len()),
            began: Instant::now(),
            output: context.output.clone(),
        },
    };
    let was_interrupted = work.do_all().await?;
    let mut summary = work.ledger.close();
    summary.interrupted = was_interrupted;
    if was_interrupted && context.output.is_json() {
        return context.output.conclude(&summary, Exit::Interrupted, Summary::text);
    }
    if was_interrupted {
        let text = summary.text();
        context.output.note(&format!("{text} Run it again for the rest: nothing is added twice."));
        return Err(Error::Interrupted);
    }
    let is_bad = summary.refused > 0 && !source.skip_invalid;
    let exit = if is_bad { Exit::Found } else { Exit::Done };
    context.output.conclude(&summary, exit, Summary::text)
}

/// A batch that is being added. What was bad in it is told with what is refused, in the order of the lines.
struct Running {
    added: JoinHandle<agentflow::Result<Outcome>>,
    bad: Vec<Bad>,
    end: u64,
}

/// What became of a batch.
#[derive(Default)]
struct Outcome {
    created: u64,
    known: u64,
    refused: Vec<Bad>,
}

impl Outcome {
    fn count(&mut self, created: bool) {
        *(if created { &mut self.created } else { &mut self.known }) += 1;
    }
}

/// The way of the passages from the file to the database.
struct Work {
    pieces: tokio::sync::mpsc::Receiver<Piece>,
    memories: Memories,
    by: Actor,
    /// In the order of the file.
    running: VecDeque<Running>,
    ledger: Ledger,
}

impl Work {
    /// Whether it was interrupted. What was begun to be added is added then, too.
    async fn do_all(&mut self) -> Result<bool> {
        interrupt::is_awaited();
        let interrupted = interrupt::asked();
        tokio::pin!(interrupted);
        let mut was_interrupted = false;
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut interrupted => {
                    was_interrupted = true;
                    break;
                }
                piece = self.pieces.recv() => piece,
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
        let Batch { memories: new, lines, bad, end } = batch;
        let (memories, by) = (self.memories.clone(), self.by.clone());
        let added = tokio::spawn(async move { add(&memories, new, &lines, &by).await });
        self.running.push_back(Running { added, bad, end });
        Ok(())
    }
}

/// All at once; one by one if that fails for what they say, so that the others are added and the bad ones named.
async fn add(
    memories: &Memories,
    new: Vec<NewMemory>,
    lines: &[u64],
    by: &Actor,
) -> agentflow::Result<Outcome> {
    let mut outcome = Outcome::default();
    match memories.add_many(new.clone(), by).await {
        Ok(report) => {
            report.ids.iter().for_each(|(_, created)| outcome.count(*created));
            return Ok(outcome);
        }
        Err(error) if is_about_one(&error) => {}
        Err(error) => return Err(error),
    }
    for (memory, line) in new.into_iter().zip(lines) {
        match memories.add(memory, by).await {
            Ok(added) => outcome.count(added.created),
            Err(error) if is_about_one(&error) => {
                outcome.refused.push(Bad { line: *line, reason: reason(&error) });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

fn is_about_one(error: &agentflow::Error) -> bool {
    use agentflow::Error as E;

    match error {
        E::InvalidInput { .. } | E::InvalidInputs { .. } => true,
        // A model that is not there is so for all of them.
        E::NotFound { .. } => !is_about_embedding(error),
        _ => false,
    }
}

/// What is wrong with one of them; that it is to be added is known.
fn reason(error: &agentflow::Error) -> String {
    use agentflow::Error as E;

    match error {
        E::InvalidInput { input, .. } => input.to_string(),
        E::InvalidInputs { inputs, .. } => split::all(inputs),
        E::NotFound { what, .. } => format!("{what} not found"),
        error => error.to_string(),
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::io("read the file", error)
}

/// What became of the passages so far.
struct Ledger {
    summary: Summary,
    progress: Progress,
    /// Bytes of the file; 0 if nobody knows.
    total: u64,
    began: Instant,
    output: Output,
}

impl Ledger {
    async fn enter(&mut self, running: Running) -> Result<()> {
        let Running { added, mut bad, end } = running;
        let outcome = added.await.map_err(|_| {
            Error::io("add memories", &io::Error::other("a batch ended in a panic"))
        })??;
        self.summary.added += outcome.created;
        self.summary.known += outcome.known;
        bad.extend(outcome.refused);
        bad.sort_by_key(|bad| bad.line);
        for bad in bad {
            self.refuse(bad);
        }
        let done = self.summary.added + self.summary.known;
        self.progress.message(told(done, self.began.elapsed().as_secs_f64()));
        self.progress.reached(end, self.total.max(end));
        Ok(())
    }

    fn refuse(&mut self, bad: Bad) {
        self.summary.refused += 1;
        if self.summary.refusals.len() < TOLD {
            let told = ToldRefusal { line: bad.line, reason: bad.reason };
            let text = format!("line {}: {}", told.line, told.reason);
            self.progress.suspended(|| self.output.warn(&text));
            self.summary.refusals.push(told);
        }
    }

    fn close(self) -> Summary {
        drop(self.progress);
        let untold = self.summary.refused.saturating_sub(TOLD as u64);
        if untold > 0 {
            let more = counted(untold, "more passage was refused", "more passages were refused");
            self.output.warn(&more);
        }
        self.summary
    }
}

/// So many, and how fast.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
fn told(done: u64, seconds: f64) -> String {
    let rate = (done as f64 / seconds.max(0.001)) as u64;
    format!("{}, {} a second", counted(done, "memory", "memories"), thousands(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_how_it_is_taken_apart() {
        let source = |split| Source { file: None, split, skip_invalid: false };
        let split = |name: &str| source(None).split(Path::new(name));
        assert_eq!(split("a.jsonl"), Split::Jsonl);
        assert_eq!(split("a.NDJSON"), Split::Jsonl);
        assert_eq!((split("a.txt"), split("-")), (Split::Paragraph, Split::Paragraph));
        assert_eq!(source(Some(Split::Line)).split(Path::new("a.jsonl")), Split::Line);
    }

    #[test]
    fn progress_tells_how_many_and_how_fast() {
        assert_eq!(told(10_000, 4.0), "10,000 memories, 2,500 a second");
        assert_eq!(told(1, 0.0), "1 memory, 1,000 a second");
    }
}
