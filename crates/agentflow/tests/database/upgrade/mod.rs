//! What an upgrade keeps: a database at each earlier version, filled with all that it can hold, migrated to the newest and back.

mod rows;

use std::sync::Arc;

use agentflow::{
    Admin, Config, NewTenant, Store,
    audit::{Actor, CheckpointSink, Event, FileSink, Resource, Verdict, VerifyOptions},
    core::{audit::TrustedKeys, ids::TenantId, note::SigningKey, random::Generator},
    migrate::{Migrator, Options, Target},
};
use agentflow_postgres::testing::{TestDatabase, TestServer};
use tokio_postgres::Client;

use crate::{
    filler::{self, Size},
    support,
};
use rows::Rows;

const SIZE: Size = Size { tenants: 4, rows: 15, most: 30, lonely: 20 };

/// The first version that has audit chains, and so the first that the library can write to.
const WITH_CHAINS: i64 = 3;

/// Entries of the one chain that is real.
const ENTRIES: i64 = 50;

/// Tables whose rows only the library can make: they prove each other.
const CHAINS: &[&str] = &["audits", "audit_heads", "audit_checkpoints"];

/// Tables that later migrations add rows of their own to.
const SEEDED: &[&str] = &["permissions", "schema_migrations"];

/// Belongs to no tenant.
const KEY_RING: &str = "INSERT INTO key_ring_versions (version, ring, canary, created_by)
                        VALUES (1, 'ring', decode('0101000000010001' || repeat('00', 29), 'hex'), 'ann')";

#[tokio::test]
async fn a_database_filled_at_each_earlier_version_keeps_its_rows_up_and_down() {
    let database = TestServer::shared().await.empty_database().await;
    let target = support::newest(&support::connect(database.url()).await).await;
    let migrations = support::migrations_to(target);
    let newest = migrations.last().unwrap().version;
    for version in migrations.iter().map(|it| it.version).filter(|version| *version < newest) {
        let kept = upgrade(version, target).await;
        println!("{kept} rows of version {version} are there at version {newest}, and back again");
    }
}

/// Fills a database of this version, migrates it, and says how many rows it had.
async fn upgrade(version: i64, newest: Target) -> usize {
    let database = TestServer::shared().await.empty_database().await;
    let mut client = support::connect(database.url()).await;
    let migrator = Admin::migrator(Options::default()).unwrap();
    migrator.up(&mut client, Target::To(version)).await.unwrap();
    let tenant = fill(&client, &database, version).await;
    let before = Rows::read(&client).await;
    before.assert_every_table_has_some(version);

    migrator.up(&mut client, newest).await.unwrap();
    let after = before.read_again(&client).await;
    let lost = before.difference(&after, SEEDED);
    assert!(lost.is_empty(), "from version {version} up:\n{}", lost.join("\n"));
    if let Some(tenant) = tenant {
        use_it(&database, tenant).await;
    }
    assert!(migrator.verify(&client).await.unwrap().is_empty());

    back(&migrator, &mut client, version).await;
    let back = before.read_again(&client).await;
    // What was recorded on the way moved the end of its chain.
    let lost = before.difference(&back, &[SEEDED, CHAINS].concat());
    let lost: Vec<_> = lost.into_iter().filter(|it| !it.starts_with("audit_heads: 1 ")).collect();
    assert!(lost.is_empty(), "down to version {version}:\n{}", lost.join("\n"));
    if tenant.is_some() {
        verify(&store(&database)).await;
    }
    before.len()
}

async fn back(migrator: &Migrator, client: &mut Client, version: i64) {
    let down = migrator.down(client, Target::To(version)).await.unwrap();
    assert_eq!(down.version, Some(version));
}

