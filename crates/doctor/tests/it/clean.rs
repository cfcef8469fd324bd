//! The schema of AgentFlow keeps every rule.

use crate::support::{connect, examine, found, has_pgvector, migrated, options, text};

#[tokio::test]
async fn nothing_is_found_in_a_migrated_database() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let owner = text(&client, "SELECT quote_ident(current_user)").await;
    let report = examine(&mut client, options()).await;
    assert_eq!(found(&report, &owner), [].into(), "{report:#?}");
    let newer = |why: &str| why.starts_with("it needs PostgreSQL") || why.contains("not installed");
    assert!(report.skipped.iter().all(|it| newer(&it.why)), "{:?}", report.skipped);
}

#[tokio::test]
async fn nor_where_a_tenant_has_a_partition_and_an_index_of_its_own() {
    let database = migrated().await;
    let mut client = connect(database.url()).await;
    let owner = text(&client, "SELECT quote_ident(current_user)").await;
    if !has_pgvector(&client).await {
        eprintln!("skipped: this server does not have pgvector");
        return;
    }
    let tenant = "11111111-1111-4111-8111-111111111111";
    client
        .batch_execute(&format!(
            "INSERT INTO tenants (id, name, slug) VALUES ('{tenant}', 'Acme', 'acme');
             SELECT promote_memories('{tenant}', now())"
        ))
        .await
        .unwrap();
    let index = format!(
        "SELECT memory_vector_index_statement('{tenant}', 'near', 3, 'hnsw', '{{\"m\": 16}}')"
    );
    let index = text(&client, &index).await;
    client.batch_execute(&index).await.unwrap();
    let report = examine(&mut client, options()).await;
    assert_eq!(found(&report, &owner), [].into(), "{report:#?}");
}
