//! The role that takes checkpoints: the owner of the tables, who need not be superuser, and nobody else.

use agentflow::{Config, Error, Store};
use tokio_postgres::error::SqlState;

use super::{Shelf, assert_tenant_log_is_right, key, round};
use crate::{audit::event, support::World};

/// A store whose role has these rights, and row-level security is in force for.
async fn store_as(world: &World, role: &str, grants: &str) -> Store {
    let name = format!("{role}_{}", world.database.name());
    let superuser = world.superuser().await;
    let sql = format!("CREATE ROLE {name} LOGIN PASSWORD 'x' IN ROLE af_app; {grants}")
        .replace(":role", &name);
    superuser.batch_execute(&sql).await.unwrap();
    let url = world.database.url();
    let (_, place) = url.split_once('@').unwrap();
    Store::connect(
        Config::from_url(&format!("postgres://{name}:x@{place}?sslmode=disable")).unwrap(),
    )
    .unwrap()
}

const OWN: &str = "
    DO $$
    DECLARE v_what text;
    BEGIN
        FOR v_what IN
            SELECT 'TABLE ' || oid::regclass FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            UNION ALL SELECT 'ROUTINE ' || oid::regprocedure FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        LOOP
            EXECUTE format('ALTER %s OWNER TO :role', v_what);
        END LOOP;
    END $$;";

#[tokio::test]
async fn the_owner_of_the_tables_takes_checkpoints_of_all_tenants() {
    let world = World::new().await;
    let (acme, _) = (world.tenant("Acme").await, world.tenant("Beta").await);
    let owner = store_as(&world, "owner", OWN).await;
    let (admin, shelf) = (owner.admin(), Shelf::new("shelf"));
    assert_eq!(admin.audit_lag().await.unwrap().tenants, 2);
    assert_eq!(round(&admin, &[&shelf]).await.checkpoints, 2);
    acme.audit().append(&event(1)).await.unwrap();
    assert_eq!(admin.audit_lag().await.unwrap().entries, 1);
    assert_eq!(round(&admin, &[&shelf]).await.entries, 1);
    assert_eq!(admin.audit_lag().await.unwrap().entries, 0);
    let superuser = world.superuser().await;
    assert_eq!(assert_tenant_log_is_right(&superuser).await.len(), 3);
    assert_eq!(shelf.checkpoints().len(), 5);
}

#[tokio::test]
async fn a_role_that_owns_nothing_takes_none() {
    let world = World::new().await;
    world.tenant("Acme").await;
    let admin = store_as(&world, "guest", "").await.admin();
    let error = admin.take_checkpoints(&key(), &[], None).await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    let error = admin.audit_lag().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
}

#[tokio::test]
async fn the_runtime_role_can_neither_read_nor_write_what_is_global() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    round(&world.store.admin(), &[&Shelf::new("shelf")]).await;
    let superuser = world.superuser().await;
    let denied = |sql: String| {
        let superuser = &superuser;
        async move {
            let sql = format!(
                "BEGIN; SET LOCAL ROLE af_app; SET LOCAL app.tenant_id = '{}'; {sql}",
                tenant.id()
            );
            let error = superuser.batch_execute(&sql).await.expect_err(&sql);
            assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
            superuser.batch_execute("ROLLBACK").await.unwrap();
        }
    };
    for table in ["tenant_log", "tenant_log_checkpoints", "audit_sinks"] {
        denied.clone()(format!("SELECT FROM {table}")).await;
        denied.clone()(format!("DELETE FROM {table}")).await;
        denied.clone()(format!("LOCK TABLE {table}")).await;
        denied.clone()(format!("INSERT INTO {table} DEFAULT VALUES")).await;
    }
    denied.clone()("SELECT audit_uncovered(NULL, NULL, 1)".to_owned()).await;
    denied.clone()("SELECT audit_most_uncovered('{}', 1)".to_owned()).await;
    denied.clone()("INSERT INTO audit_checkpoints DEFAULT VALUES".to_owned()).await;
    denied.clone()("DELETE FROM audit_checkpoints".to_owned()).await;
}
