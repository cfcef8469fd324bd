//! `NAME=value` on each line, as far as all readers of such files agree.
//!
//! Nothing is ever substituted from the environment: what other readers would replace or read otherwise is refused unless it is in
//! single quotes. Values in quotes may go over several lines.

use std::{collections::BTreeSet, ops::Range};

use agentflow_core::secret::SecretName;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::format::{Change, Entries, Flaw, entry};

/// Where an entry is in the text, in bytes.
struct Span {
    name: SecretName,
    /// All of its lines, with the end of the last.
    lines: Range<usize>,
    /// Its value, with quotes.
    value: Range<usize>,
}

pub(super) fn parse(text: &str) -> Result<Entries, Flaw> {
    Ok(read(text)?.0)
}

/// The text with one entry changed, and all else, comments too, as it was.
pub(super) fn edit(text: &str, change: &Change<'_>) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let (_, spans) = read(text)?;
    let span = spans.iter().find(|span| span.name == *change.name);
    let new = change.value.map(|value| quoted(value.expose_secret()));
    let new = new.as_ref().map_or("", |it| it.as_str());
    let (place, name_before) = match (span, change.value) {
        (Some(span), Some(_)) => (span.value.clone(), false),
        (Some(span), None) => (span.lines.clone(), false),
        (None, Some(_)) => (text.len()..text.len(), true),
        (None, None) => (0..0, false),
    };
    // A buffer that grew would leave its content behind in memory.
    let room = text.len() + new.len() + change.name.as_str().len() + 8;
    let mut edited = Zeroizing::new(Vec::with_capacity(room));
    edited.extend_from_slice(&text.as_bytes()[..place.start]);
    if name_before {
        if !text.is_empty() && !text.ends_with('\n') {
            edited.push(b'\n');
        }
        edited.extend_from_slice(change.name.as_str().as_bytes());
        edited.push(b'=');
    }
    edited.extend_from_slice(new.as_bytes());
    if name_before {
        edited.push(b'\n');
    }
    edited.extend_from_slice(&text.as_bytes()[place.end..]);
    if String::from_utf8_lossy(&edited).trim().is_empty() {
        edited.extend_from_slice(b"#\n");
    }
    Ok(edited)
}

/// As every reader reads it back: in single quotes, where nothing has a meaning, or escaped in double quotes.
fn quoted(value: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * value.len() + 2));
    // Some readers take a backslash for an escape in single quotes too.
    if !value.contains(['\'', '\\', '\n', '\r']) {
        text.push('\'');
        text.push_str(value);
        text.push('\'');
        return text;
    }
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' | '$' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}

fn read(text: &str) -> Result<(Entries, Vec<Span>), Flaw> {
    let mut reader = Reader { text, at: 0 };
    let (mut entries, mut spans, mut names) = (Entries::new(), Vec::new(), BTreeSet::new());
    // A mark of the byte order is no part of the first name.
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    while !reader.rest().is_empty() {
        let begin = reader.at;
        reader.skip_blanks();
        if reader.ends_line() {
            reader.next_line();
            continue;
        }
        let name_at = reader.at;
        let name = reader.name()?;
        let (value, range) = reader.value()?;
        let (name, value) =
            entry(name, &value).map_err(|reason| Flaw::at(text, name_at, reason))?;
        if !names.insert(name.clone()) {
            return Err(Flaw::at(text, name_at, format!("{name} is there twice")));
        }
        reader.end_of_value()?;
        reader.next_line();
        spans.push(Span { name: name.clone(), lines: begin..reader.at, value: range });
        entries.insert(name, value);
    }
    Ok((entries, spans))
}

const QUOTE_IT: &str = "readers of such files disagree about quotes, `\\`, `$` and `` ` `` in a value without quotes; put the value in single quotes";

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn flaw(&self, reason: &str) -> Flaw {
        Flaw::at(self.text, self.at, reason)
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    }

    /// Whether nothing or a comment follows.
    fn ends_line(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['\n', '#'])
    }

    fn next_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |it| it + 1);
    }

    /// What is before `=`.
    fn name(&mut self) -> Result<&'t str, Flaw> {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let Some((name, _)) = line.split_once('=') else {
            return Err(self.flaw("expected NAME=value"));
        };
        self.at += name.len() + 1;
        let exported = name.strip_prefix("export").filter(|it| it.starts_with([' ', '\t']));
        Ok(exported.unwrap_or(name).trim())
    }

    /// The value, and where it is.
    fn value(&mut self) -> Result<(Zeroizing<String>, Range<usize>), Flaw> {
        let after_equals = self.at;
        self.skip_blanks();
        let begin = self.at;
        let value = match self.rest().as_bytes().first() {
            None | Some(b'\n') => {
                self.at = after_equals;
                return Ok((Zeroizing::default(), after_equals..after_equals));
            }
            Some(b'#') if begin > after_equals => {
                self.at = after_equals;
                return Ok((Zeroizing::default(), after_equals..after_equals));
            }
            Some(b'#') => {
                return Err(
                    self.flaw("some readers take this for a comment; put the value in quotes")
                );
            }
            Some(b'\'') => self.in_single_quotes()?,
            Some(b'"') => self.in_double_quotes()?,
            Some(_) => self.without_quotes()?,
        };
        Ok((value, begin..self.at))
    }

    fn in_single_quotes(&mut self) -> Result<Zeroizing<String>, Flaw> {
        let inside = &self.rest()[1..];
        let Some(end) = inside.find('\'') else {
            return Err(self.flaw("this quote is not closed"));
        };
        self.at += end + 2;
        Ok(Zeroizing::new(inside[..end].to_owned()))
    }

    fn in_double_quotes(&mut self) -> Result<Zeroizing<String>, Flaw> {
        let inside = &self.rest()[1..];
        let mut value = Zeroizing::new(String::with_capacity(inside.len()));
        let mut characters = inside.char_indices();
        while let Some((index, character)) = characters.next() {
            let here = self.at + 1 + index;
            match character {
                '"' => {
                    self.at = here + 1;
                    // The buffer is as long as the rest of the file.
                    return Ok(Zeroizing::new(value.as_str().to_owned()));
                }
                '$' => {
                    let reason = "some readers replace this by a variable; write `\\$`, or put the value in single quotes";
                    return Err(Flaw::at(self.text, here, reason));
                }
                '\\' => value.push(match characters.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, escaped @ ('\\' | '"' | '$' | '\'' | ' '))) => escaped,
                    _ => {
                        let reason =
                            "this escape is not known; those that are: \\n \\\\ \\\" \\' \\$";
                        return Err(Flaw::at(self.text, here, reason));
                    }
                }),
                _ => value.push(character),
            }
        }
        Err(self.flaw("this quote is not closed"))
    }

    fn without_quotes(&mut self) -> Result<Zeroizing<String>, Flaw> {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let value = &rest[..end];
        if let Some(index) = value.find(['\'', '"', '\\', '$', '`']) {
            return Err(Flaw::at(self.text, self.at + index, QUOTE_IT));
        }
        self.at += end;
        Ok(Zeroizing::new(value.to_owned()))
    }

    /// Nothing may follow but a comment behind a blank.
    fn end_of_value(&mut self) -> Result<(), Flaw> {
        let value_end = self.at;
        self.skip_blanks();
        if !self.ends_line() || (self.at == value_end && self.rest().starts_with('#')) {
            return Err(Flaw::at(
                self.text,
                self.at,
                "something follows the value; put a value with blanks in quotes",
            ));
        }
        Ok(())
    }
}
