//! Takes a file apart into passages: each is a memory.

use std::{
    fmt,
    io::{self, BufRead},
};

use agentflow::{core::InvalidInputs, memory::NewMemory};
use clap::ValueEnum;
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::lines::{BadLine, Fault, Lines};

/// The longest content.
const MOST_CHARACTERS: usize = 65_536;
/// What is kept of a passage, in bytes: more than any content may have.
const KEPT: usize = MOST_CHARACTERS * size_of::<char>();
const LONG_PARAGRAPH: &str =
    "the paragraph is longer than 65,536 characters; with --split line every line is a memory";

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Split {
    /// Lines up to a blank one
    Paragraph,
    /// A line
    Line,
    /// A line of JSON: an object with `content` and whatever else a memory has
    Jsonl,
}

/// A memory to be, or why there is none; and the line in which it begins, counted from 1.
pub(super) struct Passage {
    pub(super) line: u64,
    pub(super) made: Result<NewMemory, String>,
}

/// The passages of a file, one after the other. What is kept is one of them.
pub(super) struct Passages<R> {
    lines: Lines<R>,
    split: Split,
    /// What they are besides their text.
    template: NewMemory,
    now: Timestamp,
    /// The paragraph that is being read.
    open: Option<Paragraph>,
}

struct Paragraph {
    first: u64,
    last: u64,
    text: String,
    fault: Option<String>,
}

impl<R: BufRead> Passages<R> {
    pub(super) fn new(input: R, split: Split, template: NewMemory, now: Timestamp) -> Self {
        Self { lines: Lines::new(input), split, template, now, open: None }
    }

    /// `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Passage>> {
        match self.split {
            Split::Paragraph => self.next_paragraph(),
            Split::Line => self.next_line(|text, template| Ok(with_text(text, template))),
            Split::Jsonl => self.next_line(from_json),
        }
    }

    fn next_line(
        &mut self,
        read: impl FnOnce(&str, &NewMemory) -> Result<NewMemory, Fault>,
    ) -> io::Result<Option<Passage>> {
        let template = &self.template;
        let Some(line) = self.lines.next(|text| read(text.trim(), template))? else {
            return Ok(None);
        };
        let made = line.map_err(|bad| match bad.column {
            Some(column) => format!("column {column}: {}", bad.reason),
            None => bad.reason,
        });
        let made = made.and_then(|memory| checked(memory, self.now));
        Ok(Some(Passage { line: self.lines.number(), made }))
    }

    /// Blank lines are passed over by the reader, and seen by the numbers that are missing.
    fn next_paragraph(&mut self) -> io::Result<Option<Passage>> {
        loop {
            let Some(line) = self.lines.next(|text| Ok::<_, Fault>(text.trim_end().to_owned()))?
            else {
                return Ok(self.open.take().map(|open| self.passage(open)));
            };
            let number = self.lines.number();
            let goes_on = self.open.as_ref().is_some_and(|open| open.last + 1 == number);
            let ended = if goes_on { None } else { self.open.take() };
            let open = self.open.get_or_insert_with(|| Paragraph {
                first: number,
                last: number,
                text: String::new(),
                fault: None,
            });
            open.last = number;
            match line {
                Ok(text) => open.add(&text),
                Err(bad) => open.fault = open.fault.take().or_else(|| Some(open.told(bad))),
            }
            if let Some(ended) = ended {
                return Ok(Some(self.passage(ended)));
            }
        }
    }

    fn passage(&self, paragraph: Paragraph) -> Passage {
        let Paragraph { first, text, fault, .. } = paragraph;
        let made = match fault {
            Some(fault) => Err(fault),
            None if is_long(&text) => Err(LONG_PARAGRAPH.to_owned()),
            None => checked(with_text(&text, &self.template), self.now),
        };
        Passage { line: first, made }
    }
}

impl Paragraph {
    /// What is wrong with one of its lines: the first one is named already.
    fn told(&self, bad: BadLine) -> String {
        match bad.column {
            _ if bad.number != self.first => format!("in {bad}"),
            Some(column) => format!("column {column}: {}", bad.reason),
            None => bad.reason,
        }
    }

    fn add(&mut self, line: &str) {
        // What is too long is refused anyway, and is not to fill the memory.
        if self.text.len() + line.len() > KEPT {
            self.text.clear();
            self.fault.get_or_insert_with(|| LONG_PARAGRAPH.to_owned());
        }
        if self.fault.is_some() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }
}

fn with_text(text: &str, template: &NewMemory) -> NewMemory {
    NewMemory { content: text.trim().to_owned(), ..template.clone() }
}

fn is_long(text: &str) -> bool {
    text.chars().count() > MOST_CHARACTERS
}

fn checked(memory: NewMemory, now: Timestamp) -> Result<NewMemory, String> {
    if is_long(&memory.content) {
        return Err("the text is longer than 65,536 characters".to_owned());
    }
    if memory.content.trim().is_empty() {
        return Err("the text is empty".to_owned());
    }
    match memory.validate(now) {
        Ok(()) => Ok(memory),
        Err(inputs) => Err(all(&inputs)),
    }
}

