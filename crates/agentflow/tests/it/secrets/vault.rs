//! Secrets of HashiCorp Vault or OpenBao: by recorded exchanges, and by a real server where there is one.

mod answers;
mod engine;
mod login;
pub(super) mod real;
pub(super) mod recorded;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use agentflow::{
    Error,
    core::clock::{Clock, ManualClock, SystemClock},
    secrets::{
        SecretName, SecretValue, SecretsProvider, VaultAuth, VaultOptions, VaultProvider,
        VersionSelector::{Latest, Pinned},
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use real::Real;
use recorded::{Recorded, root_looks_at_itself};

const STARTED: &str = "2026-01-01T00:00:00Z";

pub(super) fn settings(address: &str) -> VaultOptions {
    VaultOptions {
        address: address.to_owned(),
        namespace: None,
        ca_cert: None,
        auth: VaultAuth::Token("root-token".into()),
        mount: "secret".to_owned(),
        prefix: "app".to_owned(),
        timeout: Duration::from_secs(10),
    }
}

fn role(address: &str) -> VaultOptions {
    let auth = VaultAuth::AppRole {
        role_id: "the-role".to_owned(),
        secret_id: "planted-secret-id".into(),
        mount: "approle".to_owned(),
    };
    VaultOptions { auth, ..settings(address) }
}

fn connect(settings: VaultOptions) -> VaultProvider {
    VaultProvider::connect(settings, Arc::new(SystemClock)).unwrap()
}

fn name(text: &str) -> SecretName {
    text.parse().unwrap()
}

fn secret(text: &str) -> SecretString {
    text.into()
}

fn shown(value: &SecretValue) -> &str {
    value.value.expose_secret()
}

fn request(method: &str, path: &str, token: &str) -> Value {
    json!({"method": method, "path": format!("/v1/{path}"), "token": token})
}

/// What comes back for a request without a body.
fn exchange(method: &str, path: &str, token: &str, status: u16, body: Value) -> Value {
    let request = request(method, path, token);
    let mut exchange = json!({"request": request, "response": {"status": status}});
    exchange["response"]["body"] = body;
    exchange
}

fn version(version: u64, fields: &Value) -> Value {
    json!({"data": {"data": fields, "metadata": {"version": version, "deletion_time": "", "destroyed": false}}})
}

fn login(token: &str, lease: u64, renewable: bool) -> Value {
    json!({
        "request": {"method": "POST", "path": "/v1/auth/approle/login",
            "body": {"role_id": "the-role", "secret_id": "planted-secret-id"}},
        "response": {"status": 200, "body": granted(token, lease, renewable)},
    })
}

fn granted(token: &str, lease: u64, renewable: bool) -> Value {
    json!({"auth": {"client_token": token, "lease_duration": lease, "renewable": renewable, "policies": ["app"]}})
}

fn read(token: &str) -> Value {
    exchange(
        "GET",
        "secret/data/app/stripe_key",
        token,
        200,
        version(1, &json!({"value": "planted"})),
    )
}

/// No word of a secret is in what people see of an error.
fn assert_silent(error: &Error) {
    let text = format!("{error} {error:?}");
    assert!(!text.contains("planted") && !text.contains("root-token"), "{text}");
}

/// A secret from its first version to its last, at a server that has none.
async fn tell_the_story(provider: &dyn SecretsProvider) {
    let key = name("stripe_key");
    let none = provider.get(&key, Latest).await.unwrap_err();
    assert!(matches!(&none, Error::NotFound { what, .. } if what == "secret `stripe_key`"));

    let written = provider.set(&key, secret("first-planted")).await.unwrap();
    assert_eq!(written.version, Some(1));
    let value = provider.get(&key, Latest).await.unwrap();
    assert_eq!((shown(&value), value.version), ("first-planted", Some(1)));
    assert_eq!((value.provider, value.stale_since), (provider.name(), None));

    assert_eq!(provider.set(&key, secret("second-planted")).await.unwrap().version, Some(2));
    assert_eq!(shown(&provider.get(&key, Latest).await.unwrap()), "second-planted");
    assert_eq!(shown(&provider.get(&key, Pinned(1)).await.unwrap()), "first-planted");
    for missing in [9, 0] {
        let error = provider.get(&key, Pinned(missing)).await.unwrap_err();
        let expected = format!("version {missing} of secret `stripe_key`");
        assert!(matches!(error, Error::NotFound { what, .. } if what == expected));
    }

    assert_eq!(provider.rotate(&key).await.unwrap().version, Some(3));
    let rotated = provider.get(&key, Latest).await.unwrap();
    assert_eq!(shown(&rotated).len(), 64);
    assert!(shown(&rotated).bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(provider.list().await.unwrap(), std::slice::from_ref(&key));

    provider.delete(&key).await.unwrap();
    assert!(matches!(provider.get(&key, Latest).await, Err(Error::NotFound { .. })));
    assert_eq!(provider.list().await.unwrap(), []);
    assert_eq!(shown(&provider.get(&key, Pinned(1)).await.unwrap()), "first-planted");
    assert!(matches!(provider.delete(&key).await, Err(Error::NotFound { .. })));
    assert!(matches!(provider.rotate(&key).await, Err(Error::NotFound { .. })));

    assert_eq!(provider.set(&key, secret("fourth-planted")).await.unwrap().version, Some(4));
    assert_eq!(shown(&provider.get(&key, Latest).await.unwrap()), "fourth-planted");
    provider.check().await.unwrap();
    assert!(!format!("{provider:?}").contains("root-token"));
}

#[tokio::test]
async fn a_secret_has_versions_by_recorded_exchanges() {
    let exchanges = serde_json::from_str(include_str!("vault/kv.json")).unwrap();
    let server = Recorded::start(exchanges).await;
    tell_the_story(&connect(settings(&server.address))).await;
    server.finish();
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_of_secrets_and_tokens_is_logged_however_much_is() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let exchanges = serde_json::from_str(include_str!("vault/kv.json")).unwrap();
    let server = Recorded::start(exchanges).await;
    tell_the_story(&connect(settings(&server.address))).await;
    let rotated = server.text("rotated");
    server.finish();
    let server =
        Recorded::start(json!([login("planted-token", 3600, true), read("planted-token")]));
    let server = server.await;
    connect(role(&server.address)).get(&name("stripe_key"), Latest).await.unwrap();
    server.finish();
    drop(logging);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("stripe_key"), "nothing was logged at all");
    for secret in ["planted", "root-token", &rotated] {
        let line = log.lines().find(|it| it.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}

#[tokio::test]
async fn a_secret_has_versions_at_a_real_server() {
    let Some(server) = Real::start().await else {
        eprintln!("skipped: there is no server; AF_TEST_VAULT names a bao or vault program");
        return;
    };
    tell_the_story(&connect(settings(&server.address))).await;
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_call() {
    let server = Recorded::start(json!([])).await;
    let provider = connect(settings(&server.address));
    assert_eq!(provider.name(), format!("vault:{}", server.address));
    server.finish();
}

#[tokio::test]
async fn a_namespace_goes_along() {
    let mut exchanges = json!([root_looks_at_itself(), read("root-token")]);
    for exchange in exchanges.as_array_mut().unwrap() {
        exchange["request"]["namespace"] = json!("team/billing");
    }
    let server = Recorded::start(exchanges).await;
    let namespace = Some("team/billing".to_owned());
    let provider = connect(VaultOptions { namespace, ..settings(&server.address) });
    provider.get(&name("stripe_key"), Latest).await.unwrap();
    server.finish();
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(STARTED.parse().unwrap()))
}

fn pass(clock: &ManualClock, seconds: u64) {
    clock.set(clock.now() + Duration::from_secs(seconds));
}

#[tokio::test]
async fn other_fields_are_kept_and_no_change_of_others_is_lost() {
    let path = "secret/data/app/stripe_key";
    let set = |cas: u64, owner: &str, status: u16, body: Value| {
        let mut set = exchange("POST", path, "root-token", status, body);
        set["request"]["body"] =
            json!({"data": {"value": "planted-new", "owner": owner}, "options": {"cas": cas}});
        set
    };
    let here = |number: u64, owner: &str| {
        let fields = json!({"value": "planted", "owner": owner});
        exchange("GET", path, "root-token", 200, version(number, &fields))
    };
    let mismatch = json!({"errors": ["check-and-set parameter did not match the current version"]});
    let stored = json!({"data": {"version": 6}});
    let server = Recorded::with_root(json!([
        here(4, "ann"),
        set(4, "ann", 400, mismatch),
        here(5, "bob"),
        set(5, "bob", 200, stored),
    ]))
    .await;
    let provider = connect(settings(&server.address));
    let written = provider.set(&name("stripe_key"), secret("planted-new")).await.unwrap();
    assert_eq!(written.version, Some(6));
    server.finish();
}

#[tokio::test]
async fn folders_and_names_that_are_none_are_not_listed() {
    let keys = json!({"data": {"keys": ["b", "a", "folder/", "not.a.name", "gone"]}});
    let metadata = |key: &str, status: u16, body: Value| {
        exchange("GET", &format!("secret/metadata/{key}"), "root-token", status, body)
    };
    let here = json!({"data": {"current_version": 1, "versions": {"1": {"deletion_time": ""}}}});
    let destroyed = json!({"data": {"current_version": 2, "versions": {"2": {"destroyed": true}}}});
    let server = Recorded::with_root(json!([
        exchange("LIST", "secret/metadata/", "root-token", 200, keys),
        metadata("a", 200, here.clone()),
        metadata("b", 200, here),
        metadata("gone", 200, destroyed),
    ]))
    .await;
    let prefix = String::new();
    let provider = connect(VaultOptions { prefix, ..settings(&server.address) });
    assert_eq!(provider.list().await.unwrap(), [name("a"), name("b")]);
    server.finish();
}

#[tokio::test]
async fn what_is_wrong_with_one_secret_hides_no_change_of_another() {
    let metadata = |key: &str, status: u16, body: Value| {
        exchange("GET", &format!("secret/metadata/app/{key}"), "root-token", status, body)
    };
    let get = |key: &str| {
        let fields = version(1, &json!({"value": "planted"}));
        exchange("GET", &format!("secret/data/app/{key}"), "root-token", 200, fields)
    };
    let second = json!({"data": {"current_version": 2, "versions": {"2": {"deletion_time": ""}}}});
    let mut exchanges =
        vec![root_looks_at_itself(), get("a"), get("b"), metadata("b", 200, second)];
    // However often it is looked at before the other one was read.
    exchanges.extend((0..100).map(|_| metadata("a", 200, json!("nonsense"))));
    let server = Recorded::start(Value::Array(exchanges)).await;
    let provider = connect(settings(&server.address)).with_poll(Duration::from_millis(100));
    let mut changes = provider.watch().unwrap();
    for key in ["a", "b"] {
        provider.get(&name(key), Latest).await.unwrap();
    }
    let told = tokio::time::timeout(Duration::from_secs(10), changes.changed());
    told.await.unwrap().unwrap();
    drop(provider);
}

#[tokio::test]
async fn a_version_of_somebody_else_is_told_without_reading_it() {
    let metadata = |version: u64, deletion_time: &str| {
        let versions = json!({version.to_string(): {"deletion_time": deletion_time}});
        let data = json!({"data": {"current_version": version, "versions": versions}});
        exchange("GET", "secret/metadata/app/stripe_key", "root-token", 200, data)
    };
    let server = Recorded::with_root(json!([
        read("root-token"),
        metadata(1, ""),
        metadata(2, ""),
        metadata(2, STARTED),
        exchange("GET", "secret/metadata/app/stripe_key", "root-token", 403, json!({"errors": []})),
        root_looks_at_itself(),
    ]))
    .await;
    let provider = connect(settings(&server.address)).with_poll(Duration::from_millis(20));
    let mut changes = provider.watch().unwrap();
    provider.get(&name("stripe_key"), Latest).await.unwrap();
    for count in 1..=2 {
        let told = tokio::time::timeout(Duration::from_secs(10), changes.changed());
        told.await.unwrap().unwrap();
        assert!(*changes.borrow_and_update() >= count);
    }
    server.wait_for_all().await;
    assert_eq!(*changes.borrow(), 2);
    drop(provider);
}
