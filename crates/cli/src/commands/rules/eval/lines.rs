//! Reads fact files: JSON, one fact set to a line.
//!
//! A file may be of any size, and a line may be anything, so nothing is read whole: what is kept is a batch of lines of at
//! most [`MAX_LINE`] bytes each, and of a longer one nothing.

use std::io::{self, BufRead, BufReader, Read};

/// The longest line that is looked at, in bytes, without its end.
pub(super) const MAX_LINE: usize = 1 << 20;

/// A batch ends with the line that exceeds this, so that memory stays flat whatever is in the file.
const BATCH_BYTES: usize = 256 << 10;

/// Lines that are evaluated together. Blank ones are left out.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    number: u64,
    /// Where it ends in the bytes; None when it was too long to be kept.
    end: Option<usize>,
}

impl Batch {
    /// The number of each line, and its bytes; none of a line that is too long.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, Option<&[u8]>)> {
        let mut start = 0;
        self.lines.iter().map(move |line| {
            let bytes = line.end.map(|end| {
                let bytes = &self.bytes[start..end];
                start = end;
                bytes
            });
            (line.number, bytes)
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// The lines of a file, counted from 1, blank ones included.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    is_done: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: BufReader<R>) -> Self {
        Self { input, number: 0, is_done: false }
    }

    /// The next lines, at most `limit` of them; empty at the end of the file. It is given out as it is when the input has
    /// nothing more for now, lest a slow writer wait for an answer to what it wrote.
    pub(super) fn next_batch(&mut self, limit: usize) -> io::Result<Batch> {
        let mut batch = Batch::default();
        while !self.is_done && batch.lines.len() < limit && batch.bytes.len() < BATCH_BYTES {
            if !batch.is_empty() && self.input.buffer().is_empty() {
                break;
            }
            self.read_line(&mut batch)?;
        }
        Ok(batch)
    }

    fn read_line(&mut self, batch: &mut Batch) -> io::Result<()> {
        let start = batch.bytes.len();
        // One byte more than fits, and the two of a line end.
        let limit = u64::try_from(MAX_LINE + 3).unwrap_or(u64::MAX);
        if (&mut self.input).take(limit).read_until(b'\n', &mut batch.bytes)? == 0 {
            self.is_done = true;
            return Ok(());
        }
        self.number += 1;
        let has_end = batch.bytes.ends_with(b"\n");
        let line = &batch.bytes[start..];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let length = line.len();
        let is_blank = line.trim_ascii().is_empty();
        if length > MAX_LINE {
            batch.bytes.truncate(start);
            if !has_end {
                self.skip_line()?;
            }
            batch.lines.push(Line { number: self.number, end: None });
            return Ok(());
        }
        if is_blank {
            batch.bytes.truncate(start);
            return Ok(());
        }
        batch.bytes.truncate(start + length);
        if self.number == 1 && batch.bytes.starts_with(BOM) {
            batch.bytes.drain(..BOM.len());
        }
        if batch.bytes[start..].trim_ascii().is_empty() {
            batch.bytes.truncate(start);
            return Ok(());
        }
        batch.lines.push(Line { number: self.number, end: Some(batch.bytes.len()) });
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = available.iter().position(|&byte| byte == b'\n');
            let (used, done) = match end {
                Some(at) => (at + 1, true),
                None => (available.len(), available.is_empty()),
            };
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

const BOM: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(BufReader::new(file));
        let mut all = Vec::new();
        loop {
            let batch = lines.next_batch(2).unwrap();
            if batch.is_empty() && lines.is_done {
                return all;
            }
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            all.extend(batch.lines().map(|(number, bytes)| (number, bytes.map(text))));
        }
    }

    fn line(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.to_owned()))
    }

    #[test]
    fn line_ends_blank_lines_and_a_bom_do_not_matter() {
        let file = "\u{feff}{}\r\n\r\n   \n{1}\n\n{2}";
        assert_eq!(read(file.as_bytes()), [line(1, "{}"), line(4, "{1}"), line(6, "{2}")]);
        for empty in ["", "\n\n", "\u{feff}", "\u{feff}\r\n"] {
            assert_eq!(read(empty.as_bytes()), [], "{empty:?}");
        }
    }

    #[test]
    fn a_line_of_the_limit_is_kept_and_a_longer_one_is_not() {
        let fits = "x".repeat(MAX_LINE);
        for end in ["", "\n", "\r\n"] {
            let file = format!("{fits}{end}");
            assert_eq!(read(file.as_bytes()), [line(1, &fits)]);
            let file = format!("a\nx{fits}{end}");
            assert_eq!(read(file.as_bytes()), [line(1, "a"), (2, None)]);
        }
        let file = format!("{fits}x\nb\n{fits}{fits}{fits}\nc");
        assert_eq!(read(file.as_bytes()), [(1, None), line(2, "b"), (3, None), line(4, "c")]);
    }

    #[test]
    fn an_endless_line_is_skipped_without_keeping_it() {
        let endless = io::repeat(b'x').take(64 << 20);
        let mut lines = Lines::new(BufReader::new(endless.chain(io::Cursor::new("\n{}\n"))));
        let batch = lines.next_batch(10).unwrap();
        assert_eq!(batch.lines().collect::<Vec<_>>(), [(1, None), (2, Some(b"{}".as_slice()))]);
        assert!(batch.bytes.capacity() < 4 * MAX_LINE);
    }
}
