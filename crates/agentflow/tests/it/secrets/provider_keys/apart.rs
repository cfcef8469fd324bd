//! What keeps a key from going where it does not belong.

use std::sync::Arc;

use agentflow::{
    Error, PrincipalId, ProviderKeyId, Store, Tenant,
    audit::{AuditFilter, EventStatus},
    secrets::{
        CheckResult, CheckedKey, KeyChecker, NewConnector, NewProviderKey, Outcome,
        ProviderKeyFilter, Replacing, ValidateOptions, ValidationStatus, ValidationTest,
        key_ring::RewrapOptions,
    },
};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use super::super::stage::{OPENAI, OPENAI_2, Server, Stage, ann, new_tenant, secret};

const FORCE: ValidateOptions = ValidateOptions { force: true };

/// Does something in the meantime, and takes the key.
struct Meanwhile<F>(F);

impl<F> std::fmt::Debug for Meanwhile<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl<F: Fn() -> BoxFuture<'static, ()> + Send + Sync> KeyChecker for Meanwhile<F> {
    fn check<'a>(&'a self, _: CheckedKey<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            (self.0)().await;
            Outcome::pass()
        })
    }
}

fn checker<F: Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static>(f: F) -> Arc<dyn KeyChecker> {
    Arc::new(Meanwhile(f))
}

/// Refuses to be asked.
fn unwanted() -> Arc<dyn KeyChecker> {
    checker(|| panic!("nobody is to be asked"))
}

fn settings(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(settings) => settings,
        other => panic!("{other} is no object"),
    }
}

fn is_about(error: &Error, what: &str) -> bool {
    matches!(error, Error::Corrupt { .. }) && error.to_string().contains(what)
}

#[tokio::test]
async fn a_key_whose_settings_were_changed_in_the_database_is_neither_sent_nor_given_out() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    keys.rotate(key.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await.unwrap();
    let superuser = stage.superuser().await;
    for change in [
        "UPDATE provider_keys SET settings = '{\"base_url\": \"http://127.0.0.1:1\"}'",
        "UPDATE provider_keys SET settings = '{}', provider_type = 'mistral'",
    ] {
        superuser.batch_execute(change).await.unwrap();
        let what = format!("provider_keys.settings of row {}", key.id);
        let error = keys.unseal(key.id, bot).await.unwrap_err();
        assert!(is_about(&error, &what), "{error:?}");
        assert_eq!(stage.newest().await.action.as_deref(), Some("provider_key.unseal_failed"));
        let error = keys.validate(key.id, &unwanted(), FORCE, &ann()).await.unwrap_err();
        assert!(is_about(&error, &what), "{error:?}");
        // Nor does a new value get the settings.
        for how in [Replacing::default(), Replacing::at_once()] {
            let error = keys.rotate(key.id, &secret(OPENAI), &how, &ann()).await.unwrap_err();
            assert!(is_about(&error, &what), "{error:?}");
        }
    }
    let back = "UPDATE provider_keys SET provider_type = 'openai'";
    superuser.batch_execute(back).await.unwrap();
    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!(opened.value.expose_secret(), OPENAI_2);
    assert_eq!(opened.previous.unwrap().expose_secret(), OPENAI);
    // The one before is not opened with others either.
    let moved = "UPDATE provider_keys SET previous_encrypted_key = encrypted_key";
    superuser.batch_execute(moved).await.unwrap();
    let error = keys.unseal(key.id, bot).await.unwrap_err();
    assert!(is_about(&error, "provider_keys.previous_encrypted_key"), "{error:?}");
}

#[tokio::test]
async fn settings_come_back_from_the_database_as_they_were_sealed() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let all = settings(json!({
        "z": 1.0, "a": 1e21, "b": -0.0, "c": 1e-7, "d": 9_007_199_254_740_992_u64, "e": [null, true, {"ü": "\u{1f600}\\\"\n"}],
        "aa": 123_456.789, "": 1e300
    }));
    let new = NewProviderKey { settings: all, services: vec![bot], ..stage.openai("main", OPENAI) };
    let key = keys.add(new, &ann()).await.unwrap();
    assert_eq!(keys.unseal(key.id, bot).await.unwrap().value.expose_secret(), OPENAI);
    keys.rotate(key.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await.unwrap();
    let opened = keys.unseal(key.id, bot).await.unwrap();
    assert_eq!(opened.previous.unwrap().expose_secret(), OPENAI);
}

