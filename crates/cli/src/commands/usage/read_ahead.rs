//! Reads events on a thread of its own, so that the next batches are ready while others are being written.

use std::io;

use agentflow::{TenantId, core::metering::UsageLineError, metering::UsageEvent};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::SendError};

use crate::lines::{BadLine, Fault, Input, Lines};

/// Events that are written at once.
const BATCH: usize = 1_000;
/// A batch of long lines ends earlier, so that memory stays flat whatever is in the file.
const BATCH_BYTES: usize = 2 << 20;
/// Batches that wait to be written.
const AHEAD: usize = 2;

/// Where an event was read.
pub(super) struct Line {
    pub(super) number: u64,
    /// What it says, where that is asked for.
    pub(super) text: Option<Box<str>>,
}

/// A line that cannot be accepted.
pub(super) struct Bad {
    pub(super) line: Line,
    pub(super) reason: String,
}

/// Some lines of the file.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) events: Vec<UsageEvent>,
    /// One for each event.
    pub(super) lines: Vec<Line>,
    pub(super) bad: Vec<Bad>,
    bytes: usize,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.events.len() >= BATCH || self.bad.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.bad.is_empty()
    }
}

/// What was read.
pub(super) enum Piece {
    Batch(Box<Batch>),
    Unreadable(io::Error),
    End,
}

/// The thread is not waited for: it may be waiting itself, for input that never comes.
pub(super) fn start(input: Input, tenant: TenantId, keeps_text: bool) -> Receiver<Piece> {
    let (sender, receiver) = channel(AHEAD);
    std::thread::spawn(move || {
        // An error means that nobody listens any more.
        let _ = read_all(Lines::new(input), tenant, keeps_text, &sender);
    });
    receiver
}

fn read_all(
    mut lines: Lines<Input>,
    tenant: TenantId,
    keeps_text: bool,
    sender: &Sender<Piece>,
) -> Result<(), SendError<Piece>> {
    let mut batch = Box::<Batch>::default();
    loop {
        let read = match lines.next(|text| event(text, tenant)) {
            Ok(Some(read)) => read,
            Ok(None) => break,
            Err(error) => return sender.blocking_send(Piece::Unreadable(error)),
        };
        batch.bytes += lines.line_len();
        let text = keeps_text.then(|| lines.text().trim().into());
        let line = Line { number: lines.number(), text };
        match read {
            Ok(event) => {
                batch.events.push(event);
                batch.lines.push(line);
            }
            Err(bad) => batch.bad.push(Bad { line, reason: reason(&bad) }),
        }
        if batch.is_full() {
            sender.blocking_send(Piece::Batch(std::mem::take(&mut batch)))?;
        }
    }
    if !batch.is_empty() {
        sender.blocking_send(Piece::Batch(batch))?;
    }
    sender.blocking_send(Piece::End)
}

fn event(text: &str, tenant: TenantId) -> Result<UsageEvent, Fault> {
    UsageEvent::from_json(text.trim_end(), tenant).map_err(|error| match error {
        UsageLineError::Syntax { column, reason } => ((column > 0).then_some(column), reason),
        UsageLineError::Invalid(input) => (None, input.to_string()),
    })
}

/// The number of the line is told with it.
fn reason(bad: &BadLine) -> String {
    match bad.column {
        Some(column) => format!("column {column}: {}", bad.reason),
        None => bad.reason.clone(),
    }
}
