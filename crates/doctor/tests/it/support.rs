//! Databases to look at.

use std::{collections::BTreeSet, path::Path};

use agentflow_doctor::{Doctor, Options, Report};
use agentflow_migrate::{Migrator, Source, Target};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use tokio_postgres::{Client, NoTls};

/// Tables of AgentFlow that belong to no tenant, a line for each.
const GLOBAL_TABLES: &str = include_str!("../../../cli/src/commands/doctor/global_tables.txt");

/// The last migration that needs no pgvector.
const BEFORE_MEMORY: i64 = 10;

/// Whether this server has pgvector; not every package of PostgreSQL does.
pub(crate) async fn has_pgvector(client: &Client) -> bool {
    let known = "SELECT FROM pg_available_extensions WHERE name = 'vector'";
    !client.query(known, &[]).await.unwrap().is_empty()
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A database with the schema of AgentFlow.
pub(crate) async fn migrated() -> TestDatabase {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agentflow/migrations");
    let source = Source::dir(&folder).unwrap();
    let scripts = source.migrations().iter().map(|it| it.up.checksum());
    let key: String = scripts.chain(["for the doctor".into()]).collect();
    let fill = |url: String| async move {
        let mut client = connect(&url).await;
        let target =
            if has_pgvector(&client).await { Target::All } else { Target::To(BEFORE_MEMORY) };
        Migrator::new(source).up(&mut client, target).await.unwrap();
    };
    TestServer::shared().await.database_from(&key, fill).await
}

pub(crate) fn options() -> Options {
    let global_tables = GLOBAL_TABLES.lines().map(str::to_owned).collect();
    Options { global_tables, ..Options::default() }
}

pub(crate) async fn examine(client: &mut Client, options: Options) -> Report {
    Doctor::new(options).examine(client).await.unwrap()
}

/// What was found, without how it was told. Who owns everything is above policies on every server of tests, and those do not wait for the
/// disk.
pub(crate) fn found(report: &Report, owner: &str) -> BTreeSet<(String, String)> {
    let findings = report.findings.iter().map(|it| (it.rule.to_owned(), it.object.clone()));
    let is_usual = |(rule, object): &(String, String)| match rule.as_str() {
        "AF410" => object == owner,
        rule => rule == "AF608",
    };
    findings.filter(|it| !is_usual(it)).collect()
}

pub(crate) async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}
