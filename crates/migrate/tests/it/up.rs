//! Applying migrations.

use crate::support::{THREE, database, migrator, quick, source, versions};
use agentflow_migrate::{Direction, Error, Finding, Migrator, Options, Target};

#[tokio::test]
async fn up_applies_every_pending_migration_in_order_and_records_it() {
    let mut db = database().await;
    db.run("SET application_name = 'deploy'").await;
    let report = migrator(THREE).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(versions(&report), [1, 2, 3]);
    assert_eq!(report.version, Some(3));
    assert_eq!(report.applied[1].statements, 2);
    assert!(db.has_table("notes").await);
    let row = "SELECT concat_ws(' ', version, name, length(checksum), applied_at <= now(), \
               duration_ms >= 0, applied_by = session_user || '@deploy', dirty) \
               FROM schema_migrations WHERE version = 2";
    assert_eq!(db.ask(row).await, "2 rows 64 t t t f");
    let again = migrator(THREE).up(&mut db.client, Target::All).await.expect("up again");
    assert!(again.applied.is_empty());
}

#[tokio::test]
async fn up_to_a_target_includes_it_and_stops_there() {
    let mut db = database().await;
    let report = migrator(THREE).up(&mut db.client, Target::To(2)).await.expect("up");
    assert_eq!((versions(&report), report.version), (vec![1, 2], Some(2)));
    assert!(!db.has_table("notes").await);
}

#[tokio::test]
async fn up_by_steps_applies_that_many() {
    let mut db = database().await;
    let migrator = migrator(THREE);
    for step in 1..=3 {
        let report = migrator.up(&mut db.client, Target::Steps(1)).await.expect("up");
        assert_eq!(versions(&report), [step]);
    }
    let report = migrator.up(&mut db.client, Target::Steps(5)).await.expect("up");
    assert!(report.applied.is_empty());
}

#[tokio::test]
async fn an_unknown_target_is_refused_with_the_versions_around_it() {
    let mut db = database().await;
    let migrator = migrator(&[("1_a.up.sql", ""), ("3_b.up.sql", ""), ("9_c.up.sql", "")]);
    let error = migrator.up(&mut db.client, Target::To(5)).await.expect_err("unknown");
    assert_eq!(error.to_string(), "there is no version 5; the nearest are 3 and 9");
    let error = migrator.up(&mut db.client, Target::To(0)).await.expect_err("unknown");
    assert!(matches!(error, Error::UnknownTarget { target: 0, nearest } if nearest == [1]));
    assert_eq!(db.recorded().await, "");
}

#[tokio::test]
async fn a_dry_run_says_what_would_run_and_touches_nothing() {
    let db = database().await;
    let migrator = migrator(THREE);
    let plan = migrator.plan_up(&db.client, Target::To(2)).await.expect("plan");
    let shown: Vec<_> = plan.iter().map(|step| (step.version, step.file.as_str())).collect();
    assert_eq!(shown, [(1, "000001_items.up.sql"), (2, "000002_rows.up.sql")]);
    assert_eq!(plan[0].sql, "CREATE TABLE items (id int PRIMARY KEY);");
    assert!(plan.iter().all(|step| step.transactional && step.direction == Direction::Up));
    assert!(migrator.plan_down(&db.client, Target::All).await.expect("plan").is_empty());
    assert!(!db.has_table("schema_migrations").await);
}

#[tokio::test]
async fn reading_calls_create_nothing_and_take_no_lock() {
    let db = database().await;
    let migrator = migrator(THREE);
    assert_eq!(migrator.version(&db.client).await.expect("version"), None);
    assert_eq!(migrator.status(&db.client).await.expect("status").len(), 3);
    assert!(migrator.verify(&db.client).await.expect("verify").is_empty());
    assert!(!db.has_table("schema_migrations").await);
}

#[tokio::test]
async fn empty_files_are_migrations_too() {
    let mut db = database().await;
    let files = [
        ("1_a.up.sql", ""),
        ("2_b.up.sql", "-- only words\n"),
        ("3_c.up.sql", "-- no-transaction"),
    ];
    let report = migrator(&files).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(versions(&report), [1, 2, 3]);
    assert_eq!(db.recorded().await, "1 2 3");
}

#[tokio::test]
async fn a_gap_in_the_versions_is_fine_until_someone_fills_it() {
    let mut db = database().await;
    let gap = [("1_a.up.sql", ""), ("3_c.up.sql", "")];
    migrator(&gap).up(&mut db.client, Target::All).await.expect("up");
    let filled = [gap[0], ("2_b.up.sql", "CREATE TABLE b ()"), gap[1], ("4_d.up.sql", "")];
    let error = migrator(&filled).up(&mut db.client, Target::All).await.expect_err("out of order");
    let Error::Inconsistent { findings } = &error else { panic!("{error}") };
    assert!(matches!(findings[..], [Finding::OutOfOrder { version: 2, newest: 3, .. }]), "{error}");
    assert_eq!(db.recorded().await, "1 3");

    let allowed = Migrator::new(source(&filled))
        .with_options(Options { allow_out_of_order: true, ..quick() });
    let report = allowed.up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(versions(&report), [2, 4]);
}

