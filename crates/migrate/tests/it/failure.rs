//! What a failure tells, and what it leaves.

use crate::support::{THREE, database, eventually, migrator, quick};
use agentflow_migrate::{
    Error, Failure, Migrator, Observer, Options, Outcome, Retry, Stage, Target,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

async fn fail(
    migrator: &Migrator,
    client: &mut tokio_postgres::Client,
) -> (Failure, String, String) {
    let error = migrator.up(client, Target::All).await.expect_err("a failure");
    let (text, hint) = (error.to_string(), error.hint().unwrap_or_default());
    match error {
        Error::Failed(failure) => (*failure, text, hint),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_syntax_error_midway_names_its_place_and_rolls_its_migration_back() {
    let mut db = database().await;
    let mut files = THREE.to_vec();
    files[4].1 = "CREATE TABLE notes ();\r\n-- next\r\n  SELECT 'ü', 1 FORM items;\r\nSELECT 1;";
    let migrator = migrator(&files);
    let (failure, text, _) = fail(&migrator, &mut db.client).await;
    assert_eq!((failure.statement_number, failure.statements), (2, 3));
    assert_eq!((failure.line, failure.column), (3, 22));
    assert_eq!(failure.server.sqlstate.as_deref(), Some("42601"));
    assert_eq!(failure.outcome, Outcome::RolledBack);
    assert_eq!(
        text,
        "000003_notes.up.sql:3:22: syntax error at or near \"items\" (SQLSTATE 42601)\n\
         in statement 2 of 3\n\
         3 |   SELECT 'ü', 1 FORM items;\n  \
           |                      ^\n\
         applied in this run: 1, 2; rolled back: 3; the database is at version 2"
    );
    assert!(!db.has_table("notes").await);
    assert_eq!(db.recorded().await, "1 2");
    let report = crate::support::migrator(THREE).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(crate::support::versions(&report), [3]);
}

#[tokio::test]
async fn a_failure_without_a_place_points_at_its_statement() {
    let mut db = database().await;
    let files = [("1_a.up.sql", "CREATE TABLE a (id int);\n\n  SELECT 1/0;")];
    let (failure, _, _) = fail(&migrator(&files), &mut db.client).await;
    assert_eq!((failure.statement_number, failure.line, failure.column), (2, 3, 3));
}

#[tokio::test]
async fn rows_of_the_server_detail_are_in_no_message() {
    let mut db = database().await;
    let files = [(
        "1_a.up.sql",
        "CREATE TABLE a (email text UNIQUE);\n\
                   INSERT INTO a SELECT 'person' || '@example.org' FROM generate_series(1, 2)",
    )];
    let error = migrator(&files).up(&mut db.client, Target::All).await.expect_err("duplicate");
    let text = format!("{error} {error:?} {:?}", error.hint());
    assert!(text.contains("a_email_key") && !text.contains("person@example.org"), "{text}");
    let Error::Failed(failure) = error else { panic!("another error") };
    let json = serde_json::to_string(&failure).expect("JSON");
    assert!(
        json.contains("\"outcome\":\"rolled_back\"") && !json.contains("person@example.org"),
        "{json}"
    );
}

#[tokio::test]
async fn a_deferred_constraint_fails_at_commit_and_rolls_back() {
    let mut db = database().await;
    let files = [(
        "1_a.up.sql",
        "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
                   INSERT INTO a VALUES (1, 2);",
    )];
    let (failure, text, _) = fail(&migrator(&files), &mut db.client).await;
    assert_eq!((failure.stage, failure.outcome), (Stage::Commit, Outcome::RolledBack));
    assert!(text.contains("after statement 2 of 2, at COMMIT"), "{text}");
    assert!(!db.has_table("a").await);
    assert_eq!(db.recorded().await, "");
}

#[tokio::test]
async fn a_failure_without_transaction_leaves_a_dirty_row_that_up_finishes() {
    let mut db = database().await;
    let broken = [
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        (
            "2_b.up.sql",
            "-- no-transaction\nCREATE TABLE IF NOT EXISTS b (id int);\nSELECT nothing;",
        ),
    ];
    let (failure, text, hint) = fail(&migrator(&broken), &mut db.client).await;
    assert_eq!((failure.outcome, failure.database_version), (Outcome::Dirty, Some(2)));
    assert!(text.contains("applied in this run: 1; left dirty: 2"), "{text}");
    assert!(hint.contains("force"), "{hint}");
    assert!(db.has_table("b").await);
    assert_eq!(db.recorded().await, "1 2!");
    assert_eq!(db.ask("SHOW lock_timeout").await, "0");

    let corrected = [
        broken[0],
        ("2_b.up.sql", "-- no-transaction\nCREATE TABLE IF NOT EXISTS b (id int);\nSELECT 1;"),
    ];
    let migrator = migrator(&corrected);
    let plan = migrator.plan_up(&db.client, Target::All).await.expect("plan");
    assert!(plan.len() == 1 && plan[0].dirty);
    migrator.up(&mut db.client, Target::All).await.expect("finish");
    assert_eq!(db.recorded().await, "1 2");
    assert!(migrator.verify(&db.client).await.expect("verify").is_empty());
}

#[tokio::test]
async fn down_of_a_dirty_migration_runs_its_down_script() {
    let mut db = database().await;
    let migrator = migrator(&[
        ("1_a.up.sql", "-- no-transaction\nCREATE TABLE a ();\nSELECT nothing;"),
        ("1_a.down.sql", "DROP TABLE IF EXISTS a;"),
    ]);
    fail(&migrator, &mut db.client).await;
    migrator.down(&mut db.client, Target::Steps(1)).await.expect("down");
    assert!(!db.has_table("a").await);
    assert_eq!(db.recorded().await, "");
}

#[tokio::test]
async fn an_extension_that_is_not_installed_says_what_to_install() {
    let mut db = database().await;
    let files =
        [("1_a.up.sql", "CREATE TABLE a ();\nCREATE EXTENSION IF NOT EXISTS no_such_extension;")];
    let (failure, text, hint) = fail(&migrator(&files), &mut db.client).await;
    assert_eq!(failure.server.sqlstate.as_deref(), Some("0A000"));
    assert!(text.contains("extension \"no_such_extension\" is not available"), "{text}");
    let major = db.ask("SELECT current_setting('server_version_num')::int / 10000").await;
    assert!(hint.contains(&format!("install no_such_extension for PostgreSQL {major}")), "{hint}");
    assert!(!db.has_table("a").await);
}

#[derive(Default)]
struct Retries(AtomicU32);

impl Observer for Retries {
    fn retrying(&self, retry: &Retry) {
        assert_eq!(retry.line, 2);
        self.0.store(retry.attempt, Ordering::SeqCst);
    }
}

fn impatient(retries: u32, observer: &Arc<Retries>) -> Options {
    let lock_timeout = Some(Duration::from_millis(20));
    Options { lock_timeout, retries, observer: Some(observer.clone()), ..quick() }
}

#[tokio::test]
async fn lock_timeout_is_retried_until_the_table_is_free() {
    for first_line in ["", "-- no-transaction"] {
        let mut db = database().await;
        let holder = db.another().await;
        db.run("CREATE TABLE busy ()").await;
        holder.batch_execute("BEGIN; LOCK TABLE busy").await.expect("lock");
        let sql = format!("{first_line}\nALTER TABLE busy ADD a int");
        let observer = Arc::new(Retries::default());
        let migrator = migrator(&[("1_a.up.sql", &sql)]).with_options(impatient(1000, &observer));
        let release = async {
            eventually(|| observer.0.load(Ordering::SeqCst) >= 2).await;
            holder.batch_execute("COMMIT").await.expect("release");
        };
        let (report, ()) = tokio::join!(migrator.up(&mut db.client, Target::All), release);
        report.expect("up");
        db.run("SELECT a FROM busy").await;
        assert_eq!(db.recorded().await, "1");
    }
}

#[tokio::test]
async fn lock_timeout_gives_up_after_the_retries() {
    let mut db = database().await;
    let holder = db.another().await;
    db.run("CREATE TABLE busy ()").await;
    holder.batch_execute("BEGIN; LOCK TABLE busy").await.expect("lock");
    let observer = Arc::new(Retries::default());
    let migrator = migrator(&[("1_a.up.sql", "CREATE TABLE a ();\nALTER TABLE busy ADD a int")])
        .with_options(impatient(2, &observer));
    let (failure, _, _) = fail(&migrator, &mut db.client).await;
    assert_eq!(failure.server.sqlstate.as_deref(), Some("55P03"));
    assert_eq!(observer.0.load(Ordering::SeqCst), 2);
    assert!(!db.has_table("a").await);
}

#[tokio::test]
async fn statement_timeout_ends_a_statement() {
    let mut db = database().await;
    let options = Options { statement_timeout: Some(Duration::from_millis(20)), ..quick() };
    let migrator = migrator(&[("1_a.up.sql", "SELECT pg_sleep(60)")]).with_options(options);
    let (failure, _, _) = fail(&migrator, &mut db.client).await;
    assert_eq!(failure.server.sqlstate.as_deref(), Some("57014"));
}
