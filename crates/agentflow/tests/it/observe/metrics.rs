use std::{collections::BTreeMap, time::Duration};

use agentflow::{
    Error, NewWorkspace, Store,
    audit::{Actor, AuditConfigChange, Event, LogLevel, Resource},
    budgets::{
        Amounts, BudgetPeriod, BudgetSpec, Decision, Enforcement, Limits, ReserveRequest, Subject,
    },
    core::{
        identity::{ApiKey, KeyEnvironment},
        random::Generator,
    },
    identity::{NewService, Origin},
};
use futures::poll;

use super::counted::{Counted, value_of};
use crate::support::{World, config};

pub fn ann() -> Actor {
    Actor::user("ann")
}

pub fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, outcome)| ((*name).to_owned(), (*outcome).to_owned())).collect()
}

pub fn kinds(of: &[(&str, u32)]) -> BTreeMap<String, u32> {
    of.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
}

#[tokio::test]
async fn every_operation_is_counted_by_its_name_and_outcome() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let workspaces = tenant.workspaces();
    // What is read once, such as what the tenant wants recorded, is not to be told from the rest.
    workspaces.create(NewWorkspace::named("First"), &ann()).await.unwrap();
    let counted = Counted::by_this_thread();

    let made = workspaces.create(NewWorkspace::named("Finance"), &ann()).await.unwrap();
    workspaces.get(made.id).await.unwrap().unwrap();
    workspaces.list().await.unwrap();
    workspaces.list().await.unwrap();
    let taken = workspaces.create(NewWorkspace::named("Finance"), &ann()).await;
    assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
    workspaces.delete(made.id, &ann()).await.unwrap();
    let gone = workspaces.delete(made.id, &ann()).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    world.store.admin().tenants().list(None, 10).await.unwrap();

    let expected = [
        ("create a workspace", "already_exists"),
        ("create a workspace", "ok"),
        ("delete a workspace", "not_found"),
        ("delete a workspace", "ok"),
        ("get a workspace", "ok"),
        ("list tenants", "ok"),
        ("list workspaces", "ok"),
        ("list workspaces", "ok"),
    ];
    assert_eq!(counted.operations(), pairs(&expected));
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_counted_as_dropped() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    tenant.workspaces().list().await.unwrap();
    let counted = Counted::by_this_thread();
    {
        let workspaces = tenant.workspaces();
        let mut call = Box::pin(workspaces.list());
        assert!(poll!(&mut call).is_pending());
    }
    assert_eq!(counted.operations(), pairs(&[("list workspaces", "dropped")]));
    drop(tenant.begin().await.unwrap());
    assert_eq!(counted.operations(), pairs(&[("run a transaction", "dropped")]));
}

#[tokio::test]
async fn errors_are_counted_by_kind_and_refusals_too() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let service = tenant.services().create(NewService::named("deployer"), &ann()).await.unwrap();
    let counted = Counted::by_this_thread();

    tenant.query("SELECT 1 / 0", &[]).await.unwrap_err();
    assert_eq!(counted.errors(), kinds(&[("database", 1)]));

    let environment = KeyEnvironment::default();
    let nobodys = ApiKey::generate(tenant.id(), &environment, &Generator::from_os());
    let refused = tenant.keys().authenticate(nobodys.expose(), &Origin::default()).await;
    assert!(matches!(refused, Err(Error::Unauthenticated { .. })), "{refused:?}");
    assert_eq!(counted.errors(), kinds(&[("unauthenticated", 1)]));

    let access = tenant.access(service.id);
    let denied = access.require(&"workspace:delete".parse().unwrap(), None).await;
    assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
    assert_eq!(counted.errors(), kinds(&[("denied", 1)]));

    world.store.admin().tenants().suspend(tenant.id(), &ann()).await.unwrap();
    counted.take();
    tenant.workspaces().list().await.unwrap_err();
    tenant.begin().await.unwrap_err();
    assert_eq!(counted.errors(), kinds(&[("denied", 2)]));
}

