//! Keys that go away while somebody seals with them, and what is recorded of it.
#![cfg(unix)]

mod hooked;

use std::{os::unix::fs::symlink, path::Path, sync::Arc};

use agentflow::{
    Error, Store, Tenant, TenantId,
    secrets::key_ring::{
        KeyId, KeyProvider, KeyRingVersionState, KeyScope, LocalKeyProvider, Place, RewrapOptions,
        Wrapping,
    },
};
use tempfile::TempDir;
use tokio_postgres::Client;

use self::hooked::hooked;
use super::sealed::{Sealing, ann, seal_with, with_keys};
use crate::support::{config, connect};

/// Begins to store a value that is sealed with a key, and does not end.
async fn writing(at: &Sealing, place: &Place, key: KeyId) -> Client {
    let bytes = seal_with(&*at.keys, key, place).await;
    let writer = connect(at.database.url()).await;
    writer.batch_execute("BEGIN").await.unwrap();
    let Place { table, column, tenant, row } = place;
    let update = format!("UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND id = $2");
    writer.execute(&update, &[tenant.as_uuid(), row, &bytes]).await.unwrap();
    writer
}

/// Commits as soon as somebody waits.
async fn commit_when_waited_for(at: &Sealing, writer: &Client) {
    loop {
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        let waiting: i64 = at.superuser.query_one(waiting, &[]).await.unwrap().get(0);
        if waiting > 0 {
            return writer.batch_execute("COMMIT").await.unwrap();
        }
        tokio::task::yield_now().await;
    }
}

async fn refused(at: &Sealing, place: &Place, key: KeyId) -> (String, String) {
    let bytes = seal_with(&*at.keys, key, place).await;
    refused_bytes(at, place, &bytes).await
}

async fn refused_bytes(at: &Sealing, place: &Place, bytes: &[u8]) -> (String, String) {
    let Place { table, column, tenant, row } = place;
    let update = format!("UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND id = $2");
    let error = at.superuser.execute(&update, &[tenant.as_uuid(), row, &bytes]).await.unwrap_err();
    let told = error.as_db_error().unwrap();
    assert_eq!(told.detail(), None);
    (told.code().code().to_owned(), told.constraint().unwrap_or_default().to_owned())
}

async fn actions(at: &Sealing, tenant: &Tenant) -> Vec<String> {
    let query = "SELECT action FROM audit_entries WHERE tenant_id = $1 AND action LIKE 'key_ring.%' ORDER BY seq";
    let rows = at.superuser.query(query, &[tenant.id().as_uuid()]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_value_that_is_on_its_way_keeps_its_key_and_one_that_comes_later_is_refused() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = at.plant(&acme).await;
    let ring = at.store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    ring.rotate(&by).await.unwrap();
    at.rewrap(RewrapOptions::default()).await;
    for place in [places[0], places[3], places[4]] {
        let writer = writing(&at, &place, KeyId::shared(1)).await;
        let (retired, ()) = tokio::join!(ring.retire(1, &by), commit_when_waited_for(&at, &writer));
        let error = retired.unwrap_err();
        let expected = format!("still wrapped with version 1: {} 1", place.table);
        assert!(error.to_string().contains(&expected), "{error}");
        assert_eq!(at.keys_of(&places).await, ["shared/1", "shared/2"]);
        assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 1);
    }
    // What they would seal, who do not know that it was retired.
    let mut late = Vec::new();
    for place in &places {
        late.push(seal_with(&*at.keys, KeyId::shared(1), place).await);
    }
    ring.retire(1, &by).await.unwrap();
    for (place, bytes) in places.iter().zip(&late) {
        let told = refused_bytes(&at, place, bytes).await;
        assert_eq!(told, ("23001".to_owned(), "sealed_with_usable_key".to_owned()));
    }
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
    let status = ring.status().await.unwrap();
    assert_eq!(status.versions[0].retired_by, Some(by.to_string()));
}

#[tokio::test]
async fn a_key_file_that_is_a_link_is_left_alone_and_nothing_is_recorded() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let ring = at.store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    ring.rotate(&by).await.unwrap();
    ring.create_tenant_key(acme.id(), &by).await.unwrap();
    let before = (ring.status().await.unwrap(), actions(&at, &acme).await);

    let folder = TempDir::new().unwrap();
    let link = folder.path().join("keys.json");
    symlink(&at.path, &link).unwrap();
    let text = std::fs::read_to_string(&at.path).unwrap();
    let linked = Store::connect(with_keys(&at.database, &link)).unwrap();
    let mut in_variable = config(&at.database);
    in_variable.key_ring = Some(agentflow::KeyRingSetting::Environment {
        variable: "KEYS".to_owned(),
        text: text.clone().into(),
    });
    let in_variable = Store::connect(in_variable).unwrap();
    for store in [linked, in_variable] {
        let admin = store.admin();
        let ring = admin.key_ring();
        for refused in [
            ring.rotate(&by).await.map(drop),
            ring.stage(&by).await.map(drop),
            ring.retire(1, &by).await,
            ring.create_tenant_key(globex.id(), &by).await.map(drop),
            ring.erase(acme.id(), &by).await,
        ] {
            let error = refused.unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        }
    }
    assert_eq!(before, (ring.status().await.unwrap(), actions(&at, &acme).await));
    assert_eq!(actions(&at, &globex).await, [""; 0]);
    assert_eq!(std::fs::read_to_string(&at.path).unwrap(), text);
}

