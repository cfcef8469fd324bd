//! Who may have which secret, and what is written down of it.

mod recorded;
mod settings;

use std::{
    fmt::Write as _,
    io::Write,
    sync::{Arc, Mutex},
};

use agentflow::{
    Error, Tenant, TenantId,
    audit::{Actor, AuditEntry, AuditFilter},
    secrets::{
        Access, AccessLog, AccessRules, Caller, MASK, Secrets, SecretsAccess, StoreLog, TracingLog,
        VersionSelector,
    },
};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use tracing::instrument::WithSubscriber;

use super::stub::{Fault, Remembered, Stub};
use crate::support::World;

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

/// The entries of a chain, newest first.
async fn entries(tenant: &Tenant) -> Vec<AuditEntry> {
    tenant.audit().list(&AuditFilter::default(), 200).await.unwrap()
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
