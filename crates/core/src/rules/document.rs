//! A document in YAML or JSON whose parts know where they stand, so that whatever is wrong can be shown there.

use std::fmt;

use serde::{
    Serialize,
    de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::Problem;
use crate::{InvalidInput, canonical, fields::unexpected, yaml};

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileProblem {
    /// The line, from 1; none when the place cannot be told.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
    /// What it is about: a path, `rules[2].name`, or a name, ``rule `adult` ``.
    pub subject: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            if let Some(column) = self.column {
                write!(f, ", column {column}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{}: {}", self.subject, self.message)
    }
}

/// Everything that is wrong with a file, in the order of its text as far as that is known. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FileProblems(pub Vec<FileProblem>);

impl std::error::Error for FileProblems {}

impl fmt::Display for FileProblems {
    /// One line for each problem.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl FileProblems {
    /// Fails with the problems, if there are any, in the order of the text.
    pub(crate) fn unless_none(mut problems: Vec<FileProblem>) -> Result<(), Self> {
        problems.sort_by_key(|it| (it.line.unwrap_or(u32::MAX), it.column));
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }
}

/// A place in a text, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
}

/// A text in a file, and where its characters stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// Where it begins.
    place: Option<Place>,
    /// Where each of its lines begins; empty when the file has it in another form, with escapes or folded.
    lines: Vec<Place>,
}

impl Origin {
    /// The line it begins on.
    pub(super) fn line(&self) -> Option<u32> {
        self.place.map(|place| place.line)
    }

    /// Where a problem with the text stands in the file. The column is none when only the line is known.
    pub(super) fn of(&self, problem: &Problem) -> (Option<u32>, Option<u32>) {
        let line = usize::try_from(problem.line).ok().and_then(|line| line.checked_sub(1));
        match line.and_then(|line| self.lines.get(line)) {
            Some(place) => (Some(place.line), Some(place.column + problem.column - 1)),
            None => (self.line(), None),
        }
    }
}

pub(crate) struct Document {
    /// What errors call it.
    whole: &'static str,
    pub(crate) value: Value,
    /// None when the places cannot be told.
    root: Option<Spanned<Part>>,
    lines: Vec<String>,
}

impl Document {
    /// Reads JSON if the text begins like it, else YAML. `whole` is what errors call the document.
    pub(crate) fn read(text: &str, whole: &'static str) -> Result<Self, FileProblems> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value =
            if is_json(text) { canonical::from_str(text, "") } else { yaml::read(text, whole) };
        let value = value.map_err(|fault| {
            let subject = if fault.field.is_empty() { whole.to_owned() } else { fault.field };
            let message = fault.reason;
            FileProblems(vec![FileProblem { line: None, column: None, subject, message }])
        })?;
        // JSON is YAML but for trifles, and where it is not, it does without places.
        let root = yaml::parse(text, whole).ok();
        Ok(Self { whole, value, root, lines: text.lines().map(str::to_owned).collect() })
    }

    /// Where the part at `path` stands, or the innermost one around it that is there.
    pub(super) fn place(&self, path: &str) -> Option<Place> {
        let mut part = self.root.as_ref()?;
        let mut place = None;
        for step in steps(path) {
            let Some((next, at)) = part.value.step(step) else { break };
            (part, place) = (next, at);
        }
        place
    }

    /// Where the text at `path` stands.
    pub(super) fn origin(&self, path: &str, text: &str) -> Origin {
        let place = self.text_place(path);
        let lines = place.and_then(|place| self.text_lines(place, text)).unwrap_or_default();
        Origin { place: self.place(path), lines }
    }

    fn text_place(&self, path: &str) -> Option<Place> {
        let mut part = self.root.as_ref()?;
        for step in steps(path) {
            part = part.value.step(step)?.0;
        }
        place_of(part)
    }

    /// How the value at `path` is written, if it is a plain word on one line.
    pub(crate) fn word(&self, path: &str) -> Option<&str> {
        let place = self.text_place(path)?;
        let line = self.lines.get(usize::try_from(place.line).ok()?.checked_sub(1)?)?;
        let skipped = usize::try_from(place.column).ok()?.checked_sub(1)?;
        let (start, _) = line.char_indices().nth(skipped)?;
        let is_end = |character: char| character.is_whitespace() || ",}]".contains(character);
        line[start..].split(is_end).next().filter(|word| !word.is_empty())
    }

    /// Each line of `text` in the file, from the place of its first character or of the sign in front of it: a quote, or
    /// `|` with the text below.
    fn text_lines(&self, place: Place, text: &str) -> Option<Vec<Place>> {
        let mut places = Vec::new();
        let mut wanted = text.trim_end_matches('\n').split('\n');
        let first = wanted.next()?;
        let mut line = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let skipped = usize::try_from(place.column).ok()?.checked_sub(1)?;
        let here = skipped_to(self.lines.get(line)?, skipped, first);
        let start = if let Some(column) = here {
            column
        } else {
            line += 1;
            skipped_to(self.lines.get(line)?, 0, first)?
        };
        places.push(place_at(line, start)?);
        for text in wanted {
            line += 1;
            let column = skipped_to(self.lines.get(line)?, 0, text)?;
            places.push(place_at(line, column)?);
        }
        Some(places)
    }
}

