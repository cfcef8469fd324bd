//! Bringing tables back that a database lost.

use std::path::{Path, PathBuf};

use agentflow::core::{
    InvalidInput,
    backup::{DATA_FOLDER, Manifest, Part, TableRows},
};
use tokio_postgres::{Client, error::SqlState};

use super::{
    Load, OPERATION, Phases, RestoreReport,
    place::{Work, common_arguments},
    select::Selection,
    whole::{log, require_new_enough},
};
use crate::{
    Error, Result,
    check::{Check, compare_rows, sum},
    fetch,
    scratch::Scratch,
    sql,
    sql::{Server, failed},
    state, toc,
    toc::{Entry, Names},
};

/// The table of contents of a dump, encrypted or not.
const CONTENTS: &str = "/toc.dat";

/// Makes them anew in one transaction, with all that hangs on them: partitions, rows, indexes, constraints, triggers, policies, rights, comments;
/// and of others what was dropped along with them: their foreign keys, views, functions.
pub(super) async fn restore(
    work: Work<'_>,
    signed_by: Option<String>,
    mut phases: Phases,
) -> Result<RestoreReport> {
    let Work { programs, manifest, options, progress, .. } = work;
    let into = options.into.as_ref().map(|name| work.config.with_database(name));
    let config = into.as_ref().unwrap_or(work.config);
    let client = sql::connect(config).await?;
    let server = Server::ask(OPERATION, &client).await?;
    server.require_programs(OPERATION, programs)?;
    require_new_enough(&server, manifest)?;
    require_same_schema(&client, work).await?;
    let staging = Scratch::begin(OPERATION, options.staging.as_deref())?;
    let (list, expected) = choose(work, &client, staging.path()).await?;
    phases.end("fetch");
    let mut arguments = common_arguments(options);
    arguments.push("--single-transaction".to_owned());
    arguments.push(format!("--use-list={}", list.display()));
    let load = Load { config, programs, manifest, scratch: &staging, arguments };
    load.run(&mut log(&staging)?, progress).await?;
    phases.end("restore");
    let check = check(&client, &expected).await?;
    phases.end("check");
    Ok(RestoreReport {
        backup: manifest.id.clone(),
        created_at: manifest.created_at,
        signed_by,
        database: config.database_name().unwrap_or_default(),
        replaced: None,
        dropped_old: false,
        roles_created: Vec::new(),
        leftovers_dropped: Vec::new(),
        tables: u64::try_from(expected.len()).unwrap_or(u64::MAX),
        rows: sum(&expected),
        checks: vec![check],
        phases: phases.so_far(),
        remarks: Vec::new(),
    })
}

/// Rows of another version of the schema would miss columns and rules, or bring ones that nothing knows.
async fn require_same_schema(client: &Client, work: Work<'_>) -> Result<()> {
    let found = state::migration_version(client).await?;
    let of_backup = work.manifest.migration_version;
    // It may be the very table that was lost.
    let is_wanted =
        work.options.tables.iter().any(|it| it.rsplit('.').next() == Some("schema_migrations"));
    if found == of_backup || (found == 0 && is_wanted) {
        return Ok(());
    }
    let reason = format!(
        "the schema of the database is at migration {found}, and that of the backup at {of_backup}; single tables only come back to \
         the same one: restore the backup beside (--into), migrate that one, and copy the rows"
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

/// Fetches what is needed of the backup, and says what `pg_restore` is to make of it: the path of its list, and the rows that there will be.
async fn choose(
    work: Work<'_>,
    client: &Client,
    scratch: &Path,
) -> Result<(PathBuf, Vec<TableRows>)> {
    let toc = parts(work.manifest, &|part| part.name.contains(CONTENTS));
    fetch_parts(work, &scratch.join("contents"), toc).await?;
    let contents = scratch.join("contents").join(DATA_FOLDER);
    let entries = toc::read(OPERATION, work.programs, &contents, scratch, None).await?;
    let names = Names::new(&entries, &work.manifest.roles);
    let mut selection = Selection::new(&entries, &names);
    let asked = parsed(client, &work.options.tables).await?;
    for table in wanted(&entries, &names, &asked)? {
        selection.choose(table.id);
    }
    add_bystanders(&mut selection, client).await?;
    require_missing(client, &selection, &names).await?;
    let list = scratch.join("chosen.txt");
    std::fs::write(&list, selection.lines().join("\n") + "\n")
        .map_err(Error::io(OPERATION, &list))?;
    let files: Vec<String> = selection.chosen().map(|entry| format!("/{}.dat", entry.id)).collect();
    let parts = parts(work.manifest, &|part| {
        part.name.contains(CONTENTS) || files.iter().any(|file| part.name.contains(file.as_str()))
    });
    fetch_parts(work, scratch, parts).await?;
    let expected = expected_rows(work.manifest, &selection, client, &names).await?;
    Ok((list, expected))
}

fn parts(manifest: &Manifest, is_wanted: &dyn Fn(&Part) -> bool) -> Vec<Part> {
    manifest.parts.iter().filter(|part| is_wanted(part)).cloned().collect()
}

/// Only some parts: the rows of other tables are not needed.
async fn fetch_parts(work: Work<'_>, into: &Path, parts: Vec<Part>) -> Result<()> {
    let manifest = Manifest { parts, ..work.manifest.clone() };
    std::fs::create_dir_all(into).map_err(Error::io(OPERATION, into))?;
    fetch(work.store, &manifest, work.options.identity.as_ref(), into, work.progress).await
}

/// A name as it was given, and what it is made of: the table, or the schema and the table.
struct Asked {
    text: String,
    parts: Vec<String>,
}

/// Reads names as SQL does.
async fn parsed(client: &Client, names: &[String]) -> Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for name in names {
        let row = client.query_one(include_str!("../../queries/parsed_name.sql"), &[name]).await;
        let parts: Option<Vec<String>> = match row {
            Ok(row) => Some(row.get("parts")),
            Err(error) if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) => None,
            Err(error) => return Err(failed(OPERATION)(error)),
        };
        let Some(parts) = parts.filter(|parts| parts.len() <= 2) else {
            let reason = format!(
                "expected a table as SQL names it, such as public.\"Odd Name\", and not {name}"
            );
            return Err(Error::invalid(OPERATION)(InvalidInput::new("table", reason)));
        };
        asked.push(Asked { text: name.clone(), parts });
    }
    Ok(asked)
}

