//! What the tests share: databases, sources, and waiting on conditions.

use agentflow_migrate::{Migrator, Options, Recorded, Report, Source};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls};

/// An empty database and a connection to it.
pub(crate) struct Database {
    database: TestDatabase,
    pub(crate) client: Client,
}

pub(crate) async fn database() -> Database {
    let database = TestServer::shared().await.empty_database().await;
    let client = connect(database.url()).await;
    Database { database, client }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect");
    tokio::spawn(connection);
    client
}

impl Database {
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    pub(crate) async fn another(&self) -> Client {
        connect(self.url()).await
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.expect("run SQL");
    }

    /// The first column of the first row.
    pub(crate) async fn ask(&self, sql: &str) -> String {
        ask(&self.client, sql).await
    }

    pub(crate) async fn has_table(&self, name: &str) -> bool {
        self.ask(&format!("SELECT to_regclass('{name}') IS NOT NULL")).await == "t"
    }

    /// The history as `version` or `version!` (dirty), joined by blanks.
    pub(crate) async fn recorded(&self) -> String {
        let rows = "SELECT coalesce(string_agg(version || CASE WHEN dirty THEN '!' ELSE '' END, ' ' \
                    ORDER BY version), '') \
                    FROM schema_migrations";
        self.ask(rows).await
    }

    /// A table `gate`, locked until the returned connection commits.
    pub(crate) async fn gate(&self) -> Client {
        self.run("CREATE TABLE gate ()").await;
        let gate = self.another().await;
        gate.batch_execute("BEGIN; LOCK TABLE gate").await.expect("gate");
        gate
    }

    /// Waits until the query says true.
    pub(crate) async fn until(&self, condition: &str) {
        let started = Instant::now();
        while self.ask(condition).await != "t" {
            assert!(started.elapsed() < Duration::from_secs(30), "never became true: {condition}");
            tokio::task::yield_now().await;
        }
    }
}

/// Lets other tasks run until the condition is true.
pub(crate) async fn eventually(condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(30), "never became true");
        tokio::task::yield_now().await;
    }
}

async fn ask(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.expect("ask");
    messages
        .iter()
        .find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .expect("a row")
}

pub(crate) fn source(files: &[(&str, &str)]) -> Source {
    Source::embedded(files).expect("a source")
}

pub(crate) fn migrator(files: &[(&str, &str)]) -> Migrator {
    Migrator::new(source(files)).with_options(quick())
}

/// Whether someone waits at the gate.
pub(crate) const AT_GATE: &str =
    "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = to_regclass('gate') AND NOT granted)";

/// Short pauses; otherwise the defaults.
pub(crate) fn quick() -> Options {
    Options { retry_pause: Duration::from_millis(5), ..Options::default() }
}

/// Three migrations that build on each other.
pub(crate) const THREE: &[(&str, &str)] = &[
    ("000001_items.up.sql", "CREATE TABLE items (id int PRIMARY KEY);"),
    ("000001_items.down.sql", "DROP TABLE items;"),
    ("000002_rows.up.sql", "INSERT INTO items VALUES (1); INSERT INTO items VALUES (2);"),
    ("000002_rows.down.sql", "DELETE FROM items;"),
    ("000003_notes.up.sql", "CREATE TABLE notes (item int REFERENCES items);"),
    ("000003_notes.down.sql", "DROP TABLE notes;"),
];

pub(crate) fn versions(report: &Report) -> Vec<i64> {
    report.applied.iter().map(|applied| applied.version).collect()
}

pub(crate) fn forced(recorded: &Recorded) -> (&[i64], &[i64]) {
    (&recorded.versions, &recorded.removed)
}
