//! How far a backup is, on a terminal.

use std::sync::Mutex;

use agentflow_backup::{Phase, Progress as Seen};

use crate::{output::Output, progress::Progress};

/// A bar for each phase.
pub(super) struct Bars<'a> {
    output: &'a Output,
    current: Mutex<Option<(Phase, Progress)>>,
}

impl<'a> Bars<'a> {
    pub(super) fn new(output: &'a Output) -> Self {
        Self { output, current: Mutex::new(None) }
    }

    pub(super) fn show(&self, seen: Seen) {
        let Ok(mut current) = self.current.lock() else { return };
        if current.as_ref().is_none_or(|(phase, _)| *phase != seen.phase) {
            // The one before goes first, or both would be drawn.
            *current = None;
            *current = Some((seen.phase, bar(self.output, seen.phase)));
        }
        if let Some((_, bar)) = &*current {
            bar.reached(seen.done, seen.total);
        }
    }
}

fn bar(output: &Output, phase: Phase) -> Progress {
    match phase {
        Phase::Dump => Progress::bar(output, "dumping tables"),
        Phase::Seal => Progress::bytes(output, "hashing"),
        Phase::Upload => Progress::bytes(output, "storing"),
        Phase::Verify => Progress::bytes(output, "verifying"),
        Phase::Fetch => Progress::bytes(output, "fetching"),
        Phase::Restore => Progress::bar(output, "restoring tables"),
        Phase::Check => Progress::bar(output, "checking tables"),
        _ => Progress::spinner(output, "working"),
    }
}
