//! The keys of the key ring: made, brought into use, rotated, retired, erased.
#![cfg(unix)]

mod erased;
mod rotation;

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use agentflow::{
    Error, Result, Store, TenantId,
    core::{
        clock::{Clock, ManualClock, SystemClock},
        random::Generator,
    },
    secrets::key_ring::{
        EnvironmentKeyProvider, KeyCapabilities, KeyId, KeyProvider, KeyScope, LocalKeyProvider,
        RewrapOptions, Wrapping,
    },
};
use futures::future::join_all;
use secrecy::SecretString;
use tempfile::TempDir;
use uuid::Uuid;

use super::sealed::{Sealing, ann, new_id, with_keys};
use crate::support::database;

fn nobody() -> TenantId {
    TenantId(Uuid::nil())
}

fn opened(path: &Path) -> Result<LocalKeyProvider> {
    LocalKeyProvider::open(path, Arc::new(SystemClock), Arc::new(Generator::from_os()))
}

fn created(path: &Path) -> Result<LocalKeyProvider> {
    LocalKeyProvider::create(path, Arc::new(SystemClock), Arc::new(Generator::from_os()))
}

fn from_text(text: &str) -> Result<EnvironmentKeyProvider> {
    EnvironmentKeyProvider::new("KEYS", &SecretString::from(text), Arc::new(Generator::from_os()))
}

/// A folder with a key file.
fn file() -> (TempDir, PathBuf, LocalKeyProvider) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys.json");
    let keys = created(&path).unwrap();
    (folder, path, keys)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Every text in a key file that is a key.
fn keys_in(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split('"').filter(|it| it.len() == 44 && it.ends_with('='));
    parts.map(str::to_owned).collect()
}

#[tokio::test]
async fn init_makes_a_private_file_and_a_canary_once() {
    let (database, folder) = (database().await, TempDir::new().unwrap());
    let path = folder.path().join("deeper/keys.json");
    let store = Store::connect(with_keys(&database, &path)).unwrap();
    let ring = store.admin();
    let ring = ring.key_ring();
    let missing = ring.rewrap(RewrapOptions::default(), &ann(), &|_| {}).await.unwrap_err();
    assert!(missing.to_string().contains("make one with `af key-ring init`"), "{missing}");

    let made = ring.init(&ann()).await.unwrap();
    assert_eq!((made.version, made.created.as_deref()), (1, Some(path.as_path())));
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let before = std::fs::read(&path).unwrap();
    let again = ring.init(&ann()).await.unwrap_err();
    assert!(matches!(again, Error::Conflict { .. }), "{again}");
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let status = ring.status().await.unwrap();
    assert_eq!((status.ring, status.current, status.fault), (made.ring, 1, None));
    assert_eq!(status.versions[0].created_by.as_deref(), Some(ann().to_string().as_str()));
    assert_eq!(status.versions.len(), 1);
}

#[tokio::test]
async fn of_several_that_bring_a_key_ring_into_use_at_once_one_does() {
    let (database, folder) = (database().await, TempDir::new().unwrap());
    let path = folder.path().join("keys.json");
    let init = || async {
        let store = Store::connect(with_keys(&database, &path)).unwrap();
        store.admin().key_ring().init(&ann()).await
    };
    let done = join_all((0..4).map(|_| init())).await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    for error in done.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
    }
    let store = Store::connect(with_keys(&database, &path)).unwrap();
    assert_eq!(store.admin().key_ring().status().await.unwrap().fault, None);
}

#[tokio::test]
async fn a_file_that_is_there_is_never_replaced() {
    let (_folder, path, _) = file();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(created(&path), Err(Error::AlreadyExists { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_others_may_read_is_refused_with_what_to_do() {
    let (_folder, path, _) = file();
    for open in [0o640, 0o604, 0o660, 0o601] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(open)).unwrap();
        let error = opened(&path).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Denied { .. }), "{text}");
        assert!(text.contains(&format!("{open:04o}")) && text.contains("chmod 600"), "{text}");
    }
}

#[tokio::test]
async fn what_is_no_key_file_is_refused_without_quoting_it() {
    let (_folder, path, _) = file();
    let good = std::fs::read_to_string(&path).unwrap();
    let key = &keys_in(&path)[0];
    let version = format!("\"1\": \"{key}\"");
    for broken in [
        String::new(),
        key.clone(),
        good[..good.len() / 2].to_owned(),
        good.replace("agentflow-key-ring/1", key),
        good.replace(key, &key[1..]),
        good.replace(&version, &format!("{version}, {version}")),
        good.replace("\"current\": 1", "\"current\": 2"),
        good.replace("\"current\": 1", &format!("\"current\": \"{key}\"")),
        good.replace("\"1\":", &format!("\"{key}\":")),
        good.replace("\"1\":", "\"0\":"),
        good.replace("\"ring\"", &format!("\"{key}\"")),
    ] {
        assert_ne!(broken, good);
        std::fs::write(&path, &broken).unwrap();
        let errors = [opened(&path).unwrap_err(), from_text(&broken).unwrap_err()];
        for error in errors {
            let text = format!("{error} {error:?}");
            assert!(matches!(error, Error::Corrupt { .. }), "{text}");
            assert!(!text.contains(&key[1..20]), "{text}");
        }
    }
    std::fs::write(&path, &good).unwrap();
    assert!(opened(&path).is_ok());
}

