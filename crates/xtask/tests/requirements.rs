//! docs/requirements.md says where each requirement is met and which test shows it; here the document is held to that,
//! together with the habits of the repository that requirements ask for and no other test looks at.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const DOCUMENT: &str = "docs/requirements.md";

/// The crate that is generated, and takes no rules of the house.
const GENERATED: &str = "sql";

/// One row of a table.
struct Row {
    line: usize,
    id: String,
    state: String,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of what is in a folder, in order.
fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap_or_else(|e| panic!("{folder}: {e}")).file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Rows of the tables that begin with an `id`, without heads and rules.
fn rows(document: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut inside = false;
    for (line, text) in (1..).zip(document.lines()) {
        let Some(inner) = text.trim().strip_prefix('|').and_then(|it| it.strip_suffix('|')) else {
            inside = false;
            continue;
        };
        let cells: Vec<_> = inner.split('|').map(str::trim).collect();
        let is_head = cells[0] == "id";
        inside |= is_head;
        if !inside || is_head || cells[0].chars().all(|c| "-:".contains(c)) {
            continue;
        }
        assert_eq!(cells.len(), 5, "{DOCUMENT}:{line}: a row has five cells: {text}");
        rows.push(Row {
            line,
            id: cells[0].to_owned(),
            state: cells[2].to_owned(),
            tests: references(cells[4]),
        });
    }
    rows
}

/// What stands in backticks and looks like `path::name`.
fn references(text: &str) -> Vec<String> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|code| code.contains(".rs::")).map(str::to_owned).collect()
}

/// Why a reference to a test does not hold.
fn fault_of(reference: &str) -> Option<String> {
    let (path, name) = reference.split_once("::")?;
    let Ok(text) = fs::read_to_string(root().join(path)) else {
        return Some("there is no such file".to_owned());
    };
    let head = format!("fn {name}(");
    let Some(at) = text.find(&head) else { return Some(format!("the file has no `{head}`")) };
    let above = text[..at].rsplit_once('\n').map_or("", |(above, _)| above);
    let is_test = above
        .lines()
        .rev()
        .take_while(|line| line.trim().starts_with(['#', '/']))
        .any(|line| ["#[test]", "#[tokio::test"].iter().any(|it| line.trim().starts_with(it)));
    // A suite that runs in several places lists its tests by name.
    let is_in_suite = text.split("on_both! {").skip(1).any(|suite| {
        let names = suite.split('}').next().unwrap_or_default();
        names.split_whitespace().any(|it| it == name)
    });
    let is_bench = path.contains("/benches/");
    (!is_test && !is_in_suite && !is_bench).then(|| "the function is no test".to_owned())
}

fn refuse(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_named_test_exists() {
    let document = read(DOCUMENT);
    let mut faults = Vec::new();
    for (line, text) in (1..).zip(document.lines()) {
        for reference in references(text) {
            if let Some(fault) = fault_of(&reference) {
                faults.push(format!("{DOCUMENT}:{line}: {reference}: {fault}"));
            }
        }
    }
    refuse(&faults);
}

#[test]
fn what_is_met_names_a_test_and_what_is_not_says_why() {
    let mut faults = Vec::new();
    for row in rows(&read(DOCUMENT)) {
        let Row { line, id, state, tests } = row;
        let reason = ["partly: ", "not met: "].iter().find_map(|it| state.strip_prefix(it));
        if state != "met" && reason.is_none_or(|reason| reason.split_whitespace().count() < 4) {
            faults.push(format!("{DOCUMENT}:{line}: {id} is `{state}`, and that says nothing"));
        }
        if !state.starts_with("not met") && tests.is_empty() {
            faults.push(format!("{DOCUMENT}:{line}: {id} is `{state}` and names no test"));
        }
    }
    refuse(&faults);
}

#[test]
fn no_id_is_there_twice() {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for row in rows(&read(DOCUMENT)) {
        if let Some(first) = seen.insert(row.id.clone(), row.line) {
            faults.push(format!("{DOCUMENT}:{}: {} stands in line {first} too", row.line, row.id));
        }
    }
    refuse(&faults);
}

#[test]
fn every_requirement_is_listed() {
    let listed: BTreeSet<_> = rows(&read(DOCUMENT)).into_iter().map(|row| row.id).collect();
    let missing: Vec<_> = required().into_iter().filter(|id| !listed.contains(id)).collect();
    assert!(missing.is_empty(), "{DOCUMENT} does not list {}", missing.join(", "));
}

/// Every id there must be.
fn required() -> Vec<String> {
    let numbered = |prefix: &str, count: usize| -> Vec<String> {
        (1..=count).map(|number| format!("{prefix}{number}")).collect()
    };
    let mut ids: Vec<String> =
        (1..=10).flat_map(|requirement| numbered(&format!("{requirement}."), 5)).collect();
    for (prefix, count) in [
        ("Task-", 8),
        ("G2.", 7),
        ("FR-", 12),
        ("FR-3.", 9),
        ("NFR-", 6),
        ("EC-", 6),
        ("SC-", 9),
        ("AIC-001.", 4),
        ("AIC-002.", 5),
        ("AIC-003.", 6),
        ("AIC-004.", 6),
        ("AIC-005.", 6),
        ("AIC-006.", 8),
        ("AIC-DP.", 5),
        ("AIC-KD.", 5),
    ] {
        ids.extend(numbered(prefix, count));
    }
    ids.extend((1..=6).map(|section| format!("AIC-00{section}.tables")));
    for (area, count) in [
        ("PERSIST", 8),
        ("SCHEMA", 10),
        ("TENANT", 7),
        ("MIGRATION", 9),
        ("INTEG", 9),
        ("SECURITY", 4),
        ("PERF-PERSIST", 3),
    ] {
        ids.extend((1..=count).map(|number| format!("REQ-{area}-{number:03}")));
    }
    ids
}

#[test]
fn every_migration_has_both_scripts_in_order_and_says_why_it_is() {
    const FOLDER: &str = "crates/agentflow/migrations";
    let names = names(FOLDER);
    let ups: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".up.sql")).collect();
    let downs: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".down.sql")).collect();
    assert_eq!(ups, downs, "{FOLDER}: each up script has a down script");
    assert_eq!(names.len(), ups.len() * 2, "{FOLDER}: there is something else: {names:?}");
    for (number, stem) in (1..).zip(ups) {
        let prefix = format!("{number:06}_");
        assert!(stem.starts_with(&prefix), "{FOLDER}: {stem} should begin with {prefix}");
        let script = read(&format!("{FOLDER}/{stem}.up.sql"));
        let header: Vec<_> = script.lines().take_while(|line| line.starts_with("--")).collect();
        let header = header.join(" ").replace("-- ", "");
        for word in ["Created: 20", "Tables: ", "Locks: ", "Reversible: "] {
            let is_said = header.contains(word);
            assert!(is_said, "{FOLDER}/{stem}.up.sql: the comment on top does not say `{word}`");
        }
        let tables = header.split("Tables: ").nth(1).and_then(|it| it.split('.').next());
        let created =
            script.lines().filter_map(|it| it.strip_prefix("CREATE TABLE IF NOT EXISTS "));
        let created: Vec<_> = created.filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(tables, Some(created.join(", ").as_str()), "{FOLDER}/{stem}.up.sql: tables");
    }
}

