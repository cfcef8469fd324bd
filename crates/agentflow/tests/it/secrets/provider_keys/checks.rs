//! Whether a provider takes a key.

use std::{
    io::{Read, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentflow::{
    Error,
    secrets::{
        CheckResult, CheckedKey, HttpKeyChecker, KeyChecker, NewProviderKey, Outcome, Replacing,
        ValidateOptions, ValidationStatus, ValidationTest,
    },
};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::super::stage::{OPENAI, OPENAI_2, Server, Stage, ann, secret};

const FORCE: ValidateOptions = ValidateOptions { force: true };
const KEEP: ValidateOptions = ValidateOptions { force: false };

/// Says what it is told to, and counts how often it was asked.
#[derive(Debug)]
struct Told {
    outcome: Mutex<Outcome>,
    asked: AtomicUsize,
}

impl Told {
    fn to(outcome: Outcome) -> (Arc<Self>, Arc<dyn KeyChecker>) {
        let told = Arc::new(Self { outcome: Mutex::new(outcome), asked: AtomicUsize::new(0) });
        (told.clone(), told)
    }

    fn say(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap() = outcome;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl KeyChecker for Told {
    fn check<'a>(&'a self, key: CheckedKey<'a>) -> BoxFuture<'a, Outcome> {
        assert!(key.value.expose_secret().starts_with("sk-planted"));
        self.asked.fetch_add(1, Ordering::Relaxed);
        let outcome = self.outcome.lock().unwrap().clone();
        Box::pin(async move { outcome })
    }
}

#[tokio::test]
async fn what_the_provider_says_is_stored_and_kept_for_five_minutes() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let (told, checker) = Told::to(Outcome::pass());
    let passed = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!((passed.result, passed.is_cached), (CheckResult::Pass, false));
    assert_eq!(passed.key.validation_status, ValidationStatus::Valid);
    assert_eq!(passed.key.validation_timestamp, Some(stage.now()));
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.validated"));
    assert_eq!(entry.details.unwrap()["result"], "pass");

    told.say(Outcome::fail("no longer"));
    stage.pass(SignedDuration::from_secs(299));
    let cached = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!((cached.result, cached.is_cached, told.asked()), (CheckResult::Pass, true, 1));
    assert_eq!(stage.newest().await.seq, entry.seq);
    stage.pass(SignedDuration::from_secs(1));
    let failed = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!((failed.result, failed.is_cached, told.asked()), (CheckResult::Fail, false, 2));
    assert_eq!(failed.key.validation_status, ValidationStatus::Invalid);
    assert_eq!(failed.key.validation_error.as_deref(), Some("no longer"));
    told.say(Outcome::pass());
    let forced = keys.validate(key.id, &checker, FORCE, &ann()).await.unwrap();
    assert_eq!((forced.result, told.asked()), (CheckResult::Pass, 3));
    assert_eq!(forced.key.validation_error, None);
    let checks = keys.checks(key.id, 10).await.unwrap();
    let live = checks.iter().filter(|it| it.validation_test == ValidationTest::CallTest);
    assert_eq!(live.count(), 3);
}

#[tokio::test]
async fn what_could_not_be_told_leaves_the_status_and_is_not_kept() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let (told, checker) = Told::to(Outcome::pass());
    keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    told.say(Outcome::error("a storm"));
    let error = keys.validate(key.id, &checker, FORCE, &ann()).await.unwrap();
    assert_eq!((error.result, error.reason.as_deref()), (CheckResult::Error, Some("a storm")));
    assert_eq!(error.key.validation_status, ValidationStatus::Valid);
    // What was told before still counts.
    let cached = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!((cached.result, cached.is_cached), (CheckResult::Pass, true));
}

#[tokio::test]
async fn what_is_known_of_a_value_does_not_count_for_the_next() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let (told, checker) = Told::to(Outcome::pass());
    keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    let rotated =
        keys.rotate(key.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await.unwrap();
    assert_eq!(rotated.validation_status, ValidationStatus::Pending);
    let told_now = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!((told_now.is_cached, told.asked()), (false, 2));
}

/// Rotates the key while it is checked.
#[derive(Debug)]
struct Slow(Stage2);

struct Stage2(agentflow::Tenant, agentflow::ProviderKeyId);

impl std::fmt::Debug for Stage2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stage2")
    }
}

impl KeyChecker for Slow {
    fn check<'a>(&'a self, _: CheckedKey<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let Stage2(tenant, id) = &self.0;
            let new = secret(OPENAI_2);
            tenant.provider_keys().rotate(*id, &new, &Replacing::default(), &ann()).await.unwrap();
            Outcome::fail("the old one is not taken")
        })
    }
}

