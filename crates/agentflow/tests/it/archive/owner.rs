use agentflow::{Config, Error, Store};

use super::{export, import_with, options, plant, rows_of};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";

/// Row-level security is in force for whoever owns the tables and is no superuser.
#[tokio::test]
async fn an_owner_who_is_no_superuser_moves_a_tenant_once_it_may_keep_triggers_quiet() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let owner = format!("owner_{}", world.database.name());
    client
        .batch_execute(&format!(
            "CREATE ROLE {owner} LOGIN PASSWORD 'secret' IN ROLE af_app; GRANT CREATE ON SCHEMA public TO {owner};
             DO $$
             DECLARE v_what text;
             BEGIN
                 FOR v_what IN
                     SELECT 'TABLE ' || oid::regclass FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                     UNION ALL SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc AS p
                     WHERE pronamespace = 'public'::regnamespace
                 LOOP
                     EXECUTE format('ALTER %s OWNER TO {owner}', v_what);
                 END LOOP;
             END $$"
        ))
        .await
        .unwrap();
    let url = format!("{}?sslmode=disable", world.database.url_as(&owner, "secret"));
    let store = Store::connect(Config::from_url(&url).unwrap()).unwrap();
    let (file, _) = export(&store, one).await;
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    let refused = import_with(&store, &file, &options).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Denied { reason, .. } if reason.contains("GRANT SET ON PARAMETER")),
        "{refused}"
    );
    let grant = format!("GRANT SET ON PARAMETER session_replication_role TO {owner}");
    client.batch_execute(&grant).await.unwrap();
    let imported = import_with(&store, &file, &options).await.unwrap();
    let (before, after) = (rows_of(&client, one).await, rows_of(&client, imported.tenant.id).await);
    for table in ["workspaces", "memories", "messages", "rbac_roles", "metering_events"] {
        assert_eq!(before[table], after[table], "{table}");
    }
    store.close();
    client
        .batch_execute(&format!("REVOKE SET ON PARAMETER session_replication_role FROM {owner}"))
        .await
        .unwrap();
}
