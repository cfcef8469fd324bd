use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use agentflow::migrate::{Direction, Observer, Retry, Step};

use crate::{output::Output, progress::Progress};

/// Tells on stderr what a run is doing, and remembers its steps.
pub(crate) struct Told {
    output: Output,
    progress: Progress,
    steps: Mutex<Vec<Step>>,
    waits: AtomicBool,
}

impl Told {
    pub(super) fn new(output: &Output) -> Self {
        Self {
            output: output.clone(),
            progress: Progress::spinner(output, "migrating"),
            steps: Mutex::default(),
            waits: AtomicBool::new(false),
        }
    }

    /// The steps that were begun.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Told {
    fn started(&self, step: &Step) {
        let doing = match step.direction {
            Direction::Up => "applying",
            Direction::Down => "taking back",
        };
        self.progress.message(format!("{doing} {:06}_{}", step.version, step.name));
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step.clone());
    }

    fn waiting_for_lock(&self, holder: Option<i32>) {
        if !self.waits.swap(true, Ordering::Relaxed) {
            let by = holder.map(|pid| format!(" (server process {pid})")).unwrap_or_default();
            let line = format!("waiting for another migration run to end{by}");
            self.progress.suspended(|| self.output.note(&line));
        }
    }

    fn retrying(&self, retry: &Retry) {
        let Retry { file, line, attempt, retries, pause, .. } = retry;
        let line = format!(
            "{file}:{line}: a table is in use; trying again in {pause:.1?} ({attempt} of {retries})"
        );
        self.progress.suspended(|| self.output.note(&line));
    }
}
