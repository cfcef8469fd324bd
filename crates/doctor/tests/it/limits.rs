//! Rules about the server itself, or about time: they are asked with another version, or with a limit that is reached.

use agentflow_doctor::rules;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::{connect, has_pgvector, migrated, options, text};

/// What is tried here.
pub(crate) const RULES: [&str; 8] =
    ["AF507", "AF601", "AF602", "AF603", "AF608", "AF702", "AF703", "AF708"];

/// What a rule finds when it is asked with more than the names.
async fn ask(client: &Client, id: &str, more: Value) -> Vec<(String, String)> {
    let mut parameter = options().parameter();
    for (name, value) in more.as_object().unwrap() {
        parameter[name] = value.clone();
    }
    let rule = rules().find(|rule| rule.id == id).unwrap();
    let statement = rule.statement().unwrap();
    let rows = client.query(&statement, &[&parameter]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_server_with_known_leaks_is_told_from_one_without() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let leaks =
        async |version: i32| ask(&client, "AF601", json!({ "server_version_num": version })).await;
    for safe in [150_014, 160_010, 170_006, 180_000] {
        assert_eq!(leaks(safe).await, [], "{safe}");
    }
    // One for each, so that whoever accepts one is told of the next.
    let all = leaks(150_002).await;
    let objects: Vec<_> = all.iter().map(|(object, _)| object.as_str()).collect();
    assert_eq!(
        objects,
        ["CVE-2023-2455", "CVE-2023-39418", "CVE-2024-10976", "CVE-2025-8713"]
            .map(|it| format!("server: {it}"))
    );
    assert_eq!(all[3].1, "15.2 has it; 15.14 is the first of its line without");
    let one = leaks(170_005).await;
    assert_eq!((one.len(), one[0].0.as_str()), (1, "server: CVE-2025-8713"));
}

#[tokio::test]
async fn a_version_is_out_of_support_from_its_day_on() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    for (today, count) in [("2027-11-11", 0), ("2027-11-12", 1)] {
        let asked = json!({ "server_version_num": 150_014, "today": today });
        assert_eq!(ask(&client, "AF602", asked).await.len(), count, "{today}");
    }
}

#[tokio::test]
async fn a_pgvector_that_damages_indexes_is_told_from_one_that_does_not() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    if !has_pgvector(&client).await {
        eprintln!("skipped: pgvector is not installed");
        return;
    }
    for (version, count) in
        [("0.8.3", 1), ("0.7.10", 1), ("0.8.4", 0), ("0.10.0", 0), ("1.0", 0), ("0.8.3-dev", 1)]
    {
        let found = ask(&client, "AF603", json!({ "pgvector_version": version })).await;
        assert_eq!(found.len(), count, "{version} {found:?}");
    }
}

#[tokio::test]
async fn transaction_ids_that_run_out_are_noticed() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let found = ask(&client, "AF702", json!({ "transactions": 0 })).await;
    assert_eq!(found[0].0, format!("database {}", database.name()));
    assert!(ask(&client, "AF702", json!({})).await.is_empty());
}

#[tokio::test]
async fn a_transaction_that_waits_is_noticed_when_it_has_waited_long_enough() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let waiting = connect(database.url()).await;
    waiting.batch_execute("BEGIN; SELECT 1").await.unwrap();
    let pid = text(&waiting, "SELECT pg_backend_pid()::text").await;
    // It counts as waiting once its answer is under way, which may be a moment later.
    let found = loop {
        let found = ask(&client, "AF703", json!({ "idle_seconds": 0 })).await;
        if !found.is_empty() {
            break found;
        }
        tokio::task::yield_now().await;
    };
    assert!(found[0].0.starts_with(&format!("session {pid} of ")), "{found:?}");
    assert!(ask(&client, "AF703", json!({})).await.is_empty());
    waiting.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_the_disk_is_told_from_one_that_does() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let unsafe_by = async |fsync: &str, pages: &str| {
        let asked = json!({ "fsync": fsync, "full_page_writes": pages });
        let found = ask(&client, "AF608", asked).await;
        found.into_iter().map(|(object, _)| object).collect::<Vec<_>>()
    };
    assert_eq!(unsafe_by("on", "on").await, [""; 0]);
    assert_eq!(unsafe_by("on", "off").await, ["full_page_writes"]);
    assert_eq!(unsafe_by("off", "off").await, ["fsync", "full_page_writes"]);
    let is_off = "SELECT current_setting('fsync') = 'off'";
    let is_off: bool = client.query_one(is_off, &[]).await.unwrap().get(0);
    let asked = ask(&client, "AF608", json!({})).await;
    assert_eq!(asked.iter().any(|(object, _)| object == "fsync"), is_off);
}

#[tokio::test]
async fn an_index_that_nobody_searched_is_noticed_until_somebody_does() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    client
        .batch_execute(
            "CREATE TABLE plant (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
             CREATE INDEX idle ON plant (id)",
        )
        .await
        .unwrap();
    let idle = async |more: Value| {
        let found = ask(&client, "AF507", more).await;
        found.iter().any(|(object, _)| object == "public.plant: idle")
    };
    let at_once = json!({ "index_bytes": 0, "index_days": 0 });
    assert!(idle(at_once.clone()).await);
    assert!(!idle(json!({ "index_bytes": 0 })).await, "it counts since a moment only");
    assert!(!idle(json!({ "index_days": 0 })).await, "it is small");
    let keys = ask(&client, "AF507", at_once.clone()).await;
    assert!(!keys.iter().any(|(object, _)| object == "public.plant: plant_pkey"), "{keys:?}");
    client
        .batch_execute(
            "SET enable_seqscan = off; SELECT FROM plant WHERE id IS NULL OR id = '00000000-0000-4000-8000-000000000001';
             SELECT FROM plant WHERE id = '00000000-0000-4000-8000-000000000001';
             SELECT pg_stat_force_next_flush()",
        )
        .await
        .unwrap();
    client.batch_execute("SELECT 1").await.unwrap();
    assert!(!idle(at_once).await);
}

#[tokio::test]
async fn a_slot_that_nobody_reads_from_is_noticed_when_it_holds_a_lot() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let slot = format!("doctor_{}", database.name());
    let make = "SELECT slot_name::text FROM pg_create_physical_replication_slot($1, true)";
    client.query(make, &[&slot]).await.unwrap();
    // What it keeps is what is written after it.
    client.batch_execute("CREATE TABLE plant (id int)").await.unwrap();
    let found = ask(&client, "AF708", json!({ "slot_bytes": 0 })).await;
    let usual = ask(&client, "AF708", json!({})).await;
    client.query("SELECT pg_drop_replication_slot($1)", &[&slot]).await.unwrap();
    let object = format!("replication slot {slot}");
    assert!(found.iter().any(|(it, _)| *it == object), "{found:?}");
    assert!(!usual.iter().any(|(it, _)| *it == object), "{usual:?}");
}
