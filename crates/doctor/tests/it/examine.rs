//! How it is looked.

use std::time::Duration;

use agentflow_doctor::{Doctor, Error, Options};

use crate::support::{connect, examine, migrated, options, text};

#[tokio::test]
async fn rules_are_named_by_id_or_name_in_any_case_and_run_once() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let doctor = Doctor::new(options());
    let some = doctor.clone().with_rules(["af501", "row-security-disabled", "AF501"]).unwrap();
    let report = some.examine(&mut client).await.unwrap();
    assert_eq!(report.rules_run, ["AF101", "AF501"]);
    let error = doctor.with_rules(["AF999"]).unwrap_err();
    assert!(matches!(&error, Error::NoRule { id } if id == "AF999"), "{error}");
}

#[tokio::test]
async fn other_names_are_looked_for_in_other_schemas() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client
        .batch_execute(
            r#"CREATE SCHEMA "my Shop";
               CREATE TABLE "my Shop".orders ("the account" int NOT NULL, id int NOT NULL, PRIMARY KEY ("the account", id))"#,
        )
        .await
        .unwrap();
    let shop = Options {
        schemas: vec!["my Shop".to_owned()],
        tenant_column: "the account".to_owned(),
        setting: "shop.account".to_owned(),
        ..Options::default()
    };
    let found = |report: agentflow_doctor::Report| {
        let findings =
            report.findings.into_iter().filter(|it| !["AF410", "AF608"].contains(&it.rule));
        findings.map(|it| (it.rule, it.object)).collect::<Vec<_>>()
    };
    let orders = "\"my Shop\".orders".to_owned();
    assert_eq!(found(examine(&mut client, shop.clone()).await), [("AF101", orders.clone())]);
    client
        .batch_execute(
            r#"ALTER TABLE "my Shop".orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
               CREATE POLICY "by account" ON "my Shop".orders
                   USING ("the account" = (SELECT NULLIF(current_setting('shop.account', true), '')::int))
                   WITH CHECK ("the account" = (SELECT NULLIF(current_setting('shop.account', true), '')::int))"#,
        )
        .await
        .unwrap();
    assert_eq!(found(examine(&mut client, shop.clone()).await), []);
    let other = Options { setting: "shop.other".to_owned(), ..shop };
    let policy = format!("\"by account\" on {orders}: ");
    let found = found(examine(&mut client, other).await);
    let [using, check] = &found[..] else { panic!("{found:?}") };
    assert!(using.1.starts_with(&format!("{policy}USING (")), "{using:?}");
    assert!(check.1.starts_with(&format!("{policy}WITH CHECK (")), "{check:?}");
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_named() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let options = Options { schemas: vec!["nowhere".to_owned()], ..Options::default() };
    let error = Doctor::new(options).examine(&mut client).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no schema nowhere in this database");
    assert!(!error.is_unavailable());
    assert_eq!(text(&client, "SELECT 'usable'").await, "usable");
}

#[tokio::test]
async fn a_column_that_no_table_has_is_named_unless_all_tables_belong_to_nobody() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let typo = Options { tenant_column: "tenat_id".to_owned(), ..options() };
    let error = Doctor::new(typo).examine(&mut client).await.unwrap_err();
    assert_eq!(error.to_string(), "no table of public has a column tenat_id");
    client
        .batch_execute("CREATE SCHEMA shop; CREATE TABLE shop.countries (code text)")
        .await
        .unwrap();
    let mut shop = Options { schemas: vec!["shop".to_owned()], ..Options::default() };
    let error = Doctor::new(shop.clone()).examine(&mut client).await.unwrap_err();
    assert!(matches!(error, Error::NoTenantColumn { .. }), "{error}");
    shop.global_tables = vec!["shop.countries".to_owned()];
    examine(&mut client, shop).await;
}

