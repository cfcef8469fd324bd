//! Whether secrets can be asked for, which nobody does here.

use std::{os::unix::fs::PermissionsExt, path::Path};

use agentflow::{Config, Store, audit::Actor};
use agentflow_postgres::testing::TestServer;
use agentflow_services::{Name, Service, Status};

use crate::support::{Variables, free_port, look_at, migrated, settings, variables};

async fn found(variables: &Variables) -> Service {
    let mut settings = settings(variables);
    settings.retries = 0;
    let service = look_at(Name::Secrets, &settings).await;
    assert!(!format!("{service:?}").contains("hunter2"), "{service:?}");
    service
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_provider_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good.json", r#"{"api-key": "hunter2"}"#);
    let service = found(&variables([("AF_SECRETS", &format!("file:{good},env"))])).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(
        service.message.contains("good.json") && service.message.contains("env"),
        "{service:?}"
    );

    let bad = write(folder.path(), "bad.json", r#"{"api-key": "hunter2"#);
    let vault = format!("http://127.0.0.1:{}", free_port());
    let chain = format!("file:{bad},vault:{vault},fallback:file:{good}");
    let service = found(&variables([("AF_SECRETS", &chain), ("VAULT_TOKEN", "hunter2")])).await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(
        service.message.contains("bad.json") && service.message.contains(&vault),
        "{service:?}"
    );
    assert!(!service.message.contains("good.json"), "{service:?}");
    assert!(service.hint.unwrap().contains("AF_SECRETS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.yaml").display().to_string();
    let service = found(&variables([("AF_SECRETS_RULES", &path)])).await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.contains("rules.yaml"), "{service:?}");
    assert!(service.hint.unwrap().contains("AF_SECRETS_RULES"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ring_must_be_that_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = migrated().await;
    let path = folder.path().join("keys.json").display().to_string();
    let ring = format!("file:{path}");
    let with_ring = |url: &str| variables([("DATABASE_URL", url), ("AF_KEY_RING", &ring)]);
    let missing = found(&with_ring(database.url())).await;
    assert_eq!(missing.status, Status::Unavailable, "{missing:?}");
    assert!(missing.hint.as_deref().unwrap().contains("`af key-ring init`"), "{missing:?}");

    let all = with_ring(database.url());
    let config = Config::from_lookup(&|name| all.get(name).cloned()).unwrap();
    let store = Store::connect(config).unwrap();
    store.admin().key_ring().init(&Actor::user("ann")).await.unwrap();
    let service = found(&all).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(service.message.contains("the key ring of this database"), "{service:?}");

    // Of another database, which does not know it.
    let other = migrated().await;
    let service = found(&with_ring(other.url())).await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.message.starts_with("the key ring: "), "{service:?}");

    // Where nothing was migrated, it is not the key ring that is wrong.
    let empty = TestServer::shared().await.empty_database().await;
    let service = found(&with_ring(empty.url())).await;
    assert_eq!(service.status, Status::Unavailable, "{service:?}");
    assert!(service.hint.as_deref().unwrap().contains("`af migrate up`"), "{service:?}");
    assert!(!service.hint.unwrap().contains("af key-ring init"));

    // It opens also while the database is down.
    let service = found(&with_ring(&format!("postgres://127.0.0.1:{}/x", free_port()))).await;
    assert_eq!(service.status, Status::Available, "{service:?}");
    assert!(service.message.contains("not compared with the database"), "{service:?}");
}
