//! Engines of many tenants: loaded once, kept up to date, and forgotten with their tenants.

use std::{sync::Arc, time::Duration};

use agentflow::{
    Admin, Config, Error, NewTenant, Result, Store, Tenant, TenantId,
    core::rules::{RuleSet, RuleSpec},
    migrate::Options,
    rules::{Engine, Engines, Listening, OnFailure, Rules},
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};
use serde_json::json;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, interval, timeout},
};
use tokio_postgres::Client;

use super::{
    ann,
    engine::{answers, tenant_with, users},
};
use crate::support::{World, connect, newest};

/// No poll comes within a test.
pub const NEVER: Duration = Duration::from_secs(86_400);
pub const OFTEN: Duration = Duration::from_millis(20);

/// Engines that are being kept up to date until this is dropped or stopped.
pub struct Running {
    pub engines: Engines,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub fn start(engines: Engines) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let run = engines.clone();
        let task =
            tokio::spawn(async move { run.run(async { stopped.await.unwrap_or(()) }).await });
        Self { engines, stop, task }
    }

    /// Running and listening.
    pub async fn listening(engines: Engines) -> Self {
        let running = Self::start(engines);
        eventually(async || is_listening(&running.engines)).await;
        running
    }

    pub async fn stop(self) -> Engines {
        drop(self.stop);
        self.task.await.unwrap();
        self.engines
    }
}

pub fn is_listening(engines: &Engines) -> bool {
    matches!(engines.status().listening, Listening::On)
}

/// Waits until it is so.
pub async fn eventually(is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut ask = interval(Duration::from_millis(5));
    while !is_so().await {
        assert!(Instant::now() < deadline, "it did not come");
        ask.tick().await;
    }
}

async fn add(tenant: &Tenant, name: &str) {
    tenant.rules().add(None, RuleSpec::new(name, "User.age >= 18"), &ann()).await.unwrap();
}

/// Waits for what comes after this revision, and fails when nothing does: before a refresh that is stuck would be given up,
/// so that waiting for one shows.
async fn changed_since(engine: &Engine<Rules>, revision: i64) -> Result<Arc<RuleSet>> {
    let changed = timeout(Duration::from_secs(20), engine.changed_since(revision)).await;
    changed.expect("nothing changed")
}

/// Adds a rule by another connection, and waits until the engine evaluates it.
pub async fn add_and_wait(tenant: &Tenant, engine: &Engine<Rules>, name: &str) {
    let before = engine.rules().revision();
    add(tenant, name).await;
    changed_since(engine, before).await.unwrap();
    assert!(names(engine).contains(&name.to_owned()), "{name} is not in {:?}", names(engine));
}

pub fn names(engine: &Engine<Rules>) -> Vec<String> {
    let adult = json!({ "User": { "age": 21, "name": "Bo" } });
    answers(engine, &adult).into_iter().map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_is_loaded_once_for_each_tenant() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    add(&acme, "adult").await;
    let engines = world.store.rule_engines();
    let gets: Vec<_> = (0..20)
        .map(|_| {
            let (engines, id) = (engines.clone(), acme.id());
            tokio::spawn(async move { engines.get(id).await.unwrap() })
        })
        .collect();
    let first = engines.get(acme.id()).await.unwrap();
    for engine in futures::future::join_all(gets).await {
        assert!(Arc::ptr_eq(&engine.unwrap(), &first));
    }
    assert_eq!(names(&first), ["adult"]);
    let status = engines.status();
    assert_eq!(status.engines.keys().collect::<Vec<_>>(), [&acme.id()]);
    assert!(matches!(status.listening, Listening::Off), "{}", status.listening);

    assert!(engines.evict(acme.id()) && !engines.evict(acme.id()));
    assert!(engines.status().engines.is_empty());
    assert!(!Arc::ptr_eq(&engines.get(acme.id()).await.unwrap(), &first));
    assert_eq!(names(&first), ["adult"], "whoever has it can go on");
}

