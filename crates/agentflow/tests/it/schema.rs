//! The schema as a whole: there and back, by several at once, and one look at the golden dump.

use std::{collections::BTreeMap, process::Command};

use agentflow::{
    Admin,
    migrate::{Options, Target},
};
use agentflow_postgres::{Installation, testing::TestServer};
use tokio_postgres::Client;

use crate::support::{World, connect, migrations_to, newest};

/// Everything in the catalog that a migration could leave behind: `pg_dump`, and what it does not show.
async fn catalog(url: &str) -> String {
    let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
    let dump = Command::new(installation.program("pg_dump"))
        .args(["--schema-only", "--exclude-table=schema_migrations", "--dbname", url])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    // A key of its own is in every dump.
    let is_noise = |line: &&str| !line.starts_with('\\');
    let mut text: String = String::from_utf8(dump.stdout)
        .unwrap()
        .lines()
        .filter(is_noise)
        .collect::<Vec<_>>()
        .join("\n");
    let counts = "SELECT 'functions', count(*) FROM pg_proc UNION ALL SELECT 'types', count(*) FROM pg_type
                  UNION ALL SELECT 'relations', count(*) FROM pg_class UNION ALL SELECT 'comments', count(*) FROM pg_description
                  UNION ALL SELECT 'policies', count(*) FROM pg_policy UNION ALL SELECT 'settings', count(*) FROM pg_db_role_setting
                  UNION ALL SELECT 'extensions', count(*) FROM pg_extension UNION ALL SELECT 'dependencies', count(*) FROM pg_shdepend
                      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for row in connect(url).await.query(counts, &[]).await.unwrap() {
        let (what, count): (&str, i64) = (row.get(0), row.get(1));
        text += &["\n", what, ": ", &count.to_string()].concat();
    }
    text
}

#[tokio::test]
async fn up_down_to_zero_and_up_again_leave_the_same_catalog() {
    let database = TestServer::shared().await.empty_database().await;
    let mut client = connect(database.url()).await;
    let migrator = Admin::migrator(Options::default()).unwrap();
    let target = newest(&client).await;
    // The history itself stays, and so do extensions, which others may use: they are made first.
    migrator.up(&mut client, target).await.unwrap();
    migrator.down(&mut client, Target::All).await.unwrap();

    let before = catalog(database.url()).await;
    migrator.up(&mut client, target).await.unwrap();
    let migrated = catalog(database.url()).await;
    assert!(migrated.contains("CREATE TABLE public.audits"));
    migrator.down(&mut client, Target::All).await.unwrap();
    assert_eq!(catalog(database.url()).await, before);
    migrator.up(&mut client, target).await.unwrap();
    assert_eq!(catalog(database.url()).await, migrated);
}

