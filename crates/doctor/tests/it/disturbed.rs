//! What is in the way of looking: names that stand before those of the system, somebody who cancels, a catalog that changes.

use std::time::Duration;

use agentflow_doctor::{Doctor, Options};

use crate::support::{connect, examine, found, migrated, options, text};

#[tokio::test]
async fn functions_and_operators_that_stand_before_those_of_the_system_are_not_called() {
    let database = migrated().await;
    let maker = connect(database.url()).await;
    maker
        .batch_execute(&format!(
            "CREATE FUNCTION set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
             CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
             CREATE FUNCTION same_text(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
             CREATE FUNCTION same_name(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
             CREATE FUNCTION part(jsonb, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadow'; END $$;
             CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = same_text);
             CREATE OPERATOR = (LEFTARG = name, RIGHTARG = name, FUNCTION = same_name);
             CREATE OPERATOR ->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = part);
             ALTER DATABASE {} SET search_path = public, pg_catalog",
            database.name()
        ))
        .await
        .unwrap();
    let mut client = connect(database.url()).await;
    let shadow = client.batch_execute("SELECT set_config('a.b', 'c', true)").await.unwrap_err();
    assert_eq!(shadow.as_db_error().unwrap().message(), "shadow");
    let owner = text(&client, "SELECT current_user::text").await;
    let report = examine(&mut client, options()).await;
    assert_eq!(found(&report, &owner), [].into(), "{report:#?}");
    assert!(!report.skipped.iter().any(|it| it.why.contains("shadow")), "{:?}", report.skipped);
}

#[tokio::test]
async fn a_rule_that_somebody_cancels_is_not_told_to_have_taken_too_long() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let pid = text(&client, "SELECT pg_backend_pid()::text").await;
    let mut holder = connect(database.url()).await;
    let held = holder.transaction().await.unwrap();
    held.batch_execute("LOCK TABLE pg_sequence IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let options = Options { timeout: Duration::from_secs(60), ..options() };
    let doctor = Doctor::new(options).with_rules(["AF701", "AF704"]).unwrap();
    let cancel = async {
        let waits = format!("SELECT FROM pg_locks WHERE pid = {pid} AND NOT granted");
        while held.query(&waits, &[]).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        held.batch_execute(&format!("SELECT pg_cancel_backend({pid})")).await.unwrap();
    };
    let (report, ()) = tokio::join!(doctor.examine(&mut client), cancel);
    let report = report.unwrap();
    assert_eq!(report.rules_run, ["AF704"]);
    assert_eq!(report.skipped[0].why, "canceling statement due to user request");
    held.rollback().await.unwrap();
}

#[tokio::test]
async fn what_is_gone_from_the_catalog_keeps_no_other_rule_from_looking() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    // The server is left with a policy that calls a function it does not know any more, as it is for a moment when one is dropped.
    client
        .batch_execute(
            "CREATE TABLE plant (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
             SELECT isolate_tenant_table('plant');
             CREATE FUNCTION gone() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_tenant() $$;
             ALTER POLICY tenant_isolation ON plant USING (tenant_id = gone());
             SET allow_system_table_mods = on;
             DELETE FROM pg_proc WHERE proname = 'gone'",
        )
        .await
        .unwrap();
    let doctor = Doctor::new(options()).with_rules(["AF101", "AF107", "AF502"]).unwrap();
    let report = doctor.examine(&mut client).await.unwrap();
    assert_eq!(report.rules_run, ["AF101", "AF502"]);
    let why = &report.skipped[0].why;
    assert!(why.contains("cache lookup failed for function"), "{why}");
}

#[tokio::test]
async fn a_table_that_belongs_to_no_tenant_is_named_with_its_schema_or_in_all_of_them() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    client
        .batch_execute("CREATE SCHEMA shop; CREATE TABLE shop.tenants (id int PRIMARY KEY)")
        .await
        .unwrap();
    let schemas = ["public", "shop"].map(str::to_owned).to_vec();
    let mut both = Options { schemas, ..options() };
    for (named, wanted) in [(None, 1), (Some("shop.tenants"), 0), (Some("tenants"), 0)] {
        both.global_tables = options().global_tables;
        both.global_tables.extend(named.map(str::to_owned));
        let doctor = Doctor::new(both.clone()).with_rules(["AF115"]).unwrap();
        let report = doctor.examine(&mut client).await.unwrap();
        let objects: Vec<_> = report.findings.iter().map(|it| it.object.as_str()).collect();
        assert_eq!(objects, vec!["shop.tenants"; wanted], "{named:?}");
    }
}
