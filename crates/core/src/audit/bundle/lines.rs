use std::io::{BufRead, BufReader, Read};

use super::BundleError;
use crate::note::MAX_NOTE_BYTES;

/// How much is read at once.
const BUFFER_BYTES: usize = 1 << 16;

/// The lines of a bundle, one at a time. Holds no more than the longest line that is allowed, however long a line is.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    bytes: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        let input = BufReader::with_capacity(BUFFER_BYTES, input);
        Self { input, line: Vec::with_capacity(1024), number: 0, bytes: 0 }
    }

    /// The number of the last line that was read, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line, without its end. There must be one.
    pub(super) fn next(&mut self, max_bytes: usize) -> Result<&str, BundleError> {
        self.number += 1;
        let malformed = |reason: &str| BundleError::malformed(self.number, reason);
        self.line.clear();
        let limit = max_bytes as u64 + 1;
        let read = (&mut self.input).take(limit).read_until(b'\n', &mut self.line)?;
        self.bytes += read as u64;
        if self.line.pop_if(|byte| *byte == b'\n').is_none() {
            return Err(if read > max_bytes {
                malformed(&format!("expected a line of at most {max_bytes} bytes"))
            } else {
                malformed("the bundle ends here, in the middle: it was cut off")
            });
        }
        if self.line.last() == Some(&b'\r') {
            return Err(malformed("the line ends in CR LF: expected LF; was this sent as text?"));
        }
        std::str::from_utf8(&self.line).map_err(|_| malformed("expected UTF-8"))
    }

    /// All that is left: the note, which is at most as long as notes may be.
    pub(super) fn rest(&mut self) -> Result<&str, BundleError> {
        let first = self.number + 1;
        self.line.clear();
        let limit = MAX_NOTE_BYTES as u64 + 1;
        let read = (&mut self.input).take(limit).read_to_end(&mut self.line)?;
        self.bytes += read as u64;
        if read > MAX_NOTE_BYTES {
            let reason = format!("expected a checkpoint of at most {MAX_NOTE_BYTES} bytes");
            return Err(BundleError::malformed(first, reason));
        }
        std::str::from_utf8(&self.line).map_err(|_| BundleError::malformed(first, "expected UTF-8"))
    }
}