#[tokio::test]
async fn a_key_that_a_checker_gets_is_in_the_chain_before() {
    let stage = Stage::new().await;
    let key = stage.key("main", &[]).await;
    let tenant = stage.tenant.clone();
    let seen = Arc::new(std::sync::Mutex::new(None));
    let log = Arc::clone(&seen);
    let looks = checker(move || {
        let (tenant, log) = (tenant.clone(), Arc::clone(&log));
        Box::pin(async move {
            let newest = tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
            *log.lock().unwrap() = Some((newest.action.unwrap(), newest.resource_id.unwrap()));
        })
    });
    stage.tenant.provider_keys().validate(key.id, &looks, FORCE, &ann()).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen, Some(("provider_key.opened_for_check".to_owned(), key.id.to_string())));
    assert_eq!(stage.actions().await.last().map(String::as_str), Some("provider_key.validated"));
}

#[tokio::test]
async fn a_used_up_quota_is_a_check_of_the_quota_that_counts_as_one() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let server = Server::answering(429);
    let new = NewProviderKey {
        settings: settings(json!({ "base_url": server.url })),
        ..stage.openai("main", OPENAI)
    };
    let key = keys.add(new, &ann()).await.unwrap();
    let http: Arc<dyn KeyChecker> =
        Arc::new(agentflow::secrets::HttpKeyChecker::new().with_loopback());
    for _ in 0..3 {
        let told = keys.validate(key.id, &http, FORCE, &ann()).await.unwrap();
        assert_eq!(told.result, CheckResult::Error);
        assert!(told.reason.unwrap().contains("quota"));
        assert_eq!(told.key.validation_status, ValidationStatus::Pending);
    }
    let checks = keys.checks(key.id, 9).await.unwrap();
    let found = checks.iter().filter(|it| {
        (it.validation_test, it.result) == (ValidationTest::QuotaCheck, CheckResult::Error)
    });
    assert_eq!(found.count(), 3);
    let error = keys.validate(key.id, &http, FORCE, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
}

async fn rewrap(store: &Store) {
    let admin = store.admin();
    admin.key_ring().rotate(&ann()).await.unwrap();
    admin.key_ring().rewrap(RewrapOptions::default(), &ann(), &|_| {}).await.unwrap();
}

#[tokio::test]
async fn an_answer_counts_when_the_key_was_wrapped_anew_meanwhile() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let store = stage.store.clone();
    let wraps = checker(move || {
        let store = store.clone();
        Box::pin(async move { rewrap(&store).await })
    });
    let told = keys.validate(key.id, &wraps, FORCE, &ann()).await.unwrap();
    assert_eq!(told.key.kms_key_id.as_deref(), Some("shared/2"));
    assert_eq!(told.key.validation_status, ValidationStatus::Valid);
    // It is also still known.
    let kept = ValidateOptions::default();
    assert!(keys.validate(key.id, &unwanted(), kept, &ann()).await.unwrap().is_cached);
}

#[tokio::test]
async fn a_key_that_is_revoked_before_it_is_asked_for_is_not_asked_for() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let key = stage.key("main", &[]).await;
    let holder = stage.superuser().await;
    let workspace = "BEGIN; SELECT FROM workspaces FOR UPDATE";
    holder.batch_execute(workspace).await.unwrap();
    let by = ann();
    let asked = async {
        let error = keys.validate(key.id, &unwanted(), FORCE, &by).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    };
    let revoked = async {
        somebody_waits(&stage.superuser().await).await;
        keys.revoke(key.id, &by).await.unwrap();
        holder.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(asked, revoked);
}

