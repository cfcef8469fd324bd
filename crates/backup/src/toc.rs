//! The table of contents of a dump, as `pg_restore --list --verbose` prints it.

use std::{fs::File, path::Path};

use crate::{Error, Programs, Result, base::run};

/// What entries may be, those with more words first.
const KINDS: [&str; 48] = [
    "MATERIALIZED VIEW DATA",
    "TEXT SEARCH CONFIGURATION",
    "PUBLICATION TABLES IN SCHEMA",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH TEMPLATE",
    "DATABASE PROPERTIES",
    "PROCEDURAL LANGUAGE",
    "FOREIGN DATA WRAPPER",
    "TEXT SEARCH PARSER",
    "ACCESS METHOD",
    "PUBLICATION TABLE",
    "MATERIALIZED VIEW",
    "SEQUENCE OWNED BY",
    "CHECK CONSTRAINT",
    "OPERATOR FAMILY",
    "STATISTICS DATA",
    "SECURITY LABEL",
    "OPERATOR CLASS",
    "FOREIGN TABLE",
    "BLOB METADATA",
    "EVENT TRIGGER",
    "FK CONSTRAINT",
    "INDEX ATTACH",
    "ROW SECURITY",
    "SEQUENCE SET",
    "SUBSCRIPTION",
    "TABLE ATTACH",
    "USER MAPPING",
    "DEFAULT ACL",
    "PUBLICATION",
    "SHELL TYPE",
    "TABLE DATA",
    "CONSTRAINT",
    "CONVERSION",
    "STATISTICS",
    "AGGREGATE",
    "EXTENSION",
    "PROCEDURE",
    "TRANSFORM",
    "DATABASE",
    "FUNCTION",
    "OPERATOR",
    "SEQUENCE",
    "DEFAULT",
    "COMMENT",
    "TRIGGER",
    "SCHEMA",
    "POLICY",
];
/// The rest, of one word.
const SHORT_KINDS: [&str; 13] = [
    "COLLATION",
    "DOMAIN",
    "INDEX",
    "TABLE",
    "BLOBS",
    "BLOB",
    "VIEW",
    "RULE",
    "TYPE",
    "CAST",
    "ACL",
    "SERVER",
    "LARGE OBJECT",
];

/// Something that is in a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What other entries, and the file of its rows, name it by.
    pub(crate) id: u32,
    /// What the catalog of the database named it by.
    pub(crate) oid: u32,
    /// `TABLE`, `FK CONSTRAINT` and so on.
    pub(crate) kind: &'static str,
    /// Its schema, its name, and who owns it: words that may hold blanks.
    pub(crate) rest: String,
    /// The entries that must be there before it.
    pub(crate) needs: Vec<u32>,
    /// The line as `pg_restore` wants to have it back.
    pub(crate) line: String,
}

/// The names that stand beside those of things, without a sign of where one ends: any of them may hold blanks.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    roles: Vec<String>,
    schemas: Vec<String>,
}

impl Names {
    pub(crate) fn new(entries: &[Entry], roles: &[String]) -> Self {
        let mut names = Self { roles: roles.to_vec(), schemas: vec!["public".to_owned()] };
        let schemas = entries.iter().filter(|entry| entry.kind == "SCHEMA");
        let schemas =
            schemas.filter_map(|entry| Some(entry.name(&names)?.1.to_owned())).collect::<Vec<_>>();
        names.schemas.extend(schemas);
        names
    }
}

impl Entry {
    /// Whether it is the one with this schema and name. Its owner follows, which must be a known one.
    pub(crate) fn is_named(&self, schema: &str, name: &str, names: &Names) -> bool {
        let owner = self.rest.strip_prefix(&format!("{schema} {name} "));
        owner.is_some_and(|owner| owner == "-" || names.roles.iter().any(|role| role == owner))
    }

