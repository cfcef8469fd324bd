//! A tenant's memories move to a partition of their own.

use agentflow::{
    Error, TenantId,
    audit::{Actor, AuditFilter},
    memory::{IndexKind, IndexSpec, MemoryFilter, MemoryType, NewMemory, PromoteProgress},
};

use super::crowd::{Crowd, ann, everything, until};
use crate::support::World;

/// The move holds everything of the tenant, and waits for the shared partition.
const MOVING: &str = "SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND mode = 'AccessExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
/// Somebody waits until the memories have moved.
const WAITING: &str = "SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND mode = 'ShareLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

fn lists() -> IndexSpec {
    IndexSpec { kind: IndexKind::IvfFlat { lists: Some(4) }, ..Default::default() }
}

async fn promote(world: &World, tenant: TenantId) -> agentflow::Result<u64> {
    let admin = world.store.admin();
    admin.memory().promote(tenant, lists(), &ann(), &|_| {}).await.map(|report| report.moved)
}

#[tokio::test]
async fn everything_moves_and_nothing_of_it_is_in_the_history() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 400).await, Crowd::new(&world, "Other", 50).await);
    let superuser = world.superuser().await;
    let before = everything(&superuser, acme.id).await;
    let others = everything(&superuser, other.id).await;
    let count = "SELECT count(*), count(*) FILTER (WHERE tenant_id = $1) FROM memories_shared";
    let seen = std::sync::Mutex::new(Vec::new());
    let report = world
        .store
        .admin()
        .memory()
        .promote(acme.id, lists(), &ann(), &|progress| seen.lock().unwrap().push(progress))
        .await
        .unwrap();

    assert_eq!(report.moved, 400);
    assert!(before.len() > 1500, "{}", before.len());
    assert!(everything(&superuser, acme.id).await == before, "something is different");
    assert!(everything(&superuser, other.id).await == others, "another tenant's is different");
    let row = superuser.query_one(count, &[acme.id.as_uuid()]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (50, 0));
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen[..2], [PromoteProgress::Moving(1), PromoteProgress::Moved(400)]);

    // It is used as before: history, tags, keys.
    let memories = acme.memories();
    let page = memories.list(&MemoryFilter::of_team(acme.team), None, 1).await.unwrap();
    let tagged = memories.tag(page[0].id, &["later"], &ann()).await.unwrap();
    assert!(tagged.tags.contains(&"later".to_owned()));
    let logged = everything(&superuser, acme.id).await;
    let logs = |all: &[String]| all.iter().filter(|it| it.starts_with("log ")).count();
    assert_eq!(logs(&logged), logs(&before) + 1);
    memories.delete(page[0].id, None, &ann()).await.unwrap();
    let chain = acme.tenant.audit().list(&AuditFilter::default(), 20).await.unwrap();
    let actions: Vec<_> = chain.iter().filter_map(|entry| entry.action.as_deref()).collect();
    for expected in ["memory.promoted", "memory.reindexed"] {
        assert!(actions.contains(&expected), "{actions:?}");
    }
}

#[tokio::test]
async fn nobody_reads_the_partition_itself() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 50).await, Crowd::new(&world, "Other", 5).await);
    promote(&world, acme.id).await.unwrap();
    let superuser = world.superuser().await;
    let partition = acme.partition();
    let policies = "SELECT relrowsecurity, pg_get_userbyid(relowner) = (
            SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'memories')
        FROM pg_class WHERE relname = $1";
    let row = superuser.query_one(policies, &[&partition]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), (true, true));
    let enter = |tenant: TenantId| format!("SET ROLE af_app; SET app.tenant_id = '{tenant}'");
    for tenant in [acme.id, other.id] {
        superuser.batch_execute(&enter(tenant)).await.unwrap();
        for statement in ["SELECT * FROM", "DELETE FROM", "TRUNCATE"] {
            let error = superuser.batch_execute(&format!("{statement} {partition}")).await;
            let error = error.unwrap_err().to_string();
            assert!(error.contains("db error"), "{error}");
        }
    }
    // Not even if somebody granted it.
    superuser
        .batch_execute(&format!("RESET ROLE; GRANT ALL ON {partition} TO af_app"))
        .await
        .unwrap();
    superuser.batch_execute(&enter(other.id)).await.unwrap();
    let count = format!("SELECT count(*) FROM {partition}");
    assert_eq!(superuser.query_one(&count, &[]).await.unwrap().get::<_, i64>(0), 0);
    let own = superuser.query_one("SELECT count(*) FROM memories", &[]).await.unwrap();
    assert_eq!(own.get::<_, i64>(0), 5);
}

