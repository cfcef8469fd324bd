//! A runner that is killed (SIGKILL) midway.

use crate::concurrent_index::{BUILDING, is_valid};
use crate::support::{AT_GATE, Database, connect, database, migrator, quick};
use agentflow_migrate::{Options, Source, Target};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio_postgres::Client;

const URL: &str = "MIGRATE_RUNNER_URL";
const FOLDER: &str = "MIGRATE_RUNNER_FOLDER";

/// Not a test of its own: the process that the tests below start and kill.
#[tokio::test]
#[ignore = "started by other tests"]
async fn runner() {
    let (Ok(url), Ok(folder)) = (std::env::var(URL), std::env::var(FOLDER)) else { return };
    let mut client = connect(&url).await;
    client.batch_execute("SET application_name = 'victim'").await.expect("name");
    let options = Options { lock_timeout: None, ..quick() };
    let migrator = agentflow_migrate::Migrator::new(Source::dir(folder).expect("a source"));
    migrator.with_options(options).up(&mut client, Target::All).await.expect("up");
}

fn start(db: &Database, folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::runner", "--ignored", "--nocapture"])
        .env(URL, db.url())
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a runner")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn kill(mut runner: Child) {
    runner.kill().expect("SIGKILL");
    assert!(!runner.wait().expect("wait").success());
}

const GONE: &str = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity \
    WHERE application_name = 'victim' AND datname = current_database())";

#[tokio::test]
async fn a_kill_midway_leaves_nothing_of_a_transactional_script() {
    let mut db = database().await;
    let files = [
        ("1_a.up.sql", "CREATE TABLE a ();"),
        ("2_b.up.sql", "CREATE TABLE b ();\nSELECT * FROM gate;\nCREATE TABLE c ();"),
    ];
    let gate = db.gate().await;
    let folder = folder(&files);
    let runner = start(&db, folder.path());
    db.until(AT_GATE).await;
    kill(runner);
    gate.batch_execute("COMMIT").await.expect("open the gate");
    db.until(GONE).await;
    assert!(db.has_table("a").await && !db.has_table("b").await && !db.has_table("c").await);
    assert_eq!(db.recorded().await, "1");
    let report = migrator(&files).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(crate::support::versions(&report), [2]);
    assert!(db.has_table("b").await && db.has_table("c").await);
}

#[tokio::test]
async fn a_kill_between_a_script_and_its_history_row_leaves_neither() {
    let mut db = database().await;
    let files = [("1_a.up.sql", ""), ("2_b.up.sql", "CREATE TABLE b ();")];
    migrator(&files).up(&mut db.client, Target::To(1)).await.expect("up");
    let reader = db.another().await;
    reader
        .batch_execute("BEGIN; LOCK TABLE schema_migrations IN EXCLUSIVE MODE")
        .await
        .expect("lock");
    let folder = folder(&files);
    let runner = start(&db, folder.path());
    db.until(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'schema_migrations'::regclass \
         AND NOT granted)",
    )
    .await;
    kill(runner);
    reader.batch_execute("COMMIT").await.expect("unlock");
    db.until(GONE).await;
    assert_eq!(db.recorded().await, "1");
    assert!(!db.has_table("b").await);
    let report = migrator(&files).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(crate::support::versions(&report), [2]);
}

const INDEX: &[(&str, &str)] = &[
    ("1_items.up.sql", "CREATE TABLE items (a int); INSERT INTO items VALUES (1);"),
    ("2_index.up.sql", "-- no-transaction\nCREATE INDEX CONCURRENTLY items_a ON items (a);\n"),
];

/// Kills a runner while its concurrent build waits for the transaction of the returned connection.
async fn killed_in_a_build(db: &mut Database) -> Client {
    migrator(INDEX).up(&mut db.client, Target::To(1)).await.expect("up");
    let old = db.another().await;
    old.batch_execute("BEGIN; UPDATE items SET a = a").await.expect("old transaction");
    let folder = folder(INDEX);
    let runner = start(db, folder.path());
    db.until(BUILDING).await;
    kill(runner);
    old
}

#[tokio::test]
async fn a_kill_midway_of_a_concurrent_index_is_repaired_by_the_next_up() {
    let mut db = database().await;
    let old = killed_in_a_build(&mut db).await;
    // As when the connection breaks: the build does not go on.
    db.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' \
            AND datname = current_database()",
    )
    .await;
    db.until(GONE).await;
    old.batch_execute("COMMIT").await.expect("commit");
    assert_eq!(db.recorded().await, "1 2!");
    assert!(!is_valid(&db).await);
    let broken = db.ask("SELECT 'items_a'::regclass::oid").await;

    migrator(INDEX).up(&mut db.client, Target::All).await.expect("finish");
    assert_eq!(db.recorded().await, "1 2");
    assert!(is_valid(&db).await);
    assert_ne!(db.ask("SELECT 'items_a'::regclass::oid").await, broken);
}

#[tokio::test]
async fn a_concurrent_index_that_the_server_completed_after_a_kill_is_not_built_twice() {
    let mut db = database().await;
    let old = killed_in_a_build(&mut db).await;
    old.batch_execute("COMMIT").await.expect("commit");
    db.until(GONE).await;
    assert_eq!(db.recorded().await, "1 2!");
    assert!(is_valid(&db).await);
    let complete = db.ask("SELECT 'items_a'::regclass::oid").await;

    migrator(INDEX).up(&mut db.client, Target::All).await.expect("finish");
    assert_eq!(db.recorded().await, "1 2");
    assert_eq!(db.ask("SELECT 'items_a'::regclass::oid").await, complete);
}
