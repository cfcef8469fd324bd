//! What is said besides results. All of stderr is written here, but for the log, questions and progress.

use std::io::{self, Write};

use agentflow::core::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::{error::Report, logging, plain};

/// Something to say.
#[derive(Debug)]
pub(crate) enum Remark<'a> {
    Note(&'a str),
    Warning(&'a str),
    Error(&'a Report),
    /// A line that the command of a step wrote.
    Step {
        step: &'a str,
        line: &'a str,
    },
}

/// Says it: in words, or, where the log is for machines, as a line of the log.
pub(crate) fn remark(remark: &Remark<'_>) {
    let text = if logging::is_json() { remark.json().to_string() } else { remark.words() };
    // There is no other place to say that nobody listens.
    let _ = writeln!(io::stderr(), "{text}");
}

impl Remark<'_> {
    fn words(&self) -> String {
        match self {
            Self::Note(text) | Self::Warning(text) => plain::text(text),
            Self::Error(report) => plain::text(&human_report(report)),
            Self::Step { step, line } => format!("{step}: {line}"),
        }
    }

    /// As the lines of the log are.
    fn json(&self) -> Value {
        let (level, message) = match self {
            Self::Note(text) => ("INFO", *text),
            Self::Warning(text) => ("WARN", *text),
            Self::Error(report) => ("ERROR", report.message.as_str()),
            Self::Step { line, .. } => ("INFO", *line),
        };
        let timestamp = format!("{:.6}", SystemClock.now());
        let mut told =
            json!({ "timestamp": timestamp, "level": level, "message": message, "target": "af" });
        match self {
            Self::Error(report) => {
                told["kind"] = report.kind.into();
                told["hint"] = report.hint.clone().into();
                told["causes"] = report.causes.clone().into();
            }
            Self::Step { step, .. } => told["step"] = (*step).into(),
            Self::Note(_) | Self::Warning(_) => {}
        }
        told
    }
}

/// `error:` with the chain of causes, then `hint:`.
pub(crate) fn human_report(report: &Report) -> String {
    let mut text = format!("error: {}", report.message);
    for cause in &report.causes {
        text.push_str("\n  cause: ");
        text.push_str(cause);
    }
    if let Some(hint) = &report.hint {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}
