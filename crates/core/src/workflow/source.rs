//! A text in YAML or JSON whose parts know where they stand.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{
    MergeKeyPolicy, MessageFormatter as _, Spanned, UserMessageFormatter, budget::BudgetBreach,
};

use crate::{
    canonical,
    rules::{FileProblem, Problem},
    yaml,
};

/// What problems with all of it are about.
const WHOLE: &str = "workflow";

/// The longest text, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// A place in the text, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    line: u32,
    /// In characters.
    column: u32,
}

/// A document, and where its parts stand.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) value: Value,
    /// None when the places cannot be told.
    root: Option<Spanned<Part>>,
    lines: Vec<String>,
}

impl Source {
    /// A document without places.
    pub(super) fn of(value: Value) -> Self {
        Self { value, root: None, lines: Vec::new() }
    }

    /// Reads JSON if the text begins like it, else YAML without anchors, aliases and merge keys.
    pub(super) fn read(text: &str) -> Result<Self, FileProblem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_BYTES {
            let message = format!("expected at most {MAX_BYTES} bytes, got {}", text.len());
            return Err(problem(WHOLE, None, message));
        }
        if let Some(at) = text.find('\0') {
            let place = place_at_byte(text, at);
            return Err(problem(WHOLE, place, "the character U+0000 cannot be stored"));
        }
        let (value, root) = yaml::with_stack(|| value_and_parts(text))?;
        Ok(Self { value, root, lines: text.lines().map(str::to_owned).collect() })
    }

    /// Something about the part at `path`. It stands where the part does, or the innermost one around it that is there.
    pub(super) fn problem(&self, path: &str, message: impl fmt::Display) -> FileProblem {
        let place = self.root.as_ref().and_then(|root| find(root, path).1);
        problem(path, place, message)
    }

    /// Something about a place in the expression at `path`.
    pub(super) fn problem_inside(&self, path: &str, text: &str, inside: &Problem) -> FileProblem {
        match self.place_inside(path, text, inside) {
            Some(place) => problem(path, Some(place), &inside.message),
            // The file has it in another form, with escapes or folded.
            None => self.problem(path, inside),
        }
    }

    fn place_inside(&self, path: &str, text: &str, inside: &Problem) -> Option<Place> {
        let (part, _) = find(self.root.as_ref()?, path);
        let start = place_of(part)?;
        let mut row = index(start.line)?;
        let mut column =
            skipped_to(self.lines.get(row)?, index(start.column)?, text.lines().next()?);
        if column.is_none() {
            // Behind `|`, it begins on the next line.
            row += 1;
            column = skipped_to(self.lines.get(row)?, 0, text.lines().next()?);
        }
        let first = column?;
        let wanted = index(inside.line)?;
        let line = text.lines().nth(wanted).unwrap_or_default();
        let column =
            if wanted == 0 { first } else { skipped_to(self.lines.get(row + wanted)?, 0, line)? };
        let line = u32::try_from(row + wanted + 1).ok()?;
        Some(Place { line, column: u32::try_from(column).ok()?.checked_add(inside.column)? })
    }
}

fn value_and_parts(text: &str) -> Result<(Value, Option<Spanned<Part>>), FileProblem> {
    let parts = parts(text);
    if !is_json(text) {
        let root = parts?;
        let value = yaml::read(text, "").map_err(|fault| {
            let place = find(&root, &fault.field).1;
            problem(&fault.field, place, fault.reason)
        })?;
        return Ok((value, Some(root)));
    }
    // JSON is YAML but for trifles, and where it is not, it does without places.
    let value = canonical::from_str(text, "").map_err(|fault| {
        let (place, message) = split_place(&fault.reason);
        let place = place.or_else(|| match &parts {
            Ok(root) => find(root, &fault.field).1,
            Err(other) => Some(Place { line: other.line?, column: other.column? }),
        });
        problem(&fault.field, place, message)
    })?;
    Ok((value, parts.ok()))
}

fn problem(path: &str, place: Option<Place>, message: impl fmt::Display) -> FileProblem {
    FileProblem {
        line: place.map(|it| it.line),
        column: place.map(|it| it.column),
        subject: if path.is_empty() { WHOLE.to_owned() } else { path.to_owned() },
        message: message.to_string(),
    }
}

fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The characters in front of `text` in the line, if from `skipped` on nothing but blanks and a quote stands there.
fn skipped_to(line: &str, skipped: usize, text: &str) -> Option<usize> {
    let start = line.char_indices().nth(skipped).map_or(line.len(), |(at, _)| at);
    let rest = &line[start..];
    let wanted = text.trim_start_matches([' ', '"', '\'']);
    let found = rest.len() - rest.trim_start_matches([' ', '"', '\'']).len();
    // The text may itself begin with what was taken for the front.
    let front = found.checked_sub(text.len() - wanted.len())?;
    rest.get(front..)?.starts_with(text).then(|| skipped + rest[..front].chars().count())
}

fn place_at_byte(text: &str, at: usize) -> Option<Place> {
    let before = text.get(..at)?;
    let line = before.rsplit('\n').next()?;
    let number = |count: usize| u32::try_from(count).ok()?.checked_add(1);
    Some(Place {
        line: number(before.matches('\n').count())?,
        column: number(line.chars().count())?,
    })
}

/// `… at line 3 column 5`, as the reader of JSON says.
fn split_place(reason: &str) -> (Option<Place>, &str) {
    let split = || {
        let (message, place) = reason.rsplit_once(" at line ")?;
        let (line, column) = place.split_once(" column ")?;
        let (line, column) = (line.parse().ok()?, column.parse().ok()?);
        // At the end of the text it counts from 0.
        Some((Some(Place { line, column: u32::max(column, 1) }), message))
    };
    split().unwrap_or((None, reason))
}

/// An object whose first key is in double quotes: `{name: Ada}` is YAML.
fn is_json(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '}']))
}

fn parts(text: &str) -> Result<Spanned<Part>, FileProblem> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        // What is hashed and signed should say what it says where it says it.
        merge_keys: MergeKeyPolicy::Error,
        budget: serde_saphyr::budget! {
            max_depth: canonical::MAX_DEPTH,
            max_anchors: 0,
            max_aliases: 0,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let number = |it: u64| u32::try_from(it).ok().filter(|it| *it > 0);
        let place = error
            .location()
            .and_then(|at| Some(Place { line: number(at.line())?, column: number(at.column())? }));
        problem(WHOLE, place, words(error))
    })
}

fn words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error as E;

    match error {
        E::MergeKeyNotAllowed { .. } => {
            "merge keys (`<<`) are not allowed; write it out".to_owned()
        }
        E::Budget {
            breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, ..
        } => "anchors (`&`) and aliases (`*`) are not allowed; write it out".to_owned(),
        E::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(),
        E::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` occurs twice"),
        _ => match UserMessageFormatter.format_message(error).into_owned() {
            // Of the scanner, which comes before the budget.
            limit if limit == "recursion limit exceeded" => too_deep(),
            words => words,
        },
    }
}

fn too_deep() -> String {
    format!("expected at most {} levels", canonical::MAX_DEPTH)
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The steps of `steps[2].name`.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|step| !step.is_empty()).map(|step| {
        let index = step.strip_suffix(']').and_then(|index| index.parse().ok());
        index.map_or(Step::Key(step), Step::Index)
    })
}

/// The part at `path`, or the innermost one around it that is there, and where that begins: a member with its key.
fn find<'r>(root: &'r Spanned<Part>, path: &str) -> (&'r Spanned<Part>, Option<Place>) {
    let mut found = (root, None);
    for step in steps(path) {
        match found.0.value.step(step) {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

/// A part of the document, without what it says.
#[derive(Debug)]
enum Part {
    Scalar,
    List(Vec<Spanned<Self>>),
    Object(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl Part {
    fn step(&self, step: Step<'_>) -> Option<(&Spanned<Self>, Option<Place>)> {
        match (self, step) {
            (Self::List(items), Step::Index(index)) => {
                let item = items.get(index)?;
                Some((item, place_of(item)))
            }
            (Self::Object(members), Step::Key(name)) => {
                let (key, part) = members.iter().find(|(key, _)| key.value == name)?;
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