#[tokio::test]
async fn eight_at_once_apply_each_migration_once() {
    let database = TestServer::shared().await.empty_database().await;
    let target = newest(&connect(database.url()).await).await;
    let runs = (0..8).map(|_| async {
        let mut client = connect(database.url()).await;
        Admin::migrator(Options::default())
            .unwrap()
            .up(&mut client, target)
            .await
            .unwrap()
            .applied
            .len()
    });
    let applied: Vec<usize> = futures::future::join_all(runs).await;
    let known = migrations_to(target).len();
    assert_eq!(applied.iter().sum::<usize>(), known, "{applied:?}");
    let recorded: i64 = connect(database.url())
        .await
        .query_one("SELECT count(*) FROM schema_migrations", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(usize::try_from(recorded).unwrap(), known);
}

/// The owner of the database is bound by row-level security, unlike the superuser of the other tests.
#[tokio::test]
async fn tenants_and_workspaces_from_before_get_their_roles_also_from_an_owner_who_is_no_superuser()
{
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
    let migrator = Admin::migrator(Options::default()).unwrap();
    let target = newest(&client).await;
    migrator.up(&mut client, Target::Steps(3)).await.unwrap();
    client
        .batch_execute(
            "INSERT INTO tenants (name, slug) VALUES ('One', 'one'), ('Two', 'two'), ('Three', 'three');
             BEGIN;
             SELECT set_config('app.tenant_id', id::text, true) FROM tenants WHERE slug = 'one';
             INSERT INTO workspaces (tenant_id, name, region)
             SELECT id, 'W' || number, region FROM tenants, generate_series(1, 2) AS number WHERE slug = 'one';
             COMMIT",
        )
        .await
        .unwrap();
    let seeded = async || -> Vec<(String, i64, i64)> {
        let sql = "SELECT t.slug::text, count(*) FILTER (WHERE r.workspace_id IS NULL AND is_builtin),
                          count(*) FILTER (WHERE r.workspace_id IS NOT NULL AND is_builtin)
                   FROM tenants AS t LEFT JOIN rbac_roles AS r ON r.tenant_id = t.id GROUP BY 1 ORDER BY 1";
        let rows = superuser.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    };
    let expected = [("one", 5, 10), ("three", 5, 0), ("two", 5, 0)];
    let expected = expected.map(|(slug, wide, narrow)| (slug.to_owned(), wide, narrow));
    migrator.up(&mut client, target).await.unwrap();
    assert_eq!(seeded().await, expected);
    // Once more over what is there, and there and back.
    let migrations = agentflow::migrations::source().unwrap();
    client.batch_execute(&migrations.migrations()[3].up.sql).await.unwrap();
    assert_eq!(seeded().await, expected);
    migrator.down(&mut client, Target::To(3)).await.unwrap();
    migrator.up(&mut client, target).await.unwrap();
    assert_eq!(seeded().await, expected);
    drop(client);
    let clean = format!(
        "REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}"
    );
    superuser.batch_execute(&clean).await.unwrap();
}

#[tokio::test]
async fn scripts_can_run_again_over_what_they_made() {
    let world = World::new().await;
    let tenant = world.new_tenant("Acme").await;
    let superuser = world.superuser().await;
    for migration in migrations_to(newest(&superuser).await) {
        superuser.batch_execute(&migration.up.sql).await.unwrap_or_else(|error| {
            panic!(
                "{}: {}",
                migration.name,
                error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
            )
        });
    }
    assert!(world.store.admin().tenants().get(tenant.id).await.unwrap().is_some());
    assert_eq!(world.store.tenant(tenant.id).audit().head().await.unwrap().seq, 1);
}

#[tokio::test]
async fn scripts_can_take_back_again_what_is_gone() {
    let world = World::new().await;
    world.new_tenant("Acme").await;
    let superuser = world.superuser().await;
    let migrations = migrations_to(newest(&superuser).await);
    let each_twice = migrations.iter().rev().flat_map(|it| [it, it]);
    // And once more where nothing is left of what came before them, either.
    for migration in each_twice.chain(migrations.iter().rev()) {
        let down = migration.down.as_ref().unwrap();
        superuser.batch_execute(&down.sql).await.unwrap_or_else(|error| {
            panic!(
                "{}: {}",
                migration.name,
                error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
            )
        });
    }
    assert_eq!(tables(&superuser).await, ["schema_migrations"]);
}

/// In order of their names, without partitions.
async fn tables(client: &Client) -> Vec<String> {
    let sql = "SELECT relname::text FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
               ORDER BY relname";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_core_tables_are_there() {
    let world = World::new().await;
    let tables = tables(&world.superuser().await).await;
    for table in [
        "tenants",
        "audits",
        "users",
        "rbac_roles",
        "rbac_bindings",
        "agents",
        "tools",
        "messages",
        "workflows",
        "plans",
        "budgets",
    ] {
        assert!(tables.iter().any(|it| it == table), "{table}: {tables:?}");
    }
}

/// Those that the requirements ask for.
#[tokio::test]
async fn the_enumerations_have_their_labels_in_this_order() {
    agentflow_postgres::needs_pgvector!();
    let world = World::new().await;
    let sql = "SELECT t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
               FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid
               WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname";
    let rows = world.superuser().await.query(sql, &[]).await.unwrap();
    let enums: BTreeMap<&str, Vec<&str>> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (name, labels) in [
        ("user_role", &["owner", "admin", "member", "viewer"][..]),
        ("agent_status", &["draft", "active", "paused", "archived"]),
        ("conversation_status", &["active", "idle", "closed"]),
        ("message_role", &["user", "assistant", "system", "tool"]),
        (
            "memory_type_enum",
            &[
                "semantic",
                "episodic",
                "procedural",
                "agent_private",
                "shared",
                "identity",
                "user_profile",
            ],
        ),
        ("memory_status", &["active", "superseded", "archived", "disputed"]),
        ("memory_tier", &["hot", "warm", "cold"]),
        (
            "memory_source",
            &["extraction", "explicit", "system", "feedback", "consolidation", "compaction"],
        ),
    ] {
        assert_eq!(enums.get(name).map(Vec::as_slice), Some(labels), "{name}");
    }
}
