//! Reads files of JSON lines: one value to a line.
//!
//! A file may be of any size, and a line may be anything, so nothing is read whole: what is kept is one line of at most
//! [`MAX_LINE`] bytes, and of a longer one nothing.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Read},
    path::Path,
};

use crate::error::{Error, Result};

/// The longest line that is looked at, in bytes. A record of the audit holds at most 1 MiB; JSON escapes may make its line
/// longer.
pub(crate) const MAX_LINE: usize = 2 << 20;
const BUFFER: usize = 256 << 10;
/// Characters that are shown of a line that is longer than that.
const SHOWN: usize = 200;

pub(crate) type Input = Box<dyn BufRead + Send>;

/// The file, or stdin for `-` or nothing. On a terminal nobody gives lines: then it fails, and `hint` says how they come.
pub(crate) fn open(file: Option<&Path>, hint: &str) -> Result<Input> {
    let Some(path) = file.filter(|path| *path != Path::new("-")) else {
        if io::stdin().is_terminal() && file.is_none() {
            let error = Error::usage("no events: they come from a file or a pipe");
            return Err(error.with_hint(hint));
        }
        return Ok(Box::new(BufReader::with_capacity(BUFFER, io::stdin())));
    };
    // On Unix a folder can be opened, and only reading it fails.
    if path.is_dir() {
        let message = format!("cannot read {}: it is a folder, not a file", path.display());
        return Err(Error::usage(message));
    }
    let file = File::open(path)
        .map_err(|error| Error::usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
}

/// What is wrong with a line: the character where it goes wrong, counted from 1, if there is one, and the reason.
pub(crate) type Fault = (Option<usize>, String);

/// The lines of a file that are not blank, with their number.
pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
}

/// A line that holds none of what is read.
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

    /// What `parse` makes of the next line, or why it makes nothing of it; `None` at the end. After a bad line the next
    /// call goes on behind it.
    pub(crate) fn next<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> io::Result<Option<Result<T, BadLine>>> {
        loop {
            let Some(is_whole) = self.next_line()? else { return Ok(None) };
            let bad = |(column, reason)| BadLine { number: self.number, column, reason };
            if !is_whole {
                let reason = format!("the line is longer than {} MiB", MAX_LINE >> 20);
                return Ok(Some(Err(bad((None, reason)))));
            }
            if self.content().trim_ascii().is_empty() {
                continue;
            }
            let text = std::str::from_utf8(self.content())
                .map_err(|error| (Some(error.valid_up_to() + 1), "not valid UTF-8".to_owned()));
            return Ok(Some(text.and_then(parse).map_err(bad)));
        }
    }

    /// The line that was read last, without the mark that some put in front of a file.
    fn content(&self) -> &[u8] {
        let line = self.buffer.as_slice();
        if self.number > 1 {
            return line;
        }
        line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
    }

    /// The text of the line that was read last, with a sign for what is no text; of one that was too long, its beginning.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let line = self.content();
        if self.buffer.len() <= MAX_LINE {
            return String::from_utf8_lossy(line);
        }
        let beginning = &line[..line.len().min(SHOWN * size_of::<char>())];
        let shown = String::from_utf8_lossy(beginning);
        Cow::Owned(shown.chars().take(SHOWN).chain(['…']).collect())
    }

    /// Its number, counted from 1, blank lines included.
    pub(crate) fn number(&self) -> u64 {
        self.number
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

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "what the reader asks for")]
    fn whole(text: &str) -> Result<String, Fault> {
        Ok(text.to_owned())
    }

    #[test]
    fn the_text_of_a_line_is_at_hand_after_it_was_read() {
        let mut lines = Lines::new("\u{feff}a\n\nb\n".as_bytes());
        assert_eq!(lines.next(whole).unwrap(), Some(Ok("a\n".to_owned())));
        assert_eq!((lines.text(), lines.number()), ("a\n".into(), 1));
        assert_eq!(
            lines
                .next(|_| Err::<(), _>((Some(1), "no".to_owned())))
                .unwrap()
                .unwrap()
                .unwrap_err()
                .to_string(),
            "line 3, column 1: no"
        );
        assert_eq!((lines.text(), lines.number()), ("b\n".into(), 3));
        assert_eq!(lines.next(whole).unwrap(), None);
    }

    #[test]
    fn what_is_no_text_is_shown_with_a_sign_for_it() {
        let mut lines = Lines::new(&b"a\xffb\n"[..]);
        assert!(lines.next(whole).unwrap().unwrap().is_err());
        assert_eq!(lines.text(), "a\u{fffd}b\n");
    }

    #[test]
    fn an_endless_line_is_skipped_without_keeping_it() {
        let endless = io::repeat(b'x').take(64 << 20);
        let file = io::BufReader::new(endless.chain(io::Cursor::new("\nfine\n")));
        let mut lines = Lines::new(file);
        let bad = lines.next(whole).unwrap().unwrap().unwrap_err();
        assert_eq!(bad.to_string(), "line 1: the line is longer than 2 MiB");
        assert_eq!(lines.text(), format!("{}…", "x".repeat(SHOWN)));
        assert!(lines.buffer.capacity() <= 4 * MAX_LINE);
        assert!(lines.next(whole).unwrap().unwrap().is_ok());
        assert!(lines.next(whole).unwrap().is_none());
    }
}