/// Waits until a statement stands behind a lock on a row of somebody else's transaction.
async fn somebody_waits(superuser: &Client) {
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0)";
    let started = std::time::Instant::now();
    while !superuser.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "nobody waits");
        tokio::task::yield_now().await;
    }
}

/// Deactivates a service in a transaction that ends only once somebody waits for it, and tells what came of it meanwhile.
async fn while_deactivated<T>(
    stage: &Stage,
    bot: PrincipalId,
    opens: impl Future<Output = T>,
) -> T {
    let holder = stage.superuser().await;
    let update = format!("BEGIN; UPDATE principals SET is_active = false WHERE id = '{bot}'");
    holder.batch_execute(&update).await.unwrap();
    let goes = async {
        somebody_waits(&stage.superuser().await).await;
        holder.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(opens, goes).0
}

#[tokio::test]
async fn who_is_deactivated_before_the_opening_is_recorded_gets_nothing() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let bot = stage.service("bot").await;
    let key = stage.key("main", &[bot]).await;
    let refused = Box::pin(while_deactivated(&stage, bot, keys.unseal(key.id, bot))).await;
    assert!(matches!(refused, Err(Error::Denied { .. })), "{refused:?}");
    stage.tenant.principals().activate(bot, &ann()).await.unwrap();

    let connectors = stage.tenant.connectors();
    let new = NewConnector {
        workspace_id: stage.workspace,
        connector_type: "github".into(),
        connector_version: "1".into(),
        display_name: "Code".into(),
        config: secret("{}"),
        services: vec![bot],
    };
    let id = connectors.install(new, &ann()).await.unwrap().id;
    let refused = Box::pin(while_deactivated(&stage, bot, connectors.unseal(id, bot))).await;
    assert!(matches!(refused, Err(Error::Denied { .. })), "{refused:?}");
    assert!(!stage.actions().await.iter().any(|it| it.ends_with(".unsealed")));
}

#[tokio::test]
async fn who_asks_for_what_is_not_there_is_in_the_chain_of_their_tenant() {
    let stage = Stage::new().await;
    let key = stage.key("main", &[]).await;
    let other: Tenant = new_tenant(&stage.store, "Other").await;
    let bot = agentflow::identity::NewService::named("bot");
    let bot = other.services().create(bot, &ann()).await.unwrap().id;
    let newest = async || other.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    for (id, workspace) in [(Some(key.id), None), (None, Some(stage.workspace))] {
        let keys = other.provider_keys();
        let opened = match (id, workspace) {
            (Some(id), _) => keys.unseal(id, bot).await,
            (_, workspace) => keys.unseal_active(workspace.unwrap(), OPENAI, bot).await,
        };
        assert!(matches!(opened, Err(Error::NotFound { .. })), "{opened:?}");
        let entry = newest().await;
        assert_eq!(entry.action.as_deref(), Some("provider_key.unseal_denied"));
        assert_eq!(entry.status.as_deref(), Some(EventStatus::Failure.as_str()));
        assert_eq!(entry.actor_id, Some(bot.to_string()));
        assert_eq!(entry.resource_id, id.map(|it| it.to_string()));
        // What is asked for may be a key by mistake.
        assert!(!entry.record.contains("planted"), "{}", entry.record);
        assert_eq!(entry.details.unwrap()["reason"], "no such key");
    }
    let nothing = Uuid::from_u128(9).into();
    let error = other.connectors().unseal(nothing, bot).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let entry = newest().await;
    assert_eq!(entry.action.as_deref(), Some("connector.unseal_denied"));
    assert_eq!(entry.details.unwrap()["reason"], "no such connector");
    assert!(!stage.actions().await.iter().any(|it| it.ends_with("unseal_denied")));
}

