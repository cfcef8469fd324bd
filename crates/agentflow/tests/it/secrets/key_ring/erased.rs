//! Keys of tenants that are erased.

use agentflow::{Error, TenantId, secrets::key_ring::RewrapOptions};

use super::opened;
use crate::secrets::sealed::{Sealing, ann, new_id, open, seal, text};

#[tokio::test]
async fn a_tenant_that_is_erased_is_unreadable_in_every_copy_and_the_others_are_not() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let (gone, stay) = (at.plant(&acme).await, at.plant(&globex).await);
    let ring = at.store.admin();
    let ring = ring.key_ring();

    let error = ring.erase(acme.id(), &ann()).await.unwrap_err();
    assert!(error.to_string().contains("has no key of its own"), "{error}");
    assert_eq!(ring.create_tenant_key(acme.id(), &ann()).await.unwrap(), 1);
    assert_eq!(ring.create_tenant_key(acme.id(), &ann()).await.unwrap(), 2);
    let error = ring.erase(acme.id(), &ann()).await.unwrap_err();
    assert!(
        error.to_string().contains("connector_installations 2, provider_keys 2, teams 2"),
        "{error}"
    );

    at.rewrap(RewrapOptions::default()).await;
    assert_eq!(at.keys_of(&gone).await, ["tenant/2"]);
    assert_eq!(at.keys_of(&stay).await, ["shared/1"]);
    let status = ring.status().await.unwrap();
    assert_eq!(status.tenants.len(), 1);
    assert_eq!(status.tenants[0].versions, [1, 2]);

    // A backup of the rows, and a process that has the key in memory.
    let mut copies = Vec::new();
    for place in &gone {
        copies.push(at.bytes(place).await);
    }
    ring.erase(acme.id(), &ann()).await.unwrap();
    for (place, copy) in gone.iter().zip(&copies) {
        for keys in [&*at.keys, &opened(&at.path).unwrap()] {
            let error = open(keys, place, copy).await.unwrap_err().to_string();
            assert!(error.contains("was erased on"), "{error}");
        }
    }
    assert_eq!(at.keys_of(&stay).await, ["shared/1"]);
    ring.erase(acme.id(), &ann()).await.unwrap();
    let error = ring.create_tenant_key(acme.id(), &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    let report = at.rewrap(RewrapOptions::default()).await;
    assert_eq!((report.refused.len(), report.failed), (1, 0));

    let actions: Vec<String> = at
        .superuser
        .query(
            "SELECT action FROM audit_entries WHERE tenant_id = $1 ORDER BY seq",
            &[acme.id().as_uuid()],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .filter(|it: &String| it.starts_with("key_ring."))
        .collect();
    let expected = [
        "tenant_key_requested",
        "tenant_key_created",
        "tenant_key_requested",
        "tenant_key_created",
        // Refused, for something was not wrapped with it.
        "erase_requested",
        "rewrapped",
        "rewrapped",
        "rewrapped",
        "erase_requested",
        "tenant_erased",
    ];
    assert_eq!(actions, expected.map(|it| format!("key_ring.{it}")));
}

#[tokio::test]
async fn the_key_of_a_deleted_tenant_can_be_erased() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let ring = at.store.admin();
    let ring = ring.key_ring();
    ring.create_tenant_key(acme.id(), &ann()).await.unwrap();
    let place = at.plant(&acme).await[0];
    let copy = seal(&*at.keys, &place).await;
    assert_eq!(open(&*at.keys, &place, &copy).await.unwrap(), text(&place));
    at.store.admin().tenants().delete(acme.id(), &ann()).await.unwrap();
    let left = ring.status().await.unwrap().tenants;
    assert_eq!((left.len(), left[0].tenant_id, left[0].deleted), (1, acme.id(), true));
    ring.erase(acme.id(), &ann()).await.unwrap();
    assert!(open(&*at.keys, &place, &copy).await.is_err());
    let nobody = TenantId(new_id());
    assert!(matches!(ring.erase(nobody, &ann()).await, Err(Error::NotFound { .. })));
    assert!(matches!(ring.create_tenant_key(nobody, &ann()).await, Err(Error::NotFound { .. })));
}
