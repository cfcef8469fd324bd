use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    FileProblems,
    document::{Document, Reader, member},
};
use crate::fields::unexpected;

mod coverage;
mod run;
#[cfg(test)]
mod tests;

pub use coverage::{ClauseCoverage, Coverage, RuleCoverage};
pub use run::{CaseResult, CasesReport, Check, Outcome};

/// What a table is called in errors about all of it.
const WHOLE: &str = "cases";

/// Tests of rules: fact sets, and what rules are to say about them.
///
/// ```
/// use agentflow_core::rules::{Book, Cases};
///
/// let book = Book::parse("schema: { User: { age: int } }\nrules: [{ name: adult, expression: User.age >= 18 }]").unwrap();
/// let cases = Cases::parse(
///     "
/// cases:
///   - name: at eighteen one is of age
///     facts: { User: { age: 18 } }
///     expect: { adult: true }
/// ",
/// )
/// .unwrap();
/// let report = cases.run(&book.compile().unwrap()).unwrap();
/// assert_eq!((report.passed, report.failed), (1, 0));
/// // Nobody tried what the rule says about a child.
/// assert!(!report.coverage.rules[0].not_matched);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cases {
    /// The file of the rule book that they are about, relative to the file of the cases.
    pub book: Option<String>,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// A fact set, and what rules are to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The line it begins on, from 1, where that can be told.
    pub line: Option<u32>,
    /// The facts, as JSON.
    pub facts: Value,
    /// By name of the rule. Others are not checked, unless the case is `exact`.
    pub expect: Vec<(String, Expected)>,
    /// Whether no rules are to match but those that are expected to.
    pub exact: bool,
    /// When given, only the rules with these names are evaluated.
    pub only: Option<Vec<String>>,
}

/// What a rule is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// That the facts meet its condition.
    Matched,
    /// That they do not.
    NotMatched,
    /// Nothing, because of a fault whose message contains this text.
    Error(Option<String>),
}

impl Cases {
    /// Reads cases: JSON if the text begins with `{` and a key in double quotes, else YAML.
    ///
    /// It is an object with `cases` and optionally `book`. A case has `name`, `facts` (an object), and `expect`: by name of a
    /// rule `true`, `false`, `error`, or an object with `matched` or `error`, a part of the message; and optionally `exact`
    /// and `only`. Fails with everything that is wrong with it, but for what [`Cases::run`] finds.
    pub fn parse(text: &str) -> Result<Self, FileProblems> {
        let document = Document::read(text, WHOLE)?;
        let mut reader = Reader::new(&document);
        let cases = read(&mut reader);
        FileProblems::unless_none(reader.problems)?;
        Ok(cases)
    }
}

fn read(reader: &mut Reader<'_>) -> Cases {
    let mut read = Cases { book: None, cases: Vec::new() };
    let document = reader.document;
    let Some(members) = reader.object(&document.value, "", &["book", "cases"]) else {
        return read;
    };
    if members.contains_key("book") {
        read.book = reader.text(members, "", "book").map(str::to_owned);
    }
    let Some(cases) = reader.list(members, "", "cases") else {
        if members.get("cases").is_none_or(Value::is_null) {
            reader.wrong("cases", "is missing");
        }
        return read;
    };
    if cases.is_empty() {
        reader.wrong("cases", "expected at least one case");
    }
    read.cases = cases.iter().filter_map(|(path, value)| case(reader, path, value)).collect();
    read
}

fn case(reader: &mut Reader<'_>, path: &str, value: &Value) -> Option<Case> {
    let members = reader.object(value, path, &["name", "facts", "expect", "exact", "only"])?;
    let name = reader.text(members, path, "name");
    let facts = match members.get("facts") {
        Some(facts @ Value::Object(_)) => Some(facts.clone()),
        Some(other) => {
            reader.refuse(&unexpected(&member(path, "facts"), "an object", other));
            None
        }
        None => {
            reader.wrong(&member(path, "facts"), "is missing");
            None
        }
    };
    let exact = reader.flag(members, path, "exact", false);
    let only = reader.texts(members, path, "only");
    let nothing = Map::new();
    let at = member(path, "expect");
    let expect = match members.get("expect") {
        Some(Value::Object(expect)) => expect,
        None | Some(Value::Null) => &nothing,
        Some(other) => {
            reader.refuse(&unexpected(&at, "an object", other));
            return None;
        }
    };
    if expect.is_empty() && !exact {
        let reason = "expects nothing; name rules, or write `exact: true` if none may match";
        reader.wrong(&at, reason);
    }
    let expect = expect
        .iter()
        .filter_map(|(rule, value)| {
            Some((rule.clone(), expected(reader, &member(&at, rule), value)?))
        })
        .collect();
    let line = reader.document.place(path).map(|place| place.line);
    Some(Case { name: name?.to_owned(), line, facts: facts?, expect, exact, only })
}

fn expected(reader: &mut Reader<'_>, path: &str, value: &Value) -> Option<Expected> {
    const FORMS: &str = "expected true, false, error, or an object with `matched` or `error`";
    match value {
        Value::Bool(true) => Some(Expected::Matched),
        Value::Bool(false) => Some(Expected::NotMatched),
        Value::String(word) if word == "error" => Some(Expected::Error(None)),
        Value::Object(_) => {
            let members = reader.object(value, path, &["matched", "error"])?;
            match (members.get("matched"), members.get("error")) {
                (Some(Value::Bool(true)), None) => Some(Expected::Matched),
                (Some(Value::Bool(false)), None) => Some(Expected::NotMatched),
                (None | Some(Value::Bool(false)), Some(Value::Bool(true))) => {
                    Some(Expected::Error(None))
                }
                (None | Some(Value::Bool(false)), Some(Value::String(part))) => {
                    Some(Expected::Error(Some(part.clone())))
                }
                (Some(Value::Bool(true)), Some(_)) => {
                    reader.wrong(path, "a rule that comes to an error does not match");
                    None
                }
                _ => {
                    reader.wrong(path, FORMS);
                    None
                }
            }
        }
        _ => {
            reader.wrong(path, FORMS);
            None
        }
    }
}
