//! Who may have which secret, and what is written down of it.

use std::{
    fmt::Write as _,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use agentflow::{
    Config, DataPersistenceMode, Error, SecretProviderSetting, SecretSettings, Tenant, TenantId,
    audit::{Actor, AuditEntry, AuditFilter},
    runs::{CancellationToken, StepContext, StepOutput, WorkerBuilder, WorkerStats},
    secrets::{
        Access, AccessLog, AccessRules, Caller, MASK, Secrets, SecretsAccess, StoreLog, TracingLog,
        VersionSelector,
    },
};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tracing::instrument::WithSubscriber;

use super::stub::{Fault, Remembered, Stub};
use crate::{
    runs::support::{Place, TOOL},
    support::World,
};

const LATEST: VersionSelector = VersionSelector::Latest;
const PLANTED: &str = "planted-value-5b1f";

fn billing() -> Actor {
    Actor::service("billing")
}

/// Rules for `billing` outside of all tenants: everything with `stripe_*`, listing all.
fn rules() -> AccessRules {
    AccessRules::parse(
        "rules:
  - { principal: 'service:billing', keys: ['stripe_*'], verbs: [get, set, delete, rotate] }
  - { principal: 'service:billing', keys: ['s*'], verbs: [list] }
  - { principal: 'user:root', keys: ['root_*'], verbs: [get] }",
    )
    .unwrap()
}

struct Stage {
    stub: Arc<Stub>,
    log: Arc<Remembered>,
    secrets: Secrets,
}

impl Stage {
    fn new() -> Self {
        Self::logged(Remembered::default())
    }

    fn logged(log: Remembered) -> Self {
        let log = Arc::new(log);
        let stub = Stub::new("stub", &[("stripe_key", PLANTED), ("smtp", "2"), ("root_key", "3")]);
        let secrets = Secrets::new(stub.clone(), rules(), log.clone());
        Self { stub, log, secrets }
    }

    fn access(&self) -> SecretsAccess {
        self.secrets.for_caller(Caller::without_tenant(billing()))
    }
}

#[tokio::test]
async fn a_caller_does_what_a_rule_allows_and_all_of_it_is_logged() {
    let stage = Stage::new();
    let access = stage.access();
    let got = access.get("stripe_key", LATEST).await.unwrap();
    assert_eq!((got.value.expose_secret(), got.version), (PLANTED, Some(1)));
    let logged = stage.log.accesses();
    assert_eq!(logged.len(), 1);
    let Access { caller, key, provider, version, .. } = &logged[0];
    assert_eq!((caller, key.as_deref()), (access.caller(), Some("stripe_key")));
    assert_eq!((provider.as_str(), *version), ("stub", Some(1)));

    access.set("stripe_new", PLANTED.into()).await.unwrap();
    assert_eq!(access.rotate("stripe_new").await.unwrap().version, Some(2));
    access.delete("stripe_new").await.unwrap();
    assert!(matches!(access.get("stripe_new", LATEST).await, Err(Error::NotFound { .. })));
    assert_eq!(
        stage.log.lines(),
        [
            "set stripe_new: attempted",
            "set stripe_new: done",
            "rotate stripe_new: attempted",
            "rotate stripe_new: done",
            "delete stripe_new: attempted",
            "delete stripe_new: done",
            "get stripe_new: not_found",
        ]
    );
    let names: Vec<String> = access.list().await.unwrap().into_iter().map(Into::into).collect();
    assert_eq!(names, ["smtp", "stripe_key"], "what it may list, and not what it may not");
    assert_eq!(stage.log.accesses()[0].count, Some(2));
}

#[tokio::test]
async fn what_no_rule_allows_is_refused_explained_and_logged_before_anybody_is_asked() {
    let stage = Stage::new();
    let access = stage.access();
    let refusals = [
        access.get("smtp", LATEST).await.map(drop),
        access.set("smtp", PLANTED.into()).await.map(drop),
        access.delete("smtp").await,
        access.rotate("smtp").await.map(drop),
    ];
    for refusal in refusals {
        let error = refusal.unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("`smtp` to service:billing of no tenant"), "{text}");
        assert!(text.contains("stripe_*") && !text.contains("root"), "{text}");
    }
    let nobody = stage.secrets.for_caller(Caller::without_tenant(Actor::user("nobody")));
    let error = nobody.list().await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if reason.contains("no rule for it at all"))
    );
    // The same somebody in a tenant is somebody else.
    let tenant = TenantId(uuid::Uuid::from_u128(7));
    let foreign = stage.secrets.for_caller(Caller::of(tenant, billing()));
    let error = foreign.get("stripe_key", LATEST).await.unwrap_err().to_string();
    assert!(error.contains(&format!("of tenant {tenant}")), "{error}");
    assert!(stage.stub.asked().is_empty());
    assert_eq!(
        stage.log.lines(),
        [
            "get smtp: denied",
            "set smtp: denied",
            "delete smtp: denied",
            "rotate smtp: denied",
            "list: denied",
            "get stripe_key: denied",
        ]
    );
}

