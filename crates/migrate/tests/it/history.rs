//! Status, force, baseline, verify and wait.

use crate::support::{THREE, database, forced, migrator, quick};
use agentflow_migrate::{Error, Finding, State, Target};
use std::time::Duration;

#[tokio::test]
async fn status_tells_every_state() {
    let mut db = database().await;
    migrator(&[
        ("1_a.up.sql", ""),
        ("2_b.up.sql", ""),
        ("4_d.up.sql", ""),
        ("5_e.up.sql", ""),
        ("9_z.up.sql", ""),
    ])
    .up(&mut db.client, Target::All)
    .await
    .expect("up");
    db.run("UPDATE schema_migrations SET dirty = true WHERE version = 5").await;
    let now = [
        ("1_a.up.sql", ""),
        ("2_b.up.sql", "SELECT 1"),
        ("3_c.up.sql", ""),
        ("5_e.up.sql", ""),
        ("6_f.up.sql", ""),
    ];
    let migrator = migrator(&now);
    let states: Vec<_> = migrator
        .status(&db.client)
        .await
        .expect("status")
        .iter()
        .map(|it| (it.version, it.state))
        .collect();
    assert_eq!(
        states,
        [
            (1, State::Applied),
            (2, State::Changed),
            (3, State::OutOfOrder),
            (4, State::Missing),
            (5, State::Dirty),
            (6, State::OutOfOrder),
            (9, State::Unknown),
        ]
    );
    let findings = migrator.verify(&db.client).await.expect("verify");
    assert!(
        matches!(
            findings[..],
            [
                Finding::Changed { version: 2, .. },
                Finding::OutOfOrder { version: 3, .. },
                Finding::Missing { version: 4, .. },
                Finding::Dirty { version: 5, .. },
                Finding::OutOfOrder { version: 6, .. },
            ]
        ),
        "{findings:?}"
    );
    let current = migrator.version(&db.client).await.expect("version");
    assert_eq!(current.map(|it| (it.version, it.dirty)), Some((9, true)));
}

#[tokio::test]
async fn force_makes_the_history_what_was_asked_without_running_anything() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    let recorded = migrator.force(&mut db.client, 2).await.expect("force");
    assert_eq!(forced(&recorded), (&[1, 2][..], &[][..]));
    assert!(!db.has_table("items").await);
    db.run(
        "UPDATE schema_migrations SET dirty = true, checksum = 'x'; \
            INSERT INTO schema_migrations VALUES (7, 'gone', 'x', now(), 0, 'x')",
    )
    .await;
    let recorded = migrator.force(&mut db.client, 1).await.expect("force");
    assert_eq!(forced(&recorded), (&[1][..], &[2, 7][..]));
    assert_eq!(db.recorded().await, "1");
    assert!(migrator.verify(&db.client).await.expect("verify").is_empty());
    migrator.force(&mut db.client, 0).await.expect("force");
    assert_eq!(db.recorded().await, "");
    let error = migrator.force(&mut db.client, 8).await.expect_err("unknown");
    assert!(matches!(error, Error::UnknownTarget { target: 8, .. }));
}

#[tokio::test]
async fn baseline_adopts_a_database_that_has_no_history() {
    let mut db = database().await;
    db.run("CREATE TABLE items (id int PRIMARY KEY)").await;
    let migrator = migrator(THREE);
    migrator.baseline(&mut db.client, 1).await.expect("baseline");
    assert_eq!(db.recorded().await, "1");
    let report = migrator.up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(crate::support::versions(&report), [2, 3]);
    let error = migrator.baseline(&mut db.client, 1).await.expect_err("not empty");
    assert!(matches!(error, Error::NotEmpty { newest: 3 }), "{error}");
}

#[tokio::test]
async fn wait_ends_when_another_runner_has_applied_the_target() {
    let mut db = database().await;
    let watcher = db.another().await;
    let migrator = migrator(THREE);
    let error = migrator.wait(&watcher, None, Duration::ZERO).await.expect_err("nothing applied");
    assert!(matches!(error, Error::WaitTimeout { target: 3, current: None, .. }), "{error}");
    let (waited, report) = tokio::join!(
        migrator.wait(&watcher, Some(2), Duration::from_secs(30)),
        migrator.up(&mut db.client, Target::All),
    );
    report.expect("up");
    assert!(waited.expect("wait").is_some_and(|current| current.version >= 2));
    db.run("UPDATE schema_migrations SET dirty = true WHERE version = 3").await;
    let error = migrator.wait(&watcher, None, Duration::ZERO).await.expect_err("dirty");
    assert!(matches!(error, Error::WaitTimeout { current: Some(3), .. }), "{error}");
}

