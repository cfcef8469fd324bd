//! What a statement leaves behind in its session must not reach the next borrower of the connection.

use agentflow::{NewWorkspace, audit::Actor};

use crate::support::World;

/// Leaves behind whatever a function can, in the schema of the tests.
const LITTER: &str = "
    CREATE FUNCTION litter() RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
        CREATE TEMP TABLE workspaces (tenant_id uuid, name text);
        PERFORM pg_advisory_lock(4711);
        PERFORM set_config('work_mem', '1MB', false);
        PERFORM set_config('search_path', 'pg_temp, public', false);
        RETURN 1;
    END $$";

const LEFT_BEHIND: &str = "
    SELECT (SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r')
         + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
         + (current_setting('work_mem') = '1MB')::int";

#[tokio::test]
async fn nothing_of_one_tenant_is_left_in_the_session_for_the_next() {
    let world = World::with_one_connection().await;
    let (first, second) = (world.tenant("Acme").await, world.tenant("Beta").await);
    world.superuser().await.batch_execute(LITTER).await.unwrap();
    second.workspaces().create(NewWorkspace::named("Theirs"), &Actor::system()).await.unwrap();

    first.query("SELECT litter()", &[]).await.unwrap();
    let left: i64 = second.query(LEFT_BEHIND, &[]).await.unwrap()[0].get(0);
    assert_eq!(left, 0, "after a query");

    first.execute("SELECT * INTO TEMP workspaces FROM public.workspaces", &[]).await.unwrap();
    let left: i64 = second.query(LEFT_BEHIND, &[]).await.unwrap()[0].get(0);
    assert_eq!(left, 0, "after a statement");

    for end in ["commit", "rollback", "drop", "audit"] {
        let tx = first.begin().await.unwrap();
        tx.query("SELECT litter()", &[]).await.unwrap();
        match end {
            "commit" => tx.commit().await.unwrap(),
            "rollback" => tx.rollback().await.unwrap(),
            "audit" => drop(tx.audit_and_commit(&super::scope_event()).await.unwrap()),
            _ => drop(tx),
        }
        let left: i64 = second.query(LEFT_BEHIND, &[]).await.unwrap()[0].get(0);
        assert_eq!(left, 0, "after {end}");
    }
    assert_eq!(second.workspaces().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_temporary_table_does_not_stand_in_for_ours() {
    let world = World::with_one_connection().await;
    let tenant = world.tenant("Acme").await;
    tenant.workspaces().create(NewWorkspace::named("Ours"), &Actor::system()).await.unwrap();
    world
        .superuser()
        .await
        .batch_execute(
            "CREATE FUNCTION shadow() RETURNS int LANGUAGE plpgsql AS
             $$ BEGIN CREATE TEMP TABLE workspaces (tenant_id uuid, name text); RETURN 1; END $$",
        )
        .await
        .unwrap();
    let tx = tenant.begin().await.unwrap();
    tx.query("SELECT shadow()", &[]).await.unwrap();
    assert_eq!(tx.query("SELECT name FROM workspaces", &[]).await.unwrap().len(), 1);
}
