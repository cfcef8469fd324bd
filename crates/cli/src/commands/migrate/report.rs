//! How plans and runs are shown.

use agentflow::migrate::{Direction, Recorded, Report, Step};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Migrations, observer::Told};
use crate::{
    error::{Error, Result},
    output::counted,
};

/// A run; with `--show-sql` also its scripts.
#[derive(Serialize)]
struct Run {
    #[serde(flatten)]
    report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

impl Migrations<'_> {
    pub(super) fn show_plan(&self, steps: &[Step], show_sql: bool) -> Result<()> {
        let mut plan = json!({ "dry_run": true, "steps": steps });
        if !show_sql && let Some(Value::Array(steps)) = plan.get_mut("steps") {
            for step in steps {
                step.as_object_mut().map(|step| step.remove("sql"));
            }
        }
        self.context.output.show(&plan, |_| {
            let lines: Vec<_> = steps.iter().map(|step| plan_line(step, show_sql)).collect();
            let end = match steps.len() {
                0 => "Nothing to do.".to_owned(),
                count => format!("{} would run.", counted(count, "script", "scripts")),
            };
            [lines, vec![end]].concat().join("\n")
        })
    }

    pub(super) fn show_run(&self, report: Report, told: &Told, show_sql: bool) -> Result<()> {
        if !report.unknown.is_empty() {
            let versions: Vec<_> = report.unknown.iter().map(ToString::to_string).collect();
            self.context.output.warn(&format!(
                "warning: the database is ahead of these migrations: it has version {}",
                versions.join(", ")
            ));
        }
        let steps = show_sql.then(|| told.steps());
        let run = Run { report, steps };
        self.context.output.show(&run, run_text)
    }

    pub(super) fn show_recorded(&self, recorded: &Recorded) -> Result<()> {
        self.context.output.show(recorded, |recorded| {
            let list = |versions: &[i64]| {
                versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            let versions = match recorded.versions.as_slice() {
                [] => "The history is empty now.".to_owned(),
                versions => format!("Recorded as applied: {}.", list(versions)),
            };
            let forgotten: Vec<i64> = recorded
                .removed
                .iter()
                .copied()
                .filter(|version| !recorded.versions.contains(version))
                .collect();
            match forgotten.as_slice() {
                [] => format!("{versions} Nothing was run."),
                gone => format!("{versions} Forgotten: {}. Nothing was run.", list(gone)),
            }
        })
    }
}

fn plan_line(step: &Step, show_sql: bool) -> String {
    let doing = match step.direction {
        Direction::Up => "apply",
        Direction::Down => "take back",
    };
    let how = match (step.dirty, step.transactional) {
        (true, _) => "  (unfinished: from its first statement)",
        (false, false) => "  (without a transaction)",
        (false, true) => "",
    };
    let line = format!("{doing:<9}  {:06}_{}{how}", step.version, step.name);
    if show_sql { format!("{line}\n\n{}\n", step.sql.trim_end()) } else { line }
}

fn run_text(run: &Run) -> String {
    let mut lines = Vec::new();
    for (at, applied) in run.report.applied.iter().enumerate() {
        let done = match applied.direction {
            Direction::Up => "applied",
            Direction::Down => "took back",
        };
        let (version, name, took) = (applied.version, &applied.name, applied.duration_ms);
        lines.push(format!("{done:<9}  {version:06}_{name}  {took} ms"));
        if let Some(step) = run.steps.as_ref().and_then(|steps| steps.get(at)) {
            lines.push(format!("\n{}\n", step.sql.trim_end()));
        }
    }
    let version = match run.report.version {
        Some(version) => format!("at version {version}"),
        None => "at no version".to_owned(),
    };
    lines.push(match run.report.applied.len() {
        0 => format!("Nothing to do: the database is {version}."),
        count => {
            format!("{}; the database is {version}.", counted(count, "script ran", "scripts ran"))
        }
    });
    lines.join("\n")
}

/// Steps cannot be negative, and none are no work.
pub(super) fn steps(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|steps| *steps > 0).ok_or("expected a number from 1 on".to_owned())
}

/// A version of a migration; 0 stands for the empty database.
pub(super) fn version(text: &str) -> Result<i64, String> {
    text.parse().ok().filter(|version| *version >= 0).ok_or("expected a version number".to_owned())
}

pub(super) fn unreachable_yet(error: &Error) -> bool {
    matches!(error, Error::Told(report) if report.kind == "unavailable")
}
