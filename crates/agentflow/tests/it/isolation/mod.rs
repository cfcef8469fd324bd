//! Isolation by construction: the rules every table must obey, read from the catalog, and a matrix of every table, every
//! verb and every scope, tried out. Both work inside one transaction that is rolled back, so that the tests can also
//! show that they fail when a table is not isolated.

mod catalog;
mod matrix;
mod metering;
pub(crate) mod planters;

use tokio_postgres::Client;

use crate::support::World;

/// A superuser's connection inside a transaction that is never committed.
async fn rehearsal(world: &World) -> Client {
    let client = world.superuser().await;
    client.batch_execute("BEGIN").await.unwrap();
    client
}

/// Tables of tenants, in order of their names.
async fn tenant_tables(client: &Client) -> Vec<String> {
    let sql = "SELECT c.relname::text FROM pg_class c
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                 AND c.relname <> ALL ($1)
               ORDER BY 1";
    client
        .query(sql, &[&catalog::GLOBAL_TABLES])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test]
async fn every_table_key_policy_view_function_and_grant_obeys_the_rules() {
    let world = World::new().await;
    let client = rehearsal(&world).await;
    let faults = catalog::faults(&client).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn no_verb_reaches_another_tenant_on_any_table() {
    let world = World::new().await;
    let client = rehearsal(&world).await;
    let report = matrix::run(&client).await;
    assert!(report.faults.is_empty(), "{}", report.faults.join("\n"));
    // Every table: seven verbs in three scopes, where the foreign-key verb counts per key.
    assert!(report.cells >= tenant_tables(&client).await.len() * 18, "only {} cells", report.cells);
}

/// As the owner of the tables who is no superuser, for whom row-level security is in force.
#[tokio::test]
async fn a_tenant_with_rows_in_every_table_is_deleted_with_all_of_them() {
    const TENANT: &str = "10000000-0000-4000-8000-00000000000d";
    let world = World::new().await;
    let client = rehearsal(&world).await;
    let mut tables = tenant_tables(&client).await;
    // Takes no tenants but the made-up ones.
    tables.retain(|table| table != "isolation_canaries");
    planters::plant(&client, &tables, TENANT).await;
    let owner = format!("owner_{}", world.database.name());
    client
        .batch_execute(&format!(
            "CREATE ROLE {owner} IN ROLE af_app; GRANT CREATE ON SCHEMA public TO {owner};
             DO $$
             DECLARE v_what text;
             BEGIN
                 FOR v_what IN
                     SELECT 'TABLE ' || oid::regclass FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                     UNION ALL SELECT 'ROUTINE ' || oid::regprocedure FROM pg_proc
                     WHERE pronamespace = 'public'::regnamespace
                 LOOP
                     EXECUTE format('ALTER %s OWNER TO {owner}', v_what);
                 END LOOP;
             END $$;
             SET LOCAL ROLE {owner}"
        ))
        .await
        .unwrap();
    client.batch_execute(&format!("SELECT tenant_delete('{TENANT}', 'ann')")).await.unwrap();
    client.batch_execute("RESET ROLE").await.unwrap();
    for table in tables {
        let count = format!("SELECT count(*) FROM {table} WHERE tenant_id = '{TENANT}'");
        let left: i64 = client.query_one(&count, &[]).await.unwrap().get(0);
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test]
async fn removing_row_level_security_from_any_one_table_is_noticed_by_both() {
    let world = World::new().await;
    let client = rehearsal(&world).await;
    let mut tables = tenant_tables(&client).await;
    tables.push("tenants".to_owned());
    for table in tables {
        client.batch_execute("SAVEPOINT intact").await.unwrap();
        client
            .batch_execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
            .await
            .unwrap();
        let by_catalog = catalog::faults(&client).await;
        let by_matrix = matrix::run(&client).await.faults;
        for (who, faults) in [("catalog", by_catalog), ("matrix", by_matrix)] {
            println!("{table} without row-level security, {who}: {}", faults.join(" | "));
            assert!(
                faults.iter().any(|fault| fault.contains(&table)),
                "{who} did not notice {table}: {faults:?}"
            );
        }
        client.batch_execute("ROLLBACK TO SAVEPOINT intact").await.unwrap();
    }
}

#[tokio::test]
async fn each_rule_of_the_catalog_test_notices_what_breaks_it() {
    let world = World::new().await;
    let client = rehearsal(&world).await;
    for (rule, sabotage) in catalog::SABOTAGE {
        client.batch_execute("SAVEPOINT intact").await.unwrap();
        client.batch_execute(sabotage).await.unwrap();
        let faults = catalog::faults(&client).await;
        assert!(
            faults.iter().any(|fault| fault.starts_with(rule)),
            "`{rule}` did not notice {sabotage}: {faults:?}"
        );
        client.batch_execute("ROLLBACK TO SAVEPOINT intact").await.unwrap();
    }
    let without_sabotage: Vec<_> = catalog::RULES
        .iter()
        .map(|(rule, _)| *rule)
        .filter(|rule| !catalog::SABOTAGE.iter().any(|(name, _)| name == rule))
        .collect();
    assert!(without_sabotage.is_empty(), "rules nobody tried to break: {without_sabotage:?}");
}