/// Rows in every table of tenants, and a chain of a tenant if the version knows chains.
async fn fill(client: &Client, database: &TestDatabase, version: i64) -> Option<TenantId> {
    let tables = rows::tables_of_tenants(client).await;
    let tables: Vec<_> =
        tables.into_iter().filter(|table| !CHAINS.contains(&table.as_str())).collect();
    if rows::is_there(client, "workspaces").await {
        filler::fill(client, &tables, &SIZE).await;
    }
    if rows::is_there(client, "key_ring_versions").await {
        client.batch_execute(KEY_RING).await.unwrap();
    }
    if version < WITH_CHAINS {
        return None;
    }
    let store = store(database);
    let ann = Actor::user("ann");
    let gone = store.admin().tenants().create(NewTenant::named("Gone"), &ann).await.unwrap().id;
    store.admin().tenants().delete(gone, &ann).await.unwrap();
    let tenant =
        store.admin().tenants().create(NewTenant::named("Chained"), &ann).await.unwrap().id;
    let event = Event::new("agent.started", Resource::new("agent", "a1"), ann);
    let events = vec![event; usize::try_from(ENTRIES).unwrap()];
    store.tenant(tenant).audit().append_many(&events).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sink: Arc<dyn CheckpointSink> =
        Arc::new(FileSink::new(folder.path().join("notes")).unwrap());
    let round = store.admin().take_checkpoints(&key(), &[sink], None).await.unwrap();
    assert!(round.is_complete(), "{round:?}");
    Some(tenant)
}

/// The library of today works with what was there: the chain verifies and grows, and tenants of then have what those of today have.
async fn use_it(database: &TestDatabase, tenant: TenantId) {
    let store = store(database);
    let chained = store.tenant(tenant);
    let seq = chained.audit().head().await.unwrap().seq;
    assert!(seq >= ENTRIES, "{seq}");
    let event = Event::new("agent.stopped", Resource::new("agent", "a1"), Actor::user("ann"));
    chained.audit().append(&event).await.unwrap();
    assert_eq!(chained.audit().head().await.unwrap().seq, seq + 1);
    let roles = chained.roles().list(None).await.unwrap();
    assert_eq!(roles.iter().filter(|role| role.is_builtin).count(), 5);

    verify(&store).await;
}

async fn verify(store: &Store) {
    let options = VerifyOptions {
        deep: true,
        jobs: 2,
        keys: TrustedKeys::new([key().verifying_key().clone()]),
        ..VerifyOptions::default()
    };
    let report = store.admin().verify_audit(&options, &|_| ()).await.unwrap();
    assert_eq!(report.status, Verdict::Success, "{report:?}");
    assert!(report.total_records > ENTRIES, "{report:?}");
}

fn key() -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1))
}

fn store(database: &TestDatabase) -> Store {
    let config = Config::from_url(&format!("{}?sslmode=disable", database.url())).unwrap();
    Store::connect(config).unwrap()
}

#[tokio::test]
async fn rows_that_are_lost_changed_or_added_on_the_way_are_noticed() {
    let database = TestServer::shared().await.empty_database().await;
    let mut client = support::connect(database.url()).await;
    let migrator = Admin::migrator(Options::default()).unwrap();
    migrator.up(&mut client, Target::To(2)).await.unwrap();
    fill(&client, &database, 2).await;
    let before = Rows::read(&client).await;
    let one = "id = (SELECT min(id::text)::uuid FROM environments)";
    for (what, sql) in [
        ("1 rows are gone or changed, 0 are new", format!("DELETE FROM environments WHERE {one}")),
        (
            "1 rows are gone or changed, 1 are new",
            format!("UPDATE environments SET tier = 'prod' WHERE {one}"),
        ),
        (
            "0 rows are gone or changed, 1 are new",
            format!(
                "INSERT INTO environments (tenant_id, workspace_id, name, tier)
                 SELECT tenant_id, workspace_id, 'new', 'dev' FROM environments WHERE {one}"
            ),
        ),
    ] {
        client.batch_execute("BEGIN").await.unwrap();
        client.batch_execute(&sql).await.unwrap();
        let after = before.read_again(&client).await;
        assert_eq!(before.difference(&after, SEEDED), [format!("environments: {what}")]);
        client.batch_execute("ROLLBACK").await.unwrap();
    }
}
