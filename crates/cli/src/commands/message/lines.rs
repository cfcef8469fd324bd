//! Input of one JSON value to a line, all of it checked before any of it is used.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Seek, Write};

use agentflow::core::{InvalidInput, InvalidInputs};
use tempfile::SpooledTempFile;

use crate::{
    commands::agent::file,
    context::blocking,
    error::{Error, Result},
};

/// The longest line, in bytes.
const MAX_LINE: u64 = 8 << 20;
/// After so many bad lines, the input is probably something else.
const MAX_FAULTS: usize = 100;
/// What is kept in memory of the input, in bytes; more goes into a file without a name.
const IN_MEMORY: usize = 8 << 20;
/// A batch has so many lines,
const BATCH: usize = 1_000;
/// or so many bytes and one line more: lines may be long.
const BATCH_BYTES: usize = 16 << 20;

const STDIN: &str = "what is on stdin";

/// What the lines of stdin say, all of which can be accepted; `what` names them. Fails with every line that cannot.
pub(crate) async fn from_stdin<T: Send + 'static>(
    what: &'static str,
    parse: fn(&str) -> Result<T, InvalidInput>,
) -> Result<Checked<T>> {
    if io::stdin().is_terminal() {
        let message = format!("no {what}: they come from a pipe, one JSON object a line");
        return Err(Error::usage(message).with_hint("see --help for an example"));
    }
    // On a thread of its own, for stdin may take its time.
    let read = move || read(io::stdin().lock(), parse);
    let read = blocking(move || read().map_err(|error| cannot_read(&error))).await?;
    read.map_err(|faults| file::refused(STDIN, &faults))
}

fn cannot_read(error: &io::Error) -> Error {
    Error::io("read standard input", error)
}

/// Lines that were checked: they are read a second time, a batch in memory at once.
pub(crate) struct Checked<T> {
    lines: BufReader<SpooledTempFile>,
    parse: fn(&str) -> Result<T, InvalidInput>,
    count: u64,
    left: u64,
}

impl<T> Checked<T> {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Whether all of them were given out.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The next of them; none at the end.
    pub(crate) fn batch(&mut self) -> Result<Vec<T>> {
        let (mut values, mut bytes, mut line) = (Vec::new(), 0, String::new());
        while self.left > 0 && values.len() < BATCH && bytes < BATCH_BYTES {
            line.clear();
            bytes += self.lines.read_line(&mut line).map_err(|error| cannot_read(&error))?;
            self.left -= 1;
            let value = (self.parse)(line.trim_end());
            values.push(value.map_err(|fault| file::refused(STDIN, &fault.into()))?);
        }
        Ok(values)
    }
}

/// Every line, or everything that is wrong: the field of a fault begins with the number of its line.
fn read<T>(
    mut input: impl BufRead,
    parse: fn(&str) -> Result<T, InvalidInput>,
) -> io::Result<Result<Checked<T>, InvalidInputs>> {
    let (mut kept, mut count) = (io::BufWriter::new(SpooledTempFile::new(IN_MEMORY)), 0);
    let (mut faults, mut line) = (Vec::new(), Vec::new());
    for number in 1_u64.. {
        if faults.len() == MAX_FAULTS {
            let reason = format!("was not looked at, nor what follows, after {MAX_FAULTS} errors");
            faults.push(InvalidInput::new(format!("line {number}"), reason));
            break;
        }
        line.clear();
        if (&mut input).take(MAX_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let place = format!("line {number}");
        if u64::try_from(line.len()).unwrap_or(u64::MAX) > MAX_LINE {
            // What comes behind it has no number any more.
            let reason = format!("is longer than {} MiB", MAX_LINE >> 20);
            faults.push(InvalidInput::new(place, reason));
            break;
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            faults.push(InvalidInput::new(place, "is not valid UTF-8"));
            continue;
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        match parse(text) {
            Err(fault) => {
                let field = format!("{place}: {}", fault.field);
                faults.push(InvalidInput::new(field, fault.reason));
            }
            // Nothing is used when one of them is bad.
            Ok(_) if !faults.is_empty() => {}
            Ok(_) => {
                kept.write_all(text.as_bytes())?;
                kept.write_all(b"\n")?;
                count += 1;
            }
        }
    }
    if !faults.is_empty() {
        return Ok(Err(InvalidInputs(faults)));
    }
    let mut kept = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
    kept.rewind()?;
    Ok(Ok(Checked { lines: BufReader::new(kept), parse, count, left: count }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u32, InvalidInput> {
        text.parse().map_err(|error| InvalidInput::new("n", error))
    }

    fn faults(input: impl BufRead) -> InvalidInputs {
        read(input, number).unwrap().err().unwrap()
    }

    #[test]
    fn every_bad_line_is_named_by_number() {
        let mut good = read("\u{feff}1\r\n\n 2 ".as_bytes(), number).unwrap().ok().unwrap();
        assert_eq!((good.count(), good.batch().unwrap(), good.is_done()), (2, vec![1, 2], true));
        assert!(good.batch().unwrap().is_empty());
        let told = faults(&b"1\nx\n\xff\n2\n-1\n"[..]).to_string();
        let lines: Vec<_> = told.lines().collect();
        assert!(lines[0].starts_with("line 2: n: "), "{told}");
        assert_eq!(lines[1], "line 3: is not valid UTF-8");
        assert!(lines[2].starts_with("line 5: n: ") && lines.len() == 3, "{told}");
    }

    #[test]
    fn many_lines_come_back_in_batches_from_memory_and_from_a_file() {
        for width in [1, 10_000] {
            let lines = (0..2_500_u32).map(|n| format!("{n:>width$}").replace(' ', "0") + "\n");
            let mut read =
                read(lines.collect::<String>().as_bytes(), number).unwrap().ok().unwrap();
            let (mut sizes, mut all) = (Vec::new(), Vec::new());
            while !read.is_done() {
                let batch = read.batch().unwrap();
                sizes.push(batch.len());
                all.extend(batch);
            }
            assert_eq!(sizes, [1_000, 1_000, 500], "{width}");
            assert!(all.into_iter().eq(0..2_500));
        }
    }

    #[test]
    fn what_is_something_else_altogether_is_not_told_line_by_line() {
        let told = faults("x\n".repeat(5_000).as_bytes());
        assert_eq!(told.0.len(), MAX_FAULTS + 1);
        assert_eq!(told.0[MAX_FAULTS].field, "line 101");
    }

    #[test]
    fn an_endless_line_is_named_and_not_kept() {
        let told = faults(io::BufReader::new(io::repeat(b'1'))).to_string();
        assert_eq!(told, "line 1: is longer than 8 MiB");
    }
}
