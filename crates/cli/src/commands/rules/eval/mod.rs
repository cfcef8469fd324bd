//! Many fact sets, one to a line.

mod lines;
mod work;

use std::{
    fs::File,
    io::{self, BufReader, IsTerminal, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use agentflow::core::rules::{Rule, RuleSet};
use serde::Serialize;

use self::work::{Counts, Done, Input, Job};
use super::{source::Source, which};
use crate::{
    context::{Context, blocking},
    error::{Error, Result},
    exit::Exit,
    interrupt,
    output::{counted, table, thousands},
    progress::Progress,
};

const BUFFER: usize = 256 << 10;
/// How many bad lines are named on stderr; the output names all of them.
const NAMED: u64 = 100;

/// Evaluate the rules over many fact sets
///
/// Reads one JSON object a line, of any number, and writes one JSON line for each in the same order: `line`, its number,
/// `matched`, the names of the rules that match, and `errors`, the message of each rule that comes to none by its name; with
/// --explain also `verdicts`, each with the reason and the values read. A bad line has `line` and `error`, is named on stderr,
/// and does not stop the rest: one that is not JSON, is no object, or is longer than 1 MiB. A fact of another type than the
/// schema says is named as well, if a rule needs it. Exits 1 when there were bad lines. Blank lines are left out. The form is
/// the same whatever --output says, which is about errors and --summary.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af rules eval --facts facts.jsonl --book book.yaml > verdicts.jsonl
  af rules eval --facts facts.jsonl --tenant acme --summary
  zcat facts.jsonl.gz | af rules eval --facts - --book book.yaml --rule \"may buy\" --explain")]
pub(super) struct Args {
    /// The facts, one JSON object a line; `-` for stdin
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
    #[command(flatten)]
    source: Source,
    /// Only these rules, by name or id, active or not
    #[arg(long = "rule", value_name = "RULE", num_args = 1..)]
    rules: Vec<String>,
    /// How many threads evaluate; as many as there are cores if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Give the whole verdict of each rule
    #[arg(long)]
    explain: bool,
    /// Count only: how often each rule matched, did not, and came to an error
    #[arg(long, conflicts_with = "explain")]
    summary: bool,
}

/// What became of all lines.
#[derive(Debug, Serialize)]
struct Summary {
    evaluated: u64,
    bad_lines: u64,
    rules: Vec<RuleSummary>,
    duration_ms: u64,
    per_second: u64,
    #[serde(skip)]
    last_bad: u64,
}

