//! One run at a time.

use crate::support::{AT_GATE, THREE, connect, database, eventually, migrator, quick};
use agentflow_migrate::{Error, Observer, Options, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn eight_runners_at_once_apply_each_migration_once() {
    let db = database().await;
    let runners = (0..8).map(|_| {
        let url = db.url().to_owned();
        tokio::spawn(async move {
            let mut client = connect(&url).await;
            migrator(THREE).up(&mut client, Target::All).await.map(|report| report.applied.len())
        })
    });
    let mut applied = 0;
    for runner in runners.collect::<Vec<_>>() {
        applied += runner.await.expect("join").expect("up");
    }
    assert_eq!(applied, 3);
    assert_eq!(db.ask("SELECT count(*) FROM items").await, "2");
}

/// A run that holds the lock, blocked on a table until the returned connection ends its
/// transaction.
async fn blocked_run(
    db: &crate::support::Database,
) -> (tokio_postgres::Client, tokio::task::JoinHandle<Result<(), Error>>) {
    let gate = db.gate().await;
    let mut client = db.another().await;
    let run = tokio::spawn(async move {
        let migrator = migrator(&[("1_a.up.sql", "SELECT * FROM gate")]);
        migrator.up(&mut client, Target::All).await.map(|_| ())
    });
    db.until(AT_GATE).await;
    (gate, run)
}

#[tokio::test]
async fn a_run_that_cannot_get_the_lock_says_who_holds_it() {
    let mut db = database().await;
    let (gate, run) = blocked_run(&db).await;
    let options = Options { lock_wait: Duration::from_millis(100), ..quick() };
    let impatient = migrator(&[("1_a.up.sql", "SELECT * FROM gate")]).with_options(options);
    let error = impatient.up(&mut db.client, Target::All).await.expect_err("locked");
    let Error::Locked { holder: Some(holder), .. } = error else { panic!("{error}") };
    let waiter = "SELECT pid FROM pg_locks WHERE relation = to_regclass('gate') AND NOT granted";
    assert_eq!(db.ask(waiter).await, holder.to_string());
    assert!(error.hint().is_some());
    assert_eq!(impatient.version(&db.client).await.expect("reading needs no lock"), None);
    gate.batch_execute("COMMIT").await.expect("release");
    run.await.expect("join").expect("up");
}

struct Waiting(AtomicBool);

impl Observer for Waiting {
    fn waiting_for_lock(&self, holder: Option<i32>) {
        assert!(holder.is_some());
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_waiting_runner_is_idle_between_tries_and_takes_over() {
    let db = database().await;
    let (gate, run) = blocked_run(&db).await;
    let observer = Arc::new(Waiting(AtomicBool::new(false)));
    let options = Options { observer: Some(observer.clone()), ..quick() };
    let mut second = db.another().await;
    second.batch_execute("SET application_name = 'second'").await.expect("name");
    let waiting = tokio::spawn(async move {
        let migrator = migrator(&[("1_a.up.sql", "SELECT * FROM gate")]).with_options(options);
        migrator.up(&mut second, Target::All).await.map(|report| report.applied.len())
    });
    eventually(|| observer.0.load(Ordering::SeqCst)).await;
    db.until(
        "SELECT state = 'idle' AND backend_xmin IS NULL FROM pg_stat_activity \
         WHERE application_name = 'second' AND datname = current_database()",
    )
    .await;
    gate.batch_execute("COMMIT").await.expect("release");
    run.await.expect("join").expect("up");
    assert_eq!(waiting.await.expect("join").expect("up"), 0);
}

#[tokio::test]
async fn the_lock_is_free_after_success_and_after_failure() {
    let mut db = database().await;
    let free = "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = \
                (SELECT oid FROM pg_database WHERE datname = current_database()))";
    migrator(THREE).up(&mut db.client, Target::To(1)).await.expect("up");
    assert_eq!(db.ask(free).await, "t");
    let mut broken = THREE.to_vec();
    broken[2].1 = "SELECT nothing";
    migrator(&broken).up(&mut db.client, Target::All).await.expect_err("broken");
    assert_eq!(db.ask(free).await, "t");
    broken[0].1 = "SELECT 'changed'";
    migrator(&broken).up(&mut db.client, Target::All).await.expect_err("changed");
    assert_eq!(db.ask(free).await, "t");
}

#[tokio::test]
async fn a_lock_that_is_lost_midway_stops_the_run() {
    let mut db = database().await;
    let files =
        [("1_a.up.sql", "SELECT pg_advisory_unlock_all()"), ("2_b.up.sql", "CREATE TABLE b ()")];
    let error = migrator(&files).up(&mut db.client, Target::All).await.expect_err("lost");
    assert!(matches!(error, Error::Pooled), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("pooler")));
    assert!(!db.has_table("b").await);
    assert_eq!(db.recorded().await, "1");
}

#[tokio::test]
async fn a_lock_that_somebody_else_got_midway_stops_the_run() {
    const OF_THIS: &str = "locktype = 'advisory' AND database = \
                           (SELECT oid FROM pg_database WHERE datname = current_database())";
    let db = database().await;
    let gate = db.gate().await;
    let mut client = db.another().await;
    let run = tokio::spawn(async move {
        let files = [
            ("1_a.up.sql", "SELECT * FROM gate; SELECT pg_advisory_unlock_all()"),
            ("2_b.up.sql", "CREATE TABLE b ()"),
        ];
        migrator(&files).up(&mut client, Target::All).await.map(|_| ())
    });
    db.until(AT_GATE).await;
    let other = db.another().await;
    let taken = tokio::spawn(async move {
        let take = format!(
            "SELECT pg_advisory_lock(classid::bigint << 32 | objid::bigint) FROM pg_locks WHERE {OF_THIS}"
        );
        other.batch_execute(&take).await.expect("lock");
        other
    });
    db.until(&format!("SELECT count(*) = 1 FROM pg_locks WHERE {OF_THIS} AND NOT granted")).await;
    gate.batch_execute("COMMIT").await.expect("release");
    let error = run.await.expect("join").expect_err("lost");
    assert!(matches!(error, Error::Pooled), "{error}");
    assert!(!db.has_table("b").await);
    taken.await.expect("join");
}