#[tokio::test]
async fn an_answer_about_a_value_that_was_replaced_meanwhile_says_nothing_about_the_new_one() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let checker: Arc<dyn KeyChecker> = Arc::new(Slow(Stage2(stage.tenant.clone(), key.id)));
    let told_now = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    assert_eq!(told_now.result, CheckResult::Fail);
    assert_eq!(told_now.key.validation_status, ValidationStatus::Pending);
}

#[tokio::test]
async fn a_workspace_has_three_checks_a_minute_for_all_of_its_keys() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let (a, b) = (stage.key("a", &[]).await, stage.key("b", &[]).await);
    let (told, checker) = Told::to(Outcome::pass());
    for id in [a.id, b.id, a.id] {
        keys.validate(id, &checker, FORCE, &ann()).await.unwrap();
        stage.pass(SignedDuration::from_secs(5));
    }
    let error = keys.validate(b.id, &checker, FORCE, &ann()).await.unwrap_err();
    let Error::Limited { retry_after, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*retry_after, Duration::from_secs(45));
    assert_eq!(told.asked(), 3);
    // What is known already costs none.
    assert!(keys.validate(b.id, &checker, KEEP, &ann()).await.unwrap().is_cached);
    // Nor does another workspace.
    let new = agentflow::NewWorkspace::named("Other");
    let workspace_id = stage.tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let other = NewProviderKey { workspace_id, ..stage.openai("a", OPENAI) };
    let other = keys.add(other, &ann()).await.unwrap();
    keys.validate(other.id, &checker, FORCE, &ann()).await.unwrap();
    stage.pass(SignedDuration::from_secs(45));
    keys.validate(b.id, &checker, FORCE, &ann()).await.unwrap();
}

#[tokio::test]
async fn checks_at_once_are_counted_one_after_the_other() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("a", &[]).await;
    let (told, checker) = Told::to(Outcome::pass());
    let by = ann();
    let all = (0..8).map(|_| keys.validate(key.id, &checker, FORCE, &by));
    let done = futures::future::join_all(all).await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 3);
    assert!(done.iter().all(|it| matches!(it, Ok(_) | Err(Error::Limited { .. }))), "{done:?}");
    assert_eq!(told.asked(), 3);
}

#[tokio::test]
async fn a_checker_that_repeats_the_key_is_not_repeated() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let said = format!("`{OPENAI}` is no key\0; {}", "x".repeat(5000));
    let (_, checker) = Told::to(Outcome::fail(said));
    let failed = keys.validate(key.id, &checker, KEEP, &ann()).await.unwrap();
    let reason = failed.reason.unwrap();
    assert!(reason.starts_with("`********` is no key "), "{reason}");
    assert_eq!(reason.chars().count(), 500);
    let superuser = stage.superuser().await;
    let stored = "SELECT string_agg(k::text, '') || (SELECT string_agg(r::text, '') FROM key_validation_results AS r)
                  || (SELECT string_agg(record, '') FROM audits) FROM provider_keys AS k";
    let stored: String = superuser.query_one(stored, &[]).await.unwrap().get(0);
    assert!(stored.contains("is no key") && !stored.contains("planted"), "{stored}");
}

#[tokio::test]
async fn a_revoked_key_is_not_checked() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    keys.revoke(key.id, &ann()).await.unwrap();
    let (told, checker) = Told::to(Outcome::pass());
    let error = keys.validate(key.id, &checker, FORCE, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    assert_eq!(told.asked(), 0);
}

/// What the HTTP checker says of a key with these settings.
async fn ask(checker: &HttpKeyChecker, provider_type: &str, settings: &Value) -> Outcome {
    let settings: Map<String, Value> = settings.as_object().unwrap().clone();
    let value = secret(OPENAI);
    checker.check(CheckedKey { provider_type, settings: &settings, value: &value }).await
}

