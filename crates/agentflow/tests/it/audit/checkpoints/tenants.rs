//! Tenants that come and go, and many of them.

use agentflow::audit::Actor;

use super::{Shelf, assert_checkpoints_are_right, assert_tenant_log_is_right, origin, round};
use crate::{audit::event, support::World};

#[tokio::test]
async fn a_new_tenant_and_a_deleted_one_are_in_the_log() {
    let world = World::new().await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    let acme = world.tenant("Acme").await;
    let first = round(&admin, &[&shelf]).await;
    assert_eq!((first.checkpoints, first.deleted, first.tenant_log), (1, 0, 1));
    admin.tenants().delete(acme.id(), &Actor::user("tester")).await.unwrap();
    // One that was never in a checkpoint.
    let brief = world.tenant("Brief").await;
    admin.tenants().delete(brief.id(), &Actor::user("tester")).await.unwrap();
    let second = round(&admin, &[&shelf]).await;
    assert_eq!((second.checkpoints, second.deleted, second.tenant_log), (0, 2, 3));
    assert_eq!(round(&admin, &[&shelf]).await.deleted, 0, "each once");
    assert_eq!(shelf.sizes("audit.example.com/tenants"), [1, 3]);
    assert_eq!(shelf.sizes(origin(acme.id()).as_str()), [1]);
}

#[tokio::test]
async fn a_tenant_deleted_before_its_checkpoint_was_published_is_no_obstacle() {
    let world = World::new().await;
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    let acme = world.tenant("Acme").await;
    round(&admin, &[]).await;
    admin.tenants().delete(acme.id(), &Actor::user("tester")).await.unwrap();
    let report = round(&admin, &[&shelf]).await;
    assert_eq!((report.deleted, report.sinks[0].published), (1, 1));
    assert_eq!(shelf.sizes("audit.example.com/tenants"), [2]);
}

#[tokio::test]
async fn a_suspended_tenant_is_taken_as_well() {
    let world = World::new().await;
    let admin = world.store.admin();
    let acme = world.tenant("Acme").await;
    acme.audit().append(&event(1)).await.unwrap();
    admin.tenants().suspend(acme.id(), &Actor::user("tester")).await.unwrap();
    let report = round(&admin, &[]).await;
    assert_eq!((report.checkpoints, report.entries), (1, 3));
    let superuser = world.superuser().await;
    assert_eq!(assert_checkpoints_are_right(&superuser, acme.id()).await, [3]);
}

#[tokio::test]
async fn two_thousand_tenants_are_taken_page_by_page() {
    const TENANTS: u64 = 2_000;
    let world = World::new().await;
    let superuser = world.superuser().await;
    // Each with one entry, as creating a tenant leaves it.
    let create = format!(
        "DO $$
         DECLARE v_tenant uuid;
         BEGIN
             FOR v_number IN 1..{TENANTS} LOOP
                 INSERT INTO tenants (name, slug, tier) VALUES ('Tenant ' || v_number, 'tenant-' || v_number, 'standard')
                 RETURNING id INTO v_tenant;
                 PERFORM set_config('app.tenant_id', v_tenant::text, true);
                 PERFORM audit_append(v_tenant, ARRAY[gen_random_uuid()], ARRAY['{{}}']);
             END LOOP;
         END $$"
    );
    superuser.batch_execute(&create).await.unwrap();
    let (admin, shelf) = (world.store.admin(), Shelf::new("shelf"));
    let began = std::time::Instant::now();
    let report = round(&admin, &[&shelf]).await;
    println!("a round of {TENANTS} tenants: {:?}", began.elapsed());
    assert_eq!(
        (report.checkpoints, report.entries, report.tenant_log),
        (TENANTS, TENANTS, TENANTS)
    );
    assert_eq!(report.sinks[0].published, TENANTS + 1);
    let began = std::time::Instant::now();
    assert_eq!(round(&admin, &[&shelf]).await.checkpoints, 0);
    println!("a round without anything new: {:?}", began.elapsed());
    for enough in ["1000", "0"] {
        let ask = format!("SELECT audit_most_uncovered('{}', {enough})", "{}");
        superuser.query_one(&ask, &[]).await.unwrap();
        let began = std::time::Instant::now();
        assert_eq!(superuser.query_one(&ask, &[]).await.unwrap().get::<_, i64>(0), 0);
        println!("whether {enough} entries wait: {:?}", began.elapsed());
    }
    assert_eq!(assert_tenant_log_is_right(&superuser).await.len() as u64, TENANTS);
}