#[tokio::test]
async fn waiting_for_a_connection_is_measured_and_that_there_is_none_is_an_error() {
    let world = World::new().await;
    let id = world.new_tenant("Acme").await.id;
    let patience = Duration::from_millis(50);
    let config = config(&world.database).with_pool(1, 0).unwrap().with_acquire_timeout(patience);
    let store = Store::connect(config).unwrap();
    let tenant = store.tenant(id);
    let counted = Counted::by_this_thread();
    let holder = tenant.begin().await.unwrap();
    store.gauge_pool();
    let metrics = counted.take();
    assert_eq!(
        value_of(&metrics, "af_pool_connections", Some(("state", "used"))).to_bits(),
        1.0_f64.to_bits()
    );
    assert_eq!(
        value_of(&metrics, "af_pool_connections", Some(("state", "idle"))).to_bits(),
        0.0_f64.to_bits()
    );
    assert_eq!(value_of(&metrics, "af_pool_connections_limit", None).to_bits(), 1.0_f64.to_bits());

    tenant.workspaces().list().await.unwrap_err();
    let metrics = counted.take();
    let wait = value_of(&metrics, "af_pool_wait_seconds", None);
    assert!(wait >= patience.as_secs_f64(), "{wait}");
    let errors = value_of(&metrics, "af_errors_total", Some(("kind", "unavailable")));
    assert!(errors > 0.0);

    // Who stops waiting has waited, too.
    {
        let workspaces = tenant.workspaces();
        let mut call = Box::pin(workspaces.list());
        assert!(poll!(&mut call).is_pending());
    }
    let metrics = counted.take();
    let waits = metrics.iter().filter(|it| it.name == "af_pool_wait_seconds");
    assert_eq!(waits.map(|it| it.times).sum::<usize>(), 1, "{metrics:?}");
    holder.rollback().await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_cannot_begin_is_an_operation_that_failed() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    // Dropped on the way, it takes its connection with it: on the next one nothing is prepared yet.
    drop(tenant.begin().await.unwrap());
    let renamed = "ALTER FUNCTION public.enter_tenant(uuid) RENAME TO enter_nothing";
    world.superuser().await.batch_execute(renamed).await.unwrap();
    let counted = Counted::by_this_thread();
    tenant.begin().await.unwrap_err();
    assert_eq!(counted.operations(), pairs(&[("run a transaction", "schema_missing")]));
    tenant.begin().await.unwrap_err();
    assert_eq!(counted.errors(), kinds(&[("schema_missing", 1)]));
}

#[tokio::test]
async fn audit_entries_count_once_they_are_committed() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let event = || Event::new("test.happened", Resource::kind("test"), ann());
    tenant.audit().append(&event()).await.unwrap();
    let counted = Counted::by_this_thread();

    tenant.audit().append(&event()).await.unwrap();
    tenant.audit().append_many(&[event(), event()]).await.unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.audit(&event()).await.unwrap();
    tx.audit_many(&[event(), event()]).await.unwrap();
    tx.audit_and_commit(&event()).await.unwrap();
    let entries = value_of(&counted.take(), "af_audit_entries_total", None);
    assert!((entries - 7.0).abs() < 0.1, "{entries}");

    // Its entry is written by the statement that changes the settings.
    let verbose = AuditConfigChange { log_level: Some(LogLevel::Verbose), ..Default::default() };
    tenant.audit().configure(verbose, &ann()).await.unwrap();
    let entries = value_of(&counted.take(), "af_audit_entries_total", None);
    assert!((entries - 1.0).abs() < 0.1, "{entries}");

    let tx = tenant.begin().await.unwrap();
    tx.audit(&event()).await.unwrap();
    tx.rollback().await.unwrap();
    let counted = counted.take();
    let more = counted.iter().filter(|it| it.name == "af_audit_entries_total" && it.value > 0.0);
    assert_eq!(more.count(), 0, "{counted:?}");
}

#[tokio::test]
async fn what_a_budget_refuses_is_counted() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let spec = BudgetSpec {
        name: "llm".to_owned(),
        subject: Subject::default(),
        enforcement: Enforcement::Hard,
        period: BudgetPeriod::Month,
        time_zone: "UTC".to_owned(),
        limits: Limits { tokens: Some(10), ..Limits::default() },
        thresholds: vec![80],
        carry_over_percent: 0,
    };
    tenant.budgets().set(spec, &ann()).await.unwrap();
    let counted = Counted::by_this_thread();
    for (tokens, is_refused) in [(10, false), (1, true)] {
        let request = ReserveRequest::new(Subject::default(), Amounts::tokens(tokens));
        let decision = tenant.budgets().reserve(request).await.unwrap();
        assert_eq!(matches!(decision, Decision::Refused(_)), is_refused);
    }
    let refusals = value_of(&counted.take(), "af_budget_refusals_total", None);
    assert!((refusals - 1.0).abs() < 0.1, "{refusals}");
}

#[tokio::test]
async fn no_metric_names_a_tenant_or_a_value() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let counted = Counted::by_this_thread();
    let name = "Confidential-4711";
    tenant.workspaces().create(NewWorkspace::named(name), &ann()).await.unwrap();
    tenant.query("SELECT $1::text", &[&name]).await.unwrap();
    let printed = format!("{:?}", counted.take());
    assert!(printed.contains("create a workspace") && printed.contains("run a query"));
    assert!(!printed.contains("Confidential"), "{printed}");
    assert!(!printed.contains(&tenant.id().to_string()), "{printed}");
}
