//! Evaluates on several threads, and gives the results out in the order of the input.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Read},
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use agentflow::core::{
    canonical,
    rules::{Facts, RuleSet, Verdict},
};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{mpsc as ordered, oneshot};

use super::lines::{Batch, Lines, MAX_LINE};

/// Evaluations of a batch, roughly. So the results of a batch are few, however many rules there are.
const EVALUATIONS: usize = 8192;

/// What is done with each fact set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// Give whole verdicts.
    pub(super) explain: bool,
    /// Count only.
    pub(super) summary: bool,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The lines to be written, in order.
    pub(super) text: String,
    /// The lines that are at fault, and why.
    pub(super) bad: Vec<(u64, String)>,
    /// Fact sets that were evaluated.
    pub(super) evaluated: u64,
    /// Of each active rule, in order.
    pub(super) counts: Vec<Counts>,
}

/// How often a rule said what.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) matched: u64,
    pub(super) not_matched: u64,
    pub(super) errors: u64,
}

/// What is read.
pub(super) type Input = BufReader<Box<dyn Read + Send>>;

type Pending = oneshot::Receiver<Done>;

/// Reads and evaluates on threads of their own. The results come in the order of the input, and there are never more than
/// some batches under way: whoever does not take them stops the reading.
///
/// The threads are not waited for: the one that reads may be waiting for input that never comes. They end when the results
/// are dropped.
pub(super) fn start(
    input: Input,
    rules: &Arc<RuleSet>,
    job: Job,
    threads: usize,
) -> ordered::Receiver<io::Result<Pending>> {
    let (results, receiver) = ordered::channel(2 * threads);
    let (work, queue) = mpsc::channel::<(Batch, oneshot::Sender<Done>)>();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..threads {
        let (queue, rules) = (Arc::clone(&queue), Arc::clone(rules));
        std::thread::spawn(move || {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((batch, done)) = next else { return };
                if !done.is_closed() {
                    let _ = done.send(evaluate(&batch, &rules, job));
                }
            }
        });
    }
    let active = rules.rules().filter(|rule| rule.spec.active).count();
    let limit = (EVALUATIONS / active.max(1)).clamp(1, 256);
    std::thread::spawn(move || {
        let mut lines = Lines::new(input);
        loop {
            let batch = match lines.next_batch(limit) {
                Ok(batch) if batch.is_empty() => return,
                Ok(batch) => batch,
                Err(error) => return drop(results.blocking_send(Err(error))),
            };
            let (done, pending) = oneshot::channel();
            // An error means that nobody listens any more.
            if results.blocking_send(Ok(pending)).is_err() || work.send((batch, done)).is_err() {
                return;
            }
        }
    });
    receiver
}

fn evaluate(batch: &Batch, rules: &RuleSet, job: Job) -> Done {
    let active = rules.rules().filter(|rule| rule.spec.active).count();
    let mut done = Done { counts: vec![Counts::default(); active], ..Done::default() };
    for (number, bytes) in batch.lines() {
        let evaluated = read(bytes).and_then(|facts| {
            let facts = rules.facts(&facts).map_err(|fault| fault.to_string())?;
            answer(number, &facts, rules, job, &mut done);
            Ok(())
        });
        match evaluated {
            Ok(()) => done.evaluated += 1,
            Err(reason) => {
                if !job.summary {
                    write_line(&mut done.text, &Refused { line: number, error: &reason });
                }
                done.bad.push((number, reason));
            }
        }
    }
    done
}

/// The facts of a line, or why there are none.
fn read(bytes: Option<&[u8]>) -> Result<Value, String> {
    let bytes = bytes.ok_or_else(|| format!("the line is longer than {} MiB", MAX_LINE >> 20))?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let column = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).chars().count() + 1;
        format!("column {column}: not valid UTF-8")
    })?;
    let value = canonical::from_str(text, "").map_err(|fault| {
        if !fault.field.is_empty() {
            return fault.to_string();
        }
        // The number of the line is told, and "line 1" would mislead.
        match fault.reason.rsplit_once(" at line 1 column ") {
            Some((reason, column)) => format!("column {column}: not JSON: {reason}"),
            None => format!("not JSON: {}", fault.reason),
        }
    })?;
    if value.is_object() { Ok(value) } else { Err("expected a JSON object".to_owned()) }
}

#[derive(Serialize)]
struct Refused<'a> {
    line: u64,
    error: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    line: u64,
    matched: Vec<&'a str>,
    errors: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<Vec<Verdict>>,
}

fn answer(line: u64, facts: &Facts, rules: &RuleSet, job: Job, done: &mut Done) {
    let (mut matched, mut errors) = (Vec::new(), BTreeMap::new());
    let mut note = |index: usize, name, result| {
        let counts = &mut done.counts[index];
        match result {
            Ok(true) => {
                counts.matched += 1;
                matched.push(name);
            }
            Ok(false) => counts.not_matched += 1,
            Err(message) => {
                counts.errors += 1;
                errors.insert(name, message);
            }
        }
    };
    let verdicts = job.explain.then(|| rules.evaluate_all(facts));
    let active = rules.rules().filter(|rule| rule.spec.active);
    if let Some(verdicts) = &verdicts {
        for (index, (rule, verdict)) in active.zip(verdicts).enumerate() {
            let error = verdict.error.as_ref().map(|fault| fault.message.clone());
            note(index, rule.spec.name.as_str(), error.map_or(Ok(verdict.matched), Err));
        }
    } else {
        for (index, (rule, result)) in rules.decide_all(facts).enumerate() {
            note(index, rule.spec.name.as_str(), result.map_err(|fault| fault.message));
        }
    }
    for finding in facts.findings() {
        // Only what a rule stumbled over is at fault.
        let finding = finding.to_string();
        let rules: Vec<_> =
            errors.iter().filter(|(_, message)| message.contains(&finding)).collect();
        if let Some((rule, _)) = rules.first() {
            let more = if rules.len() > 1 { " and others" } else { "" };
            done.bad.push((
                line,
                format!("{finding}, which the rule `{rule}`{more} cannot do without"),
            ));
        }
    }
    if !job.summary {
        write_line(&mut done.text, &Answer { line, matched, errors, verdicts });
    }
}

fn write_line(text: &mut String, value: &impl Serialize) {
    // Names and numbers can always be written.
    let json = serde_json::to_string(value)
        .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
    text.push_str(&json);
    text.push('\n');
}