#[tokio::test]
async fn a_tenant_that_is_not_there_has_no_engine_and_takes_no_room() {
    let world = World::new().await;
    let engines = world.store.rule_engines();
    let nobody = TenantId(uuid::Uuid::from_u128(7));
    for _ in 0..2 {
        let error = engines.get(nobody).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        assert!(!engines.evict(nobody), "nothing is kept of it");
    }
    let acme = tenant_with(&world, "Acme", users()).await;
    let tenants = world.store.admin();
    tenants.tenants().suspend(acme.id(), &ann()).await.unwrap();
    let error = engines.get(acme.id()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    tenants.tenants().resume(acme.id(), &ann()).await.unwrap();
    engines.get(acme.id()).await.unwrap();
}

pub async fn notify(superuser: &Client, tenant: TenantId) {
    let notify = format!("NOTIFY agentflow_rules, '{tenant}'");
    superuser.batch_execute(&notify).await.unwrap();
}

#[tokio::test]
async fn what_is_changed_elsewhere_is_heard_of_at_once() {
    let world = World::new().await;
    let (acme, beta) =
        (tenant_with(&world, "Acme", users()).await, tenant_with(&world, "Beta", users()).await);
    let running = Running::listening(world.store.rule_engines().with_poll(NEVER)).await;
    let (a, b) = (
        running.engines.get(acme.id()).await.unwrap(),
        running.engines.get(beta.id()).await.unwrap(),
    );
    // What is no tenant's, or nobody's who was asked for, does no harm.
    let superuser = world.superuser().await;
    superuser
        .batch_execute("NOTIFY agentflow_rules, 'nobody'; NOTIFY agentflow_rules")
        .await
        .unwrap();
    notify(&superuser, TenantId(uuid::Uuid::from_u128(7))).await;
    for number in 0..20 {
        add_and_wait(&acme, &a, &format!("a{number}")).await;
        add_and_wait(&beta, &b, &format!("b{number}")).await;
    }
    let before = a.rules().revision();
    let schema = json!({ "User": { "age": "int", "name": "string", "email": "string" } });
    acme.rule_schemas().set(schema, OnFailure::Refuse, &ann()).await.unwrap();
    let rules = changed_since(&a, before).await.unwrap();
    assert!(rules.language().compile("User.email != ''").is_ok());

    let engines = running.stop().await;
    assert!(matches!(engines.status().listening, Listening::Off));
    eventually(async || listeners(&superuser).await.is_empty()).await;
}

#[tokio::test]
async fn without_listening_changes_are_found_by_polling() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let engines = world.store.rule_engines().with_poll(OFTEN).without_listening();
    let running = Running::start(engines);
    let engine = running.engines.get(acme.id()).await.unwrap();
    for name in ["one", "two", "three"] {
        add_and_wait(&acme, &engine, name).await;
    }
    let status = running.engines.status();
    assert!(matches!(status.listening, Listening::Polling), "{}", status.listening);
    assert!(listeners(&world.superuser().await).await.is_empty());
}

/// The processes of the server that listen.
async fn listeners(superuser: &Client) -> Vec<i32> {
    let listeners = "SELECT pid FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name = 'agentflow' AND query LIKE 'LISTEN%'";
    let listeners = superuser.query(listeners, &[]).await.unwrap();
    listeners.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_lost_connection_is_replaced_and_nothing_is_missed() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let running = Running::listening(world.store.rule_engines().with_poll(NEVER)).await;
    let engine = running.engines.get(acme.id()).await.unwrap();
    let superuser = world.superuser().await;
    for round in 0..3 {
        add_and_wait(&acme, &engine, &format!("heard {round}")).await;
        let before = listening_processes(&superuser).await;
        assert_eq!(before.len(), 1, "{before:?}");
        // What happens before there is another connection is not heard.
        superuser.query_one("SELECT pg_terminate_backend($1)", &[&before[0]]).await.unwrap();
        add_and_wait(&acme, &engine, &format!("missed {round}")).await;
        eventually(async || {
            let now = listening_processes(&superuser).await;
            now.len() == 1 && now != before && is_listening(&running.engines)
        })
        .await;
    }
    assert_eq!(names(&engine).len(), 6);
}