#[tokio::test]
async fn a_changed_file_stops_up_before_anything_runs() {
    let mut db = database().await;
    migrator(THREE).up(&mut db.client, Target::To(2)).await.expect("up");
    let mut changed = THREE.to_vec();
    changed[0].1 = "CREATE TABLE items (id bigint PRIMARY KEY);";
    let migrator = migrator(&changed);
    let error = migrator.up(&mut db.client, Target::All).await.expect_err("changed");
    assert!(
        error.to_string().contains("1 changed after it was applied: 000001_items.up.sql"),
        "{error}"
    );
    assert!(error.hint().is_some());
    assert!(!db.has_table("notes").await);
    let findings = migrator.verify(&db.client).await.expect("verify");
    assert!(matches!(findings[..], [Finding::Changed { version: 1, .. }]));
}

#[tokio::test]
async fn other_line_ends_are_no_change() {
    let mut db = database().await;
    let body = "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\n  SELECT 'x'\n$$;\n";
    let crlf = body.replace('\n', "\r\n");
    migrator(&[("1_f.up.sql", &crlf)]).up(&mut db.client, Target::All).await.expect("up");
    let migrator = migrator(&[("1_f.up.sql", body)]);
    assert!(migrator.verify(&db.client).await.expect("verify").is_empty());
    assert_eq!(db.ask("SELECT prosrc FROM pg_proc WHERE proname = 'f'").await, "\n  SELECT 'x'\n");
}

#[tokio::test]
async fn a_missing_file_stops_up_but_a_newer_database_does_not() {
    let mut db = database().await;
    migrator(THREE).up(&mut db.client, Target::All).await.expect("up");
    let without_2 = [THREE[0], THREE[4]];
    let error = migrator(&without_2).up(&mut db.client, Target::All).await.expect_err("missing");
    assert!(error.to_string().contains("2 (rows) is applied, but its file is missing"), "{error}");

    let older = migrator(&THREE[..2]);
    let report = older.up(&mut db.client, Target::All).await.expect("older program");
    assert_eq!((versions(&report), report.unknown), (vec![], vec![2, 3]));
}

#[tokio::test]
async fn transaction_control_is_refused_before_anything_runs() {
    let mut db = database().await;
    let files = [("1_a.up.sql", "CREATE TABLE a ()"), ("2_b.up.sql", "SELECT 1;\nCOMMIT;")];
    let error = migrator(&files).up(&mut db.client, Target::All).await.expect_err("refused");
    assert!(error.to_string().starts_with("2_b.up.sql:2: COMMIT"), "{error}");
    assert!(!db.has_table("a").await);
}

#[tokio::test]
async fn routines_rules_and_dollar_quotes_run_as_written() {
    let mut db = database().await;
    let script = r"
        CREATE TABLE t (a int, b text DEFAULT E'it\'s; ''x''');
        CREATE TABLE log (a int);
        CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql
        BEGIN ATOMIC
            SELECT CASE WHEN x > 0 THEN CASE x WHEN 1 THEN 10 ELSE 20 END ELSE 0 END;
        END;
        CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); END;
        CREATE RULE r AS ON INSERT TO t DO ALSO (
            INSERT INTO log VALUES (1); INSERT INTO log VALUES (2));
        DO $do$ BEGIN EXECUTE $$INSERT INTO t VALUES (9)$$; END $do$;
        /* the end; /* really; */ */
    ";
    let report =
        migrator(&[("1_a.up.sql", script)]).up(&mut db.client, Target::All).await.expect("up");
    assert_eq!(report.applied[0].statements, 6);
    assert_eq!(db.ask("SELECT f(2)").await, "20");
    assert_eq!(db.ask("SELECT count(*) FROM log").await, "2");
    assert_eq!(db.ask("SELECT b FROM t").await, "it's; 'x'");
}

#[tokio::test]
async fn a_script_that_empties_the_search_path_hurts_neither_the_history_nor_the_next_script() {
    let mut db = database().await;
    let files = [
        (
            "1_dump.up.sql",
            "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a ();",
        ),
        ("2_next.up.sql", "CREATE TABLE b ();"),
        ("3_step.up.sql", "-- no-transaction\nSET search_path = ''; CREATE TABLE public.c ();"),
    ];
    migrator(&files).up(&mut db.client, Target::All).await.expect("up");
    assert!(db.has_table("public.b").await);
    assert_eq!(db.recorded().await, "1 2 3");
}

#[tokio::test]
async fn the_history_can_live_in_another_table() {
    let mut db = database().await;
    db.run("CREATE SCHEMA \"App\"").await;
    let options = Options { table: "App.Done; DROP".to_owned(), ..quick() };
    let migrator = Migrator::new(source(THREE)).with_options(options);
    migrator.up(&mut db.client, Target::To(1)).await.expect("up");
    assert_eq!(db.ask("SELECT count(*) FROM \"App\".\"Done; DROP\"").await, "1");
    assert!(!db.has_table("schema_migrations").await);
    assert_eq!(migrator.version(&db.client).await.expect("version").map(|it| it.version), Some(1));
}
