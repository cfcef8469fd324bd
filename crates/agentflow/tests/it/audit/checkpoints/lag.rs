//! What nobody outside could prove yet.

use std::sync::Arc;

use agentflow::{
    Store,
    audit::{Actor, AuditLag},
    core::{clock::ManualClock, ids::RandomIds, random::Generator},
};
use jiff::Timestamp;

use super::{Shelf, key, round, sinks};
use crate::{
    audit::event,
    support::{World, config, database},
};

async fn clocked(now: &str) -> (World, Arc<ManualClock>) {
    let (database, clock) = (database().await, Arc::new(ManualClock::at(at(now))));
    let (ids, entropy) = (Arc::new(RandomIds::from_os()), Arc::new(Generator::seeded(1)));
    let clock_of_store = Arc::clone(&clock);
    let store = Store::with_sources(config(&database), clock_of_store, ids, entropy).unwrap();
    (World { store, database }, clock)
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn lag(entries: u64, tenants: u64, oldest: &str) -> AuditLag {
    AuditLag { entries, tenants, oldest: Some(at(oldest)) }
}

#[tokio::test]
async fn the_lag_is_what_a_sink_does_not_have_yet() {
    let (world, clock) = clocked("2026-01-01T00:00:00Z").await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    assert_eq!(admin.audit_lag().await.unwrap(), AuditLag::default());
    let acme = world.tenant("Acme").await;
    clock.set(at("2026-01-02T00:00:00Z"));
    let beta = world.tenant("Beta").await;
    acme.audit().append(&event(1)).await.unwrap();
    assert_eq!(admin.audit_lag().await.unwrap(), lag(3, 2, "2026-01-01T00:00:00Z"));

    // Nobody was ever given anything, so a checkpoint is enough.
    round(&admin, &[]).await;
    assert_eq!(admin.audit_lag().await.unwrap(), AuditLag::default());

    round(&admin, &[&shelf]).await;
    clock.set(at("2026-01-03T00:00:00Z"));
    beta.audit().append(&event(2)).await.unwrap();
    clock.set(at("2026-01-04T00:00:00Z"));
    beta.audit().append(&event(3)).await.unwrap();
    assert_eq!(admin.audit_lag().await.unwrap(), lag(2, 1, "2026-01-03T00:00:00Z"));
    round(&admin, &[]).await;
    assert_eq!(
        admin.audit_lag().await.unwrap(),
        lag(2, 1, "2026-01-03T00:00:00Z"),
        "not at the sink"
    );
    shelf.set_broken(true);
    let report = admin.take_checkpoints(&key(), &sinks(&[&shelf]), None).await.unwrap();
    assert!(!report.is_complete());
    assert_eq!(admin.audit_lag().await.unwrap(), lag(2, 1, "2026-01-03T00:00:00Z"));
    shelf.set_broken(false);
    round(&admin, &[&shelf]).await;
    assert_eq!(admin.audit_lag().await.unwrap(), AuditLag::default());
}

#[tokio::test]
async fn the_slowest_sink_counts_until_it_is_forgotten() {
    let (world, _) = clocked("2026-01-01T00:00:00Z").await;
    let (admin, one, other) = (world.store.admin(), Shelf::new("one"), Shelf::new("other"));
    let acme = world.tenant("Acme").await;
    round(&admin, &[&one, &other]).await;
    acme.audit().append(&event(1)).await.unwrap();
    round(&admin, &[&one]).await;
    assert_eq!(admin.audit_lag().await.unwrap().entries, 1);
    assert!(admin.forget_audit_sink("other").await.unwrap());
    assert!(!admin.forget_audit_sink("other").await.unwrap());
    assert_eq!(admin.audit_lag().await.unwrap(), AuditLag::default());
    let names: Vec<_> = admin.audit_sinks().await.unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["one"]);
}

#[tokio::test]
async fn deleted_tenants_wait_for_nothing() {
    let (world, _) = clocked("2026-01-01T00:00:00Z").await;
    let admin = world.store.admin();
    let acme = world.tenant("Acme").await;
    admin.tenants().delete(acme.id(), &Actor::user("tester")).await.unwrap();
    assert_eq!(admin.audit_lag().await.unwrap(), AuditLag::default());
}