/// Policies are made anew where a script runs again, tables of a session are its own, and what a function does it does later.
#[test]
fn migrations_add_and_do_not_remove() {
    const FOLDER: &str = "crates/agentflow/migrations";
    let mut faults = Vec::new();
    for name in names(FOLDER).iter().filter(|name| name.ends_with(".up.sql")) {
        for (line, text) in (1..).zip(read(&format!("{FOLDER}/{name}")).lines()) {
            let code = text.split("--").next().unwrap_or_default().trim().to_uppercase();
            let is_own =
                ["DROP POLICY IF EXISTS ", "EXECUTE "].iter().any(|it| code.starts_with(it))
                    || code.contains(" PG_TEMP.");
            let removes = code.starts_with("DROP ")
                || [" DROP COLUMN ", " DROP CONSTRAINT ", " RENAME "]
                    .iter()
                    .any(|it| code.contains(it));
            if removes && !is_own {
                faults.push(format!("{FOLDER}/{name}:{line}: {}", text.trim()));
            }
        }
    }
    refuse(&faults);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for name in names("crates").iter().filter(|name| *name != GENERATED) {
        let manifest = read(&format!("crates/{name}/Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "crates/{name} has lints of its own"
        );
    }
}

/// Values travel as parameters. Text of a statement comes from a file, or is written out where it is used; it is never
/// put together from values.
#[test]
fn no_query_is_put_together_at_run_time() {
    let mut faults = Vec::new();
    let mut unused: BTreeSet<_> = PUT_TOGETHER.into_iter().collect();
    for crate_name in ["agentflow", "backup", "cli", "core", "doctor", "migrate", "services"] {
        for path in rust_files(&root().join("crates").join(crate_name).join("src")) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            if path.ends_with("tests.rs") {
                continue;
            }
            for (line, literal) in put_together(code) {
                let is_ours = |(file, begin): &&(&str, &str)| {
                    path.ends_with(file) && literal.starts_with(begin)
                };
                if let Some(found) = PUT_TOGETHER.iter().find(is_ours) {
                    unused.remove(found);
                } else {
                    faults.push(format!("{}:{line}: {literal}", path.display()));
                }
            }
        }
    }
    faults.extend(unused.into_iter().map(|(file, begin)| format!("{file} has no {begin} now")));
    refuse(&faults);
}

/// What takes no parameters and is put together from words, names and numbers of ours: of a channel, what clears a connection, the text of a
/// rule's file, time limits. And a message which begins like a statement.
const PUT_TOGETHER: [(&str, &str); 6] = [
    ("agentflow/src/listen.rs", "\"LISTEN {}\""),
    ("agentflow/src/startup.rs", "\"BEGIN{}; SET LOCAL search_path"),
    ("doctor/src/doctor.rs", "\"SET LOCAL statement_timeout = {}\""),
    ("doctor/src/rule.rs", "\"WITH\\n{}\\nSELECT"),
    ("migrate/src/transaction.rs", "\"BEGIN; {}\""),
    ("migrate/src/script.rs", "\"COPY … {stream} needs a client"),
];

/// The lines where `format!` makes what looks like a statement, and what stands there.
fn put_together(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices("format!(").filter_map(|(at, call)| {
        let literal = code[at + call.len()..].trim_start().trim_start_matches(['r', '#']);
        let first = literal.lines().next().unwrap_or_default();
        speaks_sql(first).then(|| (code[..at].matches('\n').count() + 1, first))
    })
}

/// Whether a literal begins as a statement does, or has a part of one.
fn speaks_sql(line: &str) -> bool {
    const VERBS: [&str; 16] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "SET", "RESET", "LISTEN",
        "NOTIFY", "COPY", "CREATE", "ALTER", "DROP", "GRANT", "TRUNCATE",
    ];
    let Some(literal) = line.strip_prefix('"') else { return false };
    let first = literal.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    VERBS.contains(&first) || [" WHERE ", " VALUES "].iter().any(|word| line.contains(word))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files
}
