//! Taking migrations back.

use crate::support::{THREE, database, migrator, versions};
use agentflow_migrate::{Direction, Error, Target};

#[tokio::test]
async fn down_to_zero_and_up_again_ends_where_it_began() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    let report = migrator.down(&mut db.client, Target::All).await.expect("down");
    assert_eq!((versions(&report), report.version), (vec![3, 2, 1], None));
    assert!(!db.has_table("items").await);
    assert_eq!(db.recorded().await, "");
    let report = migrator.up(&mut db.client, Target::All).await.expect("up again");
    assert_eq!(versions(&report), [1, 2, 3]);
    assert_eq!(db.ask("SELECT count(*) FROM items").await, "2");
}

#[tokio::test]
async fn down_one_step_takes_back_the_newest() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    let report = migrator.down(&mut db.client, Target::Steps(1)).await.expect("down");
    assert_eq!((versions(&report), report.version), (vec![3], Some(2)));
    assert!(!db.has_table("notes").await && db.has_table("items").await);
}

#[tokio::test]
async fn down_to_a_target_keeps_it() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    let report = migrator.down(&mut db.client, Target::To(1)).await.expect("down");
    assert_eq!((versions(&report), report.version), (vec![3, 2], Some(1)));
    let error = migrator.down(&mut db.client, Target::To(7)).await.expect_err("unknown");
    assert!(matches!(error, Error::UnknownTarget { .. }));
    let report = migrator.down(&mut db.client, Target::To(0)).await.expect("down");
    assert_eq!(versions(&report), [1]);
}

#[tokio::test]
async fn a_missing_down_file_is_found_before_anything_is_touched() {
    let mut db = database().await;
    let migrator = migrator(&[THREE[0], THREE[2], THREE[3], THREE[4], THREE[5]]);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    let error = migrator.down(&mut db.client, Target::All).await.expect_err("no down script");
    assert!(matches!(error, Error::MissingDown { version: 1, .. }), "{error}");
    assert_eq!(db.recorded().await, "1 2 3");
    assert!(db.has_table("notes").await);
    migrator.down(&mut db.client, Target::To(1)).await.expect("down, not as far");
}

#[tokio::test]
async fn down_of_a_version_unknown_here_is_refused() {
    let mut db = database().await;
    migrator(THREE).up(&mut db.client, Target::All).await.expect("up");
    let older = migrator(&THREE[..2]);
    let error = older.down(&mut db.client, Target::Steps(1)).await.expect_err("not known");
    assert!(matches!(error, Error::MissingDown { version: 3, .. }), "{error}");
}

#[tokio::test]
async fn redo_takes_the_newest_back_and_applies_its_edited_file() {
    let mut db = database().await;
    let migrator_before = migrator(THREE);
    let error = migrator_before.redo(&mut db.client).await.expect_err("nothing applied");
    assert!(matches!(error, Error::NothingApplied));
    migrator_before.up(&mut db.client, Target::All).await.expect("up");

    let mut edited = THREE.to_vec();
    edited[4].1 = "CREATE TABLE notes (item int REFERENCES items, words text);";
    let migrator = migrator(&edited);
    let report = migrator.redo(&mut db.client).await.expect("redo");
    let done: Vec<_> = report.applied.iter().map(|it| (it.version, it.direction)).collect();
    assert_eq!(done, [(3, Direction::Down), (3, Direction::Up)]);
    db.run("SELECT words FROM notes").await;
    assert!(migrator.verify(&db.client).await.expect("verify").is_empty());
}

#[tokio::test]
async fn down_scripts_without_a_transaction_run_too() {
    let mut db = database().await;
    let migrator = migrator(&[
        ("1_t.up.sql", "CREATE TABLE t (a int); CREATE INDEX t_a ON t (a);"),
        ("1_t.down.sql", "-- no-transaction\nDROP INDEX CONCURRENTLY t_a;\nDROP TABLE t;"),
    ]);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    migrator.down(&mut db.client, Target::Steps(1)).await.expect("down");
    assert!(!db.has_table("t").await);
    assert_eq!(db.recorded().await, "");
}
