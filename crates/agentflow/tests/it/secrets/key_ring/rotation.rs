//! Versions of the key ring: staged, brought into use, retired.

use std::{
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use agentflow::{
    Error, Result, Store, TenantId,
    secrets::key_ring::{
        KeyCapabilities, KeyId, KeyProvider, KeyRingVersionState, KeyScope, LocalKeyProvider,
        RewrapOptions, Wrapping,
    },
};
use futures::future::BoxFuture;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::nobody;
use crate::{
    secrets::sealed::{Sealing, ann, open, with_keys},
    support::{config, database},
};

#[tokio::test]
async fn a_version_is_staged_then_used_then_retired() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let places = at.plant(&acme).await;
    let ring = at.store.admin();
    let ring = ring.key_ring();
    assert_eq!(ring.stage(&ann()).await.unwrap(), 2);
    assert_eq!(ring.stage(&ann()).await.unwrap(), 2, "it is staged already");
    assert_eq!(at.keys.current(acme.id()).await.unwrap(), KeyId::shared(1));
    assert_eq!(ring.rotate(&ann()).await.unwrap(), 2);
    assert_eq!(at.keys.current(acme.id()).await.unwrap(), KeyId::shared(2));
    let states = async || {
        let status = ring.status().await.unwrap();
        assert_eq!(status.fault, None);
        let versions = status.versions.into_iter();
        versions
            .map(|it| (it.version, it.state, it.sealed.values().sum::<u64>()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        states().await,
        [(1, KeyRingVersionState::Former, 6), (2, KeyRingVersionState::Current, 0)]
    );

    for refused in [1, 2, 3] {
        let error = ring.retire(refused, &ann()).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error}");
        if refused == 1 {
            let expected = "connector_installations 2, provider_keys 2, teams 2";
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    let copies = [at.bytes(&places[0]).await, at.bytes(&places[1]).await];
    let old_file = std::fs::read(&at.path).unwrap();
    let old_file = String::from_utf8(old_file).unwrap().replace("\"current\": 2", "\"current\": 1");
    assert_eq!(at.rewrap(RewrapOptions::default()).await.rewrapped, 6);
    ring.retire(1, &ann()).await.unwrap();
    assert_eq!(
        states().await,
        [(1, KeyRingVersionState::Retired, 0), (2, KeyRingVersionState::Current, 6)]
    );
    assert_eq!(at.keys_of(&places).await, ["shared/2"]);
    for (place, copy) in places.iter().zip(&copies) {
        assert!(open(&*at.keys, place, copy).await.is_err());
    }
    // A process with an old copy of the file seals nothing.
    let (folder, new_file) = (TempDir::new().unwrap(), std::fs::read(&at.path).unwrap());
    let old_path = folder.path().join("keys.json");
    std::fs::write(&old_path, old_file).unwrap();
    std::fs::set_permissions(&old_path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let behind = Store::connect(with_keys(&at.database, &old_path)).unwrap();
    let error = behind.admin().key_ring().stage(&ann()).await.unwrap_err();
    assert!(error.to_string().contains("this is an old copy of the key ring"), "{error}");
    assert_eq!(std::fs::read(&at.path).unwrap(), new_file);
    ring.retire(1, &ann()).await.unwrap();
    assert!(matches!(ring.retire(3, &ann()).await, Err(Error::Conflict { .. })));
    assert_eq!(ring.rotate(&ann()).await.unwrap(), 3, "a version is never used again");
}

#[tokio::test]
async fn a_ring_of_two_databases_is_rotated_in_each() {
    let (one, folder) = (Sealing::new().await, TempDir::new().unwrap());
    let copy = folder.path().join("keys.json");
    let second = database().await;
    std::fs::copy(&one.path, &copy).unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
    let other = Store::connect(with_keys(&second, &one.path)).unwrap();
    let (one_ring, other_ring) = (one.store.admin(), other.admin());
    let refused = other_ring.key_ring().init(&ann()).await.unwrap_err();
    assert!(refused.to_string().contains("af key-ring init --adopt"), "{refused}");
    assert_eq!(other_ring.key_ring().adopt(&ann()).await.unwrap().created, None);
    assert_eq!(one_ring.key_ring().rotate(&ann()).await.unwrap(), 2);
    let error = other_ring.key_ring().stage(&ann()).await.unwrap_err();
    assert!(error.to_string().contains("`af key-ring rotate`"), "{error}");
    assert_eq!(other_ring.key_ring().rotate(&ann()).await.unwrap(), 2, "the one that is in use");
    assert_eq!(one.keys.versions(KeyScope::Shared, nobody()).await.unwrap(), [1, 2]);
    assert!(other_ring.key_ring().stage(&ann()).await.is_ok());
}

/// A key file whose next activation fails.
#[derive(Debug)]
struct Faulty(Arc<LocalKeyProvider>, AtomicBool);

impl KeyProvider for Faulty {
    fn ring(&self) -> String {
        self.0.ring()
    }
    fn capabilities(&self) -> KeyCapabilities {
        self.0.capabilities()
    }
    fn current(&self, tenant: TenantId) -> BoxFuture<'_, Result<KeyId>> {
        self.0.current(tenant)
    }
    fn versions(&self, scope: KeyScope, tenant: TenantId) -> BoxFuture<'_, Result<Vec<u32>>> {
        self.0.versions(scope, tenant)
    }
    fn wrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        data_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Vec<u8>>> {
        self.0.wrap(wrapping, data_key)
    }
    fn unwrap<'a>(
        &'a self,
        wrapping: Wrapping<'a>,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Zeroizing<[u8; 32]>>> {
        self.0.unwrap(wrapping, wrapped)
    }
    fn stage(&self) -> BoxFuture<'_, Result<u32>> {
        self.0.stage()
    }
    fn activate(&self) -> BoxFuture<'_, Result<u32>> {
        if self.1.swap(false, Ordering::Relaxed) {
            let (operation, reason) = ("rotate the shared key", "the disk is full".to_owned());
            let error = Error::Unavailable { operation, reason, source: None };
            return Box::pin(async move { Err(error) });
        }
        self.0.activate()
    }
    fn retire(&self, version: u32) -> BoxFuture<'_, Result<()>> {
        self.0.retire(version)
    }
    fn create_tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<u32>> {
        self.0.create_tenant_key(tenant)
    }
    fn erase(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.0.erase(tenant)
    }
}

#[tokio::test]
async fn a_rotation_that_was_interrupted_stops_nobody_and_is_finished_by_the_next() {
    let at = Sealing::new().await;
    let faulty = Arc::new(Faulty(Arc::clone(&at.keys), AtomicBool::new(true)));
    let store = Store::connect(config(&at.database).with_key_provider(faulty)).unwrap();
    let ring = store.admin();
    assert!(ring.key_ring().rotate(&ann()).await.is_err());
    assert_eq!(at.store.admin().key_ring().status().await.unwrap().current, 1);
    at.rewrap(RewrapOptions::default()).await;
    assert_eq!(ring.key_ring().rotate(&ann()).await.unwrap(), 2);
    assert_eq!(at.keys.versions(KeyScope::Shared, nobody()).await.unwrap(), [1, 2]);
}
