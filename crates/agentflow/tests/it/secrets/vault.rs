//! Secrets of HashiCorp Vault or OpenBao: by recorded exchanges, and by a real server where there is one.

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
    let Some(server) = Real::start().await else { return };
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
async fn the_token_of_a_role_is_renewed_and_replaced_at_the_end_of_its_life() {
    let renew = |token: &str, lease: u64| {
        exchange("POST", "auth/token/renew-self", token, 200, granted(token, lease, true))
    };
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        read("planted-token-1"),
        renew("planted-token-1", 3600),
        read("planted-token-1"),
        // What is left, instead of another hour.
        renew("planted-token-1", 1200),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2399);
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 1);
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2400);
    provider.get(&key, Latest).await.unwrap();
    server.finish();
}

#[tokio::test]
async fn a_renewal_that_fails_does_no_harm_while_the_token_is_good() {
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        exchange("POST", "auth/token/renew-self", "planted-token-1", 503, json!({"errors": []})),
        read("planted-token-1"),
        read("planted-token-1"),
        exchange("POST", "auth/token/renew-self", "planted-token-1", 403, json!({"errors": []})),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 2400);
    provider.get(&key, Latest).await.unwrap();
    // Not tried again at once.
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 5);
    provider.get(&key, Latest).await.unwrap();
    server.finish();
}

#[tokio::test]
async fn a_token_is_renewed_while_nobody_calls() {
    let server = Recorded::start(json!([
        login("planted-token-1", 1, true),
        read("planted-token-1"),
        exchange(
            "POST",
            "auth/token/renew-self",
            "planted-token-1",
            200,
            granted("planted-token-1", 3600, true)
        ),
    ]))
    .await;
    let provider = connect(role(&server.address));
    provider.get(&name("stripe_key"), Latest).await.unwrap();
    server.wait_for_all().await;
    server.finish();
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_by_a_login() {
    let path = "secret/data/app/stripe_key";
    let refused = json!({"errors": ["permission denied"]});
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        read("planted-token-1"),
        exchange("GET", path, "planted-token-1", 403, refused.clone()),
        exchange("GET", "auth/token/lookup-self", "planted-token-1", 403, refused),
        login("planted-token-2", 3600, true),
        read("planted-token-2"),
    ]))
    .await;
    let clock = clock();
    let provider = VaultProvider::connect(role(&server.address), clock.clone()).unwrap();
    let key = name("stripe_key");
    provider.get(&key, Latest).await.unwrap();
    pass(&clock, 10);
    assert_eq!(shown(&provider.get(&key, Latest).await.unwrap()), "planted");
    server.finish();
}

#[tokio::test]
async fn what_policies_do_not_allow_is_denied_without_another_login() {
    let path = "secret/data/app/stripe_key";
    let server = Recorded::start(json!([
        login("planted-token-1", 3600, true),
        exchange("GET", path, "planted-token-1", 403, json!({"errors": ["permission denied"]})),
        exchange(
            "GET",
            "auth/token/lookup-self",
            "planted-token-1",
            200,
            json!({"data": {"ttl": 1}})
        ),
    ]))
    .await;
    let provider = connect(role(&server.address));
    let error = provider.get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("policies")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_denied_and_say_what_to_do() {
    let mut login = login("", 0, false);
    login["response"] = json!({"status": 400, "body": {"errors": ["invalid role or secret ID"]}});
    let server = Recorded::start(json!([login])).await;
    let error = connect(role(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("the role")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();

    let refused = |path: &str| exchange("GET", path, "root-token", 403, json!({"errors": ["bad"]}));
    let server = Recorded::start(json!([
        refused("auth/token/lookup-self"),
        refused("secret/data/app/stripe_key"),
        refused("auth/token/lookup-self"),
    ]))
    .await;
    let error =
        connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("set a new one")),
        "{error}"
    );
    assert_silent(&error);
    server.finish();
}

#[tokio::test]
async fn a_server_that_cannot_serve_now_is_unavailable_and_says_why() {
    let cases = [
        (503, "Vault is sealed", "unseal it"),
        (500, "internal error: planted", "cannot serve this now"),
        (502, "", "cannot serve this now"),
        (472, "", "cannot serve this now"),
        (473, "", "cannot serve this now"),
        (412, "required index state not present", "cannot serve this now"),
        (429, "request path \"planted\": rate limit quota exceeded", "quota"),
        (307, "", "active server"),
        (
            404,
            "no handler for route \"secret/data/planted\". route entry not found.",
            "check the mount",
        ),
    ];
    for (status, complaint, words) in cases {
        let path = "secret/data/app/stripe_key";
        let mut refusal =
            exchange("GET", path, "root-token", status, json!({"errors": [complaint]}));
        // Whoever follows it asks for something that was not recorded.
        refusal["response"]["location"] = json!("/v1/elsewhere");
        let server = Recorded::with_root(json!([refusal])).await;
        let error =
            connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains(words), "{status}: {error}");
        assert_silent(&error);
        server.finish();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_nothing_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let timeout = Duration::from_millis(100);
    let silent = connect(VaultOptions { timeout, ..settings(&address) });
    let error = silent.check().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("within 100ms"), "{error}");
    drop(listener);
    let error = connect(settings(&address)).check().await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn answers_that_make_no_sense_are_corrupt_and_not_repeated() {
    let cases = [
        (json!({"data": {"value": "planted"}}), "version 2"),
        (json!("planted"), "version 2"),
        (version(1, &json!({"password": "planted"})), "no text field `value`"),
        (version(1, &json!({"value": {"planted": "planted"}})), "no text field `value`"),
        (version(1, &json!({"value": 17})), "no text field `value`"),
    ];
    for (body, words) in cases {
        let answer = exchange("GET", "secret/data/app/stripe_key", "root-token", 200, body);
        let server = Recorded::with_root(json!([answer])).await;
        let error =
            connect(settings(&server.address)).get(&name("stripe_key"), Latest).await.unwrap_err();
        assert!(
            matches!(&error, Error::Corrupt { reason, .. } if reason.contains(words)),
            "{error}"
        );
        assert_silent(&error);
        server.finish();
    }
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