#[tokio::test]
async fn a_rotation_that_does_not_move_on_fails() {
    let at = Sealing::new().await;
    let keys = Arc::clone(&at.keys);
    // Whatever is staged is gone again before it is activated.
    let path = at.path.clone();
    let before = std::fs::read(&path).unwrap();
    let store = hooked(&at, move |what| {
        if what == "activate" {
            std::fs::write(&path, &before).unwrap();
        }
        Box::pin(async { Ok(()) })
    });
    let error = store.admin().key_ring().rotate(&ann()).await.unwrap_err();
    assert!(error.to_string().contains("nothing was rotated"), "{error}");
    assert_eq!(keys.versions(KeyScope::Shared, nobody()).await.unwrap(), [1]);
}

fn nobody() -> TenantId {
    TenantId(uuid::Uuid::nil())
}

#[tokio::test]
async fn one_connection_is_enough() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    at.plant(&acme).await;
    let one = with_keys(&at.database, &at.path).with_pool(1, 0).unwrap();
    let store = Store::connect(one).unwrap();
    let ring = store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    assert_eq!(ring.rotate(&by).await.unwrap(), 2);
    ring.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap();
    ring.retire(1, &by).await.unwrap();
    ring.create_tenant_key(acme.id(), &by).await.unwrap();
    ring.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap();
    ring.status().await.unwrap();
    ring.erase(acme.id(), &by).await.unwrap();
}

#[tokio::test]
async fn while_keys_are_asked_for_no_transaction_is_open() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    at.plant(&acme).await;
    let watch = Arc::new(connect(at.database.url()).await);
    let store = hooked(&at, move |what| {
        let watch = Arc::clone(&watch);
        Box::pin(async move {
            let open = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
            let open: i64 = watch.query_one(open, &[]).await.unwrap().get(0);
            assert_eq!(open, 0, "{what}");
            Ok(())
        })
    });
    let ring = store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    ring.stage(&by).await.unwrap();
    ring.rotate(&by).await.unwrap();
    for dry_run in [true, false] {
        let options = RewrapOptions { dry_run, batch: 1, ..RewrapOptions::default() };
        assert_eq!(ring.rewrap(options, &by, &|_| {}).await.unwrap().rewrapped, 6);
    }
    ring.retire(1, &by).await.unwrap();
    ring.create_tenant_key(acme.id(), &by).await.unwrap();
    ring.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap();
    ring.status().await.unwrap();
    ring.erase(acme.id(), &by).await.unwrap();
}

/// A copy of the key file, as on another machine.
fn copied(at: &Sealing, folder: &TempDir) -> Store {
    let path = folder.path().join("keys.json");
    std::fs::copy(&at.path, &path).unwrap();
    Store::connect(with_keys(&at.database, &path)).unwrap()
}

fn keys_at(path: &Path) -> LocalKeyProvider {
    let (clock, entropy) =
        (agentflow::core::clock::SystemClock, agentflow::core::random::Generator::from_os());
    LocalKeyProvider::open(path, Arc::new(clock), Arc::new(entropy)).unwrap()
}

#[tokio::test]
async fn two_copies_of_a_ring_do_not_make_the_same_key_of_a_tenant() {
    let (at, folder) = (Sealing::new().await, TempDir::new().unwrap());
    let acme = at.tenant("Acme").await;
    let places = at.plant(&acme).await;
    let other = copied(&at, &folder);
    let by = ann();
    let other = other.admin();
    let other_keys = keys_at(&folder.path().join("keys.json"));
    assert_eq!(at.store.admin().key_ring().create_tenant_key(acme.id(), &by).await.unwrap(), 1);
    let error = other.key_ring().create_tenant_key(acme.id(), &by).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert_eq!(other_keys.tenants().await.unwrap(), []);

    // Made past the database: nothing is sealed with it.
    other_keys.create_tenant_key(acme.id()).await.unwrap();
    let rewrap = other.key_ring().rewrap(RewrapOptions::default(), &by, &|_| {}).await;
    let text = rewrap.unwrap_err().to_string();
    assert!(text.contains("the canary of version 1 of tenant"), "{text}");
    assert_eq!(at.keys_of(&places).await, ["shared/1"]);
    assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 6);
    assert_eq!(at.keys_of(&places).await, ["tenant/1"]);
}