/// The characters in front of `text` in the line, if from `skipped` on nothing but blanks and a quote stands there.
fn skipped_to(line: &str, skipped: usize, text: &str) -> Option<usize> {
    let start = line.char_indices().nth(skipped).map_or(line.len(), |(at, _)| at);
    let rest = &line[start..];
    let inside = rest.trim_start_matches([' ', '"', '\'']);
    let front = &rest[..rest.len() - inside.len()];
    // A text may itself begin with what was taken for the front: its blanks are part of it.
    let own = text.len() - text.trim_start_matches([' ', '"', '\'']).len();
    let front = &front[..front.len().checked_sub(own)?];
    rest[front.len()..].starts_with(text).then(|| skipped + front.chars().count())
}

fn place_at(line: usize, column: usize) -> Option<Place> {
    let number = |index: usize| u32::try_from(index).ok()?.checked_add(1);
    Some(Place { line: number(line)?, column: number(column)? })
}

/// An object whose first key is in double quotes, or a list: `{name: Ada}` is YAML.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let inside = text.strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '}']))
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The steps of `rules[2].name`.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|step| !step.is_empty()).map(|step| {
        let index = step.strip_suffix(']').and_then(|index| index.parse().ok());
        index.map_or(Step::Key(step), Step::Index)
    })
}

/// A part of the document, without what it says.
enum Part {
    Scalar,
    List(Vec<Spanned<Self>>),
    Object(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl Part {
    /// The part one step inside, and where it begins: a member with its key.
    fn step(&self, step: Step<'_>) -> Option<(&Spanned<Self>, Option<Place>)> {
        match (self, step) {
            (Self::List(items), Step::Index(index)) => {
                let item = items.get(index)?;
                Some((item, place_of(item)))
            }
            (Self::Object(members), Step::Key(name)) => {
                // An optional field of a schema is written with a question mark, and not so called.
                let is_it = |key: &str| key == name || key.strip_suffix('?') == Some(name);
                let (key, part) = members.iter().find(|(key, _)| is_it(&key.value))?;
                Some((part, place_of(key)))
            }
            _ => None,
        }
    }
}

fn place_of<T>(part: &Spanned<T>) -> Option<Place> {
    let number = |it: u64| u32::try_from(it).ok().filter(|it| *it > 0);
    let at = part.referenced;
    Some(Place { line: number(at.line())?, column: number(at.column())? })
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Part, E> {
        Ok(Part::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Part, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Part::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Part, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Part::Object(object))
    }
}

/// Takes a document apart, and notes everything that is wrong with it.
pub(crate) struct Reader<'d> {
    pub(crate) document: &'d Document,
    pub(crate) problems: Vec<FileProblem>,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, problems: Vec::new() }
    }

    /// Notes what is wrong with the part at `path`; with all of it, if that is empty.
    pub(crate) fn wrong(&mut self, path: &str, message: impl fmt::Display) {
        let place = self.document.place(path);
        let subject = if path.is_empty() { self.document.whole } else { path };
        self.problems.push(FileProblem {
            line: place.map(|it| it.line),
            column: place.map(|it| it.column),
            subject: subject.to_owned(),
            message: message.to_string(),
        });
    }

    pub(crate) fn refuse(&mut self, input: &InvalidInput) {
        self.wrong(&input.field, &input.reason);
    }

    /// The members of an object that may have the `known` keys only.
    pub(crate) fn object<'v>(
        &mut self,
        value: &'v Value,
        path: &str,
        known: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let Value::Object(members) = value else {
            self.refuse(&unexpected(path, "an object", value));
            return None;
        };
        for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
            let reason = format!("unknown key; expected one of: {}", known.join(" "));
            self.wrong(&member(path, key), reason);
        }
        Some(members)
    }

    /// A text that must be there.
    pub(crate) fn text<'v>(
        &mut self,
        members: &'v Map<String, Value>,
        path: &str,
        key: &str,
    ) -> Option<&'v str> {
        match members.get(key) {
            Some(Value::String(text)) => Some(text),
            Some(other) => {
                self.refuse(&unexpected(&member(path, key), "a text", other));
                None
            }
            None => {
                self.wrong(&member(path, key), "is missing");
                None
            }
        }
    }

    /// True or false, or what it is when it is left out.
    pub(super) fn flag(
        &mut self,
        members: &Map<String, Value>,
        path: &str,
        key: &str,
        otherwise: bool,
    ) -> bool {
        match members.get(key) {
            None => otherwise,
            Some(Value::Bool(it)) => *it,
            Some(other) => {
                self.refuse(&unexpected(&member(path, key), "true or false", other));
                otherwise
            }
        }
    }

    /// A list that may be left out, each item with its path.
    pub(crate) fn list<'v>(
        &mut self,
        members: &'v Map<String, Value>,
        path: &str,
        key: &str,
    ) -> Option<Vec<(String, &'v Value)>> {
        let path = member(path, key);
        match members.get(key)? {
            Value::Null => None,
            Value::Array(items) => {
                let item = |(index, item)| (format!("{path}[{index}]"), item);
                Some(items.iter().enumerate().map(item).collect())
            }
            other => {
                self.refuse(&unexpected(&path, "a list", other));
                None
            }
        }
    }

    /// A list of texts that may be left out.
    pub(super) fn texts(
        &mut self,
        members: &Map<String, Value>,
        path: &str,
        key: &str,
    ) -> Option<Vec<String>> {
        let items = self.list(members, path, key)?;
        let mut texts = Vec::with_capacity(items.len());
        for (path, item) in items {
            match item {
                Value::String(text) => texts.push(text.clone()),
                other => self.refuse(&unexpected(&path, "a text", other)),
            }
        }
        Some(texts)
    }
}

/// The path to a member.
pub(crate) fn member(path: &str, key: &str) -> String {
    canonical::joined(path, &canonical::segment(key))
}