#[tokio::test]
async fn an_unfinished_migration_of_a_newer_program_stops_up() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    migrator.up(&mut db.client, Target::Steps(2)).await.expect("up");
    db.run("INSERT INTO schema_migrations VALUES (9, 'newer', 'x', now(), 0, 'x', true)").await;
    for target in [Target::All, Target::To(2), Target::Steps(1)] {
        let options = agentflow_migrate::Options { allow_out_of_order: true, ..quick() };
        let migrator = crate::support::migrator(THREE).with_options(options);
        let error = migrator.up(&mut db.client, target).await.expect_err("dirty");
        assert!(matches!(&error, Error::DirtyUnknown { version: 9, .. }), "{error}");
        assert!(error.to_string().starts_with("9 (newer) is dirty"), "{error}");
        let hint = error.hint().expect("a hint");
        assert!(hint.contains("newer program") && hint.contains("force"), "{hint}");
        assert!(migrator.plan_up(&db.client, target).await.is_err());
    }
    assert_eq!(db.recorded().await, "1 2 9!");
    assert!(!db.has_table("notes").await);
    db.run("UPDATE schema_migrations SET dirty = false WHERE version = 9").await;
    let report = migrator.up(&mut db.client, Target::Steps(1)).await;
    assert!(matches!(report, Err(Error::Inconsistent { .. })), "3 is out of order now");
}

#[tokio::test]
async fn a_history_table_of_another_tool_is_refused() {
    let mut db = database().await;
    db.run("CREATE TABLE schema_migrations (version bigint, dirty boolean)").await;
    let error = migrator(THREE).up(&mut db.client, Target::All).await.expect_err("other columns");
    assert!(matches!(error, Error::Database { .. }), "{error}");
    assert!(!db.has_table("items").await);
}

#[tokio::test]
async fn an_impossible_table_name_is_an_error() {
    let mut db = database().await;
    let options = agentflow_migrate::Options { table: "a.b.c".to_owned(), ..quick() };
    let error = migrator(THREE).with_options(options).up(&mut db.client, Target::All).await;
    assert!(matches!(error, Err(Error::TableName { .. })));
}

#[tokio::test]
async fn names_of_the_system_are_found_also_where_others_stand_before_them() {
    let mut db = database().await;
    let shadows = [
        ("pg_try_advisory_lock(bigint)", "boolean"),
        ("pg_advisory_unlock(bigint)", "boolean"),
        ("current_setting(text)", "text"),
        ("set_config(text, text, boolean)", "text"),
        ("to_regclass(text)", "regclass"),
        ("quote_ident(text)", "text"),
        ("now()", "timestamptz"),
        ("same(bigint, bigint)", "boolean"),
        ("same(name, name)", "boolean"),
        ("same(oid, oid)", "boolean"),
        ("same(text, text)", "boolean"),
    ];
    for (name, result) in shadows {
        db.run(&format!(
            "CREATE FUNCTION {name} RETURNS {result} LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$"
        ))
        .await;
    }
    for kind in ["bigint", "name", "oid", "text"] {
        db.run(&format!(
            "CREATE OPERATOR = (LEFTARG = {kind}, RIGHTARG = {kind}, FUNCTION = public.same)"
        ))
        .await;
    }
    db.run("CREATE DOMAIN public.text AS pg_catalog.text CHECK (false); SET search_path = public, pg_catalog")
        .await;
    let migrator = migrator(THREE);
    migrator.up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(migrator.status(&db.client).await.expect("status").len(), 3);
    migrator.down(&mut db.client, Target::Steps(1)).await.expect("down");
    migrator.force(&mut db.client, 3).await.expect("force");
    db.run("SET search_path = pg_catalog, public").await;
    assert_eq!(db.recorded().await, "1 2 3");
}
