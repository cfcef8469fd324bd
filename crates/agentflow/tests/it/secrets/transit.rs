//! The key ring in a transit engine: by recorded exchanges, and by a real server where there is one.

use std::sync::Arc;

use agentflow::{
    Error, Store, TenantId,
    identity::NewService,
    secrets::{
        NewProviderKey, VaultOptions,
        key_ring::{
            KeyId, KeyProvider, KeyScope, Place, RewrapOptions, TransitKeyProvider, Wrapping,
        },
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    stage::{OPENAI, ann, new_tenant, new_workspace, secret},
    vault::{real::Real, recorded::Recorded, settings},
};
use crate::support::{config, connect as connect_to, database};

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const OTHER: TenantId = TenantId(Uuid::from_u128(2));
const DATA_KEY: [u8; 32] = [7; 32];

fn connect(address: &str) -> TransitKeyProvider {
    TransitKeyProvider::new(settings(address), "transit", "af").unwrap()
}

fn context(tenant: TenantId, row: u128, key: KeyId) -> Vec<u8> {
    let row = Uuid::from_u128(row);
    Place { table: "provider_keys", column: "encrypted_key", tenant, row }.key_context(key)
}

fn wrapping(key: KeyId, tenant: TenantId, context: &[u8]) -> Wrapping<'_> {
    Wrapping { key, tenant, context }
}