#[tokio::test]
async fn what_goes_wrong_is_logged_with_its_reason() {
    let stage = Stage::new();
    let access = stage.access();
    let cases =
        [(Fault::Unavailable, "failed"), (Fault::Corrupt, "failed"), (Fault::Denied, "denied")];
    for (fault, outcome) in cases {
        stage.stub.fail(fault);
        let error = access.get("stripe_key", LATEST).await.unwrap_err();
        let logged = stage.log.accesses();
        assert_eq!((logged.len(), logged[0].outcome.as_str()), (1, outcome));
        assert_eq!(logged[0].reason, Some(error.to_string()));
        assert!(access.list().await.is_err() && access.delete("stripe_key").await.is_err());
        let expected = [
            format!("list: {outcome}"),
            "delete stripe_key: attempted".into(),
            format!("delete stripe_key: {outcome}"),
        ];
        assert_eq!(stage.log.lines(), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_logged_is_not_done() {
    let stage = Stage::logged(Remembered::with_room_for(0));
    let access = stage.access();
    for refusal in [
        access.get("stripe_key", LATEST).await.map(drop),
        access.list().await.map(drop),
        access.set("stripe_key", "new".into()).await.map(drop),
        access.rotate("stripe_key").await.map(drop),
        access.delete("stripe_key").await,
    ] {
        let text = refusal.unwrap_err().to_string();
        assert!(text.contains("the log is full"), "{text}");
    }
    assert_eq!(stage.stub.value("stripe_key").as_deref(), Some(PLANTED));
    // A refusal stays one.
    assert!(matches!(access.get("smtp", LATEST).await, Err(Error::Denied { .. })));
    assert!(matches!(access.get("s m", LATEST).await, Err(Error::InvalidInput { .. })));

    // That it was about to be changed is logged, and what came of that is told.
    let stage = Stage::logged(Remembered::with_room_for(1));
    let error = stage.access().set("stripe_key", "new".into()).await.unwrap_err();
    assert!(error.to_string().contains("it was changed"), "{error}");
    assert_eq!(stage.log.lines(), ["set stripe_key: attempted"]);
    assert_eq!(stage.stub.value("stripe_key").as_deref(), Some("new"));
}

#[tokio::test]
async fn an_empty_value_is_refused() {
    let stage = Stage::new();
    let error = stage.access().set("stripe_key", SecretString::default()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
    assert_eq!(stage.log.lines(), ["set stripe_key: failed"]);
    assert!(stage.stub.asked().is_empty());
}

/// Anything that is no name, among it names with one character too many or of another kind.
fn no_names() -> impl Strategy<Value = String> {
    let is_name = |text: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        (1..=255).contains(&text.len()) && text.bytes().all(is_plain)
    };
    prop_oneof![
        any::<String>(),
        "[A-Za-z0-9_-]{0,40}[^A-Za-z0-9_-][A-Za-z0-9_-]{0,40}",
        "[A-Za-z0-9_-]{256,300}",
        "sk-[a-z]{8} |stripe_key\n|../stripe_key|stripe_key\0|stripe\u{2044}key|ｓtripe_key",
    ]
    .prop_filter("a name", move |text| !is_name(text))
}

proptest! {
    #[test]
    fn what_is_no_name_is_refused_explained_and_logged_masked(text in no_names()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stage = Stage::new();
        let secrets = Secrets::new(stage.stub.clone(), AccessRules::allow_all(), stage.log.clone());
        let access = secrets.for_caller(Caller::without_tenant(billing()));
        let log = Printed::default();
        let refusals = runtime.block_on(log.catch(async {
            [
                access.get(&text, LATEST).await.map(drop),
                access.set(&text, PLANTED.into()).await.map(drop),
                access.delete(&text).await,
                access.rotate(&text).await.map(drop),
            ]
        }));
        let mut said = log.text();
        for refusal in refusals {
            let error = refusal.unwrap_err();
            let is_invalid = matches!(error, Error::InvalidInput { .. });
            prop_assert!(is_invalid);
            let told = error.to_string();
            let is_explained = ["cannot be empty", "too long (max 255", "contains invalid characters"];
            prop_assert!(is_explained.iter().any(|reason| told.contains(reason)), "{}", told);
            write!(said, "{told} {error:?}").unwrap();
        }
        let logged = stage.log.accesses();
        prop_assert_eq!(logged.len(), 4);
        for access in &logged {
            prop_assert_eq!((access.key.as_deref(), access.outcome.as_str()), (Some(MASK), "invalid"));
        }
        write!(said, "{logged:?}").unwrap();
        // A short one may be part of a word.
        prop_assert!(text.len() < 8 || !said.contains(&text), "{}", said);
        prop_assert!(stage.stub.asked().is_empty());
    }
}

#[tokio::test]
async fn no_value_is_in_a_log_an_error_or_debug_output() {
    let log = Printed::default();
    let mut said = String::new();
    log.catch(Box::pin(async {
        let world = World::new().await;
        let tenant = world.tenant("Acme").await;
        let stub = Stub::new("stub", &[("a", PLANTED)]);
        let logs: [Arc<dyn AccessLog>; 2] =
            [Arc::new(TracingLog), Arc::new(StoreLog::new(world.store.clone()))];
        for log in logs {
            let secrets = Secrets::new(stub.clone(), AccessRules::allow_all(), log);
            let access = secrets.for_caller(Caller::of(tenant.id(), billing()));
            let got = access.get("a", LATEST).await.unwrap();
            write!(said, "{got:?} {secrets:?} {access:?}").unwrap();
            access.set("b", PLANTED.into()).await.unwrap();
            access.rotate("b").await.unwrap();
            stub.fail(Fault::Unavailable);
            write!(said, "{:?}", access.set("c", PLANTED.into()).await).unwrap();
            stub.fail(None);
        }
        for entry in entries(&tenant).await {
            write!(said, "{entry:?}").unwrap();
        }
    }))
    .await;
    let text = log.text();
    assert!(text.contains("a secret was asked for") && text.contains("service:billing"), "{text}");
    for text in [&text, &said] {
        assert!(!text.contains(PLANTED), "{text}");
    }
}

#[tokio::test]
async fn accesses_are_in_the_chain_of_the_tenant_of_whoever_asks() {
    let world = World::new().await;
    let (acme, other) = (world.tenant("Acme").await, world.tenant("Other").await);
    let before = entries(&other).await.len();
    let rules = format!(
        "rules: [{{ principal: 'service:*', tenant: '{}', keys: ['*'], verbs: [get, set, list] }}]",
        acme.id()
    );
    let stub = Stub::new("stub", &[("a", "1")]);
    let log = Arc::new(StoreLog::new(world.store.clone()).from_source("worker"));
    let secrets = Secrets::new(stub.clone(), AccessRules::parse(&rules).unwrap(), log);
    let ours = secrets.for_caller(Caller::of(acme.id(), billing()));
    ours.get("a", LATEST).await.unwrap();
    ours.set("b", "2".into()).await.unwrap();
    ours.list().await.unwrap();
    assert!(ours.get("none", LATEST).await.is_err());
    assert!(ours.delete("a").await.is_err() && ours.rotate("no name").await.is_err());

    let told: Vec<_> = entries(&acme).await.iter().rev().map(line).collect();
    let told: Vec<_> = told.iter().filter(|it| it.contains("secret")).map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "secret.read a success done",
            "secret.write b success attempted",
            "secret.write b success done",
            "secret.list - success done",
            "secret.read none failure not_found",
            "secret.delete a failure denied",
            "secret.rotate ******** failure invalid",
        ]
    );
    let read = entries(&acme)
        .await
        .into_iter()
        .rev()
        .find(|it| it.action.as_deref() == Some("secret.read"));
    let read = read.unwrap();
    assert_eq!(
        (read.actor_type.as_deref(), read.actor_id.as_deref()),
        (Some("service"), Some("billing"))
    );
    assert_eq!(read.source.as_deref(), Some("worker"));
    assert_eq!(read.details, Some(json!({ "outcome": "done", "provider": "stub", "version": 1 })));

    // Somebody of another tenant has no rule: that is in the chain of that one, and Acme hears nothing.
    let count = entries(&acme).await.len();
    let foreign = secrets.for_caller(Caller::of(other.id(), billing()));
    let error = foreign.get("a", LATEST).await.unwrap_err();
    assert!(
        matches!(&error, Error::Denied { reason, .. } if !reason.contains(&acme.id().to_string()))
    );
    let newest = &entries(&other).await[0];
    assert_eq!(line(newest), "secret.read a failure denied");
    assert_eq!((entries(&other).await.len(), entries(&acme).await.len()), (before + 1, count));

    // A tenant that is not there has no chain; it stays refused.
    let nobody = secrets.for_caller(Caller::of(TenantId(uuid::Uuid::from_u128(7)), billing()));
    assert!(matches!(nobody.get("a", LATEST).await, Err(Error::Denied { .. })));
}

#[tokio::test]
async fn without_the_database_no_value_is_given() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let away = Config::from_url("postgres://app@127.0.0.1:1/none?sslmode=disable").unwrap();
    let log = StoreLog::new(agentflow::Store::connect(away).unwrap());
    let stub = Stub::new("stub", &[("a", "1")]);
    let secrets = Secrets::new(stub.clone(), AccessRules::allow_all(), Arc::new(log));
    let access = secrets.for_caller(Caller::of(tenant.id(), billing()));
    assert!(matches!(access.get("a", LATEST).await, Err(Error::Unavailable { .. })));
    assert!(access.set("a", "2".into()).await.is_err());
    assert_eq!(stub.value("a").as_deref(), Some("1"));
    // Callers of no tenant have no chain.
    let platform = secrets.for_caller(Caller::without_tenant(Actor::system()));
    assert!(platform.get("a", LATEST).await.is_ok());
}