/// Connections of the store that are outside of its pool.
async fn listening_processes(superuser: &Client) -> Vec<i32> {
    let processes = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                     AND application_name = 'agentflow' AND (query LIKE 'LISTEN%' OR query LIKE '%postmaster%')";
    let processes = superuser.query(processes, &[]).await.unwrap();
    processes.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_engine_of_a_deleted_tenant_is_forgotten_and_refuses() {
    let world = World::new().await;
    let (acme, beta) =
        (tenant_with(&world, "Acme", users()).await, tenant_with(&world, "Beta", users()).await);
    let running = Running::listening(world.store.rule_engines().with_poll(NEVER)).await;
    let (a, b) = (
        running.engines.get(acme.id()).await.unwrap(),
        running.engines.get(beta.id()).await.unwrap(),
    );
    add_and_wait(&acme, &a, "adult").await;
    world.store.admin().tenants().delete(acme.id(), &ann()).await.unwrap();

    let error = changed_since(&a, a.rules().revision()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let facts = json!({ "User": { "age": 21, "name": "Bo" } });
    let rule = a.rules().rules().next().unwrap().id;
    for refused in [a.evaluate_all(&facts).map(|_| ()), a.evaluate(rule, &facts).map(|_| ())] {
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    }
    assert_eq!(running.engines.status().engines.keys().collect::<Vec<_>>(), [&beta.id()]);
    assert!(running.engines.get(acme.id()).await.is_err());
    add_and_wait(&beta, &b, "adult").await;
}

#[tokio::test]
async fn the_engine_of_a_suspended_tenant_is_forgotten_and_another_comes_after() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let running = Running::start(world.store.rule_engines().with_poll(OFTEN));
    let engine = running.engines.get(acme.id()).await.unwrap();
    add_and_wait(&acme, &engine, "adult").await;
    world.store.admin().tenants().suspend(acme.id(), &ann()).await.unwrap();
    let error = changed_since(&engine, engine.rules().revision()).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    world.store.admin().tenants().resume(acme.id(), &ann()).await.unwrap();
    let engine = running.engines.get(acme.id()).await.unwrap();
    assert_eq!(names(&engine), ["adult"]);
    add_and_wait(&acme, &engine, "later").await;
}

#[tokio::test]
async fn an_engine_that_cannot_be_refreshed_goes_on_and_catches_up() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let running = Running::start(world.store.rule_engines().with_poll(OFTEN));
    let engine = running.engines.get(acme.id()).await.unwrap();
    add_and_wait(&acme, &engine, "adult").await;
    let superuser = world.superuser().await;
    superuser.batch_execute("REVOKE SELECT ON rule_revisions FROM af_app").await.unwrap();
    eventually(async || engine.status().failures > 1).await;
    let status = running.engines.status().engines.remove(&acme.id()).unwrap();
    assert!(matches!(status.error, Some(Error::Denied { .. })), "{:?}", status.error);
    assert_eq!(names(&engine), ["adult"]);
    superuser.batch_execute("GRANT SELECT ON rule_revisions TO af_app").await.unwrap();
    eventually(async || engine.status().failures == 0).await;
    add_and_wait(&acme, &engine, "later").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_rules_are_evaluated_as_they_were() {
    let (mut server, store) = server_of_its_own().await;
    let created = store.admin().tenants().create(NewTenant::named("Acme"), &ann()).await.unwrap();
    let acme = store.tenant(created.id);
    acme.rule_schemas().set(users(), OnFailure::Refuse, &ann()).await.unwrap();
    // Polls too seldom to be what brings the rules back.
    let running = Running::listening(store.rule_engines().with_poll(NEVER)).await;
    let engine = running.engines.get(acme.id()).await.unwrap();
    add_and_wait(&acme, &engine, "adult").await;

    server = in_background(server, |server| server.kill().unwrap()).await;
    eventually(async || matches!(running.engines.status().listening, Listening::Lost(_))).await;
    assert_eq!(names(&engine), ["adult"]);
    let unreachable = engine.refresh().await.unwrap_err();
    assert!(unreachable.is_unavailable(), "{unreachable:?}");
    assert_eq!(names(&engine), ["adult"]);

    server = in_background(server, |server| server.restart().unwrap()).await;
    add_and_wait(&acme, &engine, "later").await;
    eventually(async || is_listening(&running.engines)).await;
    add_and_wait(&acme, &engine, "last").await;
    in_background(server, |server| drop(server.kill())).await;
}

/// A server that can be killed and keeps what was committed, with a store.
async fn server_of_its_own() -> (Ephemeral, Store) {
    let start = || {
        let installation =
            Installation::find_or_provision(&mut |step| eprintln!("{step}")).unwrap();
        let options = EphemeralOptions { durable: true, ..EphemeralOptions::default() };
        Ephemeral::start(&installation, &options).unwrap()
    };
    let server = tokio::task::spawn_blocking(start).await.unwrap();
    let url = server.url("postgres");
    let migrator = Admin::migrator(Options::default()).unwrap();
    let mut client = connect(&url).await;
    let target = newest(&client).await;
    migrator.up(&mut client, target).await.unwrap();
    let config = Config::from_url(&format!("{url}?sslmode=disable")).unwrap();
    (server, Store::connect(config).unwrap())
}

async fn in_background(
    mut server: Ephemeral,
    work: impl FnOnce(&mut Ephemeral) + Send + 'static,
) -> Ephemeral {
    let done = tokio::task::spawn_blocking(move || {
        work(&mut server);
        server
    });
    done.await.unwrap()
}

#[tokio::test]
async fn after_a_backup_was_restored_an_engine_is_loaded_anew() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    for name in ["one", "two"] {
        add(&acme, name).await;
    }
    let running = Running::start(world.store.rule_engines().with_poll(OFTEN));
    let engine = running.engines.get(acme.id()).await.unwrap();
    let superuser = world.superuser().await;
    let restore = "BEGIN; DELETE FROM rules WHERE name = 'two'; UPDATE rule_revisions SET revision = 1; COMMIT";
    superuser.batch_execute(restore).await.unwrap();
    let error = changed_since(&engine, engine.rules().revision()).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    let engine = running.engines.get(acme.id()).await.unwrap();
    assert_eq!((names(&engine), engine.rules().revision()), (vec!["one".to_owned()], 1));
}