#[tokio::test]
async fn writers_of_the_tenant_wait_and_go_on_and_others_and_readers_do_not_wait() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 100).await, Crowd::new(&world, "Other", 20).await);
    let (mut reader, superuser) = (world.superuser().await, world.superuser().await);
    let reading = reader.transaction().await.unwrap();
    reading.execute("LOCK TABLE memories_shared IN ACCESS SHARE MODE", &[]).await.unwrap();

    let store = world.store.clone();
    let (id, by) = (acme.id, ann());
    let promoted =
        tokio::spawn(
            async move { store.admin().memory().promote(id, lists(), &by, &|_| {}).await },
        );
    until(&superuser, MOVING).await;
    let (memories, team) = (acme.memories(), acme.team);
    let written = tokio::spawn(async move {
        let memory = NewMemory::new(team, MemoryType::Semantic, "written meanwhile");
        memories.add(memory, &Actor::user("bob")).await
    });
    until(&superuser, WAITING).await;

    // In between, for as long as the move waits.
    let memory = NewMemory::new(other.team, MemoryType::Semantic, "not held up");
    other.memories().add(memory, &ann()).await.unwrap();
    let filter = MemoryFilter::of_team(acme.team);
    assert_eq!(acme.memories().count(&filter).await.unwrap(), 86);
    assert!(!promoted.is_finished() && !written.is_finished());

    reading.commit().await.unwrap();
    assert_eq!(promoted.await.unwrap().unwrap().moved, 100);
    let added = written.await.unwrap().unwrap();
    let place = "SELECT tableoid::regclass::text FROM memories WHERE id = $1";
    let row = superuser.query_one(place, &[added.memory.id.as_uuid()]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), acme.partition());
    assert_eq!(acme.memories().count(&filter).await.unwrap(), 87);
}

#[tokio::test]
async fn a_move_that_is_killed_leaves_everything_as_it_was() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 100).await;
    let (mut reader, superuser) = (world.superuser().await, world.superuser().await);
    let before = everything(&superuser, acme.id).await;
    let reading = reader.transaction().await.unwrap();
    reading.execute("LOCK TABLE memories_shared IN ACCESS SHARE MODE", &[]).await.unwrap();
    let (store, id) = (world.store.clone(), acme.id);
    let promoted =
        tokio::spawn(
            async move { store.admin().memory().promote(id, lists(), &ann(), &|_| {}).await },
        );
    until(&superuser, MOVING).await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    superuser.query(kill, &[]).await.unwrap();
    let error = promoted.await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    reading.commit().await.unwrap();

    assert!(everything(&superuser, acme.id).await == before, "something is different");
    assert_eq!(world.store.admin().memory().partitions().await.unwrap(), []);
    let settings = acme.memories().settings().await.unwrap().unwrap();
    assert_eq!(settings.promoted_at, None);
    assert_eq!(promote(&world, acme.id).await.unwrap(), 100);
    assert!(everything(&superuser, acme.id).await == before, "something is different");
}