/// What is wrong, in one line.
pub(super) fn all(inputs: &InvalidInputs) -> String {
    let reasons: Vec<_> = inputs.0.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

/// The members of a line, none of which occurs twice.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members, A::Error> {
        let mut said = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if said.contains_key(&name) {
                return Err(A::Error::custom(format!("the key `{name}` occurs twice")));
            }
            said.insert(name, value);
        }
        Ok(Members(said))
    }
}

/// What a line does not say is as in the template.
fn from_json(text: &str, template: &NewMemory) -> Result<NewMemory, Fault> {
    // A list would pass for a memory whose fields stand in order.
    if !text.starts_with('{') {
        return Err((None, "expected a JSON object with `content`".to_owned()));
    }
    let Members(mut said) = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        let characters = text.get(..column).map_or(column, |before| before.chars().count());
        ((characters > 0).then_some(characters), reason(&error))
    })?;
    if !said.contains_key("content") {
        let message = if said.contains_key("text") {
            "there is no `content`; did you mean that by `text`?"
        } else {
            "there is no `content`"
        };
        return Err((None, message.to_owned()));
    }
    let Ok(Value::Object(rest)) = serde_json::to_value(template) else {
        return Err((None, "the line cannot be completed".to_owned()));
    };
    for (name, value) in rest {
        said.entry(name).or_insert(value);
    }
    serde_json::from_value(Value::Object(said)).map_err(|error| (None, reason(&error)))
}

/// The position within the line is told in front, and "line 1" would mislead.
fn reason(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use agentflow::{TeamId, memory::MemoryType};
    use uuid::Uuid;

    use super::*;

    fn read(file: &[u8], split: Split) -> Vec<(u64, Result<String, String>)> {
        let team = TeamId::from(Uuid::nil());
        let mut template = NewMemory::new(team, MemoryType::Semantic, "");
        template.importance = 7;
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let mut passages = Passages::new(file, split, template, now);
        std::iter::from_fn(|| passages.next().unwrap())
            .map(|it| {
                (it.line, it.made.map(|made| format!("{} {}", made.importance, made.content)))
            })
            .collect()
    }

    #[test]
    fn a_paragraph_goes_up_to_a_blank_line() {
        let file = "\u{feff}\nCall me\r\nIshmael.\r\n \r\n\nSome years\n  ago\t\n\n\n";
        let read = read(file.as_bytes(), Split::Paragraph);
        let texts =
            [(2, Ok("7 Call me\nIshmael.".to_owned())), (6, Ok("7 Some years\n  ago".to_owned()))];
        assert_eq!(read, texts);
    }

    #[test]
    fn what_is_no_text_or_too_long_is_named_and_the_next_is_read() {
        let long = "é".repeat(65_537);
        let file = [b"a\xff\nb\n\nc\n\n".to_vec(), long.into_bytes(), b"\n\nd".to_vec()].concat();
        let read = read(&file, Split::Paragraph);
        let lines: Vec<_> = read.iter().map(|it| (it.0, it.1.is_ok())).collect();
        assert_eq!(lines, [(1, false), (4, true), (6, false), (8, true)]);
        assert_eq!(read[0].1, Err("column 2: not valid UTF-8".to_owned()));
        assert!(read[2].1.as_ref().unwrap_err().contains("--split line"), "{read:?}");
        let read = self::read(b"a\nb\xff", Split::Paragraph);
        assert_eq!(read[0].1, Err("in line 2, column 2: not valid UTF-8".to_owned()));
    }

    #[test]
    fn a_paragraph_without_an_end_is_not_kept() {
        let file = "word word word\n".repeat(1 << 20);
        let read = read(file.as_bytes(), Split::Paragraph);
        assert_eq!(read.len(), 1);
        assert!(read[0].1.as_ref().unwrap_err().contains("65,536 characters"), "{read:?}");
    }

    #[test]
    fn a_line_of_json_says_what_it_says_and_the_rest_is_as_told() {
        let file = r#"{"content":"a"}

{"content":"b","importance":2}
{"content":"c","importence":2}
{"content":
["c"]
{"text":"d"}
{"content":"e","importance":11}
{"content":"f","tags":[],"content":"g"}
{"content":" "}"#;
        let read = read(file.as_bytes(), Split::Jsonl);
        assert_eq!(read[..2], [(1, Ok("7 a".to_owned())), (3, Ok("2 b".to_owned()))]);
        let reasons: Vec<_> = read[2..].iter().map(|it| it.1.clone().unwrap_err()).collect();
        for (told, part) in reasons.iter().zip([
            "unknown field `importence`",
            "column 11: EOF",
            "expected a JSON object",
            "did you mean that by `text`?",
            "importance: ",
            "the key `content` occurs twice",
            "the text is empty",
        ]) {
            assert!(told.contains(part), "{told}");
        }
        assert_eq!(read[6].0, 8);
    }

    #[test]
    fn a_line_is_a_passage() {
        let read = read(b"a\n\n b \n", Split::Line);
        assert_eq!(read, [(1, Ok("7 a".to_owned())), (3, Ok("7 b".to_owned()))]);
    }
}
