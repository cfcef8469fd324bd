use agentflow::{Error, Store, Tenant};

use crate::support::{World, config};

async fn faults(tenant: &Tenant) -> Vec<String> {
    match tenant.workspaces().list().await {
        Err(Error::Unsafe { faults }) => faults,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A store that has not looked at the database yet.
async fn fresh(world: &World, sabotage: &str) -> Tenant {
    let id = world.new_tenant("Acme").await.id;
    world.superuser().await.batch_execute(sabotage).await.unwrap();
    Store::connect(config(&world.database)).unwrap().tenant(id)
}

#[tokio::test]
async fn a_sound_database_is_served() {
    let world = World::new().await;
    world.store.check().await.unwrap();
}

#[tokio::test]
async fn a_table_whose_row_level_security_is_not_forced_is_refused() {
    let world = World::new().await;
    let tenant = fresh(&world, "ALTER TABLE workspaces NO FORCE ROW LEVEL SECURITY").await;
    let faults = faults(&tenant).await;
    assert!(faults.iter().any(|fault| fault.contains("workspaces")), "{faults:?}");
}

#[tokio::test]
async fn a_policy_that_lets_tenants_see_each_other_is_found_by_the_canary() {
    let world = World::new().await;
    let tenant =
        fresh(&world, "CREATE POLICY wide ON isolation_canaries USING (true) WITH CHECK (true)")
            .await;
    let faults = faults(&tenant).await;
    assert!(faults.iter().any(|fault| fault.contains("can be read")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("can be written")), "{faults:?}");
}

#[tokio::test]
async fn a_policy_that_ignores_the_setting_is_found_by_the_canary() {
    let world = World::new().await;
    let sabotage = "CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE
                    AS $$ SELECT '00000000-0000-4000-8000-00000000000a'::uuid $$";
    let tenant = fresh(&world, sabotage).await;
    assert!(!faults(&tenant).await.is_empty());
}

#[tokio::test]
async fn a_runtime_role_that_owns_tables_is_refused() {
    let world = World::new().await;
    let tenant = fresh(&world, "ALTER TABLE workspace_configs OWNER TO af_app").await;
    let faults = faults(&tenant).await;
    assert!(faults.iter().any(|fault| fault.contains("owns workspace_configs")), "{faults:?}");
}

#[tokio::test]
async fn a_database_without_the_schema_says_how_to_get_it() {
    let database = agentflow_postgres::testing::TestServer::shared().await.empty_database().await;
    let error = Store::connect(config(&database)).unwrap().check().await.unwrap_err();
    assert!(matches!(error, Error::SchemaMissing { .. }), "{error:?}");
    assert!(error.to_string().contains("af migrate up"), "{error}");
}

#[tokio::test]
async fn without_a_database_nothing_connects_and_the_error_says_how_to_get_one() {
    let error = Store::connect(agentflow::Config::default()).unwrap_err();
    assert!(matches!(error, Error::NotConfigured), "{error:?}");
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
}

#[tokio::test]
async fn a_failed_connection_names_the_place_and_never_the_password() {
    let url = "postgres://app:hunter2@127.0.0.1:1/nowhere?sslmode=disable";
    let store = Store::connect(agentflow::Config::from_url(url).unwrap()).unwrap();
    let error = store.check().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_login_role_that_may_not_become_the_runtime_role_is_told_what_to_grant() {
    let world = World::new().await;
    let name = format!("stranger_{}", world.database.name());
    world
        .superuser()
        .await
        .batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'stranger'"))
        .await
        .unwrap();
    let url = format!("{}?sslmode=disable", world.database.url_as(&name, "stranger"));
    let store = Store::connect(agentflow::Config::from_url(&url).unwrap()).unwrap();
    let Error::Unsafe { faults } = store.check().await.unwrap_err() else {
        panic!("expected a refusal")
    };
    assert!(faults[0].contains("GRANT af_app"), "{faults:?}");
    world.superuser().await.batch_execute(&format!("DROP ROLE {name}")).await.unwrap();
}

#[tokio::test]
async fn a_login_role_with_nothing_but_the_runtime_role_can_serve() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let name = format!("service_{}", world.database.name());
    world
        .superuser()
        .await
        .batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'service' IN ROLE af_app"))
        .await
        .unwrap();
    let url = format!("{}?sslmode=disable", world.database.url_as(&name, "service"));
    let store = Store::connect(agentflow::Config::from_url(&url).unwrap()).unwrap();
    assert!(store.tenant(tenant.id).workspaces().list().await.unwrap().is_empty());
    let error = store
        .admin()
        .tenants()
        .suspend(tenant.id, &agentflow::audit::Actor::system())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    store.close();
    drop(store);
    let superuser = world.superuser().await;
    superuser
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
            &[&name],
        )
        .await
        .unwrap();
    superuser.batch_execute(&format!("DROP ROLE {name}")).await.unwrap();
}

#[tokio::test]
async fn a_wide_policy_or_a_grant_too_many_on_any_table_is_refused() {
    for (sabotage, word) in [
        ("CREATE POLICY wide ON workspaces USING (true)", "wide"),
        ("ALTER POLICY tenant_isolation ON environments USING (true)", "environments"),
        ("GRANT TRUNCATE ON workspaces TO af_app", "TRUNCATE workspaces"),
        ("ALTER TABLE tenants DISABLE ROW LEVEL SECURITY", "tenants"),
        ("CREATE POLICY wide ON tenants USING (true)", "wide"),
        ("CREATE VIEW peek AS SELECT * FROM audits; GRANT SELECT ON peek TO af_app", "peek"),
        ("CREATE MATERIALIZED VIEW peek AS SELECT * FROM audits; GRANT SELECT ON peek TO af_app", "peek"),
        ("CREATE TABLE loose (tenant_id uuid, a int); GRANT SELECT (a) ON loose TO af_app", "loose"),
        ("CREATE SCHEMA side; CREATE TABLE side.hidden (tenant_id uuid); GRANT USAGE ON SCHEMA side TO af_app;
          GRANT SELECT ON side.hidden TO af_app", "hidden"),
        ("GRANT UPDATE ON audits TO af_app", "UPDATE audits"),
        ("GRANT INSERT ON permissions TO af_app", "INSERT permissions"),
        ("GRANT UPDATE ON permissions TO af_app", "UPDATE permissions"),
        ("GRANT DELETE ON permissions TO af_app", "DELETE permissions"),
        ("CREATE FUNCTION strong() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", "strong"),
    ] {
        let world = World::new().await;
        let tenant = fresh(&world, sabotage).await;
        let faults = faults(&tenant).await;
        assert!(faults.iter().any(|fault| fault.contains(word)), "{sabotage}: {faults:?}");
    }
}

#[tokio::test]
async fn own_statements_that_would_leave_the_scope_are_refused_and_harm_nothing() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let tx = tenant.begin().await.unwrap();
    for sql in [
        "COMMIT",
        "RESET ROLE",
        "SET ROLE postgres",
        "SELECT set_config('app.tenant_id', '', true)",
    ] {
        let error = tx.execute(sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{sql}: {error:?}");
        assert!(tenant.query(sql, &[]).await.is_err(), "{sql}");
        assert!(tenant.execute(sql, &[]).await.is_err(), "{sql}");
    }
    let role = tx.query("SELECT current_user::text", &[]).await.unwrap()[0].get::<_, String>(0);
    assert_eq!(role, "af_app");
    tx.commit().await.unwrap();
}