#[tokio::test]
async fn a_tenant_moves_once_and_an_unknown_one_never() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 30).await, Crowd::new(&world, "Other", 30).await);
    // Two at once, of two tenants: one after the other.
    let (one, two) = tokio::join!(promote(&world, acme.id), promote(&world, other.id));
    assert_eq!((one.unwrap(), two.unwrap()), (30, 30));
    let error = promote(&world, acme.id).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    let error = promote(&world, TenantId(uuid::Uuid::nil())).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn searches_find_the_same_before_and_after() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let acme = Crowd::new(&world, "Acme", 2000).await;
    let superuser = world.superuser().await;
    let before = acme.answers(&superuser).await;
    assert!(before.len() == 50 && before.iter().all(|it| it.len() == 10));
    let admin = world.store.admin();
    let spec = IndexSpec::default();
    let report = admin.memory().promote(acme.id, spec, &ann(), &|_| {}).await.unwrap();

    let after = acme.answers(&superuser).await;
    let both = before.iter().zip(&after);
    let kept: usize = both.map(|(one, two)| one.iter().filter(|it| two.contains(it)).count()).sum();
    assert!(kept >= 490, "{kept} of 500 were found");

    // Without the index, all vectors are compared.
    let name = report.indexed.index.unwrap().name;
    superuser.batch_execute(&format!("DROP INDEX {name}")).await.unwrap();
    assert_eq!(acme.answers(&superuser).await, before);
}

#[tokio::test]
async fn two_tenants_move_in_one_transaction() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 30).await, Crowd::new(&world, "Other", 20).await);
    let superuser = world.superuser().await;
    let before = (everything(&superuser, acme.id).await, everything(&superuser, other.id).await);
    let mut moving = world.superuser().await;
    let tx = moving.transaction().await.unwrap();
    for (tenant, count) in [(acme.id, 30_i64), (other.id, 20)] {
        let moved = tx.query_one("SELECT promote_memories($1, now())", &[tenant.as_uuid()]).await;
        assert_eq!(moved.unwrap().get::<_, i64>(0), count);
    }
    tx.commit().await.unwrap();
    let after = (everything(&superuser, acme.id).await, everything(&superuser, other.id).await);
    assert!(before == after, "something is different");
}

#[tokio::test]
async fn nobody_is_told_of_the_partition_of_another() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 20).await, Crowd::new(&world, "Other", 5).await);
    promote(&world, acme.id).await.unwrap();
    let superuser = world.superuser().await;
    let enter = format!("SET ROLE af_app; SET app.tenant_id = '{}'", other.id);
    superuser.batch_execute(&enter).await.unwrap();
    let id = acme.id;
    for call in [
        format!("* FROM memory_indexes('{id}')"),
        format!("memory_word_index_statement('{id}', 'x')"),
        format!("memory_vector_index_statement('{id}', 'x', 32, 'hnsw', '{{}}')"),
    ] {
        let error = superuser.batch_execute(&format!("SELECT {call}")).await.unwrap_err();
        assert_eq!(
            error.code().map(tokio_postgres::error::SqlState::code),
            Some("42501"),
            "{call}: {error:?}"
        );
    }
}

#[tokio::test]
async fn what_deleted_tenants_left_is_dropped_and_nothing_else() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let (acme, other) =
        (Crowd::new(&world, "Acme", 30).await, Crowd::new(&world, "Other", 30).await);
    promote(&world, acme.id).await.unwrap();
    promote(&world, other.id).await.unwrap();
    let admin = world.store.admin();
    assert_eq!(admin.memory().drop_orphans().await.unwrap(), []);
    admin.tenants().delete(acme.id, &ann()).await.unwrap();
    let tenants = |partitions: Vec<agentflow::memory::MemoryPartition>| {
        partitions.into_iter().map(|it| it.tenant).collect::<Vec<_>>()
    };
    assert_eq!(admin.memory().partitions().await.unwrap().len(), 2);
    assert_eq!(admin.memory().drop_orphans().await.unwrap(), [acme.id]);
    assert_eq!(tenants(admin.memory().partitions().await.unwrap()), [other.id]);
    let filter = MemoryFilter::of_team(other.team);
    assert_eq!(other.memories().count(&filter).await.unwrap(), 26);
}
