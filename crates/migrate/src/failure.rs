//! The report of a migration that failed: where, why, and what became of the database.

use crate::error::ServerError;
use crate::plan::Direction;
use crate::run::Applied;
use crate::source::Version;
use serde::Serialize;
use std::fmt;

/// A migration that failed, with everything that helps to go on.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// Version of the migration.
    pub version: Version,
    /// Its name.
    pub name: String,
    /// Whether it was being applied or taken back.
    pub direction: Direction,
    /// File of the script.
    pub file: String,
    /// What the engine was doing.
    pub stage: Stage,
    /// The statement that failed, from 1; the last one that ran when the failure came later; 0 if
    /// none ran.
    pub statement_number: usize,
    /// How many statements the script has.
    pub statements: usize,
    /// Line of the failure, from 1.
    pub line: usize,
    /// Column of the failure in characters, from 1.
    pub column: usize,
    /// The line of the script with a caret under the column.
    pub excerpt: Option<String>,
    /// What the server said.
    pub server: ServerError,
    /// What to do about it.
    pub hint: Option<String>,
    /// The migrations that this run completed before; they stay.
    pub applied: Vec<Applied>,
    /// What became of the failed migration.
    pub outcome: Outcome,
    /// The newest recorded version now; `None` when there is none or when it could not be read any
    /// more.
    pub database_version: Option<Version>,
}

/// How far a migration came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before the first statement.
    Start,
    /// One of its statements.
    Statement,
    /// Writing its row into the history.
    Record,
    /// Committing.
    Commit,
}

/// What became of a migration that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing of it remains.
    RolledBack,
    /// It ran without a transaction: statements before the failing one took effect, and its row is
    /// dirty.
    Dirty,
    /// The connection was lost during COMMIT; the history tells.
    Unknown,
}

impl Failure {
    /// What the reader can do about it.
    pub(crate) fn advice(&self) -> Option<String> {
        let mut advice = Vec::new();
        advice.extend(self.hint.clone());
        advice.extend(self.server.hint.clone());
        match self.outcome {
            Outcome::RolledBack => {}
            Outcome::Dirty => advice.push(format!(
                "{} is marked dirty: correct the cause and run up again, which begins at its first \
                 statement (so write IF NOT EXISTS and IF EXISTS there), run down to take it back, \
                 or repair by hand and then force a version",
                self.version
            )),
            Outcome::Unknown => advice.push("look at the status before anything else".to_owned()),
        }
        (!advice.is_empty()).then(|| advice.join("\n"))
    }

    fn place(&self) -> String {
        let Failure { statement_number, statements, .. } = self;
        match self.stage {
            Stage::Start => "before the first statement".to_owned(),
            Stage::Statement => format!("in statement {statement_number} of {statements}"),
            Stage::Record => {
                format!("after statement {statement_number} of {statements}, writing the history")
            }
            Stage::Commit => {
                format!("after statement {statement_number} of {statements}, at COMMIT")
            }
        }
    }

    fn summary(&self) -> String {
        let mut parts = Vec::new();
        for (direction, label) in [(Direction::Up, "applied"), (Direction::Down, "taken back")] {
            let versions: Vec<_> = self
                .applied
                .iter()
                .filter(|applied| applied.direction == direction)
                .map(|applied| applied.version.to_string())
                .collect();
            if !versions.is_empty() {
                parts.push(format!("{label} in this run: {}", versions.join(", ")));
            }
        }
        let version = self.version;
        parts.push(match self.outcome {
            Outcome::RolledBack => format!("rolled back: {version}"),
            Outcome::Dirty => {
                format!("left dirty: {version} (its statements before this one took effect)")
            }
            Outcome::Unknown => {
                format!("not known whether committed: {version} (the connection was lost)")
            }
        });
        parts.push(match self.database_version {
            Some(version) => format!("the database is at version {version}"),
            None if self.server.sqlstate.is_none() => {
                "the version of the database could not be read".to_owned()
            }
            None => "the database is at no version".to_owned(),
        });
        parts.join("; ")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.server)?;
        writeln!(f, "{}", self.place())?;
        if let Some(excerpt) = &self.excerpt {
            writeln!(f, "{excerpt}")?;
        }
        f.write_str(&self.summary())
    }
}

/// The line and a caret under its column; long lines are cut around it.
pub(crate) fn excerpt(sql: &str, line: usize, column: usize) -> Option<String> {
    const BEFORE: usize = 60;
    const WIDTH: usize = 100;
    let text = sql.lines().nth(line.checked_sub(1)?)?;
    let skip = column.saturating_sub(1 + BEFORE);
    let shown: String = text.chars().skip(skip).take(WIDTH).collect::<String>().replace('\t', " ");
    let number = line.to_string();
    let indent = " ".repeat(number.len());
    let caret = " ".repeat(column.saturating_sub(1 + skip));
    Some(format!("{number} | {}\n{indent} | {caret}^", shown.trim_end()))
}

/// A hint for `CREATE EXTENSION` of something that is not on the server, or that only a superuser may make; `None` for any
/// other failure.
pub(crate) fn extension_hint(
    sqlstate: Option<&str>,
    statement: &str,
    server_major: Option<i32>,
) -> Option<String> {
    if !matches!(sqlstate, Some("0A000" | "58P01" | "42501")) {
        return None;
    }
    let tokens: Vec<_> = crate::lex::meaning(statement).collect();
    let mut rest = tokens.as_slice();
    for word in ["create", "extension"] {
        rest = rest.split_first().filter(|(token, _)| token.is_word(word))?.1;
    }
    if let [first, _, _, after @ ..] = rest
        && first.is_word("if")
    {
        rest = after;
    }
    let name = rest.first()?.identifier()?;
    if sqlstate == Some("42501") {
        return Some(format!(
            "have a superuser run CREATE EXTENSION {name} in this database, then run up again"
        ));
    }
    let package = if name == "vector" { "pgvector (extension vector)".to_owned() } else { name };
    let server =
        server_major.map_or("this PostgreSQL".to_owned(), |major| format!("PostgreSQL {major}"));
    Some(format!("install {package} for {server} on the host of the server, then run up again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_column() {
        assert_eq!(excerpt("a\n\tb ü c", 2, 6).as_deref(), Some("2 |  b ü c\n  |      ^"));
        let long = format!("{}x{}", "a".repeat(300), "b".repeat(300));
        let shown = excerpt(&long, 1, 301).unwrap_or_default();
        let (line, caret) = shown.split_once('\n').unwrap_or_default();
        assert_eq!(line.chars().nth(caret.chars().count() - 1), Some('x'));
        assert!(line.len() < 120);
        assert_eq!(excerpt("", 1, 1), None);
    }

    #[test]
    fn the_extension_hint_takes_its_name_from_the_statement() {
        let hint = |sql| extension_hint(Some("0A000"), sql, Some(18));
        assert!(
            hint("CREATE EXTENSION vector")
                .is_some_and(|it| it.contains("pgvector") && it.contains("PostgreSQL 18"))
        );
        assert!(
            hint("create extension if not exists \"uuid-ossp\"")
                .is_some_and(|it| it.contains("install uuid-ossp"))
        );
        assert_eq!(
            extension_hint(Some("42501"), "CREATE EXTENSION IF NOT EXISTS vector", Some(18))
                .as_deref(),
            Some(
                "have a superuser run CREATE EXTENSION vector in this database, then run up again"
            )
        );
        assert_eq!(hint("CREATE TABLE extension (a int)"), None);
        assert_eq!(extension_hint(Some("42601"), "CREATE EXTENSION vector", None), None);
    }
}
