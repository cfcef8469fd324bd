//! Engines whose rules do not come: others are not held up by them, and nothing is lost over it.

use std::sync::Arc;

use agentflow::{Store, TenantId};
use tokio_postgres::Client;

use super::{
    engine::{tenant_with, users},
    engines::{NEVER, Running, add_and_wait, eventually, names, notify},
};
use crate::support::{World, config};

/// Makes whoever enters a tenant wait for a lock, which `superuser` holds now.
async fn hold(superuser: &Client, tenant: TenantId) {
    let hold = format!(
        "ALTER FUNCTION enter_tenant(uuid) RENAME TO enter_tenant_now;
         CREATE FUNCTION enter_tenant(p_tenant uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
             IF p_tenant = '{tenant}' THEN PERFORM pg_advisory_xact_lock(7); END IF;
             PERFORM public.enter_tenant_now(p_tenant);
         END $$;
         SELECT pg_advisory_lock(7);"
    );
    superuser.batch_execute(&hold).await.unwrap();
}

async fn release(superuser: &Client) {
    superuser.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
}

async fn someone_waits(superuser: &Client) -> bool {
    let waiting = "SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
                   WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database())";
    superuser.query_one(waiting, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_tenant_whose_rules_do_not_come_holds_up_no_other() {
    let world = World::new().await;
    let (acme, beta) =
        (tenant_with(&world, "Acme", users()).await, tenant_with(&world, "Beta", users()).await);
    let superuser = world.superuser().await;
    // Its own pool, for statements that are prepared already call the function that was there.
    let store = Store::connect(config(&world.database)).unwrap();
    store.check().await.unwrap();
    hold(&superuser, acme.id()).await;
    let running = Running::listening(store.rule_engines().with_poll(NEVER)).await;

    let (engines, id) = (running.engines.clone(), acme.id());
    let stuck = tokio::spawn(async move { engines.get(id).await });
    eventually(async || someone_waits(&superuser).await).await;
    let engine = running.engines.get(beta.id()).await.unwrap();
    // Heard of, so it is refreshed as well, which gets no further.
    notify(&superuser, acme.id()).await;
    for name in ["one", "two"] {
        add_and_wait(&beta, &engine, name).await;
    }
    assert!(!stuck.is_finished());
    release(&superuser).await;
    stuck.await.unwrap().unwrap();
    running.stop().await;
}

#[tokio::test]
async fn an_engine_that_was_forgotten_while_it_was_loaded_is_not_given_out() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let superuser = world.superuser().await;
    let store = Store::connect(config(&world.database)).unwrap();
    store.check().await.unwrap();
    hold(&superuser, acme.id()).await;
    let engines = store.rule_engines();
    let stuck = tokio::spawn({
        let (engines, id) = (engines.clone(), acme.id());
        async move { engines.get(id).await }
    });
    eventually(async || someone_waits(&superuser).await).await;
    assert!(engines.evict(acme.id()));
    release(&superuser).await;
    let engine = stuck.await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&engine, &engines.get(acme.id()).await.unwrap()));
}

#[tokio::test]
async fn what_changes_while_an_engine_is_loaded_is_evaluated_too() {
    let world = World::new().await;
    let acme = tenant_with(&world, "Acme", users()).await;
    let superuser = world.superuser().await;
    let store = Store::connect(config(&world.database)).unwrap();
    store.check().await.unwrap();
    let running = Running::listening(store.rule_engines().with_poll(NEVER)).await;
    hold_books(&superuser).await;
    let stuck = tokio::spawn({
        let (engines, id) = (running.engines.clone(), acme.id());
        async move { engines.get(id).await }
    });
    eventually(async || someone_waits(&superuser).await).await;
    // The book is of a moment before this.
    let insert =
        "INSERT INTO rules (tenant_id, name, expression) VALUES ($1, 'late', 'User.age >= 18')";
    superuser.execute(insert, &[&acme.id().0]).await.unwrap();
    release(&superuser).await;
    let engine = stuck.await.unwrap().unwrap();
    eventually(async || names(&engine) == ["late"]).await;
    running.stop().await;
}

/// Makes whoever reads schemas wait for a lock, which `superuser` holds now, behind the point where its snapshot is taken.
async fn hold_books(superuser: &Client) {
    let hold = "CREATE FUNCTION wait_here() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
             IF pg_try_advisory_xact_lock_shared(7) THEN RETURN true; END IF;
             PERFORM pg_advisory_xact_lock_shared(7);
             RETURN true;
         END $$;
         CREATE POLICY wait_here ON schemas AS RESTRICTIVE FOR SELECT USING (wait_here());
         SELECT pg_advisory_lock(7);";
    superuser.batch_execute(hold).await.unwrap();
}