#[tokio::test]
async fn rules_about_no_table_are_looked_at_where_none_belongs_to_a_tenant() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client
        .batch_execute("CREATE SCHEMA shop; CREATE TABLE shop.countries (code text)")
        .await
        .unwrap();
    let shop = Options { schemas: vec!["shop".to_owned()], ..Options::default() };
    let every = Doctor::new(shop);
    let some = ["AF306", "AF406", "AF408", "AF605", "AF608", "AF701"];
    let doctor = every.clone().with_rules(some).unwrap();
    assert_eq!(doctor.examine(&mut client).await.unwrap().rules_run, some);
    for rule in ["AF107", "AF115", "AF301", "AF409", "AF704"] {
        let doctor = every.clone().with_rules(["AF608", rule]).unwrap();
        let error = doctor.examine(&mut client).await.unwrap_err();
        assert!(matches!(error, Error::NoTenantColumn { .. }), "{rule}: {error}");
    }
}

#[tokio::test]
async fn tables_that_stand_where_nobody_looks_are_told() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client
        .batch_execute(
            "CREATE SCHEMA bare; CREATE SCHEMA shop; CREATE TABLE shop.orders (tenant_id int); CREATE SCHEMA other;
             CREATE TABLE other.countries (code text); CREATE VIEW other.orders AS SELECT * FROM shop.orders",
        )
        .await
        .unwrap();
    let bare = Options { schemas: vec!["bare".to_owned()], ..options() };
    let error = Doctor::new(bare.clone()).examine(&mut client).await.unwrap_err();
    let told = "no table of bare has a column tenant_id, but tables of public, shop have";
    assert_eq!(error.to_string(), told);
    let other = Options { schemas: vec!["other".to_owned()], ..options() };
    let error = Doctor::new(other).examine(&mut client).await.unwrap_err();
    assert_eq!(error.to_string(), told.replace("bare", "other"), "it has a table of nobody");
    // Here nothing has it, and there is nothing to look at: no reason to refuse.
    let nowhere = Options { tenant_column: "no such".to_owned(), ..bare.clone() };
    examine(&mut client, nowhere).await;
    // A view is something to look at.
    client.batch_execute("CREATE VIEW bare.orders AS SELECT * FROM shop.orders").await.unwrap();
    let report = examine(&mut client, bare).await;
    assert!(report.findings.iter().any(|it| it.rule == "AF301"), "{report:?}");
}

#[tokio::test]
async fn a_timeout_that_every_rule_runs_into_fails_none_but_the_rules() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let options = Options { timeout: Duration::from_nanos(1), ..options() };
    let every = Doctor::new(options.clone());
    for _ in 0..5 {
        let report = every.examine(&mut client).await.unwrap();
        assert!(!report.skipped.is_empty());
        assert!(report.skipped.iter().any(|it| it.why == "it took longer than 1 ms"), "{report:?}");
    }
    let endless = Options { timeout: Duration::MAX, ..options };
    let report = Doctor::new(endless).with_rules(["AF101"]).unwrap().examine(&mut client).await;
    assert_eq!(report.unwrap().rules_run, ["AF101"]);
}

#[tokio::test]
async fn what_takes_too_long_is_skipped_and_the_others_are_not() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    // Whoever holds the catalog of sequences keeps those waiting that read it.
    let mut holder = connect(database.url()).await;
    let held = holder.transaction().await.unwrap();
    held.batch_execute("LOCK TABLE pg_sequence IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let options = Options { timeout: Duration::from_millis(200), ..options() };
    let doctor = Doctor::new(options).with_rules(["AF501", "AF701", "AF704"]).unwrap();
    let report = doctor.examine(&mut client).await.unwrap();
    assert_eq!(report.rules_run, ["AF501", "AF704"]);
    assert_eq!(report.skipped[0].why, "it took longer than 200 ms");
    held.rollback().await.unwrap();
}

#[tokio::test]
async fn a_role_of_the_application_that_is_not_there_is_told_and_what_needs_it_is_skipped() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let options = Options { app_role: "nobody_at_all".to_owned(), ..options() };
    let report = examine(&mut client, options).await;
    assert!(report.findings.iter().any(|it| it.rule == "AF401"), "{report:?}");
    let skipped = report.skipped.iter().find(|it| it.rule == "AF402").unwrap();
    assert_eq!(skipped.why, "there is no role nobody_at_all");
}

#[tokio::test]
async fn looking_changes_nothing_and_leaves_the_session_as_it_was() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client.batch_execute("SET search_path = public; SET statement_timeout = '77s'").await.unwrap();
    examine(&mut client, options()).await;
    let left = "SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'))";
    assert_eq!(text(&client, left).await, "public 77s");
}