#[tokio::test]
async fn a_key_of_a_tenant_that_was_made_and_not_recorded_is_brought_into_use() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    at.plant(&acme).await;
    at.keys.create_tenant_key(acme.id()).await.unwrap();
    let ring = at.store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    let error = ring.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("af key-ring tenant-key"), "{error}");
    assert_eq!(ring.create_tenant_key(acme.id(), &by).await.unwrap(), 1);
    assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 6);

    // What fails is in the chain all the same.
    let store = hooked(&at, |what| {
        Box::pin(async move {
            let (operation, reason) = ("make a key", "the disk is full".to_owned());
            match what {
                "create_tenant_key" => Err(Error::Unavailable { operation, reason, source: None }),
                _ => Ok(()),
            }
        })
    });
    assert!(store.admin().key_ring().create_tenant_key(acme.id(), &by).await.is_err());
    let expected =
        ["tenant_key_requested", "tenant_key_created", "rewrapped", "rewrapped", "rewrapped"];
    let expected = [&expected[..], &["tenant_key_requested"]].concat();
    let found = actions(&at, &acme).await;
    assert_eq!(found, expected.iter().map(|it| format!("key_ring.{it}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn erasing_waits_for_what_is_on_its_way_and_then_nothing_of_the_tenant_is_sealed() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let (places, others) = (at.plant(&acme).await, at.plant(&globex).await);
    let ring = at.store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    ring.create_tenant_key(acme.id(), &by).await.unwrap();
    at.rewrap(RewrapOptions::default()).await;
    let writer = writing(&at, &places[1], KeyId::shared(1)).await;
    let (erased, ()) =
        tokio::join!(ring.erase(acme.id(), &by), commit_when_waited_for(&at, &writer));
    let error = erased.unwrap_err();
    assert!(error.to_string().contains("provider_keys 1"), "{error}");
    assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 1);
    assert_eq!(at.keys_of(&places).await, ["tenant/1"]);

    // Interrupted after the database knows of it.
    let failing = hooked(&at, |what| {
        Box::pin(async move {
            let (operation, reason) = ("erase a key", "the disk is full".to_owned());
            match what {
                "erase" => Err(Error::Unavailable { operation, reason, source: None }),
                _ => Ok(()),
            }
        })
    });
    assert!(failing.admin().key_ring().erase(acme.id(), &by).await.is_err());
    for key in [KeyId::shared(1), KeyId::tenant(1)] {
        let told = refused(&at, &places[2], key).await;
        assert_eq!(told, ("42501".to_owned(), "sealed_of_erased_tenant".to_owned()));
    }
    let status = ring.status().await.unwrap();
    assert!(status.tenants[0].erased_at.is_some() && !status.tenants[0].versions.is_empty());
    ring.erase(acme.id(), &by).await.unwrap();
    let found = actions(&at, &acme).await;
    let expected = ["erase_requested", "erase_requested", "tenant_erased"];
    assert_eq!(found[found.len() - 3..], expected.map(|it| format!("key_ring.{it}")));
    // What was sealed with the shared key before, in a backup, does not open either.
    assert_eq!(at.keys_of(&others).await, ["shared/1"]);
    let wrapping = Wrapping { key: KeyId::shared(1), tenant: acme.id(), context: b"x" };
    let error = at.keys.unwrap(wrapping, &[0; 60]).await.unwrap_err();
    assert!(error.to_string().contains("was erased on"), "{error}");
}

#[tokio::test]
async fn keys_that_are_there_are_adopted_only_where_they_open_what_is_sealed() {
    let (at, other) = (Sealing::new().await, Sealing::new().await);
    let acme = at.tenant("Acme").await;
    at.plant(&acme).await;
    at.superuser.execute("DELETE FROM key_ring_versions", &[]).await.unwrap();
    let folder = TempDir::new().unwrap();
    let fresh = Store::connect(with_keys(&at.database, &folder.path().join("new.json"))).unwrap();
    let error = fresh.admin().key_ring().init(&ann()).await.unwrap_err();
    assert!(error.to_string().contains("has sealed values"), "{error}");
    assert!(!folder.path().join("new.json").exists());
    let wrong = Store::connect(with_keys(&at.database, &other.path)).unwrap();
    let error = wrong.admin().key_ring().adopt(&ann()).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("6 of the sealed values"), "{error}");
    assert_eq!(at.store.admin().key_ring().adopt(&ann()).await.unwrap().version, 1);
}

#[tokio::test]
async fn a_database_from_before_a_version_was_retired_goes_on_with_the_current_one() {
    let at = Sealing::new().await;
    let ring = at.store.admin();
    let (ring, by) = (ring.key_ring(), ann());
    ring.rotate(&by).await.unwrap();
    ring.retire(1, &by).await.unwrap();
    let restore = "DELETE FROM key_ring_versions WHERE version = 2;
                   UPDATE key_ring_versions SET retired_at = NULL, retired_by = NULL";
    at.superuser.batch_execute(restore).await.unwrap();
    let store = Store::connect(with_keys(&at.database, &at.path)).unwrap();
    let admin = store.admin();
    let restored = admin.key_ring();
    assert!(restored.rewrap(RewrapOptions::default(), &by, &|_| {}).await.is_err());
    assert_eq!(restored.rotate(&by).await.unwrap(), 2);
    restored.rewrap(RewrapOptions::default(), &by, &|_| {}).await.unwrap();
    let status = restored.status().await.unwrap();
    assert_eq!(status.versions[0].state, KeyRingVersionState::Missing);
    assert_eq!(restored.rotate(&by).await.unwrap(), 3);
}
