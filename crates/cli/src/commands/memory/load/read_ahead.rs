//! Reads passages on a thread of its own, so that the next batches are ready while others are embedded and written.

use std::io::{self, BufRead, Read};

use agentflow::memory::NewMemory;
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::SendError};

use super::split::{Passages, Split};
use crate::lines::Input;

/// Memories that are added at once.
const BATCH: usize = 250;
/// A batch of long passages ends earlier, so that memory stays flat whatever is in the file.
const BATCH_BYTES: u64 = 1 << 20;
/// Batches that wait to be added.
const AHEAD: usize = 2;

/// A passage that cannot be accepted.
pub(super) struct Bad {
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Some passages of the file.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) memories: Vec<NewMemory>,
    /// Where each of them begins.
    pub(super) lines: Vec<u64>,
    pub(super) bad: Vec<Bad>,
    /// Where the file goes on behind them, in bytes.
    pub(super) end: u64,
}

/// What was read.
pub(super) enum Piece {
    Batch(Box<Batch>),
    Unreadable(io::Error),
    End,
}

/// The thread is not waited for: it may be waiting itself, for input that never comes.
pub(super) fn start(
    input: Input,
    split: Split,
    template: NewMemory,
    now: Timestamp,
) -> Receiver<Piece> {
    let (sender, receiver) = channel(AHEAD);
    std::thread::spawn(move || {
        let (at, input) = Counted::new(input);
        // An error means that nobody listens any more.
        let _ = read_all(Passages::new(input, split, template, now), &at, &sender);
    });
    receiver
}

fn read_all(
    mut passages: Passages<Counted>,
    at: &Position,
    sender: &Sender<Piece>,
) -> Result<(), SendError<Piece>> {
    let mut batch = Box::<Batch>::default();
    let mut start = 0;
    loop {
        let passage = match passages.next() {
            Ok(Some(passage)) => passage,
            Ok(None) => break,
            Err(error) => return sender.blocking_send(Piece::Unreadable(error)),
        };
        match passage.made {
            Ok(memory) => {
                batch.memories.push(memory);
                batch.lines.push(passage.line);
            }
            Err(reason) => batch.bad.push(Bad { line: passage.line, reason }),
        }
        batch.end = at.get();
        let is_full = batch.memories.len() + batch.bad.len() >= BATCH;
        if is_full || batch.end - start >= BATCH_BYTES {
            start = batch.end;
            sender.blocking_send(Piece::Batch(std::mem::take(&mut batch)))?;
        }
    }
    if !(batch.memories.is_empty() && batch.bad.is_empty()) {
        sender.blocking_send(Piece::Batch(batch))?;
    }
    sender.blocking_send(Piece::End)
}

/// How much of a file was taken.
type Position = std::rc::Rc<std::cell::Cell<u64>>;

/// Counts what is taken of a file.
struct Counted {
    input: Input,
    at: Position,
}

impl Counted {
    fn new(input: Input) -> (Position, Self) {
        let at = Position::default();
        (at.clone(), Self { input, at })
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.at.set(self.at.get() + read as u64);
        Ok(read)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.at.set(self.at.get() + count as u64);
        self.input.consume(count);
    }
}