/// The tables of these names: with their schema, or where only one schema has such a table.
fn wanted<'a>(entries: &'a [Entry], known: &Names, asked: &[Asked]) -> Result<Vec<&'a Entry>> {
    let tables = || entries.iter().filter(|entry| entry.kind == "TABLE");
    let mut wanted = Vec::new();
    for Asked { text: name, parts } in asked {
        let is_asked = |entry: &&Entry| match &parts[..] {
            [schema, table] => entry.is_named(schema, table, known),
            [table] => entry.name(known).is_some_and(|(_, found)| found == table),
            _ => false,
        };
        let mut found: Vec<&Entry> = tables().filter(is_asked).collect();
        let Some(table) = found.pop() else {
            let what = format!("table {name} in the backup");
            return Err(Error::NotFound { operation: OPERATION, what });
        };
        if !found.is_empty() {
            let reason = format!("several schemas have a table {name}; name it with its schema");
            return Err(Error::Conflict { operation: OPERATION, reason });
        }
        wanted.push(table);
    }
    Ok(wanted)
}

/// Chooses what of others was dropped along, as long as that brings more with it.
async fn add_bystanders(selection: &mut Selection<'_>, client: &Client) -> Result<()> {
    loop {
        let asked = selection.bystanders();
        if asked.is_empty() {
            return Ok(());
        }
        let column =
            |value: &dyn Fn(usize) -> String| (0..asked.len()).map(value).collect::<Vec<_>>();
        let kinds = column(&|index| asked[index].kind.to_owned());
        let schemas = column(&|index| asked[index].schema.clone());
        let relations = column(&|index| asked[index].relation.clone());
        let names = column(&|index| asked[index].name.clone());
        let query = include_str!("../../queries/missing_dependents.sql");
        let rows = client.query(query, &[&kinds, &schemas, &relations, &names]).await;
        let rows = rows.map_err(failed(OPERATION))?;
        let missing: Vec<i32> = rows.iter().map(|row| row.get("number")).collect();
        for (number, bystander) in (1..).zip(&asked) {
            if missing.contains(&number) {
                selection.choose(bystander.id);
            } else {
                selection.pass_over(bystander.id);
            }
        }
    }
}

/// A table that is there is not touched: what is in it may be newer.
async fn require_missing(client: &Client, selection: &Selection<'_>, names: &Names) -> Result<()> {
    let tables = names_of(selection, names, "TABLE");
    let query = include_str!("../../queries/present_tables.sql");
    let (schemas, tables): (Vec<&str>, Vec<&str>) = tables.into_iter().unzip();
    let rows = client.query(query, &[&schemas, &tables]).await.map_err(failed(OPERATION))?;
    let there: Vec<String> =
        rows.iter().filter(|row| row.get("is_there")).map(|row| row.get("name")).collect();
    if there.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "the database has {} already; only what was dropped is brought back (to replace a table, rename the one that is there first)",
        there.join(", ")
    );
    Err(Error::Conflict { operation: OPERATION, reason })
}

fn names_of<'a>(selection: &Selection<'a>, names: &Names, kind: &str) -> Vec<(&'a str, &'a str)> {
    selection
        .chosen()
        .filter(|entry| entry.kind == kind)
        .filter_map(|entry| entry.name(names))
        .collect()
}

/// What the manifest says of the tables whose rows come back, under the names that PostgreSQL would quote.
async fn expected_rows(
    manifest: &Manifest,
    selection: &Selection<'_>,
    client: &Client,
    names: &Names,
) -> Result<Vec<TableRows>> {
    let (schemas, tables): (Vec<&str>, Vec<&str>) =
        names_of(selection, names, "TABLE DATA").into_iter().unzip();
    let query = include_str!("../../queries/present_tables.sql");
    let rows = client.query(query, &[&schemas, &tables]).await.map_err(failed(OPERATION))?;
    let quoted: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    Ok(manifest.tables.iter().filter(|table| quoted.contains(&table.name)).cloned().collect())
}

/// They are in use again by now, so that what differs may be what somebody wrote meanwhile: it is told, and nothing is taken back.
async fn check(client: &Client, expected: &[TableRows]) -> Result<Check> {
    let mut tables = state::tables(client).await?;
    tables.retain(|table| expected.iter().any(|it| it.name == table.name));
    let found = state::count_rows(client, &tables, &|_| {}).await?;
    let detail = format!("{} rows in {} tables", sum(&found), found.len());
    Ok(Check { name: "rows", detail, faults: compare_rows(expected, &found) })
}
