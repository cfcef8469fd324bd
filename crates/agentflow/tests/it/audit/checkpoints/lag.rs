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

async fn time(world: &World, sql: &str) -> Option<Timestamp> {
    Some(world.superuser().await.query_one(sql, &[]).await.unwrap().get(0))
}

/// Without the time at which it was measured, which is after everything else.
async fn lag(admin: &agentflow::Admin) -> AuditLag {
    let lag = admin.audit_lag().await.unwrap();
    assert!(lag.since.is_none_or(|since| since <= lag.measured_at), "{lag:?}");
    AuditLag { measured_at: Timestamp::default(), ..lag }
}

#[tokio::test]
async fn the_lag_is_what_a_sink_does_not_have_yet() {
    // Far from the time of the server, which is what counts.
    let (world, _) = clocked("2099-01-01T00:00:00Z").await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    assert_eq!(lag(&admin).await, AuditLag::default());
    let (acme, beta) = (world.tenant("Acme").await, world.tenant("Beta").await);
    acme.audit().append(&event(1)).await.unwrap();
    let since = time(&world, "SELECT min(created_at) FROM tenants").await;
    let expected = AuditLag { entries: 3, tenants: 2, since, ..AuditLag::default() };
    assert_eq!(lag(&admin).await, expected);

    // Nobody was ever given anything, so a checkpoint is enough.
    round(&admin, &[]).await;
    assert_eq!(lag(&admin).await, AuditLag::default());

    round(&admin, &[&shelf]).await;
    beta.audit().append(&event(2)).await.unwrap();
    beta.audit().append(&event(3)).await.unwrap();
    let of_beta =
        format!("SELECT created_at FROM audit_checkpoints WHERE tenant_id = '{}'", beta.id());
    let since = time(&world, &of_beta).await;
    let expected = AuditLag { entries: 2, tenants: 1, since, ..AuditLag::default() };
    assert_eq!(lag(&admin).await, expected);
    round(&admin, &[]).await;
    assert_eq!(lag(&admin).await, expected, "not at the sink");
    shelf.set_broken(true);
    let report = admin.take_checkpoints(&key(), &sinks(&[&shelf]), None).await.unwrap();
    assert!(!report.is_complete());
    assert_eq!(lag(&admin).await, expected);
    shelf.set_broken(false);
    round(&admin, &[&shelf]).await;
    assert_eq!(lag(&admin).await, AuditLag::default());
}

#[tokio::test]
async fn a_sink_that_never_worked_lags() {
    let (world, _) = clocked("2026-01-01T00:00:00Z").await;
    let (admin, good, bad) = (world.store.admin(), Shelf::new("good"), Shelf::new("bad"));
    world.tenant("Acme").await;
    bad.set_broken(true);
    for _ in 0..2 {
        admin.take_checkpoints(&key(), &sinks(&[&good, &bad]), None).await.unwrap();
        assert_eq!(lag(&admin).await.entries, 1);
    }
    let states = admin.audit_sinks().await.unwrap();
    let states: Vec<_> = states.iter().map(|sink| (sink.name.as_str(), sink.published)).collect();
    assert_eq!(states, [("bad", 0), ("good", 1)]);
}

#[tokio::test]
async fn the_slowest_sink_counts_until_it_is_forgotten() {
    let (world, _) = clocked("2026-01-01T00:00:00Z").await;
    let (admin, one, other) = (world.store.admin(), Shelf::new("one"), Shelf::new("other"));
    let acme = world.tenant("Acme").await;
    round(&admin, &[&one, &other]).await;
    acme.audit().append(&event(1)).await.unwrap();
    round(&admin, &[&one]).await;
    assert_eq!(lag(&admin).await.entries, 1);
    assert!(admin.forget_audit_sink("other").await.unwrap());
    assert!(!admin.forget_audit_sink("other").await.unwrap());
    assert_eq!(lag(&admin).await, AuditLag::default());
    let names: Vec<_> = admin.audit_sinks().await.unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["one"]);
}

#[tokio::test]
async fn deleted_tenants_wait_for_nothing() {
    let (world, _) = clocked("2026-01-01T00:00:00Z").await;
    let admin = world.store.admin();
    let acme = world.tenant("Acme").await;
    admin.tenants().delete(acme.id(), &Actor::user("tester")).await.unwrap();
    assert_eq!(lag(&admin).await, AuditLag::default());
}
