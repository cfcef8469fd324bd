use std::io::{self, BufRead, Read};

use super::SignedCheckpoint;
use crate::{InvalidInput, note::MAX_NOTE_BYTES};

/// What to make of a last checkpoint that is cut off, as a crash in the middle of writing leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TornEnd {
    /// The file is refused.
    Refuse,
    /// The file ends before it.
    Ignore,
}

/// Reads a file of checkpoints: signed notes, one after the other, with an empty line after each, which the last may lack.
/// More empty lines between them do no harm. Stops at the first error, which names the line where the note begins. Nobody
/// has checked the signatures yet.
///
/// ```
/// use agentflow_core::{audit::{Checkpoint, TornEnd, read_checkpoints}, merkle, note::SigningKey, random::Generator};
///
/// let key = SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1));
/// let checkpoint = Checkpoint { origin: key.verifying_key().name().clone(), size: 0, root: merkle::empty_root() };
/// let note = checkpoint.sign(&key).unwrap();
/// let file = format!("{note}\n{note}\ntorn");
/// assert_eq!(read_checkpoints(file.as_bytes(), TornEnd::Ignore).filter(Result::is_ok).count(), 2);
/// let error = read_checkpoints(file.as_bytes(), TornEnd::Refuse).find_map(Result::err).unwrap();
/// assert_eq!(error.field, "line 13");
/// ```
pub fn read_checkpoints<R: BufRead>(reader: R, torn: TornEnd) -> CheckpointReader<R> {
    CheckpointReader { reader, torn, lines: 0, bytes: 0, whole_bytes: 0, is_at_end: false }
}

/// The checkpoints of a file; see [`read_checkpoints`]. Holds one of them at a time, however long the file is.
#[derive(Debug)]
pub struct CheckpointReader<R> {
    reader: R,
    torn: TornEnd,
    lines: u64,
    bytes: u64,
    whole_bytes: u64,
    is_at_end: bool,
}

/// One note as it stands in the file.
struct Block {
    line: u64,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl<R: BufRead> CheckpointReader<R> {
    /// Where the last whole checkpoint ends that was read, with the empty lines after it: in bytes from the beginning.
    /// What a torn end leaves of the file.
    pub fn whole_bytes(&self) -> u64 {
        self.whole_bytes
    }

    fn read(&mut self) -> Result<Option<SignedCheckpoint>, InvalidInput> {
        let read = self.block();
        let block = read.map_err(|error| InvalidInput::new(line(self.lines + 1), error))?;
        let Some(block) = block else { return Ok(None) };
        let refuse = |reason: String| InvalidInput::new(line(block.line), reason);
        if block.bytes.len() > MAX_NOTE_BYTES {
            return Err(refuse(format!("expected a note of at most {MAX_NOTE_BYTES} bytes")));
        }
        // With control characters it was changed: no end of a note is cut off that way.
        let is_changed = block.bytes.iter().any(|byte| *byte < b' ' && *byte != b'\n');
        if !block.is_whole && !is_changed {
            return match self.torn {
                TornEnd::Ignore => Ok(None),
                TornEnd::Refuse => Err(refuse("the checkpoint that begins here is cut off".into())),
            };
        }
        let note = str::from_utf8(&block.bytes).map_err(|error| refuse(error.to_string()))?;
        let checkpoint = SignedCheckpoint::read(note).map_err(|error| refuse(error.to_string()))?;
        self.whole_bytes = self.bytes;
        Ok(Some(checkpoint))
    }

    /// The next note, to the empty line after its signatures or the end. Stops when it is too long.
    fn block(&mut self) -> io::Result<Option<Block>> {
        let mut note = Vec::new();
        let (mut begin, mut empty_line) = (self.lines + 1, None);
        loop {
            let start = note.len();
            let left = u64::try_from(MAX_NOTE_BYTES + 1 - start).unwrap_or(0);
            let read = self.reader.by_ref().take(left).read_until(b'\n', &mut note)?;
            self.bytes += u64::try_from(read).unwrap_or(0);
            if read == 0 {
                // A signature at least, and the last one to its end.
                let is_whole = empty_line.is_some_and(|at| at < start) && note.ends_with(b"\n");
                return Ok((!note.is_empty()).then_some(Block {
                    line: begin,
                    bytes: note,
                    is_whole,
                }));
            }
            self.lines += 1;
            if &note[start..] != b"\n" {
                continue;
            }
            if start == 0 {
                note.clear();
                begin = self.lines + 1;
                self.whole_bytes = self.bytes;
            } else if empty_line.is_none() {
                empty_line = Some(note.len());
            } else {
                note.truncate(start);
                return Ok(Some(Block { line: begin, bytes: note, is_whole: true }));
            }
        }
    }
}

impl<R: BufRead> Iterator for CheckpointReader<R> {
    type Item = Result<SignedCheckpoint, InvalidInput>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_at_end {
            return None;
        }
        let read = self.read().transpose();
        self.is_at_end = !matches!(read, Some(Ok(_)));
        read
    }
}

fn line(number: u64) -> String {
    format!("line {number}")
}
