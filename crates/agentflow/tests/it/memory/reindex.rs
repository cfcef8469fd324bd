//! The indexes of a partition.

use agentflow::{
    Error,
    audit::AuditFilter,
    memory::{IndexKind, IndexSpec},
};

use super::crowd::{Crowd, ann};
use crate::support::World;

fn lists(lists: u32) -> IndexSpec {
    IndexSpec { kind: IndexKind::IvfFlat { lists: Some(lists) }, ..Default::default() }
}

fn graph(m: u16, ef_construction: u16) -> IndexSpec {
    let kind = IndexKind::Hnsw { m, ef_construction };
    IndexSpec { kind, maintenance_work_mem: Some(16) }
}

/// The indexes that were made for the partition: what makes them.
async fn indexes(world: &World, crowd: &Crowd) -> Vec<String> {
    let superuser = world.superuser().await;
    let rows = superuser
        .query(
            "SELECT pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
             FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
             WHERE i.indrelid = to_regclass($1) AND a.amname <> 'btree' ORDER BY 1",
            &[&crowd.partition()],
        )
        .await
        .unwrap();
    let name = format!("{}_", crowd.partition());
    // Without their names, which are fresh each time.
    let shape = |text: String| match text.split_once(&name) {
        Some((_, rest)) => rest.split_once(" USING ").unwrap().1.to_owned(),
        None => text,
    };
    let mut shapes: Vec<_> = rows.iter().map(|row| shape(row.get(0))).collect();
    shapes.sort();
    shapes
}

#[tokio::test]
async fn an_index_takes_the_place_of_another() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 300).await;
    let admin = world.store.admin();
    let report = admin.memory().promote(acme.id, graph(8, 32), &ann(), &|_| {}).await.unwrap();
    assert_eq!(report.indexed.memories, 300);
    let first = report.indexed.index.unwrap();
    assert!(first.bytes > 0 && first.dimensions == 32);
    let words = "gin (words)";
    let on = "((embedding)::vector(32)) vector_cosine_ops)";
    let graph =
        format!("hnsw ({on} WITH (ef_construction='32', m='8') WHERE (embedding_dimensions = 32)");
    assert_eq!(indexes(&world, &acme).await, [words, &graph]);
    let partitions = admin.memory().partitions().await.unwrap();
    assert_eq!(partitions.len(), 1);
    let index = partitions[0].index.as_deref();
    assert_eq!(
        (partitions[0].tenant, partitions[0].estimated_rows, index),
        (acme.id, 300, Some("hnsw"))
    );
    assert!(partitions[0].bytes > 300 * 32 * 4);

    let report = admin.memory().reindex(acme.id, lists(5), &ann(), &|_| {}).await.unwrap();
    assert_ne!(report.index.unwrap().name, first.name);
    let lists = format!("ivfflat ({on} WITH (lists='5') WHERE (embedding_dimensions = 32)");
    assert_eq!(indexes(&world, &acme).await, [words, &lists]);
    let settings = acme.memories().settings().await.unwrap().unwrap();
    assert_eq!(settings.index_kind.as_deref(), Some("ivfflat"));
    assert_eq!(settings.index_options["lists"], 5);
    let entry = acme.tenant.audit().list(&AuditFilter::default(), 1).await.unwrap().remove(0);
    assert_eq!(
        (entry.action.as_deref(), &entry.details.as_ref().unwrap()["kind"]),
        (Some("memory.reindexed"), &"ivfflat".into())
    );
}

#[tokio::test]
async fn what_an_interrupted_build_left_is_removed() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 100).await;
    let admin = world.store.admin();
    admin.memory().promote(acme.id, lists(4), &ann(), &|_| {}).await.unwrap();
    let before = indexes(&world, &acme).await;
    // A build that fails in the middle leaves an index that is not valid.
    let superuser = world.superuser().await;
    let broken = format!(
        "CREATE UNIQUE INDEX CONCURRENTLY broken ON {} USING btree (importance)",
        acme.partition()
    );
    superuser.batch_execute(&broken).await.unwrap_err();
    let count = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(superuser.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 1);

    let report = admin.memory().reindex(acme.id, lists(4), &ann(), &|_| {}).await.unwrap();
    assert_eq!(report.leftovers, 1);
    assert_eq!(superuser.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 0);
    assert_eq!(indexes(&world, &acme).await, before);
}

#[tokio::test]
async fn only_one_builds_and_only_in_a_partition_of_its_own() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 30).await;
    let admin = world.store.admin();
    let refused = |error: &Error, word: &str| {
        assert!(
            matches!(error, Error::Conflict { reason, .. } if reason.contains(word)),
            "{error:?}"
        );
    };
    let error = admin.memory().reindex(acme.id, lists(4), &ann(), &|_| {}).await.unwrap_err();
    refused(&error, "promote");
    admin.memory().promote(acme.id, lists(4), &ann(), &|_| {}).await.unwrap();
    let superuser = world.superuser().await;
    let hold = "SELECT pg_advisory_lock(hashtextextended('agentflow indexes of memories ' || $1::uuid, 0))";
    superuser.query(hold, &[acme.id.as_uuid()]).await.unwrap();
    let error = admin.memory().reindex(acme.id, lists(4), &ann(), &|_| {}).await.unwrap_err();
    refused(&error, "already");
}

#[tokio::test]
async fn what_no_index_can_hold_is_refused_before_anything_moves() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 10).await;
    let admin = world.store.admin();
    let error = admin.memory().promote(acme.id, graph(8, 9), &ann(), &|_| {}).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidInput { input, .. } if input.field == "ef_construction")
    );
    let superuser = world.superuser().await;
    let large = "UPDATE memory_settings SET embedding_dimensions = 2001 WHERE tenant_id = $1";
    superuser.execute(large, &[acme.id.as_uuid()]).await.unwrap();
    let error = admin.memory().promote(acme.id, lists(4), &ann(), &|_| {}).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("2001 dimensions") && text.contains("2000 at most"), "{text}");
    assert_eq!(admin.memory().partitions().await.unwrap(), []);
}

#[tokio::test]
async fn without_embeddings_the_words_alone_are_indexed() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 10).await;
    let superuser = world.superuser().await;
    let none = "UPDATE memory_settings SET embedding_model = NULL, embedding_dimensions = NULL WHERE tenant_id = $1";
    superuser.execute(none, &[acme.id.as_uuid()]).await.unwrap();
    let admin = world.store.admin();
    let report = admin.memory().promote(acme.id, lists(4), &ann(), &|_| {}).await.unwrap();
    assert_eq!((report.moved, report.indexed.index), (10, None));
    assert_eq!(indexes(&world, &acme).await, ["gin (words)"]);
    let settings = acme.memories().settings().await.unwrap().unwrap();
    assert_eq!(settings.index_kind, None);
}
