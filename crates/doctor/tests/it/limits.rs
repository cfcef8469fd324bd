//! Rules about the server itself, or about time: they are asked with another version, or with a limit that is reached.

use std::thread;

use agentflow_doctor::rules;
use serde_json::{Value, json};
use tokio::runtime::Builder;
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
    let at_once = json!({ "index_bytes": 0, "index_seconds": 0 });
    assert!(idle(at_once.clone()).await);
    assert!(!idle(json!({ "index_bytes": 0 })).await, "it counts since a moment only");
    assert!(!idle(json!({ "index_seconds": 0 })).await, "it is small");
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
async fn an_index_is_not_told_by_counters_that_a_crash_put_back_to_zero() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    client
        .batch_execute("CREATE TABLE plant (id int); CREATE INDEX idle ON plant (id)")
        .await
        .unwrap();
    let old = "SELECT EXTRACT(EPOCH FROM clock_timestamp() - pg_postmaster_start_time())::float8";
    let old: f64 = client.query_one(old, &[]).await.unwrap().get(0);
    // What a crash does to them besides.
    client.batch_execute("SELECT pg_stat_reset_shared('archiver')").await.unwrap();
    let found = ask(&client, "AF507", json!({ "index_bytes": -1, "index_seconds": old })).await;
    assert_eq!(found, [], "the server is older, and its counters are not");
    let found = ask(&client, "AF507", json!({ "index_bytes": -1, "index_seconds": 0 })).await;
    assert!(found.iter().any(|(object, _)| object == "public.plant: idle"), "{found:?}");
}

#[tokio::test]
async fn who_reads_tables_of_tenants_for_a_backup_is_told_with_how_many() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let role = format!("doctor_{}", database.name());
    // Nobody else sees these roles.
    client
        .batch_execute(&format!(
            "BEGIN; CREATE ROLE {role}_one LOGIN BYPASSRLS; GRANT SELECT ON workspaces TO {role}_one;
             CREATE ROLE {role}_all LOGIN BYPASSRLS IN ROLE pg_read_all_data"
        ))
        .await
        .unwrap();
    let found = ask(&client, "AF409", json!({})).await;
    let detail = |who: &str| {
        let object = format!("{role}_{who}: BYPASSRLS");
        &found.iter().find(|it| it.0 == object).unwrap().1
    };
    let told = "it may log in; tables of tenants that it may read: ";
    assert_eq!(detail("one"), &format!("{told}1"));
    let all: u32 = detail("all").strip_prefix(told).unwrap().parse().unwrap();
    assert!(all > 10, "{found:?}");
    client.batch_execute("ROLLBACK").await.unwrap();
}

/// A replication slot. Those that keep the log without a reader outlive their session, so it goes with this, however the test ends.
struct Slot {
    url: String,
    name: String,
}

impl Slot {
    async fn make(client: &Client, url: &str, name: &str) -> Self {
        let make = "SELECT slot_name::text FROM pg_create_physical_replication_slot($1, true)";
        client.query(make, &[&name]).await.unwrap();
        Self { url: url.to_owned(), name: name.to_owned() }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let (url, name) = (self.url.clone(), self.name.clone());
        // The runtime of the test cannot be waited for here.
        let dropped = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let client = connect(&url).await;
                client.query("SELECT pg_drop_replication_slot($1)", &[&name]).await.unwrap();
            });
        });
        assert!(dropped.join().is_ok() || thread::panicking(), "{} is left", self.name);
    }
}

#[tokio::test]
async fn a_slot_that_nobody_reads_from_is_noticed_when_it_holds_a_lot() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    let slot = format!("doctor_{}", database.name());
    let kept = Slot::make(&client, database.url(), &slot).await;
    // What it keeps is what is written after it.
    client.batch_execute("CREATE TABLE plant (id int)").await.unwrap();
    let found = ask(&client, "AF708", json!({ "slot_bytes": 0 })).await;
    let usual = ask(&client, "AF708", json!({})).await;
    drop(kept);
    let object = format!("replication slot {slot}");
    assert!(found.iter().any(|(it, _)| *it == object), "{found:?}");
    assert!(!usual.iter().any(|(it, _)| *it == object), "{usual:?}");
    let left = "SELECT FROM pg_replication_slots WHERE slot_name = $1";
    assert!(client.query(left, &[&slot]).await.unwrap().is_empty(), "{slot} is left");
}

#[tokio::test]
async fn a_slot_that_holds_nothing_or_follows_that_of_the_primary_is_not_told() {
    let database = migrated().await;
    let client = connect(database.url()).await;
    // One of each kind takes a standby, or a limit for all slots of the server; so these stand before what the system says.
    client
        .batch_execute(
            "CREATE SCHEMA made_up;
             CREATE VIEW made_up.pg_replication_slots AS
                SELECT slot_name::name, false AS active, '0/0'::pg_lsn AS restart_lsn, wal_status, synced
                FROM (VALUES ('follows', 'reserved', true), ('kept', 'extended', false), ('lost', 'lost', false), ('unknown', NULL, NULL))
                    AS made (slot_name, wal_status, synced);
             CREATE FUNCTION made_up.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT false';
             CREATE FUNCTION made_up.pg_last_wal_replay_lsn() RETURNS pg_lsn LANGUAGE sql AS 'SELECT pg_current_wal_lsn()';
             SET search_path = made_up, pg_catalog",
        )
        .await
        .unwrap();
    let told = async || {
        let found = ask(&client, "AF708", json!({ "slot_bytes": 0 })).await;
        let word = |(object, _): &(String, String)| object.rsplit(' ').next().unwrap().to_owned();
        found.iter().map(word).collect::<Vec<_>>()
    };
    assert_eq!(
        told().await,
        ["follows", "kept", "unknown"],
        "a primary keeps the mark, which means nothing there"
    );
    let standby = "CREATE OR REPLACE FUNCTION made_up.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'";
    client.batch_execute(standby).await.unwrap();
    assert_eq!(told().await, ["kept", "unknown"]);
}