#[tokio::test]
async fn a_key_is_found_in_its_name_type_settings_and_reasons_however_it_is_written() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let odd = "pl\"anted\\12";
    let new = |value: &str| NewProviderKey::new(stage.workspace, "mistral", "main", secret(value));
    for new in [
        NewProviderKey { settings: settings(json!({ "note": [odd] })), ..new(odd) },
        NewProviderKey { settings: settings(json!({ odd: 1 })), ..new(odd) },
        NewProviderKey { settings: settings(json!({ "id": 123_456_789 })), ..new("12345678") },
        NewProviderKey { name: format!("of {odd}"), ..new(odd) },
        NewProviderKey { provider_type: "planted_1".into(), ..new("planted_1") },
    ] {
        let error = keys.add(new, &ann()).await.unwrap_err();
        let is_right =
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "value");
        assert!(is_right && !error.to_string().contains("anted"), "{error:?}");
    }
    let named = NewProviderKey { name: OPENAI_2.to_owned(), ..stage.openai("", OPENAI) };
    let named = keys.add(named, &ann()).await.unwrap();
    let error = keys.rotate(named.id, &secret(OPENAI_2), &Replacing::default(), &ann()).await;
    assert!(matches!(&error, Err(Error::InvalidInput { input, .. }) if input.field == "value"));
    let key = stage.key("main", &[]).await;
    for told in [OPENAI, OPENAI_2] {
        let how = Replacing { reason: Some(format!("{told} leaked")), ..Replacing::default() };
        let error = keys.rotate(key.id, &secret(OPENAI_2), &how, &ann()).await.unwrap_err();
        let is_right =
            matches!(&error, Error::InvalidInput { input, .. } if input.field == "reason");
        assert!(is_right && !error.to_string().contains("planted"), "{error:?}");
    }
    // What is short stands in other words by chance.
    keys.add(NewProviderKey { name: "my abc".into(), ..new("abc") }, &ann()).await.unwrap();
}

#[tokio::test]
async fn a_revoked_key_gives_its_name_back() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let mut ids = Vec::<ProviderKeyId>::new();
    for _ in 0..3 {
        let key = stage.key("main", &[]).await;
        let error = keys.add(stage.openai("main", OPENAI), &ann()).await.unwrap_err();
        assert!(matches!(&error, Error::AlreadyExists { what, .. } if what == "name"), "{error:?}");
        keys.revoke(key.id, &ann()).await.unwrap();
        ids.push(key.id);
        // The order of ids is that of their milliseconds.
        stage.pass(SignedDuration::from_millis(1));
    }
    let filter = ProviderKeyFilter { name: Some("main".into()), ..Default::default() };
    let found = keys.list(&filter, None, 9).await.unwrap();
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn what_checks_found_long_ago_is_pruned_but_for_the_newest_of_each_kind() {
    let stage = Stage::new().await;
    let keys = stage.tenant.provider_keys();
    let (key, other) = (stage.key("main", &[]).await, stage.key("other", &[]).await);
    let passes = checker(|| Box::pin(async {}));
    for _ in 0..3 {
        keys.validate(key.id, &passes, FORCE, &ann()).await.unwrap();
        stage.pass(SignedDuration::from_mins(1));
    }
    let kinds = async |id| {
        let checks = keys.checks(id, 99).await.unwrap();
        checks.iter().map(|it| it.validation_test.as_str()).collect::<Vec<_>>()
    };
    stage.pass(SignedDuration::from_hours(30 * 24) - SignedDuration::from_mins(3));
    let seq = stage.newest().await.seq;
    keys.prune(&ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, seq);
    assert_eq!(kinds(key.id).await.len(), 4);
    stage.pass(SignedDuration::from_hours(24));
    assert_eq!(keys.prune(&ann()).await.unwrap(), 0);
    let entry = stage.newest().await;
    assert_eq!(entry.action.as_deref(), Some("provider_key.pruned"));
    assert_eq!(entry.details, Some(json!({ "count": 0, "checks": 2 })));
    assert_eq!(kinds(key.id).await, ["call_test", "syntax"]);
    assert_eq!(kinds(other.id).await, ["syntax"]);
    keys.prune(&ann()).await.unwrap();
    assert_eq!(stage.newest().await.seq, entry.seq);
}
