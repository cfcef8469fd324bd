//! What a rule is.

use serde_json::Value;

use crate::Level;

/// What every query starts from: the names that were given.
const ASKED: &str = include_str!("../queries/_asked.sql");

/// Where every query finds names, whatever the database or the role says; its answers name the schema of everything else.
pub const SEARCH_PATH: &str = "pg_catalog, pg_temp";

/// What some queries start from, each with the names in a query that need it.
const PARTS: [(&[&str], &str); 4] = [
    (
        &["relations", "tables", "policies", "clauses", "functions"],
        include_str!("../queries/_tables.sql"),
    ),
    (&["policies", "clauses"], include_str!("../queries/_policies.sql")),
    (&["functions", "clauses"], include_str!("../queries/_functions.sql")),
    (&["clauses"], include_str!("../queries/_clauses.sql")),
];

/// Something that should hold in a database of many tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What it is known by, and for good: AF101. The first digit is its group.
    pub id: &'static str,
    /// The same in words: `row-security-disabled`.
    pub name: &'static str,
    /// How bad it is to break it.
    pub level: Level,
    /// What breaks it, in one line.
    pub title: &'static str,
    /// Why that matters, with the evidence.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// What must be there for it to mean anything.
    pub needs: Needs,
    /// The query that finds what breaks it; `None` if a program looks, and no query could.
    pub query: Option<&'static str>,
}

/// What must be there for a rule to mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The role that the application works as.
    AppRole,
    /// An extension of this name.
    Extension(&'static str),
    /// This major version of PostgreSQL, or a later one.
    Major(i32),
}

impl Rule {
    /// The whole statement, which takes [`Options::parameter`](crate::Options::parameter) and returns the texts `object` and `detail`.
    /// `None` if there is no query.
    pub fn statement(&self) -> Option<String> {
        let query = self.query?.trim_end().trim_end_matches(';');
        let parts = PARTS.iter().filter(|(names, _)| reads(query, names)).map(|(_, part)| *part);
        let parts: Vec<_> = [ASKED].into_iter().chain(parts).map(str::trim_end).collect();
        Some(format!(
            "WITH\n{}\nSELECT object::text AS object, detail::text AS detail\nFROM (\n{query}\n) AS finding\nORDER BY 1, 2",
            parts.join(",\n")
        ))
    }

    /// The same with the parameter written into it, to run by hand where the `search_path` is [`SEARCH_PATH`].
    pub fn statement_with(&self, parameter: &Value) -> Option<String> {
        let literal = format!("'{}'", parameter.to_string().replace('\'', "''"));
        Some(format!("{};", self.statement()?.replace("$1", &literal)))
    }

    /// Whether it is about tables, so that it finds nothing where there are none.
    pub(crate) fn looks_at_tables(&self) -> bool {
        let names = ["relations", "tables", "policies", "clauses"];
        self.query.is_some_and(|query| reads(query, &names))
    }
}

/// Whether a query reads from one of these. What it says about them in remarks and texts does not count.
fn reads(query: &str, names: &[&str]) -> bool {
    let is_code = |line: &&str| !line.trim_start().starts_with("--");
    query.lines().filter(is_code).any(|line| {
        let words = line.split(|it: char| !it.is_alphanumeric() && it != '_');
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let is_read =
            |pair: &[&str]| matches!(pair, ["FROM" | "JOIN", name] if names.contains(name));
        words.windows(2).any(is_read)
    })
}
