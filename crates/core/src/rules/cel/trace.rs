//! What an evaluation read, and which clauses decided: for explanations. An evaluation without costs nothing.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use cel_core::{EvalError, MapKey, Value};

use self::place::{LongKeys, Place};
use super::meter::Stop;
use crate::rules::{FaultKind, Read};

mod place;
mod preview;
pub(super) mod reason;

/// The most reads of one explanation; a macro over a long list has more.
const MAX_READS: usize = 1_000;

/// The most characters of a key in the path of a read or a message. A key of a fact may be as long as facts are, and each
/// read makes a path of its own.
const MAX_KEY_CHARS: usize = 100;

/// So many paths are found faster one after the other than by their hash.
const FEW: usize = 16;

/// From a list to an element, or from a map to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Index(&'a MapKey),
    Key(&'a MapKey),
}

/// Watches an evaluation.
pub(super) trait Trace {
    /// Whether it does.
    const ON: bool;
    /// Where in the facts a value stands, if it is of the facts.
    type Path: Clone + Default;

    fn fact(&mut self, path: &Arc<str>) -> Self::Path;
    fn member(&mut self, of: &Self::Path, step: Step<'_>) -> Self::Path;
    fn read(&mut self, path: &Self::Path, value: Option<&Value>);
    /// The error of reading what is not there.
    fn missing(&self, path: &Self::Path, step: Step<'_>) -> Stop;
    fn enter(&mut self, clause: usize);
    fn leave(&mut self, clause: usize, outcome: Option<bool>);
}

/// Watches nothing.
#[derive(Debug)]
pub(super) struct Plain;

impl Trace for Plain {
    const ON: bool = false;
    type Path = ();

    #[inline]
    fn fact(&mut self, _: &Arc<str>) {}

    #[inline]
    fn member(&mut self, (): &(), _: Step<'_>) {}

    #[inline]
    fn read(&mut self, (): &(), _: Option<&Value>) {}

    fn missing(&self, (): &(), _: Step<'_>) -> Stop {
        Stop::Untraced
    }

    fn enter(&mut self, _: usize) {}

    fn leave(&mut self, _: usize, _: Option<bool>) {}
}

/// Records everything.
#[derive(Debug, Default)]
pub(super) struct Record {
    reads: Vec<(Place, Option<Value>)>,
    /// Where in `reads` each place is, when there are many.
    known: HashMap<Place, usize>,
    long_keys: LongKeys,
    /// Which clause read what, in the order of reading.
    read_by: Vec<(usize, usize)>,
    outcomes: Vec<Option<bool>>,
    clause: Option<usize>,
}

impl Record {
    pub(super) fn new(clauses: usize) -> Self {
        Self { outcomes: vec![None; clauses], ..Self::default() }
    }

    fn position(&self, place: &Place) -> Option<usize> {
        if self.reads.len() > FEW {
            return self.known.get(place).copied();
        }
        self.reads.iter().position(|(it, _)| it == place)
    }

    fn know(&mut self, last: usize) {
        let first = if last == FEW { 0 } else { last };
        for at in first..=last {
            self.known.insert(self.reads[at].0.clone(), at);
        }
    }

    pub(super) fn outcomes(&self) -> &[Option<bool>] {
        &self.outcomes
    }

    pub(super) fn into_parts(self) -> (Vec<Read>, Vec<Option<bool>>) {
        let read = |(place, value): (Place, Option<Value>)| {
            let (value, fault) = match &value {
                Some(Value::Error(error)) => (None, Some(fault(&place.path, error))),
                it => (it.as_ref().map(preview::json), None),
            };
            Read { path: place.path.as_ref().to_owned(), value, fault }
        };
        (self.reads.into_iter().map(read).collect(), self.outcomes)
    }
}

impl Trace for Record {
    const ON: bool = true;
    type Path = Option<Place>;

    fn fact(&mut self, path: &Arc<str>) -> Self::Path {
        Some(Place::new(path))
    }

    fn member(&mut self, of: &Self::Path, step: Step<'_>) -> Self::Path {
        // Nobody reads the others.
        let of = of.as_ref().filter(|_| self.reads.len() < MAX_READS)?;
        of.member(step, &mut self.long_keys)
    }

    fn read(&mut self, path: &Self::Path, value: Option<&Value>) {
        let Some(place) = path else { return };
        let at = match self.position(place) {
            Some(at) => at,
            None if self.reads.len() < MAX_READS => {
                let value = match value {
                    Some(Value::Optional(it)) => it.as_value(),
                    it => it,
                };
                let at = self.reads.len();
                self.reads.push((place.clone(), value.cloned()));
                if at >= FEW {
                    self.know(at);
                }
                at
            }
            None => return,
        };
        if let Some(clause) = self.clause
            && self.read_by.len() < 2 * MAX_READS
        {
            self.read_by.push((clause, at));
        }
    }

    fn missing(&self, path: &Self::Path, step: Step<'_>) -> Stop {
        match (path, step) {
            (Some(place), _) => Stop::Missing(Arc::clone(&place.path)),
            (None, Step::Index(key)) => {
                Stop::new(FaultKind::Missing, format!("index {} is missing", shown(key)))
            }
            (None, Step::Key(key)) => {
                Stop::new(FaultKind::Missing, format!("key {} is missing", shown(key)))
            }
        }
    }

    fn enter(&mut self, clause: usize) {
        self.clause = Some(clause);
    }

    fn leave(&mut self, clause: usize, outcome: Option<bool>) {
        self.clause = None;
        if let Some(it) = self.outcomes.get_mut(clause) {
            *it = outcome;
        }
    }
}

/// What is wrong with a fact, without its path when that is the one it was read by.
fn fault(path: &str, error: &EvalError) -> String {
    let message = error.message.as_str();
    let reason = message.strip_prefix(path).and_then(|it| it.strip_prefix(": "));
    preview::text(reason.unwrap_or(message))
}

/// A key in a message.
pub(super) fn shown(key: &MapKey) -> String {
    match key {
        MapKey::String(name) => Value::from(preview::shorten(name, MAX_KEY_CHARS)).to_string(),
        key => key.to_value().to_string(),
    }
}

/// `.name` if it is one, else `["a b"]`. The whole key: for those of expressions, which are short, and by whose names steps
/// of workflows are found.
pub(super) fn push_key(text: &mut String, key: &MapKey) {
    match key {
        MapKey::String(name) => push_name(text, name, is_name(name)),
        key => {
            let _ = write!(text, "[{}]", key.to_value());
        }
    }
}

fn push_name(text: &mut String, name: &str, is_name: bool) {
    let _ = if is_name {
        write!(text, ".{name}")
    } else {
        write!(text, "[{}]", serde_json::Value::from(name))
    };
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_')
        && bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}
