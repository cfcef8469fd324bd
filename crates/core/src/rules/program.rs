use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{Facts, Fault, cel};

/// A compiled condition. Cheap to share; evaluating needs no lock.
#[derive(Debug)]
pub struct Program(cel::Program);

/// A fact or derived field that was read: it has a value, it is wrong, or it is missing. In JSON it is one of
/// `{"path": …, "value": …}`, `{"path": …, "fault": …}` and `{"path": …, "missing": true}`, so that what is null can be told
/// from what is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Its path: `User.age`, `Order.items[0].price`, `total`. Of a long key only the beginning.
    pub path: String,
    /// The value as JSON, null if it is null; of a long text or list only the beginning. None when it is missing or wrong.
    pub value: Option<Value>,
    /// Why it has no value although it is there: `expected int, got "old"`.
    pub fault: Option<String>,
}

impl Read {
    /// Whether it is not there.
    pub fn is_missing(&self) -> bool {
        self.value.is_none() && self.fault.is_none()
    }
}

impl Serialize for Read {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("path", &self.path)?;
        match (&self.fault, &self.value) {
            (Some(fault), _) => map.serialize_entry("fault", fault)?,
            (None, Some(value)) => map.serialize_entry("value", value)?,
            (None, None) => map.serialize_entry("missing", &true)?,
        }
        map.end()
    }
}

/// A condition inside an expression: an operand of `&&`, `||` or `!`, or the condition of `?:`; the whole if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Its text.
    pub text: String,
    /// The line it begins on, from 1.
    pub line: u32,
    /// The column it begins at, from 1, in characters.
    pub column: u32,
}

/// How an evaluation went.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The answer.
    pub result: Result<bool, Fault>,
    /// Why, in a sentence that names the clauses which decided.
    pub reason: String,
    /// What was read, in the order of reading; each path once.
    pub read: Vec<Read>,
    /// What each of [`Program::clauses`] came to: nothing when it was not evaluated or failed. Inside of a macro like
    /// `exists` it is true and false in turn, so there are no clauses there.
    pub clauses: Vec<Option<bool>>,
    /// The steps it took; see [`super::Limits`].
    pub cost: u64,
}

impl Program {
    pub(super) fn new(program: cel::Program) -> Self {
        Self(program)
    }

    /// Whether the facts meet the condition. The facts are those of the language that compiled it; with facts of another
    /// language it is a fault.
    pub fn evaluate(&self, facts: &Facts) -> Result<bool, Fault> {
        self.0.evaluate(&facts.0)
    }

    /// The same, with what was read and why. Takes longer.
    pub fn explain(&self, facts: &Facts) -> Explanation {
        self.0.explain(&facts.0)
    }

    /// The conditions of which it is made, in the order of its text.
    pub fn clauses(&self) -> &[Clause] {
        self.0.clauses()
    }

    /// The paths of the facts and derived fields that it may read, sorted.
    pub fn reads(&self) -> &[String] {
        self.0.reads()
    }
}