#[derive(Debug, Serialize)]
struct RuleSummary {
    rule: String,
    matched: u64,
    not_matched: u64,
    errors: u64,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<Exit> {
    if args.source.book().is_none() {
        context.tenant_name(None)?;
    }
    let input = open(&args.facts)?;
    let set = args.source.rules(context).await?;
    let set = Arc::new(if args.rules.is_empty() { set } else { chosen(&set, &args.rules)? });
    let job = Job { explain: args.explain, summary: args.summary };
    let threads = args.jobs.map_or_else(cores, usize::from);
    let began = Instant::now();
    let mut summary = Summary::new(&set);
    let ended = evaluate(input, &set, job, threads, &mut summary, context).await;
    summary.time(began);
    match ended {
        Ok(()) => {}
        // What was found does not become another because nobody reads on.
        Err(Error::BrokenPipe) => return Ok(summary.exit()),
        Err(error) => {
            context.output.note(&format!("Ended early. {}", summary.sentence()));
            return Err(error);
        }
    }
    if args.summary {
        return context.output.conclude(&summary, summary.exit(), Summary::text);
    }
    context.output.note(&summary.sentence());
    Ok(summary.exit())
}

/// Writes the results as they come, until the end or Ctrl-C. What was begun to be written is written.
async fn evaluate(
    input: Input,
    set: &Arc<RuleSet>,
    job: Job,
    threads: usize,
    summary: &mut Summary,
    context: &Context,
) -> Result<()> {
    interrupt::is_awaited();
    let interrupted = interrupt::asked();
    tokio::pin!(interrupted);
    let output = &context.output;
    // Where the results are seen, they are the progress.
    let is_seen = io::stdout().is_terminal() && !job.summary;
    let progress = (!is_seen).then(|| Progress::rate(output, "fact sets evaluated:"));
    let mut results = work::start(input, set, job, threads);
    loop {
        let next = tokio::select! {
            next = results.recv() => next,
            () = &mut interrupted => return Err(Error::Interrupted),
        };
        let Some(pending) = next else { return Ok(()) };
        let pending = pending.map_err(|error| Error::io("read the facts", &error))?;
        let done = tokio::select! {
            done = pending => done,
            () = &mut interrupted => return Err(Error::Interrupted),
        };
        // A thread that ended without a result ended in a panic, and half of the results are none.
        let done = done.map_err(|_| Error::io("evaluate", &io::Error::other("a thread ended")))?;
        summary.add(&done);
        if let Some(progress) = &progress {
            progress.reached(summary.evaluated, 0);
        }
        for (line, reason) in summary.count_bad(done.bad) {
            let warn = || output.warn(&format!("line {line}: {reason}"));
            match &progress {
                Some(progress) => progress.suspended(warn),
                None => warn(),
            }
        }
        if !done.text.is_empty() {
            let output = output.clone();
            // On a thread of its own: the reader of a pipe may take its time, and Ctrl-C must not wait for it twice.
            blocking(move || output.raw(&done.text)).await?;
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Only the rules that are named. Whoever names one wants it evaluated, active or not.
fn chosen(set: &RuleSet, named: &[String]) -> Result<RuleSet> {
    let mut ids = Vec::with_capacity(named.len());
    for called in named {
        ids.push(which::in_set(set, called)?.id);
    }
    let chosen =
        set.rules().filter(|rule| ids.contains(&rule.id)).cloned().map(|mut rule: Rule| {
            rule.spec.active = true;
            rule
        });
    Ok(RuleSet::new(set.language().clone(), chosen.collect(), set.revision(), Some(set)))
}

fn open(path: &Path) -> Result<Input> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let cannot =
        |reason: &dyn std::fmt::Display| Error::usage(format!("cannot read {name}: {reason}"));
    let input: Box<dyn Read + Send> = if is_stdin {
        if io::stdin().is_terminal() {
            return Err(cannot(
                &"it is a terminal; pipe the facts into it, one JSON object a line",
            ));
        }
        Box::new(io::stdin())
    } else {
        // On Unix a folder can be opened, and only reading it fails.
        if path.is_dir() {
            return Err(cannot(&"it is a folder, not a file"));
        }
        Box::new(File::open(path).map_err(|error| cannot(&error))?)
    };
    Ok(BufReader::with_capacity(BUFFER, input))
}

impl Summary {
    fn new(set: &RuleSet) -> Self {
        let active = set.rules().filter(|rule| rule.spec.active);
        let rules = active.map(|rule| RuleSummary {
            rule: rule.spec.name.clone(),
            matched: 0,
            not_matched: 0,
            errors: 0,
        });
        Self {
            evaluated: 0,
            bad_lines: 0,
            rules: rules.collect(),
            duration_ms: 0,
            per_second: 0,
            last_bad: 0,
        }
    }

    fn add(&mut self, done: &Done) {
        self.evaluated += done.evaluated;
        for (sum, Counts { matched, not_matched, errors }) in
            self.rules.iter_mut().zip(&done.counts)
        {
            sum.matched += matched;
            sum.not_matched += not_matched;
            sum.errors += errors;
        }
    }

    /// Counts bad lines, of which one may have several faults, and gives those that are still named.
    fn count_bad(&mut self, bad: Vec<(u64, String)>) -> Vec<(u64, String)> {
        let mut named = Vec::new();
        for (line, reason) in bad {
            if line != self.last_bad {
                self.bad_lines += 1;
                self.last_bad = line;
            }
            if self.bad_lines <= NAMED {
                named.push((line, reason));
            }
        }
        named
    }

    fn time(&mut self, began: Instant) {
        let millis = began.elapsed().as_millis();
        self.duration_ms = u64::try_from(millis).unwrap_or(u64::MAX);
        let per_second = u128::from(self.evaluated) * 1000 / millis.max(1);
        self.per_second = u64::try_from(per_second).unwrap_or(u64::MAX);
    }

    fn exit(&self) -> Exit {
        if self.bad_lines > 0 { Exit::Found } else { Exit::Done }
    }

    fn sentence(&self) -> String {
        let sets = counted(self.evaluated, "fact set", "fact sets");
        let rules = counted(self.rules.len(), "rule", "rules");
        let seconds = std::time::Duration::from_millis(self.duration_ms).as_secs_f64();
        let rate = thousands(self.per_second);
        let mut text = format!("Evaluated {rules} over {sets} in {seconds:.1} s, {rate} a second.");
        let errors: u64 = self.rules.iter().map(|rule| rule.errors).sum();
        if errors > 0 {
            let times = counted(errors, "time", "times");
            text = format!("{text} Rules came to an error {times}.");
        }
        if self.bad_lines > 0 {
            let lines = counted(self.bad_lines, "line is bad", "lines are bad");
            let named = if self.bad_lines > NAMED {
                format!("; the first {NAMED} are named above")
            } else {
                String::new()
            };
            text = format!("{text} {lines}{named}.");
        }
        text
    }

    fn text(&self) -> String {
        let rows = self.rules.iter().map(|rule| {
            let counts = [rule.matched, rule.not_matched, rule.errors];
            std::iter::once(rule.rule.clone()).chain(counts.map(thousands)).collect()
        });
        let table = table(&["RULE", "MATCHED", "NOT MATCHED", "ERRORS"], rows);
        format!("{table}\n\n{}", self.sentence())
    }
}