/// Keys from the first version to the end, at a server that has none.
async fn tell_the_story(keys: &dyn KeyProvider) {
    assert!(keys.versions(KeyScope::Shared, TENANT).await.unwrap().is_empty());
    assert_eq!(keys.activate().await.unwrap(), 1);
    assert_eq!(keys.current(TENANT).await.unwrap(), KeyId::shared(1));

    let one = KeyId::shared(1);
    let here = context(TENANT, 1, one);
    let wrapped = keys.wrap(wrapping(one, TENANT, &here), &DATA_KEY).await.unwrap();
    let unwrap = async |context: &[u8]| keys.unwrap(wrapping(one, TENANT, context), &wrapped).await;
    assert_eq!(*unwrap(&here).await.unwrap(), DATA_KEY);
    assert!(matches!(unwrap(&context(TENANT, 2, one)).await, Err(Error::Corrupt { .. })));
    let as_two = wrapping(KeyId::shared(2), TENANT, &here);
    assert!(matches!(keys.unwrap(as_two, &wrapped).await, Err(Error::Corrupt { .. })));

    assert!(matches!(keys.stage().await, Err(Error::Unsupported { .. })));
    assert_eq!(keys.activate().await.unwrap(), 2);
    assert_eq!(keys.current(TENANT).await.unwrap(), KeyId::shared(2));
    assert_eq!(keys.versions(KeyScope::Shared, TENANT).await.unwrap(), [1, 2]);
    assert_eq!(*unwrap(&here).await.unwrap(), DATA_KEY);

    assert!(matches!(keys.retire(2).await, Err(Error::Conflict { .. })));
    keys.retire(1).await.unwrap();
    assert!(matches!(unwrap(&here).await, Err(Error::NotFound { .. })));
    assert_eq!(keys.versions(KeyScope::Shared, TENANT).await.unwrap(), [2]);

    assert_eq!(keys.create_tenant_key(TENANT).await.unwrap(), 1);
    let own = keys.current(TENANT).await.unwrap();
    assert_eq!(own, KeyId::tenant(1));
    let here = context(TENANT, 1, own);
    let wrapped = keys.wrap(wrapping(own, TENANT, &here), &DATA_KEY).await.unwrap();
    let unwrap = async || keys.unwrap(wrapping(own, TENANT, &here), &wrapped).await;
    assert_eq!(*unwrap().await.unwrap(), DATA_KEY);

    keys.erase(TENANT).await.unwrap();
    assert!(matches!(unwrap().await, Err(Error::Denied { .. })));
    let wrapped_again = keys.wrap(wrapping(own, TENANT, &here), &DATA_KEY).await;
    assert!(matches!(wrapped_again, Err(Error::Denied { .. })));
    assert!(matches!(keys.current(TENANT).await, Err(Error::Denied { .. })));
    assert!(matches!(keys.create_tenant_key(TENANT).await, Err(Error::Denied { .. })));
    keys.erase(TENANT).await.unwrap();

    assert_eq!(keys.current(OTHER).await.unwrap(), KeyId::shared(2));
    assert!(matches!(keys.erase(OTHER).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn keys_are_made_rotated_retired_and_erased_by_recorded_exchanges() {
    let exchanges = serde_json::from_str(include_str!("vault/transit.json")).unwrap();
    let server = Recorded::start(exchanges).await;
    tell_the_story(&connect(&server.address)).await;

    // What was wrapped: the data key and the hash of the context, which is also given as associated data.
    let here = context(TENANT, 1, KeyId::shared(1));
    assert_eq!(server.text("here"), STANDARD.encode(&here));
    let mut plain = DATA_KEY.to_vec();
    plain.extend(agentflow::core::hash::Sha256::of(&[&here]).0);
    assert_eq!(server.text("plain"), STANDARD.encode(plain));
    server.finish();
}

#[tokio::test]
async fn keys_are_made_rotated_retired_and_erased_at_a_real_server() {
    let Some(server) = Real::start().await else {
        eprintln!("skipped: there is no server; AF_TEST_VAULT names a bao or vault program");
        return;
    };
    server.mount_transit().await;
    tell_the_story(&connect(&server.address)).await;
}

#[tokio::test]
async fn a_database_is_sealed_rotated_and_rewrapped_with_a_transit_key() {
    let server = Recorded::transit("af").await;
    let keys: Arc<dyn KeyProvider> = Arc::new(connect(&server.address));
    let database = database().await;
    let store = Store::connect(config(&database).with_key_provider(keys.clone())).unwrap();
    let ring = store.admin();
    let begun = ring.key_ring().init(&ann()).await.unwrap();
    assert_eq!((begun.ring.as_str(), begun.version), ("transit:transit/af", 1));

    let tenant = new_tenant(&store, "Acme").await;
    let workspace = new_workspace(&tenant).await;
    let bot = tenant.services().create(NewService::named("bot"), &ann()).await.unwrap().id;
    let new = NewProviderKey {
        services: vec![bot],
        ..NewProviderKey::new(workspace, "openai", "main", secret(OPENAI))
    };
    let key = tenant.provider_keys().add(new, &ann()).await.unwrap();
    let opened = async || {
        let opened = tenant.provider_keys().unseal(key.id, bot).await.unwrap();
        opened.value.expose_secret().to_owned()
    };
    assert_eq!(opened().await, OPENAI);
    let superuser = connect_to(database.url()).await;
    let wrapped_with = async || -> String {
        let query = "SELECT kms_key_id FROM provider_keys WHERE id = $1";
        superuser.query_one(query, &[key.id.as_uuid()]).await.unwrap().get(0)
    };
    assert_eq!(wrapped_with().await, "shared/1");

    // There is no staging: a version is used as soon as it is there.
    let staged = ring.key_ring().stage(&ann()).await;
    assert!(matches!(staged, Err(Error::Unsupported { .. })), "{staged:?}");
    assert_eq!(ring.key_ring().rotate(&ann()).await.unwrap(), 2);
    assert_eq!(opened().await, OPENAI);
    let report = ring.key_ring().rewrap(RewrapOptions::default(), &ann(), &|_| {}).await.unwrap();
    assert_eq!((report.rewrapped, report.failed), (1, 0));
    assert_eq!(wrapped_with().await, "shared/2");
    assert_eq!(opened().await, OPENAI);

    // Another process, which knows nothing yet.
    let keys: Arc<dyn KeyProvider> = Arc::new(connect(&server.address));
    let other = Store::connect(config(&database).with_key_provider(keys)).unwrap();
    let other = other.tenant(tenant.id()).provider_keys().unseal(key.id, bot).await.unwrap();
    assert_eq!(other.value.expose_secret(), OPENAI);
    server.finish();
}

fn decrypt(response: &Value) -> Value {
    json!({
        "request": {"method": "POST", "path": "/v1/transit/decrypt/af", "token": "root-token",
            "body": {"ciphertext": "vault:v1:AAAA", "associated_data": "$context"}},
        "response": response,
    })
}

/// What unwrapping gives when the server answers so.
async fn unwrap_answered(response: Value) -> Error {
    let server = Recorded::with_root(json!([decrypt(&response)])).await;
    let key = KeyId::shared(1);
    let context = context(TENANT, 1, key);
    let keys = connect(&server.address);
    let error = keys.unwrap(wrapping(key, TENANT, &context), b"vault:v1:AAAA").await.unwrap_err();
    server.finish();
    error
}

#[tokio::test]
async fn a_server_that_ignores_associated_data_does_not_open_what_was_moved() {
    let mut plain = [9; 64];
    plain[32..].copy_from_slice(&agentflow::core::hash::Sha256::of(&[b"elsewhere"]).0);
    let opened = json!({"status": 200, "body": {"data": {"plaintext": STANDARD.encode(plain)}}});
    let error = unwrap_answered(opened).await;
    assert!(
        matches!(&error, Error::Corrupt { reason, .. } if reason.contains("another place")),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("CQkJCQ"), "{error:?}");
}

#[tokio::test]
async fn answers_of_decryption_that_are_no_data_key_are_errors() {
    for plaintext in ["", "AAAA", "not base64 !"] {
        let opened = json!({"status": 200, "body": {"data": {"plaintext": plaintext}}});
        let error = unwrap_answered(opened).await;
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    }
    let complaint = |words: &str| json!({"status": 400, "body": {"errors": [words]}});
    let error = unwrap_answered(complaint("encryption key not found")).await;
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    let error = unwrap_answered(complaint("invalid ciphertext: version is too new")).await;
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    let error = unwrap_answered(complaint("cipher: message authentication failed")).await;
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    // Of something in between: it says nothing about the key.
    let error = unwrap_answered(json!({"status": 400, "body": "<html>Bad Request</html>"})).await;
    assert!(error.is_unavailable(), "{error}");
    let error =
        unwrap_answered(json!({"status": 503, "body": {"errors": ["Vault is sealed"]}})).await;
    assert!(error.is_unavailable(), "{error}");
}

#[tokio::test]
async fn what_no_transit_engine_wrapped_is_not_sent_to_it() {
    let server = Recorded::start(json!([])).await;
    let keys = connect(&server.address);
    let key = KeyId::shared(1);
    let wrapped: [&[u8]; 6] =
        [b"", b"vault:v2:AAAA", b"vault:v1AAAA", b"v1:AAAA", b"\xff\xfe", b"vault:v:AAAA"];
    for wrapped in wrapped {
        let error = keys.unwrap(wrapping(key, TENANT, b"here"), wrapped).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    }
    server.finish();
}

#[tokio::test]
async fn a_key_that_cannot_wrap_safely_is_refused() {
    let cases = [
        json!({"type": "rsa-2048", "keys": {"1": {"public_key": "x"}}}),
        json!({"type": "aes256-gcm96", "derived": true, "keys": {"1": 1_767_225_600}}),
    ];
    for data in cases {
        let read = json!({
            "request": {"method": "GET", "path": "/v1/transit/keys/af", "token": "root-token"},
            "response": {"status": 200, "body": {"data": data}},
        });
        let server = Recorded::with_root(json!([read])).await;
        let error = connect(&server.address).versions(KeyScope::Shared, TENANT).await.unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        server.finish();
    }
}

#[test]
fn a_ring_is_the_same_at_every_address_of_a_server() {
    let ring = |address: &str, namespace: Option<&str>, key: &str| {
        let namespace = namespace.map(str::to_owned);
        let settings = VaultOptions { namespace, ..settings(address) };
        TransitKeyProvider::new(settings, "transit", key).map(|it| it.ring())
    };
    let one = ring("https://a:8200", None, "af").unwrap();
    assert_eq!(one, "transit:transit/af");
    assert_eq!(one, ring("https://b:8200", None, "af").unwrap());
    assert_ne!(one, ring("https://a:8200", Some("team"), "af").unwrap());
    let longest = ring("https://a:8200", Some(&"n".repeat(400)), "af").unwrap();
    assert!(longest.len() <= 255);
    for key in ["", "a/b", "..", &"k".repeat(101)] {
        assert!(
            matches!(ring("https://a:8200", None, key), Err(Error::InvalidSetting(_))),
            "{key}"
        );
    }
}
