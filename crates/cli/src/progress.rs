use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{logging, output::Output, plain};

/// Progress on a terminal; nothing in a pipe, for JSON, and with `--quiet`. Gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// For work of a known length, which may still grow.
    pub(crate) fn bar(output: &Output, message: &'static str) -> Self {
        let template = "{msg} {wide_bar} {human_pos}/{human_len}  {per_sec}";
        Self::new(output, ProgressBar::new(0), template, message)
    }

    /// For work that takes as long as it takes.
    pub(crate) fn spinner(output: &Output, message: &'static str) -> Self {
        Self::new(output, ProgressBar::new_spinner(), "{spinner} {msg}", message)
    }

    /// For work that counts what it did.
    pub(crate) fn counter(output: &Output, message: &'static str) -> Self {
        Self::new(output, ProgressBar::new_spinner(), "{spinner} {msg} {human_pos}", message)
    }

    /// For work that counts what it did, and how fast.
    pub(crate) fn rate(output: &Output, message: &'static str) -> Self {
        let template = "{spinner} {msg} {human_pos}  {per_sec}";
        Self::new(output, ProgressBar::new_spinner(), template, message)
    }

    /// For a file that is read, in bytes; its length may be unknown.
    pub(crate) fn bytes(output: &Output, message: &'static str) -> Self {
        let template = "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes}";
        Self::new(output, ProgressBar::new(0), template, message)
    }

    fn new(output: &Output, bar: ProgressBar, template: &str, message: &'static str) -> Self {
        let is_seen = std::io::stderr().is_terminal() && !logging::is_json();
        if output.is_quiet() || output.is_json() || !is_seen {
            return Self(ProgressBar::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(message);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    pub(crate) fn message(&self, message: impl Into<String>) {
        self.0.set_message(plain::word(&message.into()));
    }

    pub(crate) fn reached(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    pub(crate) fn add(&self, count: u64) {
        self.0.inc(count);
    }

    /// Writes a line to stderr without the progress getting in its way.
    pub(crate) fn suspended(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
