//! The owner of the schema is bound by row-level security where it is no superuser: claiming must work for it all the same.

use agentflow::{Admin, migrate::Options};
use agentflow_postgres::testing::TestServer;
use tokio_postgres::Client;

use crate::support::{connect, newest};

/// A tenant with a run that is due, as the owner makes it.
async fn plant(owner: &Client, slug: &str) {
    owner
        .batch_execute(&format!(
            "BEGIN;
             INSERT INTO tenants (name, slug) VALUES ('{slug}', '{slug}');
             SELECT set_config('app.tenant_id', id::text, true) FROM tenants WHERE slug = '{slug}';
             INSERT INTO workspaces (tenant_id, id, name, region)
             SELECT id, id, 'W', region FROM tenants WHERE slug = '{slug}';
             INSERT INTO workflows (tenant_id, id, workspace_id, name)
             SELECT id, id, id, 'W' FROM tenants WHERE slug = '{slug}';
             INSERT INTO workflow_versions (tenant_id, id, workflow_id, definition_yaml, definition, definition_digest)
             SELECT id, id, id, '', '{{}}', sha256('') FROM tenants WHERE slug = '{slug}';
             INSERT INTO runs (tenant_id, id, workspace_id, workflow_version_id, request_digest)
             SELECT id, id, id, id, sha256('') FROM tenants WHERE slug = '{slug}';
             COMMIT"
        ))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_owner_who_is_no_superuser_claims_across_tenants_and_sees_nothing_else_of_them() {
    let database = TestServer::shared().await.empty_database().await;
    let superuser = connect(database.url()).await;
    let owner = format!("owner_{}", database.name());
    superuser
        .batch_execute(&format!(
            "DO $$ BEGIN CREATE ROLE af_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
             CREATE ROLE {owner} LOGIN PASSWORD 'owner' CREATEROLE IN ROLE af_app;
             ALTER DATABASE {} OWNER TO {owner};
             -- Extensions that are not trusted are for superusers to make.
             DO $$ BEGIN
                 IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN CREATE EXTENSION vector; END IF;
             END $$",
            database.name()
        ))
        .await
        .unwrap();
    let mut client = connect(&database.url_as(&owner, "owner")).await;
    let target = newest(&client).await;
    Admin::migrator(Options::default()).unwrap().up(&mut client, target).await.unwrap();
    plant(&client, "one").await;
    plant(&client, "two").await;

    client.batch_execute("SET ROLE af_app").await.unwrap();
    let seen = client.query("SELECT id FROM runs", &[]).await.unwrap();
    assert!(seen.is_empty());
    let claim = "SELECT tenant_id::text, fencing FROM claim_runs('w', 10, 1000, NULL) ORDER BY 1";
    let claimed = client.query(claim, &[]).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert!(claimed.iter().all(|row| row.get::<_, i64>(1) == 1));
    assert!(client.query(claim, &[]).await.unwrap().is_empty(), "both are leased");
    // Claiming left no tenant behind.
    assert!(client.query("SELECT id FROM runs", &[]).await.unwrap().is_empty());
    for forbidden in [
        "SELECT * FROM run_queues",
        "SELECT * FROM claim_runs_of(gen_random_uuid(), 'w', 1, 1000)",
        "SELECT run_queue_note(gen_random_uuid(), now())",
    ] {
        let error = client.query(forbidden, &[]).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "42501", "{forbidden}");
    }
}
