//! Rules about the server itself, or about time: they are asked with another version, or with a limit that is reached.

use agentflow_doctor::rules;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::{connect, has_pgvector, migrated, options, text};

/// What is tried here.
pub(crate) const RULES: [&str; 5] = ["AF601", "AF602", "AF603", "AF702", "AF703"];

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
    let leaks = async |version: i32| {
        let found = ask(&client, "AF601", json!({ "server_version_num": version })).await;
        found.into_iter().map(|(_, detail)| detail).collect::<String>()
    };
    for safe in [150_014, 160_010, 170_006, 180_000] {
        assert_eq!(leaks(safe).await, "", "{safe}");
    }
    let all = leaks(150_002).await;
    for cve in ["CVE-2025-8713", "CVE-2024-10976", "CVE-2023-39418", "CVE-2023-2455"] {
        assert!(all.contains(cve), "{all}");
    }
    assert!(all.starts_with("15.2 has ") && all.contains("15.14 is the first"), "{all}");
    assert_eq!(
        leaks(170_005).await,
        "17.5 has CVE-2025-8713; 17.6 is the first of its line without"
    );
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