#[tokio::test]
async fn debug_shows_no_key() {
    let (_folder, path, keys) = file();
    let text = std::fs::read_to_string(&path).unwrap();
    let shown = format!("{keys:?} {:?}", from_text(&text).unwrap());
    assert!(shown.contains("keys.json") && shown.contains("KEYS"), "{shown}");
    assert!(!shown.contains(&keys_in(&path)[0]) && !shown.contains('['), "{shown}");
}

#[tokio::test]
async fn a_running_process_sees_what_another_does_to_the_file() {
    let (_folder, path, running) = file();
    let other = opened(&path).unwrap();
    assert_eq!(other.stage().await.unwrap(), 2);
    assert_eq!(running.versions(KeyScope::Shared, nobody()).await.unwrap(), [1, 2]);
    assert_eq!(running.current(nobody()).await.unwrap(), KeyId::shared(1));
    assert_eq!(other.activate().await.unwrap(), 2);
    assert_eq!(running.current(nobody()).await.unwrap(), KeyId::shared(2));

    // What was wrapped with a key that came later, or is gone, is noticed as well.
    let wrapping =
        |version| Wrapping { key: KeyId::shared(version), tenant: nobody(), context: b"x" };
    assert_eq!(other.stage().await.unwrap(), 3);
    let wrapped = other.wrap(wrapping(3), &[7; 32]).await.unwrap();
    assert_eq!(*running.unwrap(wrapping(3), &wrapped).await.unwrap(), [7; 32]);
    other.retire(1).await.unwrap();
    assert_eq!(running.versions(KeyScope::Shared, nobody()).await.unwrap(), [2, 3]);
}

#[tokio::test]
async fn a_file_that_looks_the_same_is_read_again_in_time() {
    let (_folder, path, _) = file();
    let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let shared: Arc<dyn Clock> = clock.clone();
    let keys = LocalKeyProvider::open(&path, shared, Arc::new(Generator::from_os())).unwrap();
    std::fs::remove_file(&path).unwrap();
    // It goes on with what it has.
    assert_eq!(keys.current(nobody()).await.unwrap(), KeyId::shared(1));
    clock.set("2026-01-01T00:01:00Z".parse().unwrap());
    assert_eq!(keys.current(nobody()).await.unwrap(), KeyId::shared(1));
    // And changes nothing that it cannot read.
    assert!(keys.stage().await.is_err());
    assert!(!path.exists());
}

#[tokio::test]
async fn what_several_processes_change_at_once_is_all_there() {
    let (_folder, path, keys) = file();
    let tenants: Vec<_> = (0..24).map(|_| TenantId(new_id())).collect();
    let others: Vec<_> = (0..4).map(|_| opened(&path).unwrap()).collect();
    let changes = tenants.iter().zip(others.iter().cycle());
    let made = join_all(changes.map(|(tenant, keys)| keys.create_tenant_key(*tenant))).await;
    assert!(made.iter().all(|it| matches!(it, Ok(1))), "{made:?}");
    for tenant in tenants {
        assert_eq!(keys.current(tenant).await.unwrap(), KeyId::tenant(1));
    }
    assert_eq!(mode(&path), 0o600);
}

#[tokio::test]
async fn the_text_of_a_file_can_be_in_the_environment_and_is_not_changed_there() {
    let (_folder, path, file) = file();
    let keys = from_text(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!((keys.ring(), keys.capabilities()), (file.ring(), KeyCapabilities::default()));
    let wrapping = Wrapping { key: KeyId::shared(1), tenant: nobody(), context: b"x" };
    let wrapped = file.wrap(wrapping, &[7; 32]).await.unwrap();
    assert_eq!(*keys.unwrap(wrapping, &wrapped).await.unwrap(), [7; 32]);
    for refused in [
        keys.stage().await.map(drop),
        keys.activate().await.map(drop),
        keys.retire(1).await,
        keys.create_tenant_key(nobody()).await.map(drop),
        keys.erase(nobody()).await,
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("KEYS"), "{error}");
    }
}

#[tokio::test]
async fn the_same_ring_with_another_key_does_not_open_the_canary() {
    let (at, other) = (Sealing::new().await, Sealing::new().await);
    let stolen = std::fs::read_to_string(&at.path).unwrap();
    let forged = stolen.replace(&keys_in(&at.path)[0], &keys_in(&other.path)[0]);
    std::fs::write(&other.path, forged).unwrap();
    let wrong = Store::connect(with_keys(&at.database, &other.path)).unwrap();
    let error = wrong.admin().key_ring().stage(&ann()).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Corrupt { .. }), "{text}");
    assert!(text.contains("the canary of version 1"), "{text}");
    assert_eq!(at.store.admin().key_ring().stage(&ann()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_ring_that_was_put_in_the_place_of_another_stops_a_running_process() {
    let (at, other) = (Sealing::new().await, Sealing::new().await);
    let ring = at.store.admin();
    let ring = ring.key_ring();
    ring.rewrap(RewrapOptions::default(), &ann(), &|_| {}).await.unwrap();
    std::fs::copy(&other.path, &at.path).unwrap();
    let error = ring.rewrap(RewrapOptions::default(), &ann(), &|_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
}
