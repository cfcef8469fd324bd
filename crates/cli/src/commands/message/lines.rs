//! Input of one JSON value to a line.

use std::io::{self, BufRead, IsTerminal, Read};

use agentflow::core::{InvalidInput, InvalidInputs};

use crate::{
    commands::agent::file,
    context::blocking,
    error::{Error, Result},
};

/// The longest line, in bytes.
const MAX_LINE: u64 = 8 << 20;
/// After so many bad lines, the input is probably something else.
const MAX_FAULTS: usize = 100;

/// What the lines of stdin say; `what` names them. Fails with every line that cannot be accepted.
pub(crate) async fn from_stdin<T: Send + 'static>(
    what: &'static str,
    parse: fn(&str) -> Result<T, InvalidInput>,
) -> Result<Vec<T>> {
    if io::stdin().is_terminal() {
        let message = format!("no {what}: they come from a pipe, one JSON object a line");
        return Err(Error::usage(message).with_hint("see --help for an example"));
    }
    let read = move || {
        read(io::stdin().lock(), parse).map_err(|error| Error::io("read standard input", &error))
    };
    // On a thread of its own, for stdin may take its time.
    blocking(read).await?.map_err(|faults| file::refused("what is on stdin", &faults))
}

/// Every line, or everything that is wrong: the field of a fault begins with the number of its line.
fn read<T>(
    mut input: impl BufRead,
    parse: impl Fn(&str) -> Result<T, InvalidInput>,
) -> io::Result<Result<Vec<T>, InvalidInputs>> {
    let (mut values, mut faults, mut line) = (Vec::new(), Vec::new(), Vec::new());
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
        match std::str::from_utf8(&line) {
            Err(_) => faults.push(InvalidInput::new(place, "is not valid UTF-8")),
            Ok(text) => {
                let text = text.trim_start_matches('\u{feff}').trim();
                match parse(text) {
                    _ if text.is_empty() => {}
                    Ok(value) => values.push(value),
                    Err(fault) => {
                        let field = format!("{place}: {}", fault.field);
                        faults.push(InvalidInput::new(field, fault.reason));
                    }
                }
            }
        }
    }
    Ok(if faults.is_empty() { Ok(values) } else { Err(InvalidInputs(faults)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u32, InvalidInput> {
        text.parse().map_err(|error| InvalidInput::new("n", error))
    }

    #[test]
    fn every_bad_line_is_named_by_number() {
        assert_eq!(read("\u{feff}1\r\n\n 2 ".as_bytes(), number).unwrap().unwrap(), [1, 2]);
        let told = read(&b"1\nx\n\xff\n2\n-1\n"[..], number).unwrap().unwrap_err().to_string();
        let lines: Vec<_> = told.lines().collect();
        assert!(lines[0].starts_with("line 2: n: "), "{told}");
        assert_eq!(lines[1], "line 3: is not valid UTF-8");
        assert!(lines[2].starts_with("line 5: n: ") && lines.len() == 3, "{told}");
    }

    #[test]
    fn what_is_something_else_altogether_is_not_told_line_by_line() {
        let told = read("x\n".repeat(5_000).as_bytes(), number).unwrap().unwrap_err();
        assert_eq!(told.0.len(), MAX_FAULTS + 1);
        assert_eq!(told.0[MAX_FAULTS].field, "line 101");
    }

    #[test]
    fn an_endless_line_is_named_and_not_kept() {
        let endless = io::BufReader::new(io::repeat(b'1'));
        let told = read(endless, number).unwrap().unwrap_err().to_string();
        assert_eq!(told, "line 1: is longer than 8 MiB");
    }
}