    /// Its schema and its name.
    pub(crate) fn name(&self, names: &Names) -> Option<(&str, &str)> {
        let begins = |schema: &&String| {
            self.rest.strip_prefix(schema.as_str()).is_some_and(|it| it.starts_with(' '))
        };
        let schema = names.schemas.iter().filter(begins).map(String::len).max();
        let schema = schema.or_else(|| self.rest.find(' '))?;
        let (schema, rest) = (&self.rest[..schema], &self.rest[schema + 1..]);
        let owner = names
            .roles
            .iter()
            .filter(|role| rest.ends_with(&format!(" {role}")))
            .max_by_key(|it| it.len());
        let name = match owner {
            Some(owner) => &rest[..rest.len() - owner.len() - 1],
            None => rest.rsplit_once(' ').map_or(rest, |(name, _)| name),
        };
        Some((schema, name))
    }
}

/// Asks `pg_restore` what is in a dump. Only its `toc.dat` is looked at. The program holds the lock while it runs.
pub(crate) async fn read(
    operation: &'static str,
    programs: &Programs,
    dump: &Path,
    scratch: &Path,
    lock: Option<&File>,
) -> Result<Vec<Entry>> {
    let listed = scratch.join("list.txt");
    let mut command = run::command(&programs.program("pg_restore"));
    command.args(["--list", "--verbose", "--file"]).arg(&listed).arg(dump);
    if let Some(lock) = lock {
        run::hold(&mut command, lock)?;
    }
    run::succeed(operation, command, |_| {}).await?;
    let text = std::fs::read(&listed).map_err(Error::io(operation, &listed))?;
    let _ = std::fs::remove_file(&listed);
    Ok(parse(&String::from_utf8_lossy(&text)))
}

/// Lines look like `3456; 1259 16713 TABLE public tenants postgres`, and `;`, a tab and `depends on: 5 6` may follow.
fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(needs) = line.strip_prefix(";\tdepends on:") {
            if let Some(entry) = entries.last_mut() {
                entry.needs = needs.split_whitespace().filter_map(|id| id.parse().ok()).collect();
            }
        } else if !line.starts_with(';') {
            entries.extend(entry(line));
        }
    }
    entries
}

fn entry(line: &str) -> Option<Entry> {
    let (id, rest) = line.split_once("; ")?;
    let mut words = rest.splitn(3, ' ');
    let (_, oid, rest) = (words.next()?, words.next()?, words.next()?);
    let kind = KINDS
        .iter()
        .chain(&SHORT_KINDS)
        .find(|kind| rest.strip_prefix(**kind).is_some_and(|after| after.starts_with(' ')))?;
    Some(Entry {
        id: id.parse().ok()?,
        oid: oid.parse().ok()?,
        kind,
        rest: rest[kind.len() + 1..].to_owned(),
        needs: Vec::new(),
        line: line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_what_they_need() {
        let text = ";\n; Archive created at 2026-11-22\n;     dbname: af\n;\n\
                    5; 3079 16385 EXTENSION - vector \n\
                    220; 1259 16713 TABLE public my table the owner\n\
                    ;\tdepends on: 5 6\n\
                    3456; 0 16713 TABLE DATA public my table the owner\n\
                    ;\tdepends on: 220\n\
                    3500; 2606 16800 FK CONSTRAINT public my table a_fkey the owner\n\
                    2; 826 16999 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES postgres\n";
        let entries = parse(text);
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, ["EXTENSION", "TABLE", "TABLE DATA", "FK CONSTRAINT", "DEFAULT ACL"]);
        assert_eq!(
            (entries[1].id, entries[1].oid, entries[1].needs.as_slice()),
            (220, 16713, [5, 6].as_slice())
        );
        let roles = Names::new(&entries, &["owner".to_owned(), "the owner".to_owned()]);
        assert_eq!(entries[1].name(&roles), Some(("public", "my table")));
        assert!(entries[1].is_named("public", "my table", &roles));
        assert!(!entries[1].is_named("public", "my", &roles));
    }
}