#[tokio::test]
async fn providers_are_asked_for_their_models_each_in_its_own_way() {
    let bearer = format!("Bearer {OPENAI}");
    for (provider_type, path, line, header, value) in [
        ("openai", "/v1", "GET /v1/models", "authorization", bearer.as_str()),
        ("openai", "/v1/", "GET /v1/models", "authorization", &bearer),
        ("anthropic", "", "GET /v1/models", "x-api-key", OPENAI),
        ("cohere", "", "GET /v1/models", "authorization", &bearer),
        ("azure_openai", "", "GET /openai/models?api-version=2024-10-21", "api-key", OPENAI),
        ("mistral", "/v1", "GET /v1/models", "authorization", &bearer),
    ] {
        let server = Server::answering(200);
        let settings = json!({ "base_url": format!("{}{path}", server.url) });
        let checker = HttpKeyChecker::new().with_loopback();
        assert_eq!(ask(&checker, provider_type, &settings).await, Outcome::pass());
        let seen = server.seen();
        assert_eq!((seen.len(), seen[0].line.as_str()), (1, line), "{provider_type}");
        assert_eq!(seen[0].headers[header], value, "{provider_type}");
        if provider_type == "anthropic" {
            assert_eq!(seen[0].headers["anthropic-version"], "2023-06-01");
        }
    }
}

#[tokio::test]
async fn the_status_tells_whether_a_key_is_taken_and_the_body_is_not_repeated() {
    for (status, expected) in [
        (200, CheckResult::Pass),
        (204, CheckResult::Pass),
        (401, CheckResult::Fail),
        (403, CheckResult::Fail),
        (302, CheckResult::Error),
        (404, CheckResult::Error),
        (429, CheckResult::Error),
        (500, CheckResult::Error),
    ] {
        let server = Server::answering(status);
        let settings = json!({ "base_url": server.url });
        let outcome = ask(&HttpKeyChecker::new().with_loopback(), "openai", &settings).await;
        assert_eq!(outcome.result, expected, "{status}");
        let reason = outcome.reason.unwrap_or_default();
        assert!(!reason.contains("broken") && !reason.contains("planted"), "{reason}");
        assert_eq!(reason.is_empty(), expected == CheckResult::Pass);
        // A redirect is not followed.
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_key_is_sent_only_where_nobody_sees_it_on_the_way() {
    let server = Server::answering(200);
    for (settings, told) in [
        (json!({ "base_url": server.url }), "this machine"),
        (json!({ "base_url": "https://localhost:1" }), "this machine"),
        (json!({ "base_url": "https://LOCALHOST.:1" }), "this machine"),
        (json!({ "base_url": "https://a.localhost:1" }), "this machine"),
        (json!({ "base_url": "https://127.1:1" }), "this machine"),
        (json!({ "base_url": "https://2130706433:1" }), "this machine"),
        (json!({ "base_url": "https://[::1]:1" }), "this machine"),
        (json!({ "base_url": "https://[::ffff:127.0.0.1]:1" }), "this machine"),
        (json!({ "base_url": "https://0.0.0.0:1" }), "no address of the internet"),
        (json!({ "base_url": "https://[::]:1" }), "no address of the internet"),
        (json!({ "base_url": "https://10.0.0.1:1" }), "no address of the internet"),
        (json!({ "base_url": "https://169.254.169.254:1" }), "no address of the internet"),
        (json!({ "base_url": "https://[fd00::1]:1" }), "no address of the internet"),
        (json!({ "base_url": "http://example.com" }), "not https"),
        (json!({ "base_url": "http://ann:x@example.com" }), "user name"),
        (json!({ "base_url": "nonsense" }), "malformed"),
        (json!({ "base_url": "https://example.com/?a=b" }), "before the ?"),
        (json!({ "base_url": 7 }), "expected a text"),
    ] {
        let outcome = ask(&HttpKeyChecker::new(), "openai", &settings).await;
        assert_eq!(outcome.result, CheckResult::Error, "{settings}");
        assert!(outcome.reason.as_deref().unwrap().contains(told), "{settings} {outcome:?}");
    }
    let outcome = ask(&HttpKeyChecker::new(), "azure_openai", &json!({})).await;
    assert!(outcome.reason.unwrap().contains("base_url"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_went_wrong_is_told_by_its_kind_only() {
    let server = Server::answering(500);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tls = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Until the other side has read it and goes.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    for (url, told) in [
        (server.url.clone(), "the provider answered 5xx"),
        (refused, "it cannot be reached"),
        (tls, "TLS failed"),
    ] {
        let settings = json!({ "base_url": url });
        let outcome = ask(&HttpKeyChecker::new().with_loopback(), "openai", &settings).await;
        assert_eq!(outcome, Outcome::error(told), "{url}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_not_waited_for_for_ever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = json!({ "base_url": format!("http://{}", listener.local_addr().unwrap()) });
    let checker = HttpKeyChecker::new().with_loopback().with_timeout(Duration::from_millis(50));
    let outcome = ask(&checker, "openai", &settings).await;
    assert_eq!(outcome.result, CheckResult::Error);
    assert!(outcome.reason.unwrap().contains("no answer within"));
}
