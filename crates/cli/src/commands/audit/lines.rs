//! Reads event files: JSON, one event to a line.
//!
//! A file may be of any size, and a line may be anything, so nothing is read whole: what is kept is one line of at most
//! [`MAX_LINE`] bytes, and of a longer one nothing.

use std::io::{self, BufRead, Read};

use agentflow::{
    AuditId,
    audit::{Event, Record},
};
use jiff::Timestamp;
use uuid::Uuid;

/// The longest line that is looked at, in bytes. A record holds at most 1 MiB; JSON escapes may make its line longer.
pub(crate) const MAX_LINE: usize = 2 << 20;

/// The events of a file, with the number of their line.
pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
}

/// A line that holds no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// Counted from 1, blank lines included.
    pub(crate) number: u64,
    /// The character where JSON is broken, counted from 1.
    pub(crate) column: Option<usize>,
    pub(crate) reason: String,
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.number)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0 }
    }

    /// The next event, or why its line holds none; `None` at the end. After a bad line the next call goes on behind it.
    pub(crate) fn next_event(&mut self) -> io::Result<Option<Result<Event, BadLine>>> {
        loop {
            let Some(is_whole) = self.next_line()? else { return Ok(None) };
            if !is_whole {
                let reason = format!("the line is longer than {} MiB", MAX_LINE >> 20);
                return Ok(Some(Err(BadLine { number: self.number, column: None, reason })));
            }
            let mut line = self.buffer.as_slice();
            if self.number == 1 {
                line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(parse(line, self.number)));
            }
        }
    }

    /// Bytes of the line that was read last.
    pub(crate) fn line_len(&self) -> usize {
        self.buffer.len()
    }

    /// Reads one line into the buffer; whether all of it fits, `None` at the end of the file.
    fn next_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let limit = u64::try_from(MAX_LINE + 1).unwrap_or(u64::MAX);
        if (&mut self.input).take(limit).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_whole = self.buffer.len() <= MAX_LINE || self.buffer.ends_with(b"\n");
        if !is_whole {
            self.skip_line()?;
        }
        Ok(Some(is_whole))
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

fn parse(line: &[u8], number: u64) -> Result<Event, BadLine> {
    let bad = |column, reason: String| BadLine { number, column, reason };
    let text = std::str::from_utf8(line)
        .map_err(|error| bad(Some(error.valid_up_to() + 1), "not valid UTF-8".to_owned()))?;
    // A list would pass for an event whose fields stand in order.
    if !text.trim_start().starts_with('{') {
        return Err(bad(None, "expected a JSON object".to_owned()));
    }
    let event: Event = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        // The position within the line is in front, and "line 1" would mislead.
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        let characters = text.get(..column).map_or(column, |before| before.chars().count());
        bad((characters > 0).then_some(characters), reason)
    })?;
    // Whatever the chain would refuse is found here, where the number of the line is known.
    Record::new(&event, AuditId(Uuid::nil()), Timestamp::UNIX_EPOCH)
        .map_err(|input| bad(None, input.to_string()))?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> Vec<Result<String, String>> {
        let mut lines = Lines::new(file);
        std::iter::from_fn(|| lines.next_event().unwrap())
            .map(|line| line.map(|event| event.action).map_err(|bad| bad.to_string()))
            .collect()
    }

    const GOOD: &str = r#"{"action":"run.started","resource_type":"run"}"#;

    #[test]
    fn line_ends_blank_lines_and_a_bom_do_not_matter() {
        let file = format!("\u{feff}{GOOD}\r\n\r\n   \n{GOOD}\n{GOOD}");
        assert_eq!(read(file.as_bytes()), vec![Ok("run.started".to_owned()); 3]);
        assert!(read(b"").is_empty());
        assert!(read(b"\n\n").is_empty());
    }

    #[test]
    fn a_bad_line_is_named_with_the_reason_and_the_next_one_is_read() {
        let bad = r#"{"action":"a","resource_type":"b","resouce_id":"c"}"#;
        let file = format!("{GOOD}\n\n{bad}\n{{\"action\":\n[1,2]\n{GOOD}\n");
        let read = read(file.as_bytes());
        assert_eq!(read.len(), 5);
        let unknown = read[1].clone().unwrap_err();
        assert!(unknown.starts_with("line 3, column 46: unknown field `resouce_id`"), "{unknown}");
        assert!(read[2].clone().unwrap_err().starts_with("line 4"), "{:?}", read[2]);
        assert_eq!(read[3], Err("line 5: expected a JSON object".to_owned()));
        assert!(read[4].is_ok());
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let mut file = GOOD.as_bytes().to_vec();
        file.extend_from_slice(b"\n{\"action\":\"\xff\"}\n");
        assert_eq!(read(&file)[1], Err("line 2, column 12: not valid UTF-8".to_owned()));
    }

    #[test]
    fn what_the_chain_would_refuse_is_refused_by_line() {
        let file = br#"{"action":"Run","resource_type":"run"}
{"action":"run","resource_type":"run","details":{"n":18446744073709551615}}
{"action":"run","resource_type":"run","details":{"t":"\u0000"}}"#;
        let reasons: Vec<_> = read(file).into_iter().map(Result::unwrap_err).collect();
        assert!(reasons[0].starts_with("line 1: action:"), "{reasons:?}");
        assert!(reasons[1].starts_with("line 2: details.n:"), "{reasons:?}");
        assert!(reasons[2].starts_with("line 3: details.t:"), "{reasons:?}");
    }

    #[test]
    fn an_endless_line_is_skipped_without_keeping_it() {
        let endless = io::repeat(b'x').take(64 << 20);
        let file = io::BufReader::new(endless.chain(io::Cursor::new(format!("\n{GOOD}\n"))));
        let mut lines = Lines::new(file);
        let bad = lines.next_event().unwrap().unwrap().unwrap_err();
        assert_eq!(bad.to_string(), "line 1: the line is longer than 2 MiB");
        assert!(lines.buffer.capacity() <= 4 * MAX_LINE);
        assert!(lines.next_event().unwrap().unwrap().is_ok());
        assert!(lines.next_event().unwrap().is_none());
    }
}
