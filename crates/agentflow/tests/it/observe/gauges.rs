use agentflow::{Error, audit::Actor, observe};

use super::counted::{Counted, value_of};
use crate::{runs::planted::Planted, support::World};

#[tokio::test]
async fn the_runs_that_wait_are_counted_over_all_active_tenants() {
    let world = World::new().await;
    let queue = world.store.run_queue();
    let none = queue.waiting().await.unwrap();
    assert_eq!((none.tenants, none.runs, none.longest.as_millis()), (0, 0, 0));

    let acme = Planted::new(&world).await;
    let globex = Planted::named(&world, "Globex").await;
    acme.runs(3, 1).await;
    globex.runs(2, 1).await;
    let sql = "UPDATE runs SET due_at = now() - interval '1 hour' WHERE id = (SELECT id FROM runs LIMIT 1)";
    acme.superuser.execute(sql, &[]).await.unwrap();
    let waiting = queue.waiting().await.unwrap();
    assert_eq!((waiting.tenants, waiting.runs), (2, 5));
    assert!((3_600..3_700).contains(&waiting.longest.as_secs()), "{waiting:?}");

    // Suspended tenants have no turn, and what a worker holds does not wait.
    world.store.admin().tenants().suspend(globex.tenant.id(), &Actor::user("ann")).await.unwrap();
    acme.claim("w1", 2).await;
    let waiting = queue.waiting().await.unwrap();
    assert_eq!((waiting.tenants, waiting.runs), (1, 1));

    let counted = Counted::by_this_thread();
    observe::gauge_runs(&waiting);
    let metrics = counted.take();
    assert!((value_of(&metrics, "af_runs_due", None) - 1.0).abs() < 0.1);
    assert!(value_of(&metrics, "af_runs_oldest_due_seconds", None) < 3_600.0);
}

#[tokio::test]
async fn who_is_in_a_tenant_learns_nothing_of_the_queue_of_all() {
    let world = World::new().await;
    let planted = Planted::new(&world).await;
    planted.runs(1, 1).await;
    let asked = planted.tenant.query("SELECT runs FROM measure_due_runs()", &[]).await;
    let Err(Error::Denied { reason, .. }) = &asked else { panic!("{asked:?}") };
    assert_eq!(reason, "measure_due_runs() belongs to no tenant: call it before one is entered");
}

#[tokio::test]
async fn the_audit_that_waits_is_told_with_its_age() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    tenant.audit().append(&crate::scope_event()).await.unwrap();
    let lag = world.store.admin().audit_lag().await.unwrap();
    let counted = Counted::by_this_thread();
    observe::gauge_audit_lag(&lag);
    let metrics = counted.take();
    assert!(value_of(&metrics, "af_audit_unpublished_entries", None) >= 1.0, "{lag:?}");
    let age = value_of(&metrics, "af_audit_lag_seconds", None);
    assert!((0.0..600.0).contains(&age), "{lag:?}");
}