#[tokio::test]
async fn the_handler_of_a_step_has_the_secrets_of_its_worker_for_the_tenant_of_the_run() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place =
        Place::with(&tenant, DataPersistenceMode::Full, &crate::runs::support::steps_of(1)).await;
    place.start().await;
    let rules = format!(
        "rules: [{{ principal: 'service:worker-1', tenant: '{}', keys: [bank_*], verbs: [get] }}]",
        tenant.id()
    );
    let stub = Stub::new("stub", &[("bank_key", PLANTED), ("other", "x")]);
    let log = Arc::new(StoreLog::new(world.store.clone()));
    let secrets = Secrets::new(stub, AccessRules::parse(&rules).unwrap(), log);
    let handler = |context: StepContext| async move {
        let secrets = context.secrets().unwrap();
        let got = secrets.get("bank_key", LATEST).await.unwrap();
        assert_eq!(got.value.expose_secret(), PLANTED);
        assert!(matches!(secrets.get("other", LATEST).await, Err(Error::Denied { .. })));
        Ok(StepOutput::new(json!({})))
    };
    let worker = world.store.run_worker("worker-1").secrets(secrets).on_tool(TOOL, handler);
    assert_eq!(work(worker).await.succeeded, 1);
    let entries = entries(&tenant).await;
    let told: Vec<_> = entries.iter().rev().map(line).filter(|it| it.contains("secret")).collect();
    assert_eq!(told, ["secret.read bank_key success done", "secret.read other failure denied"]);
    let read = entries.iter().find(|it| it.action.as_deref() == Some("secret.read")).unwrap();
    assert_eq!(read.actor_id.as_deref(), Some("worker-1"));

    // One that was built without has none.
    place.start().await;
    let handler = |context: StepContext| async move {
        assert!(context.secrets().is_none());
        Ok(StepOutput::new(json!({})))
    };
    assert_eq!(work(world.store.run_worker("worker-2").on_tool(TOOL, handler)).await.succeeded, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn settings_lead_to_guarded_secrets() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (file, rules) = (folder.path().join("secrets.json"), folder.path().join("rules.yaml"));
    let write = |path: &std::path::Path, text: &str, mode: u32| {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    write(&file, r#"{"stripe_key": "planted-value-5b1f"}"#, 0o600);
    let yaml = "rules: [{ principal: '*', keys: [stripe_*, path], verbs: [get] }]";
    write(&rules, yaml, 0o644);
    let log = Arc::new(Remembered::default());
    let settings = SecretSettings {
        providers: vec![SecretProviderSetting::File(file.clone()), SecretProviderSetting::Env],
        prefix: "CARGO_".to_owned(),
        rules: Some(rules.clone()),
        max_stale: Duration::from_secs(60),
        ..SecretSettings::default()
    };
    let open = |settings: &SecretSettings| Secrets::open(settings, None, log.clone(), None);
    let secrets = open(&settings).unwrap();
    let access = secrets.for_caller(Caller::without_tenant(billing()));
    let got = access.get("stripe_key", LATEST).await.unwrap();
    assert_eq!(got.provider, format!("file:{}", file.display()));
    assert!(matches!(access.get("manifest_dir", LATEST).await, Err(Error::Denied { .. })));
    log.lines();

    // Nobody gets everything by leaving the rules out.
    let without = SecretSettings { rules: None, ..settings.clone() };
    assert!(open(&without).unwrap_err().to_string().contains("AF_SECRETS_RULES"));
    let all = Secrets::open(&without, Some(AccessRules::allow_all()), log.clone(), None).unwrap();
    let access = all.for_caller(Caller::without_tenant(billing()));
    let got = access.get("manifest_dir", LATEST).await.unwrap();
    assert_eq!((got.provider.as_str(), log.lines().len()), ("env", 1));

    // Rules that others may write, and rules that are none.
    write(&rules, yaml, 0o664);
    assert!(open(&settings).unwrap_err().to_string().contains("chmod go-w"));
    write(&rules, "rules: [{ principal: '*', keys: ['*'], verbs: [all] }]", 0o600);
    let error = open(&settings).unwrap_err().to_string();
    assert!(error.contains("rules.yaml") && error.contains("line 1"), "{error}");
    std::fs::remove_file(&rules).unwrap();
    assert!(open(&settings).unwrap_err().to_string().contains("rules.yaml"));

    // A file of secrets that the group may read is refused when it is used, and that is logged.
    write(&file, r#"{"stripe_key": "planted-value-5b1f"}"#, 0o640);
    let shared =
        Secrets::open(&without, Some(AccessRules::allow_all()), log.clone(), None).unwrap();
    let access = shared.for_caller(Caller::without_tenant(billing()));
    let error = access.get("stripe_key", LATEST).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("chmod 600") && !text.contains("planted"), "{text}");
    assert_eq!(log.lines(), ["get stripe_key: denied"]);
}

#[cfg(unix)]
#[tokio::test]
async fn rules_that_somebody_else_may_replace_are_refused() {
    use std::os::unix::fs::{PermissionsExt, chown};

    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.yaml");
    std::fs::write(&rules, "rules: []").unwrap();
    std::fs::set_permissions(&rules, std::fs::Permissions::from_mode(0o644)).unwrap();
    let settings = SecretSettings { rules: Some(rules.clone()), ..SecretSettings::default() };
    let read = || settings.read_rules().map(drop).map_err(|error| error.to_string());
    read().unwrap();
    let set_mode = |mode| {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(0o777);
    assert!(read().unwrap_err().contains("its mode is 0777"));
    set_mode(0o755);
    if chown(&rules, Some(12_345), None).is_err() {
        eprintln!("skipped: only root may give files away");
        return;
    }
    assert!(read().unwrap_err().contains("it belongs to user 12345"));
    chown(&rules, Some(0), None).unwrap();
    chown(folder.path(), Some(12_345), None).unwrap();
    assert!(read().unwrap_err().contains("its folder"));
}

#[tokio::test]
async fn what_settings_name_and_cannot_be_used_is_an_invalid_setting() {
    for path in ["s.txt", "s.json.age"] {
        let providers = vec![SecretProviderSetting::File(path.into())];
        let settings = SecretSettings { providers, ..SecretSettings::default() };
        let rules = Some(AccessRules::allow_all());
        let error = Secrets::open(&settings, rules, Arc::new(Remembered::default()), None);
        let error = error.unwrap_err();
        assert!(matches!(error, Error::InvalidSetting(_)), "{error}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

/// Works until nothing is due.
async fn work(worker: WorkerBuilder) -> WorkerStats {
    worker.until_idle(true).build().run(CancellationToken::new()).await.unwrap()
}

/// The entries of a chain, newest first.
async fn entries(tenant: &Tenant) -> Vec<AuditEntry> {
    tenant.audit().list(&AuditFilter::default(), 200).await.unwrap()
}

fn line(entry: &AuditEntry) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
    let outcome = entry.details.as_ref().and_then(|it| it["outcome"].as_str()).unwrap_or("-");
    let (action, key, status) = (&entry.action, &entry.resource_id, &entry.status);
    format!("{} {} {} {outcome}", text(action), text(key), text(status))
}

/// Everything that was logged.
#[derive(Debug, Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    async fn catch<T>(&self, work: impl Future<Output = T>) -> T {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        work.with_subscriber(subscriber).await
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
