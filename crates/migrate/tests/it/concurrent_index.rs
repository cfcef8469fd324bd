//! Indexes that are built concurrently.

use crate::support::{Database, database, eventually, migrator, quick};
use agentflow_migrate::{Migrator, Observer, Options, Retry, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const FILES: &[(&str, &str)] = &[
    (
        "1_items.up.sql",
        "CREATE TABLE items (a int); INSERT INTO items SELECT generate_series(1, 100);",
    ),
    (
        "2_index.up.sql",
        "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS items_a ON items (a);\n",
    ),
];

pub(crate) const BUILDING: &str = "SELECT EXISTS (SELECT FROM pg_stat_progress_create_index \
    WHERE datname = current_database() AND phase LIKE 'waiting for%')";

pub(crate) async fn is_valid(db: &Database) -> bool {
    db.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_a'::regclass").await == "t"
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) retries: AtomicU32,
    waits: AtomicU32,
}

impl Observer for Counts {
    fn retrying(&self, _: &Retry) {
        self.retries.fetch_add(1, Ordering::SeqCst);
    }

    fn waiting_for_lock(&self, _: Option<i32>) {
        self.waits.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_concurrent_index_and_a_second_runner_do_not_wait_for_each_other() {
    let mut db = database().await;
    migrator(FILES).up(&mut db.client, Target::To(1)).await.expect("up");
    // An old snapshot holds the build up until the second runner is waiting.
    let old = db.another().await;
    old.batch_execute("BEGIN; UPDATE items SET a = a").await.expect("old transaction");
    let counts = Arc::new(Counts::default());
    let run = |mut client: tokio_postgres::Client, counts: &Arc<Counts>| {
        let options = Options {
            lock_timeout: Some(Duration::ZERO),
            observer: Some(counts.clone()),
            ..quick()
        };
        tokio::spawn(async move {
            let report = migrator(FILES).with_options(options).up(&mut client, Target::All).await;
            report.map(|report| report.applied.len())
        })
    };
    let first = run(db.another().await, &counts);
    db.until(BUILDING).await;
    let second = run(db.another().await, &counts);
    eventually(|| counts.waits.load(Ordering::SeqCst) >= 3).await;
    old.batch_execute("COMMIT").await.expect("commit");
    assert_eq!(first.await.expect("join").expect("first"), 1);
    assert_eq!(second.await.expect("join").expect("second"), 0);
    assert!(is_valid(&db).await);
    assert_eq!(db.recorded().await, "1 2");
}

#[tokio::test]
async fn an_index_left_invalid_by_lock_timeout_is_dropped_before_the_retry() {
    let mut db = database().await;
    migrator(FILES).up(&mut db.client, Target::To(1)).await.expect("up");
    let old = db.another().await;
    old.batch_execute("BEGIN; UPDATE items SET a = a").await.expect("old transaction");
    let counts = Arc::new(Counts::default());
    let options = Options {
        lock_timeout: Some(Duration::from_millis(20)),
        retries: 1000,
        observer: Some(counts.clone()),
        ..quick()
    };
    let migrator = migrator(FILES).with_options(options);
    let release = async {
        eventually(|| counts.retries.load(Ordering::SeqCst) >= 2).await;
        old.batch_execute("COMMIT").await.expect("commit");
    };
    let (report, ()) = tokio::join!(migrator.up(&mut db.client, Target::All), release);
    report.expect("up");
    assert!(is_valid(&db).await);
}

#[tokio::test]
async fn a_script_may_set_its_own_lock_timeout() {
    let mut db = database().await;
    let sql = "-- no-transaction\nSET lock_timeout = '7s';\n\
               CREATE TABLE seen AS SELECT current_setting('lock_timeout');";
    migrator(&[("1_a.up.sql", sql)]).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(db.ask("SELECT * FROM seen").await, "7s");
    assert_eq!(db.ask("SHOW lock_timeout").await, "0");
}

#[tokio::test]
async fn an_invalid_index_of_a_clean_history_stays() {
    let mut db = database().await;
    let migrator: Migrator = migrator(FILES);
    migrator.up(&mut db.client, Target::To(1)).await.expect("up");
    db.run(
        "CREATE INDEX items_a ON items (a); \
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_a'::regclass",
    )
    .await;
    migrator.up(&mut db.client, Target::All).await.expect("up");
    assert!(!is_valid(&db).await, "only a dirty migration may drop an index");
}
