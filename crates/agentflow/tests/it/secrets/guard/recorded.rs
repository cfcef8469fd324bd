//! What the audit chain of a tenant has of accesses.

use std::sync::Arc;

use agentflow::{
    Config, DataPersistenceMode, Error, TenantId,
    audit::{Actor, AuditEntry},
    runs::{CancellationToken, StepContext, StepOutput, WorkerBuilder, WorkerStats},
    secrets::{AccessRules, Caller, Secrets, StoreLog},
};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{LATEST, PLANTED, billing, entries};
use crate::{
    runs::support::{Place, TOOL},
    secrets::stub::Stub,
    support::World,
};

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

/// Works until nothing is due.
async fn work(worker: WorkerBuilder) -> WorkerStats {
    worker.until_idle(true).build().run(CancellationToken::new()).await.unwrap()
}

fn line(entry: &AuditEntry) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
    let outcome = entry.details.as_ref().and_then(|it| it["outcome"].as_str()).unwrap_or("-");
    let (action, key, status) = (&entry.action, &entry.resource_id, &entry.status);
    format!("{} {} {} {outcome}", text(action), text(key), text(status))
}
